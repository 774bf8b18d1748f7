import DatasetFormats
import GradingModel
import Testing

/// A record of the open data set, to be put into the shapes of other data sets.
struct Convertible {
    let record: OpenDataRecord
    /// What any reader must make of it.
    let submission: Submission
    let code: ByteString
    let cases: [TestCase]

    init(line: [UInt8]) throws {
        record = try OpenDataRecord(line: line)
        submission = try SubmissionDecoder.decode(record.request)
        guard case .code(let code) = submission.source, case .cases(let cases) = submission.tests else {
            throw OpenDataFault()
        }
        self.code = code
        self.cases = cases.map { TestCase($0.kind) }
    }

    struct OpenDataFault: Error {}

    static func all(_ file: String) throws -> [Convertible] {
        try OpenData.lines(of: file).map { try Convertible(line: $0) }
    }

    /// The program as a model would hand it in; longer fences than any in a program.
    var response: Value {
        let tag = record.language == .cpp ? "c++" : record.language.rawValue
        let text = "<think>\nhm\n</think>\nHere it is:\n`````\(tag)\n".utf8 + code.bytes + "\n`````\nDone.".utf8
        return .string(ByteString(bytes: text))
    }

    var isCall: Bool { record.kind == "function_call" }

    /// `nil` where the tests call more than one.
    var function: String? {
        var names: Set<String> = []
        for test in cases {
            if case .functionCall(let name, _, _) = test.kind { names.insert(name) }
        }
        return names.count == 1 ? names.first : nil
    }

    /// The tests' inputs, as text or lists of arguments, and their outputs.
    var columns: (inputs: [Value], outputs: [Value]) {
        var columns: (inputs: [Value], outputs: [Value]) = ([], [])
        for test in cases {
            switch test.kind {
            case .stdinStdout(let input, let expected):
                columns.inputs.append(.string(input))
                columns.outputs.append(.string(expected[0]))
            case .functionCall(_, let arguments, let expected):
                columns.inputs.append(.list(arguments))
                columns.outputs.append(expected[0])
            default: break
            }
        }
        return columns
    }

    /// The same, where every value is text: one argument a line.
    var textColumns: (inputs: [Value], outputs: [Value]) {
        guard isCall else { return columns }
        return (
            columns.inputs.map { input in
                let lines = (input.listValue ?? []).map { JSONCodec.serialize($0) }
                return .string(ByteString(bytes: Array(lines.joined(separator: [UInt8(ascii: "\n")]))))
            },
            columns.outputs.map(JSONText.of)
        )
    }

    /// SYNTHETIC-1's `test_cases`.
    func testCases(areTexts: Bool = false) -> Value {
        let (inputs, outputs) = areTexts ? textColumns : columns
        return .list(
            cases.indices.map { index in
                [
                    "type": Value(record.kind), "fn_name": function.map { Value($0) } ?? .null,
                    "input": inputs[index], "output": outputs[index],
                ]
            }
        )
    }

    func verificationInfo(areTexts: Bool = false) -> Value {
        ["language": Value(record.language.rawValue), "test_cases": testCases(areTexts: areTexts)]
    }
}

/// Values as JSON text.
enum JSONText {
    static func of(_ value: Value) -> Value { .string(ByteString(bytes: JSONCodec.serialize(value))) }
}

/// The shapes that the data are put into.
struct Converter: Sendable {
    var name: String
    var shape: RecordShape
    var convert: @Sendable (Convertible) -> Value?

    init(_ name: String, _ shape: RecordShape, _ convert: @escaping @Sendable (Convertible) -> Value?) {
        self.name = name
        self.shape = shape
        self.convert = convert
    }

    /// SYNTHETIC-1's fields around a `verification_info` and `metadata`.
    private static func synthetic(_ item: Convertible, _ info: Value, _ metadata: Value) -> Value {
        [
            "response_id": Value("r-" + item.record.id), "problem_id": Value(item.record.id), "source": "open",
            "in_source_id": 17, "hf_dataset_name": "verifiable-coding-problems", "task_type": "verifiable_code",
            "prompt": "Solve it.", "gold_standard_solution": .null, "llm_response": item.response,
            "verification_info": info, "score": .float(0.5), "verification_result_info": "{}", "metadata": metadata,
        ]
    }

