import Foundation
import GradingClient
package import GradingModel
import Synchronization

/// A service that listens somewhere.
package protocol ServiceConnection: Sendable {
    /// Its address, as `http://127.0.0.1:8080`.
    var server: String { get }
}

/// What a service answered.
package struct ServiceAnswer: Sendable {
    package var status: Int
    package var body: Value
    package var headers: [String: String]

    package subscript(_ keys: String...) -> Value? { keys.reduce(Optional(body)) { $0?[$1] } }

    /// Verdicts of the tests, in order.
    package var verdicts: [String] { tests.compactMap { $0["verdict"]?.textValue } }
    package var verdict: String? { body["verdict"]?.textValue }
    package var tests: [Value] { body["tests"]?.listValue ?? [] }
}

extension ServiceConnection {
    package func send(
        _ method: String,
        _ path: String,
        body: [UInt8]? = nil,
        headers: [String: String] = [:]
    ) async throws -> ServiceAnswer {
        let response = try await clients.client(of: server).send(method, path, body: body, headers: headers)
        return ServiceAnswer(
            status: response.status,
            body: response.body.isEmpty ? .null : try JSONCodec.parse(response.body),
            headers: response.headers
        )
    }

    package func get(_ path: String) async throws -> ServiceAnswer { try await send("GET", path) }

    /// Posts a submission whose JSON is written in the test.
    package func post(
        _ json: String,
        query: String = "",
        headers: [String: String] = [:]
    ) async throws -> ServiceAnswer {
        try await send("POST", "/v1/submissions\(query)", body: Array(json.utf8), headers: headers)
    }

    /// Posts a program with tests whose JSON is written in the test.
    package func grade(
        _ language: String,
        _ code: String,
        tests: String,
        more: String = ""
    ) async throws -> ServiceAnswer {
        let code = String(decoding: JSONCodec.serialize(Value(code)), as: UTF8.self)
        return try await post(#"{"language": "\#(language)", "code": \#(code), "tests": \#(tests) \#(more)}"#)
    }

}

/// Seconds to the answer.
private let patience = 600.0 * Double(TestHost.slowness)

/// Clients by the service's address: each keeps its connections.
private final class Clients: Sendable {
    private let known = Mutex<[String: GradingClient]>([:])

    func client(of server: String) -> GradingClient {
        known.withLock { known in
            if let client = known[server] { return client }
            let client = GradingClient(server: server, connections: 32, patience: patience)
            known[server] = client
            return client
        }
    }
}

private let clients = Clients()
