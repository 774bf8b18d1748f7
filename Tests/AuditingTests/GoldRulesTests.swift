import GradingModel
import Testing

@testable import Auditing

@Suite("What the gold solution's runs say of a problem") struct GoldRulesTests {
    private func codes(_ problem: AuditProblem, _ runs: [[TestResult]]) -> [FindingCode] {
        GoldRules(problem: problem, options: AuditOptions(), runs: runs.map { run($0) }).findings().map(\.code)
    }

    @Test("a test that passes in one run only is flaky; a wall time hit by a busy machine is not")
    func flaky() {
        let problem = callProblem([([1], 1)])
        let (passed, failed) = (outcome(0, .accepted, returned: 1), outcome(0, .wrongAnswer, returned: 2))
        #expect(codes(problem, [[passed], [failed], [passed]]) == [.goldFlaky])
        var slow = outcome(0, .timeLimitExceeded)
        slow.message = "wall time 20 is over the limit of 20"
        #expect(codes(problem, [[passed], [slow]]).isEmpty)
        #expect(codes(problem, [[passed], [outcome(0, .accepted, returned: 1.0)]]) == [.goldUnstableOutput])
    }

    @Test("wrapped outputs are told by the gold solution, for the problem as a whole")
    func wrapped() {
        var unwrapped = outcome(0, .accepted, returned: 1)
        unwrapped.comparison = ComparisonOutcome(policy: .default, rule: "unwrapped", isEqual: true)
        #expect(codes(callProblem([([1], [1])]), [[unwrapped]]) == [.wrappedOutputs])
        let half = callProblem([([1], [1]), ([2], 2)])
        let results = [outcome(0, .wrongAnswer, returned: 1), outcome(1, .accepted, returned: 2)]
        #expect(codes(half, [results]) == [.inconsistentlyWrapped])
    }

    @Test("a failure is explained where it can be")
    func failures() {
        let order = callProblem([([1], [1, 2])])
        #expect(codes(order, [[outcome(0, .wrongAnswer, returned: [2, 1])]]) == [.severalAnswers])
        let letters = problem([process("1", "YES")])
        #expect(codes(letters, [[outcome(0, .wrongAnswer, stdout: "Yes\n")]]) == [.comparisonTooStrict])
        let cut = problem([process("1 2...", "3")])
        #expect(codes(cut, [[outcome(0, .runtimeError)]]) == [.truncatedTests])
        // A picture that ends in dots, and that the gold solution prints, is not cut short.
        #expect(codes(problem([process("1", "X...")]), [[outcome(0, .accepted, stdout: "X...")]]).isEmpty)
        #expect(codes(callProblem([([1], 1)]), [[outcome(0, .wrongAnswer, returned: 2)]]) == [.goldFails])
    }

    @Test("limits are tight where the gold solution's least use is near them")
    func limits() {
        var result = outcome(0, .accepted, returned: 1)
        result.cpuTime = 4.5
        result.memoryPeakKB = 500 * 1024
        let problem = callProblem([([1], 1)])
        #expect(codes(problem, [[result]]) == [.tightTimeLimit, .tightMemoryLimit])
        #expect(codes(problem, [[result], [outcome(0, .accepted, returned: 1)]]).isEmpty)
    }
}
