import DatasetFormats
import GradingModel
import GradingRules
import Testing

@Suite(
    "The open data in the shapes of other data sets",
    .enabled(if: OpenData.isThere, "needs the data set in ASSAY_DATA or ../shared/data")
)
struct RecordRoundTripTests {
    @Test("calls are the same in every shape", arguments: Converter.all.map(\.name))
    func calls(name: String) throws {
        let converter = try #require(Converter.all.first { $0.name == name })
        let count = try check(converter, "function_call")
        // INTELLECT-3 cannot tell arguments apart where there are now two, now three.
        #expect(count >= (name == "INTELLECT-3" ? 700 : 756), "\(count) of 756")
    }

    @Test("processes are the same in every shape", arguments: (Converter.all + Converter.contests).map(\.name))
    func processes(name: String) throws {
        let converter = try #require((Converter.all + Converter.contests).first { $0.name == name })
        #expect(try check(converter, "stdin_stdout") == 190)
    }

    /// How many of a file's records were converted, read back and found the same.
    private func check(_ converter: Converter, _ file: String) throws -> Int {
        var count = 0
        for item in try Convertible.all(file) {
            guard let value = converter.convert(item) else { continue }
            count += 1
            #expect(RecordShape.recognise(value) == converter.shape)
            // As a line of a file, which is how it comes.
            let record = try RecordReader().read(line: JSONCodec.serialize(value))
            #expect(record.value == value)
            #expect(record.shape == converter.shape && record.language == item.record.language, "\(item.record.id)")
            #expect(unnamed(record.tests) == item.cases, "\(item.record.id)")
            #expect(record.notes.isEmpty && record.truncatedTests.isEmpty)
            #expect(record.problemID != nil || converter.shape == .deepCoder || converter.shape == .intellect3)
            let answer = try #require(record.answer)
            #expect(isProgram(answer, of: item), "\(item.record.id)")
            if let gold = record.gold { #expect(isProgram(gold, of: item), "\(item.record.id)") }

            // What is sent to a server is graded as the record is.
            let submission = try #require(record.submission(of: answer))
            let request = try #require(record.request(of: answer))
            let sent = try JSONCodec.parse(JSONCodec.serialize(request))
            #expect(try SubmissionDecoder.decode(sent) == submission, "\(item.record.id)")
            if converter.shape == .submission { #expect(submission == item.submission) }
        }
        return count
    }

    private func unnamed(_ tests: Submission.Tests?) -> [TestCase]? {
        guard case .cases(let cases) = tests else { return nil }
        return cases.map { TestCase($0.kind, limits: $0.limits) }
    }

    /// Whether a record's program is the item's; a fence adds a line's end.
    private func isProgram(_ source: Submission.Source, of item: Convertible) -> Bool {
        let program =
            switch source {
            case .code(let code): code
            case .completion(let text): Extraction.program(from: text, language: item.record.language)
            }
        return program == item.code || program == ByteString(bytes: item.code.bytes + [UInt8(ascii: "\n")])
    }

    @Test("limits are the problem's, with the language's factor")
    func limits() throws {
        let item = try #require(try Convertible.all("stdin_stdout").first { $0.record.language == .python })
        for converter in Converter.all + Converter.contests {
            let record = try DatasetRecord(try #require(converter.convert(item)))
            switch converter.shape {
            case .synthetic1, .openR1, .taco, .codeContests, .codeforces, .matrixStudio:
                #expect(record.statedLimits == StatedLimits(seconds: 2, memoryMB: 256), "\(converter.name)")
                #expect(record.limits(for: .cpp).cpuTime == 2 && record.limits(for: .python).cpuTime == 10)
                #expect(record.limits(for: .cpp).memoryMB == 272 && record.limits(for: .javascript).memoryMB == 384)
            case .submission:
                #expect(record.limits(for: .cpp) == item.submission.limits)
            default:
                #expect(record.limits(for: .python) == LimitOverrides(), "\(converter.name)")
            }
        }
    }

    @Test("records of the set itself are read, and what is right is a solution")
    func openData() throws {
        for file in ["humaneval_x", "stdin_stdout", "function_call"] {
            for line in try OpenData.lines(of: file) {
                let known = try OpenDataRecord(line: line)
                let record = try RecordReader().read(line: line)
                let answer = try #require(record.answer)
                #expect(record.shape == .openData && record.responseID == known.id)
                #expect(record.submission(of: answer) == (try SubmissionDecoder.decode(known.request)))
                #expect((record.gold != nil) == (known.expectedVerdict == .accepted))
            }
        }
    }

    @Test("answers by themselves are joined to their tasks")
    func joined() throws {
        for item in try Convertible.all("function_call").prefix(50) {
            let whole = try #require(Converter.all[2].convert(item))
            let task = try DatasetRecord(whole.without("llm_response").without("response_id").without("score"))
            #expect(task.answer == nil && task.score == nil && task.tests != nil)
            let rows: [Value] = [
                ["problem_id": Value(item.record.id), "llm_response": item.response, "score": 1, "response_id": "r"],
                [
                    "problem_id": Value(item.record.id), "response_id": "r", "task_type": "verifiable_code",
                    "score": 1.0,
                    "messages": [
                        ["role": "user", "content": "Solve it."], ["role": "assistant", "content": item.response],
                    ],
                ],
            ]
            for row in rows {
                let answer = try DatasetRecord(row)
                #expect(answer.tests == nil && answer.problemID == task.problemID)
                let joined = answer.joined(to: task)
                #expect(joined.tests == task.tests && joined.score == 1 && joined.responseID == "r")
                #expect(isProgram(try #require(joined.answer), of: item))
                #expect(joined.value == row && joined.statedLimits == task.statedLimits)
            }
        }
    }
}
