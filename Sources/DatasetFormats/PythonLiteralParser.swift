import BigInt
import GradingModel

/// A recursive-descent reader of Python literals over borrowed bytes.
struct PythonLiteralParser {
    struct Fault: Error {
        var offset: Int
        var message: String
    }

    let bytes: UnsafeBufferPointer<UInt8>
    private let maximumValues: Int
    var position = 0
    /// Open brackets; inside of any, line ends are white space.
    var depth = 0
    private var count = 0
    /// Whether the value read last may be a dict's key or a set's element.
    var isHashable = true

    init(bytes: UnsafeBufferPointer<UInt8>, maximumValues: Int = JSONCodec.maximumValues) {
        self.bytes = bytes
        self.maximumValues = maximumValues
    }

    mutating func parseDocument() throws(Fault) -> Value {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        try skipSpace(lineEnds: true)
        var value = try parseValue()
        try skipSpace(lineEnds: false)
        if take(UInt8(ascii: ",")) {
            // A tuple needs no brackets.
            var elements = [value]
            try skipSpace(lineEnds: false)
            while let byte = peek, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
                elements.append(try parseValue())
                try skipSpace(lineEnds: false)
                guard take(UInt8(ascii: ",")) else { break }
                try skipSpace(lineEnds: false)
            }
            value = .list(elements)
        }
        try skipSpace(lineEnds: true)
        guard position == bytes.count else { throw unexpectedAfterValue() }
        return value
    }

    // MARK: - Structure

    private mutating func parseValue() throws(Fault) -> Value {
        try skipSpace()
        guard let byte = peek else { throw fault("unexpected end of the text, a value is due") }
        count += 1
        guard count <= maximumValues else { throw fault("more than \(maximumValues) values") }
        isHashable = true
        switch byte {
        case UInt8(ascii: "["): return try parseList()
        case UInt8(ascii: "("): return try parseParentheses()
        case UInt8(ascii: "{"): return try parseBraces()
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try parseStrings())
        case UInt8(ascii: "+"), UInt8(ascii: "-"): return try parseSigned(byte)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "."):
            guard peek(1).map(Self.isDigit) == true else { throw fault("unexpected '.', a value is due") }
            return try parseNumber()
        case _ where Self.isNameByte(byte):
            if stringPrefixLength() != nil { return .string(try parseStrings()) }
            return try parseName()
        default: throw fault("unexpected \(here), a value is due")
        }
    }

    private mutating func parseSigned(_ sign: UInt8) throws(Fault) -> Value {
        position += 1
        try skipSpace()
        let start = position
        let operand: Value
        if let byte = peek, Self.isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "(") {
            operand = try parseValue()
        } else {
            guard let name = peekName(), name == "nan" || name == "inf" else {
                throw fault("a sign must stand before a number")
            }
            operand = try parseName()
        }
        isHashable = true
        switch operand {
        case .integer(let value): return .integer(sign == UInt8(ascii: "-") ? -value : value)
        case .float(let value): return .float(sign == UInt8(ascii: "-") ? -value : value)
        default: throw Fault(offset: start, message: "a sign must stand before a number")
        }
    }

    mutating func enter() throws(Fault) {
        depth += 1
        guard depth <= PythonLiteral.maximumDepth else {
            throw fault("nested deeper than \(PythonLiteral.maximumDepth) levels")
        }
        position += 1
        try skipSpace()
    }

    private mutating func parseList() throws(Fault) -> Value {
        try enter()
        let elements = try parseElements(until: UInt8(ascii: "]"), of: "list", Self.element).elements
        isHashable = false
        return .list(elements)
    }

    private mutating func parseParentheses() throws(Fault) -> Value {
        try enter()
        let (elements, hasComma, isHashable) = try parseElements(until: UInt8(ascii: ")"), of: "tuple", Self.element)
        self.isHashable = isHashable
        if elements.count == 1, !hasComma { return elements[0] }
        return .list(elements)
    }

    private static func element(_ parser: inout Self) throws(Fault) -> Value { try parser.parseValue() }

    /// Reads elements up to the closing bracket, which it takes.
    mutating func parseElements<Element>(
        until end: UInt8,
        of kind: String,
        _ parseElement: (inout Self) throws(Fault) -> Element
    ) throws(Fault) -> (elements: [Element], hasComma: Bool, isHashable: Bool) {
        defer { depth -= 1 }
        var elements: [Element] = []
        var hasComma = false
        var areHashable = true
        while !take(end) {
            elements.append(try parseElement(&self))
            areHashable = areHashable && isHashable
            try skipSpace()
            if take(UInt8(ascii: ",")) {
                hasComma = true
                try skipSpace()
            } else if peek != end {
                throw fault("unexpected \(here) in a \(kind), ',' or '\(Character(Unicode.Scalar(end)))' is due")
            }
        }
        return (elements, hasComma, areHashable)
    }

    private mutating func parseBraces() throws(Fault) -> Value {
        try enter()
        defer {
            depth -= 1
            isHashable = false
        }
        if take(UInt8(ascii: "}")) { return .map([]) }
        let first = try parseKey()
        try skipSpace()
        guard peek == UInt8(ascii: ":") else { return try parseSet(first) }
        var entries: [MapEntry] = []
        var indices: [Value: Int] = [:]
        var key = first
        while true {
            guard take(UInt8(ascii: ":")) else { throw fault("unexpected \(here) in a dict, ':' is due") }
            let value = try parseValue()
            let identity = Self.identity(of: key)
            if let index = indices[identity] {
                entries[index].value = value
            } else {
                indices[identity] = entries.count
                entries.append(MapEntry(key: key, value: value))
            }
            try skipSpace()
            let hasComma = take(UInt8(ascii: ","))
            try skipSpace()
            if take(UInt8(ascii: "}")) { return .map(entries) }
            guard hasComma else { throw fault("unexpected \(here) in a dict, ',' or '}' is due") }
            key = try parseKey()
            try skipSpace()
        }
    }

    private mutating func parseSet(_ first: Value) throws(Fault) -> Value {
        var elements = [first]
        var seen: Set<Value> = [Self.identity(of: first)]
        while true {
            let hasComma = take(UInt8(ascii: ","))
            try skipSpace()
            if take(UInt8(ascii: "}")) { return .set(elements) }
            guard hasComma else { throw fault("unexpected \(here) in a set, ',' or '}' is due") }
            let element = try parseKey()
            if seen.insert(Self.identity(of: element)).inserted { elements.append(element) }
            try skipSpace()
        }
    }

    private mutating func parseKey() throws(Fault) -> Value {
        try skipSpace()
        let start = position
        let key = try parseValue()
        guard isHashable else {
            throw Fault(offset: start, message: "a list, set or dict can't be a dict's key or a set's element")
        }
        return key
    }

    /// What Python takes for the same key: numbers of one value, whatever their type.
    private static func identity(of key: Value) -> Value {
        switch key {
        case .bool(let value): Value(value ? 1 : 0)
        case .float(let value): BigInt(exactly: value).map(Value.integer) ?? key
        case .list(let elements): .list(elements.map(identity))
        default: key
        }
    }

    // MARK: - Names

    func peekName() -> String? {
        var end = position
        while end < bytes.count, Self.isNameByte(bytes[end]) || Self.isDigit(bytes[end]) { end += 1 }
        return end > position ? String(decoding: bytes[position..<min(end, position + 64)], as: UTF8.self) : nil
    }

    private mutating func parseName() throws(Fault) -> Value {
        guard let name = peekName() else { throw fault("unexpected \(here), a value is due") }
        let value: Value
        switch name {
        case "None": value = .null
        case "True": value = .bool(true)
        case "False": value = .bool(false)
        case "nan": value = .float(.nan)
        case "inf": value = .float(.infinity)
        case "set": return try parseEmptySet()
        default: throw fault("'\(name)' is no literal")
        }
        position += name.utf8.count
        return value
    }

    private mutating func parseEmptySet() throws(Fault) -> Value {
        let start = position
        position += 3
        try skipSpace()
        if take(UInt8(ascii: "(")) {
            try skipSpace(lineEnds: true)
            if take(UInt8(ascii: ")")) {
                isHashable = false
                return .set([])
            }
        }
        throw Fault(offset: start, message: "'set' is no literal, apart from the empty 'set()'")
    }

    // MARK: - Bytes

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    /// Skips white space, comments and joined lines; line ends too inside of brackets.
    mutating func skipSpace() throws(Fault) {
        try skipSpace(lineEnds: depth > 0)
    }

    mutating func skipSpace(lineEnds: Bool) throws(Fault) {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0C: position += 1
            case UInt8(ascii: "\n") where lineEnds, UInt8(ascii: "\r") where lineEnds: position += 1
            case UInt8(ascii: "#"):
                while let byte = peek, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { position += 1 }
            case UInt8(ascii: "\\"):
                guard let length = lineEndLength(at: position + 1) else {
                    throw fault("unexpected '\\' outside of a string")
                }
                position += 1 + length
            default: return
            }
        }
    }

    /// Length of the line end (LF, CR LF or CR) at an offset.
    func lineEndLength(at offset: Int) -> Int? {
        guard offset < bytes.count else { return nil }
        if bytes[offset] == UInt8(ascii: "\n") { return 1 }
        guard bytes[offset] == UInt8(ascii: "\r") else { return nil }
        return offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n") ? 2 : 1
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    static func isNameByte(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
            || byte >= 0x80
    }

    // MARK: - Faults

    func fault(_ message: String) -> Fault { Fault(offset: position, message: message) }

    private func unexpectedAfterValue() -> Fault {
        switch peek {
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            fault("arithmetic is no literal, and complex numbers can't be carried")
        default: fault("unexpected \(here) after the value")
        }
    }

    /// What stands at the position, for messages.
    var here: String {
        guard let byte = peek else { return "end of the text" }
        guard byte >= 0x20, byte != 0x7F else { return "byte \(byte)" }
        guard byte >= 0x80 else { return "'\(Character(Unicode.Scalar(byte)))'" }
        return "character '\(String(decoding: bytes[position...].prefix(4), as: UTF8.self).prefix(1))'"
    }
}
