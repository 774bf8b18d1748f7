import Foundation
import GradingModel
import JailProtocol
import Sandbox
import Testing

/// Where the tests find what they drive: the built jailer, and images in the store.
enum TestHost {
    static let imageStore = ProcessInfo.processInfo.environment["ASSAY_IMAGES"] ?? "/var/lib/assay/images"

    /// `assay-jailer` as built beside the tests.
    static var jailerPath: String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates: [String?] = [
            ProcessInfo.processInfo.environment["ASSAY_JAILER"],
            bundle.appendingPathComponent("assay-jailer").path,
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent(".build/debug/assay-jailer").path,
        ]
        return candidates.compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) }
            ?? "assay-jailer"
    }

    /// How many times slower this host is than most, as emulated ones are.
    static let slowness = ProcessInfo.processInfo.environment["ASSAY_CORPUS_SLOWNESS"].flatMap { UInt64($0) } ?? 1

    /// Where images are built and jails can be made.
    ///
    /// CI sets `ASSAY_REQUIRE_JAILS`, so that nothing is skipped there.
    static let canCreateJails: Bool = {
        if ProcessInfo.processInfo.environment["ASSAY_REQUIRE_JAILS"] != nil { return true }
        return geteuid() == 0 && FileManager.default.fileExists(atPath: imageStore + "/python")
    }()

    /// Host ids of the tests' jails: apart from those of a service that runs meanwhile, and of these tests run twice.
    ///
    /// Without root, the user's first subordinate ids, as the jailer takes them by itself.
    static let idBase: UInt32 = {
        if geteuid() == 0 { return 0x6b00_0000 + UInt32(getpid() % 1024) * 4096 }
        let ranges = (try? String(contentsOfFile: "/etc/subuid", encoding: .utf8)) ?? ""
        let own = ranges.split(separator: "\n").map { $0.split(separator: ":") }.first { $0.first == NSUserName()[...] }
        return own.flatMap { $0.count == 3 ? UInt32($0[1]) : nil } ?? 0
    }()

    /// An image's folder below the store.
    static func imagePath(_ name: String) throws -> String {
        let version = try FileManager.default.destinationOfSymbolicLink(atPath: "\(imageStore)/\(name)/current")
        return "\(name)/\(version)"
    }
}

/// A jailer with a pool of slots, for the length of a test; afterwards nothing of it may be left.
struct JailFixture {
    let jailer: JailerProcess
    let pool: SlotPool
    let image: String

    static func with(
        slots: Int = 1,
        image: String = "python",
        _ body: (JailFixture) async throws -> Void
    ) async throws {
        let jailer = try JailerProcess.launch(
            .init(executable: TestHost.jailerPath, imageStore: TestHost.imageStore, idBase: TestHost.idBase)
        )
        let failed = jailer.checks.filter { !$0.passed }
        try #require(failed.isEmpty, "the host lacks \(failed.map(\.description))")
        let fixture = JailFixture(
            jailer: jailer,
            pool: try SlotPool(jailer: jailer, size: slots),
            image: try TestHost.imagePath(image)
        )
        #expect(!Leftovers.groups(ofKeeper: jailer.pid).isEmpty, "the search for groups finds none that are there")
        do {
            try await body(fixture)
        } catch {
            await fixture.pool.stop()
            jailer.stop()
            throw error
        }
        await fixture.pool.stop()
        jailer.stop()
        #expect(Leftovers.groups(ofKeeper: jailer.pid).isEmpty)
        // A template whose slot was killed dies with it, a moment later.
        for _ in 0..<500 where !Leftovers.processesAndTemplates().isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(Leftovers.processesAndTemplates().isEmpty)
    }

