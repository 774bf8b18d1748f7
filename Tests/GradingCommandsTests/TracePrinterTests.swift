import ArgumentParser
import GradingModel
import Testing

@testable import GradingCommands

@Suite("The trace on a terminal") struct TracePrinterTests {
    private var printer: TracePrinter { TracePrinter(style: TerminalStyle(usesColour: false)) }

    private func result(_ tests: [TestResult], verdict: Verdict = .wrongAnswer, score: Double? = 0.5)
        -> SubmissionResult
    {
        SubmissionResult(
            verdict: verdict,
            score: score,
            passed: tests.count { $0.verdict == .accepted },
            total: tests.count,
            language: .python,
            compile: CompileResult(status: .ok),
            tests: tests,
            environment: RunEnvironment(
                image: "python",
                imageDigest: "sha256:0",
                toolchain: "CPython 3.13.5",
                flags: [],
                kernel: "6",
                cgroup: "v1"
            ),
            timings: Timings()
        )
    }

    @Test("an accepted test is one line with its times and memory, and shows no output unless asked")
    func accepted() {
        var test = TestResult(index: 0, name: "sample", type: "stdin_stdout", verdict: .accepted)
        test.cpuTime = 0.0123
        test.wallTime = 0.5
        test.memoryPeakKB = 9216
        test.stdout = "3\n"
        #expect(
            printer.lines(of: test) == [
                "✓ 0 stdin_stdout sample  accepted  cpu 0.012 s  wall 0.500 s  memory 9.0 MB"
            ]
        )
        var verbose = printer
        verbose.isVerbose = true
        #expect(verbose.lines(of: test).contains("      3"))
    }

    @Test("what was odd about a run is a line, of accepted tests too") func suspicion() {
        var test = TestResult(index: 0, name: nil, type: "stdin_stdout", verdict: .accepted)
        test.suspicion = ["denied_call: bpf", "denied_call: ptrace"]
        #expect(printer.lines(of: test).last == "    suspicion: denied_call: bpf, denied_call: ptrace")
    }

    @Test("a wrong answer says where it differs, for text and for values")
    func differences() {
        var test = TestResult(index: 1, name: nil, type: "stdin_stdout", verdict: .wrongAnswer)
        test.comparison = ComparisonOutcome(
            policy: .default,
            rule: "different",
            isEqual: false,
            difference: .text(line: 3, column: 7, expected: "abc", actual: "abd")
        )
        let text = printer.lines(of: test).joined(separator: "\n")
        #expect(text.contains("differs at line 3, column 7"))
        #expect(text.contains("expected \"abc\""))
        #expect(text.contains("actual   \"abd\""))
        test.comparison?.difference = .value(path: "[2].name", expected: .list([1, 2]), actual: nil)
        let values = printer.lines(of: test).joined(separator: "\n")
        #expect(values.contains("differs at [2].name"))
        #expect(values.contains("expected [1,2]") || values.contains("expected [1, 2]"))
        #expect(values.contains("actual   nothing"))
    }

    @Test("a crash says its signal, message and stderr, of which only the first lines are shown")
    func crash() {
        var test = TestResult(index: 2, name: nil, type: "function_call", verdict: .runtimeError, message: "it broke")
        test.signal = "SIGSEGV"
        test.stderr = ByteString((0..<50).map { "line \($0)" }.joined(separator: "\n") + "\n")
        test.stderrTruncated = true
        let lines = printer.lines(of: test)
        #expect(lines.contains("    killed by SIGSEGV"))
        #expect(lines.contains("    it broke"))
        #expect(lines.contains("    stderr (cut at its limit)"))
        #expect(lines.last == "      … 38 more lines")
        test.signal = nil
        test.exitCode = 3
        #expect(printer.lines(of: test).contains("    exit status 3"))
    }

    @Test("what a program wrote cannot steer the terminal")
    func controlCharacters() {
        var test = TestResult(index: 0, name: "a\u{1B}]0;title\u{7}", type: "stdin_stdout", verdict: .wrongAnswer)
        test.stdout = ByteString(
            bytes: [0x1B, 0x5B, 0x32, 0x4A, 0x0D, 0xFF, 0xC2, 0x9B, 0x00] + Array("\u{202E}x".utf8)
        )
        test.message = "\u{1B}[31m"
        let text = printer.lines(of: test).joined(separator: "\n")
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) || $0 == "\n" })
        #expect(!text.unicodeScalars.contains("\u{202E}"))
        #expect(text.contains("\\x1b[2J\\x0d"))
    }

    @Test("the summary counts, scores and says on what it ran")
    func summary() {
        let tests = [
            TestResult(index: 0, name: nil, type: "stdin_stdout", verdict: .accepted),
            TestResult(index: 1, name: nil, type: "stdin_stdout", verdict: .wrongAnswer),
        ]
        #expect(
            printer.summary(result(tests))
                == "wrong answer: 1 of 2 tests passed, score 0.5000 (python, CPython 3.13.5, cgroup v1, 0.000 s)"
        )
        var invalid = result([], verdict: .invalidProblem, score: nil)
        invalid.message = "no tests"
        #expect(printer.summary(invalid).contains("no score"))
        #expect(printer.summary(invalid).hasSuffix("no tests"))
    }

    @Test("a compile error shows what the compiler said")
    func compileError() {
        var failed = result(
            [TestResult(index: 0, name: nil, type: "stdin_stdout", verdict: .skipped)],
            verdict: .compileError
        )
        failed.compile = CompileResult(status: .failed)
        failed.compile.stderr = "error: expected ;\n"
        failed.compile.form = "as it stands"
        let text = printer.text(failed)
        #expect(text.hasPrefix("✗ compile: failed (as it stands)"))
        #expect(text.contains("      error: expected ;\n"))
        #expect(text.contains("– 0 stdin_stdout  skipped\n"))
    }

    @Test("colours are there when they are wanted, and nothing else changes by them")
    func colours() {
        let tests = [TestResult(index: 0, name: nil, type: "stdin_stdout", verdict: .accepted)]
        let coloured = TracePrinter(style: TerminalStyle(usesColour: true)).text(result(tests))
        #expect(coloured.contains("\u{1B}[32m✓\u{1B}[0m"))
        let plain = coloured.replacing(/\u{1B}\[[0-9]+m/, with: "")
        #expect(plain == printer.text(result(tests)))
    }

    @Test(
        "auto means: on a terminal, unless NO_COLOR is set to something or the terminal is dumb",
        arguments: [
            ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
            (["TERM": "dumb"], true, false),
        ] as [([String: String], Bool, Bool)]
    )
    func noColor(environment: [String: String], isTerminal: Bool, expected: Bool) throws {
        let options = try ColourOptions.parse([])
        #expect(options.usesColour(environment: environment, isTerminal: isTerminal) == expected)
        let always = try ColourOptions.parse(["--color", "always"])
        #expect(always.usesColour(environment: ["NO_COLOR": "1"], isTerminal: false))
    }
}
