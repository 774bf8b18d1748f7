public import GradingModel

/// Why a text is not a Python literal, and where.
public struct PythonLiteralError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes before the fault.
    public var offset: Int
    /// The fault's line, from 1.
    public var line: Int
    /// The fault's column in bytes, from 1.
    public var column: Int
    public var message: String

    public init(offset: Int, line: Int, column: Int, message: String) {
        self.offset = offset
        self.line = line
        self.column = column
        self.message = message
    }

    public var description: String { "\(message) at line \(line), column \(column) (byte \(offset))" }
}

/// Reads what Python's `ast.literal_eval` reads: the text form in which the public data sets keep their tests.
///
/// Tuples become lists, `bytes` become their bytes; of duplicate dict keys the last value counts, where keys are the
/// same as in Python (`1`, `1.0` and `True` are). It deviates where the service's values or its users need it:
/// - the bare words `nan` and `inf`, which `repr` writes and `literal_eval` refuses, are floats;
/// - complex numbers, `...` and `\N{…}` are errors that say so;
/// - in a string, `\udc80…\udcff` is the raw byte 80…FF and a pair of surrogates is the character it stands for,
///   as in JSON.
///
/// See the Python Language Reference, *2.4 Literals*, and `Lib/ast.py`.
public enum PythonLiteral {
    /// How deep brackets may be nested, as in CPython's own tokenizer.
    public static let maximumDepth = 200

    /// Reads one literal.
    ///
    /// Time and memory are linear in the text, apart from integers of very many digits.
    /// - Parameters:
    ///   - bytes: The text.
    ///   - maximumValues: How many values there may be in all.
    /// - Returns: The value.
    /// - Throws: `PythonLiteralError` with the first fault.
    public static func parse(
        _ bytes: [UInt8],
        maximumValues: Int = JSONCodec.maximumValues
    ) throws(PythonLiteralError) -> Value {
        try bytes.withUnsafeBufferPointer { buffer throws(PythonLiteralError) in
            var parser = PythonLiteralParser(bytes: buffer, maximumValues: maximumValues)
            do throws(PythonLiteralParser.Fault) {
                return try parser.parseDocument()
            } catch {
                throw locate(error, in: buffer)
            }
        }
    }

    private static func locate(
        _ fault: PythonLiteralParser.Fault,
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> PythonLiteralError {
        let offset = min(fault.offset, bytes.count)
        var line = 1
        var lineStart = 0
        for position in 0..<offset where bytes[position] == UInt8(ascii: "\n") {
            line += 1
            lineStart = position + 1
        }
        return PythonLiteralError(
            offset: offset,
            line: line,
            column: offset - lineStart + 1,
            message: fault.message
        )
    }
}
