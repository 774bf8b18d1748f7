import ArgumentParser
import Foundation
import GradingModel

/// Submissions through HTTP, several at a time.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Time submissions through HTTP, several at a time, against a running service.",
        discussion: """
            Each source is new to the service, by a comment, unless --seen says that all are the same: then one is handed \
            in before the measurement begins.
            """
    )

    @Option(help: "The service.") var server = "http://127.0.0.1:8080"
    @Option(help: "Submissions at a time; each is measured.") var concurrency = [1, 8, 32, 128]
    @Option(help: "Submissions of each measurement.") var count = 100
    @Option(help: "Languages of the submissions.") var language: [LoadProgram.Name] = [.python, .javascript]
    @Option(help: "Tests of each submission; each number is measured.") var tests = [1]
    @Option(help: "A file that the measures are added to, for the plot.") var measures: String?
    @Flag(help: "All sources are the same, and were handed in before.") var seen = false

    func run() async throws {
        let driver = LoadDriver(server: server)
        var table = Table([
            "submission", "tests", "source", "at a time", "a second", "latency, ms", "p99, ms", "failures",
        ])
        // No service that is still there has seen it.
        let run = UInt64.random(in: 0...(.max))
        for name in language {
            for testCount in tests {
                let program = LoadProgram(name: name, tests: testCount)
                if seen { _ = try driver.run(count: 1, width: 1) { _ in program.body(mark: nil) } }
                for width in concurrency {
                    let isSeen = seen
                    let outcome = try driver.run(count: count, width: width) { number in
                        program.body(mark: isSeen ? nil : "\(run) \(width) \(number)")
                    }
                    let rate = Double(outcome.latencies.count) / outcome.time
                    try note(name, testCount, width, rate)
                    table.add([
                        name.rawValue, String(testCount), seen ? "seen" : "new", String(width),
                        fixed(rate, 1), outcome.latencies.milliseconds,
                        fixed(outcome.latencies.quantile(0.99) * 1000, 1), String(outcome.failures),
                    ])
                }
            }
        }
        print(table.text)
    }

    /// Keeps what there is a goal for; `rate` is in submissions a second.
    private func note(_ name: LoadProgram.Name, _ tests: Int, _ width: Int, _ rate: Double) throws {
        let file = Measures(path: measures)
        if name == .python, tests == 1, !seen, width >= 8 {
            let best: [Int: Double] = [8: 129, 32: 115]
            let label = "Python submissions a second, \(width) at a time"
            try file.add(label, rate, goal: 500, best: best[width], isRate: true)
        }
        let goals: [LoadProgram.Name: (goal: Double, best: Double?)] = [
            .cpp: (900, 430), .python: (400, 65), .javascript: (60, nil),
        ]
        guard tests >= 100, let goal = goals[name] else { return }
        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        let label = "\(name.rawValue) tests a second and core"
        try file.add(label, rate * Double(tests) / cores, goal: goal.goal, best: goal.best, isRate: true)
    }
}
