import ArgumentParser
import DatasetFormats
import Foundation
import GradingClient
import GradingModel

/// Grades records whose verdicts are known, through the HTTP API.
struct OpenDataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open-data",
        abstract: "Grade data whose verdicts are known through a running service, and compare.",
        discussion: "Exit status 1 where a wrong program was accepted, or fewer than 99.5 % of the verdicts are right."
    )

    @Argument(help: "The data: files of JSON Lines, plain or gzip, or folders of them.") var paths: [String]
    @Option(help: "The service.") var server = "http://127.0.0.1:8080"
    @Option(help: "Submissions at a time.") var concurrency = 4
    @Option(help: "Only records whose id contains this.") var filter: String?
    @Option(help: "What the images have of the records' needs, for example npm:js-md5.") var provides: [String] = []
    @Option(help: "Only records in this language.") var language: String?
    @Option(help: "A file that the measures are added to, for the plot.") var measures: String?
    @Flag(help: "Print the whole answer of each deviation.") var verbose = false

    private struct Outcome: Sendable {
        var record: OpenDataRecord
        var verdict: Verdict?
        var detail: String
        /// CPU time of everything that ran in jails, in seconds.
        var jailTime: Double
    }

    func run() async throws {
        var records: [OpenDataRecord] = []
        var skipped = 0
        for path in try files() {
            for line in try Self.lines(of: path) {
                let record = try OpenDataRecord(line: line)
                if let filter, !record.id.contains(filter) { continue }
                if let language, record.language.rawValue != language { continue }
                if record.needs.allSatisfy(provides.contains) { records.append(record) } else { skipped += 1 }
            }
        }
        let (began, machine, client) = (ContinuousClock.now, MachineTime.busy, MachineTime.ownProcess)
        let outcomes = try await grade(records)
        let time = seconds(ContinuousClock.now - began)
        report(outcomes, skipped: skipped, time: time)
        try reportShare(outcomes, time, busy: MachineTime.busy - machine - (MachineTime.ownProcess - client))
        let right = outcomes.count { $0.verdict.map($0.record.accepts) ?? false }
        let wronglyAccepted = outcomes.count { $0.verdict == .accepted && !$0.record.accepts(.accepted) }
        if wronglyAccepted > 0 || Double(right) < 0.995 * Double(outcomes.count) { throw ExitCode(1) }
    }

    private func grade(_ records: [OpenDataRecord]) async throws -> [Outcome] {
        let client = GradingClient(server: server, connections: concurrency)
        var outcomes: [Outcome] = []
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            var next = 0
            while next < records.count || outcomes.count < records.count {
                while next < records.count, next - outcomes.count < concurrency {
                    let record = records[next]
                    next += 1
                    group.addTask {
                        let answer = try await client.post(JSONCodec.serialize(record.request))
                        let verdict = answer.body["verdict"]?.textValue.flatMap(Verdict.init(rawValue:))
                        return Outcome(
                            record: record,
                            verdict: verdict,
                            detail: String(decoding: JSONCodec.serialize(answer.body), as: UTF8.self),
                            jailTime: Self.jailTime(of: answer.body)
                        )
                    }
                }
                guard let outcome = try await group.next() else { break }
                outcomes.append(outcome)
                if outcomes.count % 100 == 0 {
                    FileHandle.standardError.write(Data("\(outcomes.count) of \(records.count)\n".utf8))
                }
            }
        }
        return outcomes
    }

    private func report(_ outcomes: [Outcome], skipped: Int, time: Double) {
        var table = Table(["source", "language", "expected", "records", "right", "wrong"])
        let groups = Dictionary(grouping: outcomes) { outcome in
            [
                String(outcome.record.source.split(separator: " ").first ?? ""), outcome.record.language.rawValue,
                outcome.record.expectedVerdict.rawValue,
            ]
        }
        for (key, members) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let right = members.count { $0.verdict.map($0.record.accepts) ?? false }
            table.add(key + [String(members.count), String(right), String(members.count - right)])
        }
        print(table.text)
        let deviations = outcomes.filter { !($0.verdict.map($0.record.accepts) ?? false) }
        for deviation in deviations.sorted(by: { $0.record.id < $1.record.id }) {
            let verdict = deviation.verdict?.rawValue ?? "no verdict"
            print("\n\(deviation.record.id): expected \(deviation.record.expectedVerdict.rawValue), got \(verdict)")
            print(verbose ? deviation.detail : String(deviation.detail.prefix(1500)))
        }
        let right = outcomes.count - deviations.count
        let accepted = deviations.count { $0.verdict == .accepted }
        print(
            """

            \(right) of \(outcomes.count) verdicts are right (\(fixed(100 * Double(right) / Double(max(1, outcomes.count)), 2)) %), \
            \(accepted) wrong programs accepted, \(skipped) records skipped for what the images lack, \(fixed(time, 1)) s
            """
        )
    }

    private static func jailTime(of answer: Value) -> Double {
        var tests: [Value] = []
        if case .list(let list)? = answer["tests"] { tests = list }
        return ([answer["compile"]] + tests).reduce(0) { $0 + ($1?["cpu_time_s"]?.doubleValue ?? 0) }
    }

    /// `busy` is the CPU time of the machine meanwhile, this process's own left out, in seconds.
    private func reportShare(_ outcomes: [Outcome], _ time: Double, busy: Double) throws {
        let jails = outcomes.reduce(0) { $0 + $1.jailTime }
        let share = (busy - jails) / busy
        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        print(
            """
            \(fixed(Double(outcomes.count) / time / cores, 2)) submissions a second and core; of \(fixed(busy, 1)) s of \
            CPU time (this client's left out) \(fixed(jails, 1)) s were spent in jails: the service's and the jailer's \
            share is \(fixed(100 * share, 1)) %, if nothing else ran
            """
        )
        let name = "share of service and jailer, \(language ?? "all")"
        try Measures(path: measures).add(name, share, goal: 0.05)
    }

    // MARK: Files

    private func files() throws -> [String] {
        try paths.flatMap { path -> [String] in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw ValidationError("\(path): no such file")
            }
            guard isFolder.boolValue else { return [path] }
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasSuffix(".jsonl") || $0.hasSuffix(".jsonl.gz") }.sorted().map { path + "/" + $0 }
        }
    }

    private static func lines(of path: String) throws -> [[UInt8]] {
        let data: Data
        if path.hasSuffix(".gz") {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
            process.arguments = ["-dc", path]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw ValidationError("\(path): not gzip") }
        } else {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        }
        return data.split(separator: UInt8(ascii: "\n")).map { [UInt8]($0) }
    }
}