    /// Runs a shell command in a jail.
    func shell(
        _ script: String,
        stdin: ByteString = "",
        channel: ByteString? = nil,
        files: [JailRequest.File] = [],
        environment: [String: String] = [:],
        artefact: (path: String, cap: Int)? = nil,
        outputCap: Int = 1 << 20,
        limits: JailLimits = .test
    ) async throws -> JailOutcome {
        try await pool.run(
            JailRequest(
                image: image,
                executable: .path("/bin/sh"),
                arguments: ["sh", "-c", script],
                environment: environment,
                files: files,
                stdin: stdin,
                channel: channel,
                outputCap: outputCap,
                artefact: artefact,
                limits: limits
            )
        )
    }

    /// Runs a Python program in a jail.
    func python(
        _ program: String,
        stdin: ByteString = "",
        outputCap: Int = 1 << 20,
        limits: JailLimits = .test
    ) async throws -> JailOutcome {
        try await pool.run(
            JailRequest(
                image: image,
                executable: .path("/usr/bin/python3"),
                arguments: ["python3", "-I", "-S", "main.py"],
                files: [.init(path: "main.py", contents: ByteString(program), isExecutable: false)],
                stdin: stdin,
                outputCap: outputCap,
                limits: limits
            )
        )
    }
}

extension JailFixture {
    /// Runs a Python program with an examiner in Python beside it, which has the channel (`secret` is its request).
    func examined(program: String, examiner: String, limits: JailLimits = .test) async throws -> JailOutcome {
        let arguments = ["python3", "-I", "-S", "-c"]
        return try await pool.run(
            JailRequest(
                image: image,
                executable: .path("/usr/bin/python3"),
                arguments: arguments + [program],
                channel: "secret",
                examiner: .init(executable: .path("/usr/bin/python3"), arguments: arguments + [examiner]),
                outputCap: 1 << 20,
                limits: limits
            )
        )
    }
}

extension HostCheck {
    var description: String { "\(name): \(detail)" }
}

extension JailLimits {
    /// Enough for everything that is not about limits, on a busy machine too.
    static let test = JailLimits(
        cpuMicroseconds: 10_000_000 * TestHost.slowness,
        wallMicroseconds: 60_000_000 * TestHost.slowness,
        memoryBytes: 256 << 20,
        processes: 64,
        fileSizeBytes: 64 << 20,
        stackBytes: 64 << 20
    )

    func with(_ change: (inout JailLimits) -> Void) -> JailLimits {
        var limits = self
        change(&limits)
        return limits
    }
}

/// What a jailer could leave on the host.
enum Leftovers {
    /// Control groups of a keeper.
    static func groups(ofKeeper pid: Int32) -> [String] {
        var groups: [String] = []
        // Folder by folder: `enumerator` does not go into mounts, and `subpathsOfDirectory` gives up where a group that
        // is another's goes away meanwhile.
        func walk(_ folder: String) {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                let path = "\(folder)/\(name)"
                var status = stat()
                guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
                if name == "assay.\(pid)" { groups.append(path) }
                walk(path)
            }
        }
        walk("/sys/fs/cgroup")
        return groups
    }

    /// Processes of programs and examiners: of the jails' users without their root, whose templates, jails that stand
    /// ready and fork servers are there between runs; and without those that stand by in such a jail.
    static func processes() -> [String] { processes { $0 % 4 != 0 && !isStandby($1) } }

    /// Those that stand by.
    static func standbys() -> [String] { processes { $0 % 4 != 0 && isStandby($1) } }

    private static func isStandby(_ status: String) -> Bool { status.hasPrefix("Name:\tassay-standby\n") }

    /// All of the jails.
    static func processesAndTemplates() -> [String] { processes { _, _ in true } }

    // By ids, counted from the range's first, and /proc/PID/status.
    private static func processes(_ isWanted: (UInt32, String) -> Bool) -> [String] {
        let first = TestHost.idBase
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.filter { entry in
            guard Int(entry) != nil, let status = try? String(contentsOfFile: "/proc/\(entry)/status", encoding: .utf8),
                let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Uid:") }),
                let uid = UInt32(line.split(whereSeparator: \.isWhitespace)[1])
            else { return false }
            return (first..<first + 4096).contains(uid) && isWanted(uid - first, status)
        }
    }
}
