import GradingModel

/// Compares translations of a problem with the original, on its tests and on inputs made up from them.
public struct TranslationChecker: Sendable {
    /// Inputs that are made up for each problem.
    private let inputs: Int
    private let grade: GradeFunction

    public init(inputs: Int = 48, grade: @escaping GradeFunction) {
        self.inputs = inputs
        self.grade = grade
    }

    /// Checks a group.
    /// - Throws: `CancellationError`, and what `grade` throws.
    public func check(_ group: ProblemGroup) async throws -> GroupReport {
        var report = GroupReport(group)
        let original = group.original
        guard let gold = original.gold else {
            return unchecked(group, original.finding(.noGold, "the original has no gold solution", "add one"))
        }
        let own = try await grade(original.submission(of: gold))
        guard own.verdict == .accepted else {
            let failing = own.tests.first { $0.verdict != .accepted }
            let code: FindingCode = own.verdict == .internalError ? .notAudited : .originalFails
            return unchecked(
                group,
                original.finding(
                    code,
                    test: failing?.index,
                    "the original passes \(own.passed) of its \(own.total) tests"
                        + (failing.map { "; test \($0.index): \(describe($0))" } ?? own.message.map { ": \($0)" } ?? ""),
                    "mend the original first; assay audit says more"
                )
            )
        }
        let questions = try await answered(original, gold)
        var candidates: [Candidate] = []
        for translation in group.translations {
            candidates.append(try await run(translation, original, questions))
        }
        report.translations = settle(candidates, questions)
        return report
    }

    private func unchecked(_ group: ProblemGroup, _ finding: Finding) -> GroupReport {
        GroupReport(
            group,
            findings: [finding],
            translations: group.translations.map { TranslationReport(problem: $0, status: .unchecked) }
        )
    }

    // MARK: - The original

    /// An input with the original's answer.
    private struct Question {
        enum Source: Hashable {
            /// A test of the original.
            case test
            /// A call in an assertion of the original.
            case assertion
            case made(MadeInput.Reach)
        }

        var source: Source
        var kind: TestCase.Kind
        var answer: Answer
    }

    /// Runs the original on its tests' inputs and on made-up ones, twice; what fails or differs does not count.
    private func answered(_ original: AuditProblem, _ gold: ByteString) async throws -> [Question] {
        let tests = original.tests.filter {
            switch $0.kind {
            case .stdinStdout, .functionCall: true
            case .assertions, .assertedCall: false
            }
        }
        let asserted = AssertedInputs(problem: original).calls()
        var maker = InputMaker(problem: original)
        let made = maker.inputs(inputs, from: tests + asserted)
        let kinds: [(Question.Source, TestCase.Kind)] =
            tests.map { (.test, InputMaker.question($0.kind)) } + asserted.map { (.assertion, $0.kind) }
            + made.map { (.made($0.reach), $0.question) }
        guard !kinds.isEmpty else { return [] }
        let submission = original.submission(of: gold, tests: kinds.map { Self.unanswered($0.1) })
        let first = try await grade(submission)
        let second = try await grade(submission)
        var questions: [Question] = []
        for (index, (source, kind)) in kinds.enumerated() where index < first.tests.count && index < second.tests.count
        {
            let (one, other) = (first.tests[index], second.tests[index])
            guard [.accepted, .wrongAnswer].contains(one.verdict), [.accepted, .wrongAnswer].contains(other.verdict),
                let answer = Answer(one, to: kind), answer == Answer(other, to: kind)
            else { continue }
            // An input that leads to nonsense is none.
            if case .made = source, answer.parts.contains(where: Self.isNonsense) { continue }
            questions.append(Question(source: source, kind: kind, answer: answer))
        }
        return questions
    }

    private static func isNonsense(_ part: AnswerPart) -> Bool {
        if case .float(let float) = part { return !float.isFinite }
        return false
    }

    /// The question as a test that expects something, whatever it is.
    private static func unanswered(_ kind: TestCase.Kind) -> TestCase {
        switch kind {
        case .stdinStdout(let input, _): TestCase(.stdinStdout(input: input, expected: [""]))
        case .functionCall(let function, let arguments, _):
            TestCase(.functionCall(function: function, arguments: arguments, expected: [.null]))
        case .assertions, .assertedCall: TestCase(kind)
        }
    }

    // MARK: - Translations

    /// A translation with what came of its runs.
    private struct Candidate {
        var problem: AuditProblem
        var report: TranslationReport
        /// The questions to which it gave another answer, by index.
        var divergences: [Int: Divergence] = [:]
    }

