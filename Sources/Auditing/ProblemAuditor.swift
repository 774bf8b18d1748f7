public import GradingModel

/// What was found out about one problem.
public struct ProblemReport: Sendable, Hashable {
    public var problem: String
    public var language: Language?
    public var origin: Origin
    public var tests: Int
    public var findings: [Finding]
    /// Mutants of the gold solution that ran, and those that passed all tests.
    public var mutants = 0
    public var survivors = 0

    public init(
        problem: String,
        language: Language?,
        origin: Origin,
        tests: Int,
        findings: [Finding],
        mutants: Int = 0,
        survivors: Int = 0
    ) {
        self.problem = problem
        self.language = language
        self.origin = origin
        self.tests = tests
        self.findings = findings
        self.mutants = mutants
        self.survivors = survivors
    }

    /// The worst severity among the findings.
    public var severity: Severity? { findings.map(\.severity).max() }
}

/// Examines problems, one at a time, for what makes them unsound.
public struct ProblemAuditor: Sendable {
    private let options: AuditOptions
    private let grade: GradeFunction

    public init(options: AuditOptions = AuditOptions(), grade: @escaping GradeFunction) {
        self.options = options
        self.grade = grade
    }

    /// Examines a problem.
    /// - Throws: `CancellationError`, and what `grade` throws.
    public func audit(_ problem: AuditProblem) async throws -> ProblemReport {
        var report = ProblemReport(
            problem: problem.id,
            language: problem.language,
            origin: problem.origin,
            tests: problem.tests.count,
            findings: []
        )
        if case .invalid(let reason) = problem.template.tests {
            report.findings = [
                problem.finding(.invalidTests, reason, "mend the tests: no submission can be graded on them")
            ]
            return report
        }
        let text = TestTextRules(problem: problem)
        report.findings += text.assertNothing() + text.duplicates() + ConstantAnswers(problem: problem).findings()
        guard let gold = problem.gold else {
            report.findings.append(
                problem.finding(
                    .noGold,
                    "the record has no gold solution",
                    "add one: without it no test can be checked"
                )
            )
            report.findings += unproven(text.truncationSuspects(), problem)
            return report
        }
        let runs = try await runGold(problem, gold)
        let rules = GoldRules(problem: problem, options: options, runs: runs)
        report.findings += try await inPlace(problem, gold, rules) ?? rules.findings()
        // Faults tell nothing where the program without them does not pass.
        guard runs.allSatisfy({ $0.verdict == .accepted }) else { return report }
        report.findings += try await trivialPrograms(problem, gold)
        let isVacuous = report.findings.contains {
            [.emptyProgramAccepted, .constantProgramAccepted, .assertsNothing].contains($0.code)
        }
        if !isVacuous { try await runMutants(problem, gold, &report) }
        return report
    }

    private func unproven(_ suspects: [Int: String], _ problem: AuditProblem) -> [Finding] {
        guard let (test, reason) = suspects.min(by: { $0.key < $1.key }) else { return [] }
        return [
            problem.finding(
                .truncatedTests,
                severity: .warning,
                test: test,
                "test \(test) may be cut short: \(reason)",
                "look at it; with a gold solution the audit could tell"
            )
        ]
    }

    // MARK: - Gold

    private func runGold(_ problem: AuditProblem, _ gold: ByteString) async throws -> [SubmissionResult] {
        let submission = problem.submission(of: gold)
        let first = try await grade(submission)
        switch first.verdict {
        case .invalidProblem, .internalError, .noCode, .compileError: return [first]
        default: break
        }
        guard options.repetitions > 1 else { return [first] }
        let grade = grade
        let others = try await withThrowingTaskGroup(of: SubmissionResult.self) { group in
            for _ in 1..<options.repetitions { group.addTask { try await grade(submission) } }
            var results: [SubmissionResult] = []
            for try await result in group { results.append(result) }
            return results
        }
        // A fault of ours in one of them is no run.
        return [first] + others.filter { $0.tests.count == first.tests.count && $0.verdict != .internalError }
    }

