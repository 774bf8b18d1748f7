import DatasetFormats
import GradingModel
import Testing

@Suite("Contest problems") struct ContestShapeTests {
    /// A stated time, and the seconds that it is.
    static let times: [(Value, Double?)] = [
        ("2 seconds", 2), ("2.0 seconds", 2), ("1 second", 1), ("0.5 s", 0.5), ("500 ms", 0.5), ("8000 ms", 8),
        ("1500 milliseconds", 1.5), ("1 secs", 1), ("0.5 - 1 sec", 1), ("2", 2), (3, 3), (2.5, 2.5), ("1 minute", 60),
        (["seconds": 2, "nanos": 500_000_000], 2.5), (["seconds": 3], 3), (["nanos": 500_000_000], 0.5),
        ("2Seconds", 2), ("soon", nil), ("", nil), ("2 fortnights", nil), (-1, nil), (.float(.infinity), nil),
        ("1.2.3 s", nil), ([], nil), (true, nil), (["seconds": 0, "nanos": 0], nil),
    ]

    @Test("time limits", arguments: times)
    func time(stated: Value, seconds: Double?) throws {
        let record = try DatasetRecord(["id": "1/A", "official_tests": [], "time_limit": stated])
        #expect(record.statedLimits.seconds == seconds)
        #expect(record.notes.isEmpty == (seconds != nil || stated == ""))
    }

    /// Stated memory, and the MiB that it is.
    static let sizes: [(Value, Double?)] = [
        ("256 megabytes", 256), ("256.0 megabytes", 256), ("256 MB", 256), ("1 gigabyte", 1024), ("64 MiB", 64),
        ("131072 KB", 128), ("268435456 bytes", 256), (256, 256), (256.0, 256), ("512", 512), ("lots", nil), (0, nil),
    ]

    @Test("memory limits", arguments: sizes)
    func memory(stated: Value, megabytes: Double?) throws {
        let record = try DatasetRecord(["id": "1/A", "official_tests": [], "memory_limit": stated])
        #expect(record.statedLimits.memoryMB == megabytes)
        #expect(record.notes.isEmpty == (megabytes != nil))
    }

    @Test("limits are cut to what a server grants, and are never below a second")
    func cut() {
        let limits = StatedLimits(seconds: 100, memoryMB: 1e9)
        for language in Language.allCases {
            let overrides = limits.overrides(for: language)
            #expect(overrides.cpuTime == 60 && overrides.memoryMB == 4096 && overrides.stackMB == nil)
            #expect(overrides.resolved(defaults: Limits()).wallTime == 185)
        }
        let caps = LimitCaps(Limits(cpuTime: 10, wallTime: 20, memoryMB: 512, stackMB: 64))
        let capped = limits.overrides(for: .cpp, caps: caps)
        #expect(capped.cpuTime == 10 && capped.wallTime == 20 && capped.memoryMB == 512 && capped.stackMB == 64)
        #expect(StatedLimits(seconds: 0.1).overrides(for: .rust).cpuTime == 1)
        #expect(StatedLimits(seconds: 0.1).overrides(for: .python).cpuTime == 5)
    }

    static let codeforces: Value = [
        "id": "852/A", "time_limit": 1.0, "memory_limit": 256.0, "input_mode": "file",
        "official_tests": [["input": "1\n", "output": "2\n"]], "official_tests_complete": false,
        "generated_checker": "print(1)", "interaction_format": "", "generated_tests": 12,
    ]

    @Test("open-r1/codeforces: files, checkers, incomplete tests")
    func checkers() throws {
        let record = try DatasetRecord(Self.codeforces)
        #expect(record.files == .inputAndOutputText)
        #expect(record.checker == Checker(JuryProgram(language: .python, code: "print(1)"), form: .openR1))
        let test = TestCase(.stdinStdout(input: "1\n", expected: ["2\n"]), name: "official/0")
        #expect(record.tests == .cases([test]) && record.language == nil && record.comparison.policy == .lenient)
        #expect(record.notes == ["official_tests_complete is false: not all of the contest's tests are here"])
        let submission = try #require(record.submission(of: .code(""), in: .cpp))
        #expect(submission.checker == record.checker && submission.files == record.files)
        #expect(record.submission(of: .code("")) == nil)
        let request = try #require(record.request(of: .code(""), in: .cpp))
        #expect(try SubmissionDecoder.decode(request) == submission)
    }

