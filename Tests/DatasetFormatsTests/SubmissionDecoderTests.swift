import BigInt
import DatasetFormats
import GradingModel
import Testing

@Suite("Decoding of a request") struct SubmissionDecoderTests {
    /// A request with some of its fields replaced; `nil` takes a field out.
    static func request(_ changes: [String: Value?] = [:]) -> Value {
        var fields: [(String, Value)] = [
            ("language", "python"), ("code", "x"), ("tests", [["type": "stdin_stdout", "input": "1", "output": "2"]]),
        ]
        for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
            fields.removeAll { $0.0 == key }
            if let value { fields.append((key, value)) }
        }
        return .map(fields.map { MapEntry(key: Value($0.0), value: $0.1) })
    }

    static func request(test: Value) -> Value { request(["tests": [test]]) }

    static func faults(_ body: Value, caps: LimitCaps = .standard) -> [RequestFault] {
        do throws(RequestFaults) {
            _ = try SubmissionDecoder.decode(body, caps: caps)
            return []
        } catch {
            return error.faults
        }
    }

    // MARK: - What is right

    @Test("a whole request")
    func wholeRequest() throws {
        let body = try JSONCodec.parse(
            Array(
                #"""
                {"language": "C++", "code": "int main() {}\udcff",
                 "tests": [
                   {"type": "function_call", "fn_name": "add", "input": [1, {"$float": "nan"}], "output": 3,
                    "any_of": [4, null]},
                   {"type": "stdin_stdout", "input": ["1", "2"], "output": "3\n", "any_of": [["a", "b"]], "name": "two",
                    "limits": {"cpu_time_s": 1, "memory_mb": 64.0}},
                   {"type": "assertions", "code": "assert add(2, 2) == 4", "entry_point": "add", "input": 5}
                 ],
                 "limits": {"cpu_time_s": 2.5, "wall_time_s": 8, "memory_mb": 256, "output_kb": 1024, "processes": 64,
                            "file_size_mb": 1, "stack_mb": 2, "compile_time_s": 3, "compile_memory_mb": 4},
                 "comparison": {"policy": "tokens", "abs_tol": 1e-6, "rel_tol": 0, "outputs_wrapped": false,
                                "in_place": true},
                 "stop_on_failure": true, "extra": {"ignored": 1}}
                """#.utf8
            )
        )
        var limits = LimitOverrides()
        limits.cpuTime = 2.5
        limits.wallTime = 8
        limits.memoryMB = 256
        limits.outputKB = 1024
        limits.processes = 64
        limits.fileSizeMB = 1
        limits.stackMB = 2
        limits.compileTime = 3
        limits.compileMemoryMB = 4
        var ownLimits = LimitOverrides()
        ownLimits.cpuTime = 1
        ownLimits.memoryMB = 64
        let expected = Submission(
            language: .cpp,
            source: .code(ByteString(bytes: Array("int main() {}".utf8) + [0xFF])),
            tests: .cases([
                TestCase(.functionCall(function: "add", arguments: [1, .float(.nan)], expected: [3, 4, .null])),
                TestCase(.stdinStdout(input: "1\n2", expected: ["3\n", "a\nb"]), name: "two", limits: ownLimits),
                TestCase(.assertions(code: "assert add(2, 2) == 4", entryPoint: "add")),
            ]),
            limits: limits,
            comparison: ComparisonOptions(
                policy: .tokens,
                absoluteTolerance: 1e-6,
                relativeTolerance: 0,
                outputsWrapped: false,
                inPlace: true
            ),
            stopOnFailure: true
        )
        #expect(try SubmissionDecoder.decode(body) == expected)
    }

    @Test("null is the same as absent")
    func nulls() throws {
        let plain = try SubmissionDecoder.decode(Self.request())
        let nulls = Self.request([
            "completion": .null, "verification_info": .null, "limits": .null, "comparison": .null,
            "stop_on_failure": .null,
            "checker": .null,
            "tests": [
                [
                    "type": "stdin_stdout", "input": "1", "output": "2", "any_of": .null, "name": .null,
                    "limits": .null,
                    "fn_name": .null,
                ]
            ],
        ])
        #expect(try SubmissionDecoder.decode(nulls) == plain)
        let inner = Self.request([
            "limits": ["cpu_time_s": .null, "memory_mb": .null],
            "comparison": [
                "policy": .null, "abs_tol": .null, "rel_tol": .null, "outputs_wrapped": .null, "in_place": .null,
            ],
        ])
        #expect(try SubmissionDecoder.decode(inner) == plain)
    }

    @Test("null is the value that a call returns")
    func nullOutput() throws {
        let body = Self.request(test: ["type": "function_call", "fn_name": "f", "input": [], "output": .null])
        let test = TestCase(.functionCall(function: "f", arguments: [], expected: [.null]))
        #expect(try SubmissionDecoder.decode(body).tests == .cases([test]))
    }

    @Test("names of functions", arguments: ["f", "_f1", "$f", "größe", "名前", "snake_case", "camelCase", "__init__"])
    func functionNames(name: String) {
        let call: Value = ["type": "function_call", "fn_name": Value(name), "input": [], "output": 1]
        #expect(Self.faults(Self.request(test: call)) == [])
    }

    @Test("a completion and a verification_info")
    func completion() throws {
        let body = Self.request([
            "language": nil, "code": nil, "tests": nil, "completion": "```rs\n```",
            "verification_info":
                "{'language': 'rust', 'test_cases': [{'type': 'stdin_stdout', 'input': '', 'output': 'x'}]}",
        ])
        let submission = try SubmissionDecoder.decode(body)
        #expect(submission.language == .rust)
        #expect(submission.source == .completion("```rs\n```"))
        #expect(submission.tests == .cases([TestCase(.stdinStdout(input: "", expected: ["x"]))]))
    }

    @Test("the request's own language goes before verification_info's")
    func languages() throws {
        let info: Value = ["language": "rust", "test_cases": []]
        let submission = try SubmissionDecoder.decode(Self.request(["tests": nil, "verification_info": info]))
        #expect(submission.language == .python)
        #expect(submission.tests == .invalid(reason: "verification_info holds no tests"))
    }

    // MARK: - What is wrong

    static let calls: Value = ["type": "function_call", "fn_name": "f", "input": [1], "output": 2]
    static let wrong: [(Value, [(pointer: String, words: String)])] = [
        (5, [("", "must be a JSON object, not 5")]), ([], [("", "must be a JSON object")]),
        (.map([]), [("/language", "is missing"), ("/code", "is missing"), ("/tests", "is missing")]),
        (
            request(["language": "java"]),
            [("/language", "\"java\" is no language here; accepted are python, py, python3")]
        ),
        (request(["language": 5]), [("/language", "must be text, not 5")]),
        (request(["language": ""]), [("/language", "\"\"")]),
        (request(["completion": "y"]), [("/completion", "only one")]),
        (request(["code": .null]), [("/code", "one of code and")]),
        (request(["code": 5]), [("/code", "must be text, not 5")]),
        (request(["code": nil, "completion": ["a"]]), [("/completion", "must be text, not a list")]),
        (request(["verification_info": "[]"]), [("/verification_info", "only one")]),
        (request(["tests": .null]), [("/tests", "one of tests and")]),
        (request(["tests": []]), [("/tests", "is empty")]),
        (request(["tests": .map([])]), [("/tests", "must be a list, not an object")]),
        (request(["tests": "x"]), [("/tests", "must be a list")]),
        (
            request(["tests": nil, "verification_info": 5]),
            [("/verification_info", "must be an object, a list or text, not 5")]
        ),
        (
            request(["language": nil, "tests": nil, "verification_info": ["language": "java", "test_cases": []]]),
            [("/language", "verification_info's \"java\"")]
        ),
        (
            request(["tests": [5, "a", .null]]),
            [("/tests/0", "object"), ("/tests/1", "object"), ("/tests/2", "object")]
        ),
        (request(test: .map([])), [("/tests/0/type", "is missing")]),
        (
            request(test: ["type": "quiz"]),
            [("/tests/0/type", "\"quiz\" is no type of test; the types are stdin_stdout, function_call, assertions")]
        ),
        (request(test: ["type": 5]), [("/tests/0/type", "must be text, not 5")]),
        (
            request(test: ["type": "stdin_stdout"]),
            [("/tests/0/input", "is missing"), ("/tests/0/output", "is missing")]
        ),
        (
            request(test: ["type": "stdin_stdout", "input": 5, "output": true]),
            [("/tests/0/input", "not 5"), ("/tests/0/output", "not true")]
        ),
        (
            request(test: ["type": "stdin_stdout", "input": ["a", 5], "output": [.null]]),
            [("/tests/0/input/1", "not 5"), ("/tests/0/output/0", "not null")]
        ),
        (
            request(test: ["type": "stdin_stdout", "input": "", "output": "", "any_of": "x"]),
            [("/tests/0/any_of", "must be a list")]
        ),
        (
            request(test: ["type": "stdin_stdout", "input": "", "output": "", "any_of": ["x", 5]]),
            [("/tests/0/any_of/1", "not 5")]
        ),
        (
            request(test: ["type": "function_call"]),
            [("/tests/0/fn_name", "is missing"), ("/tests/0/input", "is missing"), ("/tests/0/output", "is missing")]
        ),
        (
            request(test: ["type": "function_call", "fn_name": "", "input": .map([]), "output": 1, "any_of": 5]),
            [
                ("/tests/0/fn_name", "is empty"), ("/tests/0/input", "list of positional arguments, not an object"),
                ("/tests/0/any_of", "list"),
            ]
        ),
        (
            request(test: ["type": "function_call", "fn_name": 5, "input": "1", "output": 1]),
            [("/tests/0/fn_name", "text"), ("/tests/0/input", "not \"1\"")]
        ),
        (request(test: ["type": "assertions"]), [("/tests/0/code", "is missing")]),
        (
            request(test: ["type": "assertions", "code": ["x"], "entry_point": "a b"]),
            [("/tests/0/entry_point", "\"a b\""), ("/tests/0/code", "text")]
        ),
        (request(test: ["type": "stdin_stdout", "input": "", "output": "", "name": 5]), [("/tests/0/name", "text")]),
        (
            request(test: [
                "type": "stdin_stdout", "input": "", "output": "", "name": Value(String(repeating: "x", count: 257)),
            ]), [("/tests/0/name", "257 bytes")]
        ),
        (
            request(test: ["type": "stdin_stdout", "input": "", "output": "", "limits": ["cpu_time_s": 0, "cpu": 1]]),
            [("/tests/0/limits/cpu_time_s", "above 0"), ("/tests/0/limits/cpu", "is no limit")]
        ),
        (
            request(["tests": [calls, ["type": "quiz"], calls, .map([])]]),
            [("/tests/1/type", "quiz"), ("/tests/3/type", "missing")]
        ),
        (request(["stop_on_failure": "yes"]), [("/stop_on_failure", "true or false, not \"yes\"")]),
        (request(["stop_on_failure": 1]), [("/stop_on_failure", "not 1")]),
        (
            .map([
                MapEntry(key: "language", value: "java"), MapEntry(key: "code", value: 1),
                MapEntry(key: "tests", value: [["type": 1]]), MapEntry(key: "limits", value: ["cpu_time_s": -1]),
                MapEntry(key: "comparison", value: ["policy": "x"]),
            ]),
            [
                ("/language", "java"), ("/code", "text"), ("/tests/0/type", "text"), ("/limits/cpu_time_s", "-1"),
                ("/comparison/policy", "\"x\""),
            ]
        ),
    ]

    static let jury: [(body: Value, expected: [(pointer: String, words: String)])] = [
        (request(["checker": "x"]), [("/checker", "must be an object")]),
        (
            request(["checker": .map([])]),
            [("/checker/language", "missing"), ("/checker/code", "missing")]
        ),
        (
            request(["checker": ["language": "js", "code": 5, "form": "odd"]]),
            [("/checker/language", "cpp and python"), ("/checker/code", "text")]
        ),
        (
            request(["checker": ["language": "cpp", "code": "", "form": "odd"]]),
            [("/checker/form", "testlib, open_r1")]
        ),
        (request(["interactor": ["language": 1, "code": ""]]), [("/interactor/language", "no language")]),
        (request(["input_mode": "files"]), [("/input_mode", "stdio and file")]),
        (request(["input_mode": "stdio", "input_file": "a"]), [("/input_mode", "a file is named")]),
        (
            request(["input_file": "a/b", "output_file": ".x"]),
            [("/input_file", "file's name"), ("/output_file", "file's name")]
        ),
        (request(["input_file": "main.py"]), [("/input_file", "main.")]),
        (request(["input_file": "a", "output_file": "a"]), [("/output_file", "input's file")]),
        (
            request(test: ["type": "stdin_stdout", "input": "", "output": "", "input_mode": 1]),
            [("/tests/0/input_mode", "stdio and file")]
        ),
        (
            request([
                "checker": ["language": "cpp", "code": ""], "tests": [["type": "assertions", "code": "assert 1"]],
            ]),
            [("/checker", "test 0: assertions decide")]
        ),
        (
            request(["interactor": ["language": "cpp", "code": ""], "tests": [calls]]),
            [("/interactor", "of type function_call")]
        ),
        (
            request(["interactor": ["language": "cpp", "code": ""], "input_mode": "file"]),
            [("/interactor", "has files instead")]
        ),
    ]

    @Test("faults of checkers, interactors and input modes are listed too", arguments: jury)
    func listsJuryFaults(body: Value, expected: [(pointer: String, words: String)]) {
        listsFaults(body: body, expected: expected)
    }

    @Test("checkers, interactors and input modes are read") func readsJury() throws {
        let body = Self.request([
            "checker": ["language": "c++", "code": "a", "form": "open_r1"],
            "interactor": ["language": "python", "code": "b"],
            // Where a program decides, there may be no output.
            "tests": [["type": "stdin_stdout", "input": "1"]],
        ])
        let submission = try SubmissionDecoder.decode(body)
        #expect(submission.checker == Checker(JuryProgram(language: .cpp, code: "a"), form: .openR1))
        #expect(submission.interactor == Interactor(JuryProgram(language: .python, code: "b")))
        #expect(submission.languages == [.cpp, .python])
        #expect(submission.tests == .cases([TestCase(.stdinStdout(input: "1", expected: [""]))]))
        let files = try SubmissionDecoder.decode(Self.request(["input_mode": "file", "output_file": "x.out"]))
        #expect(files.files == ProgramFiles(input: "input.txt", output: "x.out"))
        #expect(try SubmissionDecoder.decode(Self.request(["input_file": "in"])).files == ProgramFiles(input: "in"))
    }

    @Test("every fault is listed with its pointer", arguments: wrong)
    func listsFaults(body: Value, expected: [(pointer: String, words: String)]) {
        let faults = Self.faults(body)
        #expect(faults.map(\.pointer) == expected.map(\.pointer), "\(faults)")
        for (fault, expected) in zip(faults, expected) { #expect(fault.detail.contains(expected.words), "\(fault)") }
    }

    @Test(
        "names that no function can have",
        arguments: ["a.b", "a b", "1a", "a-b", "f()", "a\n", "::f", "f\0", "a;b", " f"]
    )
    func badFunctionNames(name: String) {
        let call: Value = ["type": "function_call", "fn_name": Value(name), "input": [], "output": 1]
        #expect(Self.faults(Self.request(test: call)).map(\.pointer) == ["/tests/0/fn_name"])
    }

    @Test("a name that is no text at all")
    func surrogateName() {
        let name = Value.string(ByteString(bytes: [0x66, 0xED, 0xA0, 0x80]))
        let call: Value = ["type": "function_call", "fn_name": name, "input": [], "output": 1]
        #expect(Self.faults(Self.request(test: call)).map(\.pointer) == ["/tests/0/fn_name"])
    }

    // MARK: - Limits

    static let goodLimits: [(String, Value)] = [
        ("cpu_time_s", 60), ("cpu_time_s", 0.001), ("wall_time_s", 300.0), ("memory_mb", 256.0), ("memory_mb", 4096),
        ("output_kb", 65536), ("processes", 1), ("file_size_mb", 1024), ("stack_mb", 4096), ("compile_time_s", 120.0),
        ("compile_memory_mb", 4096), ("cpu_time_s", 1e-9),
    ]

    @Test("limits up to the cap", arguments: goodLimits)
    func limits(name: String, value: Value) {
        #expect(Self.faults(Self.request(["limits": .map([MapEntry(key: Value(name), value: value)])])) == [])
    }

    static let badLimits: [(String, Value, words: String)] = [
        ("cpu_time_s", 0, "above 0, not 0"), ("cpu_time_s", -1, "not -1"), ("cpu_time_s", -0.0, "not -0.0"),
        ("cpu_time_s", "2", "not \"2\""), ("cpu_time_s", true, "not true"), ("cpu_time_s", [1], "not a list"),
        ("cpu_time_s", .float(.infinity), "number of seconds"), ("cpu_time_s", .float(.nan), "number of seconds"),
        ("cpu_time_s", 60.5, "60.5 is above the cap: this server allows a cpu_time_s of up to 60"),
        ("wall_time_s", 301, "up to 300"), ("memory_mb", 256.5, "whole number above 0, not 256.5"),
        ("memory_mb", 0.0, "whole"),
        ("memory_mb", -1, "whole"),
        ("memory_mb", 4097, "4097 is above the cap: this server allows a memory_mb of up to 4096"),
        ("memory_mb", .integer(BigInt(10).power(30)), "above the cap"),
        ("memory_mb", .integer(BigInt(10).power(4000)), "above the cap"),
        ("memory_mb", .integer(-BigInt(10).power(4000)), "whole number above 0"), ("memory_mb", 1e300, "above the cap"),
        ("memory_mb", false, "whole"), ("output_kb", 65537, "up to 65536"), ("processes", 257, "up to 256"),
        ("file_size_mb", 1025, "up to 1024"), ("stack_mb", 4097, "up to 4096"), ("compile_time_s", 121, "up to 120"),
        ("compile_memory_mb", 4097, "up to 4096"),
        ("cpu_time", 1, "is no limit; the limits are cpu_time_s, wall_time_s"),
        ("cpu_time", .null, "is no limit"), ("CPU_TIME_S", 1, "is no limit"), ("", 1, "is no limit"),
    ]

    @Test("limits that are faults", arguments: badLimits)
    func faultyLimits(name: String, value: Value, words: String) throws {
        let faults = Self.faults(Self.request(["limits": .map([MapEntry(key: Value(name), value: value)])]))
        let fault = try #require(faults.first)
        #expect(faults.count == 1)
        #expect(fault.pointer == "/limits/\(name)")
        #expect(fault.detail.contains(words), "\(fault)")
    }

    @Test("the caps are the server's")
    func ownCaps() {
        let body = Self.request(["limits": ["cpu_time_s": 1.75]])
        #expect(Self.faults(body, caps: LimitCaps(Limits(cpuTime: 1.5))).first?.detail.contains("up to 1.5") == true)
        #expect(Self.faults(Self.request(["limits": 5])).map(\.pointer) == ["/limits"])
    }

    @Test("names in pointers are escaped")
    func escapedPointers() {
        let body = Self.request(["limits": ["a/b~c": 1]])
        #expect(Self.faults(body).map(\.pointer) == ["/limits/a~1b~0c"])
    }

    // MARK: - Comparison

    static let badComparisons: [(Value, pointer: String, words: String)] = [
        (
            ["policy": "exact"], "/comparison/policy",
            "\"exact\" is no policy; the policies are default, strict, tokens, lenient, genesys, apps, lcb"
        ),
        (["policy": 1], "/comparison/policy", "must be text"),
        (["abs_tol": -1e-9], "/comparison/abs_tol", "0 or above"),
        (["rel_tol": "1e-6"], "/comparison/rel_tol", "0 or above"),
        (["abs_tol": true], "/comparison/abs_tol", "not true"),
        (["rel_tol": .float(.infinity)], "/comparison/rel_tol", "0 or above"),
        (["abs_tol": .float(.nan)], "/comparison/abs_tol", "0 or above"),
        (["outputs_wrapped": 1], "/comparison/outputs_wrapped", "true or false"),
        (["in_place": "no"], "/comparison/in_place", "true or false"),
        (["polcy": "default"], "/comparison/polcy", "is no field of comparison; the fields are policy"),
        (["polcy": .null], "/comparison/polcy", "is no field"),
        ("default", "/comparison", "must be an object, not \"default\""), ([], "/comparison", "must be an object"),
    ]

    @Test("comparisons that are faults", arguments: badComparisons)
    func faultyComparisons(value: Value, pointer: String, words: String) throws {
        let faults = Self.faults(Self.request(["comparison": value]))
        #expect(faults.map(\.pointer) == [pointer])
        #expect(try #require(faults.first).detail.contains(words), "\(faults)")
    }

    @Test("every policy has its name", arguments: ComparisonOptions.Policy.allCases)
    func policies(policy: ComparisonOptions.Policy) throws {
        let body = Self.request(["comparison": ["policy": Value(policy.rawValue)]])
        #expect(try SubmissionDecoder.decode(body).comparison.policy == policy)
    }

    // MARK: - Any input

    @Test("the list of faults has an end")
    func manyFaults() {
        let faults = Self.faults(Self.request(["tests": .list(Array(repeating: 5, count: 5000))]))
        #expect(faults.count == 1001)
        #expect(faults.last?.detail == "and 4000 more faults")
    }

    @Test("random bodies never crash")
    func randomBodies() {
        var random = SplitMix64(state: 5)
        for _ in 0..<5000 { _ = Self.faults(RandomValue.make(using: &random)) }
        for _ in 0..<2000 {
            let body = Self.request([
                "tests": [RandomValue.make(using: &random)], "limits": RandomValue.make(using: &random),
                "comparison": RandomValue.make(using: &random),
            ])
            #expect(Self.faults(body).allSatisfy { $0.pointer.isEmpty || $0.pointer.hasPrefix("/") })
        }
    }
}
