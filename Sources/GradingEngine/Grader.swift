import DatasetFormats
public import GradingModel
import GradingRules
import Images
public import Sandbox
import Toolchains

/// Grades one submission: program, builds, tests, verdict.
///
/// Holds no state between submissions.
public struct Grader: Sendable {
    private let runtimes: [Language: LanguageRuntime]
    private let configuration: EngineConfiguration
    private let runner: JailRunner
    private let parallelism: Int
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
        runner = JailRunner(pool: pool, attempts: configuration.attempts)
        parallelism = pool.size
        kernel = jailer.kernel
        cgroup = jailer.cgroup
    }

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
                result.tests = tests.indices.map { skipped($0, tests[$0], "no program") }
                return
            }
            code = program
        }

        let limits = submission.limits.resolved(defaults: configuration.defaultLimits)
        let began = clock.now
        let builds = try await build(tests, code: code, limits: limits, runtime: runtime)
        let built = clock.now
        result.timings.compile = seconds(built - began)
        result.compile = builds.summary
        result.tests = try await run(submission, tests, code: code, builds: builds, runtime: runtime, onTest)
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

    // MARK: Builds

    /// The builds of a submission, by target.
    private struct Builds: Sendable {
        var outcomes: [BuildTarget: BuildOutcome] = [:]
        /// In the order of the tests.
        var order: [BuildTarget] = []

        var allFailed: Bool {
            !order.isEmpty && order.allSatisfy { if case .failed? = outcomes[$0]?.status { true } else { false } }
        }

        /// One account for the trace: of the first that failed, else of the first; the times of all.
        var summary: CompileResult {
            let results = order.compactMap { outcomes[$0]?.result }
            guard var summary = results.first(where: { $0.status != .ok && $0.status != .notNeeded }) ?? results.first
            else { return CompileResult(status: .notNeeded) }
            summary.cpuTime = results.reduce(0) { $0 + $1.cpuTime }
            summary.wallTime = results.reduce(0) { $0 + $1.wallTime }
            return summary
        }
    }

    private func build(
        _ tests: [TestCase],
        code: ByteString,
        limits: Limits,
        runtime: LanguageRuntime
    ) async throws -> Builds {
        let builder = ProgramBuilder(runner: runner, runtime: runtime, artefactCap: configuration.artefactCap)
        var builds = Builds()
        // Targets that are built by the same commands share a build: a syntax check is one for all tests.
        var known: [[BuildAttempt]: BuildOutcome] = [:]
        for test in tests {
            let target = BuildTarget.target(for: test, among: tests)
            if builds.outcomes[target] != nil { continue }
            let attempts = runtime.toolchain.buildAttempts(for: target, code: code)
            let outcome: BuildOutcome
            if let same = known[attempts] {
                outcome = same
            } else {
                outcome = try await builder.build(attempts, limits: limits)
                known[attempts] = outcome
            }
            builds.outcomes[target] = outcome
            builds.order.append(target)
        }
        return builds
    }

    // MARK: Tests

    private func run(
        _ submission: Submission,
        _ tests: [TestCase],
        code: ByteString,
        builds: Builds,
        runtime: LanguageRuntime,
        _ onTest: @escaping @Sendable (TestResult) -> Void
    ) async throws -> [TestResult] {
        let judge = TestJudge(
            runner: runner,
            runtime: runtime,
            submission: submission,
            code: code,
            tests: tests,
            defaultLimits: configuration.defaultLimits
        )
        var results = [TestResult?](repeating: nil, count: tests.count)
        // As many at once as there are slots; one after the other where a failure stops the rest.
        let width = submission.stopOnFailure ? 1 : parallelism
        try await withThrowingTaskGroup(of: TestResult.self) { group in
            var next = 0
            var underWay = 0
            var isStopped = false
            while next < tests.count || underWay > 0 {
                while next < tests.count, underWay < width {
                    let (index, test) = (next, tests[next])
                    next += 1
                    if isStopped {
                        results[index] = skipped(index, test, "an earlier test failed")
                        continue
                    }
                    let target = BuildTarget.target(for: test, among: tests)
                    let build = builds.outcomes[target]
                    if let settled = settledByBuild(index, test, build, allFailed: builds.allFailed) {
                        results[index] = settled
                        onTest(settled)
                        isStopped = submission.stopOnFailure
                        continue
                    }
                    group.addTask { try await judge.result(of: index, build: build) }
                    underWay += 1
                }
                guard underWay > 0, let result = try await group.next() else { continue }
                underWay -= 1
                results[result.index] = result
                onTest(result)
                if submission.stopOnFailure && result.verdict != .accepted { isStopped = true }
            }
        }
        return results.compactMap(\.self)
    }

    /// The result of a test that does not run, because of its build.
    private func settledByBuild(
        _ index: Int,
        _ test: TestCase,
        _ build: BuildOutcome?,
        allFailed: Bool
    ) -> TestResult? {
        switch build?.status {
        case .built: nil
        case .invalidTest(let reason):
            TestResult(index: index, name: test.name, type: test.typeName, verdict: .invalidProblem, message: reason)
        case .failed, nil:
            if allFailed {
                skipped(index, test, "the program does not compile")
            } else {
                TestResult(
                    index: index,
                    name: test.name,
                    type: test.typeName,
                    verdict: .compileError,
                    message: "the program does not compile with this test"
                )
            }
        }
    }

    private func skipped(_ index: Int, _ test: TestCase, _ reason: String) -> TestResult {
        TestResult(index: index, name: test.name, type: test.typeName, verdict: .skipped, message: reason)
    }
}

func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) * 1e-18
}
