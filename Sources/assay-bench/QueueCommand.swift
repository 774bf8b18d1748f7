import ArgumentParser
import Foundation
import GradingModel

/// Many submissions at once, against the line that a queue without loss would follow.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Hand in many submissions at once, and compare the wait with count × service time / slots.",
        discussion:
            "The service time is the mean of submissions that come one after another, before and after, from one answer "
            + "to the next: it has what the service does between them. Few at once come ten times: the table has the "
            + "medians."
    )

    @Option(help: "The service.") var server = "http://127.0.0.1:8080"
    @Option(help: "Submissions at once; each number is measured.") var count = [1, 10, 100, 1000]
    @Option(help: "Language of the submissions.") var language = LoadProgram.Name.python
    @Option(help: "Tests of each submission.") var tests = 1
    @Option(help: "Submissions from which the service time is taken.") var samples = 30
    @Option(help: "A file that the measures are added to, for the plot.") var measures: String?
    @Option(help: "Slots of the service; 0: as many as cores.") var slots = 0

    func run() async throws {
        let driver = LoadDriver(server: server)
        let program = LoadProgram(name: language, tests: tests)
        let slots = slots > 0 ? slots : ProcessInfo.processInfo.activeProcessorCount
        let run = UInt64.random(in: 0...(.max))
        var table = Table([
            "at once", "service time, ms", "line, ms", "median, ms", "p99, ms", "p99 / line", "failures",
        ])
        for count in count {
            let alone = { (part: String) in
                try driver.run(count: (samples + 1) / 2, width: 1) {
                    program.body(mark: "\(run) \(count) \(part) \($0)")
                }
            }
            let before = try alone("before")
            // A burst of few is over in a moment: several, and the median of what each says.
            var (medians, lasts, failures) = (Sample(), Sample(), 0)
            for burst in 0..<max(1, min(10, 100 / count)) {
                let outcome = try driver.run(count: count, width: count) {
                    program.body(mark: "\(run) \(count) \(burst) \($0)")
                }
                medians.add(outcome.latencies.median)
                lasts.add(outcome.latencies.quantile(0.99))
                failures += outcome.failures
            }
            let after = try alone("after")
            let time = (before.time + after.time) / Double(before.latencies.count + after.latencies.count)
            // One alone uses one slot, and has nobody before it; its tests may use more.
            let line =
                count == 1
                ? (before.latencies + after.latencies).median : Double(count) * time / Double(tests == 1 ? slots : 1)
            let last = lasts.median
            try Measures(path: measures).add("p99 against the line, \(count) queued", last / line, goal: 1.3)
            table.add([
                String(count), fixed(time * 1000, 2), fixed(line * 1000, 1), fixed(medians.median * 1000, 1),
                fixed(last * 1000, 1), fixed(last / line, 2),
                String(before.failures + failures + after.failures),
            ])
        }
        print(table.text)
    }
}
