public import GradingModel

/// How much a finding matters.
public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Worth knowing; nothing is wrong.
    case note
    /// Verdicts may be wrong or worth little.
    case warning
    /// The problem cannot be graded rightly, or the translation is wrong.
    case error

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .note: 0
        case .warning: 1
        case .error: 2
        }
    }
}

/// Where a problem was read.
public struct Origin: Sendable, Hashable {
    /// The file as it was named.
    public var file: String
    /// The line of a file of lines, else the number of the record, from 1.
    public var line: Int

    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }
}

/// One thing that is wrong, or odd, with a problem or a translation.
public struct Finding: Sendable, Hashable {
    public var code: FindingCode
    public var severity: Severity
    /// The problem's id.
    public var problem: String
    public var language: Language?
    public var origin: Origin
    /// The test that shows it, counted from 0.
    public var test: Int?
    /// What was seen.
    public var reason: String
    /// What to do about it.
    public var suggestion: String

    public init(
        _ code: FindingCode,
        severity: Severity? = nil,
        problem: String,
        language: Language?,
        origin: Origin,
        test: Int? = nil,
        reason: String,
        suggestion: String
    ) {
        self.code = code
        self.severity = severity ?? code.severity
        self.problem = problem
        self.language = language
        self.origin = origin
        self.test = test
        self.reason = reason
        self.suggestion = suggestion
    }

    /// The finding as one JSON object, in the order in which people read it.
    public var value: Value {
        .map([
            MapEntry(key: "code", value: Value(code.rawValue)),
            MapEntry(key: "severity", value: Value(severity.rawValue)),
            MapEntry(key: "problem_id", value: Value(problem)),
            MapEntry(key: "language", value: language.map { Value($0.rawValue) } ?? .null),
            MapEntry(key: "file", value: Value(origin.file)),
            MapEntry(key: "line", value: Value(origin.line)),
            MapEntry(key: "test", value: test.map { Value($0) } ?? .null),
            MapEntry(key: "reason", value: Value(reason)),
            MapEntry(key: "suggestion", value: Value(suggestion)),
        ])
    }

    /// Reads what `value` wrote; `nil` for anything else.
    public init?(_ value: Value) {
        guard let code = value["code"]?.textValue.flatMap(FindingCode.init(rawValue:)),
            let severity = value["severity"]?.textValue.flatMap(Severity.init(rawValue:)),
            let problem = value["problem_id"]?.textValue, let file = value["file"]?.textValue,
            let line = value["line"]?.intValue, let reason = value["reason"]?.textValue,
            let suggestion = value["suggestion"]?.textValue
        else { return nil }
        self.init(
            code,
            severity: severity,
            problem: problem,
            language: value["language"]?.textValue.flatMap(Language.init(rawValue:)),
            origin: Origin(file: file, line: line),
            test: value["test"]?.intValue,
            reason: reason,
            suggestion: suggestion
        )
    }
}
