import BigInt
import DatasetFormats
import GradingModel
import Testing

@Suite("Tests of verification_info") struct VerificationInfoTests {
    static func call(_ function: String, _ arguments: [Value], _ expected: Value) -> TestCase {
        TestCase(.functionCall(function: function, arguments: arguments, expected: [expected]))
    }

    static func process(_ input: ByteString, _ output: ByteString) -> TestCase {
        TestCase(.stdinStdout(input: input, expected: [output]))
    }

    static func assertion(_ code: ByteString) -> TestCase { TestCase(.assertions(code: code, entryPoint: nil)) }

    /// JSON text as a string value, as it stands in a request.
    static func json(_ value: Value) -> Value { .string(ByteString(bytes: JSONCodec.serialize(value))) }

    // MARK: - Forms

    static let forms: [(name: String, value: Value, tests: [TestCase])] = [
        (
            "SYNTHETIC-1 as an object",
            [
                "language": "python",
                "test_cases": [
                    ["type": "stdin_stdout", "input": "1 2\n", "output": "3\n"],
                    ["type": "function_call", "fn_name": "f", "input": [[1, 2], 3], "output": 12],
                ],
            ],
            [process("1 2\n", "3\n"), call("f", [[1, 2], 3], 12)]
        ),
        (
            "SYNTHETIC-1 as JSON text",
            """
            {"language": "python", "test_cases": [{"type": "function_call", "fn_name": "f", \
            "input": [null, true, NaN], "output": [-Infinity]}, \
            {"type": "stdin_stdout", "input": "a\\/\\ud83d\\ude00", "output": "", \
            "fn_name": null}]}
            """,
            [call("f", [.null, true, .float(.nan)], [.float(-.infinity)]), process("a/😀", "")]
        ),
        (
            "SYNTHETIC-1 as Python-literal text",
            """
            {'language': 'python', 'test_cases': [{'type': 'function_call', 'fn_name': 'f', 'input': [None, (1, 2), \
            123456789012345678901234567890], 'output': {1: 'a'}}, {'type': 'stdin_stdout', 'input': "it's\\n", \
            'output': 'x\\x41', 'fn_name': None}]}
            """,
            [
                call(
                    "f",
                    [.null, [1, 2], .integer(BigInt(words: [0xC373_E0EE_4E3F_0AD2, 0x1_8EE9_0FF6]))],
                    [1: "a"]
                ),
                process("it's\n", "xA"),
            ]
        ),
        (
            "text in text", json(json(["test_cases": [["type": "stdin_stdout", "input": "", "output": "x"]]])),
            [process("", "x")]
        ),
        (
            "test_cases as text",
            ["test_cases": "[{'type': 'stdin_stdout', 'input': '1', 'output': '2'}]"], [process("1", "2")]
        ),
        (
            "arguments one a line, output as JSON text",
            [
                "test_cases": [
                    ["type": "function_call", "fn_name": "f", "input": "[1, 2]\n\"a\"\n3.0\nnull", "output": "[true]"]
                ]
            ],
            [call("f", [[1, 2], "a", 3.0, .null], [true])]
        ),
        (
            "arguments one a line as Python literals",
            [
                "test_cases": [
                    ["type": "function_call", "fn_name": "f", "input": "(1, 2)\nTrue\n'a'\n", "output": "None"]
                ]
            ],
            [call("f", [[1, 2], true, "a"], .null)]
        ),
        (
            "text that is no literal is one argument",
            ["test_cases": [["type": "function_call", "fn_name": "f", "input": "hello world\n5", "output": "bye"]]],
            [call("f", ["hello world\n5"], "bye")]
        ),
        (
            "a string output of listed arguments is a string",
            ["test_cases": [["type": "function_call", "fn_name": "f", "input": ["3"], "output": "5"]]],
            [call("f", ["3"], "5")]
        ),
        (
            "no arguments, null returned",
            ["test_cases": [["type": "function_call", "fn_name": "f", "input": [], "output": .null]]],
            [call("f", [], .null)]
        ),
        (
            "tagged floats",
            [
                "test_cases": [
                    [
                        "type": "function_call", "fn_name": "f", "input": [["$float": "nan"]],
                        "output": ["$float": "inf"],
                    ]
                ]
            ],
            [call("f", [.float(.nan)], .float(.infinity))]
        ),
        (
            "lists of lines, numbers as text",
            [
                "test_cases": [
                    ["type": "stdin_stdout", "input": ["1", "2", ""], "output": [3, "x"]],
                    ["type": "stdin_stdout", "input": 5, "output": 7],
                ]
            ],
            [process("1\n2\n", "3\nx"), process("5", "7")]
        ),
        (
            "APPS, processes", ["inputs": ["1\n", ["2", "3"]], "outputs": ["a", ["b", "c"]]],
            [process("1\n", "a"), process("2\n3", "b\nc")]
        ),
        (
            "APPS, calls",
            ["inputs": [[[1, 2]], [[3]]], "outputs": [[1], [3]], "fn_name": "f"],
            [call("f", [[1, 2]], [1]), call("f", [[3]], [3])]
        ),
        (
            "APPS as JSON text", json(["inputs": [[1], [2]], "outputs": [1, 2], "fn_name": "f"]),
            [call("f", [1], 1), call("f", [2], 2)]
        ),
        ("APPS with null as function", ["inputs": ["1"], "outputs": ["2"], "fn_name": .null], [process("1", "2")]),
        (
            "input_output, arguments one a line",
            ["input_output": json(["inputs": ["[1]\n2"], "outputs": ["3"], "fn_name": "f"])], [call("f", [[1], 2], 3)]
        ),
        (
            "columns as text", ["inputs": "['1', '2']", "outputs": "[\"a\", \"b\"]"],
            [process("1", "a"), process("2", "b")]
        ),
        (
            "LiveCodeBench",
            [
                ["input": "1\n", "output": "2\n", "testtype": "stdin", "metadata": .map([])],
                ["input": "[1]\n\"a\"", "output": "\"b\"", "testtype": "functional", "metadata": ["func_name": "g"]],
            ],
            [process("1\n", "2\n"), call("g", [[1], "a"], "b")]
        ),
        (
            "LiveCodeBench's record",
            [
                "public_test_cases": json([["input": "1", "output": "2", "testtype": "functional"]]),
                "private_test_cases": json([["input": "3", "output": "4", "testtype": "functional"]]),
                "metadata": "{\"func_name\": \"g\"}",
            ],
            [call("g", [1], 2), call("g", [3], 4)]
        ),
        (
            "verl's assertions", ["assert_case": ["assert f(1) == 2", "assert f(2) == 3"]],
            [assertion("assert f(1) == 2"), assertion("assert f(2) == 3")]
        ),
        (
            "empty assertions beside columns", ["assert_case": [], "inputs": ["1"], "outputs": ["2"]],
            [process("1", "2")]
        ),
        (
            "a list of assertions", ["assert f(1) == 2", "console.assert(f(2) === 3)"],
            [assertion("assert f(1) == 2"), assertion("console.assert(f(2) === 3)")]
        ),
        ("a list of assertions as text", "[\"assert f('a') == 2\"]", [assertion("assert f('a') == 2")]),
        (
            "a list of tests as text", [json(["type": "stdin_stdout", "input": "1", "output": "2"])],
            [process("1", "2")]
        ),
        (
            "tests without type", [["input": "1", "output": "2"], ["fn_name": "f", "input": [1], "output": 2]],
            [process("1", "2"), call("f", [1], 2)]
        ),
        (
            "INTELLECT-3, calls",
            json([
                "tests": json([
                    "inputs": [json([1, [2]]), json([3, [4]])], "outputs": [json(5), json("x")], "fn_name": "f",
                ]), "source": "x",
            ]),
            [call("f", [1, [2]], 5), call("f", [3, [4]], "x")]
        ),
        (
            "INTELLECT-3, calls with one argument a line",
            json(["tests": json(["inputs": ["[1, 2]\n3", "[4]\n5"], "outputs": ["3", "5"], "fn_name": "f"])]),
            [call("f", [[1, 2], 3], 3), call("f", [[4], 5], 5)]
        ),
        (
            "INTELLECT-3, calls with one list of any length",
            ["info": json(["tests": json(["inputs": ["[1, 2]", "[4]"], "outputs": ["3", "5"], "fn_name": "f"])])],
            [call("f", [[1, 2]], 3), call("f", [[4]], 5)]
        ),
        (
            "INTELLECT-3, lines encoded again",
            json(["tests": json(["inputs": [json("[1]\n2")], "outputs": [json("3")], "fn_name": "f"])]),
            [call("f", [[1], 2], 3)]
        ),
        (
            "INTELLECT-3, processes",
            json(["tests": json(["inputs": [json("1 2\n"), json(["3", "4"])], "outputs": [json("a"), json(["b"])]])]),
            [process("1 2\n", "a"), process("3\n4", "b")]
        ),
        (
            "INTELLECT-3, processes as they are",
            json(["tests": json(["inputs": ["1 2\n", "\"q\""], "outputs": ["a", "b"]])]),
            [process("1 2\n", "a"), process("\"q\"", "b")]
        ),
        (
            "INTELLECT-3, as its own environments hand it on",
            ["fn_name": "f", "test_case_inputs": [json([1, 2])], "test_case_outputs": [json(3)]],
            [call("f", [1, 2], 3)]
        ),
        (
            "our own assertions",
            [
                "test_cases": [
                    ["type": "assertions", "code": "def check(c): assert c() == 1", "entry_point": "f", "name": "n"]
                ]
            ],
            [TestCase(.assertions(code: "def check(c): assert c() == 1", entryPoint: "f"), name: "n")]
        ),
    ]

