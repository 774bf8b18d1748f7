import GradingModel
import HTTPTypes
import Hummingbird

/// An answer that says what is wrong, as `application/problem+json` (RFC 9457).
///
/// Nothing in it comes from the host: no paths, no errors of other layers in their own words.
struct Problem: Error, Sendable {
    /// One fault of a request.
    struct Fault: Sendable, Hashable {
        /// Where in the body, as a JSON pointer (RFC 6901); empty: the whole body, or not in the body.
        var pointer: String
        var detail: String
        /// The query parameter or header field, where the fault is in one.
        var parameter: String?

        init(pointer: String = "", detail: String, parameter: String? = nil) {
            self.pointer = pointer
            self.detail = detail
            self.parameter = parameter
        }
    }

    var status: HTTPResponse.Status
    /// The last part of the problem's type, for programs to tell problems of one status apart.
    var kind: String
    var title: String
    var detail: String
    var faults: [Fault] = []
    /// Further members of the answer.
    var members: [MapEntry] = []
    var headers: HTTPFields = [:]
    /// The rest of the request's body is not waited for.
    var closesConnection = false

    /// The answer itself.
    var response: Response {
        var entries = [
            MapEntry(key: "type", value: Value("urn:assay:problem:" + kind)),
            MapEntry(key: "title", value: Value(title)),
            MapEntry(key: "status", value: Value(status.code)),
            MapEntry(key: "detail", value: Value(detail)),
            MapEntry(key: "errors", value: .list(faults.map(\.value))),
        ]
        entries += members
        var response = Response.json(.map(entries), status: status)
        response.headers[.contentType] = "application/problem+json"
        for field in headers { response.headers[field.name] = field.value }
        if closesConnection { response.headers[.connection] = "close" }
        return response
    }
}

extension Problem.Fault {
    fileprivate var value: Value {
        var entries = [MapEntry(key: "pointer", value: Value(pointer)), MapEntry(key: "detail", value: Value(detail))]
        if let parameter { entries.append(MapEntry(key: "parameter", value: Value(parameter))) }
        return .map(entries)
    }
}

// MARK: The problems there are

extension Problem {
    static func notJSON(_ detail: String) -> Problem {
        Problem(
            status: .badRequest,
            kind: "not-json",
            title: "The body is not JSON",
            detail: detail,
            faults: [Fault(detail: detail)]
        )
    }

    static func malformedRequest() -> Problem {
        Problem(
            status: .badRequest,
            kind: "malformed-request",
            title: "The request cannot be read",
            detail: "the request is not well-formed HTTP, or ended before its body did"
        )
    }

    static func notFound(_ what: String) -> Problem {
        Problem(status: .notFound, kind: "not-found", title: "Not found", detail: what)
    }

    static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Problem {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return Problem(
            status: .methodNotAllowed,
            kind: "method-not-allowed",
            title: "Method not allowed",
            detail: "\(method.rawValue) is not allowed here; allowed: \(names)",
            headers: [.allow: names]
        )
    }

    static func idempotencyConflict() -> Problem {
        let detail = "this key was used for a submission with another body; use a new key"
        return Problem(
            status: .conflict,
            kind: "idempotency-conflict",
            title: "Idempotency key used before",
            detail: detail,
            faults: [Fault(detail: detail, parameter: "Idempotency-Key")]
        )
    }

    static func bodyTooLarge(limit: Int) -> Problem {
        let detail = "the body is larger than \(limit) bytes"
        return Problem(
            status: .contentTooLarge,
            kind: "body-too-large",
            title: "Body too large",
            detail: detail,
            faults: [Fault(detail: detail)],
            members: [MapEntry(key: "limit_bytes", value: Value(limit))],
            closesConnection: true
        )
    }

    static func unsupportedMediaType(_ type: String) -> Problem {
        let shown = String(type.prefix(100))
        let detail = "Content-Type is \(shown); send application/json in UTF-8"
        return Problem(
            status: .unsupportedMediaType,
            kind: "unsupported-media-type",
            title: "Unsupported media type",
            detail: detail,
            faults: [Fault(detail: detail, parameter: "Content-Type")],
            headers: [.accept: "application/json"]
        )
    }

    /// What is well-formed but wrong, with every fault there is: at least one.
    static func invalid(_ faults: [Fault]) -> Problem {
        let detail =
            switch faults.count {
            case 1: faults[0].detail
            default: "\(faults.count) faults; see errors"
            }
        return Problem(
            status: .unprocessableContent,
            kind: "invalid-request",
            title: "The request is well-formed but wrong",
            detail: detail,
            faults: faults
        )
    }

    /// A record of a kind that is not graded here.
    static func unsupportedTaskType(_ type: String) -> Problem {
        let detail = "unsupported task_type \(type)"
        return Problem(
            status: .unprocessableContent,
            kind: "unsupported-task-type",
            title: "Unsupported task_type",
            detail: detail,
            faults: [Fault(pointer: "/task_type", detail: detail)]
        )
    }

    static func queueFull(depth: Int, retryAfter: Int) -> Problem {
        Problem(
            status: .serviceUnavailable,
            kind: "queue-full",
            title: "The queue is full",
            detail: "\(depth) submissions wait already; try again in \(retryAfter) s",
            members: [MapEntry(key: "queue_depth", value: Value(depth))],
            headers: [.retryAfter: String(retryAfter)]
        )
    }

    /// What is refused so that bodies do not fill the memory; `retryAfter` in seconds.
    static func tooMuchInFlight(retryAfter: Int = 1) -> Problem {
        Problem(
            status: .serviceUnavailable,
            kind: "overloaded",
            title: "Too many large bodies at once",
            detail: "the bodies that are being received fill the memory set aside for them; try again",
            headers: [.retryAfter: String(retryAfter)],
            closesConnection: true
        )
    }

    /// What cannot be answered any more; `id`: the submission that is kept and goes on at the next start.
    static func shuttingDown(id: String? = nil) -> Problem {
        var problem = Problem(
            status: .serviceUnavailable,
            kind: "shutting-down",
            title: "The service is being stopped",
            detail: id == nil ? "try again" : "the submission is kept and is graded when the service is back",
            headers: [.retryAfter: "10"]
        )
        if let id {
            problem.members.append(MapEntry(key: "id", value: Value(id)))
            problem.headers[.location] = "/v1/submissions/\(id)"
        }
        return problem
    }

    static func internalError() -> Problem {
        Problem(
            status: .internalServerError,
            kind: "internal-error",
            title: "The service's own fault",
            detail: "something failed in the service; it has been logged, and says nothing about the submission"
        )
    }
}
