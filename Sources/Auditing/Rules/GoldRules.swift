import GradingModel
import GradingRules

/// What the runs of a gold solution on its own tests say of the problem.
struct GoldRules {
    let problem: AuditProblem
    let options: AuditOptions
    /// All runs; the first was alone.
    let runs: [SubmissionResult]

    /// Tests that were not accepted in any run.
    var failing: [Int] {
        problem.tests.indices.filter { index in runs.allSatisfy { verdict($0, index) != .accepted } }
    }

    func findings() -> [Finding] {
        guard let first = runs.first else { return [] }
        switch first.verdict {
        case .internalError: return [notAudited(first)]
        case .invalidProblem: return [invalid(first)]
        case .noCode: return [problem.finding(.noGold, "the gold solution holds no program", "add one")]
        default: break
        }
        if first.compile.status != .ok, first.compile.status != .notNeeded, first.passed == 0 {
            return [uncompiled(first)]
        }
        guard first.tests.count == problem.tests.count else { return [notAudited(first)] }
        let changes = flaky()
        // What fails each time may be chance too.
        if changes.contains(where: { $0.code == .goldFlaky }) { return changes }
        return changes + failures() + limits()
    }

    private func verdict(_ run: SubmissionResult, _ index: Int) -> Verdict? {
        index < run.tests.count ? run.tests[index].verdict : nil
    }

    // MARK: - Before the tests

    private func notAudited(_ run: SubmissionResult) -> Finding {
        problem.finding(.notAudited, run.message ?? "the gold solution could not be run", "run the audit again")
    }

    private func invalid(_ run: SubmissionResult) -> Finding {
        let index = run.tests.firstIndex { $0.verdict == .invalidProblem }
        return problem.finding(
            .invalidTests,
            test: index,
            run.message ?? "a test cannot be run as it is written",
            "mend the test or leave it out: no submission can be graded on it"
        )
    }

    private func uncompiled(_ run: SubmissionResult) -> Finding {
        let output = run.compile.stderr.isEmpty ? run.compile.stdout : run.compile.stderr
        return problem.finding(
            .goldDoesNotCompile,
            "the compiler says: \(firstLines(output, 3))",
            "mend the gold solution; the toolchain is \(run.environment?.toolchain ?? "in the trace")"
        )
    }

    private func firstLines(_ text: ByteString, _ count: Int) -> String {
        let lines = text.text.split(separator: "\n").prefix(count).joined(separator: " / ")
        return lines.isEmpty ? "nothing" : String(lines.prefix(300))
    }

    // MARK: - Flaky

    private func flaky() -> [Finding] {
        var changing: [Int] = []
        var unstable: [Int] = []
        for index in problem.tests.indices {
            let results = runs.compactMap { index < $0.tests.count ? $0.tests[index] : nil }.filter(Self.counts)
            if Set(results.map { $0.verdict == .accepted }).count > 1 {
                changing.append(index)
            } else if Set(results.map(Self.answer)).count > 1 {
                unstable.append(index)
            }
        }
        if let test = changing.first {
            let verdicts = runs.compactMap { verdict($0, test)?.rawValue }
            return [
                problem.finding(
                    .goldFlaky,
                    test: test,
                    "test \(test) ended with \(list(verdicts)) in \(runs.count) runs of the same program"
                        + (changing.count > 1 ? "; so did \(changing.count - 1) other tests" : ""),
                    "take chance and time out of the gold solution, or decide by a checker"
                )
            ]
        }
        guard let test = unstable.first, failing.isEmpty else { return [] }
        return [
            problem.finding(
                .goldUnstableOutput,
                test: test,
                "its answer to test \(test) is another in each run, though all were accepted",
                "make sure that the comparison accepts every right answer; a checker is the safe way"
            )
        ]
    }

    private func list(_ verdicts: [String]) -> String {
        var counts: [(String, Int)] = []
        for verdict in verdicts {
            if let index = counts.firstIndex(where: { $0.0 == verdict }) {
                counts[index].1 += 1
            } else {
                counts.append((verdict, 1))
            }
        }
        return counts.map { "\($0.0) (\($0.1)×)" }.joined(separator: " and ")
    }

    /// Whether a run says something of the program: one that hit the wall time says how busy the machine was.
    private static func counts(_ result: TestResult) -> Bool {
        switch result.verdict {
        case .internalError, .skipped: false
        case .timeLimitExceeded: !(result.message ?? "").hasPrefix("wall time")
        default: true
        }
    }

    private static func answer(_ result: TestResult) -> [ByteString] {
        [result.stdout, result.returned.map { ByteString(bytes: JSONCodec.serialize($0.tagged)) } ?? ""]
    }

    // MARK: - Failures

