import GradingModel
import GradingRules
import Testing

@Suite("Checkers and interactors") struct JuryTests {
    static let limits = Limits(cpuTime: 10, memoryMB: 1024, outputKB: 64)

    static func facts(_ ending: RunFacts.Ending, _ change: (inout RunFacts) -> Void = { _ in }) -> RunFacts {
        var facts = RunFacts(ending: ending, cpuTime: 0.1, wallTime: 0.1, limits: limits)
        change(&facts)
        return facts
    }

    static let decisions: [(facts: RunFacts, stdout: ByteString, form: Checker.Form, decision: JuryDecision)] = [
        (facts(.exited(status: 0)), "", .testlib, .accepts("said")),
        (facts(.exited(status: 1)), "", .testlib, .rejects("said")),
        (facts(.exited(status: 2)), "", .testlib, .rejects("said")),
        (facts(.exited(status: 3)), "", .testlib, .fails("said")),
        (facts(.exited(status: 7)), "", .testlib, .rejects("said")),
        (facts(.exited(status: 5)), "", .testlib, .breaks("it ended with exit status 5: said")),
        (facts(.exited(status: 127)), "", .testlib, .breaks("it ended with exit status 127: said")),
        (facts(.signaled(name: "SIGSEGV")), "1", .testlib, .breaks("it ended by signal SIGSEGV: said")),
        (facts(.exited(status: 0)), "1\n", .openR1, .accepts("said")),
        (facts(.exited(status: 0)), " 100 ", .openR1, .accepts("said")),
        (facts(.exited(status: 0)), "0", .openR1, .rejects("said")),
        (facts(.exited(status: 0)), "1 1", .openR1, .rejects("said")),
        (facts(.exited(status: 0)), "", .openR1, .rejects("said")),
        (facts(.exited(status: 1)), "1", .openR1, .breaks("it ended with exit status 1: said")),
        (facts(.signaled(name: "SIGABRT")), "1", .openR1, .breaks("it ended by signal SIGABRT: said")),
        (
            facts(.exited(status: 0)) { $0.cpuTime = 11 }, "1", .openR1,
            .breaks("CPU time 11 s is over the limit of 10 s")
        ),
    ]

    @Test("a run is a decision, or none", arguments: decisions)
    func reads(facts: RunFacts, stdout: ByteString, form: Checker.Form, decision: JuryDecision) {
        #expect(JuryDecision(facts, stdout: stdout, stderr: " said\n", form: form) == decision)
    }

    @Test("a part of the points rejects, where the program says that it is one") func parts() {
        let decision = JuryDecision(
            Self.facts(.exited(status: 66)),
            stderr: "partially correct (50) x",
            form: .testlib
        )
        #expect(decision == .rejects("partially correct (50) x"))
    }

    @Test("without stderr, what stands on stdout is the message") func otherMessage() {
        let decision = JuryDecision(Self.facts(.exited(status: 1)), stdout: "no\n", stderr: "", form: .testlib)
        #expect(decision == .rejects("no"))
        #expect(JuryDecision(Self.facts(.exited(status: 0)), stdout: "", stderr: "\n", form: .testlib) == .accepts(nil))
    }

    @Test("a checker that breaks is the problem's fault only where it breaks on the answer too") func checkers() {
        func verdict(_ decision: JuryDecision, _ breaksOnAnswer: Bool = false) -> Verdict {
            JuryGrader.grade(decision, breaksOnAnswer: breaksOnAnswer, policy: .default).verdict
        }
        #expect(verdict(.accepts(nil)) == .accepted)
        #expect(verdict(.rejects(nil)) == .wrongAnswer)
        #expect(verdict(.fails(nil)) == .invalidProblem)
        #expect(verdict(.breaks("x")) == .wrongAnswer)
        #expect(verdict(.breaks("x"), true) == .invalidProblem)
    }

    static let failure = Classification(.runtimeError, "exit status 3")
    static let timeout = Classification(.timeLimitExceeded, "CPU time")

    typealias Row = (JuryDecision, Classification?, JuryGrader.Side, Bool, Verdict)
    static let conversations: [Row] = [
        (.accepts(nil), nil, .program, true, .accepted),
        (.accepts(nil), nil, .interactor, true, .accepted),
        (.accepts(nil), failure, .program, true, .runtimeError),
        (.accepts(nil), failure, .interactor, true, .runtimeError),
        (.rejects(nil), nil, .program, true, .wrongAnswer),
        (.rejects(nil), failure, .interactor, true, .wrongAnswer),
        (.rejects(nil), timeout, .interactor, true, .wrongAnswer),
        (.rejects(nil), failure, .program, true, .runtimeError),
        (.rejects(nil), timeout, .program, true, .timeLimitExceeded),
        (.fails(nil), failure, .program, true, .invalidProblem),
        (.breaks("x"), failure, .program, true, .runtimeError),
        (.breaks("x"), nil, .program, false, .wrongAnswer),
        (.breaks("x"), failure, .interactor, true, .wrongAnswer),
        (.breaks("x"), timeout, .interactor, false, .invalidProblem),
        (.rejects(nil), Classification(.internalError, "x"), .interactor, true, .internalError),
    ]

    @Test("who failed first decides", arguments: conversations)
    func interactors(row: Row) {
        let grade = JuryGrader.grade(
            row.0,
            failure: row.1,
            firstToLeave: row.2,
            hasSpoken: row.3,
            policy: .default
        )
        #expect(grade.verdict == row.4)
        #expect((grade.comparison != nil) == (row.4 == .accepted || row.4 == .wrongAnswer))
    }
}
