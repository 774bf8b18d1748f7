import BigInt
import DatasetFormats
import GradingModel
import Testing

@Suite("Shapes of records") struct RecordShapeTests {
    static let shapes: [(RecordShape?, Value)] = [
        (.synthetic1, ["problem_id": "vcp_1", "task_type": "verifiable_code", "verification_info": "{}"]),
        (.synthetic1, ["problem_id": "m_1", "task_type": "verifiable_math", "verification_info": "{}"]),
        (.synthetic1, ["verification_info": "{}", "llm_response": ""]),
        (.synthetic1, ["response_id": "r", "problem_id": "p", "messages": []]),
        (.openR1, ["task_type": "verifiable_code", "problem_statement": "", "verification_info": [:]]),
        (.openR1, ["task_type": "verifiable_code", "problem": "", "verification_info": [:]]),
        (.outputPrediction, ["task_type": "code_output_prediction"]),
        (.outputPrediction, ["task_type": "verifiable_code_understanding", "prompt": ""]),
        (.submission, ["language": "python", "code": "", "tests": [["type": "assertions"]]]),
        (.submission, ["language": "python", "completion": "", "verification_info": "{}"]),
        (.submission, ["language": "python", "tests": [["type": "assertions", "code": "assert f()"]]]),
        (.openData, ["id": "a", "kind": "k", "code": "", "tests": [], "expected_verdict": "accepted"]),
        (.apps, ["input_output": "{}", "question": "", "starter_code": ""]),
        (.taco, ["input_output": "{}", "skill_types": "[]"]),
        (.prime, ["reward_model": ["ground_truth": "{}"]]), (.prime, ["inputs": [], "outputs": []]),
        (.prime, ["ground_truth": "{\"inputs\": []}"]), (.prime, ["assert_case": ["assert f()"]]),
        (.intellect3, ["question": "", "info": "{}"]),
        (.deepCoder, ["problem": "", "tests": "[{\"input\": \"\"}]"]),
        (.deepCoder, ["test_cases": ["inputs": [], "outputs": []]]),
        (.liveCodeBench, ["question_id": "1", "public_test_cases": "[]", "private_test_cases": "eJxr"]),
        (.assertList, ["id": "1", "test_cases": ["assert f() == 1"]]),
        (.assertList, ["ground_truth": "[\"assert f() == 1\"]", "dataset": "code"]),
        (.humanEval, ["task_id": "HumanEval/0", "prompt": "", "test": "", "entry_point": "f"]),
        (.humanEval, ["task_id": "MBJSP/1", "language": "javascript", "prompt": "", "test": "", "entry_point": "f"]),
        (.humanEvalX, ["task_id": "CPP/0", "prompt": "", "test": "", "declaration": ""]),
        (.humanEvalX, ["task_id": "Go/0", "prompt": "", "test": "", "canonical_solution": ""]),
        (.mbpp, ["task_id": 1, "text": "", "code": "", "test_list": []]),
        (.multiPLE, ["name": "a", "language": "rs", "prompt": "", "tests": "}", "stop_tokens": []]),
        (.codeContests, ["name": "a", "public_tests": [:], "private_tests": [:]]),
        (.codeforces, ["id": "1/A", "official_tests": [], "input_mode": "stdio"]),
        (.codeforces, ["id": "1/A", "generated_checker": "print(1)"]),
        (.matrixStudio, ["contestId": 1, "index": "A", "test_cases": []]),
        (.answer, ["problem_id": "1", "llm_response": ""]), (.answer, ["task_id": "1", "completion": ""]),
        (.answer, ["question_id": "1", "messages": []]),
        (nil, [:]), (nil, []), (nil, .null), (nil, "task_type"), (nil, ["a": 1]), (nil, ["llm_response": ""]),
        (nil, ["problem_id": "1"]), (nil, ["task_type": .null, "tests": .null]),
    ]

    @Test("fields tell the shape", arguments: shapes)
    func recognised(shape: RecordShape?, record: Value) {
        #expect(RecordShape.recognise(record) == shape)
    }

    @Test("every shape is told by some fields, and has a name to force it by")
    func all() {
        #expect(Set(Self.shapes.compactMap(\.0)) == Set(RecordShape.allCases))
        #expect(RecordShape.allCases.allSatisfy { RecordShape(rawValue: $0.rawValue) == $0 })
    }

