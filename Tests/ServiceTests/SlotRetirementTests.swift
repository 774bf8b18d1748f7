import Foundation
import GradingModel
import TestService
import Testing

@Suite(
    "A slot that cannot be torn down",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct SlotRetirementTests {
    private static let slow =
        #"{"language": "python", "code": "import time; time.sleep(3); print('hi')", "tests": [{"type": "stdin_stdout", "input": "", "output": "hi"}]}"#
    private static let endless =
        #"{"language": "python", "code": "import time; time.sleep(60)", "tests": [{"type": "stdin_stdout", "input": "", "output": ""}], "limits": {"wall_time_s": 3}}"#

    @Test("its run counts, its place is never used again, another takes over, and it is told")
    func retired() async throws {
        let log = try LogFile()
        try await RunningService.with(flags: ["--workers", "1"], log: log.handle) { service in
            let keeper = try #require(ProcessTree.children(of: service.process.processIdentifier).first)
            async let answer = service.post(Self.slow)
            _ = try await Self.program(ofKeeper: keeper)
            let obstacle = try Obstacle(inSlot: 0, ofKeeper: keeper)
            defer { obstacle.remove() }
            // It ended well, and cleaning up after it is not its fault.
            let verdict = try await answer.verdict
            #expect(verdict == "accepted")

            let next = try await service.post(Self.slow)
            #expect(next.verdict == "accepted")
            #expect(Obstacle.folders(ofSlot: 0, ofKeeper: keeper).isEmpty == false)
            let health = try await service.get("/health/ready")
            #expect(health.status == 200, "\(health.body)")
            let retired = try #require(health.check("retired slots"))
            #expect(retired["status"]?.textValue == "warn")
            let detail = try #require(retired["detail"]?.textValue)
            #expect(detail.contains("1; the last: slot 0, clear group"), "\(detail)")
            #expect(!detail.contains("/sys"))
            #expect(health.check("slots")?["detail"]?.textValue == "1 of 1 open")
            let metrics = try await MetricsTests.metrics(of: service)
            #expect(metrics.value("assay_slots_retired_total") == 1)

            // A slot that is killed leaves its place unused too.
            async let interrupted = service.post(Self.slow)
            _ = try await Self.program(ofKeeper: keeper)
            for slot in ProcessTree.children(of: keeper) { kill(slot, SIGKILL) }
            let again = try await interrupted.verdict
            #expect(again == "accepted")
            let later = try await MetricsTests.metrics(of: service)
            #expect(later.value("assay_slots_lost_total") == 1)
            #expect(Obstacle.folders(ofSlot: 2, ofKeeper: keeper).isEmpty == false || Self.isCgroupV2)
        }
        let text = try log.text()
        let line = text.split(separator: "\n").first { $0.contains("a slot is retired") }
        #expect(line?.contains("warning") == true, "\(text)")
        #expect(line?.contains("slot=0") == true, "\(text)")
    }

    @Test("a jail whose processes do not die is reported with what is known", .enabled(if: !isCgroupV2))
    func undying() async throws {
        try await RunningService.with(flags: ["--workers", "1"]) { service in
            let keeper = try #require(ProcessTree.children(of: service.process.processIdentifier).first)
            async let answer = service.post(Self.endless)
            let program = try await Self.program(ofKeeper: keeper)
            let freezer = try Freezer(program)
            defer { freezer.remove() }
            let graded = try await answer
            #expect(graded.verdict == "time_limit_exceeded", "\(graded.body)")
            let next = try await service.post(Self.slow)
            #expect(next.verdict == "accepted")
            let health = try await service.get("/health/ready")
            #expect(health.check("retired slots")?["status"]?.textValue == "warn", "\(health.body)")
        }
    }

    /// Waits until a submission's program runs; answers its process id.
    private static func program(ofKeeper keeper: Int32) async throws -> Int32 {
        for _ in 0..<3000 {
            let found = ProcessTree.descendants(of: keeper).first { pid in
                let arguments = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
                let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
                let user = status.split(separator: "\n").first { $0.hasPrefix("Uid:") }?
                    .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt32($0) }
                // The fork server, which looks the same, is the jails' root; the program's id is the next.
                return arguments == Data("python3\0main.py\0".utf8) && user.map { $0 % 4 == 1 } == true
            }
            if let found { return found }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CancellationError()
    }

    private static let isCgroupV2 = FileManager.default.fileExists(atPath: "/sys/fs/cgroup/cgroup.controllers")
}

/// Something that keeps a slot's control group from being removed: on v1 a frozen process in it, which no signal ends; on
/// v2 a group below the run's.
private struct Obstacle {
    private var freezer: Freezer?
    private var process: Process?
    private var folder: String?

    init(inSlot slot: Int, ofKeeper keeper: Int32) throws {
        let folders = Self.folders(ofSlot: slot, ofKeeper: keeper)
        try #require(!folders.isEmpty)
        if FileManager.default.fileExists(atPath: folders[0] + "/cgroup.controllers") {
            // Of the run that is under way.
            let child = folders[0] + "/run/obstacle"
            try #require(mkdir(child, 0o755) == 0)
            folder = child
        } else {
            let sleeper = Process()
            sleeper.executableURL = URL(fileURLWithPath: "/bin/sleep")
            sleeper.arguments = ["1000"]
            try sleeper.run()
            process = sleeper
            freezer = try Freezer(sleeper.processIdentifier)
            for folder in folders { try writeControl("\(sleeper.processIdentifier)", to: folder + "/cgroup.procs") }
        }
    }

    func remove() {
        if let folder { rmdir(folder) }
        freezer?.remove()
        if let process {
            process.terminate()
            process.waitUntilExit()
        }
    }

    /// The slot's groups, one in each hierarchy.
    static func folders(ofSlot slot: Int, ofKeeper keeper: Int32) -> [String] {
        // Not `enumerator`, which does not go into mounts.
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: "/sys/fs/cgroup")) ?? []
        return paths.filter { $0.hasSuffix("assay.\(keeper)/slot-\(slot)") }.map { "/sys/fs/cgroup/" + $0 }
    }
}

