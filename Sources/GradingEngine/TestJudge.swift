import Glibc
import GradingModel
import GradingRules
import JailProtocol
import Sandbox
import Toolchains

/// Runs the tests of one submission and decides on each.
struct TestJudge: Sendable {
    let runner: JailRunner
    let runtime: LanguageRuntime
    let submission: Submission
    let code: ByteString
    /// Who decides instead of the comparison; nobody at first.
    var jury = Jury()
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
        var artefact: Artefact?
        if case .built(let built)? = build?.status { artefact = built }
        do {
            if case .stdinStdout = test.kind, let interactor = jury.interactor {
                try await converse(test, with: interactor, limits: limits, artefact: artefact, into: &result)
            } else {
                try await run(test, limits: limits, artefact: artefact, into: &result)
            }
        } catch let error as SandboxError {
            result.message = error.description
        }
        return result
    }

    /// - Throws: `SandboxError`, `CancellationError`.
    private func run(
        _ test: TestCase,
        limits: Limits,
        artefact: Artefact?,
        into result: inout TestResult
    ) async throws {
        var command = runtime.toolchain.command(
            for: test,
            code: code,
            limits: limits,
            comparison: submission.comparison
        )
        var stdin: ByteString = ""
        var files = ProgramFiles.standardStreams
        if case .stdinStdout(let input, _) = test.kind {
            files = test.files ?? submission.files
            if let name = files.input {
                command.files.append(WorkFile(path: name, contents: input))
            } else {
                stdin = input
            }
        }
        let outputCap = limits.outputKB << 10
        let outcome = try await runner.run(
            command,
            on: runtime,
            executing: artefact,
            stdin: stdin,
            outputCap: outputCap,
            collecting: files.output.map { ($0, outputCap) },
            limits: JailLimits(limits)
        )
        fill(&result, from: outcome)
        var facts = RunFacts(outcome, limits: limits, isCompiled: artefact != nil)
        var output = outcome.stdout
        if let name = files.output {
            output = try outcome.artefact?.contents() ?? ""
            if outcome.report.artefact == .missing(errno: EFBIG) { facts.overlongFile = name }
        }
        if let grade = try await gradeByChecker(test, facts: facts, output: output) {
            result.take(grade)
        } else {
            result.take(
                TestGrader.grade(test, facts: facts, output: output, options: submission.comparison, context: context)
            )
        }
        if let name = files.output, result.verdict == .wrongAnswer, case .missing(ENOENT) = outcome.report.artefact {
            result.message = "the program wrote no file \(name)" + (result.message.map { ": \($0)" } ?? "")
        }
    }

    func fill(_ result: inout TestResult, from outcome: JailOutcome) {
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