    private func failures() -> [Finding] {
        guard let first = runs.first else { return [] }
        let failing = failing.filter { Self.counts(first.tests[$0]) }
        if let wrapped = wrapped(first, failing) { return [wrapped] }
        guard !failing.isEmpty else { return stated(first) }
        let suspects = TestTextRules(problem: problem).truncationSuspects()
        let cut = failing.filter { suspects[$0] != nil }
        var findings: [Finding] = []
        if let test = cut.first, let reason = suspects[test] {
            let others = cut.count == 1 ? "" : "; so do \(cut.count - 1) other tests"
            findings.append(
                problem.finding(
                    .truncatedTests,
                    test: test,
                    "test \(test) is cut short: \(reason), and the gold solution does not pass it\(others)",
                    "take the test from its source once more, or leave it out"
                )
            )
        }
        let rest = failing.filter { suspects[$0] == nil }
        if let test = rest.first { findings.append(explained(first, rest) ?? failure(first, test, rest.count)) }
        return findings
    }

    private func failure(_ run: SubmissionResult, _ test: Int, _ count: Int) -> Finding {
        let result = run.tests[test]
        return problem.finding(
            .goldFails,
            test: test,
            "the gold solution fails \(count) of \(run.tests.count) tests; test \(test): \(describe(result))",
            "mend the gold solution or the test: one of them is wrong"
        )
    }

    /// What the failing tests have in common, if that explains them.
    private func explained(_ run: SubmissionResult, _ failing: [Int]) -> Finding? {
        guard !problem.hasJury, failing.allSatisfy({ run.tests[$0].verdict == .wrongAnswer }) else { return nil }
        let test = failing[0]
        if failing.allSatisfy({ isSameButForOrder(run.tests[$0], problem.tests[$0]) }) {
            return problem.finding(
                .severalAnswers,
                severity: .error,
                test: test,
                "the gold solution's answer has the same elements as the expected one in another order "
                    + "(\(failing.count) of \(run.tests.count) tests)",
                "decide by a checker that accepts any order, or sort in the solution and in the tests"
            )
        }
        for (options, words) in lenientOptions() where failing.allSatisfy({ accepts(run.tests[$0], $0, options) }) {
            return problem.finding(
                .comparisonTooStrict,
                severity: .error,
                test: test,
                "the gold solution fails \(failing.count) of \(run.tests.count) tests, and passes with \(words); "
                    + "test \(test): \(describe(run.tests[test]))",
                "set \(words) for the problem"
            )
        }
        return nil
    }

    private func lenientOptions() -> [(ComparisonOptions, String)] {
        var lenient = problem.template.comparison
        lenient.policy = .lenient
        var tokens = problem.template.comparison
        tokens.policy = .tokens
        var tolerant = problem.template.comparison
        tolerant.absoluteTolerance = 1e-3
        tolerant.relativeTolerance = 1e-3
        return [
            (lenient, "comparison.policy \"lenient\""), (tokens, "comparison.policy \"tokens\""),
            (tolerant, "comparison.rel_tol and abs_tol 1e-3"),
        ]
    }

    private func accepts(_ result: TestResult, _ index: Int, _ options: ComparisonOptions) -> Bool {
        switch problem.tests[index].kind {
        case .stdinStdout(_, let expected):
            Comparison.compare(text: result.stdout, with: expected, options).isEqual
        case .functionCall(_, _, let expected):
            result.returned.map {
                Comparison.compare(value: $0, with: expected, options, in: context).isEqual
            } ?? false
        case .assertions, .assertedCall: false
        }
    }

    private var context: Comparison.Context { Comparison.Context(language: problem.language, tests: problem.tests) }

    private func isSameButForOrder(_ result: TestResult, _ test: TestCase) -> Bool {
        switch test.kind {
        case .stdinStdout(_, let expected):
            expected.contains { AnswerOrder.isSameButForOrder(result.stdout, $0) }
        case .functionCall(_, _, let expected):
            result.returned.map { value in expected.contains { AnswerOrder.isSameButForOrder(value, $0) } } ?? false
        case .assertions, .assertedCall: false
        }
    }

    /// A statement that accepts several answers, where the tests have one.
    private func stated(_ run: SubmissionResult) -> [Finding] {
        guard !problem.hasJury, let statement = problem.statement,
            let words = StatementRules.severalAnswers(in: statement),
            let test = problem.tests.firstIndex(where: Self.hasSeveralParts)
        else { return [] }
        return [
            problem.finding(
                .severalAnswers,
                test: test,
                "the statement says \"\(words)\", and the tests accept one answer each",
                "decide by a checker, or list the right answers in any_of"
            )
        ]
    }

    /// Whether one answer is accepted, and is one that can be given in another form: more than one word or element.
    private static func hasSeveralParts(_ test: TestCase) -> Bool {
        switch test.kind {
        case .stdinStdout(_, let expected):
            expected.count == 1 && expected[0].bytes.split(whereSeparator: { $0 <= 0x20 }).count > 1
        case .functionCall(_, _, let expected): expected.count == 1 && (expected[0].listValue?.count ?? 0) > 1
        case .assertions, .assertedCall: false
        }
    }

