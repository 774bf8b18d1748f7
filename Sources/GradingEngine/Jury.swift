import GradingModel
import GradingRules
import JailProtocol
import Sandbox
import Toolchains

/// A checker or an interactor that is built, and runs in jails of its own.
struct JuryMember: Sendable {
    let toolchain: JuryToolchain
    let runtime: LanguageRuntime
    let artefact: Artefact?
    let runner: JailRunner

    /// What a decision may use: 10 s of CPU time, 1 GiB, and as much output as shows in a trace.
    static let limits = Limits(cpuTime: 10, memoryMB: 1024, outputKB: 64)

    /// Builds a program, under the service's limits for compilers or the submission's, where those are wider.
    ///
    /// - Returns: `nil` with the compiler's words where it does not compile, which is the problem's fault.
    /// - Throws: `SandboxError`, `CancellationError`.
    static func build(
        _ program: JuryProgram,
        submissionLimits: Limits,
        runtimes: [Language: LanguageRuntime],
        runner: JailRunner,
        configuration: EngineConfiguration,
        cache: BuildCache
    ) async throws -> (member: JuryMember?, fault: String) {
        let language = program.language.language
        guard let runtime = runtimes[language] else {
            throw SandboxError.resources("this service has no image for \(language.rawValue)")
        }
        let toolchain = JuryToolchain(program)
        let builder = ProgramBuilder(
            runner: runner,
            runtime: runtime,
            artefactCap: configuration.artefactCap,
            cache: cache
        )
        var limits = configuration.defaultLimits
        limits.compileTime = max(limits.compileTime, submissionLimits.compileTime)
        limits.compileMemoryMB = max(limits.compileMemoryMB, submissionLimits.compileMemoryMB)
        let outcome = try await builder.build(toolchain.buildAttempts(), limits: limits)
        guard case .built(let artefact) = outcome.status else {
            let words = outcome.result.stderr.prefix(1024).text
            return (nil, outcome.result.status == .failed ? words : "\(outcome.result.status.rawValue). \(words)")
        }
        return (JuryMember(toolchain: toolchain, runtime: runtime, artefact: artefact, runner: runner), "")
    }

    /// Has a checker decide on an output.
    /// - Throws: `SandboxError`, `CancellationError`.
    func decide(
        input: ByteString,
        output: ByteString,
        answer: ByteString,
        form: Checker.Form
    ) async throws -> JuryDecision {
        let limits = Self.limits
        let outcome = try await runner.run(
            toolchain.command(input: input, output: output, answer: answer, form: form),
            on: runtime,
            executing: artefact,
            outputCap: limits.outputKB << 10,
            limits: JailLimits(limits)
        )
        return try Self.decision(outcome, limits: limits, form: form)
    }

    /// What the jailer is asked to have an interactor talk with a program that has these limits.
    ///
    /// It has more wall time than the program, whose limit is for both waiting for each other, and less CPU time: one that
    /// never ends must not use up the program's time.
    func conversation(
        input: ByteString,
        answer: ByteString,
        collecting cap: Int?,
        with limits: Limits
    ) throws(SandboxError) -> JailRequest {
        try runner.request(
            toolchain.command(input: input, answer: answer),
            on: runtime,
            executing: artefact,
            outputCap: Self.limits.outputKB << 10,
            collecting: cap.map { (JuryToolchain.FileName.output, $0) },
            limits: JailLimits(Self.interactorLimits(with: limits))
        )
    }

    /// An interactor's limits beside those of its program.
    static func interactorLimits(with limits: Limits) -> Limits {
        var own = Self.limits
        own.cpuTime = min(own.cpuTime, max(1, limits.wallTime / 2))
        own.wallTime = limits.wallTime + 30
        return own
    }

    /// What a run of it says.
    /// - Throws: `SandboxError` where it could not be started.
    static func decision(
        _ outcome: JailOutcome,
        limits: Limits,
        form: Checker.Form
    ) throws(SandboxError) -> JuryDecision {
        // What is executed is never the submission's: what cannot be started is our fault, or the problem's.
        let facts = RunFacts(outcome, limits: limits, isCompiled: true)
        return JuryDecision(facts, stdout: outcome.stdout, stderr: outcome.stderr, form: form)
    }
}

/// The programs of a problem's author that decide on a submission's tests.
struct Jury: Sendable {
    struct Checking: Sendable {
        var member: JuryMember
        var form: Checker.Form
    }

    var checker: Checking?
    var interactor: JuryMember?

    /// Builds both.
    ///
    /// - Returns: `nil` with the reason where the problem is at fault.
    /// - Throws: `SandboxError`, `CancellationError`.
    static func build(
        for submission: Submission,
        limits: Limits,
        runtimes: [Language: LanguageRuntime],
        runner: JailRunner,
        configuration: EngineConfiguration,
        cache: BuildCache
    ) async throws -> (jury: Jury?, fault: String) {
        func member(_ program: JuryProgram) async throws -> (member: JuryMember?, fault: String) {
            try await JuryMember.build(
                program,
                submissionLimits: limits,
                runtimes: runtimes,
                runner: runner,
                configuration: configuration,
                cache: cache
            )
        }
        var jury = Jury()
        if let checker = submission.checker {
            let (built, fault) = try await member(checker.program)
            guard let built else { return (nil, "the checker does not compile: \(fault)") }
            jury.checker = Checking(member: built, form: checker.form)
        }
        if let interactor = submission.interactor {
            let (built, fault) = try await member(interactor.program)
            guard let built else { return (nil, "the interactor does not compile: \(fault)") }
            jury.interactor = built
        }
        return (jury, "")
    }
}

extension Jury.Checking {
    /// Decides on an output; where the checker breaks on it, has it look at the answer in its place too.
    /// - Throws: `SandboxError`, `CancellationError`.
    func grade(
        input: ByteString,
        output: ByteString,
        answer: ByteString,
        policy: ComparisonOptions.Policy
    ) async throws -> TestGrade {
        let decision = try await member.decide(input: input, output: output, answer: answer, form: form)
        var breaksOnAnswer = false
        if case .breaks = decision {
            breaksOnAnswer = output == answer
            if !breaksOnAnswer,
                case .breaks = try await member.decide(input: input, output: answer, answer: answer, form: form)
            {
                breaksOnAnswer = true
            }
        }
        return JuryGrader.grade(decision, breaksOnAnswer: breaksOnAnswer, policy: policy)
    }
}
