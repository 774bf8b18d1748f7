import DatasetFormats
import GradingModel
import Testing

@Suite("verification_result_info") struct VerificationResultTests {
    private func answer(_ verdict: Verdict, score: Double?, tests: [Verdict]) -> Value {
        let results = tests.enumerated().map { index, verdict in
            TestResult(index: index, name: nil, type: "stdin_stdout", verdict: verdict)
        }
        let result = SubmissionResult(
            verdict: verdict,
            score: score,
            passed: tests.count { $0 == .accepted },
            total: tests.count,
            language: .python,
            compile: CompileResult(status: .ok),
            tests: results,
            environment: nil,
            timings: Timings()
        )
        return ResultEncoder.encode(result, id: "sub_1")
    }

    /// A verdict with the verdicts of its tests, and what genesys calls it.
    static let verdicts: [(Verdict, Double?, [Verdict], String?)] = [
        (.accepted, 1, [.accepted], nil), (.wrongAnswer, 0.5, [.wrongAnswer, .accepted], nil),
        (.timeLimitExceeded, 0, [.timeLimitExceeded], nil), (.noCode, 0, [.skipped], "no_code_in_response"),
        (.compileError, 0, [.skipped, .skipped], "compilation_error"),
        (.compileError, 0, [.compileError, .wrongAnswer], nil),
        (.compileError, 0.5, [.compileError, .accepted], nil), (.invalidProblem, nil, [], "invalid_problem"),
        (.internalError, nil, [.internalError, .accepted], "internal_error"),
    ]

    @Test("genesys' words where it has any, and our trace beside them", arguments: verdicts)
    func reasons(verdict: Verdict, score: Double?, tests: [Verdict], reason: String?) {
        let result = VerificationResult(answer: answer(verdict, score: score, tests: tests))
        #expect(result.score == score)
        #expect(result.info["failure_reason"]?.textValue == reason)
        #expect(result.info["verdict"] == Value(verdict.rawValue) && result.info["id"] == "sub_1")
        #expect(result.info["tests"]?.listValue?.count == tests.count)
        #expect(result.info["score"] == nil && result.info["status"] == nil && result.info["notes"] == nil)
        #expect(result.fields.map(\.key) == ["score", "verification_result_info"])
        #expect(result.fields[0].value == score.map { .float($0) } ?? .null)
    }

    @Test("a problem without tests has no score")
    func invalid() {
        let result = VerificationResult(invalidProblem: "it holds no tests", notes: ["n"])
        #expect(result.score == nil)
        #expect(
            result.info == [
                "failure_reason": "invalid_problem", "verdict": "invalid_problem", "message": "it holds no tests",
                "notes": ["n"],
            ]
        )
    }

    @Test("predictions: right, wrong, and without JSON")
    func predictions() throws {
        func result(_ response: String, policy: ComparisonOptions.Policy? = nil) throws -> VerificationResult {
            let record = try DatasetRecord([
                "task_type": "code_output_prediction", "verification_info": "{'ground_truth': '42'}",
                "llm_response": Value(response),
            ])
            return try #require(VerificationResult(predictionOf: record, policy: policy))
        }
        let right = try result("```json\n{\"output\": \"42\"}\n```")
        #expect(right.score == 1)
        #expect(
            right.info == [
                "verdict": "accepted", "predicted": "42", "policy": "default", "rule": "fenced_block",
            ]
        )
        #expect(try result("{\"output\": 42}").score == 0)
        let none = try result("It is 42.")
        #expect(none.score == 0 && none.info["failure_reason"] == "no_json_in_response")
        let genesys = try result("It is 42.", policy: .genesys)
        #expect(genesys.score == nil)
        #expect(genesys.info["failure_reason"] == "No JSON-like content found in the markdown")
        let unanswered = try DatasetRecord(["task_type": "code_output_prediction"])
        #expect(VerificationResult(predictionOf: unanswered) == nil)
    }
}