    private func run(
        _ translation: AuditProblem,
        _ original: AuditProblem,
        _ questions: [Question]
    ) async throws -> Candidate {
        var candidate = Candidate(
            problem: translation,
            report: TranslationReport(problem: translation, status: .passed)
        )
        guard let gold = translation.gold else {
            candidate.report.status = .failed
            candidate.report.findings = [
                translation.finding(.noGold, severity: .error, "the translation has no program", "add one")
            ]
            return candidate
        }
        if case .invalid(let reason) = translation.template.tests {
            candidate.report.findings = [translation.finding(.invalidTests, reason, "mend the tests")]
            candidate.report.status = .failed
            return candidate
        }
        let own = try await grade(translation.submission(of: gold))
        candidate.report.tests = own.total
        candidate.report.passed = own.passed
        if let finding = failure(of: own, translation, gold) {
            candidate.report.findings.append(finding)
            candidate.report.status = .failed
            return candidate
        }
        let names = FunctionNames(translation: translation)
        var indices: [Int] = []
        var tests: [TestCase] = []
        for (index, question) in questions.enumerated() {
            var name: String?
            if case .functionCall(let function, _, _) = question.kind {
                guard let known = names.name(for: function) else { continue }
                name = known
            }
            guard let test = question.answer.test(for: question.kind, named: name) else { continue }
            indices.append(index)
            tests.append(test)
        }
        guard !tests.isEmpty else { return candidate }
        let result = try await grade(translation.submission(of: gold, tests: tests))
        // What cannot be called from outside, such as a template, is compared by its own tests alone.
        guard result.verdict != .compileError, result.tests.count == tests.count else { return candidate }
        candidate.report.compared = tests.count
        for (index, outcome) in zip(indices, result.tests) where outcome.verdict != .accepted {
            guard ![.internalError, .skipped, .invalidProblem].contains(outcome.verdict) else { continue }
            candidate.divergences[index] = Divergence(
                question: questions[index].kind,
                expected: questions[index].answer,
                result: outcome,
                language: translation.language,
                program: gold
            )
        }
        return candidate
    }

    /// Why a translation does not pass its own tests.
    private func failure(of result: SubmissionResult, _ problem: AuditProblem, _ gold: ByteString) -> Finding? {
        switch result.verdict {
        case .accepted: return nil
        case .internalError:
            return problem.finding(.notAudited, result.message ?? "it could not be run", "run the check again")
        case .invalidProblem:
            return problem.finding(.invalidTests, result.message ?? "a test cannot be run", "mend the tests")
        case .compileError:
            let output = result.compile.stderr.isEmpty ? result.compile.stdout : result.compile.stderr
            let lines = output.text.split(separator: "\n")
            let said = lines.first { $0.contains("error") } ?? lines.first ?? "nothing"
            return problem.finding(
                .goldDoesNotCompile,
                "the compiler says: \(said.prefix(300))",
                "mend the translation"
            )
        default: break
        }
        guard let index = result.tests.firstIndex(where: { $0.verdict != .accepted }) else { return nil }
        // A test that tells more than the first one, if there is any.
        for (index, outcome) in result.tests.enumerated() where outcome.verdict != .accepted {
            guard let divergence = divergence(problem, index, outcome, gold), let trap = divergence.trap() else {
                continue
            }
            return problem.finding(
                trap.code,
                test: index,
                "\(result.total - result.passed) of \(result.total) tests fail; on \(Self.shown(divergence.question)) "
                    + trap.reason,
                trap.suggestion
            )
        }
        return problem.finding(
            .translationFails,
            test: index,
            "\(result.total - result.passed) of \(result.total) tests fail; test \(index): \(describe(result.tests[index]))",
            "mend the translation, or the test if the original's differs"
        )
    }

    private func divergence(_ problem: AuditProblem, _ index: Int, _ result: TestResult, _ gold: ByteString)
        -> Divergence?
    {
        guard index < problem.tests.count else { return nil }
        let expected: Answer
        switch problem.tests[index].kind {
        case .stdinStdout(_, let texts):
            guard let text = texts.first else { return nil }
            expected = .text(text)
        case .functionCall(_, _, let values):
            guard let value = values.first else { return nil }
            expected = .value(value)
        case .assertions, .assertedCall: return nil
        }
        return Divergence(
            question: problem.tests[index].kind,
            expected: expected,
            result: result,
            language: problem.language,
            program: gold
        )
    }

    // MARK: - Judgement

    /// Decides which of the differences count.
    private func settle(_ candidates: [Candidate], _ questions: [Question]) -> [TranslationReport] {
        candidates.map { candidate in
            var report = candidate.report
            var counted: [(question: Question, divergence: Divergence, trap: Trap?)] = []
            guard !answersInAnotherForm(candidate, questions) else { return report }
            for (index, question) in questions.enumerated() {
                guard let divergence = candidate.divergences[index] else { continue }
                let trap = divergence.trap()
                let others = candidates.count { $0.problem != candidate.problem && $0.divergences[index] != nil }
                if counts(question, divergence, trap, in: candidate.problem.language, alsoDiffering: others) {
                    counted.append((question, divergence, trap))
                }
            }
            // What says most comes first: a test's own input, then a trap that is certain.
            let ranked = counted.enumerated().sorted { left, right in
                (Self.rank(left.element), left.offset) < (Self.rank(right.element), right.offset)
            }.map(\.element)
            guard let first = ranked.first else { return report }
            let finding = self.finding(candidate.problem, first, of: counted.count, among: report.compared)
            report.findings.append(finding)
            if finding.severity != .note { report.status = .failed }
            return report
        }
    }

