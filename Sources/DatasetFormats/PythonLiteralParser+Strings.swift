import GradingModel

/// Strings and bytes, after *2.4.1 String and Bytes literals* and *2.4.2 String literal concatenation*.
extension PythonLiteralParser {
    private struct StringKind {
        var isRaw = false
        var isBytes = false
    }

    /// Length of the letters before a string's quote; `nil` where no string starts.
    func stringPrefixLength() -> Int? {
        for length in 0...2 {
            guard let byte = peek(length) else { return nil }
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return length }
            guard "rbuftRBUFT".utf8.contains(byte) else { return nil }
        }
        return nil
    }

    /// Reads one string, and those that follow it, as one.
    mutating func parseStrings() throws(Fault) -> ByteString {
        try parseText().text
    }

    /// The same, and whether it is `bytes`.
    mutating func parseText() throws(Fault) -> (text: ByteString, isBytes: Bool) {
        var text: [UInt8] = []
        var isBytes: Bool?
        while let prefixLength = stringPrefixLength() {
            let start = position
            let kind = try readPrefix(prefixLength)
            if let isBytes, isBytes != kind.isBytes {
                throw Fault(offset: start, message: "bytes and strings can't be joined")
            }
            isBytes = kind.isBytes
            try readString(kind, start: start, into: &text)
            try skipSpace()
        }
        return (ByteString(bytes: text), isBytes ?? false)
    }

    private mutating func readPrefix(_ length: Int) throws(Fault) -> StringKind {
        let prefix = String(decoding: bytes[position..<(position + length)], as: UTF8.self).lowercased()
        switch prefix {
        case "", "u": break
        case "r", "b", "br", "rb": break
        case "f", "fr", "rf": throw fault("a formatted string is no literal")
        default: throw fault("'\(prefix)' is no string prefix")
        }
        position += length
        return StringKind(isRaw: prefix.contains("r"), isBytes: prefix.contains("b"))
    }

    private mutating func readString(_ kind: StringKind, start: Int, into text: inout [UInt8]) throws(Fault) {
        let quote = bytes[position]
        let isTriple = peek(1) == quote && peek(2) == quote
        position += isTriple ? 3 : 1
        while true {
            guard let byte = peek else { throw Fault(offset: start, message: "the string has no end") }
            switch byte {
            case quote:
                if !isTriple {
                    position += 1
                    return
                }
                if peek(1) == quote, peek(2) == quote {
                    position += 3
                    return
                }
                text.append(byte)
                position += 1
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                guard isTriple else { throw Fault(offset: start, message: "the string has no end on its line") }
                // Python reads source with universal line ends.
                text.append(UInt8(ascii: "\n"))
                position += lineEndLength(at: position) ?? 1
            case UInt8(ascii: "\\"):
                try readEscape(kind, into: &text)
            default:
                let end = endOfPlainText(quote)
                if kind.isBytes, let position = bytes[position..<end].firstIndex(where: { $0 >= 0x80 }) {
                    throw Fault(offset: position, message: "bytes can only hold ASCII characters")
                }
                text.append(contentsOf: bytes[position..<end])
                position = end
            }
        }
    }

    private func endOfPlainText(_ quote: UInt8) -> Int {
        var end = position
        while end < bytes.count, bytes[end] != quote, bytes[end] != UInt8(ascii: "\\"),
            bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r")
        { end += 1 }
        return end
    }

    // MARK: - Escapes

    private mutating func readEscape(_ kind: StringKind, into text: inout [UInt8]) throws(Fault) {
        let start = position
        position += 1
        guard let byte = peek else { throw Fault(offset: start, message: "the string has no end") }
        if kind.isRaw {
            // A raw string keeps the backslash, and yet a quote behind it does not end the string.
            text.append(UInt8(ascii: "\\"))
            if let length = lineEndLength(at: position) {
                text.append(UInt8(ascii: "\n"))
                position += length
            } else if byte < 0x80 {
                text.append(byte)
                position += 1
            }
            return
        }
        if let length = lineEndLength(at: position) {
            position += length
            return
        }
        position += 1
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(byte)
        case UInt8(ascii: "a"): text.append(0x07)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "v"): text.append(0x0B)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "0")...UInt8(ascii: "7"): append(readOctal(first: byte), kind, to: &text)
        case UInt8(ascii: "x"): append(try readHexadecimal(digits: 2, start), kind, to: &text)
        case UInt8(ascii: "u") where !kind.isBytes:
            try appendUnit(try readHexadecimal(digits: 4, start), start, to: &text)
        case UInt8(ascii: "U") where !kind.isBytes:
            try appendUnit(try readHexadecimal(digits: 8, start), start, to: &text)
        case UInt8(ascii: "N") where !kind.isBytes:
            throw Fault(offset: start, message: "characters by name (\\N{…}) are not supported")
        default:
            // Python keeps what it does not know, backslash included.
            text.append(UInt8(ascii: "\\"))
            position -= 1
            if byte < 0x80 {
                text.append(byte)
                position += 1
            }
        }
    }

    private mutating func readOctal(first: UInt8) -> UInt32 {
        var value = UInt32(first - UInt8(ascii: "0"))
        for _ in 0..<2 {
            guard let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "7") else { break }
            value = value * 8 + UInt32(byte - UInt8(ascii: "0"))
            position += 1
        }
        return value
    }

    private mutating func readHexadecimal(digits: Int, _ start: Int) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = peek.flatMap({ Self.hexadecimalDigit($0) }) else {
                throw Fault(offset: start, message: "an escape of \(digits) hexadecimal digits is cut short")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// A number below 512: a byte of bytes, a character of a string.
    private func append(_ value: UInt32, _ kind: StringKind, to text: inout [UInt8]) {
        if kind.isBytes {
            text.append(UInt8(truncatingIfNeeded: value))
        } else {
            Self.appendScalar(value, to: &text)
        }
    }

    private mutating func appendUnit(_ unit: UInt32, _ start: Int, to text: inout [UInt8]) throws(Fault) {
        guard unit <= 0x10FFFF else {
            throw Fault(offset: start, message: "there is no character beyond U+10FFFF")
        }
        if (0xD800...0xDBFF).contains(unit), peek == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
            let behind = position
            position += 2
            let low = try readHexadecimal(digits: 4, behind)
            if (0xDC00...0xDFFF).contains(low) {
                Self.appendScalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &text)
                return
            }
            position = behind
        }
        if (0xDC80...0xDCFF).contains(unit) {
            text.append(UInt8(unit - 0xDC00))
        } else {
            Self.appendScalar(unit, to: &text)
        }
    }

    /// Appends UTF-8; a surrogate gets the three bytes that its number would have.
    private static func appendScalar(_ scalar: UInt32, to text: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(scalar >> shift & 0x3F) }
        switch scalar {
        case ..<0x80: text.append(UInt8(scalar))
        case ..<0x800: text += [0xC0 | UInt8(scalar >> 6), tail(0)]
        case ..<0x10000: text += [0xE0 | UInt8(scalar >> 12), tail(6), tail(0)]
        default: text += [0xF0 | UInt8(scalar >> 18), tail(12), tail(6), tail(0)]
        }
    }
}
