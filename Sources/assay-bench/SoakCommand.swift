import ArgumentParser
import Corpus
import Foundation
import GradingClient
import GradingModel

/// Hostile and plain submissions, mixed at random, against one service process for a long time.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Mix hostile and plain submissions at random, and look for false verdicts and leaks.",
        discussion: """
            Plain submissions run alone for a while, then mixed with hostile ones; latencies of both stand side by side. \
            What the service holds is read through the run. Exit status 1 where a plain submission is not accepted, a \
            verdict is not as it must be, or the last tenth of the run holds more than the one in the middle.
            """
    )

    @Option(help: "The folder of the corpus.") var corpus = "Tests/Corpus"
    @Option(help: "The service.") var server = "http://127.0.0.1:8080"
    @Option(help: "The service's process id, to read what it holds; without it leaks are not looked for.") var pid:
        Int32?
    @Option(help: "Submissions, hostile and plain.") var count = 10_000
    @Option(help: "Submissions at a time.") var concurrency = 8
    @Option(help: "The share of plain ones.") var plain = 0.5
    @Option(help: "The seed of the mixture.") var seed: UInt64 = 1
    @Option(help: "Only programs of the corpus whose class/name contains this.") var filter: String?

    private struct Outcome: Sendable {
        var name: String
        var isPlain: Bool
        var time: Double
        var mismatches: [String]
        var isInternal: Bool
    }

    func run() async throws {
        let corpus = try Corpus(folder: corpus, filter: filter)
        guard corpus.faults.isEmpty else { throw ValidationError(corpus.faults.joined(separator: "\n")) }
        let hostile = corpus.cases.filter(\.isHostile)
        guard !hostile.isEmpty else { throw ValidationError("no hostile program has \(filter ?? "") in its name") }
        let client = GradingClient(server: server, connections: concurrency)

        // Slots are opened when they are first needed, those of interactors too; what is opened once is no leak.
        let conversation = corpus.cases.first { $0.request["interactor"] != nil }
        for item in [nil, conversation] {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<concurrency {
                    group.addTask {
                        if let item {
                            _ = try await Self.post(item, with: client)
                        } else {
                            _ = try await Self.post(PlainProgram.idle, with: client)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        // One of each, which also tells what each costs: what compiles for long or waits for a limit is drawn less often.
        var warm: [Outcome] = []
        var weights: [Double] = []
        for item in hostile {
            let outcome = try await Self.post(item, with: client)
            warm.append(outcome)
            weights.append(1 / max(0.05, outcome.time))
        }
        var alone: [Outcome] = []
        for index in 0..<max(20, count / 50) {
            alone.append(try await Self.post(PlainProgram.all[index % PlainProgram.all.count], with: client))
        }

        try await Task.sleep(for: .seconds(1))
        let before = pid.map { ServiceState(ofServiceWithProcessID: $0) }
        var samples: [ServiceState] = []
        let began = ContinuousClock.now
        let mixed = try await mix(hostile, weights, with: client, samples: &samples)
        let time = seconds(ContinuousClock.now - began)
        let isClean = try await report(
            warm: warm,
            alone: alone,
            mixed: mixed,
            samples: samples,
            before: before,
            time: time
        )
        if !isClean { throw ExitCode(1) }
    }

    private func mix(
        _ hostile: [CorpusCase],
        _ weights: [Double],
        with client: GradingClient,
        samples: inout [ServiceState]
    ) async throws -> [Outcome] {
        var generator = SplitMix(state: seed)
        let total = weights.reduce(0, +)
        var outcomes: [Outcome] = []
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            var started = 0
            while outcomes.count < count {
                while started < count, started - outcomes.count < concurrency {
                    started += 1
                    if generator.share() < plain {
                        let program = PlainProgram.all[Int(generator.next() % UInt64(PlainProgram.all.count))]
                        group.addTask { try await Self.post(program, with: client) }
                    } else {
                        var rest = generator.share() * total
                        let index = weights.firstIndex { weight in
                            rest -= weight
                            return rest < 0
                        }
                        let item = hostile[index ?? hostile.count - 1]
                        group.addTask { try await Self.post(item, with: client) }
                    }
                }
                guard let outcome = try await group.next() else { break }
                outcomes.append(outcome)
                if let pid, outcomes.count % max(1, count / 100) == 0 {
                    samples.append(ServiceState(ofServiceWithProcessID: pid))
                    FileHandle.standardError.write(Data("\(outcomes.count) of \(count)\n".utf8))
                }
            }
        }
        return outcomes
    }

    // MARK: Submissions

    private static func post(_ item: CorpusCase, with client: GradingClient) async throws -> Outcome {
        let began = ContinuousClock.now
        let answer = try await client.post(JSONCodec.serialize(item.request))
        let time = seconds(ContinuousClock.now - began)
        return Outcome(
            name: item.name,
            isPlain: false,
            time: time,
            mismatches: answer.status == 200
                ? item.expectation.mismatches(in: answer.body, timing: false) : ["HTTP \(answer.status)"],
            isInternal: answer.body["verdict"] == .string("internal_error")
        )
    }

    private static func post(_ program: PlainProgram, with client: GradingClient) async throws -> Outcome {
        let began = ContinuousClock.now
        let answer = try await client.post(Array(program.body.utf8))
        let time = seconds(ContinuousClock.now - began)
        let isAccepted = answer.body["verdict"] == .string("accepted")
        return Outcome(
            name: "plain/\(program.name)",
            isPlain: true,
            time: time,
            mismatches: isAccepted ? [] : [String(decoding: JSONCodec.serialize(answer.body), as: UTF8.self)],
            isInternal: answer.body["verdict"] == .string("internal_error")
        )
    }

    // MARK: Report

    private func report(
        warm: [Outcome],
        alone: [Outcome],
        mixed: [Outcome],
        samples: [ServiceState],
        before: ServiceState?,
        time: Double
    ) async throws -> Bool {
        let all = warm + alone + mixed
        let plain = all.filter(\.isPlain)
        let falseOnes = plain.filter { !$0.mismatches.isEmpty }
        print(
            "\(mixed.count) submissions, \(concurrency) at a time, seed \(seed), in \(fixed(time, 0)) s; "
                + "\(mixed.count(where: \.isPlain)) of them plain\n"
        )
        var latencies = Table(["plain submission", "beside", "count", "p50, ms", "p95, ms", "p99, ms"])
        for program in PlainProgram.all {
            for (beside, outcomes) in [("nothing", alone), ("attackers", mixed)] {
                var sample = Sample()
                for outcome in outcomes where outcome.name == "plain/\(program.name)" { sample.add(outcome.time) }
                latencies.add(
                    [program.name, beside, String(sample.count)]
                        + [0.5, 0.95, 0.99].map { fixed(sample.quantile($0) * 1000, 1) }
                )
            }
        }
        print(latencies.text)
        print(
            "\nfalse verdicts on plain submissions: \(falseOnes.count); internal errors: \(all.count(where: \.isInternal))"
        )
        for outcome in falseOnes.prefix(10) { print("  \(outcome.name): \(outcome.mismatches[0].prefix(1000))") }
        let wrong = Dictionary(grouping: all.filter { !$0.isPlain && !$0.mismatches.isEmpty }, by: \.name)
        print("hostile programs with a verdict that is not as it must be: \(wrong.count)")
        for (name, outcomes) in wrong.sorted(by: { $0.key < $1.key }) {
            let runs = all.count { $0.name == name }
            print("  \(name): \(outcomes.count) of \(runs): \(outcomes[0].mismatches[0].prefix(300))")
        }
        let leaks = try await leaks(samples, before: before)
        return falseOnes.isEmpty && wrong.isEmpty && leaks.isEmpty && !all.contains(where: \.isInternal)
    }

    /// The tenth in the middle of the run against the last, and what is there after it against what was before.
    ///
    /// Each slot starts its fork servers when it first has a program of their kind: in the middle of the run they are there.
    private func leaks(_ samples: [ServiceState], before: ServiceState?) async throws -> [String] {
        guard let pid, let before, samples.count >= 10 else {
            print("\nwhat the service holds was not read, which takes --pid and a --count of at least 10")
            return []
        }
        // Runs that were answered are torn down a moment later.
        try await Task.sleep(for: .seconds(2))
        let after = ServiceState(ofServiceWithProcessID: pid)
        var leaks = after.leaks(since: before)
        let tenth = samples.count / 10
        let (middle, last) = (samples.dropFirst(samples.count / 2).prefix(tenth), samples.suffix(tenth))
        var table = Table(["what the service holds", "before", "in the middle", "last tenth", "after"])
        // Where there came to be more processes, of what each of them holds.
        func add(_ what: String, slack: Double, each: Double = 1, _ number: (ServiceState) -> Int) {
            func mean(_ states: ArraySlice<ServiceState>) -> Double {
                states.map { Double(number($0)) }.reduce(0, +) / Double(states.count)
            }
            let (early, late) = (mean(middle), mean(last))
            table.add([what, String(number(before)), fixed(early, 1), fixed(late, 1), String(number(after))])
            if late > early * each + slack {
                leaks.append("\(what): \(fixed(early, 1)) in the middle, \(fixed(late, 1)) in the last tenth")
            }
        }
        // What runs at a sample's moment differs from moment to moment; memory is what allocators keep.
        let jitter = Double(concurrency)
        for name in before.holdings.keys.sorted() {
            let memory = name == "assay" ? 64 << 10 : (before.holdings[name]?.processes ?? 1) * 1024
            let processes = { (state: ServiceState) in state.holdings[name]?.processes ?? 0 }
            let growth = Double(last.map(processes).reduce(0, +)) / Double(max(1, middle.map(processes).reduce(0, +)))
            add("\(name): processes", slack: jitter, processes)
            add("\(name): descriptors", slack: jitter * 4, each: growth) { $0.holdings[name]?.descriptors ?? 0 }
            add("\(name): memory, KiB", slack: Double(memory), each: growth) { $0.holdings[name]?.memoryKB ?? 0 }
        }
        add("control groups", slack: jitter) { $0.groups.count }
        add("mounts", slack: jitter * 40) { $0.mounts }
        add("namespaces", slack: jitter * 7) { $0.namespaces.count }
        print("\n" + table.text)
        print("\nleaks: \(leaks.isEmpty ? "none" : leaks.joined(separator: "; "))")
        return leaks
    }
}

/// A submission that must be accepted, whoever runs beside it.
private struct PlainProgram: Sendable {
    var name: String
    var body: String

    /// Takes a slot for two seconds.
    static let idle = PlainProgram(
        name: "idle",
        body: request("python", "import time; time.sleep(2)", #"{"type": "stdin_stdout", "input": "", "output": ""}"#)
    )

    static let all = [
        PlainProgram(
            name: "python, text",
            body: request(
                "python",
                "print(sum(map(int, input().split())))",
                #"{"type": "stdin_stdout", "input": "1 2", "output": "3"}"#
            )
        ),
        PlainProgram(
            name: "python, call",
            body: request(
                "python",
                "def f(n):\n    return sorted(range(n), key=lambda x: -x)",
                #"{"type": "function_call", "fn_name": "f", "input": [3], "output": [2, 1, 0]}"#
            )
        ),
        PlainProgram(
            name: "javascript, call",
            body: request(
                "javascript",
                "const f = (words) => words.map((w) => w.length);",
                #"{"type": "function_call", "fn_name": "f", "input": [["a", "bc"]], "output": [1, 2]}"#
            )
        ),
        PlainProgram(
            name: "cpp, text",
            body: request(
                "cpp",
                "#include <cstdio>\nint main() { int a, b; if (scanf(\"%d %d\", &a, &b) == 2) printf(\"%d\", a + b); }",
                #"{"type": "stdin_stdout", "input": "1 2", "output": "3"}"#
            )
        ),
    ]

    /// Limits that a busy machine does not reach.
    private static func request(_ language: String, _ code: String, _ test: String) -> String {
        let code = String(decoding: JSONCodec.serialize(Value(code)), as: UTF8.self)
        let limits = #"{"cpu_time_s": 20, "wall_time_s": 60, "compile_time_s": 60}"#
        return #"{"language": "\#(language)", "code": \#(code), "tests": [\#(test)], "limits": \#(limits)}"#
    }
}

/// Steele, Lea and Flood's SplitMix64: the same mixture from the same seed, on every machine.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }
}
