import DatasetFormats
import GradingEngine
import GradingModel
import GradingStore
import HTTPTypes
import Hummingbird

/// `/v1/submissions`: hand in, look up, list, cancel.
struct SubmissionRoutes: Sendable {
    var service: any GradingService
    var caps: LimitCaps
    var bodies: BodyReader
    var turnstile: Turnstile

    /// Answers `POST /v1/submissions`.
    @Sendable func submit(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var query = QueryReader(request)
        let waits = query.flag("wait", default: true)
        let key = query.idempotencyKey(of: request)
        try query.finish()
        let record = try await bodies.withJSONBody(of: request) { body in
            let submission = try await turnstile.pass(body: body) {
                try SubmissionDecoder.submission(fromBody: body, caps: caps)
            }
            return try await service.submit(submission, body: body, idempotencyKey: key)
        }
        guard waits, !record.status.isFinal else {
            return answer(record, status: record.status.isFinal ? .ok : .accepted)
        }
        return answer(try await service.waitForEnd(of: record))
    }

    /// Answers `GET /v1/submissions/{id}`.
    @Sendable func find(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        guard let record = try await service.submission(try id(context)) else { throw Self.unknown }
        return answer(record)
    }

    /// `DELETE /v1/submissions/{id}`: of what is finished already, nothing is left to cancel, and it is answered as it is.
    @Sendable func cancel(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        guard let record = try await service.cancel(try id(context)) else { throw Self.unknown }
        return answer(record)
    }

    /// Answers `GET /v1/submissions`.
    @Sendable func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var query = QueryReader(request)
        let limit = query.integer("limit", in: 1...500, default: 50)
        let verdict = query.verdict("verdict")
        let language = query.language("language")
        try query.finish()
        let page = try await service.list(
            limit: limit,
            cursor: query.text("cursor"),
            verdict: verdict,
            language: language
        )
        return .json(
            .map([
                MapEntry(key: "submissions", value: .list(page.records.map(\.summary))),
                MapEntry(key: "next_cursor", value: page.nextCursor.map { Value($0) } ?? .null),
            ])
        )
    }

    // MARK: Parts

    private static let unknown = Problem.notFound("there is no such submission")

    private func id(_ context: APIRequestContext) throws -> String {
        guard let id = context.parameters.get("id"), SubmissionID.isWellFormed(id) else { throw Self.unknown }
        return id
    }

    private func answer(_ record: SubmissionRecord, status: HTTPResponse.Status = .ok) -> Response {
        let headers: HTTPFields = status == .accepted ? [.location: "/v1/submissions/\(record.id)"] : [:]
        if let answer = record.answer { return .json(answer, status: status, headers: headers) }
        return .json(record.summary, status: status, headers: headers)
    }
}

extension SubmissionRecord {
    /// The submission without the trace of its tests, as lists have it and as it is while nothing more is known.
    var summary: Value {
        guard let verdict else {
            return ResultEncoder.encodePending(
                id: id,
                status: status.rawValue,
                language: language,
                total: total,
                metadata: [("created_at", createdAtSeconds)]
            )
        }
        return .map([
            MapEntry(key: "id", value: Value(id)),
            MapEntry(key: "status", value: Value(status.rawValue)),
            MapEntry(key: "verdict", value: Value(verdict.rawValue)),
            MapEntry(key: "score", value: score.map { .float($0) } ?? .null),
            MapEntry(key: "passed", value: passed.map { Value($0) } ?? .null),
            MapEntry(key: "total", value: total.map { Value($0) } ?? .null),
            MapEntry(key: "language", value: Value(language.rawValue)),
            MapEntry(key: "created_at", value: createdAtSeconds),
        ])
    }

    /// Seconds since 1970 (UTC).
    private var createdAtSeconds: Value { .float(Double(createdAt) / 1000) }
}
