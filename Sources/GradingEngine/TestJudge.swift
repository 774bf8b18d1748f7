import GradingModel
import GradingRules
import JailProtocol
import Sandbox
import Toolchains

/// Runs the tests of one submission and decides on each.
struct TestJudge: Sendable {
    private let runner: JailRunner
    private let runtime: LanguageRuntime
    private let submission: Submission
    private let code: ByteString
    private let tests: [TestCase]
    private let defaultLimits: Limits
    private let context: Comparison.Context

    init(
        runner: JailRunner,
        runtime: LanguageRuntime,
        submission: Submission,
        code: ByteString,
        tests: [TestCase],
        defaultLimits: Limits
    ) {
        self.runner = runner
        self.runtime = runtime
        self.submission = submission
        self.code = code
        self.tests = tests
        self.defaultLimits = defaultLimits
        context = Comparison.Context(language: submission.language, tests: tests)
    }

    /// Whether a check may be left out that a test's end shows to be superfluous: one that fails for want of time or
    /// memory would not be missed by a test that may use more.
    func mayDeferCheck(within limits: Limits) -> Bool {
        let ofCheck = JailLimits(compilation: limits)
        return tests.allSatisfy {
            JailLimits($0.limits.merged(over: submission.limits).resolved(defaults: defaultLimits)).isWithin(ofCheck)
        }
    }

    /// A fault of ours is the result `internal_error`.
    /// - Throws: `CancellationError` alone.
    func result(of index: Int, build: BuildOutcome?) async throws -> TestResult {
        let test = tests[index]
        var result = TestResult(index: index, name: test.name, type: test.typeName, verdict: .internalError)
        let limits = test.limits.merged(over: submission.limits).resolved(defaults: defaultLimits)
        var stdin: ByteString = ""
        if case .stdinStdout(let input, _) = test.kind { stdin = input }
        var artefact: Artefact?
        if case .built(let built)? = build?.status { artefact = built }
        let outputCap = limits.outputKB << 10
        do {
            let outcome = try await runner.run(
                runtime.toolchain.command(for: test, code: code, limits: limits, comparison: submission.comparison),
                on: runtime,
                executing: artefact,
                stdin: stdin,
                outputCap: outputCap,
                limits: JailLimits(limits)
            )
            fill(&result, from: outcome)
            let grade = TestGrader.grade(
                test,
                facts: RunFacts(outcome, limits: limits, isCompiled: artefact != nil),
                output: outcome.stdout,
                options: submission.comparison,
                context: context
            )
            result.verdict = grade.verdict
            result.message = grade.message
            result.returned = grade.returned
            result.comparison = grade.comparison
            result.suspicion = grade.suspicion
        } catch let error as SandboxError {
            result.message = error.description
        }
        return result
    }

    private func fill(_ result: inout TestResult, from outcome: JailOutcome) {
        let report = outcome.report
        result.cpuTime = Double(report.cpuMicroseconds) / 1_000_000
        result.wallTime = Double(report.wallMicroseconds) / 1_000_000
        result.memoryPeakKB = Int(report.memoryPeakBytes >> 10)
        result.isWarm = report.isWarm
        switch report.ending {
        case .exited(let status): result.exitCode = Int(status)
        case .signaled(let number): result.signal = SignalNames.name(of: number)
        case .notExecuted: break
        }
        result.stdout = outcome.stdout
        result.stderr = outcome.stderr
        result.stdoutTruncated = outcome.stdoutTruncated
        result.stderrTruncated = outcome.stderrTruncated
    }
}

extension RunFacts {
    /// `isCompiled`: what was executed is the submission's own artefact.
    init(_ outcome: JailOutcome, limits: Limits, isCompiled: Bool) {
        let report = outcome.report
        var failure: String?
        let ending: Ending
        switch (report.kill, report.ending) {
        case (.cpuTime?, _): ending = .killed(.cpuTime)
        case (.wallTime?, _): ending = .killed(.wallTime)
        case (.output?, _): ending = .killed(.output)
        case (.memory?, _): ending = .killed(.memory)
        case (.cancelled?, _):
            ending = .killed(.wallTime)
            failure = "cancelled"
        case (nil, .exited(let status)): ending = .exited(status: Int(status))
        case (nil, .signaled(let number)): ending = .signaled(name: SignalNames.name(of: number))
        case (nil, .notExecuted(let errno)):
            // An interpreter that is not there is our fault; a compiled file that is no program is the submission's own.
            ending = .exited(status: 126)
            if !isCompiled { failure = "the interpreter could not be started: errno \(errno)" }
        }
        self.init(
            ending: ending,
            cpuTime: Double(report.cpuMicroseconds) / 1_000_000,
            wallTime: Double(report.wallMicroseconds) / 1_000_000,
            limits: limits,
            oomKills: Int(report.oomKills),
            isStdoutOverLimit: outcome.stdoutTruncated,
            isStderrOverLimit: outcome.stderrTruncated,
            frame: outcome.responseTruncated ? .oversized : RunnerFrame.parse(outcome.response),
            deniedCalls: report.deniedCalls.map(\.name),
            internalFailure: failure
        )
    }
}

/// Names of signals on Linux, x86-64.
///
/// See signal(7).
enum SignalNames {
    private static let names = [
        "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
        "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
        "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",
        "SIGSYS",
    ]

    static func name(of number: Int32) -> String {
        names.indices.contains(Int(number)) && number > 0 ? names[Int(number)] : "SIG\(number)"
    }
}
