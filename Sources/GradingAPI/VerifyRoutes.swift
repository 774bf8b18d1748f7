import DatasetFormats
import GradingEngine
import GradingModel
import GradingStore
import HTTPTypes
import Hummingbird

/// `/v1/verify`: one record of SYNTHETIC-1 in, what genesys' `verify.py` would store beside it out.
struct VerifyRoutes: Sendable {
    var service: any GradingService
    var caps: LimitCaps
    var bodies: BodyReader
    var turnstile: Turnstile

    /// What a record asks for.
    private enum Work: Sendable {
        case answered(VerificationResult)
        /// `notes` go with the result.
        case submission(Submission, body: [UInt8], notes: [String])
    }

    /// Answers `POST /v1/verify`.
    @Sendable func verify(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var query = QueryReader(request)
        let key = query.idempotencyKey(of: request)
        try query.finish()
        let (queued, notes) = try await bodies.withJSONBody(of: request) { body in
            switch try await turnstile.pass(body: body, { try read(body) }) {
            case .answered(let result): return (Queued.no(result), [String]())
            case .submission(let submission, let body, let notes):
                return (.yes(try await service.submit(submission, body: body, idempotencyKey: key)), notes)
            }
        }
        switch queued {
        case .no(let result): return answer(result)
        case .yes(let record): return answer(try result(of: try await service.waitForEnd(of: record), notes: notes))
        }
    }

    private enum Queued {
        case no(VerificationResult)
        case yes(SubmissionRecord)
    }

    private func answer(_ result: VerificationResult) -> Response { .json(.map(result.fields)) }

    private func result(of record: SubmissionRecord, notes: [String]) throws -> VerificationResult {
        if let answer = record.answer { return VerificationResult(answer: try JSONCodec.parse(answer), notes: notes) }
        return VerificationResult(cancelled: record.id)
    }

    // MARK: Records

    private func read(_ body: [UInt8]) throws -> Work {
        let value = try JSONCodec.parse(body)
        try checkFields(value)
        let record: DatasetRecord
        do {
            record = try RecordReader(caps: caps).read(value)
        } catch {
            throw Problem.invalid([Problem.Fault(pointer: error.pointer, detail: error.reason)])
        }
        if let result = VerificationResult(predictionOf: record) { return .answered(result) }
        guard let answer = record.answer else { throw Self.missing("llm_response") }
        guard let tests = record.tests else { throw Self.missing("verification_info") }
        guard let language = record.language else {
            // The language stands beside the tests: what cannot be decoded tells neither.
            if case .invalid(let reason) = tests {
                return .answered(VerificationResult(invalidProblem: reason, notes: record.notes))
            }
            throw Self.missing("verification_info/language")
        }
        guard let request = record.request(of: answer, in: language, caps: caps) else {
            throw Self.missing("verification_info")
        }
        // The same reader as of any submission, and of this one after a restart.
        return .submission(
            try SubmissionDecoder.submission(from: request, caps: caps),
            body: JSONCodec.serialize(request),
            notes: record.notes + record.limitNotes(for: language, caps: caps)
        )
    }

    /// Refuses what is no record, and above all what cannot be graded here: that must never get a score.
    private func checkFields(_ value: Value) throws {
        guard value.mapValue != nil else {
            throw Problem.invalid([Problem.Fault(detail: "the body must be a JSON object: one record")])
        }
        var faults: [Problem.Fault] = []
        switch value["task_type"] {
        case .some(.string(let type)):
            if !TaskType.isSupported(type.text) { throw Problem.unsupportedTaskType(type.prefix(64).text) }
        case nil, .some(.null):
            faults.append(Problem.Fault(pointer: "/task_type", detail: "is missing; \(TaskType.listed)"))
        default: faults.append(Problem.Fault(pointer: "/task_type", detail: "must be text; \(TaskType.listed)"))
        }
        switch value["verification_info"] {
        case .some(.map), .some(.list), .some(.string): break
        case nil, .some(.null): faults.append(Problem.Fault(pointer: "/verification_info", detail: "is missing"))
        default:
            faults.append(Problem.Fault(pointer: "/verification_info", detail: "must be an object, a list or text"))
        }
        switch value["llm_response"] {
        case .some(.string): break
        case nil, .some(.null): faults.append(Problem.Fault(pointer: "/llm_response", detail: "is missing"))
        default: faults.append(Problem.Fault(pointer: "/llm_response", detail: "must be text"))
        }
        if !faults.isEmpty { throw Problem.invalid(faults) }
    }

    private static func missing(_ field: String) -> Problem {
        .invalid([Problem.Fault(pointer: "/\(field)", detail: "is missing")])
    }
}

extension TaskType {
    fileprivate static let listed =
        "graded here are \(code), \(outputPrediction) and its older name \(codeUnderstanding)"
}

extension RecordFault {
    /// The field as a JSON pointer: `a.b[3]` is `/a/b/3`.
    fileprivate var pointer: String {
        guard !field.isEmpty else { return "" }
        let escaped = field.replacing("~", with: "~0").replacing("/", with: "~1")
        return "/"
            + escaped.replacing("].", with: "/").replacing("[", with: "/").replacing("]", with: "").replacing(
                ".",
                with: "/"
            )
    }
}

extension GradingService {
    /// The record when it has ended.
    ///
    /// Where the client goes away meanwhile, the submission goes on and its result can be looked up.
    /// - Throws: `Problem` 503 where the service stops before that.
    func waitForEnd(of record: SubmissionRecord) async throws -> SubmissionRecord {
        guard !record.status.isFinal else { return record }
        do {
            return try await wait(for: record.id)
        } catch GradingServiceError.shuttingDown {
            throw Problem.shuttingDown(id: record.id)
        } catch is CancellationError {
            throw Problem.shuttingDown(id: record.id)
        }
    }
}
