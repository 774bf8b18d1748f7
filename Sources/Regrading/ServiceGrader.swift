import DatasetFiles
import DatasetFormats
import Foundation
import FoundationNetworking
public import GradingModel

/// Has a service grade, over HTTP.
public struct ServiceGrader: RowGrader {
    public let slots: Int
    public let toolchains: [Language: String]
    public let defaultLimits: Limits
    private let url: URL
    private let session: URLSession
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
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = connections
        configuration.timeoutIntervalForRequest = 3600
        session = URLSession(configuration: configuration)
        url = base.appendingPathComponent("v1/submissions")
        self.key = key
        slots = connections
        let answer: Value
        do {
            let (data, _) = try await session.data(from: base.appendingPathComponent("v1/languages"))
            answer = try JSONCodec.parse([UInt8](data))
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
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
        request.httpBody = Data(JSONCodec.serialize(SubmissionEncoder.encode(submission)))
        var attempt = 0
        while true {
            let data: Data
            let response: HTTPURLResponse?
            do {
                let (body, answer) = try await session.data(for: request)
                (data, response) = (body, answer as? HTTPURLResponse)
            } catch {
                try await pause(&attempt, orThrow: DatasetFileError("\(url): \(error.localizedDescription)"))
                continue
            }
            let status = response?.statusCode ?? 0
            if status == 429 || status == 503 {
                // Full, not gone: as often as it takes.
                let seconds = response?.value(forHTTPHeaderField: "Retry-After").flatMap(Double.init) ?? 1
                try await Task.sleep(for: .seconds(min(max(seconds, 0.1), 60)))
                continue
            }
            let answer = try? JSONCodec.parse([UInt8](data))
            if status == 200, let answer { return answer }
            if status == 401 || status == 403 { throw DatasetFileError("\(url): no or a wrong key (status \(status))") }
            if status >= 500 || status == 0 {
                try await pause(&attempt, orThrow: DatasetFileError("\(url): status \(status)"))
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
