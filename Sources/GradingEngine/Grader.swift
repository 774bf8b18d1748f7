import DatasetFormats
public import GradingModel
import GradingRules
import Images
public import Sandbox
import Toolchains

/// Grades one submission: program, builds, tests, verdict.
///
/// Between submissions, nothing is kept but the cache of builds.
public struct Grader: Sendable {
    private let runtimes: [Language: LanguageRuntime]
    private let configuration: EngineConfiguration
    private let pool: SlotPool
    private let cache: BuildCache
    private let kernel: String
    private let cgroup: String

    /// Makes a grader.
    ///
    /// The jailer's kernel and cgroup version are named in every result.
    public init(
        runtimes: [Language: LanguageRuntime],
        pool: SlotPool,
        jailer: JailerProcess,
        configuration: EngineConfiguration
    ) {
        self.runtimes = runtimes
        self.configuration = configuration
        self.pool = pool
        cache = BuildCache(capacity: configuration.buildCacheSize, artefactLimit: configuration.artefactLimit)
        kernel = jailer.kernel
        cgroup = jailer.cgroup
    }

    /// What the cache of builds holds and did.
    public var buildCache: BuildCacheAccount { cache.account }

    /// Grades a submission.
    ///
    /// A fault of ours is in the result (`internal_error`), not thrown.
    /// `queued` is how long it waited, in seconds, for the timings; `onTest` is called with each test's result as it ends, in
    /// any order. Throws `CancellationError` alone.
    public func grade(
        _ submission: Submission,
        queued: Double = 0,
        onTest: @escaping @Sendable (TestResult) -> Void = { _ in }
    ) async throws -> SubmissionResult {
        let clock = ContinuousClock()
        let began = clock.now
        var result = SubmissionResult(
            verdict: .internalError,
            score: nil,
            passed: 0,
            total: 0,
            language: submission.language,
            compile: CompileResult(status: .notNeeded),
            tests: [],
            environment: nil,
            timings: Timings()
        )
        do {
            try await grade(submission, into: &result, clock, onTest)
        } catch let error as SandboxError {
            result.verdict = .internalError
            result.score = nil
            result.message = error.description
        }
        result.timings.queued = queued
        result.timings.total = queued + seconds(clock.now - began)
        return result
    }

    private func grade(
        _ submission: Submission,
        into result: inout SubmissionResult,
        _ clock: ContinuousClock,
        _ onTest: @escaping @Sendable (TestResult) -> Void
    ) async throws {
        guard let runtime = runtimes[submission.language] else {
            throw SandboxError.resources("this service has no image for \(submission.language.rawValue)")
        }
        result.environment = RunEnvironment(
            image: runtime.image.name,
            imageDigest: runtime.image.digest,
            toolchain: runtime.image.toolchain,
            flags: runtime.toolchain.flags,
            kernel: kernel,
            cgroup: cgroup
        )
        let tests: [TestCase]
        switch submission.tests {
        case .invalid(let reason):
            result.verdict = .invalidProblem
            result.message = reason
            return
        case .cases(let cases): tests = cases.map { AssertedCallReader.read($0, language: submission.language) }
        }
        result.total = tests.count
        let code: ByteString
        switch submission.source {
        case .code(let text): code = text
        case .completion(let text):
            guard let program = Extraction.program(from: text, language: submission.language) else {
                result.verdict = .noCode
                result.score = 0
                result.message = "the completion holds no program"
                result.tests = tests.indices.map { TestResult(skipped: tests[$0], at: $0, "no program") }
                return
            }
            code = program
        }

        // A lane of its own for all runs of the submission.
        let runner = JailRunner(pool: pool, attempts: configuration.attempts, isWarm: configuration.isWarm)
        let limits = submission.limits.resolved(defaults: configuration.defaultLimits)
        let builder = SubmissionBuilder(
            program: ProgramBuilder(
                runner: runner,
                runtime: runtime,
                artefactCap: configuration.artefactCap,
                cache: cache
            ),
            limits: limits,
            width: pool.size
        )
        var judge = TestJudge(
            runner: runner,
            runtime: runtime,
            submission: submission,
            code: code,
            tests: tests,
            defaultLimits: configuration.defaultLimits
        )
        let began = clock.now
        let plan = BuildPlan(tests, code: code, toolchain: runtime.toolchain)
        async let gathering = Jury.build(
            for: submission,
            limits: limits,
            runtimes: runtimes,
            runner: runner,
            configuration: configuration,
            cache: cache
        )
        var builds = try await builder.build(plan, deferring: judge.mayDeferCheck(within: limits))
        let (jury, fault) = try await gathering
        let built = clock.now
        guard let jury else {
            result.verdict = .invalidProblem
            result.message = fault
            result.compile = builds.summary
            result.timings.compile = seconds(built - began)
            result.tests = tests.indices.map { TestResult(skipped: tests[$0], at: $0, "nobody can decide on it") }
            return
        }
        judge.jury = jury
        let run = TestRun(
            judge: judge,
            tests: tests,
            plan: plan,
            stopsOnFailure: submission.stopOnFailure,
            // As many at once as there are slots; one after the other where a failure stops the rest.
            width: submission.stopOnFailure ? 1 : pool.size,
            onTest: onTest
        )
        result.tests = try await run.results(&builds, checkingWith: builder)
        result.compile = builds.summary
        result.timings.compile = seconds(built - began)
        result.timings.tests = seconds(clock.now - built)

        let score =
            builds.allFailed
            ? Score(allTests: tests.count, failedBy: .compileError) : Score(tests: result.tests.map(\.verdict))
        result.verdict = score.verdict
        result.score = score.score
        result.passed = score.passed
        if result.message == nil, score.verdict == .invalidProblem || score.verdict == .internalError {
            result.message = result.tests.first { $0.verdict == score.verdict }?.message
        }
    }
}

func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) * 1e-18
}