    // MARK: - Wrapped

    private func wrapped(_ run: SubmissionResult, _ failing: [Int]) -> Finding? {
        guard problem.template.comparison.outputsWrapped == nil, !problem.template.comparison.inPlace, !problem.hasJury
        else { return nil }
        if failing.isEmpty {
            guard run.tests.contains(where: { $0.comparison?.rule == "unwrapped" }) else { return nil }
            return problem.finding(
                .wrappedOutputs,
                test: run.tests.firstIndex { $0.comparison?.rule == "unwrapped" },
                "each expected value is a list of one element, and the gold solution returns the element",
                "set comparison.outputs_wrapped to true for the problem: else [x] passes for x"
            )
        }
        let areWrapped = failing.allSatisfy { index in
            guard case .functionCall(_, _, let expected) = problem.tests[index].kind,
                let returned = run.tests[index].returned
            else { return false }
            return expected.contains { value in
                guard let elements = value.listValue, elements.count == 1 else { return false }
                return Comparison.compare(value: returned, with: elements, problem.template.comparison, in: context)
                    .isEqual
            }
        }
        guard areWrapped else { return nil }
        return problem.finding(
            .inconsistentlyWrapped,
            test: failing[0],
            "\(failing.count) of \(run.tests.count) expected values are wrapped in a list, and the gold solution "
                + "returns what is inside",
            "take the lists off, so that all expected values are what the function returns"
        )
    }

    // MARK: - Limits

    private func limits() -> [Finding] {
        var findings: [Finding] = []
        var slowest: (test: Int, time: Double, limit: Double)?
        var largest: (test: Int, memory: Double, limit: Double)?
        for (index, test) in problem.tests.enumerated() {
            let results = runs.compactMap { index < $0.tests.count ? $0.tests[index] : nil }
                .filter { $0.verdict == .accepted }
            // The least of all runs: what more it was is the machine's.
            guard let time = results.map(\.cpuTime).min(), let memory = results.map(\.memoryPeakKB).min() else {
                continue
            }
            let limits = test.limits.merged(over: problem.template.limits)
            let timeLimit = limits.cpuTime ?? options.defaultCPUTime
            let memoryLimit = Double(limits.memoryMB ?? options.defaultMemoryMB) * 1024
            if time > (slowest.map { $0.time / $0.limit } ?? options.timeShare) * timeLimit {
                slowest = (index, time, timeLimit)
            }
            if Double(memory) > (largest.map { $0.memory / $0.limit } ?? options.memoryShare) * memoryLimit {
                largest = (index, Double(memory), memoryLimit)
            }
        }
        if let slowest {
            findings.append(
                problem.finding(
                    .tightTimeLimit,
                    test: slowest.test,
                    "the gold solution takes \(decimal(slowest.time, 2)) s of CPU time in test \(slowest.test), the "
                        + "limit is \(decimal(slowest.limit, 2)) s",
                    "allow at least \(decimal(slowest.time * 3, 1)) s, three times what the gold solution takes"
                )
            )
        }
        if let largest {
            findings.append(
                problem.finding(
                    .tightMemoryLimit,
                    test: largest.test,
                    "the gold solution takes \(Int(largest.memory / 1024)) MiB in test \(largest.test), the limit is "
                        + "\(Int(largest.limit / 1024)) MiB",
                    "allow at least \(Int(largest.memory / 1024 * 2)) MiB, twice what the gold solution takes"
                )
            )
        }
        return findings
    }
}

/// A number with so many decimals.
func decimal(_ number: Double, _ places: Int) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
    let scale = (0..<places).reduce(1.0) { value, _ in value * 10 }
    let scaled = Int((abs(number) * scale).rounded())
    let (whole, part) = (scaled / Int(scale), String(scaled % Int(scale)))
    let sign = number < 0 && scaled != 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(whole)" }
    return "\(sign)\(whole)." + String(repeating: "0", count: places - part.count) + part
}

/// How a test ended, and where its answer differs.
func describe(_ result: TestResult) -> String {
    var text = result.verdict.rawValue
    switch result.comparison?.difference {
    case .text(let line, let column, let expected, let actual):
        text += ", at line \(line), column \(column) \(excerpt(actual)) instead of \(excerpt(expected))"
    case .value(let path, let expected, let actual):
        let place = path.isEmpty ? "" : " at \(path)"
        text +=
            "\(place), \(actual.map { excerpt($0) } ?? "nothing") instead of "
            + (expected.map { excerpt($0) } ?? "nothing")
    case nil: break
    }
    if let message = result.message { text += ", \(message.split(separator: "\n").prefix(2).joined(separator: " / "))" }
    return text
}
