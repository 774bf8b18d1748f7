import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A grading service as its clients see it: requests over HTTP on connections that are kept alive.
///
/// Not by URLSession, which on Linux spins while an answer is waited for: half a core.
package final class GradingClient: Sendable {
    package struct Response: Sendable {
        package var status: Int
        /// Names in lower case.
        package var headers: [String: String]
        package var body: [UInt8]
    }

    private let server: String
    private let patience: TimeAmount
    private let http: HTTPClient

    /// Larger answers are refused: 4 GiB.
    private static let largestAnswer = 1 << 32

    /// - Parameters:
    ///   - server: Its address, as `http://127.0.0.1:8080`.
    ///   - connections: How many are open at one time, at most.
    ///   - patience: Seconds to an answer.
    package init(server: String, connections: Int, patience: Double) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        self.patience = .nanoseconds(Int64(patience * 1e9))
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    // Its connections are closed; nobody waits for any.
    deinit { http.shutdown { _ in } }

    /// Sends a request; a body is JSON.
    /// - Throws: Errors of AsyncHTTPClient and NIO where there is no answer.
    package func send(
        _ method: String,
        _ path: String,
        body: [UInt8]? = nil,
        headers: [String: String] = [:]
    ) async throws -> Response {
        var request = HTTPClientRequest(url: server + path)
        request.method = .RAW(value: method)
        if let body {
            request.body = .bytes(ByteBuffer(bytes: body))
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await http.execute(request, timeout: patience)
        let content = try await response.body.collect(upTo: Self.largestAnswer)
        return Response(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
            body: Array(content.readableBytesView)
        )
    }
}
