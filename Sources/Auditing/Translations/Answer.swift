import BigInt
import GradingModel

/// What a program answered to an input.
enum Answer: Hashable {
    case text(ByteString)
    case value(Value)

    /// The answer of a run; `nil` where it gave none.
    init?(_ result: TestResult, to question: TestCase.Kind) {
        switch question {
        case .stdinStdout: self = .text(result.stdout)
        case .functionCall:
            guard let value = result.returned else { return nil }
            self = .value(value)
        case .assertions, .assertedCall: return nil
        }
    }

    /// The question with this answer as the expected one.
    func test(for question: TestCase.Kind, named function: String? = nil) -> TestCase? {
        switch (self, question) {
        case (.text(let text), .stdinStdout(let input, _)):
            TestCase(.stdinStdout(input: input, expected: [text]))
        case (.value(let value), .functionCall(let name, let arguments, _)):
            TestCase(.functionCall(function: function ?? name, arguments: arguments, expected: [value]))
        default: nil
        }
    }

    /// The answer's smallest parts, in order.
    var parts: [AnswerPart] {
        switch self {
        case .text(let text): text.bytes.split { $0 <= 0x20 }.map { AnswerPart(token: ByteString(bytes: Array($0))) }
        case .value(let value): Self.parts(of: value)
        }
    }

    private static func parts(of value: Value) -> [AnswerPart] {
        switch value {
        case .null: [.none]
        case .bool(let flag): [.bool(flag)]
        case .integer(let integer): [.integer(integer)]
        case .float(let float): [.float(float)]
        case .string(let text): [.text(text)]
        case .list(let elements), .set(let elements): elements.flatMap(parts)
        case .map(let entries): entries.flatMap { parts(of: $0.key) + parts(of: $0.value) }
        }
    }

    var shown: String {
        switch self {
        case .text(let text): excerpt(text)
        case .value(let value): excerpt(value)
        }
    }
}

/// A number, a word, a flag of an answer.
enum AnswerPart: Hashable {
    case none
    case bool(Bool)
    case integer(BigInt)
    case float(Double)
    case text(ByteString)

    init(token: ByteString) {
        let text = token.text
        if let first = text.first, first.isNumber || first == "-" {
            if let integer = BigInt(text) {
                self = .integer(integer)
                return
            }
            if let float = Double(text) {
                self = .float(float)
                return
            }
        }
        self = .text(token)
    }

    var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .float(let float): float
        default: nil
        }
    }

    /// Whether both are numbers, both texts, …: values of the same type in two languages.
    func isLike(_ other: AnswerPart) -> Bool {
        switch (self, other) {
        case (.none, .none), (.bool, .bool), (.text, .text): true
        case (.integer, .integer), (.integer, .float), (.float, .integer), (.float, .float): true
        default: false
        }
    }
}