    private static func rank(_ item: (question: Question, divergence: Divergence, trap: Trap?)) -> Int {
        let isMade = if case .made = item.question.source { true } else { false }
        let isNote = item.question.source == .made(.stretched(isAllowed: false))
        return (isNote ? 4 : 0) + (item.trap?.isCertain == true ? 0 : 1) + (isMade ? 1 : 0)
    }

    /// Whether the translation gives its answers in another form, such as 0 where the original has None.
    ///
    /// It passed its own assertions, so where it differs on the calls that the original's assertions make, in type
    /// and not merely in value, the two cannot be compared from outside.
    private func answersInAnotherForm(_ candidate: Candidate, _ questions: [Question]) -> Bool {
        questions.enumerated().contains { index, question in
            guard question.source == .assertion, let divergence = candidate.divergences[index] else { return false }
            guard divergence.result.verdict == .wrongAnswer, let actual = Answer(divergence.result, to: question.kind)
            else { return true }
            let (left, right) = (question.answer.parts, actual.parts)
            return left.count != right.count || !zip(left, right).allSatisfy { $0.isLike($1) }
        }
    }

    private func counts(
        _ question: Question,
        _ divergence: Divergence,
        _ trap: Trap?,
        in language: Language,
        alsoDiffering others: Int
    ) -> Bool {
        // Elsewhere 3.0 is 3, or is made an integer for a parameter that is one.
        if language != .python, question.source != .test, trap?.isCertain != true, hasWholeFloat(question.kind) {
            return false
        }
        switch question.source {
        case .test: return true
        case .assertion:
            // Digits of a shorter float, which the assertions allow for.
            return trap?.code != .floatFormatting
        case .made(let reach):
            if reach != .observed, trap?.isCertain != true, reach != .spaced { return false }
            if trap?.code == .floatFormatting, case .functionCall = question.kind { return false }
            // Where others differ too, the input is likelier to be none than two translations to be wrong.
            return others == 0 || trap?.isCertain == true
        }
    }

    private func hasWholeFloat(_ kind: TestCase.Kind) -> Bool {
        guard case .functionCall(_, let arguments, _) = kind else { return false }
        return Answer.value(.list(arguments)).parts.contains { part in
            if case .float(let float) = part { float == float.rounded() } else { false }
        }
    }

    private func finding(
        _ problem: AuditProblem,
        _ item: (question: Question, divergence: Divergence, trap: Trap?),
        of count: Int,
        among compared: Int
    ) -> Finding {
        let (question, divergence, trap) = item
        let input = Self.shown(question.kind)
        let isSpaced = question.source == .made(.spaced)
        let where_ =
            switch question.source {
            case .test: "on the original's test \(input)"
            case .assertion: "on \(input), which the original's test calls"
            case .made(.spaced): "on a test's input with other white space at its ends, \(input),"
            case .made: "on the made-up input \(input)"
            }
        let outcome =
            divergence.result.verdict == .wrongAnswer
            ? "it answers \(Answer(divergence.result, to: question.kind)?.shown ?? "nothing")"
            : "it ends with \(describe(divergence.result))"
        let total = count == 1 ? "" : " (\(count) of \(compared) inputs differ)"
        let code = trap?.code ?? (isSpaced ? .inputParsing : .translationDiffers)
        let severity: Severity =
            switch question.source {
            case .made(.stretched(isAllowed: false)): .note
            case .made(.spaced): .warning
            default: .error
            }
        return problem.finding(
            code,
            severity: severity,
            "\(where_) \(outcome) where the original answers \(question.answer.shown)\(total)"
                + (trap.map { ": \($0.reason)" } ?? ""),
            trap?.suggestion
                ?? (isSpaced
                    ? "read the input as a sequence of tokens, whatever white space there is"
                    : "mend the translation; if the input cannot occur, say so in the statement's constraints")
        )
    }

    static func shown(_ kind: TestCase.Kind) -> String {
        switch kind {
        case .stdinStdout(let input, _): excerpt(input)
        case .functionCall(let function, let arguments, _):
            "\(function)(\(arguments.map { excerpt($0, limit: 60) }.joined(separator: ", ")))"
        case .assertions, .assertedCall: "an assertion"
        }
    }
}
