import GradingModel
import Testing

@testable import Auditing

@Suite("What tells that a translation fell into a trap") struct TranslationRulesTests {
    struct Case: Sendable {
        var language: Language
        var program: String
        var input: [Value]
        var expected: Value
        var returned: Value
        var code: FindingCode?
    }

    static let cases: [Case] = [
        Case(
            language: .cpp,
            program: "int f(int a)",
            input: [100000],
            expected: 10_000_000_000,
            returned: 1_410_065_408,
            code: .integerOverflow
        ),
        Case(
            language: .javascript,
            program: "a * b",
            input: [1],
            expected: 999_999_998_000_000_001,
            returned: 999_999_998_000_000_000,
            code: .integerOverflow
        ),
        Case(
            language: .javascript,
            program: "a / b",
            input: [7, 2],
            expected: 3,
            returned: 3.5,
            code: .integerDivision
        ),
        Case(language: .rust, program: "a / b", input: [-7, 2], expected: -4, returned: -3, code: .integerDivision),
        Case(language: .cpp, program: "a % b", input: [-7, 5], expected: 3, returned: -2, code: .negativeModulo),
        Case(language: .javascript, program: "a % b", input: [7, 5], expected: 3, returned: -2, code: nil),
        Case(
            language: .javascript,
            program: "sort()",
            input: [[10, 9]],
            expected: [9, 10],
            returned: [10, 9],
            code: .outputOrder
        ),
        Case(language: .rust, program: "s.len()", input: ["é"], expected: 1, returned: 2, code: .textLength),
        Case(language: .javascript, program: "s.length", input: ["é"], expected: 1, returned: 2, code: nil),
        Case(
            language: .cpp,
            program: "float",
            input: [1],
            expected: 0.123456789,
            returned: 0.12345,
            code: .floatFormatting
        ),
        Case(language: .python, program: "x", input: [1], expected: 1, returned: 2, code: nil),
    ]

    @Test("a difference of a known kind gets its own code", arguments: cases)
    func traps(item: Case) {
        let divergence = Divergence(
            question: .functionCall(function: "f", arguments: item.input, expected: []),
            expected: .value(item.expected),
            result: outcome(0, .wrongAnswer, returned: item.returned),
            language: item.language,
            program: ByteString(item.program)
        )
        #expect(divergence.trap()?.code == item.code)
    }

    @Test(
        "ids are the same without the language in them",
        arguments: [
            ("Python/0", "JavaScript/0"), ("hx/cpp/12", "hx/python/12"), ("add-rust", "add-js"), ("C++/3", "rust/3"),
        ]
    )
    func ids(one: String, other: String) {
        #expect(ProblemMatcher.withoutLanguage(one) == ProblemMatcher.withoutLanguage(other))
    }

    @Test("problems are matched by what they have in common; doubles and lonely ones are named")
    func matching() {
        let problems = [
            callProblem([([1], 1)], id: "rust/a"), callProblem([([1], 1)], language: .javascript, id: "js/a"),
            callProblem([([1], 1)], id: "b"), callProblem([([1], 1)], id: "c"), callProblem([([1], 1)], id: "c"),
        ]
        let matches = ProblemMatcher().match(problems)
        #expect(matches.groups.map(\.key) == ["a"])
        #expect(matches.groups.first?.original.language == .python)
        #expect(matches.findings.map(\.code) == [.unmatched, .ambiguousMatch])
    }

