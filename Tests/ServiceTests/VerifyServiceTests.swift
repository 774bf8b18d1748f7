import GradingModel
import TestService
import Testing

@Suite(
    "Records through the service as a process",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct VerifyServiceTests {
    /// A record of SYNTHETIC-1 whose text fields are Python literals, as in the data set's Parquet.
    private func record(_ language: String, _ cases: String, response: String) -> [UInt8] {
        let value: Value = [
            "problem_id": "vcp_1", "task_type": "verifiable_code", "source": "apps", "in_source_id": .null,
            "verification_info": Value("{'language': '\(language)', 'test_cases': [\(cases)]}"),
            "metadata": "{'difficulty': None, 'memory_limit': '256 megabytes', 'time_limit': '2 seconds'}",
            "llm_response": Value(response),
        ]
        return JSONCodec.serialize(value)
    }

    @Test("scores, reasons and traces, as genesys' verify.py and beyond it") func records() async throws {
        let sums =
            "{'type': 'stdin_stdout', 'input': '1 2', 'output': '3'}, "
            + "{'type': 'function_call', 'fn_name': 'add', 'input': [(1,), [2]], 'output': [1, 2]}"
        let program =
            "def add(a, b):\n    return list(a) + b\n\nif __name__ == '__main__':\n    print(sum(map(int, input().split())))\n"
        try await RunningService.with { service in
            func verify(_ language: String, _ cases: String, _ response: String) async throws -> ServiceAnswer {
                let answer = try await service.send(
                    "POST",
                    "/v1/verify",
                    body: record(language, cases, response: response)
                )
                #expect(answer.status == 200, "\(answer.body)")
                return answer
            }
            let right = try await verify("python", sums, "<think>hm</think>\n```python\n\(program)```")
            #expect(right["score"] == 1.0, "\(right.body)")
            #expect(right["verification_result_info", "failure_reason"] == nil)
            #expect(
                right["verification_result_info", "tests"]?.listValue?.map { $0["verdict"] } == [
                    "accepted", "accepted",
                ]
            )

            let half = try await verify("python", sums, "```python\n\(program.replacing("list(a) + b", with: "b"))```")
            #expect(half["score"] == 0.5, "\(half.body)")
            #expect(half["verification_result_info", "verdict"] == "wrong_answer")

            let none = try await verify("python", sums, "I can't.")
            #expect(none["score"] == 0.0)
            #expect(none["verification_result_info", "failure_reason"] == "no_code_in_response")

            let broken = try await verify(
                "cpp",
                "{'type': 'stdin_stdout', 'input': '', 'output': '3'}",
                "```c++\nint main() { return x; }\n```"
            )
            #expect(broken["score"] == 0.0)
            #expect(broken["verification_result_info", "failure_reason"] == "compilation_error")

            let empty = try await verify("python", "", "```python\nprint(1)\n```")
            #expect(empty["score"] == .null)
            #expect(empty["verification_result_info", "failure_reason"] == "invalid_problem")

            // A record is a submission like others: it can be looked up.
            guard let id = right["verification_result_info", "id"]?.textValue else {
                Issue.record("no id")
                return
            }
            #expect(try await service.get("/v1/submissions/\(id)")["score"] == 1.0)
        }
    }
}
