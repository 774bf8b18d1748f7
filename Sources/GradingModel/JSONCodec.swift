/// Why a text is not JSON, and where.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
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

/// JSON text (RFC 8259) to values and back, without loss.
///
/// Text may hold what is not Unicode. In a JSON string a lone `\udc80…\udcff` is the raw byte 80…FF, any other lone
/// surrogate is its three bytes (as Python's *surrogatepass* has it), and writing does the reverse, so that
/// byte strings survive. Numbers without `.` and exponent are integers of any size; all others are floats, and
/// are written so that they read back as the same float. Objects keep their order; of duplicate keys the last
/// value counts. Time and memory are linear in the text, apart from integers of very many digits.
public enum JSONCodec {
    /// What a reader accepts.
    public struct Options: Sendable, Hashable {
        /// Take the bare words `NaN`, `Infinity` and `-Infinity`, as Python writes them.
        public var allowNonFinite: Bool
        /// Take the three raw bytes of a surrogate inside a string, which UTF-8 forbids.
        public var allowRawSurrogates: Bool
        /// How deep lists and objects may be nested.
        public var maximumDepth: Int
        /// How many values there may be in all, lists and objects included.
        public var maximumValues: Int

        public init(
            allowNonFinite: Bool = false,
            allowRawSurrogates: Bool = false,
            maximumDepth: Int = JSONCodec.maximumDepth,
            maximumValues: Int = JSONCodec.maximumValues
        ) {
            self.allowNonFinite = allowNonFinite
            self.allowRawSurrogates = allowRawSurrogates
            self.maximumDepth = maximumDepth
            self.maximumValues = maximumValues
        }
    }

    /// How deep lists and objects may be nested unless an option says otherwise.
    public static let maximumDepth = 512

    /// How many values one text may have unless an option says otherwise: as many as fit in 64 MiB of text.
    ///
    /// In memory a value takes some 80 bytes, up to 40 times its text.
    public static let maximumValues = 1 << 25

    /// The most digits that an integer may have: conversion from decimal takes quadratic time.
    public static let maximumIntegerDigits = 100_000

    /// Reads one JSON value.
    /// - Throws: `JSONSyntaxError` with the first fault.
    public static func parse(_ bytes: [UInt8], options: Options = Options()) throws(JSONSyntaxError) -> Value {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONSyntaxError) in
            var parser = JSONParser(bytes: buffer, options: options)
            do throws(JSONParser.Fault) {
                return try parser.parseDocument()
            } catch {
                throw locate(error, in: buffer)
            }
        }
    }

    /// Reads one JSON value; `NaN`, `Infinity` and `-Infinity` count as numbers where asked for.
    public static func parse(_ bytes: [UInt8], allowNonFinite: Bool) throws(JSONSyntaxError) -> Value {
        try parse(bytes, options: Options(allowNonFinite: allowNonFinite))
    }

    private static func locate(_ fault: JSONParser.Fault, in bytes: UnsafeBufferPointer<UInt8>) -> JSONSyntaxError {
        var line = 1
        var lineStart = 0
        let offset = min(fault.offset, bytes.count)
        for position in 0..<offset where bytes[position] == UInt8(ascii: "\n") {
            line += 1
            lineStart = position + 1
        }
        return JSONSyntaxError(offset: offset, line: line, column: offset - lineStart + 1, message: fault.message)
    }

    /// Writes a value as compact JSON.
    ///
    /// What JSON cannot write (non-finite numbers, sets, maps with other keys than strings) is written with its tag,
    /// as in `Value.tagged`; a map whose only key looks like a tag is written as it is.
    public static func serialize(_ value: Value) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    /// Writes a value as ``serialize(_:)`` does, piece by piece: the text may be larger than what is to be held at once.
    public static func serialize(_ value: Value, to sink: (UnsafeRawBufferPointer) -> Void) {
        withoutActuallyEscaping(sink) { sink in
            var writer = JSONWriter(sink: sink)
            writer.write(value)
            writer.finish()
        }
    }
}