    @Test("each form decodes", arguments: forms)
    func decodes(name: String, value: Value, tests: [TestCase]) {
        #expect(VerificationInfo.decode(value).tests == .cases(tests), "\(name)")
    }

    static let languages: [(Value, String?)] = [
        (["language": "rust", "test_cases": []], "rust"), (["test_cases": []], nil),
        ("{'language': 'cpp', 'test_cases': []}", "cpp"),
        (["verification_info": "{\"language\": \"python\", \"test_cases\": []}"], "python"), ("nonsense", nil),
        (["language": 5], nil),
    ]

    @Test("its own language is told", arguments: languages)
    func tellsLanguage(value: Value, language: String?) {
        #expect(VerificationInfo.decode(value).language == language)
    }

    // MARK: - Problems that are invalid

    static let invalid: [(Value, words: String)] = [
        (["language": "python", "test_cases": []], "no tests"), ([], "no tests"),
        (["inputs": [], "outputs": []], "no tests"),
        ("{'test_cases': []}", "no tests"), ("", "neither JSON (unexpected end"), ("{'a': 1", "neither JSON"),
        ("5", "is an integer"), (5, "is an integer"), (.map([]), "it is empty"),
        (["a": 1, "b": 2], "its keys are a, b"),
        (["inputs": ["1", "2"], "outputs": ["1"]], "inputs has 2 elements and verification_info.outputs has 1"),
        (["inputs": 5, "outputs": ["1"]], "verification_info.inputs is an integer"),
        (
            ["test_cases": [["type": "stdin_stdout", "input": "1", "output": "2"], ["type": "quiz"]]],
            "test_cases[1] has the unknown type \"quiz\""
        ),
        (["test_cases": [["type": 1]]], "test_cases[0].type is an integer"),
        (
            ["test_cases": [["type": "function_call", "input": [1], "output": 2]]],
            "test_cases[0] calls a function and has no fn_name"
        ),
        (
            ["test_cases": [["type": "function_call", "fn_name": "a.b", "input": [1], "output": 2]]],
            "\"a.b\" is no function's name"
        ),
        (
            ["test_cases": [["type": "function_call", "fn_name": "f", "input": 5, "output": 2]]],
            "test_cases[0].input is an integer"
        ),
        (["test_cases": [["type": "function_call", "fn_name": "f", "output": 2]]], "test_cases[0].input is missing"),
        (["test_cases": [["type": "function_call", "fn_name": "f", "input": [1]]]], "test_cases[0].output is missing"),
        (["test_cases": [["type": "stdin_stdout", "input": "1"]]], "test_cases[0].output is missing"),
        (["test_cases": [["type": "stdin_stdout", "input": .null, "output": ""]]], "test_cases[0].input is missing"),
        (
            ["test_cases": [["type": "stdin_stdout", "input": ["a", [1]], "output": ""]]],
            "test_cases[0].input[1] is a list"
        ),
        (["test_cases": [["type": "stdin_stdout", "input": true, "output": ""]]], "test_cases[0].input is a boolean"),
        (["inputs": [["1"], 7], "outputs": [1, 2], "fn_name": "f"], "inputs[1] is an integer"),
        (["test_cases": [5]], "test_cases[0] is an integer"), (["foo"], "[0] is text that is neither"),
        (["test_cases": [["type": "assertions"]]], "has no code"),
        (["assert_case": [5]], "assert_case[0] is an integer"),
        (["assert_case": ["pass"]], "assert_case[0] asserts nothing"),
        (["private_test_cases": "eJxrYJ0azgABPVxAAAA"], "private_test_cases is a compressed pickle"),
    ]

