import BigInt
import GradingModel

/// `assert_eq!(f(1), 2);`, `assert!(f(1) == 2);`, the sides in either order, `assert!(f(1))`, `assert!(!f(1))`.
struct RustAssertion {
    private typealias Mismatch = AssertionScanner.Mismatch

    /// What is compared with the call's value, and in its place something else of the same type.
    private struct Literal {
        var value: ExactValue
        var blank: String
    }

    private static let reserved: Set<String> = [
        "if", "match", "return", "while", "loop", "for", "in", "move", "unsafe", "break", "let", "as", "async",
        "await", "dyn", "fn", "impl", "ref", "mut", "self", "super", "crate",
    ]

    private static let words: Set<String> = [
        "true", "false", "None", "Some", "Ok", "Err", "vec", "String", "from", "to_string", "to_owned", "into", "Box",
        "new", "mut", "as_str", "std", "collections", "Vec", "HashMap", "HashSet", "BTreeMap", "BTreeSet", "VecDeque",
        "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64", "bool",
        "char", "str", "MAX", "MIN",
    ]

    private static let integers: Set<String> = [
        "", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize",
    ]

    private var scanner: AssertionScanner

    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> AssertedCall? {
        var reader = RustAssertion(scanner: AssertionScanner(bytes, .rust))
        return try? reader.statement()
    }

    private init(scanner: AssertionScanner) {
        self.scanner = scanner
    }

    private mutating func statement() throws(Mismatch) -> AssertedCall {
        scanner.skipSpace()
        let start = scanner.position
        let (call, check, value): (ByteString, String, ExactValue)
        if scanner.take("assert_eq!") {
            try scanner.expect("(")
            let sides = try sides(",")
            let blank = sides.literal.blank
            let both = sides.isCallFirst ? "assay_value, \(blank)" : "\(blank), assay_value"
            (call, check, value) = (sides.call, "assert_eq!(\(both))", sides.literal.value)
        } else {
            try scanner.expect("assert!")
            try scanner.expect("(")
            (call, check, value) = try condition()
        }
        let says = try message()
        let end = scanner.position
        _ = scanner.take(";")
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw Mismatch() }
        return AssertedCall(
            call: call,
            typeCheck: ByteString(check),
            expectation: .typed(value),
            message: AssertedCallReader.message(scanner.bytes, start..<end, says: says)
        )
    }

    /// What stands behind the condition, with the closing bracket.
    private mutating func message() throws(Mismatch) -> ByteString? {
        guard scanner.take(",") else {
            try scanner.expect(")")
            return nil
        }
        if scanner.take(")") { return nil }
        scanner.skipSpace()
        let text = try scanner.string(UInt8(ascii: "\""))
        // What is formatted may be anything.
        guard !text.bytes.contains(UInt8(ascii: "{")), !text.bytes.contains(UInt8(ascii: "}")) else { throw Mismatch() }
        _ = scanner.take(",")
        try scanner.expect(")")
        return text
    }

    private mutating func condition() throws(Mismatch) -> (ByteString, String, ExactValue) {
        if scanner.take("!") {
            let call = scanner.text(try call()).text
            return (ByteString("!\(call)"), "assert!(assay_value)", .bool(true))
        }
        let start = scanner.position
        if let call = try? call() {
            let end = scanner.position
            if !scanner.take("==") {
                scanner.position = end
                return (scanner.text(call), "assert!(assay_value)", .bool(true))
            }
        }
        scanner.position = start
        let sides = try sides("==")
        let blank = sides.literal.blank
        let check = sides.isCallFirst ? "assay_value == \(blank)" : "\(blank) == assay_value"
        return (sides.call, "assert!(\(check))", sides.literal.value)
    }

    private mutating func sides(
        _ mark: String
    ) throws(Mismatch) -> (call: ByteString, literal: Literal, isCallFirst: Bool) {
        let start = scanner.position
        if let call = try? call(), scanner.take(mark), let literal = try? literal() {
            return (scanner.text(call), literal, true)
        }
        scanner.position = start
        let literal = try literal()
        try scanner.expect(mark)
        return (scanner.text(try call()), literal, false)
    }

    private mutating func call() throws(Mismatch) -> Range<Int> {
        try scanner.call(receiver: "Solution::", reserved: Self.reserved, words: Self.words)
    }

    // MARK: - Literals

    private mutating func literal() throws(Mismatch) -> Literal { try Self.literal(&scanner) }

    private static func literal(_ scanner: inout AssertionScanner) throws(Mismatch) -> Literal {
        scanner.skipSpace()
        guard let byte = scanner.peek else { throw Mismatch() }
        switch byte {
        case UInt8(ascii: "-"), 0x30...0x39: return try number(&scanner)
        case UInt8(ascii: "'"): return Literal(value: .string(try scanner.string(byte)), blank: "' '")
        case UInt8(ascii: "\""): return try text(&scanner, before: "", after: "")
        case UInt8(ascii: "("):
            scanner.position += 1
            let elements = try scanner.elements(until: ")") { scanner throws(Mismatch) in try literal(&scanner) }
            // One element is in brackets, or a tuple, as a comma decides: rare enough to be left to Rust.
            guard elements.count > 1 else { throw Mismatch() }
            let blanks = elements.map(\.blank).joined(separator: ", ")
            return Literal(value: .list(elements.map(\.value)), blank: "(\(blanks))")
        default: break
        }
        if scanner.take("true") { return Literal(value: .bool(true), blank: "false") }
        if scanner.take("false") { return Literal(value: .bool(false), blank: "false") }
        if scanner.take("None") { return Literal(value: .none, blank: "None") }
        if scanner.take("Some(") {
            let inner = try scanner.nested { scanner throws(Mismatch) in try literal(&scanner) }
            try scanner.expect(")")
            // `Some(None)` is carried as `None` is.
            guard inner.value != .none else { throw Mismatch() }
            return Literal(value: inner.value, blank: "Some(\(inner.blank))")
        }
        if scanner.take("String::from(") {
            return try text(&scanner, before: "String::from(", after: ")")
        }
        if scanner.take("vec![") {
            let elements = try scanner.elements(until: "]") { scanner throws(Mismatch) in try literal(&scanner) }
            return Literal(value: .list(elements.map(\.value)), blank: "vec![\(elements.first?.blank ?? "")]")
        }
        throw Mismatch()
    }

    private static func text(
        _ scanner: inout AssertionScanner,
        before: String,
        after: String
    ) throws(Mismatch) -> Literal {
        scanner.skipSpace()
        let value = ExactValue.string(try scanner.string(UInt8(ascii: "\"")))
        if !after.isEmpty { try scanner.expect(after) }
        for method in [".to_string()", ".to_owned()", ".into()"] where scanner.take(method) {
            return Literal(value: value, blank: "\(before)\"\"\(after)\(method)")
        }
        return Literal(value: value, blank: "\(before)\"\"\(after)")
    }

    private static func number(_ scanner: inout AssertionScanner) throws(Mismatch) -> Literal {
        let isNegative = scanner.take("-")
        guard let (digits, isFloat, suffix) = scanner.number() else { throw Mismatch() }
        let sign = isNegative ? "-" : ""
        if isFloat {
            guard suffix.isEmpty || suffix == "f64" else { throw Mismatch() }
            let value = try AssertionScanner.float(digits)
            return Literal(value: .float(isNegative ? -value : value), blank: "\(sign)0.0\(suffix)")
        }
        guard integers.contains(suffix) else { throw Mismatch() }
        let value = try AssertionScanner.integer(digits)
        return Literal(value: .integer(isNegative ? -value : value), blank: "\(sign)0\(suffix)")
    }
}
