import BigInt
import DatasetFormats
import GradingModel
import Testing

@Suite("Fields of records") struct RecordFieldTests {
    static let task: Value = [
        "problem_id": "vcp_1", "source": "apps", "task_type": "verifiable_code", "in_source_id": "77",
        "prompt": "Solve it.", "gold_standard_solution": "```python\nprint(3)\n```",
        "verification_info":
            "{'language': 'python', 'test_cases': [{'type': 'stdin_stdout', 'input': '1', 'output': '3'}]}",
        "metadata": "{'difficulty': None, 'memory_limit': None, 'memory_limit_bytes': None, 'time_limit': None}",
        "response_id": "r1", "llm_response": "```python\nprint(3)\n```", "score": 1.0,
    ]
    static let tests = Submission.Tests.cases([TestCase(.stdinStdout(input: "1", expected: ["3"]))])

    @Test("a record of SYNTHETIC-1, whole")
    func whole() throws {
        let record = try DatasetRecord(Self.task)
        #expect(record.problemID == "vcp_1" && record.responseID == "r1" && record.source == "apps")
        #expect(record.inSourceID == "77" && record.taskType == TaskType.code && record.language == .python)
        #expect(record.prompt == "Solve it." && record.score == 1 && record.tests == Self.tests)
        #expect(record.gold == .completion("```python\nprint(3)\n```") && record.answer == record.gold)
        #expect(record.statedLimits == StatedLimits() && record.notes.isEmpty && record.comparison.policy == .default)
    }

