import ArgumentParser
import Foundation
import GradingEngine
import GradingModel
import Images
import JailProtocol
import Sandbox
import Toolchains

/// A program in the full jail against the same program bare, in turn.
///
/// Bare is posix_spawn(3) and waitid(2) with an empty environment and closed standard streams, the cheapest that an
/// unsandboxed grader could do. The jail's time is from request to result inside the service: fresh namespaces, mounts,
/// control group, pipes.
struct JailsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jails",
        abstract: "Time programs in a full jail against the same programs bare (as root)."
    )

    @Option(help: "Rounds; in each every program runs once bare and once in a jail.") var rounds = 50
    @Option(help: "Pause before each run, in milliseconds: a host that was idle is slower.") var pause = 0
    @Option(help: "Only programs whose name begins so.") var only = ""
    @Option(help: "Folder of the built images.") var images = ImageStore.defaultRoot
    @Option(help: "The jailer's executable.") var jailer = Self.neighbour("assay-jailer")
    @Option(help: "A file that the measures are added to, for the plot.") var measures: String?

    /// One program, as a file in a jail and as the same file in the image's tree bare.
    private struct Subject {
        var name: String
        var image: String
        /// Bare: `argv`, its first element the path in the image, or that of the built program.
        var bare: [String]
        /// What is compiled, in C++; `nil` for an interpreter.
        var program: String?
        /// What runs in the jail, where that is not the same command.
        var command: JailCommand?
        var isWarm = false
        /// Name, goal and the best known of the measure.
        var measure: (name: String, goal: Double, best: Double?)?
    }

    private static func python(_ name: String, _ code: String, bare: [String], goal: Double) -> Subject {
        Subject(
            name: name,
            image: "python",
            bare: ["/usr/bin/python3", "-B"] + bare + ["-c", code],
            command: PythonToolchain().command(
                for: TestCase(.stdinStdout(input: "", expected: [])),
                code: ByteString(code),
                limits: Limits(),
                comparison: ComparisonOptions()
            ),
            isWarm: true,
            measure: (name, goal, 1.1)
        )
    }

    private static let subjects: [Subject] = {
        let imports = "import json, re, collections, itertools, math, heapq, bisect, functools\nprint('hello')"
        let javaScript = "console.log('hello')"
        let node = JavaScriptToolchain().command(
            for: TestCase(.stdinStdout(input: "", expected: [])),
            code: ByteString(javaScript),
            limits: Limits(),
            comparison: ComparisonOptions()
        )
        return [
            Subject(
                name: "static true",
                image: "cpp",
                bare: ["./main"],
                program: "int main() { return 0; }",
                measure: ("static program", 1.6, 2.3)
            ),
            Subject(
                name: "C++ program",
                image: "cpp",
                bare: ["./main"],
                program: "#include <iostream>\nint main() { std::cout << \"hello\" << std::endl; }"
            ),
            Subject(
                name: "Python, cold",
                image: "python",
                bare: ["/usr/bin/python3", "-B", "-I", "-S", "-c", "print('hello')"]
            ),
            python("Python", "print('hello')", bare: ["-I", "-S"], goal: 0.2),
            python("Python with imports", imports, bare: ["-I", "-S"], goal: 0.1),
            python("Python with numpy", "import numpy\nprint('hello')", bare: ["-I"], goal: 0.02),
            Subject(
                name: "JavaScript, cold",
                image: "javascript",
                bare: ["/usr/bin/node", "-e", javaScript],
                measure: ("JavaScript, cold", 1.05, 1.1)
            ),
            Subject(
                name: "JavaScript",
                image: "javascript",
                bare: ["/usr/bin/node", "-e", javaScript],
                command: node,
                isWarm: true,
                measure: ("JavaScript", 0.25, 1.1)
            ),
        ]
    }()

    func run() async throws {
        let keeper = try JailerProcess.launch(.init(executable: jailer, imageStore: images))
        defer { keeper.stop() }
        let pool = try SlotPool(jailer: keeper, size: 1)
        let store = ImageStore(root: images)
        var prepared: [Prepared] = []
        for subject in Self.subjects where subject.name.hasPrefix(only) {
            prepared.append(try await prepare(subject, store, pool))
        }
        // One program after the other: a slot has the next jail of the image that it served last.
        for index in prepared.indices {
            // The first two rounds warm the page cache and are not counted.
            for round in -2..<rounds {
                try await Task.sleep(for: .milliseconds(pause))
                let bare = try BareRun.time(prepared[index].path, prepared[index].bare, root: prepared[index].root)
                try await Task.sleep(for: .milliseconds(pause))
                let jail = try await timeJail(prepared[index].request, of: prepared[index].subject, pool)
                var peer: Double?
                if let bubblewrap = prepared[index].bubblewrap {
                    peer = try BareRun.time("/usr/bin/bwrap", bubblewrap, root: nil)
                }
                guard round >= 0 else { continue }
                prepared[index].bareTimes.add(bare)
                prepared[index].jailTimes.add(jail)
                if let peer { prepared[index].peerTimes.add(peer) }
            }
        }
        await pool.stop()
        try report(prepared, keeper)
    }

    private func report(_ prepared: [Prepared], _ keeper: JailerProcess) throws {
        var table = Table(["program", "bare, ms", "jail, ms", "ratio", "added, ms", "bubblewrap"])
        for item in prepared {
            let ratio = item.jailTimes.median / item.bareTimes.median
            table.add([
                item.subject.name, item.bareTimes.milliseconds, item.jailTimes.milliseconds, fixed(ratio, 2) + "x",
                fixed((item.jailTimes.median - item.bareTimes.median) * 1000, 2),
                item.peerTimes.count == 0 ? "" : fixed(item.peerTimes.median / item.bareTimes.median, 2) + "x",
            ])
            if let measure = item.subject.measure {
                let name = measure.name + (pause > 0 ? ", after a pause" : "")
                try Measures(path: measures).add(name, ratio, goal: measure.goal, best: measure.best)
            }
        }
        print(
            "Median [p10–p90] of \(rounds) rounds, pause \(pause) ms, cgroup \(keeper.cgroup), kernel \(keeper.kernel)\n"
        )
        print(table.text)
    }

    /// A subject with all that its runs need.
    private struct Prepared {
        var subject: Subject
        var path: String
        var bare: [String]
        var root: String?
        var request: JailRequest
        /// The arguments of bwrap(1), for the same program.
        var bubblewrap: [String]?
        var bareTimes = Sample()
        var jailTimes = Sample()
        var peerTimes = Sample()
    }

    private func prepare(_ subject: Subject, _ store: ImageStore, _ pool: SlotPool) async throws -> Prepared {
        let image = try store.current(subject.image)
        var request = JailRequest(
            image: image.folder,
            executable: .path(subject.bare[0]),
            arguments: subject.bare,
            outputCap: 1 << 20,
            limits: JailLimits(Limits())
        )
        var prepared = Prepared(
            subject: subject,
            path: subject.bare[0],
            bare: subject.bare,
            root: image.rootfs,
            request: request
        )
        if let program = subject.program {
            let (artefact, path) = try await build(program, named: subject.name, image, pool)
            request.executable = .artefact(artefact)
            prepared.path = path
            prepared.root = nil
            if FileManager.default.isExecutableFile(atPath: "/usr/bin/bwrap") {
                prepared.bubblewrap = [
                    "bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", image.rootfs, "/", "--ro-bind", path,
                    "/usr/bin/true", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "/usr/bin/true",
                ]
            }
        }
        if let command = subject.command {
            request.arguments = command.arguments
            request.environment = command.environment
            request.files = command.files.map { .init(path: $0.path, contents: $0.contents, isExecutable: false) }
            guard let server = command.forkServer else { throw ValidationError("\(subject.name) has no fork server") }
            request.executable = .fork(JailSpec.ForkServer(server, stackBytes: request.limits.stackBytes))
            var isWarm = false
            for _ in 0..<200 where !isWarm {
                isWarm = try await pool.run(request).report.isWarm
                if !isWarm { try await Task.sleep(for: .milliseconds(100)) }
            }
        }
        prepared.request = request
        return prepared
    }

    private func build(
        _ program: String,
        named name: String,
        _ image: Image,
        _ pool: SlotPool
    ) async throws -> (Artefact, String) {
        var limits = JailLimits(Limits())
        limits.memoryBytes = 1 << 30
        let outcome = try await pool.run(
            JailRequest(
                image: image.folder,
                executable: .path("/usr/bin/g++"),
                arguments: ["g++", "-O2", "-static", "main.cpp", "-o", "main"],
                files: [.init(path: "main.cpp", contents: ByteString(program), isExecutable: false)],
                outputCap: 1 << 20,
                artefact: ("main", 1 << 26),
                limits: limits
            )
        )
        guard let artefact = outcome.artefact else { throw ValidationError(outcome.stderr.text) }
        let path = NSTemporaryDirectory() + "/assay-bench-\(getpid())-\(name.filter(\.isLetter))"
        let contents = Data(try artefact.contents().bytes)
        guard FileManager.default.createFile(atPath: path, contents: contents, attributes: [.posixPermissions: 0o755])
        else { throw ValidationError("\(path) cannot be written") }
        return (artefact, path)
    }

    private func timeJail(_ request: JailRequest, of subject: Subject, _ pool: SlotPool) async throws -> Double {
        let began = ContinuousClock.now
        let outcome = try await pool.run(request)
        let time = seconds(ContinuousClock.now - began)
        guard outcome.report.ending == .exited(0), outcome.report.isWarm == subject.isWarm else {
            throw ValidationError(
                "\(subject.name): \(outcome.report), \(outcome.stderr.text)"
            )
        }
        return time
    }

    static func neighbour(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (own as NSString).deletingLastPathComponent + "/" + name
    }
}
