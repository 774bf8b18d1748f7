import BigInt
import GradingModel

/// `assert.strictEqual(f(1), 2)`, `assert.deepStrictEqual`, `assert(f(1) === 2)`, `console.assert(f(1) === 2)`, with a
/// message, and behind `const assert = require("assert")` or the like.
///
/// `==` and the methods that use it convert what they compare: they are left as they are, but for those of
/// `assert/strict`.
struct JavaScriptAssertion {
    private typealias Mismatch = AssertionScanner.Mismatch

    private static let reserved: Set<String> = [
        "await", "case", "catch", "class", "delete", "do", "else", "eval", "export", "extends", "finally", "for",
        "function", "Function", "if", "import", "in", "instanceof", "new", "of", "require", "return", "super",
        "switch", "this", "throw", "try", "typeof", "var", "void", "while", "with", "yield", "let", "const", "async",
    ]

    private var scanner: AssertionScanner
    private var isStrict = false
    /// What names `assert`, which has to be there: empty for `console`.
    private var assertName = ""
    /// Before the call: `!`, or `!!` for what is to count as true.
    private var negation = ""

    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> AssertedCall? {
        var reader = JavaScriptAssertion(scanner: AssertionScanner(bytes, .javascript))
        return try? reader.statement()
    }

    private init(scanner: AssertionScanner) {
        self.scanner = scanner
    }

