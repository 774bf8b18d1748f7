/// Where an answer differs from what was expected.
public enum Difference: Sendable, Hashable {
    /// 1-based line and column (in bytes) of the first difference, with excerpts of both sides.
    case text(line: Int, column: Int, expected: ByteString, actual: ByteString)
    /// A path such as `[2].name` into the value (`""` is the value itself); `nil` where a side has nothing there.
    case value(path: String, expected: Value?, actual: Value?)
}

/// How one answer was compared.
public struct ComparisonOutcome: Sendable, Hashable {
    public var policy: ComparisonOptions.Policy
    /// The rule that decided, for example `equal`, `tokens`, `tolerance`, `unwrapped`, `different`.
    public var rule: String
    public var isEqual: Bool
    public var difference: Difference?

    public init(policy: ComparisonOptions.Policy, rule: String, isEqual: Bool, difference: Difference? = nil) {
        self.policy = policy
        self.rule = rule
        self.isEqual = isEqual
        self.difference = difference
    }
}

/// The verdict and trace of one test.
public struct TestResult: Sendable, Hashable {
    public var index: Int
    public var name: String?
    public var type: String
    public var verdict: Verdict
    /// User and system time of the whole jail, in seconds.
    public var cpuTime: Double = 0
    public var wallTime: Double = 0
    public var memoryPeakKB: Int = 0
    public var exitCode: Int?
    /// The signal's name, for example `SIGSEGV`.
    public var signal: String?
    public var stdout: ByteString = ""
    public var stderr: ByteString = ""
    public var stdoutTruncated = false
    public var stderrTruncated = false
    /// The value a call returned; `nil` where none came.
    public var returned: Value?
    public var comparison: ComparisonOutcome?
    public var message: String?
    /// What was odd about the run, see `Suspicion`.
    ///
    /// No verdict depends on it.
    public var suspicion: [String] = []
    /// Whether the interpreter was forked from a warm one; `nil` where nothing ran.
    public var isWarm: Bool?

    public init(index: Int, name: String?, type: String, verdict: Verdict, message: String? = nil) {
        self.index = index
        self.name = name
        self.type = type
        self.verdict = verdict
        self.message = message
    }
}

/// What the compiler, or the syntax check of an interpreted language, said.
public struct CompileResult: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable {
        case ok, failed
        case timedOut = "timed_out"
        case outOfMemory = "out_of_memory"
        case notNeeded = "not_needed"
    }

    public var status: Status
    public var stdout: ByteString = ""
    public var stderr: ByteString = ""
    public var cpuTime: Double = 0
    public var wallTime: Double = 0
    public var cached = false
    /// Which form of the program was compiled, for example `as it stands` or `with prelude`.
    public var form: String?

    public init(status: Status) { self.status = status }
}

/// What the submission ran on.
public struct RunEnvironment: Sendable, Hashable {
    public var image: String
    public var imageDigest: String
    public var toolchain: String
    public var flags: [String]
    public var kernel: String
    /// `v1` or `v2`.
    public var cgroup: String

    public init(image: String, imageDigest: String, toolchain: String, flags: [String], kernel: String, cgroup: String)
    {
        self.image = image
        self.imageDigest = imageDigest
        self.toolchain = toolchain
        self.flags = flags
        self.kernel = kernel
        self.cgroup = cgroup
    }
}

/// Where a submission's time went, in seconds.
public struct Timings: Sendable, Hashable {
    public var queued = 0.0
    public var compile = 0.0
    public var tests = 0.0
    public var total = 0.0

    public init() {}
}

/// The verdict on a submission, with the trace of every test.
public struct SubmissionResult: Sendable, Hashable {
    public var verdict: Verdict
    /// Passed of total; `nil` where nothing can be said about the program.
    public var score: Double?
    public var passed: Int
    public var total: Int
    public var language: Language
    public var compile: CompileResult
    public var tests: [TestResult]
    public var environment: RunEnvironment?
    public var timings: Timings
    /// Why, where the verdict alone does not say it (`invalid_problem`, `no_code`, `internal_error`).
    public var message: String?

    public init(
        verdict: Verdict,
        score: Double?,
        passed: Int,
        total: Int,
        language: Language,
        compile: CompileResult,
        tests: [TestResult],
        environment: RunEnvironment?,
        timings: Timings,
        message: String? = nil
    ) {
        self.verdict = verdict
        self.score = score
        self.passed = passed
        self.total = total
        self.language = language
        self.compile = compile
        self.tests = tests
        self.environment = environment
        self.timings = timings
        self.message = message
    }
}
