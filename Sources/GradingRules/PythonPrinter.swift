public import GradingModel

/// What Python's `str` and `repr` make of a value.
///
/// Tuples and frozensets are not told apart from lists and sets in a value; a set inside a set is written as a frozenset,
/// which it must have been.
public struct PythonPrinter {
    private(set) var bytes: [UInt8] = []

    /// `str(value)`.
    public static func text(of value: Value) -> ByteString {
        if case .string(let string) = value { return string }
        var printer = PythonPrinter()
        printer.appendRepresentation(of: value)
        return ByteString(bytes: printer.bytes)
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// `repr(value)`.
    private mutating func appendRepresentation(of value: Value, isInSet: Bool = false) {
        switch value {
        case .null: append("None")
        case .bool(let value): append(value ? "True" : "False")
        // JSON's integers are Python's.
        case .integer: bytes.append(contentsOf: JSONCodec.serialize(value))
        case .float(let value): bytes.append(contentsOf: Self.text(of: value).utf8)
        case .string(let string): appendRepresentation(of: string)
        case .list(let elements):
            append("[")
            append(elements)
            append("]")
        case .set(let elements):
            if elements.isEmpty {
                append(isInSet ? "frozenset()" : "set()")
            } else {
                append(isInSet ? "frozenset({" : "{")
                append(elements, isInSet: true)
                append(isInSet ? "})" : "}")
            }
        case .map(let entries):
            append("{")
            for (index, entry) in entries.enumerated() {
                if index > 0 { append(", ") }
                appendRepresentation(of: entry.key)
                append(": ")
                appendRepresentation(of: entry.value)
            }
            append("}")
        }
    }

    private mutating func append(_ elements: [Value], isInSet: Bool = false) {
        for (index, element) in elements.enumerated() {
            if index > 0 { append(", ") }
            appendRepresentation(of: element, isInSet: isInSet)
        }
    }

    // MARK: - Floats

    /// The shortest digits that read back, laid out as Python does: an exponent below 1e-4 and from 1e16 on.
    static func text(of value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0.0" }
        var description = value.magnitude.description
        let parts = description.withUTF8 { DecimalNumber($0[...]) } ?? .zero
        let digits = parts.digits.map { String($0) }.joined()
        // The power of ten of the first digit.
        let power = parts.exponent - 1
        if power < -4 || power >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let exponent = String(power.magnitude)
            let padded = exponent.count < 2 ? "0" + exponent : exponent
            return sign + digits.prefix(1) + fraction + (power < 0 ? "e-" : "e+") + padded
        }
        if power < 0 { return sign + "0." + String(repeating: "0", count: -power - 1) + digits }
        if digits.count <= power + 1 {
            return sign + digits + String(repeating: "0", count: power + 1 - digits.count) + ".0"
        }
        return sign + digits.prefix(power + 1) + "." + digits.dropFirst(power + 1)
    }

    // MARK: - Strings

    private mutating func appendRepresentation(of string: ByteString) {
        let usesDouble = string.bytes.contains(UInt8(ascii: "'")) && !string.bytes.contains(UInt8(ascii: "\""))
        let quote = UInt8(ascii: usesDouble ? "\"" : "'")
        bytes.append(quote)
        var decoder = ByteStringDecoder(string.bytes)
        while let unit = decoder.next() {
            switch unit {
            case .byte(let byte): appendHexadecimal(UInt32(byte) + 0xDC00, "\\u", width: 4)
            case .surrogate(let surrogate): appendHexadecimal(UInt32(surrogate), "\\u", width: 4)
            case .scalar(let scalar): append(scalar, quote: quote)
            }
        }
        bytes.append(quote)
    }

    private mutating func append(_ scalar: Unicode.Scalar, quote: UInt8) {
        switch scalar {
        case "\\": append("\\\\")
        case "\n": append("\\n")
        case "\r": append("\\r")
        case "\t": append("\\t")
        case " "..."~":
            if UInt8(ascii: scalar) == quote { append("\\") }
            bytes.append(UInt8(ascii: scalar))
        default:
            if Self.isPrintable(scalar) {
                bytes.append(contentsOf: Array(String(Character(scalar)).utf8))
            } else if scalar.value < 0x100 {
                appendHexadecimal(scalar.value, "\\x", width: 2)
            } else if scalar.value < 0x10000 {
                appendHexadecimal(scalar.value, "\\u", width: 4)
            } else {
                appendHexadecimal(scalar.value, "\\U", width: 8)
            }
        }
    }

    /// `str.isprintable` of one character: all but the categories Other and Separator, space excepted.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }

    private mutating func appendHexadecimal(_ value: UInt32, _ prefix: StaticString, width: Int) {
        append(prefix)
        let digits = String(value, radix: 16)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, width - digits.count)))
        bytes.append(contentsOf: digits.utf8)
    }
}

/// Takes a byte string apart into characters, lone surrogates and bytes that are neither.
private struct ByteStringDecoder {
    enum Unit {
        case scalar(Unicode.Scalar)
        case surrogate(UInt16)
        case byte(UInt8)
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> Unit? {
        guard position < bytes.count else { return nil }
        let lead = bytes[position]
        if lead < 0x80 {
            position += 1
            return .scalar(Unicode.Scalar(lead))
        }
        if lead == 0xED, position + 2 < bytes.count, bytes[position + 1] & 0xE0 == 0xA0,
            bytes[position + 2] & 0xC0 == 0x80
        {
            defer { position += 3 }
            return .surrogate(0xD000 | UInt16(bytes[position + 1] & 0x3F) << 6 | UInt16(bytes[position + 2] & 0x3F))
        }
        var decoder = UTF8()
        var iterator = bytes[position..<min(position + 4, bytes.count)].makeIterator()
        if case .scalarValue(let scalar) = decoder.decode(&iterator) {
            position += UTF8.width(scalar)
            return .scalar(scalar)
        }
        position += 1
        return .byte(lead)
    }
}
