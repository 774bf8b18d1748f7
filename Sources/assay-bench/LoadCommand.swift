import ArgumentParser
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
                    table.add([
                        name.rawValue, String(testCount), seen ? "seen" : "new", String(width),
                        fixed(Double(outcome.latencies.count) / outcome.time, 1), outcome.latencies.milliseconds,
                        fixed(outcome.latencies.quantile(0.99) * 1000, 1), String(outcome.failures),
                    ])
                }
            }
        }
        print(table.text)
    }
}
