import ArgumentParser
import DatasetFormats
import GradingModel

/// The service's own work on a body, without HTTP, store and jails.
struct CodecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codec",
        abstract: "Time the reading and writing of JSON, on bodies as the data sets have them."
    )

    @Option(help: "Sizes of the bodies, in kB.") var size = [2, 150, 5000]
    @Option(help: "Rounds of each measurement.") var rounds = 20

    private enum Kind: String, CaseIterable {
        /// Numbers in lines, as contest problems have them.
        case lines = "text of numbers"
        /// Text in which every fifth letter is not ASCII.
        case letters = "text of letters"
        /// Lists of integers.
        case integers = "lists of integers"

        func test(_ number: Int) -> Value {
            switch self {
            case .lines:
                let line = (0..<20).map { String(($0 + 1) * (number + 7919) % 1_000_003) }.joined(separator: " ")
                let text = ByteString(String(repeating: line + "\n", count: 20))
                return ["type": "stdin_stdout", "input": .string(text), "output": .string(ByteString(line))]
            case .letters:
                let text = ByteString(String(repeating: "grüß ", count: 400))
                return ["type": "stdin_stdout", "input": .string(text), "output": "\"quoted\"\tand\\so\n"]
            case .integers:
                let list = Value.list((0..<400).map { Value($0 * (number + 7919) % 1_000_003) })
                return ["type": "function_call", "fn_name": "f", "input": [list], "output": list]
            }
        }
    }

    func run() throws {
        var table = Table(["body", "kB", "parse, MB/s", "decode, MB/s", "serialize, MB/s"])
        for kind in Kind.allCases {
            let perTest = JSONCodec.serialize(kind.test(0)).count
            for size in size {
                let tests = (0..<max(1, size * 1000 / perTest)).map(kind.test)
                let body = JSONCodec.serialize(["language": "python", "code": "pass", "tests": .list(tests)])
                let value = try JSONCodec.parse(body)
                let caps = LimitCaps(Limits())
                let parse = try rate(body.count) { _ = try JSONCodec.parse(body) }
                let decode = try rate(body.count) { _ = try SubmissionDecoder.decode(value, caps: caps) }
                let serialize = try rate(body.count) { _ = JSONCodec.serialize(value) }
                table.add([
                    kind.rawValue, String(body.count / 1000), fixed(parse, 0), fixed(decode, 0), fixed(serialize, 0),
                ])
            }
        }
        print(table.text)
    }

    /// Megabytes a second, of the median round.
    private func rate(_ size: Int, _ body: () throws -> Void) throws -> Double {
        var sample = Sample()
        // Small bodies many times, so that the clock does not count.
        let times = max(1, 200_000 / size)
        for _ in 0..<rounds {
            let began = ContinuousClock.now
            for _ in 0..<times { try body() }
            sample.add(seconds(ContinuousClock.now - began) / Double(times))
        }
        return Double(size) / sample.median / 1e6
    }
}
