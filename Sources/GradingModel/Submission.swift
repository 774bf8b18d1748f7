/// A program with the tests that it is to be graded on, as it was asked for.
public struct Submission: Sendable, Hashable {
    /// Where the program comes from.
    public enum Source: Sendable, Hashable {
        /// The program itself.
        case code(ByteString)
        /// A model's whole answer; the program is extracted from it.
        case completion(ByteString)
    }

    /// The tests, or why the problem that was handed in has none that can be run.
    public enum Tests: Sendable, Hashable {
        case cases([TestCase])
        /// A `verification_info` with zero tests, or with tests that cannot be decoded: `invalid_problem`.
        case invalid(reason: String)
    }

    public var language: Language
    public var source: Source
    public var tests: Tests
    public var limits: LimitOverrides
    public var comparison: ComparisonOptions
    /// Later tests get the verdict `skipped`.
    public var stopOnFailure: Bool
    /// What decides instead of the comparison, on tests of the types `stdin_stdout` and `function_call`.
    public var checker: Checker?
    /// What the program of a `stdin_stdout` test talks with; decides too, before the checker.
    public var interactor: Interactor?
    /// Where programs of `stdin_stdout` tests read and write, unless the test says otherwise.
    public var files: ProgramFiles

    /// The languages of all programs: the submission's, and the problem's author's.
    public var languages: [Language] {
        let jury = [checker?.program.language.language, interactor?.program.language.language].compactMap(\.self)
        return Set([language] + jury).sorted { $0.rawValue < $1.rawValue }
    }

    public init(
        language: Language,
        source: Source,
        tests: Tests,
        limits: LimitOverrides = LimitOverrides(),
        comparison: ComparisonOptions = ComparisonOptions(),
        stopOnFailure: Bool = false,
        checker: Checker? = nil,
        interactor: Interactor? = nil,
        files: ProgramFiles = .standardStreams
    ) {
        self.language = language
        self.source = source
        self.tests = tests
        self.limits = limits
        self.comparison = comparison
        self.stopOnFailure = stopOnFailure
        self.checker = checker
        self.interactor = interactor
        self.files = files
    }
}
