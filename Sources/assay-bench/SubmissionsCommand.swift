import ArgumentParser
import Dispatch
import Foundation
import GradingEngine
import GradingModel
import Images
import JailProtocol
import Sandbox
import Synchronization

/// Whole submissions of twenty tests through HTTP, in turn with the same work done bare.
///
/// Bare is the plain compiler and twenty runs, two at a time; the compiler runs in a jail, which adds some milliseconds
/// to its hundreds, since the image's tree is nobody's to write to. Runs of compiled programs are those of a static one.
struct SubmissionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submissions",
        abstract: "Time submissions of 20 tests through HTTP against the same work bare (as root)."
    )

    @Option(help: "The service.") var server = "http://127.0.0.1:8080"
    @Option(help: "Rounds.") var rounds = 10
    @Option(help: "Folder of the built images.") var images = ImageStore.defaultRoot
    @Option(help: "The jailer's executable.") var jailer = JailsCommand.neighbour("assay-jailer")
    @Option(help: "First host id of the jails' users: another than the service's.") var idBase: UInt32 = 0x6b00_0000
    @Option(help: "A file that the measures are added to, for the plot.") var measures: String?

    private static let tests = 20

    private struct Subject {
        var name: LoadProgram.Name
        var image: String
        /// The plain compiler's command; `nil`: an interpreter.
        var compiler: [String]?
        var file: String
        /// Goals: at first sight, and seen before.
        var goals: (first: Double, seen: Double)
        var best: Double?
    }

    private static let subjects = [
        Subject(name: .python, image: "python", file: "main.py", goals: (0.225, 0.225), best: 0.455),
        Subject(
            name: .cpp,
            image: "cpp",
            compiler: ["/usr/bin/g++", "-O2", "main.cpp", "-o", "main"],
            file: "main.cpp",
            goals: (0.55, 0.03),
            best: 0.99
        ),
        Subject(
            name: .rust,
            image: "rust",
            compiler: ["/usr/bin/rustc", "-O", "--edition", "2021", "main.rs", "-o", "main"],
            file: "main.rs",
            goals: (1, 0.03)
        ),
    ]

    func run() async throws {
        let keeper = try JailerProcess.launch(.init(executable: jailer, imageStore: images, idBase: idBase))
        defer { keeper.stop() }
        let pool = try SlotPool(jailer: keeper, size: 1)
        let driver = LoadDriver(server: server)
        let store = ImageStore(root: images)
        let mark = UInt64.random(in: 0...(.max))
        var table = Table(["20 tests", "bare, ms", "first time, ms", "ratio", "seen before, ms", "ratio"])
        for subject in Self.subjects {
            let image = try store.current(subject.image)
            let program = LoadProgram(name: subject.name, tests: Self.tests)
            var (bare, first, seen) = (Sample(), Sample(), Sample())
            for round in -1..<rounds {
                let bareTime = try await timeBare(subject, program, image, pool)
                let firstTime = try post(program.body(mark: "\(mark) \(round)"), driver)
                let seenTime = try post(program.body(mark: "\(mark) \(round)"), driver)
                guard round >= 0 else { continue }
                bare.add(bareTime)
                first.add(firstTime)
                seen.add(seenTime)
            }
            let ratios = (first: first.median / bare.median, seen: seen.median / bare.median)
            table.add([
                subject.name.rawValue, bare.milliseconds, first.milliseconds, fixed(ratios.first, 2) + "x",
                seen.milliseconds, fixed(ratios.seen, 3) + "x",
            ])
            let file = Measures(path: measures)
            try file.add(
                "20 tests, \(subject.name.rawValue)",
                ratios.first,
                goal: subject.goals.first,
                best: subject.best
            )
            try file.add("20 tests, \(subject.name.rawValue), seen", ratios.seen, goal: subject.goals.seen)
        }
        await pool.stop()
        print("Median [p10–p90] of \(rounds) rounds\n")
        print(table.text)
    }

    private func post(_ body: [UInt8], _ driver: LoadDriver) throws -> Double {
        let outcome = try driver.run(count: 1, width: 1) { _ in body }
        guard outcome.failures == 0 else { throw ValidationError("a submission was not accepted") }
        return outcome.latencies.median
    }

    private func timeBare(
        _ subject: Subject,
        _ program: LoadProgram,
        _ image: Image,
        _ pool: SlotPool
    ) async throws -> Double {
        let began = ContinuousClock.now
        if let compiler = subject.compiler {
            var limits = JailLimits(Limits())
            limits.memoryBytes = 1 << 30
            let outcome = try await pool.run(
                JailRequest(
                    image: image.folder,
                    executable: .path(compiler[0]),
                    arguments: compiler,
                    files: [.init(path: subject.file, contents: ByteString(program.code), isExecutable: false)],
                    outputCap: 1 << 20,
                    limits: limits
                )
            )
            guard outcome.report.ending == .exited(0) else { throw ValidationError(outcome.stderr.text) }
        }
        let root = subject.compiler == nil ? image.rootfs : nil
        let command = subject.compiler == nil ? ["/usr/bin/python3", "-B", "-c", "print(1 + 2)"] : ["/bin/true"]
        let failures = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            for _ in 0..<Self.tests / 2 {
                do { _ = try BareRun.time(command[0], command, root: root) } catch {
                    failures.add(1, ordering: .relaxed)
                }
            }
        }
        guard failures.load(ordering: .relaxed) == 0 else { throw ValidationError("\(command) failed bare") }
        return seconds(ContinuousClock.now - began)
    }
}