    static let metadata: Value = [
        "difficulty": "EASY", "memory_limit": "256 megabytes", "memory_limit_bytes": 268_435_456, "problem_url": .null,
        "time_limit": "2 seconds",
    ]

    /// Everything that has tests of processes or calls.
    static let all: [Converter] = [
        Converter("SYNTHETIC-1, objects", .synthetic1) { synthetic($0, $0.verificationInfo(), metadata) },
        Converter("SYNTHETIC-1, JSON text", .synthetic1) {
            synthetic($0, JSONText.of($0.verificationInfo()), JSONText.of(metadata))
        },
        Converter("SYNTHETIC-1, Python literals", .synthetic1) {
            synthetic(
                $0,
                .string(ByteString(PythonText.of($0.verificationInfo()))),
                .string(ByteString(PythonText.of(metadata)))
            )
        },
        Converter("open-r1", .openR1) { item in
            [
                "source": "open", "task_type": "verifiable_code", "in_source_id": .null,
                "problem_statement": "Solve it.", "gold_standard_solution": item.response,
                "problem_id": Value(item.record.id), "metadata": metadata,
                "verification_info": item.verificationInfo(areTexts: true), "llm_response": item.response,
            ]
        },
        Converter("APPS", .apps) { item in
            [
                "problem_id": 17, "question": "Solve it.", "solutions": JSONText.of([item.response]),
                "input_output": JSONText.of(lists(item)), "difficulty": "interview", "url": "", "starter_code": "",
                "llm_response": item.response, "language": Value(item.record.language.rawValue),
            ]
        },
        Converter("TACO", .taco) { item in
            [
                "question": "Solve it.", "solutions": .list([item.response]), "input_output": JSONText.of(lists(item)),
                "time_limit": "2.0 seconds", "memory_limit": "256.0 megabytes", "raw_tags": "['dp']",
                "url": "http://example.org/17", "llm_response": item.response,
                "language": Value(item.record.language.rawValue),
            ]
        },
        Converter("verl, reward_model", .prime) { item in
            [
                "data_source": "taco", "prompt": [["role": "user", "content": "Solve it."]], "ability": "code",
                "reward_model": ["style": "rule", "ground_truth": JSONText.of(lists(item))],
                "extra_info": ["index": 17, "split": "train"], "llm_response": item.response,
                "language": Value(item.record.language.rawValue),
            ]
        },
        Converter("PRIME, lists in the record", .prime) { item in
            lists(item).with([
                "id": 17, "llm_response": item.response, "language": Value(item.record.language.rawValue),
            ])
        },
        Converter("INTELLECT-3", .intellect3) { item in
            let (inputs, outputs) = item.columns
            // One list of arguments can be told from one argument a line only where all are as long.
            if item.isCall, Set(inputs.map { $0.listValue?.count ?? 0 }).count > 1 { return nil }
            var tests: Value = ["inputs": .list(inputs.map(JSONText.of)), "outputs": .list(outputs.map(JSONText.of))]
            if let function = item.function { tests = tests.with(["fn_name": Value(function)]) }
            return [
                "question": "Solve it.", "answer": "",
                "info": JSONText.of(["source": "x", "tests": JSONText.of(tests)]),
                "llm_response": item.response, "language": Value(item.record.language.rawValue),
            ]
        },
        Converter("rllm", .deepCoder) { item in
            [
                "problem": "Solve it.", "solutions": .list([item.response]), "tests": JSONText.of(item.testCases()),
                "starter_code": "", "llm_response": item.response, "language": Value(item.record.language.rawValue),
            ]
        },
        Converter("LiveCodeBench", .liveCodeBench) { item in
            let (inputs, outputs) = item.textColumns
            let tests: [Value] = inputs.indices.map { index in
                [
                    "input": inputs[index], "output": outputs[index],
                    "testtype": item.isCall ? "functional" : "stdin",
                ]
            }
            return [
                "question_title": "It", "question_content": "Solve it.", "platform": "leetcode", "question_id": "3000",
                "contest_date": "2024-01-01", "starter_code": "", "difficulty": "hard",
                "public_test_cases": JSONText.of(.list(Array(tests.prefix(1)))),
                "private_test_cases": JSONText.of(.list(Array(tests.dropFirst()))),
                "metadata": JSONText.of(item.function.map { ["func_name": Value($0)] } ?? [:]),
                "llm_response": item.response, "language": Value(item.record.language.rawValue),
            ]
        },
        Converter("our own", .submission) { item in
            item.record.request.with(["problem_id": "17", "score": 0.5])
        },
    ]