    /// A field, and what becomes of it.
    static let read: [(String, Value, @Sendable (DatasetRecord) -> Bool)] = [
        ("in_source_id", 1234, { $0.inSourceID == "1234" }),
        ("in_source_id", .float(1234), { $0.inSourceID == "1234" }),
        ("in_source_id", .null, { $0.inSourceID == nil }), ("in_source_id", .float(.nan), { $0.inSourceID == nil }),
        ("problem_id", 12, { $0.problemID == "12" }), ("score", .null, { $0.score == nil }),
        ("score", .float(.nan), { $0.score == nil }), ("score", 0, { $0.score == 0 }),
        ("score", true, { $0.score == 1 }), ("llm_response", .null, { $0.answer == nil }),
        ("gold_standard_solution", .null, { $0.gold == nil }), ("gold_standard_solution", "", { $0.gold == nil }),
        ("gold_standard_solution", "print(3)", { $0.gold == .code("print(3)") }),
        ("gold_standard_solution", "[1, 2]\nprint(3)", { $0.gold == .code("[1, 2]\nprint(3)") }),
        ("metadata", .null, { $0.statedLimits == StatedLimits() }), ("metadata", "", { $0.notes.isEmpty }),
        ("metadata", "None", { $0.notes.isEmpty }), ("metadata", .float(.nan), { $0.notes.isEmpty }),
        ("metadata", "{\"time_limit\": NaN, \"memory_limit\": \"None\"}", { $0.notes.isEmpty }),
        ("metadata", ["time_limit": "1 second"], { $0.statedLimits.seconds == 1 }),
        ("metadata", "\"{'time_limit': '1 second'}\"", { $0.statedLimits.seconds == 1 }),
        (
            "metadata", ["time_limit": "soon"],
            { $0.notes == [#"metadata.time_limit "soon" is not understood; the default holds"#] }
        ),
        ("verification_info", .null, { $0.tests == nil && $0.language == nil }),
        ("task_type", .null, { $0.taskType == TaskType.code && $0.tests == tests }),
        ("task_type", "verifiable_math", { $0.tests == nil && $0.taskType == "verifiable_math" }),
        ("comparison", ["policy": "genesys"], { $0.comparison.policy == .genesys }),
        (
            "checker", ["language": "cpp", "code": "x"],
            { $0.checker == Checker(JuryProgram(language: .cpp, code: "x")) && $0.interactor == nil }
        ),
        ("input_mode", "file", { $0.files == .inputAndOutputText }),
        ("language", "js", { $0.language == .javascript }),
        (
            "verification_info", "{\"language\": \"cpp\", \"test_cases\": []}",
            { $0.tests == .invalid(reason: "verification_info holds no tests") && $0.language == .cpp }
        ),
        (
            "verification_info", "{'language': 'rust', 'test_cases': [{'type': 'stdin_stdout', 'input': '1'}]}",
            { record in
                guard case .invalid(let reason) = record.tests else { return false }
                return reason == "verification_info.test_cases[0].output is missing"
            }
        ),
        (
            "verification_info",
            """
            {'language': 'python', 'test_cases': [{'type': 'function_call', 'fn_name': 'f', 'input': [(1, None), {2, 3},
             {1: True}, 123456789012345678901234567890, nan], 'output': ('a', 'b')}]}
            """,
            { record in
                let big: BigInt = "123456789012345678901234567890"
                let arguments: [Value] = [[1, .null], .set([2, 3]), [1: true], .integer(big), .float(.nan)]
                let call = TestCase.Kind.functionCall(function: "f", arguments: arguments, expected: [["a", "b"]])
                return record.tests == .cases([TestCase(call)])
            }
        ),
        (
            "verification_info",
            #"""
            {"language": "python", "test_cases": [{"type": "function_call", "fn_name": "f",
             "input": [NaN, null, true, "\ud83d\ude00"], "output": -Infinity}]}
            """#,
            { record in
                let arguments: [Value] = [.float(.nan), .null, true, "😀"]
                let call = TestCase.Kind.functionCall(
                    function: "f",
                    arguments: arguments,
                    expected: [.float(-.infinity)]
                )
                return record.tests == .cases([TestCase(call)])
            }
        ),
    ]

    @Test("fields in all their forms", arguments: read.indices)
    func field(index: Int) throws {
        let (key, value, isRight) = Self.read[index]
        let record = try DatasetRecord(Self.task.setting(key, value))
        #expect(isRight(record), "\(key)")
        // What is in a request is what was read, sets and maps with integer keys included.
        guard let language = record.language else { return }
        let request = try #require(record.request(of: .code(""), in: language))
        let sent = try JSONCodec.parse(JSONCodec.serialize(request))
        let read = try SubmissionDecoder.decode(sent)
        #expect(read == record.submission(of: .code(""), in: language))
    }

    /// A record with a field that is wrong, and what is said of it.
    static let faults: [(Value, field: String, reason: String)] = [
        (task.setting("score", "high"), "score", "is a string, where a number is due"),
        (task.setting("llm_response", 5), "llm_response", "is an integer, where text is due"),
        (task.setting("in_source_id", []), "in_source_id", "is a list, where text or a whole number is due"),
        (task.setting("in_source_id", 1.5), "in_source_id", "is a number, where text or a whole number is due"),
        (task.setting("problem_id", true), "problem_id", "is a boolean, where text or a whole number is due"),
        (task.setting("metadata", "{'a': "), "metadata", "is neither JSON"),
        (task.setting("metadata", "[1]"), "metadata", "is a list, where an object is due"),
        (task.setting("gold_standard_solution", 3), "gold_standard_solution", "is an integer, where programs are due"),
        (task.setting("language", "go"), "language", "\"go\" is no language here; there are python, javascript"),
        (
            task.setting("verification_info", "{'language': 'go', 'test_cases': []}"), "verification_info.language",
            "\"go\" is no language here"
        ),
        (task.setting("comparison", ["policy": "kind"]), "comparison.policy", "\"kind\" is no policy"),
        (task.setting("task_type", 5), "task_type", "is an integer, where text is due"),
        (
            ["task_type": "code_output_prediction", "verification_info": [:]], "verification_info",
            "has neither ground_truth nor code_output"
        ),
        (
            ["problem_id": "1", "messages": [["role": "assistant", "content": 5]]], "messages[0].content",
            "is an integer, where text is due"
        ),
        (["problem_id": "1", "messages": ["hello"]], "messages[0]", "is a string, where a message is due"),
        (
            ["problem_id": "1", "messages": [["role": "user", "content": ""]]], "",
            "holds no answer: one of llm_response"
        ),
        (
            ["language": "python", "code": "", "tests": [["type": "assertions"]]], "tests[0].code",
            "is missing: the source of the test is due"
        ),
        (
            [
                "language": "python", "code": "", "tests": [["type": "assertions", "code": "assert 1"]],
                "limits": ["cpu": 1],
            ],
            "limits.cpu", "is no limit; the limits are"
        ),
        (
            ["task_id": "Go/1", "prompt": "", "declaration": "", "test": "x"], "task_id",
            "names Go, which is no language"
        ),
        (["task_id": "CPP/1", "prompt": "", "declaration": "", "test": 5], "test", "is an integer, where text is due"),
        (
            ["task_id": "1", "entry_point": "f", "canonical_solution": "", "test": .null], "",
            "has the shape of no known"
        ),
        (["task_id": 1, "test_list": "assert f()"], "test_list", "is neither JSON"),
        (["task_id": 1, "test_list": [1]], "test_list[0]", "is an integer, where text is due"),
        (["name": "a", "prompt": "", "tests": "", "stop_tokens": []], "language", "is missing; there are python"),
        (
            ["name": "a", "language": "lua", "prompt": "", "tests": "", "stop_tokens": []], "language",
            "\"lua\" is no language here"
        ),
        (
            ["question_id": "1", "public_test_cases": "[]", "private_test_cases": "eJxrYJ0azgABPVxAAAA"],
            "private_test_cases", "is a compressed pickle; pickles are never read"
        ),
        (["id": "1/A", "official_tests": [], "input_mode": "tape"], "input_mode", "is \"tape\", where stdio or file"),
        (
            ["name": "a", "public_tests": [:], "solutions": ["language": [3], "solution": []]], "solutions",
            "is no pair of lists, language and solution, of one length"
        ),
        (["contestId": 1, "index": "A", "programmingLanguage": "Java 21"], "programmingLanguage", "\"Java 21\" is no"),
        (["input_output": "{}", "solutions": "[\"a\", "], "solutions", "is neither JSON"),
        (["input_output": "{}", "solutions": [5]], "solutions[0]", "is an integer, where a program is due"),
        (["id": "a", "kind": "k", "code": "", "tests": [], "expected_verdict": "fine"], "", "a record has no source"),
    ]

    @Test("what is wrong is named", arguments: faults.indices)
    func fault(index: Int) throws {
        let (record, field, reason) = Self.faults[index]
        do throws(RecordFault) {
            let read = try DatasetRecord(record)
            Issue.record("was read as \(read.shape)")
        } catch {
            #expect(error.field == field, "\(error)")
            #expect(error.reason.contains(reason), "\(error)")
        }
    }

    @Test("a shape that is forced reads what it can, or says what is missing")
    func forced() throws {
        #expect(try DatasetRecord(Self.task, as: .openR1).shape == .openR1)
        #expect(throws: RecordFault(field: "test", reason: "is missing")) {
            try DatasetRecord(Self.task, as: .humanEval)
        }
        let apps = try DatasetRecord(Self.task, as: .apps)
        guard case .invalid(let reason) = apps.tests else {
            Issue.record("there are no tests")
            return
        }
        #expect(reason.hasPrefix("record has neither test_cases nor inputs and outputs"))
    }

    @Test("the prediction of outputs: SYNTHETIC-1's and -2's")
    func predictions() throws {
        for type in ["code_output_prediction", "verifiable_code_understanding"] {
            let record = try DatasetRecord([
                "task_type": Value(type), "problem_id": "scu_1", "verification_info": "{'ground_truth': '[1, 2]'}",
                "llm_response": "{}",
            ])
            #expect(record.shape == .outputPrediction && record.tests == nil)
            #expect(record.expectedOutput == DatasetRecord.ExpectedOutput(key: "output", value: "[1, 2]"))
        }
        let second = try DatasetRecord([
            "task_type": "code_output_prediction", "verification_info": ["code_output": 5],
        ])
        #expect(second.expectedOutput == DatasetRecord.ExpectedOutput(key: "code_output", value: 5))
    }
}