    @Test("what has no shape says which fields it has")
    func unknown() {
        #expect(throws: RecordFault(field: "", reason: "a record is an object, not a list")) { try DatasetRecord([]) }
        #expect {
            try DatasetRecord(["a": 1, "b": .null])
        } throws: { error in
            "\(error)" == "has the shape of no known data set; its fields are a, b"
        }
        #expect {
            try RecordReader().read(line: Array("{\"a\": }".utf8))
        } throws: { error in
            "\(error)".hasPrefix("is not JSON: ") && "\(error)".contains("line 1, column 7")
        }
    }

    // MARK: - Random records

    /// Numbers that are the same every time (SplitMix64).
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let names = [
        "task_type", "verification_info", "metadata", "problem_id", "llm_response", "completion", "code", "tests",
        "test_cases", "input", "output", "inputs", "outputs", "fn_name", "type", "language", "score", "input_output",
        "solutions", "public_tests", "private_tests", "generated_tests", "solution", "time_limit", "memory_limit",
        "official_tests", "input_mode", "generated_checker", "test_list", "test", "entry_point", "prompt", "info",
        "reward_model", "ground_truth", "public_test_cases", "private_test_cases", "contestId", "index", "messages",
        "role", "content", "kind", "expected_verdict", "id", "source", "task_id", "declaration", "canonical_solution",
        "stop_tokens", "limits", "comparison", "gold_standard_solution", "in_source_id", "checker", "code_output",
        "programmingLanguage", "accepted_solutions", "cf_contest_id", "memory_limit_bytes", "demo-input",
        "demo-output", "func_name", "testtype", "assert_case", "test_imports", "name", "extra_info", "seconds",
    ]

    private static let texts = [
        "", "python", "verifiable_code", "code_output_prediction", "stdin_stdout", "function_call", "assert f() == 1",
        "{}", "[]", "{'a': (1, None)}", "[\"assert f()\"]", "{\"inputs\": [\"1\"], \"outputs\": [\"2\"]}", "2 seconds",
        "eJxr", "CPP/0", "}\nint main() {}", "NaN", "```python\nx\n```", "\u{0}", "f", "file", "accepted", "-1", "[[[[",
        "0.5 - ", "99999999999999999999 s", "1e999",
    ]

    private static func value(_ depth: Int, _ numbers: inout Numbers) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 12 : 8), using: &numbers) {
        case 0: .null
        case 1: .bool(.random(using: &numbers))
        case 2: .integer(BigInt(Int.random(in: -3...300, using: &numbers)).power(.random(in: 1...9, using: &numbers)))
        case 3: .float([.nan, .infinity, -0.0, 0.5, 2, 1e300].randomElement(using: &numbers) ?? 0)
        case 4...7: Value(texts.randomElement(using: &numbers) ?? "")
        case 8, 9: .list((0..<Int.random(in: 0...3, using: &numbers)).map { _ in value(depth - 1, &numbers) })
        default: record(depth - 1, &numbers)
        }
    }

    private static func record(_ depth: Int, _ numbers: inout Numbers) -> Value {
        var entries: [MapEntry] = []
        for _ in 0..<Int.random(in: 0...8, using: &numbers) {
            entries.append(
                MapEntry(key: Value(names.randomElement(using: &numbers) ?? ""), value: value(depth, &numbers))
            )
        }
        return .map(entries)
    }

    @Test("random records are read in every shape, or refused with a reason", arguments: 0..<8)
    func random(seed: UInt64) {
        var numbers = Numbers(state: seed)
        var read = 0
        for _ in 0..<1500 {
            let value = Self.record(3, &numbers)
            let shape = RecordShape.recognise(value)
            let forced = RecordShape.allCases.randomElement(using: &numbers)
            for shape in [shape, forced] {
                do throws(RecordFault) {
                    let record = try DatasetRecord(value, as: shape)
                    read += 1
                    #expect(record.value == value)
                    if case .cases(let cases) = record.tests { #expect(!cases.isEmpty) }
                    for language in Language.allCases {
                        let limits = record.limits(for: language).resolved(defaults: Limits())
                        let largest = LimitCaps.standard.largest
                        #expect(limits.cpuTime > 0 && limits.cpuTime <= largest.cpuTime)
                        #expect(limits.wallTime > 0 && limits.wallTime <= largest.wallTime)
                        #expect((1...largest.memoryMB).contains(limits.memoryMB))
                        #expect((1...largest.stackMB).contains(limits.stackMB))
                    }
                    _ = record.truncatedTests
                    if let answer = record.answer { _ = record.request(of: answer, in: .python) }
                } catch {
                    #expect(!error.reason.isEmpty && error.description.utf8.count < 2000)
                }
            }
        }
        #expect(read > 50)
    }
}