    /// What has tests of processes alone.
    static let contests: [Converter] = [
        Converter("CodeContests, as Parquet has it", .codeContests) { item in
            contest(item) { inputs, outputs in ["input": .list(inputs), "output": .list(outputs)] }
        },
        Converter("CodeContests, as a list", .codeContests) { item in
            contest(item) { inputs, outputs in
                .list(inputs.indices.map { ["input": inputs[$0], "output": outputs[$0]] })
            }
        },
        Converter("open-r1/codeforces", .codeforces) { item in
            let (inputs, outputs) = item.columns
            return [
                "id": "17/A", "contest_id": "17", "index": "A", "time_limit": 2.0, "memory_limit": 256.0,
                "description": "Solve it.", "interaction_format": .null, "input_mode": "stdio",
                "official_tests": .list(inputs.indices.map { ["input": inputs[$0], "output": outputs[$0]] }),
                "official_tests_complete": true, "generated_checker": .null, "generated_tests": 0,
                "language": Value(item.record.language.rawValue), "llm_response": item.response,
            ]
        },
        Converter("MatrixStudio", .matrixStudio) { item in
            let (inputs, outputs) = item.columns
            return [
                "contestId": 17, "index": "A", "name": "It", "time-limit": "2 seconds",
                "memory-limit": "256 megabytes", "problem-description": "Solve it.",
                "test_cases": .list(inputs.indices.map { ["input": inputs[$0], "output": outputs[$0]] }),
                "programmingLanguage": judgeName(item.record.language), "verdict": "OK", "code": .string(item.code),
                "score": 0.31,
            ]
        },
    ]

    private static func lists(_ item: Convertible) -> Value {
        let (inputs, outputs) = item.columns
        let lists: Value = ["inputs": .list(inputs), "outputs": .list(outputs)]
        return item.function.map { lists.with(["fn_name": Value($0)]) } ?? lists
    }

    private static func contest(_ item: Convertible, _ tests: ([Value], [Value]) -> Value) -> Value {
        let (inputs, outputs) = item.columns
        return [
            "name": "17_A. It", "description": "Solve it.", "source": 2,
            "public_tests": tests(Array(inputs.prefix(1)), Array(outputs.prefix(1))),
            "private_tests": tests(Array(inputs.dropFirst()), Array(outputs.dropFirst())),
            "generated_tests": tests([], []), "cf_contest_id": 17, "cf_index": "A",
            "time_limit": ["seconds": 2, "nanos": 0], "memory_limit_bytes": 268_435_456, "input_file": "",
            "output_file": "",
            "solutions": [
                "language": [4, 3, 2], "solution": ["class A {}", .string(item.code), .string(item.code)],
            ],
            "language": Value(item.record.language.rawValue), "llm_response": item.response,
        ]
    }

    private static func judgeName(_ language: Language) -> Value {
        switch language {
        case .python: "PyPy 3-64"
        case .cpp: "GNU C++17"
        case .rust: "Rust 2021"
        case .javascript: "Node.js"
        }
    }
}

extension Value {
    /// The object with further entries.
    func with(_ entries: Value) -> Value { .map((mapValue ?? []) + (entries.mapValue ?? [])) }

    /// The object without a field.
    func without(_ key: String) -> Value { .map((mapValue ?? []).filter { $0.key != Value(key) }) }

    /// The object with another value in a field.
    func setting(_ key: String, _ value: Value) -> Value {
        without(key).with(.map([MapEntry(key: Value(key), value: value)]))
    }
}
