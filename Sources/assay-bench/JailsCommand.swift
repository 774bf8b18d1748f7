import ArgumentParser
import Foundation
import GradingModel
import Images
import JailProtocol
import Sandbox

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
    @Option(help: "Folder of the built images.") var images = ImageStore.defaultRoot
    @Option(help: "The jailer's executable.") var jailer = Self.neighbour("assay-jailer")

    /// One program: as an image's file in a jail, and as the same file in the image's tree bare.
    private struct Subject {
        var name: String
        var image: String
        var arguments: [String]
        var source: String?
    }

    private static let subjects = [
        Subject(name: "static true", image: "cpp", arguments: ["./main"], source: "int main() { return 0; }"),
        Subject(
            name: "C++ program",
            image: "cpp",
            arguments: ["./main"],
            source: "#include <iostream>\nint main() { std::cout << \"hello\" << std::endl; }"
        ),
        Subject(
            name: "python3 -I -S",
            image: "python",
            arguments: ["/usr/bin/python3", "-I", "-S", "-c", "print('hello')"]
        ),
        Subject(name: "node", image: "javascript", arguments: ["/usr/bin/node", "-e", "console.log('hello')"]),
    ]

    func run() async throws {
        let keeper = try JailerProcess.launch(.init(executable: jailer, imageStore: images))
        defer { keeper.stop() }
        let pool = try SlotPool(jailer: keeper, size: 1)
        let store = ImageStore(root: images)
        var table = Table(["program", "bare, ms", "jail, ms", "ratio", "added, ms"])
        var samples = [(bare: Sample, jail: Sample)](repeating: (Sample(), Sample()), count: Self.subjects.count)
        var prepared: [(subject: Subject, image: Image, artefact: Artefact?, path: String)] = []
        for subject in Self.subjects {
            let image = try store.current(subject.image)
            let (artefact, path) = try await build(subject, image, pool)
            prepared.append((subject, image, artefact, path))
        }
        // The first two rounds warm the page cache and are not counted.
        for round in -2..<rounds {
            for (index, item) in prepared.enumerated() {
                try await Task.sleep(for: .milliseconds(pause))
                let bare = try Self.timeBare(item.path, item.subject.arguments, root: item.image.rootfs)
                try await Task.sleep(for: .milliseconds(pause))
                let jail = try await timeJail(item.subject, item.image, item.artefact, pool)
                if round >= 0 {
                    samples[index].bare.add(bare)
                    samples[index].jail.add(jail)
                }
            }
        }
        for (subject, sample) in zip(Self.subjects, samples) {
            table.add([
                subject.name, sample.bare.milliseconds, sample.jail.milliseconds,
                fixed(sample.jail.median / sample.bare.median, 2) + "x",
                fixed((sample.jail.median - sample.bare.median) * 1000, 2),
            ])
        }
        print(
            "Median [p10–p90] of \(rounds) rounds, pause \(pause) ms, cgroup \(keeper.cgroup), kernel \(keeper.kernel)\n"
        )
        print(table.text)
        await pool.stop()
    }

    private func build(_ subject: Subject, _ image: Image, _ pool: SlotPool) async throws -> (Artefact?, String) {
        guard let source = subject.source else { return (nil, image.rootfs + subject.arguments[0]) }
        let outcome = try await pool.run(
            JailRequest(
                image: imagePath(image),
                executable: .path("/usr/bin/g++"),
                arguments: ["g++", "-O2", "-static", "main.cpp", "-o", "main"],
                files: [.init(path: "main.cpp", contents: ByteString(source), isExecutable: false)],
                outputCap: 1 << 20,
                artefact: ("main", 1 << 26),
                limits: limits(memoryMB: 1024)
            )
        )
        guard let artefact = outcome.artefact else { throw ValidationError(outcome.stderr.text) }
        let path = NSTemporaryDirectory() + "/assay-bench-\(getpid())-\(subject.name.filter(\.isLetter))"
        let contents = Data(try artefact.contents().bytes)
        guard FileManager.default.createFile(atPath: path, contents: contents, attributes: [.posixPermissions: 0o755])
        else { throw ValidationError("\(path) cannot be written") }
        return (artefact, path)
    }

    private func timeJail(
        _ subject: Subject,
        _ image: Image,
        _ artefact: Artefact?,
        _ pool: SlotPool
    ) async throws -> Double {
        let began = ContinuousClock.now
        let outcome = try await pool.run(
            JailRequest(
                image: imagePath(image),
                executable: artefact.map { .artefact($0) } ?? .path(subject.arguments[0]),
                arguments: subject.arguments,
                outputCap: 1 << 20,
                limits: limits(memoryMB: 512)
            )
        )
        let time = seconds(ContinuousClock.now - began)
        guard outcome.report.ending == .exited(0) else {
            throw ValidationError("\(subject.name): \(outcome.report.ending) \(outcome.stderr.text)")
        }
        return time
    }

    /// Spawns and waits, with an empty environment.
    ///
    /// An image's interpreter is started by chroot(8), whose own exec (some 0.7 ms) counts as bare.
    private static func timeBare(_ path: String, _ arguments: [String], root: String) throws -> Double {
        let isInImage = path.hasPrefix(root)
        let executable = isInImage ? "/usr/sbin/chroot" : path
        let arguments = isInImage ? ["chroot", root] + arguments : arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let began = ContinuousClock.now
        var pid: pid_t = 0
        let error = posix_spawn(&pid, executable, &actions, nil, &pointers, &environment)
        guard error == 0 else { throw ValidationError("\(executable): \(String(cString: strerror(error)))") }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let time = seconds(ContinuousClock.now - began)
        guard status == 0 else { throw ValidationError("\(executable) ended with status \(status)") }
        return time
    }

    private func imagePath(_ image: Image) -> String {
        image.rootfs.split(separator: "/").suffix(3).dropLast().joined(separator: "/")
    }

    private func limits(memoryMB: UInt64) -> JailLimits {
        JailLimits(
            cpuMicroseconds: 30_000_000,
            wallMicroseconds: 60_000_000,
            memoryBytes: memoryMB << 20,
            processes: 64,
            fileSizeBytes: 256 << 20,
            stackBytes: memoryMB << 20
        )
    }

    static func neighbour(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (own as NSString).deletingLastPathComponent + "/" + name
    }
}
