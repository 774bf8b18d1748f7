import GradingEngine
import GradingModel
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@Suite("The route of records") struct VerifyRouteTests {
    private static let response = "```python\nprint(3)\n```"
    private static let info: Value = [
        "language": "python", "test_cases": [["type": "stdin_stdout", "input": "1", "output": "3"]],
    ]

    private static func record(_ fields: Value = [:]) -> Value {
        let defaults: Value = [
            "problem_id": "vcp_1", "task_type": "verifiable_code", "verification_info": info,
            "llm_response": Value(response), "metadata": "{'time_limit': '2 seconds', 'memory_limit': None}",
            "score": .null,
        ]
        let replaced = (fields.mapValue ?? []).map(\.key)
        return .map((defaults.mapValue ?? []).filter { !replaced.contains($0.key) } + (fields.mapValue ?? []))
    }

    private static func verify(
        _ client: any TestClientProtocol,
        _ record: Value,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await client.send(.post, "/v1/verify", headers: headers, body: JSONCodec.serialize(record))
    }

    @Test("a record of code is submitted, and answered with score and verification_result_info")
    func code() async throws {
        let service = FakeGradingService()
        try await APIFixture.with(service) { client in
            let response = try await Self.verify(client, Self.record())
            #expect(response.status == .ok)
            let answer = try response.json()
            #expect(answer.mapValue?.map(\.key) == ["score", "verification_result_info"])
            #expect(answer["score"] == 1.0)
            #expect(answer["verification_result_info"]?["verdict"] == "accepted")
            #expect(answer["verification_result_info"]?["stdout"] == .string(ByteString(bytes: [0x80])))
            let submission = try #require(service.state.withLock { $0.submissions.first })
            #expect(submission.language == .python && submission.source == .completion(ByteString(Self.response)))
            #expect(submission.tests == .cases([TestCase(.stdinStdout(input: "1", expected: ["3"]))]))
            #expect(submission.limits.cpuTime == 10 && submission.limits.memoryMB == nil)
            // The body that is stored is a submission's, to be read again after a restart.
            let body = try JSONCodec.parse(try #require(service.state.withLock { $0.bodies.first }))
            #expect(body["completion"] == Value(Self.response) && body["verification_info"] == Self.info)
        }
    }

    @Test(
        "verification_info is taken as object, JSON text and Python literal",
        arguments: [
            info, .string(ByteString(bytes: JSONCodec.serialize(info))),
            "{'language': 'python', 'test_cases': [{'type': 'stdin_stdout', 'input': '1', 'output': '3', 'fn_name': None}]}",
        ]
    )
    func forms(info: Value) async throws {
        let service = FakeGradingService()
        try await APIFixture.with(service) { client in
            let response = try await Self.verify(client, Self.record(["verification_info": info]))
            #expect(response.status == .ok)
            let submission = try #require(service.state.withLock { $0.submissions.first })
            #expect(submission.tests == .cases([TestCase(.stdinStdout(input: "1", expected: ["3"]))]))
        }
    }

    @Test("limits, comparison and key are as a submission's; limits of the record above a cap are cut, and noted")
    func settings() async throws {
        let service = FakeGradingService()
        try await APIFixture.with(service) { client in
            let record = Self.record([
                "limits": ["cpu_time_s": 3], "comparison": ["policy": "genesys"], "stop_on_failure": true,
                "metadata": ["time_limit": "2 seconds", "memory_limit": "90 gigabytes"],
            ])
            let headers: HTTPFields = [try #require(HTTPField.Name("Idempotency-Key")): "k"]
            let first = try await Self.verify(client, record, headers: headers).json()
            let second = try await Self.verify(client, record, headers: headers).json()
            #expect(first == second)
            #expect(
                first["verification_result_info"]?["notes"]
                    == ["the stated memory limit, 92224 MB in python, is cut to 4096 MB"]
            )
            let submissions = service.state.withLock { $0.submissions }
            #expect(submissions.count == 1)
            #expect(submissions[0].limits.cpuTime == 3 && submissions[0].limits.memoryMB == 4096)
            #expect(submissions[0].comparison.policy == .genesys && submissions[0].stopOnFailure)
            try await Self.verify(client, Self.record(), headers: headers).expectProblem(
                .conflict,
                "idempotency-conflict"
            )
        }
    }

    @Test(
        "the prediction of outputs, by both its names",
        arguments: [
            "code_output_prediction", "verifiable_code_understanding",
        ]
    )
    func predictions(type: String) async throws {
        let service = FakeGradingService()
        try await APIFixture.with(service) { client in
            func score(_ response: String, _ more: Value = [:]) async throws -> Value {
                let record = Self.record([
                    "task_type": Value(type), "verification_info": "{'ground_truth': 'a'}",
                    "llm_response": Value(response), "comparison": more,
                ])
                let answer = try await Self.verify(client, record)
                #expect(answer.status == .ok)
                return try answer.json()
            }
            #expect(try await score("```json\n{\"output\": \"a\"}\n```")["score"] == 1.0)
            #expect(try await score("{\"output\": \"b\"}")["score"] == 0.0)
            let none = try await score("I do not know.")
            #expect(none["score"] == 0.0)
            #expect(none["verification_result_info"]?["failure_reason"] == "no_json_in_response")
            #expect(try await score("I do not know.", ["policy": "genesys"])["score"] == .null)
            #expect(service.state.withLock { $0.submissions }.isEmpty)
        }
    }

    @Test(
        "what is not graded here is refused, and never gets a score",
        arguments: ["verifiable_math", "llm_judgeable_groundtruth_similarity", "", "Verifiable_Code", "kernelbench"]
    )
    func unsupported(type: String) async throws {
        let service = FakeGradingService()
        try await APIFixture.with(service) { client in
            let record = Self.record(["task_type": Value(type), "verification_info": ["ground_truth": "1"]])
            let problem = try await Self.verify(client, record).expectProblem(
                .unprocessableContent,
                "unsupported-task-type"
            )
            #expect(problem["detail"]?.textValue?.hasPrefix("unsupported task_type") == true)
            #expect(problem["errors"]?.listValue?.first?["pointer"] == "/task_type")
            #expect(problem["score"] == nil && service.state.withLock { $0.submissions }.isEmpty)
        }
    }

    static let faults: [(Value, pointer: String)] = [
        (["task_type": .null], "/task_type"), (["task_type": 5], "/task_type"),
        (["llm_response": .null], "/llm_response"), (["llm_response": 5], "/llm_response"),
        (["verification_info": .null], "/verification_info"), (["verification_info": 5], "/verification_info"),
        (["verification_info": ["language": "go", "test_cases": []]], "/verification_info/language"),
        (
            ["verification_info": ["test_cases": [["type": "stdin_stdout", "input": "", "output": ""]]]],
            "/verification_info/language"
        ),
        (["metadata": "{'a': "], "/metadata"), (["in_source_id": [1]], "/in_source_id"),
        (["limits": ["cpu": 1]], "/limits/cpu"), (["limits": ["cpu_time_s": 1000]], "/limits/cpu_time_s"),
        (["comparison": ["policy": "kind"]], "/comparison/policy"),
        (["task_type": "code_output_prediction", "verification_info": [:]], "/verification_info"),
    ]

    @Test("a record that is wrong is refused with the field", arguments: faults.indices)
    func wrong(index: Int) async throws {
        let (fields, pointer) = Self.faults[index]
        try await APIFixture.with { client in
            let problem = try await Self.verify(client, Self.record(fields)).expectProblem(
                .unprocessableContent,
                "invalid-request"
            )
            #expect(problem["errors"]?.listValue?.first?["pointer"] == Value(pointer), "\(problem)")
        }
    }

    @Test("bodies and queries are refused as a submission's are")
    func refused() async throws {
        let service = FakeGradingService()
        try await APIFixture.with(service) { client in
            try await client.send(.post, "/v1/verify", body: Array("{".utf8)).expectProblem(.badRequest, "not-json")
            try await Self.verify(client, []).expectProblem(.unprocessableContent, "invalid-request")
            try await client.send(.get, "/v1/verify").expectProblem(.methodNotAllowed, "method-not-allowed")
            try await Self.verify(client, Self.record(), headers: [.contentType: "text/plain"]).expectProblem(
                .unsupportedMediaType,
                "unsupported-media-type"
            )
            service.state.withLock { $0.refusal = GradingServiceError.queueFull(depth: 7, retryAfter: 3) }
            let full = try await Self.verify(client, Self.record())
            #expect(try full.expectProblem(.serviceUnavailable, "queue-full")["queue_depth"] == 7)
            #expect(full.headers[.retryAfter] == "3")
        }
    }

    @Test("tests that tell neither themselves nor a language make an invalid problem, without a score")
    func invalidProblem() async throws {
        let service = FakeGradingService()
        try await APIFixture.with(service) { client in
            let response = try await Self.verify(client, Self.record(["verification_info": "{'test_cases': ["]))
            #expect(response.status == .ok)
            let answer = try response.json()
            #expect(answer["score"] == .null)
            #expect(answer["verification_result_info"]?["failure_reason"] == "invalid_problem")
            #expect(
                answer["verification_result_info"]?["message"]?.textValue?.hasPrefix("verification_info is") == true
            )
            #expect(service.state.withLock { $0.submissions }.isEmpty)
        }
    }

    @Test("a submission that is cancelled meanwhile has no score; one that outlives the service says where it is")
    func ends() async throws {
        for isCancelled in [true, false] {
            let service = FakeGradingService(finishesAtOnce: false)
            try await APIFixture.with(service) { client in
                async let pending = Self.verify(client, Self.record())
                while service.state.withLock({ $0.waiting.isEmpty }) { await Task.yield() }
                let id = try #require(service.state.withLock { $0.order.first })
                if isCancelled {
                    _ = try await service.cancel(id)
                    let answer = try await pending.json()
                    #expect(answer["score"] == .null)
                    #expect(answer["verification_result_info"] == ["failure_reason": "cancelled", "id": Value(id)])
                } else {
                    await service.beginShutdown()
                    let problem = try await pending.expectProblem(.serviceUnavailable, "shutting-down")
                    #expect(problem["id"] == Value(id))
                }
            }
        }
    }
}