    /// Whether the function is to change its argument: it returns nothing where something is expected, and passes so.
    private func inPlace(_ problem: AuditProblem, _ gold: ByteString, _ rules: GoldRules) async throws -> [Finding]? {
        guard !problem.template.comparison.inPlace, let run = rules.runs.first,
            run.tests.count == problem.tests.count, !rules.failing.isEmpty,
            rules.failing.allSatisfy({ run.tests[$0].returned == .null })
        else { return nil }
        var changed = problem
        changed.template.comparison.inPlace = true
        guard try await grade(changed.submission(of: gold)).verdict == .accepted else { return nil }
        return [
            problem.finding(
                .inPlace,
                test: rules.failing[0],
                "the gold solution returns nothing and changes its first argument into what is expected",
                "set comparison.in_place to true for the problem"
            )
        ]
    }

    // MARK: - Programs that must fail

    private func trivialPrograms(_ problem: AuditProblem, _ gold: ByteString) async throws -> [Finding] {
        if problem.hasJury { return try await programsForJury(problem) }
        let isAssertions = problem.tests.allSatisfy {
            if case .assertions = $0.kind { true } else { false }
        }
        guard isAssertions, !problem.tests.isEmpty else { return [] }
        let programs = ConstantPrograms(problem: problem, gold: gold)
        if try await accepts(problem, programs.empty) {
            return [
                problem.finding(
                    .emptyProgramAccepted,
                    "a program that has nothing in it passes all tests",
                    "call the solution in the tests, and assert what it returns"
                )
            ]
        }
        for (constant, program) in programs.constants() where try await accepts(problem, program) {
            return [
                problem.finding(
                    .constantProgramAccepted,
                    "a program whose functions always return \(constant) passes all tests",
                    "assert results that differ from one another"
                )
            ]
        }
        return []
    }

    /// What a checker says of programs that print the same whatever they read.
    private func programsForJury(_ problem: AuditProblem) async throws -> [Finding] {
        var answers: [ByteString] = [""]
        for test in problem.tests {
            guard case .stdinStdout(_, let expected) = test.kind else { return [] }
            if let first = expected.first, answers.count == 1 { answers.append(first) }
        }
        for answer in answers {
            guard try await accepts(problem, PrintingProgram.source(of: answer, in: problem.language)) else { continue }
            if problem.tests.count == 1, !answer.isEmpty { continue }
            return [
                problem.finding(
                    answer.isEmpty ? .emptyProgramAccepted : .constantProgramAccepted,
                    "the checker accepts a program that always prints \(excerpt(answer)), in all tests",
                    "let the checker read the input and the output, and add tests with other answers"
                )
            ]
        }
        return []
    }

    private func accepts(_ problem: AuditProblem, _ program: ByteString) async throws -> Bool {
        try await grade(problem.submission(of: program, stopOnFailure: true)).verdict == .accepted
    }

    // MARK: - Mutants

    /// Runs mutants until it is certain whether most survive.
    ///
    /// Where most of the first lot do, a second one decides: a few mutants of a sound problem are always equivalent.
    private func runMutants(_ problem: AuditProblem, _ gold: ByteString, _ report: inout ProblemReport) async throws {
        guard options.mutants > 0 else { return }
        let mutants = Mutator(source: gold, language: problem.language).mutants(2 * options.mutants)
        var survivors: [Mutant] = []
        var ran = 0
        for (index, mutant) in mutants.enumerated() {
            let result = try await grade(problem.submission(of: mutant.program, stopOnFailure: true))
            switch result.verdict {
            case .internalError, .compileError, .invalidProblem, .noCode: continue
            case .accepted:
                ran += 1
                survivors.append(mutant)
            default: ran += 1
            }
            let total = index < options.mutants ? min(options.mutants, mutants.count) : mutants.count
            let killed = ran - survivors.count
            if Double(total - killed) < options.survivingShare * Double(total) { break }
            if index + 1 == options.mutants, Double(survivors.count) < options.survivingShare * Double(ran) { break }
        }
        (report.mutants, report.survivors) = (ran, survivors.count)
        guard ran >= 5, Double(survivors.count) >= options.survivingShare * Double(ran), let example = survivors.first
        else { return }
        report.findings.append(
            problem.finding(
                .weakTests,
                "\(survivors.count) of \(ran) programs with a fault pass all tests, such as the gold solution with "
                    + "\(example.change) in line \(example.line) (\(example.operator.rawValue))",
                "add tests that tell such programs from the right one"
            )
        )
    }
}
