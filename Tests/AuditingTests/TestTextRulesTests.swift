import GradingModel
import Testing

@testable import Auditing

@Suite("What an audit reads in the tests themselves") struct TestTextRulesTests {
    @Test(
        "a text that was cut ends in a mark",
        arguments: [
            ("1 2 3...", true), ("1 2 ...\n", true), ("1 2…", true), ("x [truncated]\n", true), ("1 2 3\n", false),
            ("#....", false), ("", false), ("..", false),
        ]
    )
    func marks(text: String, isCut: Bool) {
        #expect((TestTextRules.mark(atEndOf: ByteString(text)) != nil) == isCut)
    }

    @Test("the same test twice is a duplicate, the same input with another answer a contradiction")
    func duplicates() {
        let twice = callProblem([([1], 1), ([2], 2), ([1], 1)])
        #expect(TestTextRules(problem: twice).duplicates().map(\.code) == [.duplicateTests])
        let contradiction = callProblem([([1], 1), ([1], 2)])
        #expect(TestTextRules(problem: contradiction).duplicates().map(\.code) == [.contradictoryTests])
        #expect(TestTextRules(problem: callProblem([([1], 1), ([2], 1)])).duplicates().isEmpty)
    }

    @Test(
        "a test without a word that can fail asserts nothing",
        arguments: [
            (Language.python, "f(1)\n# assert f(1)\nx = 'assert'\n", false), (.python, "assert f(1) == 2", true),
            (.javascript, "f(1); // assert", false), (.javascript, "console.assert(f(1) === 2)", true),
            (.cpp, "#include <cassert>\nint main() { f(1); }", false), (.cpp, "int main() { assert(f(1)); }", true),
            (.rust, "fn main() { f(1); }", false), (.rust, "fn main() { assert_eq!(f(1), 2); }", true),
        ]
    )
    func assertions(language: Language, code: String, asserts: Bool) {
        #expect(TestTextRules.asserts(ByteString(code), language) == asserts)
    }

    @Test("an answer that is right for all tests makes them vacuous; with one test that is only noted")
    func constants() {
        func codes(_ problem: AuditProblem) -> [FindingCode] {
            ConstantAnswers(problem: problem).findings().map(\.code)
        }
        #expect(codes(callProblem([([1], true), ([2], true)])) == [.constantProgramAccepted])
        #expect(codes(callProblem([([1], true), ([2], false)])).isEmpty)
        #expect(codes(callProblem([([1], 5)])) == [.singleTest])
        #expect(codes(problem([process("1", ""), process("2", "\n")])) == [.emptyProgramAccepted])
        #expect(codes(problem([process("1", "a"), process("2", "a ")])) == [.constantProgramAccepted])
        #expect(codes(problem([process("1", "a"), process("2", "b")])).isEmpty)
    }

    @Test(
        "the largest bound of a statement's constraints is read in all its forms",
        arguments: [
            ("1 <= a, b <= 10^9", 1e9), ("$1 \\le n \\le 2 \\cdot 10^{5}$", 2e5), ("n ≤ 100000", 1e5), ("x < 1e6", 1e6),
            ("0 ≤ x ≤ 10**18", 1e18), ("no bound, 12345", nil),
        ] as [(String, Double?)]
    )
    func bounds(statement: String, bound: Double?) {
        #expect(StatementRules.largestBound(in: statement) == bound)
    }
}
