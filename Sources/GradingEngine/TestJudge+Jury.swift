import DatasetFormats
import GradingModel
import GradingRules
import JailProtocol
import Sandbox
import Toolchains

extension TestJudge {
    /// The grade of a run that a checker decides on, where one does; `nil` where the comparison decides.
    /// - Throws: `SandboxError`, `CancellationError`.
    func gradeByChecker(_ test: TestCase, facts: RunFacts, output: ByteString) async throws -> TestGrade? {
        guard let checker = jury.checker, let (input, answer) = Self.juryFiles(of: test) else { return nil }
        if let failure = TestGrader.failure(test, facts: facts, options: submission.comparison) { return failure }
        let returned = TestGrader.returned(test, facts)
        var grade = try await checker.grade(
            input: input,
            output: returned.map(Self.line) ?? output,
            answer: answer,
            policy: submission.comparison.policy
        )
        grade.returned = returned
        grade.suspicion = TestGrader.suspicion(test, facts: facts)
        return grade
    }

    /// Runs a test whose program talks with an interactor, and fills in the result.
    /// - Throws: `SandboxError`, `CancellationError`.
    func converse(
        _ test: TestCase,
        with interactor: JuryMember,
        limits: Limits,
        artefact: Artefact?,
        into result: inout TestResult
    ) async throws {
        let (input, answer) = Self.juryFiles(of: test) ?? ("", "")
        let outputCap = limits.outputKB << 10
        let outcome = try await runner.converse(
            runner.request(
                runtime.toolchain.command(for: test, code: code, limits: limits, comparison: submission.comparison),
                on: runtime,
                executing: artefact,
                outputCap: outputCap,
                limits: JailLimits(limits)
            ),
            with: interactor.conversation(
                input: input,
                answer: answer,
                collecting: jury.checker == nil ? nil : Self.transcriptCap,
                with: limits
            )
        )
        fill(&result, from: outcome.program)
        result.stdout = outcome.record.said
        result.stdoutTruncated = outcome.record.isCut
        var facts = RunFacts(outcome.program, limits: limits, isCompiled: artefact != nil)
        facts.isStdoutOverLimit = outcome.record.isCut
        let decision = try JuryMember.decision(
            outcome.interactor,
            limits: JuryMember.interactorLimits(with: limits),
            form: .testlib
        )
        let policy = submission.comparison.policy
        var grade = JuryGrader.grade(
            decision,
            failure: Classifier.failure(of: facts, due: .output, policy: policy),
            firstToLeave: outcome.record.firstToLeave == .interactor ? .interactor : .program,
            hasSpoken: !outcome.record.said.isEmpty,
            policy: policy
        )
        if grade.verdict == .accepted, let checker = jury.checker {
            let left = try outcome.interactor.artefact?.contents() ?? ""
            grade = try await checker.grade(input: input, output: left, answer: answer, policy: policy)
        }
        grade.suspicion = TestGrader.suspicion(test, facts: facts)
        result.take(grade)
    }

    /// The most that an interactor may leave for a checker, in bytes.
    private static let transcriptCap = 64 << 20

    /// Input and answer as the files of a checker; `nil` where a test has no such thing.
    ///
    /// The arguments of a call are one line of JSON, and so is what is expected.
    private static func juryFiles(of test: TestCase) -> (input: ByteString, answer: ByteString)? {
        switch test.kind {
        case .stdinStdout(let input, let expected): (input, expected.first ?? "")
        case .functionCall(_, let arguments, let expected): (line(.list(arguments)), line(expected.first ?? .null))
        case .assertions, .assertedCall: nil
        }
    }

    private static func line(_ value: Value) -> ByteString {
        ByteString(bytes: JSONCodec.serialize(ResultEncoder.readable(value)) + [0x0A])
    }
}

extension TestResult {
    mutating func take(_ grade: TestGrade) {
        verdict = grade.verdict
        message = grade.message
        returned = grade.returned
        comparison = grade.comparison
        suspicion = grade.suspicion
    }
}
