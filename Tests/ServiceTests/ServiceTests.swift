import Foundation
import GradingModel
import TestService
import Testing

@Suite(
    "The service as a process",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct ServiceTests {
    static let hello =
        #"{"language": "python", "code": "print('hi')", "tests": [{"type": "stdin_stdout", "input": "", "output": "hi"}]}"#
    /// Takes some seconds.
    static let slow =
        #"{"language": "python", "code": "import time; time.sleep(3); print('hi')", "tests": [{"type": "stdin_stdout", "input": "", "output": "hi"}]}"#

    @Test("it has no privilege left, and the jailer only one connection to it") func privilege() async throws {
        try await RunningService.with { service in
            let status = try String(
                contentsOfFile: "/proc/\(service.process.processIdentifier)/status",
                encoding: .utf8
            )
            let fields = Dictionary(
                status.split(separator: "\n").map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return (String(parts[0]), parts[1].split(whereSeparator: \.isWhitespace).map(String.init))
                },
                uniquingKeysWith: { $1 }
            )
            #expect(fields["Uid"]?.contains("0") == false)
            #expect(fields["Gid"]?.contains("0") == false)
            #expect(fields["Groups"] == [])
            for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] { #expect(fields[set] == ["0000000000000000"]) }
            #expect(fields["NoNewPrivs"] == ["1"])
        }
    }

    @Test("languages, health, lists and submissions can be asked for") func reading() async throws {
        try await RunningService.with { service in
            let languages = try await service.get("/v1/languages")
            #expect(languages.status == 200)
            for path in ["/health/live", "/health/ready"] {
                let health = try await service.get(path)
                #expect(health.status == 200, "\(health.body)")
            }
            let first = try await service.post(Self.hello)
            let id = try #require(first["id"]?.textValue)
            let again = try await service.get("/v1/submissions/\(id)")
            #expect(again.body == first.body)
            let list = try await service.get("/v1/submissions?limit=10")
            #expect(list.status == 200)
            #expect("\(list.body)".contains(id))
            let none = try await service.get("/v1/submissions/sub_none")
            #expect(none.status == 404)
            #expect(none.headers["content-type"]?.hasPrefix("application/problem+json") == true)
        }
    }

    @Test("the same key and body is the same submission; another body is a conflict") func idempotency() async throws {
        try await RunningService.with { service in
            let first = try await service.post(Self.hello, headers: ["Idempotency-Key": "k"])
            let second = try await service.post(Self.hello, headers: ["Idempotency-Key": "k"])
            #expect(first["id"] == second["id"])
            let other = try await service.post(Self.slow, headers: ["Idempotency-Key": "k"])
            #expect(other.status == 409)
        }
    }

    @Test("what is known already is answered though the queue is full") func replayWhenFull() async throws {
        try await RunningService.with(flags: ["--workers", "1", "--queue-limit", "1"]) { service in
            let first = try await service.post(Self.hello, headers: ["Idempotency-Key": "k"])
            var ids: [String] = []
            var refused = 0
            for _ in 0..<6 {
                let answer = try await service.post(Self.slow, query: "?wait=false")
                if answer.status == 202 { ids.append(try #require(answer["id"]?.textValue)) } else { refused += 1 }
            }
            #expect(refused > 0)
            let again = try await service.post(Self.hello, headers: ["Idempotency-Key": "k"])
            #expect(again.body == first.body)
            let other = try await service.post(Self.slow, headers: ["Idempotency-Key": "k"])
            #expect(other.status == 409)
            let new = try await service.post(Self.hello, headers: ["Idempotency-Key": "l"])
            #expect(new.status == 503)
            for id in ids { _ = try await service.send("DELETE", "/v1/submissions/\(id)") }
        }
    }

    @Test("what was answered with 202 survives kill -9 and is graded once") func crash() async throws {
        let service = try RunningService.start()
        var ids: [String] = []
        for body in [Self.slow, Self.slow, Self.hello, Self.hello] {
            let answer = try await service.post(body, query: "?wait=false")
            #expect(answer.status == 202)
            let id = try #require(answer["id"]?.textValue)
            #expect(answer.headers["location"] == "/v1/submissions/\(id)")
            ids.append(id)
        }
        try await Task.sleep(for: .seconds(1))
        service.stop(signal: SIGKILL)

        let next = try RunningService.start(database: service.database)
        defer { next.stop() }
        for id in ids {
            var answer = try await next.get("/v1/submissions/\(id)")
            for _ in 0..<300 where answer["status"]?.textValue != "finished" {
                try await Task.sleep(for: .milliseconds(100))
                answer = try await next.get("/v1/submissions/\(id)")
            }
            #expect(answer.verdict == "accepted", "\(answer.body)")
        }
        let list = try await next.get("/v1/submissions?limit=100")
        guard case .list(let all)? = list.body["submissions"] ?? list.body["items"] else {
            Issue.record("\(list.body)")
            return
        }
        #expect(all.count == ids.count)
    }

    @Test("SIGTERM finishes what runs") func graceful() async throws {
        let service = try RunningService.start()
        async let answer = service.post(Self.slow)
        try await Task.sleep(for: .seconds(1.5))
        kill(service.process.processIdentifier, SIGTERM)
        let verdict = try await answer.verdict
        #expect(verdict == "accepted")
        service.process.waitUntilExit()
        #expect(service.process.terminationStatus == 0)
    }

    @Test("a jailer that dies in the middle of a run is never the program's fault") func jailerDies() async throws {
        try await RunningService.with { service in
            async let answer = service.post(Self.slow)
            try await Task.sleep(for: .seconds(1.5))
            // The slots are the keeper's children, the keeper is the service's.
            let keepers = ProcessTree.children(of: service.process.processIdentifier)
            let slots = keepers.flatMap(ProcessTree.children)
            #expect(!slots.isEmpty)
            for slot in slots { kill(slot, SIGKILL) }
            let verdict = try await answer.verdict
            #expect(verdict == "accepted" || verdict == "internal_error")
            let next = try await service.post(Self.hello)
            #expect(next.verdict == "accepted")
        }
    }

    @Test("a keeper that dies ends the service, which loses nothing") func keeperDies() async throws {
        let service = try RunningService.start()
        let answer = try await service.post(Self.slow, query: "?wait=false")
        let id = try #require(answer["id"]?.textValue)
        try await Task.sleep(for: .seconds(1))
        for keeper in ProcessTree.children(of: service.process.processIdentifier) { kill(keeper, SIGKILL) }
        service.process.waitUntilExit()
        #expect(service.process.terminationStatus == 3)

        let next = try RunningService.start(database: service.database)
        defer { next.stop() }
        var graded = try await next.get("/v1/submissions/\(id)")
        for _ in 0..<300 where graded["status"]?.textValue != "finished" {
            try await Task.sleep(for: .milliseconds(100))
            graded = try await next.get("/v1/submissions/\(id)")
        }
        #expect(graded.verdict == "accepted", "\(graded.body)")
    }

    @Test("a cancelled submission runs no further") func cancel() async throws {
        try await RunningService.with { service in
            let answer = try await service.post(
                #"{"language": "python", "code": "import time; time.sleep(60)", "tests": [{"type": "stdin_stdout", "input": "", "output": ""}], "limits": {"wall_time_s": 100}}"#,
                query: "?wait=false"
            )
            let id = try #require(answer["id"]?.textValue)
            try await Task.sleep(for: .seconds(1))
            let cancelled = try await service.send("DELETE", "/v1/submissions/\(id)")
            #expect(cancelled.status == 200)
            let after = try await service.get("/v1/submissions/\(id)")
            #expect(after["status"]?.textValue == "cancelled")
        }
    }

    @Test(
        "what is wrong with a request is told with its place",
        arguments: [
            ("{", 400, nil), ("[]", 422, ""), (#"{"language": "cobol", "code": "", "tests": []}"#, 422, "/language"),
            (#"{"language": "python", "tests": [{"type": "stdin_stdout", "input": "", "output": ""}]}"#, 422, nil),
            (#"{"language": "python", "code": "", "tests": []}"#, 422, "/tests"),
            (#"{"language": "python", "code": "", "tests": [{"type": "magic"}]}"#, 422, "/tests/0/type"),
            (
                #"{"language": "python", "code": "", "tests": [{"type": "function_call", "input": [], "output": 1}]}"#,
                422, "/tests/0/fn_name"
            ),
            (
                #"{"language": "python", "code": "", "tests": [{"type": "stdin_stdout", "input": "", "output": ""}], "limits": {"memory_mb": 999999}}"#,
                422, "/limits/memory_mb"
            ),
            (
                #"{"language": "python", "code": "", "tests": [{"type": "stdin_stdout", "input": "", "output": ""}], "limits": {"cpu_time_s": -1}}"#,
                422, "/limits/cpu_time_s"
            ),
        ] as [(String, Int, String?)]
    )
    func faults(body: String, status: Int, pointer: String?) async throws {
        try await RunningService.with { service in
            let answer = try await service.post(body)
            #expect(answer.status == status, "\(answer.body)")
            #expect(answer.headers["content-type"]?.hasPrefix("application/problem+json") == true)
            guard let pointer else { return }
            guard case .list(let errors)? = answer["errors"] else {
                Issue.record("\(answer.body)")
                return
            }
            #expect(errors.contains { $0["pointer"]?.textValue == pointer }, "\(answer.body)")
        }
    }

    @Test("what a program tried is told beside its verdict") func suspicion() async throws {
        try await RunningService.with { service in
            let denied = try await service.grade(
                "python",
                """
                import os
                try:
                    os.unshare(os.CLONE_NEWUSER)
                except PermissionError:
                    print("no")
                """,
                tests: #"[{"type": "stdin_stdout", "input": "", "output": "no"}]"#
            )
            #expect(denied.verdict == "accepted", "\(denied.body)")
            #expect(denied.tests.first?["suspicion"] == .list(["denied_call: unshare"]), "\(denied.body)")
            let early = try await service.grade(
                "python",
                "import os\ndef f(x):\n    os._exit(0)\n",
                tests: #"[{"type": "function_call", "fn_name": "f", "input": [1], "output": 1}]"#
            )
            #expect(early.verdict == "runtime_error", "\(early.body)")
            #expect(early.tests.first?["suspicion"] == .list(["early_exit"]), "\(early.body)")
            let plain = try await service.post(Self.hello)
            #expect(plain.tests.first?["suspicion"] == .list([]), "\(plain.body)")
        }
    }

    @Test("a problem without tests is the problem's fault, and a completion without code the answer's")
    func problems() async throws {
        try await RunningService.with { service in
            let empty = try await service.post(
                #"{"language": "python", "code": "x", "verification_info": {"language": "python", "test_cases": []}}"#
            )
            #expect(empty.status == 200)
            #expect(empty.verdict == "invalid_problem")
            #expect(empty["score"] == .null)
            let none = try await service.post(
                #"{"language": "python", "completion": "I can't.", "tests": [{"type": "stdin_stdout", "input": "", "output": ""}]}"#
            )
            #expect(none.verdict == "no_code")
            #expect(none["score"] != .null)
            let found = try await service.post(
                #"{"language": "python", "completion": "So:\n```python\nprint(1)\n```", "tests": [{"type": "stdin_stdout", "input": "", "output": "1"}]}"#
            )
            #expect(found.verdict == "accepted", "\(found.body)")
        }
    }
}
