import Foundation
import GradingModel
import Testing
import TestService

/// `assay regrade` as a process, in real jails.
@Suite(
    "assay regrade",
    .serialized,
    .timeLimit(.minutes(15)),
    .enabled(if: TestHost.canGrade, "needs root and the images")
)
struct RegradeTests {
    private final class Folder {
        let path = "/tmp/assay-regrade-\(UUID().uuidString)"

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        /// Coding records: half of them right, two with the same program.
        func write(rows: Int, to name: String) throws -> String {
            let lines = (0..<rows).map { index in
                let sum = index % 2 == 0 ? "sum(map(int, input().split()))" : "0"
                let note = index < 2 ? "" : "  # \(index)"
                return """
                    {"problem_id":"p\(index)","source":"s","task_type":"verifiable_code","score":1.0,\
                    "verification_info":"{'language': 'python', 'test_cases': [{'type': 'stdin_stdout', 'input': '1 2', \
                    'output': '3', 'fn_name': None}, {'type': 'stdin_stdout', 'input': '4 5', 'output': '9'}]}",\
                    "llm_response":"Text\\n```python\\nprint(\(sum))\(note)\\n```"}
                    """
            }
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path + "/" + name))
            return path + "/" + name
        }
    }

    private func start(_ arguments: [String]) throws -> Process {
        let process = TestHost.grading(["regrade"] + arguments)
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func results(_ path: String) throws -> [Value] {
        try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 0x0A).map { try JSONCodec.parse(Array($0)) }
    }

    /// What does not depend on how long things took.
    private func settled(_ row: Value) -> [Value?] {
        let info = row["verification_result_info"]
        return [row["problem_id"], row["score"], info?["verdict"], info?["passed"], info?["total"]]
    }

    @Test("rows are graded, and killed at any moment it goes on to the same output")
    func killed() throws {
        let folder = try Folder()
        let input = try folder.write(rows: 24, to: "in.jsonl")
        let whole = try start([input, "--output", folder.path + "/whole.jsonl"])
        whole.waitUntilExit()
        #expect(whole.terminationStatus == 0)
        let expected = try results(folder.path + "/whole.jsonl")
        #expect(expected.map { $0["score"] } == (0..<24).map { $0 % 2 == 0 ? 1.0 : 0.0 })
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/whole.jsonl.regrade"))

        let output = folder.path + "/killed.jsonl"
        var kills = 0
        for attempt in 0..<6 where !FileManager.default.fileExists(atPath: output) {
            let process = try start([input, "--output", output])
            usleep(useconds_t(300_000 + attempt * 400_000))
            if process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                kills += 1
            }
            process.waitUntilExit()
        }
        if !FileManager.default.fileExists(atPath: output) {
            let last = try start([input, "--output", output])
            last.waitUntilExit()
            #expect(last.terminationStatus == 0)
        }
        #expect(kills > 0)
        #expect(try results(output).map(settled) == expected.map(settled))
    }

    @Test("a service grades the same, and an output that is there is not replaced unasked")
    func server() async throws {
        let folder = try Folder()
        let input = try folder.write(rows: 4, to: "in.jsonl")
        let output = folder.path + "/out.jsonl"
        try await RunningService.with { service in
            let process = try start([input, "--output", output, "--server", service.server])
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        #expect(try results(output).map { $0["score"] } == [1.0, 0.0, 1.0, 0.0])
        let again = try start([input, "--output", output])
        again.waitUntilExit()
        #expect(again.terminationStatus == 2)
    }
}
