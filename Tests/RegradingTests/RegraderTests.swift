import DatasetFiles
import Foundation
import GradingModel
import Regrading
import Testing

@Suite("Regrading", .timeLimit(.minutes(5))) struct RegraderTests {
    @Test("rows go out in order, with their fields as they were and two more")
    func rows() async throws {
        let fixture = try RegradeFixture()
        let lines = (0..<40).map {
            RegradeFixture.row("p\($0)", code: "\($0 % 2 == 0 ? "right" : "wrong")\($0)", score: "1.0")
        }
        let input = try fixture.write(lines, to: "in.jsonl")
        let (rows, summary) = try await fixture.run(try fixture.options([input]))
        #expect(rows.map { $0["problem_id"] } == (0..<40).map { Value("p\($0)") })
        #expect(rows.map { $0["score"] } == (0..<40).map { $0 % 2 == 0 ? 1.0 : 0.0 })
        let info = try #require(rows[1]["verification_result_info"])
        #expect(info["verdict"] == "wrong_answer" && info["passed"] == 0 && info["total"] == 1)
        #expect(info["cpu_time_s"] == 0.25 && info["memory_peak_kb"] == 2048 && info["stored_score"] == 1.0)
        #expect(info["limits"]?["memory_mb"] == 512)
        let text = try String(contentsOfFile: fixture.folder + "/out.jsonl", encoding: .utf8)
        #expect(text.contains(#""n": 1.50"#))
        #expect(summary.rows == 40 && summary.verdicts == [.accepted: 20, .wrongAnswer: 20])
        #expect(summary.changes[ScoreChange(before: .all, after: .none)] == 20 && summary.changed.count == 20)
        #expect(summary.changed.first.first?.number == 2 && summary.bySource["apps"]?[.accepted] == 20)
    }

    @Test("what is identical is graded once, also in one moment and in a later start")
    func once() async throws {
        let fixture = try RegradeFixture()
        let lines = (0..<60).map { RegradeFixture.row("p\($0)", code: "right \($0 % 3)") }
        let input = try fixture.write(lines, to: "in.jsonl")
        let (rows, summary) = try await fixture.run(try fixture.options([input]))
        #expect(fixture.grader.count == 3)
        #expect(rows.count == 60 && rows.allSatisfy { $0["score"] == 1.0 } && summary.repeatedRows == 57)
    }

    @Test("rows that can't be read are counted and left out; what can't be graded says why; other tasks stay")
    func unreadable() async throws {
        let fixture = try RegradeFixture()
        let input = try fixture.write(
            [
                "{broken", RegradeFixture.row("a", code: "right"), "[1]",
                #"{"problem_id":"m","task_type":"verifiable_math","score":0.5,"verification_info":"{}","llm_response":"x"}"#,
                #"{"problem_id":"e","task_type":"verifiable_code","verification_info":"{'language': 'python', 'test_cases': []}","llm_response":"```python\nx\n```"}"#,
                #"{"problem_id":"n","task_type":"verifiable_code","verification_info":"{'language': 'python', 'test_cases': [{'type': 'stdin_stdout', 'input': '', 'output': ''}]}","llm_response":"no program"}"#,
                #"{"problem_id":"d","task_type":"verifiable_code","verification_info":"{'language': 'python', [","llm_response":"x"}"#,
                #"{"task_type":"llm_judgeable_groundtruth_similarity"}"#,
                #"{"problem_id":"o","task_type":"code_output_prediction","verification_info":{"ground_truth":"7"},"llm_response":"```json\n{\"output\": \"7\"}\n```"}"#,
            ],
            to: "in.jsonl"
        )
        let (rows, summary) = try await fixture.run(try fixture.options([input]))
        #expect(rows.map { $0["score"] } == [1.0, 0.5, .null, 0.0, .null, .null, 1.0])
        #expect(rows[1]["verification_result_info"] == ["failure_reason": "unsupported task_type verifiable_math"])
        #expect(rows[2]["verification_result_info"]?["verdict"] == "invalid_problem")
        #expect(rows[3]["verification_result_info"]?["failure_reason"] == "no_code_in_response")
        let reason = try #require(rows[4]["verification_result_info"]?["message"]?.textValue)
        #expect(reason.contains("nor a Python literal") && reason.contains("column 25"), "\(reason)")
        #expect(summary.unreadable.first.map(\.number) == [1, 3] && summary.others == 2 && summary.rows == 9)
        #expect(try #require(summary.unreadable.first.first).detail.contains("JSON"))
    }

    @Test(
        "a start that ended early is gone on with, and nothing is graded twice",
        arguments: ["out.jsonl", "out.jsonl.gz"]
    )
    func resumes(output: String) async throws {
        let fixture = try RegradeFixture()
        let lines = (0..<50).map { RegradeFixture.row("p\($0)", code: "right \($0)") }
        let input = try fixture.write(lines, to: "in.jsonl")
        var attempts = 0
        var rows: [Value] = []
        while rows.isEmpty {
            attempts += 1
            fixture.grader.fail(after: 12)
            do {
                rows = try await fixture.run(try fixture.options([input], output: output), output: output).rows
            } catch is FakeGrader.Gone {
                try #require(attempts < 20)
            }
        }
        #expect(attempts > 2)
        #expect(rows.map { $0["problem_id"] } == (0..<50).map { Value("p\($0)") })
        // Besides the rows themselves, each attempt asked for those that it was refused, and lost those that were under way
        // when it ended: at most four of each.
        #expect(fixture.grader.count <= 50 + attempts * 8)
    }

    @Test("a journal whose log is torn loses its torn end, and nothing else")
    func torn() async throws {
        let fixture = try RegradeFixture()
        let lines = (0..<30).map { RegradeFixture.row("p\($0)", code: "right \($0)") }
        let input = try fixture.write(lines, to: "in.jsonl")
        fixture.grader.fail(after: 20)
        // Copied while it is open: a journal that is closed has no log.
        let regrader = try Regrader(
            try fixture.options([input]),
            grader: fixture.grader,
            progress: RegradeProgress()
        )
        await #expect(throws: FakeGrader.Gone.self) { try await regrader.run(writingTo: -1) }
        try FileManager.default.copyItem(atPath: fixture.folder + "/work", toPath: fixture.folder + "/torn")
        withExtendedLifetime(regrader) {}
        let log = fixture.folder + "/torn/journal.sqlite-wal"
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: log)))
        try #require(bytes.count > 20_000)
        // The last pages were half written, and then the power went.
        var torn = Array(bytes[..<(bytes.count - 6000)])
        for index in (torn.count - 500)..<torn.count { torn[index] = 0xAA }
        try Data(torn).write(to: URL(fileURLWithPath: log))
        fixture.grader.fail(after: nil)
        let before = fixture.grader.count
        var options = try fixture.options([input])
        options.folder = fixture.folder + "/torn"
        let (rows, _) = try await fixture.run(options)
        #expect(rows.count == 30 && rows.allSatisfy { $0["score"] == 1.0 })
        #expect(fixture.grader.count - before < 30)
    }

    @Test("answers are joined to tasks by problem_id; one without a task says so")
    func joins() async throws {
        let fixture = try RegradeFixture()
        let tasks = try fixture.write(
            [
                RegradeFixture.row("1", code: "unused").replacing("llm_response", with: "gold_standard_solution"),
                RegradeFixture.row("b", code: "unused").replacing("llm_response", with: "gold_standard_solution"),
            ],
            to: "tasks.jsonl"
        )
        let answers = try fixture.write(
            [
                #"{"response_id":"r1","problem_id":"b","llm_response":"```python\nright\n```"}"#,
                #"{"response_id":"r2","problem_id":1,"messages":[{"role":"user","content":"?"},{"role":"assistant","content":"```\nwrong\n```"}]}"#,
                #"{"response_id":"r3","problem_id":"none","llm_response":"```python\nright\n```"}"#,
            ],
            to: "answers.jsonl"
        )
        let (rows, summary) = try await fixture.run(try fixture.options([answers], tasks: [tasks]))
        #expect(rows.map { $0["score"] } == [1.0, 0.0, .null])
        #expect(
            rows[0].mapValue?.map(\.key) == [
                "response_id", "problem_id", "llm_response", "score", "verification_result_info",
            ]
        )
        let message = try #require(rows[2]["verification_result_info"]?["message"]?.textValue)
        #expect(message.contains("no task in the --tasks files has the problem_id none"))
        #expect(summary.bySource["apps"] != nil)
    }

    @Test("faults of ours have no score, and are graded again when that is asked for")
    func faults() async throws {
        let fixture = try RegradeFixture()
        let input = try fixture.write([RegradeFixture.row("a", code: "right")], to: "in.jsonl")
        fixture.grader.isFaulty = true
        var (rows, summary) = try await fixture.run(try fixture.options([input]))
        #expect(rows[0]["score"] == .null && summary.ourFaults.count == 1)
        fixture.grader.isFaulty = false
        (rows, summary) = try await fixture.run(try fixture.options([input]))
        #expect(rows[0]["score"] == .null, "nobody asked")
        var options = try fixture.options([input])
        options.retryFaults = true
        (rows, summary) = try await fixture.run(options)
        #expect(rows[0]["score"] == 1.0 && summary.ourFaults.count == 0)
    }

    @Test("the journal of another regrade is not gone on with")
    func identity() async throws {
        let fixture = try RegradeFixture()
        let input = try fixture.write([RegradeFixture.row("a", code: "right")], to: "in.jsonl")
        _ = try await fixture.run(try fixture.options([input]))
        var options = try fixture.options([input])
        options.withTraces = true
        await #expect(throws: DatasetFileError.self) { try await fixture.run(options) }
    }

    @Test("with traces, the whole answer is in the output")
    func traces() async throws {
        let fixture = try RegradeFixture()
        let input = try fixture.write([RegradeFixture.row("a", code: "right")], to: "in.jsonl")
        var options = try fixture.options([input])
        options.withTraces = true
        let (rows, _) = try await fixture.run(options)
        let trace = try #require(rows[0]["verification_result_info"]?["trace"])
        #expect(trace["tests"]?.listValue?.first?["stdout"] == "2\n")
    }

    @Test(
        "Parquet goes in and out, and from and to JSON Lines",
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/local/lib/assay/parquet"), "needs ops/setup-parquet")
    )
    func parquet() async throws {
        let fixture = try RegradeFixture()
        let lines = (0..<12).map { RegradeFixture.row("p\($0)", code: "right \($0)", score: $0 == 0 ? "null" : "0.5") }
        let input = try fixture.write(lines, to: "in.jsonl")
        let (first, _) = try await fixture.run(
            try fixture.options([input], output: "a.parquet"),
            output: "a.parquet"
        )
        #expect(first.count == 12 && first.allSatisfy { $0["score"] == 1.0 && $0["n"] == 1.5 })
        try FileManager.default.removeItem(atPath: fixture.folder + "/work")
        try FileManager.default.createDirectory(atPath: fixture.folder + "/work", withIntermediateDirectories: true)
        let (second, summary) = try await fixture.run(
            try fixture.options([fixture.folder + "/a.parquet"], output: "b.parquet"),
            output: "b.parquet"
        )
        #expect(second.map { $0["problem_id"] } == first.map { $0["problem_id"] })
        #expect(second.map { $0.mapValue?.map(\.key) } == first.map { $0.mapValue?.map(\.key) })
        let info = try JSONCodec.parse(try #require(second[0]["verification_result_info"]?.stringValue).bytes)
        #expect(info["verdict"] == "accepted" && info["stored_score"] == 1.0)
        #expect(summary.changes == [ScoreChange(before: .all, after: .all): 12])
    }
}
