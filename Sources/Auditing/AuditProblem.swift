public import GradingModel

/// A problem with its gold solution, as an audit and a check of translations look at it.
public struct AuditProblem: Sendable, Hashable {
    public var id: String
    public var origin: Origin
    public var language: Language
    /// What the problem's solvers are told.
    public var statement: String?
    /// The gold solution; `nil` where there is none.
    public var gold: ByteString?
    /// The problem as a submission: tests, limits and comparison count, its program does not.
    public var template: Submission
    /// Fields of the record by which translations can be matched, by name.
    public var keys: [String: String]

    public init(
        id: String,
        origin: Origin,
        language: Language,
        statement: String? = nil,
        gold: ByteString?,
        template: Submission,
        keys: [String: String] = [:]
    ) {
        self.id = id
        self.origin = origin
        self.language = language
        self.statement = statement
        self.gold = gold
        self.template = template
        self.keys = keys
    }

    /// The tests; empty where they cannot be decoded.
    public var tests: [TestCase] {
        guard case .cases(let tests) = template.tests else { return [] }
        return tests
    }

    /// Whether a program of the author's decides, and not a comparison.
    var hasJury: Bool { template.checker != nil || template.interactor != nil }

    /// The problem's submission of another program.
    public func submission(of program: ByteString, stopOnFailure: Bool = false) -> Submission {
        var submission = template
        submission.language = language
        submission.source = .code(program)
        submission.stopOnFailure = stopOnFailure
        return submission
    }

    /// The same with other tests.
    ///
    /// They are compared, whatever decides on the problem's own: what they expect is one answer.
    public func submission(of program: ByteString, tests: [TestCase]) -> Submission {
        var submission = submission(of: program)
        submission.tests = .cases(tests)
        submission.checker = nil
        return submission
    }

    /// A finding about this problem.
    func finding(
        _ code: FindingCode,
        severity: Severity? = nil,
        test: Int? = nil,
        _ reason: String,
        _ suggestion: String
    ) -> Finding {
        Finding(
            code,
            severity: severity,
            problem: id,
            language: language,
            origin: origin,
            test: test,
            reason: reason,
            suggestion: suggestion
        )
    }
}

/// Grades a submission; throws what is the grader's own fault.
public typealias GradeFunction = @Sendable (Submission) async throws -> SubmissionResult
