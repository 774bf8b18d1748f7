import GradingModel
import GradingRules
import Testing

@Suite("What is odd about a run") struct SuspicionTests {
    private static let call = TestCase(.functionCall(function: "f", arguments: [], expected: [3]))
    private static let program = TestCase(.stdinStdout(input: "", expected: ["3\n"]))
    private static let assertions = TestCase(.assertions(code: "assert f()", entryPoint: nil))

    private static func facts(
        _ frame: RunnerFrame,
        _ ending: RunFacts.Ending = .exited(status: 0),
        denied: [String] = []
    ) -> RunFacts {
        RunFacts(
            ending: ending,
            cpuTime: 0.1,
            wallTime: 0.2,
            limits: Limits(cpuTime: 5, wallTime: 8),
            frame: frame,
            deniedCalls: denied
        )
    }

    private func grade(_ test: TestCase, _ facts: RunFacts) -> TestGrade {
        TestGrader.grade(
            test,
            facts: facts,
            output: "3\n",
            options: ComparisonOptions(),
            context: Comparison.Context(language: .python, tests: [test])
        )
    }

    @Test(
        "entries say what was seen",
        arguments: [
            (call, facts(.complete(.returned(3, printed: nil))), []),
            (call, facts(.none), ["early_exit"]),
            (assertions, facts(.none), ["early_exit"]),
            (program, facts(.none), []),
            (call, facts(.none, .exited(status: 1)), []),
            (call, facts(.none, .signaled(name: "SIGSEGV")), []),
            (call, facts(.none, .killed(.wallTime)), []),
            (call, facts(.oversized), []),
            (call, facts(.complete(.error(.exception, message: "ValueError"))), []),
            (call, facts(.extra), ["several_frames"]),
            (assertions, facts(.malformed(reason: "the response is cut short")), ["malformed_frame"]),
            (
                program, facts(.none, denied: ["ptrace", "bpf", "ptrace"]), ["denied_call: bpf", "denied_call: ptrace"]
            ),
            (call, facts(.none, denied: ["ptrace"]), ["denied_call: ptrace", "early_exit"]),
        ] as [(TestCase, RunFacts, [String])]
    )
    func entries(test: TestCase, facts: RunFacts, expected: [String]) {
        #expect(grade(test, facts).suspicion == expected)
    }

    private static let frames: [RunnerFrame] = [
        .none, .extra, .oversized, .malformed(reason: "cut"), .complete(.returned(3, printed: nil)),
        .complete(.returned(4, printed: nil)), .complete(.assertionsPassed),
        .complete(.assertionsFailed(message: "no")), .complete(.error(.exception, message: "e")),
    ]
    private static let endings: [RunFacts.Ending] = [
        .exited(status: 0), .exited(status: 1), .signaled(name: "SIGSYS"), .killed(.cpuTime),
    ]

    @Test("nothing but the entries changes with a denied call", arguments: [call, program, assertions], frames)
    func verdicts(test: TestCase, frame: RunnerFrame) {
        for ending in Self.endings {
            let clean = grade(test, Self.facts(frame, ending))
            var odd = grade(test, Self.facts(frame, ending, denied: ["ptrace"]))
            #expect(odd.suspicion == ["denied_call: ptrace"] + clean.suspicion)
            odd.suspicion = clean.suspicion
            #expect(odd == clean)
        }
    }
}
