import BigInt
import GradingModel

/// Reads the words and literals that JavaScript, C++ and Rust have in common, over borrowed bytes.
struct AssertionScanner {
    /// Not of the form that is looked for.
    struct Mismatch: Error {}

    let bytes: UnsafeBufferPointer<UInt8>
    let language: Language
    var position = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ language: Language) {
        self.bytes = bytes
        self.language = language
    }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    var isAtEnd: Bool { position == bytes.count }

    /// The text of a range.
    func text(_ range: Range<Int>) -> ByteString { ByteString(bytes: bytes[range]) }

    /// White space and comments.
    mutating func skipSpace() {
        while let byte = peek {
            if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                position += 1
            } else if starts(with: "//") {
                while let byte = peek, byte != 0x0A { position += 1 }
            } else if starts(with: "/*"), let length = bytes[(position + 2)...].firstEnd(of: "*/") {
                position += 2 + length
            } else {
                return
            }
        }
    }

    /// Whether the text comes next.
    func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    /// Takes a mark, or a word as a whole, with the space before it.
    mutating func take(_ text: String) -> Bool {
        skipSpace()
        guard starts(with: text) else { return false }
        let end = position + text.utf8.count
        if let last = text.utf8.last, Self.isNameByte(last), end < bytes.count, Self.isNameByte(bytes[end]) {
            return false
        }
        position = end
        return true
    }

    /// The same for what has to come.
    mutating func expect(_ text: String) throws(Mismatch) {
        guard take(text) else { throw Mismatch() }
    }

    /// An identifier of ASCII letters, `nil` where there is none.
    mutating func name() -> String? {
        skipSpace()
        let start = position
        while let byte = peek, Self.isNameByte(byte) { position += 1 }
        guard position > start, !(0x30...0x39).contains(bytes[start]) else {
            position = start
            return nil
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Runs a reader one level deeper; brackets in brackets end somewhere.
    mutating func nested<Result>(
        _ read: (inout AssertionScanner) throws(Mismatch) -> Result
    ) throws(Mismatch) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 100 else { throw Mismatch() }
        return try read(&self)
    }

    /// Elements between commas up to `end`, which is taken; a comma may stand behind the last.
    mutating func elements<Element>(
        until end: String,
        _ read: (inout AssertionScanner) throws(Mismatch) -> Element
    ) throws(Mismatch) -> [Element] {
        var elements: [Element] = []
        while !take(end) {
            elements.append(try nested(read))
            guard take(",") else {
                try expect(end)
                break
            }
        }
        return elements
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x24 || (0x61...0x7A).contains(byte | 0x20)
            || byte >= 0x80
    }

    // MARK: - Numbers

    /// A decimal number without a sign: its digits, whether it is a float, and what follows it (`n`, `LL`, `u64`).
    mutating func number() -> (digits: String, isFloat: Bool, suffix: String)? {
        skipSpace()
        var digits = ""
        var isFloat = false
        var ahead = position
        func digit(_ offset: Int) -> Bool { offset < bytes.count && (0x30...0x39).contains(bytes[offset]) }
        guard digit(ahead) else { return nil }
        func readDigits() {
            while digit(ahead) {
                digits.unicodeScalars.append(Unicode.Scalar(bytes[ahead]))
                ahead += 1
            }
        }
        readDigits()
        // `1.max(2)` and `1..2` of Rust are no floats.
        if ahead < bytes.count, bytes[ahead] == UInt8(ascii: "."), digit(ahead + 1) {
            isFloat = true
            digits += "."
            ahead += 1
            readDigits()
        }
        if ahead < bytes.count, bytes[ahead] | 0x20 == UInt8(ascii: "e") {
            let hasSign = ahead + 1 < bytes.count && [0x2B, 0x2D].contains(bytes[ahead + 1])
            if digit(ahead + (hasSign ? 2 : 1)) {
                isFloat = true
                digits += "e"
                ahead += 1
                if hasSign {
                    digits.unicodeScalars.append(Unicode.Scalar(bytes[ahead]))
                    ahead += 1
                }
                readDigits()
            }
        }
        let suffixStart = ahead
        while ahead < bytes.count, Self.isNameByte(bytes[ahead]) { ahead += 1 }
        // `010` is octal in C++; `1.` is left to the languages.
        if digits.count > 1, digits.hasPrefix("0"), !isFloat { return nil }
        if ahead < bytes.count, bytes[ahead] == UInt8(ascii: "."), language != .rust { return nil }
        position = ahead
        return (digits, isFloat, String(decoding: bytes[suffixStart..<ahead], as: UTF8.self))
    }

    static func integer(_ digits: String) throws(Mismatch) -> BigInt {
        guard digits.count <= 1000, let value = BigInt(digits) else { throw Mismatch() }
        return value
    }

    /// A finite float.
    static func float(_ digits: String) throws(Mismatch) -> Double {
        guard let value = Double(digits), value.isFinite else { throw Mismatch() }
        return value
    }

    // MARK: - Strings

    /// A string between quotes with the escapes that mean the same in all three languages.
    mutating func string(_ quote: UInt8) throws(Mismatch) -> ByteString {
        skipSpace()
        guard peek == quote else { throw Mismatch() }
        position += 1
        var text: [UInt8] = []
        while let byte = peek, byte != quote {
            position += 1
            switch byte {
            case 0x0A, 0x0D: throw Mismatch()
            case UInt8(ascii: "\\"): try escape(into: &text)
            // A template may hold expressions.
            case UInt8(ascii: "$") where quote == UInt8(ascii: "`"): throw Mismatch()
            // The compiler's character set is not ours to know.
            case 0x80... where language == .cpp && quote == UInt8(ascii: "'"): throw Mismatch()
            default: text.append(byte)
            }
        }
        guard peek == quote else { throw Mismatch() }
        position += 1
        return ByteString(bytes: text)
    }

    private mutating func escape(into text: inout [UInt8]) throws(Mismatch) {
        guard let letter = peek else { throw Mismatch() }
        position += 1
        switch letter {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(letter)
        // `\0` alone; what follows might belong to it.
        case UInt8(ascii: "0") where peek.map { !(0x30...0x39).contains($0) } ?? false: text.append(0)
        case UInt8(ascii: "u") where language != .cpp: try unicodeEscape(into: &text)
        default: throw Mismatch()
        }
    }

    /// `\u00e9` of JavaScript, `\u{e9}` of both.
    private mutating func unicodeEscape(into text: inout [UInt8]) throws(Mismatch) {
        var digits: [UInt8] = []
        if peek == UInt8(ascii: "{") {
            position += 1
            while let byte = peek, byte != UInt8(ascii: "}"), digits.count < 6 {
                digits.append(byte)
                position += 1
            }
            guard peek == UInt8(ascii: "}") else { throw Mismatch() }
            position += 1
        } else {
            guard language == .javascript, position + 4 <= bytes.count else { throw Mismatch() }
            digits = Array(bytes[position..<(position + 4)])
            position += 4
        }
        guard let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(code)
        else { throw Mismatch() }
        text += Array(String(scalar).utf8)
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// Bytes up to the end of the first `mark`.
    fileprivate func firstEnd(of mark: String) -> Int? {
        let mark = Array(mark.utf8)
        return indices.first { self[$0...].starts(with: mark) }.map { $0 - startIndex + mark.count }
    }
}
