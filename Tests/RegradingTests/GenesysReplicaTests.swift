import DatasetFormats
import GradingModel
import Testing

@testable import Regrading

@Suite("What genesys would have stored") struct GenesysReplicaTests {
    @Test(
        "the program is what the pattern finds last",
        arguments: [
            ("```python\nx = 1\n```", "x = 1"), ("```\nx\n```", "x"), ("no fence", nil), ("```python\nopen", nil),
            ("```c++\nint main(){}\n```", nil), ("```python \nx\n```", nil), ("```python\r\nx\n```", nil),
            ("```c++\nint a;\n```\nprose\n```python\ny\n```", "prose"), ("```a\n1\n```\n```b\n2\n```", "2"),
            ("````python\nx\n````", "x"), ("<think>```python\nfirst\n```</think>", "first"), ("```\n\n```", ""),
        ] as [(String, String?)]
    )
    func extraction(text: String, expected: String?) {
        #expect(GenesysExtraction.program(in: ByteString(text))?.text == expected)
    }

    private static func submission(_ language: Language = .python, code: String = "x") -> Submission {
        Submission(language: language, source: .code(ByteString(code)), tests: .cases([]))
    }

    @Test(
        "what fails before anything runs",
        arguments: [
            (
                #"{"language": "python", "test_cases": [{"a": null}]}"#, "```\nx\n```", nil,
                GenesysReason.undecodableRecord
            ),
            (#"{"language": "python", "test_cases": []}"#, "```\nx\n```", nil, .noTests),
            (
                #"{"test_cases": [{"type": "stdin_stdout", "input": "", "output": ""}]}"#, "```c++\nx", 0.0,
                .fenceNotMatched
            ),
        ] as [(String, String, Double?, GenesysReason)]
    )
    func settled(info: String, response: String, score: Double?, reason: GenesysReason) {
        let plan = GenesysReplica.plan(
            info: Value(info),
            response: ByteString(response),
            for: Self.submission()
        )
        guard case .settled(let stored, let found) = plan else {
            Issue.record("\(plan)")
            return
        }
        #expect(stored.score == score && found == reason)
    }

    @Test("calls are implemented for Python alone", arguments: Language.allCases)
    func calls(language: Language) {
        let info: Value = ["test_cases": [["type": "function_call", "fn_name": "f", "input": [1], "output": 2]]]
        let plan = GenesysReplica.plan(info: info, response: "```\nx\n```", for: Self.submission(language))
        if case .settled(_, .callNotImplemented) = plan {
            #expect(language != .python)
        } else {
            #expect(language == .python)
        }
    }

    @Test(
        "sources and inputs are cut by what is not ASCII, lists are written as Python does, calls beside processes run",
        arguments: [
            (
                "x = 'é'", [["type": "stdin_stdout", "input": "ab", "output": "c"]], "x = 'é", "ab",
                [GenesysReason.sourceCut]
            ),
            ("x", [["type": "stdin_stdout", "input": "éé", "output": "c"]], "x", "é", [.inputCut]),
            ("x", [["type": "stdin_stdout", "input": ["a", "b"], "output": "c"]], "x", "['a', 'b']", [.listAsText]),
            (
                "x",
                [
                    ["type": "function_call", "fn_name": "f", "input": [1], "output": 1],
                    ["type": "stdin_stdout", "input": "a", "output": "b"],
                ], "x", "[1]", [.mixedTests, .listAsText]
            ),
            ("y", [["type": "stdin_stdout", "input": "a", "output": "b"]], "y", "a", [.otherProgram]),
        ] as [(String, Value, String, String, [GenesysReason])]
    )
    func runs(code: String, tests: Value, source: String, input: String, reasons: [GenesysReason]) {
        let meant = reasons.contains(.otherProgram) ? "something else" : code
        let plan = GenesysReplica.plan(
            info: ["language": "python", "test_cases": tests],
            response: ByteString("```python\n\(code)\n```"),
            for: Self.submission(code: meant)
        )
        guard case .run(let run, let found) = plan, case .cases(let cases) = run.tests,
            case .stdinStdout(let given, _)? = cases.first?.kind
        else {
            Issue.record("\(plan)")
            return
        }
        #expect(run.source == .code(ByteString(source)) && given.text == input)
        #expect(Set(found) == Set(reasons) && run.comparison.policy == .genesys)
    }

    private static func answer(_ tests: [Value], verdict: String = "wrong_answer", language: String = "python") -> Value
    {
        ["verdict": Value(verdict), "score": 0.5, "language": Value(language), "tests": .list(tests)]
    }

    @Test(
        "a run's score, and why it is not ours",
        arguments: [
            (["verdict": "accepted", "stdout": "1.0\n", "stderr": ""], 0.0, GenesysReason.textComparison),
            (["verdict": "accepted", "stdout": "1\n", "stderr": "warning"], 0.0, .stderrMerged),
            (["verdict": "runtime_error", "stdout": "1\n", "stderr": ""], 1.0, .exitStatusIgnored),
            (["verdict": "time_limit_exceeded", "stdout": "", "stderr": ""], nil, .timeout),
            (
                ["verdict": "wrong_answer", "stdout": .string(ByteString(bytes: [0xFF])), "stderr": ""], nil,
                .undecodableOutput
            ),
            (["verdict": "memory_limit_exceeded", "stdout": "1", "stderr": ""], 1.0, .noLimits),
        ] as [(Value, Double?, GenesysReason)]
    )
    func scores(test: Value, score: Double?, reason: GenesysReason) {
        let answer = Self.answer([test])
        let tests = [TestCase(.stdinStdout(input: "", expected: ["1"]))]
        let (stored, passed) = GenesysReplica.stored(of: answer, comparing: tests)
        #expect(stored.score == score)
        #expect(GenesysReplica.reasons(stored, passed: passed, ours: answer) == [reason])
    }

    @Test("wrapped outputs fail by what is printed")
    func wrapped() {
        let ours = Self.answer([
            ["verdict": "accepted", "type": "function_call", "stderr": "", "comparison": ["rule": "unwrapped"]]
        ])
        let theirs = Self.answer([["verdict": "wrong_answer", "type": "function_call", "stdout": "", "stderr": ""]])
        let (stored, passed) = GenesysReplica.stored(of: theirs)
        #expect(stored.score == 0)
        #expect(GenesysReplica.reasons(stored, passed: passed, ours: ours) == [.wrappedOutput])
    }

    @Test("what does not compile scores 0, with a reason where there is a compiler", arguments: Language.allCases)
    func compilation(language: Language) {
        let answer = Self.answer([["verdict": "skipped"]], verdict: "compile_error", language: language.rawValue)
        let isCompiled = language == .cpp || language == .rust
        let expected = GenesysReplica.Stored(score: 0, failureReason: isCompiled ? "compilation_error" : nil)
        #expect(GenesysReplica.stored(of: answer).0 == expected)
    }
}