    @Test("what cannot be decoded is invalid, with the reason", arguments: invalid)
    func isInvalid(value: Value, words: String) {
        guard case .invalid(let reason) = VerificationInfo.decode(value).tests else {
            Issue.record("decoded: \(value)")
            return
        }
        #expect(reason.contains(words), "\(reason)")
    }

    @Test("text in text has an end")
    func levels() {
        var value: Value = "x"
        for _ in 0..<12 { value = Self.json(value) }
        #expect(
            VerificationInfo.decode(value).tests
                == .invalid(reason: "verification_info: too many levels of text in text")
        )
        value = [["input": "", "output": ""]]
        for _ in 0..<1000 { value = ["tests": value] }
        guard case .invalid = VerificationInfo.decode(value).tests else {
            Issue.record("decoded")
            return
        }
    }

    @Test("random values never crash")
    func randomValues() {
        var random = SplitMix64(state: 3)
        for _ in 0..<10_000 { _ = VerificationInfo.decode(RandomValue.make(using: &random)) }
    }
}

/// Values that look a little like requests.
enum RandomValue {
    private static let keys = [
        "language", "test_cases", "inputs", "outputs", "fn_name", "input", "output", "type", "tests", "info",
        "metadata",
        "func_name", "assert_case", "public_test_cases", "private_test_cases", "input_output", "code", "completion",
        "limits",
        "comparison", "verification_info", "cpu_time_s", "memory_mb", "policy", "abs_tol", "any_of", "entry_point",
        "name",
        "stop_on_failure", "test_case_inputs", "test_case_outputs", "official_tests", "x/y~z",
    ]
    private static let scalars: [Value] = [
        .null, true, 0, 1, -1, 1.5, .float(.nan), .float(.infinity), "", "a", "python", "stdin_stdout", "function_call",
        "assertions", "assert f()", "[1, 2]", "{'a': 1}", "{\"inputs\": [1], \"outputs\": [\"2\"]}", "[1]\n2",
        "default",
        "eJx", .integer(BigInt(10).power(24)), .string(ByteString(bytes: [0xFF, 0xED, 0xA0, 0x80])), "\"x\"",
    ]

    static func make(using random: inout SplitMix64, depth: Int = 0) -> Value {
        let kind = random.next() % 8
        if depth > 4 || kind < 2, depth > 0 { return scalars[Int.random(in: 0..<scalars.count, using: &random)] }
        if kind < 4 {
            return .list(
                (0..<Int.random(in: 0...3, using: &random)).map { _ in make(using: &random, depth: depth + 1) }
            )
        }
        if kind == 4, depth > 0 {
            return .string(ByteString(bytes: JSONCodec.serialize(make(using: &random, depth: depth + 1))))
        }
        var chosen: Set<String> = []
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            chosen.insert(keys[Int.random(in: 0..<keys.count, using: &random)])
        }
        return .map(chosen.sorted().map { MapEntry(key: Value($0), value: make(using: &random, depth: depth + 1)) })
    }
}