    @Test("made-up inputs are new, the same each time, and within what the tests show unless they say otherwise")
    func inputs() {
        let problem = callProblem([([3, [1, 2]], 0), ([9, [4]], 0), ([5, []], 0)], statement: "x <= 10^9")
        var maker = InputMaker(problem: problem)
        let made = maker.inputs(20, from: problem.tests)
        var again = InputMaker(problem: problem)
        #expect(made == again.inputs(20, from: problem.tests))
        #expect(made.count > 5)
        for input in made {
            guard case .functionCall(_, let arguments, _) = input.question else { continue }
            #expect(!problem.tests.contains { InputMaker.question($0.kind) == input.question })
            if input.reach == .observed { #expect((3...9).contains(arguments[0].intValue ?? 0)) }
        }
        #expect(made.contains { $0.reach == .stretched(isAllowed: true) })
    }

    @Test("numbers that are made large are of both parities, and reach the bound but never go beyond it")
    func stretching() {
        let call = callProblem([([3, [4, 7]], 0), ([9, [5]], 0)], statement: "x <= 10^9")
        let text = problem([process("2\n30 40\n", "70\n"), process("2\n7 8\n", "15\n")], statement: "x <= 10^9")
        for problem in [call, text] {
            var maker = InputMaker(problem: problem)
            let large = maker.inputs(200, from: problem.tests).filter { $0.reach == .stretched(isAllowed: true) }
                .flatMap { numbers($0.question) }.filter { $0 > 1_000_000 }
            #expect(large.max() == 1_000_000_000)
            #expect(Set(large.map { $0 % 2 }).count == 2)
            #expect(Set(large.map { $0 % 10 }).count == 10)
        }
        // Where little is allowed, little is taken off.
        let little = callProblem([([3], 0), ([9], 0)], statement: "x <= 20")
        var maker = InputMaker(problem: little)
        let made = maker.inputs(40, from: little.tests).filter { $0.reach == .stretched(isAllowed: true) }
        #expect(!made.isEmpty)
        #expect(made.flatMap { numbers($0.question) }.allSatisfy { (1...20).contains($0) })
    }

    @Test("what all calls of the tests have in common, the calls that are made up have too")
    func relations() {
        let rows: [[Value]] = [
            [[1, 2, 3], [4, 5, 6], 2, "(()) ()"], [[1, 2], [3, 4], 2, "()"], [[7], [8], 0, "(()(()))"],
            [[9, 9, 8, 7], [1, 3, 5, 7], 1, "() (()) ((()))"],
        ]
        let problem = callProblem(rows.map { ($0, 0) })
        var maker = InputMaker(problem: problem)
        let made = maker.inputs(120, from: problem.tests).filter { $0.reach == .observed }
        #expect(made.count > 20)
        for input in made {
            guard case .functionCall(_, let arguments, _) = input.question, let one = arguments[0].listValue,
                let other = arguments[1].listValue, let count = arguments[2].intValue, let text = arguments[3].textValue
            else {
                Issue.record("\(input)")
                continue
            }
            #expect(one.count == other.count && count <= one.count, "\(arguments)")
            #expect(TextTraits(text).isSuperset(of: [.balanced, .balancedWords, .groupedWords, .spacedOnce]))
        }
        #expect(TextTraits("a [b] ") == [.balanced, .balancedWords, .groupedWords])
        #expect(TextTraits("a[b]()c") == [.balanced, .balancedWords, .spacedOnce])
        #expect(TextTraits("( )") == [.balanced, .spacedOnce] && TextTraits(")(") == .spacedOnce)
        // Of lists that sometimes have another length nothing is asked.
        #expect(ObservedRelations([[[1], [2]], [[1], []]]).hold(for: [[1, 2, 3], []]))
        #expect(!ObservedRelations([[[[1, 2], [3, 4]]], [[[5], [6]]]]).hold(for: [[[1], [2, 3]]]))
    }

    private func numbers(_ question: TestCase.Kind) -> [Int] {
        switch question {
        case .functionCall(_, let arguments, _):
            arguments.flatMap { $0.listValue ?? [$0] }.compactMap(\.intValue)
        case .stdinStdout(let input, _): input.text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        case .assertions, .assertedCall: []
        }
    }

    @Test("what a translation answers is judged by the original, and inputs on which that fails do not count")
    func checking() async throws {
        let tests: [(input: [Value], output: Value)] = [([1], 1), ([8], 8), ([4], 4)]
        let original = callProblem(tests, gold: "def f(x):\n    return x\n", id: "python/a")
        let wrong = callProblem(tests, language: .javascript, gold: "function f(x) { wrong }", id: "js/a")
        let right = callProblem(tests, language: .rust, gold: "fn f(x: i64) -> i64 { x }", id: "rust/a")
        // Stands for a jail: f(x) is x; the original fails on 7, the wrong one answers 0 to what is no test's input.
        let checker = TranslationChecker(inputs: 12) { submission in
            guard case .cases(let cases) = submission.tests, case .code(let code) = submission.source else {
                return run([])
            }
            let results = cases.enumerated().map { index, test -> TestResult in
                guard case .functionCall(_, let arguments, let expected) = test.kind, let x = arguments[0].intValue
                else {
                    return outcome(index, .internalError)
                }
                if x == 7 { return outcome(index, .runtimeError) }
                let answer = Value(code.text.contains("wrong") && ![1, 8, 4].contains(x) ? 0 : x)
                return outcome(index, expected == [answer] ? .accepted : .wrongAnswer, returned: answer)
            }
            return run(results, of: submission.language)
        }
        let report = try await checker.check(ProblemGroup(key: "a", original: original, translations: [wrong, right]))
        #expect(report.translations.map(\.status) == [.failed, .passed])
        #expect(report.allFindings.map(\.code) == [.translationDiffers])
        #expect(report.translations.allSatisfy { $0.compared > 3 })
    }
}
