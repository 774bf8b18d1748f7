import BigInt
import GradingModel

/// `assert(f(1) == 2);`, the sides in either order, `assert(f(1))`, `assert(!f(1))`, also with `&& "message"`.
struct CppAssertion {
    private typealias Mismatch = AssertionScanner.Mismatch

    /// What is compared with the call's value, and in its place something else of the same type.
    private struct Literal {
        var value: ExactValue
        var blank: String
    }

    private static let reserved: Set<String> = [
        "alignof", "assert", "co_await", "co_yield", "decltype", "defined", "delete", "new", "noexcept", "operator",
        "return", "sizeof", "throw", "typeid", "typeof",
    ]

    private static let words: Set<String> = [
        "true", "false", "nullptr", "nullopt", "std", "string", "string_view", "vector", "array", "deque", "list",
        "map", "set", "unordered_map", "unordered_set", "pair", "make_pair", "tuple", "make_tuple", "optional", "int",
        "long", "short", "unsigned", "signed", "double", "float", "char", "bool", "size_t", "int32_t", "int64_t",
        "uint32_t", "uint64_t", "INT_MAX", "INT_MIN", "LLONG_MAX", "LLONG_MIN",
    ]

    private var scanner: AssertionScanner

    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> AssertedCall? {
        var reader = CppAssertion(scanner: AssertionScanner(bytes, .cpp))
        return try? reader.statement()
    }

    private init(scanner: AssertionScanner) {
        self.scanner = scanner
    }

    private mutating func statement() throws(Mismatch) -> AssertedCall {
        scanner.skipSpace()
        let start = scanner.position
        guard scanner.take("assert"), scanner.take("(") else { throw Mismatch() }
        // To the preprocessor, a comma ends an argument unless it stands in brackets of this kind.
        let isInBrackets = scanner.take("(")
        let condition = try self.condition(allowsCommas: isInBrackets)
        if isInBrackets { try scanner.expect(")") }
        var says: ByteString?
        if scanner.take("&&") {
            scanner.skipSpace()
            says = try scanner.string(UInt8(ascii: "\""))
        }
        try scanner.expect(")")
        let end = scanner.position
        try scanner.expect(";")
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw Mismatch() }
        return AssertedCall(
            call: condition.call,
            typeCheck: ByteString(condition.check),
            expectation: .typed(condition.value),
            message: AssertedCallReader.message(scanner.bytes, start..<end, says: says)
        )
    }

    private mutating func condition(
        allowsCommas: Bool
    ) throws(Mismatch) -> (call: ByteString, check: String, value: ExactValue) {
        if scanner.take("!") {
            let call = scanner.text(try call()).text
            return (ByteString("bool(!\(call))"), "assay_value", .bool(true))
        }
        let start = scanner.position
        if let call = try? call() {
            let text = scanner.text(call)
            guard scanner.take("==") else { return (ByteString("bool(\(text.text))"), "assay_value", .bool(true)) }
            let literal = try literal(allowsCommas: allowsCommas)
            return (text, "assay_value == \(literal.blank)", literal.value)
        }
        scanner.position = start
        let literal = try literal(allowsCommas: allowsCommas)
        try scanner.expect("==")
        return (scanner.text(try call()), "\(literal.blank) == assay_value", literal.value)
    }

    private mutating func call() throws(Mismatch) -> Range<Int> {
        try scanner.call(receiver: "Solution().", reserved: Self.reserved, words: Self.words)
    }

    // MARK: - Literals

    private mutating func literal(allowsCommas: Bool) throws(Mismatch) -> Literal {
        scanner.skipSpace()
        guard let byte = scanner.peek else { throw Mismatch() }
        switch byte {
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        case UInt8(ascii: "\""): return Literal(value: .string(try scanner.string(byte)), blank: "\"\"")
        case UInt8(ascii: "'"):
            let text = try scanner.string(byte)
            guard text.count == 1 else { throw Mismatch() }
            return Literal(value: .integer(BigInt(integerLiteral: Int64(text.bytes[0]))), blank: "' '")
        default: break
        }
        if scanner.take("true") { return Literal(value: .bool(true), blank: "false") }
        if scanner.take("false") { return Literal(value: .bool(false), blank: "false") }
        let start = scanner.position
        let element = try type()
        let name = scanner.text(start..<scanner.position).text
        if element == .text {
            try scanner.expect("(")
            scanner.skipSpace()
            let text = try scanner.string(UInt8(ascii: "\""))
            try scanner.expect(")")
            return Literal(value: .string(text), blank: "\(name)()")
        }
        guard case .vector = element else { throw Mismatch() }
        let value = try value(of: element)
        guard case .list(let elements) = value, allowsCommas || elements.count < 2 else { throw Mismatch() }
        return Literal(value: value, blank: "\(name){}")
    }

    private mutating func number() throws(Mismatch) -> Literal {
        let isNegative = scanner.take("-")
        guard let (digits, isFloat, suffix) = scanner.number() else { throw Mismatch() }
        if isFloat {
            guard suffix.isEmpty else { throw Mismatch() }
            let value = try AssertionScanner.float(digits)
            return Literal(value: .float(isNegative ? -value : value), blank: "0.0")
        }
        let value = try AssertionScanner.integer(digits)
        // What it is compared with may be unsigned: then the literal's own type decides what a negative one becomes.
        let isPlain = suffix.isEmpty
        guard isPlain || !isNegative && ["L", "LL", "l", "ll"].contains(suffix), value.bitWidth <= 63 else {
            throw Mismatch()
        }
        return Literal(value: .integer(isNegative ? -value : value), blank: "0" + suffix)
    }

    private indirect enum Element: Equatable {
        case integer, float, boolean, text
        case vector(Element)
    }

    /// A type whose values can be told from their literals.
    private mutating func type(depth: Int = 0) throws(Mismatch) -> Element {
        guard depth < 50 else { throw Mismatch() }
        let isStandard = scanner.take("std::")
        switch scanner.name() {
        case "string": return .text
        case "vector":
            try scanner.expect("<")
            let inner = try type(depth: depth + 1)
            try scanner.expect(">")
            return .vector(inner)
        case "int" where !isStandard: return .integer
        case "long" where !isStandard:
            _ = scanner.take("long")
            _ = scanner.take("int")
            return .integer
        case "double" where !isStandard: return .float
        case "bool" where !isStandard: return .boolean
        default: throw Mismatch()
        }
    }

    /// A value in the place of an element of that type, or of the vector itself.
    private mutating func value(of element: Element) throws(Mismatch) -> ExactValue {
        scanner.skipSpace()
        switch element {
        case .boolean:
            if scanner.take("true") { return .bool(true) }
            try scanner.expect("false")
            return .bool(false)
        case .text: return .string(try scanner.string(UInt8(ascii: "\"")))
        case .integer:
            guard case .integer(let value) = try number().value else { throw Mismatch() }
            return .integer(value)
        case .float: return try number().value
        case .vector(let inner):
            try scanner.expect("{")
            var elements: [ExactValue] = []
            while !scanner.take("}") {
                elements.append(try value(of: inner))
                guard scanner.take(",") else {
                    try scanner.expect("}")
                    break
                }
            }
            return .list(elements)
        }
    }
}
