import BigInt

/// A recursive-descent reader over borrowed bytes.
struct JSONParser {
    struct Fault: Error {
        var offset: Int
        var message: String
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let options: JSONCodec.Options
    private var position = 0
    private var depth = 0
    private var count = 0

    init(bytes: UnsafeBufferPointer<UInt8>, options: JSONCodec.Options) {
        self.bytes = bytes
        self.options = options
    }

    mutating func parseDocument() throws(Fault) -> Value {
        // RFC 8259, 8.1: a reader may ignore a byte order mark.
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        skipWhiteSpace()
        let value = try parseValue()
        skipWhiteSpace()
        guard position == bytes.count else { throw fault("unexpected \(here) after the value") }
        return value
    }

    // MARK: - Structure

    private mutating func parseValue() throws(Fault) -> Value {
        guard position < bytes.count else { throw fault("unexpected end of the text") }
        count += 1
        guard count <= options.maximumValues else { throw fault("more than \(options.maximumValues) values") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "["): return try parseList()
        case UInt8(ascii: "{"): return try parseMap()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "N") where options.allowNonFinite: return try parseWord("NaN", .float(.nan))
        case UInt8(ascii: "I") where options.allowNonFinite: return try parseWord("Infinity", .float(.infinity))
        default: throw fault("unexpected \(here), a value is due")
        }
    }

    private mutating func parseWord(_ word: StaticString, _ value: Value) throws(Fault) -> Value {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw fault("unexpected end of the text") }
        for index in 0..<count where bytes[position + index] != word.utf8Start[index] {
            throw fault("unexpected word, \(word) is near")
        }
        position += count
        return value
    }

    private mutating func enter() throws(Fault) {
        depth += 1
        guard depth <= options.maximumDepth else { throw fault("nested deeper than \(options.maximumDepth) levels") }
        position += 1
        skipWhiteSpace()
    }

    private mutating func parseList() throws(Fault) -> Value {
        try enter()
        defer { depth -= 1 }
        var elements: [Value] = []
        if take(UInt8(ascii: "]")) { return .list([]) }
        while true {
            elements.append(try parseValue())
            skipWhiteSpace()
            if take(UInt8(ascii: ",")) {
                skipWhiteSpace()
            } else if take(UInt8(ascii: "]")) {
                return .list(elements)
            } else {
                throw fault("unexpected \(here) in a list, ',' or ']' is due")
            }
        }
    }

    private mutating func parseMap() throws(Fault) -> Value {
        try enter()
        defer { depth -= 1 }
        var entries: [MapEntry] = []
        if take(UInt8(ascii: "}")) { return .map([]) }
        while true {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw fault("unexpected \(here) in an object, a key in double quotes is due")
            }
            let key = try parseString()
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("unexpected \(here) after a key, ':' is due") }
            skipWhiteSpace()
            entries.append(MapEntry(key: .string(key), value: try parseValue()))
            skipWhiteSpace()
            if take(UInt8(ascii: ",")) {
                skipWhiteSpace()
            } else if take(UInt8(ascii: "}")) {
                return .map(Self.withoutDuplicates(entries))
            } else {
                throw fault("unexpected \(here) in an object, ',' or '}' is due")
            }
        }
    }

    /// Keeps each key at its first place with its last value.
    private static func withoutDuplicates(_ entries: [MapEntry]) -> [MapEntry] {
        // For a handful of keys comparing them is cheaper than hashing.
        if entries.count <= 8 {
            var hasDuplicate = false
            search: for (index, entry) in entries.enumerated() {
                for earlier in entries[..<index] where earlier.key == entry.key {
                    hasDuplicate = true
                    break search
                }
            }
            guard hasDuplicate else { return entries }
        }
        var places = Dictionary<Value, Int>(minimumCapacity: entries.count)
        var unique: [MapEntry] = []
        unique.reserveCapacity(entries.count)
        for entry in entries {
            if let place = places[entry.key] {
                unique[place].value = entry.value
            } else {
                places[entry.key] = unique.count
                unique.append(entry)
            }
        }
        return unique
    }

    // MARK: - Strings

    /// Bytes that end a run of plain ASCII in a string.
    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Moves over plain ASCII, eight bytes at a time.
    @inline(__always)
    private func endOfPlainRun(from start: Int) -> Int {
        guard let base = bytes.baseAddress else { return start }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        var end = start
        while end + 8 <= bytes.count {
            let word = UnsafeRawPointer(base + end).loadUnaligned(as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // The usual test for a byte below n, exact as long as no byte has its high bit set, which is tested too.
            let stops =
                (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones) | word
            if stops & high != 0 { break }
            end += 8
        }
        while end < bytes.count, Self.isPlain(bytes[end]) { end += 1 }
        return end
    }

    private mutating func parseString() throws(Fault) -> ByteString {
        let opening = position
        position += 1
        let start = position
        position = endOfPlainRun(from: position)
        // Most strings have no escape; they are copied once, at their size.
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return ByteString(bytes: Array(bytes[start..<position]))
        }
        var result = Array(bytes[start..<position])
        while true {
            guard position < bytes.count else {
                throw Fault(offset: opening, message: "a string is not closed")
            }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return ByteString(bytes: result)
            } else if byte == UInt8(ascii: "\\") {
                try parseEscape(into: &result)
            } else if byte < 0x20 {
                throw fault("a control character in a string must be escaped, unexpected \(here)")
            } else {
                let runStart = position
                try skipText()
                result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[runStart..<position]))
            }
        }
    }

    /// Moves over what a string may hold without escape.
    private mutating func skipText() throws(Fault) {
        while position < bytes.count {
            position = endOfPlainRun(from: position)
            guard position < bytes.count, bytes[position] >= 0x80 else { return }
            let length = UTF8Sequence.length(at: position, in: bytes)
            if length > 0 {
                position += length
            } else if options.allowRawSurrogates, UTF8Sequence.surrogate(at: position, in: bytes) != nil {
                position += 3
            } else {
                throw fault("invalid UTF-8, unexpected \(here)")
            }
        }
    }

    private mutating func parseEscape(into result: inout [UInt8]) throws(Fault) {
        guard position + 1 < bytes.count else { throw fault("unexpected end of the text in an escape") }
        switch bytes[position + 1] {
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "\""): result.append(0x22)
        case UInt8(ascii: "\\"): result.append(0x5C)
        case UInt8(ascii: "/"): result.append(0x2F)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "u"): return try parseUnicodeEscape(into: &result)
        default: throw fault("unknown escape in a string")
        }
        position += 2
    }

    private mutating func parseUnicodeEscape(into result: inout [UInt8]) throws(Fault) {
        guard let unit = codeUnit(at: position) else { throw fault("\\u needs four hexadecimal digits") }
        position += 6
        switch unit {
        case 0xD800...0xDBFF:
            if let low = codeUnit(at: position), (0xDC00...0xDFFF).contains(low) {
                position += 6
                UTF8Sequence.append(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &result)
            } else {
                UTF8Sequence.append(unit, to: &result)
            }
        case 0xDC80...0xDCFF: result.append(UInt8(unit - 0xDC00))
        default: UTF8Sequence.append(unit, to: &result)
        }
    }

    /// The four digits of a `\uXXXX` that starts at `start`.
    private func codeUnit(at start: Int) -> UInt32? {
        guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt32 = 0
        for index in start + 2..<start + 6 {
            let digit: UInt8
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[index] - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    // MARK: - Numbers

    private mutating func parseNumber() throws(Fault) -> Value {
        let start = position
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative {
            position += 1
            if options.allowNonFinite, position < bytes.count, bytes[position] == UInt8(ascii: "I") {
                return try parseWord("Infinity", .float(-.infinity))
            }
        }
        let firstDigit = position
        skipDigits()
        guard position > firstDigit else { throw fault("unexpected \(here) in a number, a digit is due") }
        if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
            throw Fault(offset: firstDigit, message: "a number may not begin with 0")
        }
        let endOfDigits = position
        var isFloat = false
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isFloat = true
            position += 1
            let fraction = position
            skipDigits()
            guard position > fraction else { throw fault("unexpected \(here) in a number, a digit is due") }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isFloat = true
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            let exponent = position
            skipDigits()
            guard position > exponent else { throw fault("unexpected \(here) in a number, a digit is due") }
        }
        if isFloat { return .float(DecimalText.double(bytes[start..<position])) }
        let digits = bytes[firstDigit..<endOfDigits]
        guard digits.count <= JSONCodec.maximumIntegerDigits else {
            throw Fault(
                offset: start,
                message: "an integer has \(digits.count) digits, more than \(JSONCodec.maximumIntegerDigits)"
            )
        }
        return .integer(DecimalText.integer(digits, isNegative: isNegative))
    }

    @inline(__always)
    private mutating func skipDigits() {
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
    }

    // MARK: - Small steps

    @inline(__always)
    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// Takes `byte` if it is next.
    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private func fault(_ message: String) -> Fault { Fault(offset: position, message: message) }

    /// What stands at the position, for messages.
    private var here: String {
        guard position < bytes.count else { return "end of the text" }
        let byte = bytes[position]
        if byte > 0x20, byte < 0x7F { return "'\(Unicode.Scalar(byte))'" }
        return "byte 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
    }
}
