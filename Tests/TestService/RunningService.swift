package import Foundation

/// Where the tests find what they drive.
package enum TestHost {
    package static let imageStore = ProcessInfo.processInfo.environment["ASSAY_IMAGES"] ?? "/var/lib/assay/images"

    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// How many times slower this host is than most, as emulated ones are.
    package static let slowness = ProcessInfo.processInfo.environment["ASSAY_CORPUS_SLOWNESS"].flatMap { Int($0) } ?? 1

    /// Whether services run as the user assay, in control groups of its own: `ASSAY_TEST_ROOTLESS`.
    package static let isRootless = ProcessInfo.processInfo.environment["ASSAY_TEST_ROOTLESS"] != nil

    /// The jailer where it is not the one beside `assay`: `ASSAY_JAILER`, for sanitizers, which it cannot have.
    package static let jailer = ProcessInfo.processInfo.environment["ASSAY_JAILER"]

    /// What services have of the environment: next to nothing, but for what sanitizers are told.
    static let environment: [String: String] = {
        let told = ["ASAN_OPTIONS", "TSAN_OPTIONS", "SWIFT_BACKTRACE"]
        return ProcessInfo.processInfo.environment.filter { told.contains($0.key) }
            .merging(["PATH": isRootless ? "/usr/sbin:/usr/bin:/sbin:/bin" : "/usr/bin:/bin"]) { $1 }
    }()

    /// The subordinate ids of the user assay, which a rootless service's jails have: as `ops/setup` gives them, or as
    /// `ops/delegated` does.
    package static let subordinateIDs: Range<UInt32> = {
        let ranges = (try? String(contentsOfFile: "/etc/subuid", encoding: .utf8)) ?? ""
        let own = ranges.split(separator: "\n").map { $0.split(separator: ":") }.first { $0.first == "assay" }
        guard let own, own.count == 3, let first = UInt32(own[1]), let count = UInt32(own[2]) else {
            return 200_000..<265_536
        }
        return first..<first + count
    }()

    /// An executable as built beside the tests.
    package static func executable(_ name: String) -> String {
        let folders = [
            URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
            project.appendingPathComponent(".build/debug"),
        ]
        return folders.map { $0.appendingPathComponent(name).path }
            .first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
    }

    /// Where images are built and jails can be made.
    ///
    /// CI sets `ASSAY_REQUIRE_JAILS`, so that nothing is skipped there.
    package static let canGrade: Bool = {
        if ProcessInfo.processInfo.environment["ASSAY_REQUIRE_JAILS"] != nil { return true }
        return geteuid() == 0 && FileManager.default.fileExists(atPath: imageStore + "/rust")
    }()

    /// `assay` with a command that grades, in its own process unless `--server` is among the arguments; not started.
    package static func grading(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable("assay"))
        process.arguments = arguments
        if !arguments.contains("--server") {
            process.arguments? += ["--images", imageStore] + (jailer.map { ["--jailer", $0] } ?? [])
        }
        process.environment = environment
        return process
    }
}

/// A service that did not do what every test takes for granted.
package struct TestServiceError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// `assay serve` as a process of its own, on a database and a port of its own.
package final class RunningService: ServiceConnection {
    package let process: Process
    package let server: String
    package let database: String

    private init(process: Process, port: Int, database: String) {
        self.process = process
        server = "http://127.0.0.1:\(port)"
        self.database = database
    }

    /// Starts the service and waits until it listens; `log` takes what it writes to stderr.
    package static func start(
        database: String? = nil,
        flags: [String] = [],
        log: FileHandle? = nil
    ) throws -> RunningService {
        let database = database ?? Self.temporaryFolder() + "/assay.sqlite"
        let process = Process()
        let command =
            [TestHost.executable("assay"), "serve", "--port", "0", "--database", database]
            + ["--images", TestHost.imageStore, "--log-level", "warning"]
            + (TestHost.jailer.map { ["--jailer", $0] } ?? []) + flags
        if TestHost.isRootless {
            // It ends up as the service: the process id stays.
            process.executableURL = TestHost.project.appendingPathComponent("ops/delegated")
            process.arguments = ["exec \(command.map { "'\($0)'" }.joined(separator: " "))"]
        } else {
            process.executableURL = URL(fileURLWithPath: command[0])
            process.arguments = Array(command.dropFirst())
        }
        process.environment = TestHost.environment
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
        guard let port else { throw TestServiceError("assay serve did not start: \(text)") }
        return RunningService(process: process, port: port, database: database)
    }

    /// Runs `body` with a service that is stopped afterwards; it must end by itself with status 0.
    package static func with(
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
        try? FileManager.default.removeItem(atPath: (service.database as NSString).deletingLastPathComponent)
        guard service.process.terminationStatus == 0 else {
            throw TestServiceError("assay serve ended with status \(service.process.terminationStatus)")
        }
    }

    package func stop(signal: Int32 = SIGTERM) {
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
}

/// Processes by their parents.
///
/// See proc(5).
package enum ProcessTree {
    package static func children(of pid: Int32) -> [Int32] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    package static func descendants(of pid: Int32) -> [Int32] {
        children(of: pid).flatMap { [$0] + descendants(of: $0) }
    }
}
