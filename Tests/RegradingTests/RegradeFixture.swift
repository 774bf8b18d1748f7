import DatasetFiles
import Foundation
import GradingModel
import Regrading
import Synchronization

/// A folder with inputs, and a grader that runs nothing.
final class RegradeFixture {
    let folder = NSTemporaryDirectory() + "assay-regrade-\(UUID().uuidString)"
    let grader = FakeGrader()

    init() throws {
        try FileManager.default.createDirectory(atPath: folder + "/work", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ lines: [String], to name: String) throws -> String {
        let path = folder + "/" + name
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    func options(_ inputs: [String], tasks: [String] = [], output: String = "out.jsonl") throws -> RegradeOptions {
        RegradeOptions(
            inputs: try inputs.map { try OpenFile(path: $0) },
            tasks: try tasks.map { try OpenFile(path: $0) },
            folder: folder + "/work",
            outputKind: try FileKind(name: output)
        )
    }

    /// Runs a regrade and returns what it wrote.
    func run(
        _ options: RegradeOptions,
        output: String = "out.jsonl"
    ) async throws -> (rows: [Value], summary: RegradeSummary) {
        let path = folder + "/" + output
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o644)
        defer { close(descriptor) }
        let regrader = try Regrader(options, grader: grader, progress: RegradeProgress())
        let summary = try await regrader.run(writingTo: descriptor)
        return (try Self.rows(path), summary)
    }

    static func rows(_ path: String) throws -> [Value] {
        let reader = try RowReader(try OpenFile(path: path))
        var rows: [Value] = []
        while let row = try reader.next() {
            guard case .json(let bytes) = row.content else { continue }
            rows.append(try JSONCodec.parse(bytes, allowNonFinite: true))
        }
        return rows
    }

    /// A coding record whose answer is `code`; the fake grader takes `right` for right.
    static func row(_ id: String, code: String, score: String? = nil, type: String = "verifiable_code") -> String {
        let info =
            #"{\"language\": \"python\", \"test_cases\": [{\"type\": \"stdin_stdout\", \"input\": \"1\", \"output\": \"2\"}]}"#
        let stored = score.map { #", "score": \#($0)"# } ?? ""
        return """
            {"problem_id": "\(id)", "source": "apps", "task_type": "\(type)", "n": 1.50, \
            "verification_info": "\(info)", "llm_response": "Said.\\n```python\\n\(code)\\n```\\n"\(stored)}
            """
    }
}

/// Decides by the program's text.
final class FakeGrader: RowGrader {
    let slots = 2
    let toolchains: [Language: String] = [.python: "sha256:a", .cpp: "sha256:b"]
    let defaultLimits = Limits()
    private let state = Mutex<(count: Int, failsAfter: Int?, isFaulty: Bool)>((0, nil, false))

    struct Gone: Error {}

    var count: Int { state.withLock { $0.count } }
    /// After so many, it is as if the service were gone.
    func fail(after count: Int?) { state.withLock { $0.failsAfter = $0.count + (count ?? .max / 2) } }
    var isFaulty: Bool {
        get { state.withLock { $0.isFaulty } }
        set { state.withLock { $0.isFaulty = newValue } }
    }

    func grade(_ submission: Submission) async throws -> Value {
        let (count, failsAfter, isFaulty) = state.withLock { state in
            state.count += 1
            return state
        }
        if let failsAfter, count > failsAfter { throw Gone() }
        try await Task.sleep(for: .milliseconds(2))
        if isFaulty { return ["verdict": "internal_error", "score": .null, "message": "no slot"] }
        var code: ByteString = ""
        if case .code(let text) = submission.source { code = text }
        let isRight = code.text.contains("right")
        let test: Value = [
            "verdict": isRight ? "accepted" : "wrong_answer", "type": "stdin_stdout", "cpu_time_s": 0.25,
            "memory_peak_kb": 2048, "stdout": isRight ? "2\n" : "3\n", "stderr": "",
        ]
        return [
            "verdict": isRight ? "accepted" : "wrong_answer", "score": isRight ? 1.0 : 0.0,
            "passed": isRight ? 1 : 0, "total": 1, "language": "python",
            "compile": ["status": "ok", "cpu_time_s": 0.5],
            "tests": [test],
        ]
    }
}
