import Foundation
import FoundationNetworking
package import GradingModel

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
        guard let url = URL(string: server + path) else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.timeoutInterval = patience
        request.httpBody = body.map { Data($0) }
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await sharedSession.data(for: request)
        guard let http = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        var fields: [String: String] = [:]
        for (name, value) in http.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return ServiceAnswer(
            status: http.statusCode,
            body: data.isEmpty ? .null : try JSONCodec.parse([UInt8](data)),
            headers: fields
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

private let sharedSession: URLSession = {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpMaximumConnectionsPerHost = 32
    configuration.timeoutIntervalForRequest = patience
    return URLSession(configuration: configuration)
}()
