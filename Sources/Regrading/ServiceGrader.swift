import DatasetFiles
import DatasetFormats
import Foundation
import GradingClient
public import GradingModel

/// Has a service grade, over HTTP.
public struct ServiceGrader: RowGrader {
    public let slots: Int
    public let toolchains: [Language: String]
    public let defaultLimits: Limits
    private let server: String
    private let client: GradingClient
    private let key: String?
    /// Waiting times between attempts where the service can't be reached, in seconds.
    private static let pauses: [Double] = [1, 2, 4, 8, 16, 32]

    /// Asks the service for its languages.
    ///
    /// - Parameters:
    ///   - server: Its address, as `http://127.0.0.1:8080`.
    ///   - connections: How many submissions are under way at one time.
    ///   - key: The API key, where the service wants one.
    /// - Throws: ``DatasetFileError`` where it can't be reached or is no such service.
    public init(server: String, connections: Int, key: String? = nil) async throws {
        guard let base = URL(string: server), let scheme = base.scheme, ["http", "https"].contains(scheme) else {
            throw DatasetFileError("--server \(server): an address as http://127.0.0.1:8080 is due")
        }
        self.server = server
        client = GradingClient(server: base.absoluteString, connections: connections, patience: 3600)
        self.key = key
        slots = connections
        let answer: Value
        do {
            answer = try JSONCodec.parse(try await client.send("GET", "/v1/languages").body)
        } catch {
            throw DatasetFileError("\(server) can't be reached or is no grading service: \(error)")
        }
        var toolchains: [Language: String] = [:]
        var limits = Limits()
        for description in answer["languages"]?.listValue ?? answer.listValue ?? [] {
            guard let name = description["language"]?.textValue, let language = Language(rawValue: name),
                let digest = description["image_digest"]?.textValue
            else { continue }
            toolchains[language] = digest
            if let defaults = description["default_limits"] {
                limits.cpuTime = defaults["cpu_time_s"]?.doubleValue ?? limits.cpuTime
                limits.memoryMB = defaults["memory_mb"]?.intValue ?? limits.memoryMB
            }
        }
        guard !toolchains.isEmpty else { throw DatasetFileError("\(server) names no languages") }
        self.toolchains = toolchains
        defaultLimits = limits
    }

    public func grade(_ submission: Submission) async throws -> Value {
        let body = JSONCodec.serialize(SubmissionEncoder.encode(submission))
        let headers = key.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        var attempt = 0
        while true {
            let response: GradingClient.Response
            do {
                response = try await client.send("POST", "/v1/submissions", body: body, headers: headers)
            } catch {
                try await pause(&attempt, orThrow: DatasetFileError("\(server): \(error)"))
                continue
            }
            let status = response.status
            if status == 429 || status == 503 {
                // Full, not gone: as often as it takes.
                let seconds = response.headers["retry-after"].flatMap(Double.init) ?? 1
                try await Task.sleep(for: .seconds(min(max(seconds, 0.1), 60)))
                continue
            }
            let answer = try? JSONCodec.parse(response.body)
            if status == 200, let answer { return answer }
            if status == 401 || status == 403 {
                throw DatasetFileError("\(server): no or a wrong key (status \(status))")
            }
            if status >= 500 {
                try await pause(&attempt, orThrow: DatasetFileError("\(server): status \(status)"))
                continue
            }
            // The service does not take this one: the row says why.
            let detail = answer?["errors"]?.listValue?.first?["detail"] ?? answer?["detail"]
            let message = "the service refused it with status \(status): \(detail?.stringValue?.text ?? "")"
            let verdict: Verdict = status == 422 || status == 413 ? .invalidProblem : .internalError
            return .fields([("verdict", Value(verdict.rawValue)), ("score", .null), ("message", Value(message))])
        }
    }

    private func pause(_ attempt: inout Int, orThrow error: DatasetFileError) async throws {
        guard attempt < Self.pauses.count else { throw error }
        try await Task.sleep(for: .seconds(Self.pauses[attempt]))
        attempt += 1
    }
}
