import GradingModel

@testable import Auditing

/// A problem for the rules, with calls of `f` as its tests.
func callProblem(
    _ tests: [(input: [Value], output: Value)],
    language: Language = .python,
    gold: String? = "def f(x):\n    return x\n",
    id: String = "p",
    statement: String? = nil
) -> AuditProblem {
    let cases = tests.map { TestCase(.functionCall(function: "f", arguments: $0.input, expected: [$0.output])) }
    return problem(cases, language: language, gold: gold, id: id, statement: statement)
}

func problem(
    _ tests: [TestCase],
    language: Language = .python,
    gold: String? = "x\n",
    id: String = "p",
    statement: String? = nil
) -> AuditProblem {
    AuditProblem(
        id: id,
        origin: Origin(file: "problems.jsonl", line: 1),
        language: language,
        statement: statement,
        gold: gold.map { ByteString($0) },
        template: Submission(language: language, source: .code(""), tests: .cases(tests)),
        keys: ["problem_id": id]
    )
}

func process(_ input: String, _ output: String) -> TestCase {
    TestCase(.stdinStdout(input: ByteString(input), expected: [ByteString(output)]))
}

/// A run with one result a test.
func run(_ tests: [TestResult], of language: Language = .python) -> SubmissionResult {
    let passed = tests.count { $0.verdict == .accepted }
    return SubmissionResult(
        verdict: tests.first { $0.verdict != .accepted }?.verdict ?? .accepted,
        score: Double(passed) / Double(max(1, tests.count)),
        passed: passed,
        total: tests.count,
        language: language,
        compile: CompileResult(status: .ok),
        tests: tests,
        environment: nil,
        timings: Timings()
    )
}

func outcome(_ index: Int, _ verdict: Verdict, returned: Value? = nil, stdout: ByteString = "") -> TestResult {
    var result = TestResult(index: index, name: nil, type: "function_call", verdict: verdict)
    result.returned = returned
    result.stdout = stdout
    return result
}
