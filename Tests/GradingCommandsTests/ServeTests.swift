import Foundation
import GradingEngine
import GradingModel
import GradingStore
import Logging
import ServiceLifecycle
import Synchronization
import Telemetry
import Testing

@testable import GradingCommands

/// A grader with one submission at a time, which takes as long as the test says.
private final class SlowService: GradingService, Service {
    private struct State {
        var record: SubmissionRecord?
        var isStopping = false
        var waiting: [CheckedContinuation<SubmissionRecord, any Error>] = []
    }

    private let state = Mutex(State())
    /// How long the submission goes on after a shutdown began.
    let remaining: Duration

    init(remaining: Duration) { self.remaining = remaining }

    var isWaitedFor: Bool { state.withLock { !$0.waiting.isEmpty } }

    func run() async throws {
        try await gracefulShutdown()
        await beginShutdown()
        try await Task.sleep(for: remaining)
        state.withLock { state in
            for continuation in state.waiting {
                if var record = state.record {
                    record.status = .finished
                    record.verdict = .accepted
                    record.answer = Array(#"{"verdict":"accepted"}"#.utf8)
                    continuation.resume(returning: record)
                }
            }
            state.waiting = []
        }
    }

    func submit(_ submission: Submission, body: [UInt8], idempotencyKey: String?) async throws -> SubmissionRecord {
        try state.withLock { state in
            if state.isStopping { throw GradingServiceError.shuttingDown }
            let record = SubmissionRecord(
                id: SubmissionID.make(at: 1),
                status: .running,
                language: submission.language,
                createdAt: 1
            )
            state.record = record
            return record
        }
    }

    func wait(for id: String) async throws -> SubmissionRecord {
        try await withCheckedThrowingContinuation { continuation in state.withLock { $0.waiting.append(continuation) } }
    }

    func submission(_ id: String) async throws -> SubmissionRecord? { state.withLock { $0.record } }
    func list(
        limit: Int,
        cursor: String?,
        verdict: Verdict?,
        language: Language?
    ) async throws -> (records: [SubmissionRecord], nextCursor: String?) { ([], nil) }
    func cancel(_ id: String) async throws -> SubmissionRecord? { nil }
    func languages() async -> [LanguageDescription] { [] }
    func health() async -> HealthReport { HealthReport(checks: []) }

    func metrics() async -> [MetricFamily] { [] }
    func beginShutdown() async { state.withLock { $0.isStopping = true } }
}

@Suite("assay serve", .timeLimit(.minutes(2))) struct ServeTests {
    private static let body = """
        {"language": "python", "code": "x", "tests": [{"type": "stdin_stdout", "input": "", "output": ""}]}
        """

    /// Posts a submission over a connection of its own and returns the answer's first line and body.
    private static func post(_ port: Int) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/bin/bash")
                process.arguments = [
                    "-c",
                    """
                    exec 3<>/dev/tcp/127.0.0.1/\(port) || exit 0
                    printf 'POST /v1/submissions HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s' \
                    \(body.utf8.count) "$BODY" >&3
                    timeout 20 cat <&3
                    """,
                ]
                process.environment = ["BODY": body, "PATH": "/usr/bin:/bin"]
                let pipe = Pipe()
                process.standardOutput = pipe
                process.standardError = FileHandle.nullDevice
                do {
                    try process.run()
                    let data = pipe.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    continuation.resume(returning: String(decoding: data, as: UTF8.self))
                } catch {
                    continuation.resume(returning: "\(error)")
                }
            }
        }
    }

    @Test("SIGTERM lets what runs finish and be answered, refuses what comes meanwhile, and ends with success")
    func graceful() async throws {
        await #expect(processExitsWith: .exitCode(7)) {
            let service = SlowService(remaining: .seconds(2))
            let settings = try Settings(
                flags: ["http.port": "0", "shutdown_grace_s": "10"],
                environment: ["ASSAY_CONFIG": "/dev/null"]
            )
            let (ports, portSource) = AsyncStream.makeStream(of: Int.self)
            async let serving: Void = serve(
                GradingStack(service: service, services: [service]),
                settings,
                logger: Logger(label: "test")
            ) { portSource.yield($0) }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            async let running = Self.post(port)
            while !service.isWaitedFor { try await Task.sleep(for: .milliseconds(10)) }
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .milliseconds(700))
            let late = await Self.post(port)
            try #require(late.hasPrefix("HTTP/1.1 503"), "\(late)")
            try #require(late.contains("shutting-down"))
            let answer = await running
            try #require(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
            try #require(answer.hasSuffix(#"{"verdict":"accepted"}"#))
            try await serving
            let after = await Self.post(port)
            try #require(after.isEmpty, "\(after)")
            exit(7)
        }
    }

    @Test("an address that cannot be had ends the service with an error rather than a hang")
    func portTaken() async throws {
        let holder = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(holder) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(holder, pointer, length) == 0 && listen(holder, 1) == 0
                    && getsockname(holder, pointer, &length) == 0
            }
        }
        try #require(bound)
        let settings = try Settings(
            flags: ["http.port": String(UInt16(bigEndian: address.sin_port))],
            environment: ["ASSAY_CONFIG": "/dev/null"]
        )
        let service = SlowService(remaining: .zero)
        await #expect(throws: (any Error).self) {
            try await serve(
                GradingStack(service: service, services: [service]),
                settings,
                logger: Logger(label: "test")
            )
        }
    }
}
