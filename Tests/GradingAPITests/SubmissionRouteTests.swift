import GradingEngine
import GradingModel
import GradingStore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@Suite("Routes of submissions") struct SubmissionRouteTests {
    @Test("a submission is waited for, and answered with the grader's own JSON, byte for byte")
    func waits() async throws {
        let service = FakeGradingService()
        try await APIFixture.with(service) { client in
            let response = try await client.submit()
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/json")
            let id = try #require(try response.text("id"))
            #expect(response.bytes == FakeGradingService.answer(id))
            #expect(service.state.withLock { $0.bodies } == [Array(APIFixture.valid.utf8)])
            let again = try await client.send(.get, "/v1/submissions/\(id)")
            #expect(again.bytes == response.bytes)
        }
    }

    @Test("wait=false answers 202 with the place to look, which tells the state until the end")
    func doesNotWait() async throws {
        let service = FakeGradingService(finishesAtOnce: false)
        try await APIFixture.with(service) { client in
            let response = try await client.submit(query: "?wait=false")
            #expect(response.status == .accepted)
            let id = try #require(try response.text("id"))
            #expect(response.headers[.location] == "/v1/submissions/\(id)")
            #expect(try response.text("status") == "queued")
            let before = try await client.send(.get, "/v1/submissions/\(id)")
            #expect(before.status == .ok)
            #expect(try before.text("status") == "queued")
            #expect(try before.json()["score"] == .null)
            service.finish(id)
            #expect(try await client.send(.get, "/v1/submissions/\(id)").text("status") == "finished")
        }
    }

    @Test("a wait that is no yes or no is refused", arguments: ["?wait=maybe", "?wait=2"])
    func badWait(query: String) async throws {
        try await APIFixture.with { client in
            let problem = try await client.submit(query: query).expectProblem(
                .unprocessableContent,
                "invalid-request"
            )
            #expect(problem["errors"]?.listValue?.first?["parameter"]?.textValue == "wait")
        }
    }

    @Test("the same idempotency key and body give the same submission, another body is a conflict")
    func idempotency() async throws {
        try await APIFixture.with { client in
            let headers: HTTPFields = [try #require(HTTPField.Name("Idempotency-Key")): "job 7"]
            let first = try await client.submit(headers: headers)
            let second = try await client.submit(headers: headers)
            #expect(try first.text("id") == second.text("id"))
            #expect(second.status == .ok)
            try await client.submit(APIFixture.valid + " ", headers: headers)
                .expectProblem(.conflict, "idempotency-conflict")
            try await client.submit(headers: [headers[0].name: String(repeating: "k", count: 256)])
                .expectProblem(.unprocessableContent, "invalid-request")
        }
    }

    @Test("cancelling ends a submission, and whoever waits for it hears so")
    func cancelling() async throws {
        let service = FakeGradingService(finishesAtOnce: false)
        try await APIFixture.with(service) { client in
            let id = try #require(try await client.submit(query: "?wait=false").text("id"))
            let response = try await client.send(.delete, "/v1/submissions/\(id)")
            #expect(response.status == .ok)
            #expect(try response.text("status") == "cancelled")
            #expect(try await client.send(.get, "/v1/submissions/\(id)").text("status") == "cancelled")
        }
    }

    @Test("cancelling what is finished changes nothing and says so")
    func cancellingFinished() async throws {
        try await APIFixture.with { client in
            let id = try #require(try await client.submit().text("id"))
            #expect(try await client.send(.delete, "/v1/submissions/\(id)").text("status") == "finished")
        }
    }

    @Test(
        "what is not there is 404",
        arguments: [
            "/v1/submissions/sub_00000000000000000000000000", "/v1/submissions/x", "/v1/submissions/..%2f..%2fetc",
            "/", "/v1", "/v2/submissions", "/v1/submissions/a/b", "/favicon.ico", "/v1/submissions/%00",
        ]
    )
    func notFound(path: String) async throws {
        try await APIFixture.with { client in
            try await client.send(.get, path).expectProblem(.notFound, "not-found")
        }
    }

    @Test(
        "a method that a path does not have is 405 and says which it has",
        arguments: [
            (HTTPRequest.Method.put, "/v1/submissions", "POST, GET, HEAD"),
            (.delete, "/v1/submissions", "POST, GET, HEAD"), (.options, "/v1/submissions", "POST, GET, HEAD"),
            (.post, "/v1/submissions/x", "GET, HEAD, DELETE"), (.patch, "/v1/submissions/x", "GET, HEAD, DELETE"),
            (.post, "/v1/languages", "GET, HEAD"), (.delete, "/health/live", "GET, HEAD"),
        ]
    )
    func methodNotAllowed(method: HTTPRequest.Method, path: String, allowed: String) async throws {
        try await APIFixture.with { client in
            let response = try await client.send(method, path)
            try response.expectProblem(.methodNotAllowed, "method-not-allowed")
            #expect(response.headers[.allow] == allowed)
        }
    }

    @Test("lists are newest first, with a cursor, and filter by verdict and language")
    func lists() async throws {
        try await APIFixture.with { client in
            let ids = [
                try #require(try await client.submit().text("id")), try #require(try await client.submit().text("id")),
                try #require(try await client.submit().text("id")),
            ]
            let page = try await client.send(.get, "/v1/submissions?limit=2&verdict=accepted&language=Py").json()
            let listed = page["submissions"]?.listValue?.compactMap { $0["id"]?.textValue }
            #expect(listed == [ids[2], ids[1]])
            #expect(page["next_cursor"]?.textValue == "c1")
            #expect(page["submissions"]?.listValue?.first?["verdict"]?.textValue == "accepted")
            let none = try await client.send(.get, "/v1/submissions?verdict=wrong_answer&cursor=").json()
            #expect(none["submissions"]?.listValue == [])
            #expect(none["next_cursor"] == .null)
        }
    }

    @Test(
        "a query that is wrong is refused with every fault",
        arguments: [
            ("limit=0", 1), ("limit=501", 1), ("limit=ten", 1), ("verdict=AC", 1), ("language=cobol", 1),
            ("limit=-1&verdict=x&language=y", 3), ("cursor=zzz", 1),
        ]
    )
    func badQueries(query: String, faults: Int) async throws {
        try await APIFixture.with { client in
            let problem = try await client.send(.get, "/v1/submissions?" + query)
                .expectProblem(.unprocessableContent, "invalid-request")
            #expect(problem["errors"]?.listValue?.count == faults)
        }
    }

    @Test("a full queue is 503 with Retry-After and its depth")
    func queueFull() async throws {
        let service = FakeGradingService()
        service.state.withLock { $0.refusal = GradingServiceError.queueFull(depth: 77, retryAfter: 5) }
        try await APIFixture.with(service) { client in
            let response = try await client.submit()
            let problem = try response.expectProblem(.serviceUnavailable, "queue-full")
            #expect(response.headers[.retryAfter] == "5")
            #expect(problem["queue_depth"]?.intValue == 77)
        }
    }

    @Test("whoever waits when the service is stopped is told where the submission will be")
    func stopping() async throws {
        let service = FakeGradingService(finishesAtOnce: false)
        try await APIFixture.with(service) { client in
            async let waiting = client.submit()
            while service.state.withLock({ $0.waiting.isEmpty }) { await Task.yield() }
            await service.beginShutdown()
            let response = try await waiting
            let problem = try response.expectProblem(.serviceUnavailable, "shutting-down")
            let id = try #require(problem["id"]?.textValue)
            #expect(response.headers[.location] == "/v1/submissions/\(id)")
            #expect(response.headers[.retryAfter] != nil)
            try await client.submit().expectProblem(.serviceUnavailable, "shutting-down")
        }
    }

    @Test("a fault of the service is 500 and tells nothing about it")
    func internalError() async throws {
        struct Secret: Error { var path = "/var/lib/assay/assay.sqlite" }
        let service = FakeGradingService()
        service.state.withLock { $0.refusal = Secret() }
        try await APIFixture.with(service) { client in
            try await client.submit().expectProblem(.internalServerError, "internal-error")
        }
    }
}

@Suite("Routes of languages and health") struct InformationRouteTests {
    @Test("languages come with toolchain, digest, flags and limits")
    func languages() async throws {
        try await APIFixture.with { client in
            let language = try #require(
                try await client.send(.get, "/v1/languages").json()["languages"]?.listValue?.first
            )
            #expect(language["language"]?.textValue == "python")
            #expect(language["version"]?.textValue == "CPython 3.13.5")
            #expect(language["image_digest"]?.textValue == "sha256:00")
            #expect(language["default_limits"]?["memory_mb"]?.intValue == 512)
            #expect(language["largest_limits"]?["cpu_time_s"]?.doubleValue == 60)
        }
    }

    @Test(
        "health is 200 or 503, with each check by name",
        arguments: [
            (database: true, images: true, live: 200, ready: 200), (true, false, 200, 503), (false, true, 503, 503),
        ]
    )
    func health(database: Bool, images: Bool, live: Int, ready: Int) async throws {
        let service = FakeGradingService()
        service.state.withLock {
            $0.checks = [
                HealthReport.Check(name: "database", isHealthy: database, concernsLiveness: true),
                HealthReport.Check(name: "images", isHealthy: images, detail: "python is altered"),
                HealthReport.Check(name: "retired slots", isHealthy: false, detail: "1", concernsReadiness: false),
            ]
        }
        try await APIFixture.with(service) { client in
            let liveness = try await client.send(.get, "/health/live")
            let readiness = try await client.send(.get, "/health/ready")
            #expect(liveness.status.code == live)
            #expect(readiness.status.code == ready)
            let checks = try readiness.json()["checks"]?.listValue
            #expect(checks?.compactMap { $0["name"]?.textValue } == ["database", "images", "retired slots"])
            #expect(checks?[1]["status"]?.textValue == (images ? "pass" : "fail"))
            #expect(checks?.last?["status"]?.textValue == "warn")
        }
    }

    @Test("HEAD answers as GET does, without a body", arguments: ["/health/live", "/v1/languages", "/v1/submissions"])
    func head(path: String) async throws {
        try await APIFixture.with { client in
            let response = try await client.send(.head, path)
            #expect(response.status == .ok)
            #expect(response.body.readableBytes == 0)
        }
    }
}
