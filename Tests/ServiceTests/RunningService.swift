import Foundation
import FoundationNetworking
import GradingModel
import Testing

/// Where the tests find what they drive.
enum TestHost {
    static let imageStore = ProcessInfo.processInfo.environment["ASSAY_IMAGES"] ?? "/var/lib/assay/images"

    /// An executable as built beside the tests.
    static func executable(_ name: String) -> String {
        let folders = [
            URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent(".build/debug"),
        ]
        return folders.map { $0.appendingPathComponent(name).path }
            .first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
    }

    /// Where images are built and jails can be made.
    ///
    /// CI sets `ASSAY_REQUIRE_JAILS`, so that nothing is skipped there.
    static let canGrade: Bool = {
        if ProcessInfo.processInfo.environment["ASSAY_REQUIRE_JAILS"] != nil { return true }
        return geteuid() == 0 && FileManager.default.fileExists(atPath: imageStore + "/rust")
    }()
}

/// `assay serve` as a process of its own, on a database and a port of its own.
final class RunningService: Sendable {
    let process: Process
    let port: Int
    let database: String

    private init(process: Process, port: Int, database: String) {
        self.process = process
        self.port = port
        self.database = database
    }

    /// Starts the service and waits until it listens; `log` takes what it writes to stderr.
    static func start(
        database: String? = nil,
        flags: [String] = [],
        log: FileHandle? = nil
    ) throws -> RunningService {
        let database = database ?? Self.temporaryFolder() + "/assay.sqlite"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: TestHost.executable("assay"))
        process.arguments =
            ["serve", "--port", "0", "--database", database, "--images", TestHost.imageStore, "--log-level", "warning"]
            + flags
        process.environment = ["PATH": "/usr/bin:/bin"]
        let output = Pipe()
        process.standardOutput = output
        if let log { process.standardError = log }
        try process.run()
        var text = ""
        while !text.contains("\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
        }
        let port = text.split(separator: ":").last.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        return RunningService(
            process: process,
            port: try #require(port, "assay serve did not start: \(text)"),
            database: database
        )
    }

    /// Runs `body` with a service that is stopped afterwards; it must end by itself with status 0.
    static func with(
        flags: [String] = [],
        log: FileHandle? = nil,
        _ body: (RunningService) async throws -> Void
    ) async throws {
        let service = try start(flags: flags, log: log)
        do {
            try await body(service)
        } catch {
            service.stop()
            throw error
        }
        service.stop()
        #expect(service.process.terminationStatus == 0)
    }

    func stop(signal: Int32 = SIGTERM) {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
    }

    private static func temporaryFolder() -> String {
        let path = "/tmp/assay-tests-\(UUID().uuidString)"
        // The service's user makes files in it.
        try? FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o777]
        )
        chmod(path, 0o777)
        return path
    }

    // MARK: Requests

    struct Answer: Sendable {
        var status: Int
        var body: Value
        var headers: [String: String]

        subscript(_ keys: String...) -> Value? { keys.reduce(Optional(body)) { $0?[$1] } }

        /// Verdicts of the tests, in order.
        var verdicts: [String] { tests.compactMap { $0["verdict"]?.textValue } }
        var verdict: String? { body["verdict"]?.textValue }
        var tests: [Value] {
            guard case .list(let tests)? = body["tests"] else { return [] }
            return tests
        }
    }

    func send(
        _ method: String,
        _ path: String,
        body: [UInt8]? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        request.timeoutInterval = 300
        request.httpBody = body.map { Data($0) }
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in http.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return Answer(
            status: http.statusCode,
            body: data.isEmpty ? .null : try JSONCodec.parse([UInt8](data)),
            headers: fields
        )
    }

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }

    /// Posts a submission whose JSON is written in the test.
    func post(_ json: String, query: String = "", headers: [String: String] = [:]) async throws -> Answer {
        try await send("POST", "/v1/submissions\(query)", body: Array(json.utf8), headers: headers)
    }

    /// Posts a program with tests whose JSON is written in the test.
    func grade(_ language: String, _ code: String, tests: String, more: String = "") async throws -> Answer {
        let code = String(decoding: JSONCodec.serialize(Value(code)), as: UTF8.self)
        return try await post(#"{"language": "\#(language)", "code": \#(code), "tests": \#(tests) \#(more)}"#)
    }
}

/// Processes by their parents.
///
/// See proc(5).
enum ProcessTree {
    static func children(of pid: Int32) -> [Int32] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    static func descendants(of pid: Int32) -> [Int32] {
        children(of: pid).flatMap { [$0] + descendants(of: $0) }
    }
}

extension Value {
    /// The text of a string.
    var textValue: String? {
        guard case .string(let text) = self else { return nil }
        return text.text
    }
}
