public import GradingModel

/// One record of a public data set, whatever its shape: a problem, an answer to one, or both.
///
/// ```swift
/// let record = try RecordReader().read(line: line)   // or DatasetRecord(value), or (value, as: .apps)
/// if let answer = record.answer, let submission = record.submission(of: answer) { … }
/// if let gold = record.gold, let submission = record.submission(of: gold) { … }
/// ```
///
/// - A record without tests (`tests` is `nil`) is an answer to a problem that stands elsewhere, found by `problemID`:
///   `answer.joined(to: problem)`.
/// - `tests` is `.invalid` where there ought to be tests and are none that can be run: verdict `invalid_problem`.
/// - A record of `code_output_prediction` has no tests but an `expectedOutput`: see `OutputPrediction`.
/// - What prevents reading is a `RecordFault`; what was passed over is in `notes`.
public struct DatasetRecord: Sendable, Hashable {
    /// The shape that it was read as.
    public var shape: RecordShape
    /// Joins answers to problems.
    public var problemID: String?
    /// One answer among those to a problem.
    public var responseID: String?
    /// The problem's name where it comes from; a whole number is its digits.
    public var inSourceID: String?
    /// Where the problem comes from, for example `apps` or `codeforces`.
    public var source: String?
    /// `verifiable_code`, unless the record says otherwise.
    public var taskType: String = TaskType.code
    /// The language of the answer and of the gold solution.
    public var language: Language?
    /// The task's text; of a chat, what the user says.
    public var prompt: ByteString?
    /// The answer: a model's whole response, or a program.
    public var answer: Submission.Source?
    /// The problem's own solution: a program, or a fenced one.
    public var gold: Submission.Source?
    public var tests: Submission.Tests?
    /// Of `code_output_prediction`: what the program writes.
    public var expectedOutput: ExpectedOutput?
    /// The limits of the problem, before a language's factor.
    public var statedLimits = StatedLimits()
    /// Limits that hold as they stand, whatever the language: those of our own shape.
    public var explicitLimits = LimitOverrides()
    /// How outputs are compared, as the shape or the record says.
    public var comparison = ComparisonOptions()
    public var checker: Checker?
    public var interactor: Interactor?
    /// Where the program reads its input and writes its output.
    public var files = ProgramFiles.standardStreams
    public var stopOnFailure = false
    /// The score that is stored beside the answer.
    public var score: Double?
    /// What was passed over, for example a time limit that is not understood.
    public var notes: [String] = []
    /// The record itself, with all its fields.
    public var value: Value
    /// What the tests were read from, as it can stand in a request.
    public var testsField: MapEntry?

    init(shape: RecordShape, value: Value) {
        self.shape = shape
        self.value = value
    }

    /// Reads a record; its fields say which shape it has unless `shape` does.
    /// - Throws: `RecordFault` with the field and the reason.
    public init(_ value: Value, as shape: RecordShape? = nil) throws(RecordFault) {
        self = try RecordReader(shape: shape).read(value)
    }

    /// What `code_output_prediction` expects of an answer.
    public struct ExpectedOutput: Sendable, Hashable {
        /// The key in the answer's JSON: `output`, in SYNTHETIC-2 `code_output`.
        public var key: String
        public var value: Value

        public init(key: String, value: Value) {
            self.key = key
            self.value = value
        }
    }
}

/// The values of `task_type` that can be graded here.
public enum TaskType {
    public static let code = "verifiable_code"
    public static let outputPrediction = "code_output_prediction"
    /// The older name of `outputPrediction`.
    public static let codeUnderstanding = "verifiable_code_understanding"

    /// Whether a program's output is to be predicted.
    public static func isOutputPrediction(_ name: String) -> Bool {
        name == outputPrediction || name == codeUnderstanding
    }

    /// Whether there is a grader for it here.
    public static func isSupported(_ name: String) -> Bool { name == code || isOutputPrediction(name) }
}

extension Limits {
    /// More than any record states, and so much that arithmetic on it is safe.
    fileprivate static let unreachable = Limits(
        cpuTime: 1e12,
        wallTime: 1e13,
        memoryMB: 1 << 40,
        stackMB: 1 << 40
    )
}

// MARK: - Grading

extension DatasetRecord {
    /// The limits under which a program of a language runs: what the record states, times the language's factor.
    ///
    /// Never above `caps`; what is not stated is left to the grader's defaults.
    public func limits(for language: Language, caps: LimitCaps = .standard) -> LimitOverrides {
        explicitLimits.merged(over: statedLimits.overrides(for: language, caps: caps))
    }

    /// What is said where `limits(for:caps:)` cuts what the record states, one note for each limit.
    public func limitNotes(for language: Language, caps: LimitCaps = .standard) -> [String] {
        let whole = statedLimits.overrides(for: language, caps: LimitCaps(.unreachable))
        let cut = statedLimits.overrides(for: language, caps: caps)
        var notes: [String] = []
        if let wanted = whole.cpuTime, let granted = cut.cpuTime, granted < wanted, explicitLimits.cpuTime == nil {
            notes.append("the stated time limit, \(wanted) s in \(language.rawValue), is cut to \(granted) s")
        }
        if let wanted = whole.memoryMB, let granted = cut.memoryMB, granted < wanted, explicitLimits.memoryMB == nil {
            notes.append("the stated memory limit, \(wanted) MB in \(language.rawValue), is cut to \(granted) MB")
        }
        return notes
    }

    /// What grades `source` on this record's tests.
    ///
    /// - Parameters:
    ///   - source: The record's answer, its gold solution, or any other program.
    ///   - language: The record's own unless given.
    ///   - caps: What limits that the record states are cut to.
    /// - Returns: The submission; `nil` where the record has no tests, or nothing names a language.
    public func submission(
        of source: Submission.Source,
        in language: Language? = nil,
        caps: LimitCaps = .standard
    ) -> Submission? {
        guard let tests, let language = language ?? self.language else { return nil }
        return Submission(
            language: language,
            source: source,
            tests: tests,
            limits: limits(for: language, caps: caps),
            comparison: comparison,
            stopOnFailure: stopOnFailure,
            checker: checker,
            interactor: interactor,
            files: files
        )
    }

    /// Which tests are cut short: their input or output ends in `...`, as in texts taken from a web page.
    ///
    /// Dots behind a letter, a digit or white space, that is, and only where no others stand side by side: the rows of a
    /// map are drawn with dots.
    public var truncatedTests: [Int] {
        guard case .cases(let cases) = tests else { return [] }
        return cases.indices.filter { index in
            guard case .stdinStdout(let input, let expected) = cases[index].kind else { return false }
            return ([input] + expected).contains(where: Self.isTruncated)
        }
    }

    private static func isTruncated(_ text: ByteString) -> Bool {
        let dot = UInt8(ascii: ".")
        guard let end = text.bytes.lastIndex(where: { $0 > 0x20 }), end >= 3 else { return false }
        let start = end - 2
        guard text.bytes[start...end].allSatisfy({ $0 == dot }) else { return false }
        switch text.bytes[start - 1] {
        case 0x09, 0x0A, 0x0D, 0x20, 0x80...: break
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): break
        case UInt8(ascii: "a")...UInt8(ascii: "z"): break
        default: return false
        }
        return !(1..<start).contains { text.bytes[$0] == dot && text.bytes[$0 - 1] == dot }
    }
}
