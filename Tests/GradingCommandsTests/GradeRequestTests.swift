import DatasetFormats
import GradingModel
import Testing

@testable import GradingCommands

@Suite("What assay grade makes of its arguments") struct GradeRequestTests {
    private let list = #"[{"type": "stdin_stdout", "input": "1", "output": "2"}]"#

    private func submission(_ tests: String, _ change: (inout GradeRequest) -> Void = { _ in }) throws -> Submission {
        var request = GradeRequest(program: Array("x = 1".utf8), fileName: "a.py")
        change(&request)
        return try request.submission(tests: Array(tests.utf8), caps: .standard)
    }

    @Test(
        "the extension tells the language",
        arguments: [
            ("a.py", Language.python), ("b/c.d/a.JS", .javascript), ("a.mjs", .javascript), ("a.rs", .rust),
            ("a.cc", .cpp), ("a.c++", .cpp), ("a.b.cpp", .cpp),
        ]
    )
    func extensions(name: String, language: Language) throws {
        #expect(try submission(list) { $0.fileName = name }.language == language)
    }

    @Test("a checker's and an interactor's language are told by their files' names") func jury() throws {
        let submission = try submission(list) {
            $0.checker = .init(name: "x/check.py", code: Array("c".utf8))
            $0.checkerForm = "open_r1"
            $0.interactor = .init(name: "talk.cc", code: Array("t".utf8))
        }
        #expect(submission.checker == Checker(JuryProgram(language: .python, code: "c"), form: .openR1))
        #expect(submission.interactor == Interactor(JuryProgram(language: .cpp, code: "t")))
        for name in ["check", "check.rs"] {
            #expect(throws: UsageError.self) {
                try self.submission(list) { $0.checker = .init(name: name, code: []) }
            }
        }
        let tests = #"{"tests": \#(list), "checker": {"language": "cpp", "code": "c"}}"#
        #expect(try self.submission(tests) { $0.checkerForm = "open_r1" }.checker?.form == .openR1)
    }

    @Test("without a telling extension the language must be said", arguments: ["-", "a", "a.txt", "dir.py/a", ".py/x"])
    func unknownExtension(name: String) throws {
        #expect(throws: UsageError.self) { try submission(list) { $0.fileName = name } }
        let said = try submission(list) {
            $0.fileName = name
            $0.language = "C++"
        }
        #expect(said.language == .cpp)
    }

    @Test("a list of tests, an object with tests, and a verification_info are all read")
    func forms() throws {
        let info = #"{"language": "rust", "test_cases": [{"type": "stdin_stdout", "input": "1", "output": "2"}]}"#
        let python =
            "{'language': 'rust', 'test_cases': [{'type': 'stdin_stdout', 'input': '1', 'output': '2', 'fn_name': None}]}"
        for text in [list, #"{"tests": \#(list)}"#, info, #"{"verification_info": \#(info)}"#, python] {
            guard case .cases(let cases) = try submission(text).tests else {
                Issue.record("\(text)")
                continue
            }
            #expect(cases.map(\.kind) == [.stdinStdout(input: "1", expected: ["2"])])
        }
        #expect(try submission(info) { $0.fileName = "-" }.language == .rust)
    }

    @Test("the file's limits and comparison hold, and what the command line says goes before them")
    func overrides() throws {
        let text =
            #"{"tests": \#(list), "language": "rust", "limits": {"memory_mb": 100, "cpu_time_s": 3}, "comparison": {"policy": "tokens", "abs_tol": 0.5}}"#
        let plain = try submission(text) { $0.fileName = "-" }
        #expect(plain.language == .rust)
        #expect(plain.limits.memoryMB == 100)
        let changed = try submission(text) {
            $0.limits = ["memory_mb=64", "wall_time_s=2.5"]
            $0.policy = "lenient"
            $0.stopOnFailure = true
        }
        #expect(changed.language == .python)
        #expect(changed.limits.memoryMB == 64)
        #expect(changed.limits.cpuTime == 3)
        #expect(changed.limits.wallTime == 2.5)
        #expect(changed.comparison.policy == .lenient)
        #expect(changed.comparison.absoluteTolerance == 0.5)
        #expect(changed.stopOnFailure)
    }

    @Test("a completion and bytes that are not UTF-8 are handed on as they are")
    func bytes() throws {
        let submission = try submission(list) {
            $0.isCompletion = true
            $0.program = [0xFF, 0x00, 0x61]
        }
        #expect(submission.source == .completion(ByteString(bytes: [0xFF, 0x00, 0x61])))
    }

    @Test(
        "what is wrong is told in the user's terms",
        arguments: [
            ("", [], "not JSON"), ("[1", [], "line 1"), ("7", [], "list of tests"), ("[]", [], "/tests"),
            (#"[{"type": "x"}]"#, [], "/tests/0/type"), ("LIST", ["memory=1"], "memory"),
            ("LIST", ["memory_mb"], "name=value"), ("LIST", ["memory_mb=x"], "number"),
            ("LIST", ["memory_mb=99999999"], "memory_mb"), ("LIST", ["cpu_time_s=-1"], "cpu_time_s"),
        ] as [(String, [String], String)]
    )
    func faults(tests: String, limits: [String], told: String) {
        let error = #expect(throws: UsageError.self) {
            try submission(tests == "LIST" ? list : tests) { $0.limits = limits }
        }
        #expect(error?.description.contains(told) == true, "\(String(describing: error))")
    }

    @Test("an unknown policy or language is told")
    func unknownNames() {
        #expect(throws: UsageError.self) { try submission(list) { $0.policy = "fuzzy" } }
        #expect(throws: UsageError.self) { try submission(list) { $0.language = "cobol" } }
    }
}