/// A process in a frozen cgroup v1, where SIGKILL waits too.
///
/// See Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst.
private struct Freezer {
    private let folder: String

    init(_ pid: Int32) throws {
        folder = "/sys/fs/cgroup/freezer/assay-test-\(UUID().uuidString)"
        try #require(mkdir(folder, 0o755) == 0)
        try writeControl("\(pid)", to: folder + "/cgroup.procs")
        try writeControl("FROZEN", to: folder + "/freezer.state")
    }

    func remove() {
        try? writeControl("THAWED", to: folder + "/freezer.state")
        let processes = (try? String(contentsOfFile: folder + "/cgroup.procs", encoding: .utf8)) ?? ""
        for pid in processes.split(separator: "\n").compactMap({ Int32($0) }) { kill(pid, SIGKILL) }
        for _ in 0..<1000 where rmdir(folder) != 0 { usleep(10_000) }
    }
}

private func writeControl(_ text: String, to path: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: path), "\(path)")
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
}

/// A file for the service's stderr.
private struct LogFile {
    let handle: FileHandle
    private let path = "/tmp/assay-tests-\(UUID().uuidString).log"

    init() throws {
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
        handle = try #require(FileHandle(forWritingAtPath: path))
    }

    /// What was written; the file is gone afterwards.
    func text() throws -> String {
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try String(contentsOfFile: path, encoding: .utf8)
    }
}

extension ServiceAnswer {
    /// A check of a health report.
    fileprivate func check(_ name: String) -> Value? {
        guard case .list(let checks)? = body["checks"] else { return nil }
        return checks.first { $0["name"]?.textValue == name }
    }
}