    private mutating func statement() throws(Mismatch) -> AssertedCall {
        scanner.skipSpace()
        let brings = try imports()
        scanner.skipSpace()
        let start = scanner.position
        var method = ""
        if scanner.take("console.assert") {
            method = "console"
        } else {
            if scanner.take("require") {
                guard !brings else { throw Mismatch() }
                try requirement()
            } else {
                try scanner.expect("assert")
                if !brings { assertName = "assert" }
            }
            if scanner.take(".") {
                guard let name = scanner.name() else { throw Mismatch() }
                method = name
            }
            if !assertName.isEmpty, !method.isEmpty { assertName += ".\(method)" }
        }
        try scanner.expect("(")
        let (call, expectation) = try comparison(method)
        var says: ByteString?
        if scanner.take(",") {
            if !scanner.take(")") {
                says = try string()
                _ = scanner.take(",")
                try scanner.expect(")")
            }
        } else {
            try scanner.expect(")")
        }
        let end = scanner.position
        _ = scanner.take(";")
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw Mismatch() }
        var text = negation + scanner.text(call).text
        // The runner has one line for it, on which a comment would not end.
        if text.contains(where: \.isNewline) {
            guard !text.contains("//") else { throw Mismatch() }
            text = String(text.map { $0.isNewline ? " " : $0 })
        }
        return AssertedCall(
            // The name is looked at first, as in the assertion: where it is missing, that is what is wrong.
            call: ByteString(assertName.isEmpty ? text : "(\(assertName), \(text))"),
            expectation: expectation,
            message: AssertedCallReader.message(scanner.bytes, start..<end, says: says)
        )
    }

    /// `const assert = require("assert");` or `import assert from "assert";`: whether one was there.
    private mutating func imports() throws(Mismatch) -> Bool {
        let start = scanner.position
        if scanner.take("import") {
            try scanner.expect("assert")
            try scanner.expect("from")
            try module()
        } else if scanner.take("const") || scanner.take("let") || scanner.take("var") {
            guard scanner.take("assert"), scanner.take("="), scanner.take("require") else { throw Mismatch() }
            try requirement()
        } else {
            scanner.position = start
            return false
        }
        let end = scanner.position
        guard scanner.take(";") || scanner.bytes[end..<scanner.position].contains(0x0A) else { throw Mismatch() }
        return true
    }

    /// `("assert").strict`, behind `require`.
    private mutating func requirement() throws(Mismatch) {
        try scanner.expect("(")
        try module()
        try scanner.expect(")")
        let end = scanner.position
        if scanner.take(".strict") { isStrict = true } else { scanner.position = end }
        scanner.skipSpace()
    }

    private mutating func module() throws(Mismatch) {
        switch try string().text {
        case "assert", "node:assert": break
        case "assert/strict", "node:assert/strict": isStrict = true
        default: throw Mismatch()
        }
    }

    // MARK: - Comparison

    private mutating func comparison(_ method: String) throws(Mismatch) -> (Range<Int>, AssertedCall.Expectation) {
        switch method {
        case "", "ok", "console": return try condition()
        case "strictEqual", "equal":
            guard method == "strictEqual" || isStrict else { throw Mismatch() }
            let (call, value) = try sides(",")
            // No object is the same as one that was written down elsewhere: such a test can't pass.
            guard !Self.isObject(value) else { throw Mismatch() }
            return (call, .sameValue(value))
        case "deepStrictEqual", "deepEqual":
            guard method == "deepStrictEqual" || isStrict else { throw Mismatch() }
            let (call, value) = try sides(",")
            return (call, .deepStrictlyEqual(value))
        default: throw Mismatch()
        }
    }

    private mutating func condition() throws(Mismatch) -> (Range<Int>, AssertedCall.Expectation) {
        if scanner.take("!") {
            negation = "!"
            return (try call(), .strictlyEqual(.bool(true)))
        }
        let start = scanner.position
        if let (call, value) = try? sides("===") {
            guard !Self.isObject(value) else { throw Mismatch() }
            return (call, .strictlyEqual(value))
        }
        scanner.position = start
        negation = "!!"
        return (try call(), .strictlyEqual(.bool(true)))
    }

    private mutating func sides(_ mark: String) throws(Mismatch) -> (Range<Int>, ExactValue) {
        let start = scanner.position
        if let call = try? call() {
            try scanner.expect(mark)
            return (call, try literal())
        }
        scanner.position = start
        let value = try literal()
        try scanner.expect(mark)
        return (try call(), value)
    }

    private mutating func call() throws(Mismatch) -> Range<Int> {
        scanner.skipSpace()
        let start = scanner.position
        guard let name = scanner.name(), !Self.reserved.contains(name), scanner.peek == UInt8(ascii: "(") else {
            throw Mismatch()
        }
        scanner.position += 1
        _ = try scanner.elements(until: ")") { scanner throws(Mismatch) in
            try Self.literal(&scanner)
        }
        return start..<scanner.position
    }

    private static func isObject(_ value: ExactValue) -> Bool {
        switch value {
        case .list, .map: true
        default: false
        }
    }

    // MARK: - Literals

    private mutating func literal() throws(Mismatch) -> ExactValue { try Self.literal(&scanner) }

    private mutating func string() throws(Mismatch) -> ByteString { try Self.string(&scanner) }

    private static func string(_ scanner: inout AssertionScanner) throws(Mismatch) -> ByteString {
        scanner.skipSpace()
        guard let quote = scanner.peek, "'\"`".utf8.contains(quote) else { throw Mismatch() }
        return try scanner.string(quote)
    }

    /// Any number is a float here, and a BigInt an integer.
    private static func literal(_ scanner: inout AssertionScanner) throws(Mismatch) -> ExactValue {
        if scanner.take("-") {
            switch try number(&scanner) {
            case .integer(let value): return .integer(-value)
            case .float(let value): return .float(-value)
            default: throw Mismatch()
            }
        }
        if scanner.take("[") {
            return .list(try scanner.elements(until: "]") { scanner throws(Mismatch) in try literal(&scanner) })
        }
        if scanner.take("{") { return try object(&scanner) }
        scanner.skipSpace()
        guard let byte = scanner.peek else { throw Mismatch() }
        if "'\"`".utf8.contains(byte) { return .string(try string(&scanner)) }
        if (0x30...0x39).contains(byte) { return try number(&scanner) }
        switch scanner.name() {
        case "null": return .none
        case "undefined": return .undefined
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "NaN": return .float(.nan)
        case "Infinity": return .float(.infinity)
        default: throw Mismatch()
        }
    }

    private static func number(_ scanner: inout AssertionScanner) throws(Mismatch) -> ExactValue {
        if scanner.take("Infinity") { return .float(.infinity) }
        guard let (digits, isFloat, suffix) = scanner.number() else { throw Mismatch() }
        switch (suffix, isFloat) {
        case ("", _): return .float(try AssertionScanner.float(digits))
        case ("n", false): return .integer(try AssertionScanner.integer(digits))
        default: throw Mismatch()
        }
    }

    private static func object(_ scanner: inout AssertionScanner) throws(Mismatch) -> ExactValue {
        let entries = try scanner.elements(until: "}") { scanner throws(Mismatch) in
            let key: ByteString
            scanner.skipSpace()
            if let byte = scanner.peek, "'\"".utf8.contains(byte) {
                key = try string(&scanner)
            } else if let name = scanner.name() {
                key = ByteString(name)
            } else if case (let digits, false, "")? = scanner.number(), digits.count < 16 {
                key = ByteString(digits)
            } else {
                throw Mismatch()
            }
            // It sets the prototype.
            guard key != "__proto__", scanner.take(":") else { throw Mismatch() }
            return ExactValue.Entry(key: .string(key), value: try literal(&scanner))
        }
        guard Set(entries.map(\.key)).count == entries.count else { throw Mismatch() }
        return .map(entries)
    }
}
