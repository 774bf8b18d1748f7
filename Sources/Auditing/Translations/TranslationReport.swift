public import GradingModel

/// What was found out about one translation.
public struct TranslationReport: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable {
        case passed, failed
        /// The original is at fault, or there is nothing to check it with.
        case unchecked
        /// Neither it nor its original changed since it was last checked.
        case unchanged
    }

    public var problem: String
    public var language: Language
    public var origin: Origin
    public var status: Status
    /// Tests of its own and of the original that ran, and how many passed.
    public var tests = 0
    public var passed = 0
    /// Inputs, made up or taken from tests, on which it was compared with the original.
    public var compared = 0
    public var findings: [Finding] = []

    public init(problem: AuditProblem, status: Status) {
        self.problem = problem.id
        language = problem.language
        origin = problem.origin
        self.status = status
    }
}

/// What was found out about a problem in all its languages.
public struct GroupReport: Sendable, Hashable {
    public var key: String
    public var original: String
    public var originalLanguage: Language
    public var originalOrigin: Origin
    /// What is wrong with the original.
    public var findings: [Finding]
    public var translations: [TranslationReport]

    public init(_ group: ProblemGroup, findings: [Finding] = [], translations: [TranslationReport] = []) {
        key = group.key
        original = group.original.id
        originalLanguage = group.original.language
        originalOrigin = group.original.origin
        self.findings = findings
        self.translations = translations
    }

    public var allFindings: [Finding] { findings + translations.flatMap(\.findings) }

    /// The report of a group that is not looked at again.
    public static func unchanged(_ group: ProblemGroup) -> GroupReport {
        GroupReport(group, translations: group.translations.map { TranslationReport(problem: $0, status: .unchanged) })
    }
}