    @Test("an interactive problem without its interactor is no problem")
    func interactive() throws {
        let record = try DatasetRecord(Self.codeforces.setting("interaction_format", "Print a query."))
        #expect(
            record.tests == .invalid(reason: "the problem is interactive, and the record has no interactor")
        )
    }

    @Test("codeforces-cots: tests in columns, and solutions that were accepted")
    func cots() throws {
        let record = try DatasetRecord([
            "id": "1/A", "input_mode": "stdio", "public_tests": ["input": ["1"], "output": ["2"]],
            "private_tests": ["input": [], "output": []], "generation": "```cpp\nx\n```",
            "accepted_solutions": [
                ["code": "class A {}", "programmingLanguage": "Java 8"],
                ["code": "int main() {}", "programmingLanguage": "GNU C++17"],
            ],
        ])
        #expect(record.shape == .codeforces && record.language == .cpp && record.gold == .code("int main() {}"))
        #expect(record.answer == .completion("```cpp\nx\n```"))
        #expect(record.tests == .cases([TestCase(.stdinStdout(input: "1", expected: ["2"]), name: "public/0")]))
    }

    @Test("CodeContests: solutions by their language, files by their names, tests by their kinds")
    func codeContests() throws {
        let problem: Value = [
            "name": "1575_A. It", "description": "Solve it.", "source": 2, "cf_contest_id": 1575, "cf_index": "A",
            "public_tests": ["input": ["1\n"], "output": ["2\n"]],
            "private_tests": ["input": ["3\n"], "output": ["4\n"]],
            "generated_tests": ["input": ["5\n", "6\n"], "output": ["7\n", "8\n"]],
            "time_limit": ["seconds": 2, "nanos": 0], "memory_limit_bytes": 256_000_000, "input_file": "in.txt",
            "output_file": "stdout",
            "solutions": ["language": [4, 1, 2, 3], "solution": ["java", "py2", "c++", "py3"]],
        ]
        let record = try DatasetRecord(problem)
        #expect(record.language == .python && record.gold == .code("py3") && record.source == "codeforces")
        #expect(record.inSourceID == "1575A" && record.files == ProgramFiles(input: "in.txt", output: nil))
        #expect(record.comparison == ComparisonOptions(policy: .tokens, absoluteTolerance: 1e-5))
        guard case .cases(let cases) = record.tests else {
            Issue.record("no tests")
            return
        }
        #expect(cases.map(\.name) == ["public/0", "private/0", "generated/0", "generated/1"])
        #expect(record.limits(for: .cpp).memoryMB == 261)
        let inCpp = try DatasetRecord(problem.setting("language", "cpp"))
        #expect(inCpp.language == .cpp && inCpp.gold == .code("c++"))
        let submission = try #require(inCpp.submission(of: .code("")))
        #expect(try SubmissionDecoder.decode(try #require(inCpp.request(of: .code("")))) == submission)
        do throws(RecordFault) {
            _ = try DatasetRecord(problem.setting("input_file", "../in.txt"))
            Issue.record("a name that leaves the folder was read")
        } catch {
            #expect(error.field == "input_file" && error.reason.contains("can't be a file's name"))
        }
        let uneven = try DatasetRecord(problem.setting("private_tests", ["input": ["1"], "output": []]))
        #expect(uneven.tests == .invalid(reason: "private_tests has 1 inputs and 0 outputs"))
        let none = try DatasetRecord(["name": "a", "public_tests": ["input": [], "output": []]])
        #expect(none.tests == .invalid(reason: "the record holds no tests"))
    }

    @Test("MatrixStudio: tests that are cut short are found")
    func truncated() throws {
        let record = try DatasetRecord([
            "contestId": 1, "index": "A", "programmingLanguage": "PyPy 3", "verdict": "WRONG_ANSWER", "code": "x",
            "score": 0.4,
            "test_cases": [
                ["input": "1\n", "output": "2\n"], ["input": "1 2 3 4...", "output": "10"],
                ["input": "5", "output": "1\n2\n3...\n"], ["input": "...1", "output": ".."],
                ["input": "1 4\n#...\n", "output": "..."], ["input": "2 4\na..#\na...", "output": "1.5 2"],
                ["input": "1.5 2.5...", "output": "4"], ["input": "1 2 ...", "output": "4"],
            ],
        ])
        #expect(record.problemID == "1/A" && record.truncatedTests == [1, 2, 6, 7])
        #expect(record.score == nil && record.gold == nil && record.answer == .code("x"))
        let demo = try DatasetRecord(["contestId": 1, "index": "A", "demo-input": ["1"], "demo-output": ["2"]])
        #expect(demo.tests == .cases([TestCase(.stdinStdout(input: "1", expected: ["2"]), name: "demo/0")]))
    }
}
