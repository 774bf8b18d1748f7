import GradingModel

/// What the tests' own text says: cut short, twice there, nothing asserted.
struct TestTextRules {
    let problem: AuditProblem

    // MARK: - Cut short

    /// Tests that look as if they were cut, with the reason.
    ///
    /// A look is no proof: a maze may end in dots. Where there is a gold solution, its failure on the test decides.
    func truncationSuspects() -> [Int: String] {
        var suspects: [Int: String] = [:]
        for (index, test) in problem.tests.enumerated() {
            if let reason = Self.truncation(of: test) { suspects[index] = reason }
        }
        for index in unfinishedLines() where suspects[index] == nil {
            suspects[index] = "its input ends in the middle of a line, as that of no other test does"
        }
        return suspects
    }

    private static func truncation(of test: TestCase) -> String? {
        switch test.kind {
        case .stdinStdout(let input, let expected):
            if let mark = mark(atEndOf: input) { return "its input ends with \(mark)" }
            for text in expected {
                if let mark = mark(atEndOf: text) { return "its expected output ends with \(mark)" }
            }
        case .functionCall(_, let arguments, let expected):
            for value in arguments {
                if let mark = mark(inside: value) { return "its input holds \(mark)" }
            }
            for value in expected {
                if let mark = mark(inside: value) { return "its expected value holds \(mark)" }
            }
        case .assertions, .assertedCall: break
        }
        return nil
    }

    private static let marks = ["...", "…", "[truncated]", "(truncated)", "<truncated>", "[...]"]

    /// The mark of a cut at the end of a text.
    static func mark(atEndOf text: ByteString) -> String? {
        let tail = String(decoding: text.bytes.suffix(64), as: UTF8.self)
        let trimmed = tail.trimmingSuffix { $0.isWhitespace }
        guard let mark = marks.first(where: { trimmed.hasSuffix($0) }) else { return nil }
        // Four dots and more are a drawing.
        if mark == "...", trimmed.dropLast(3).last == "." { return nil }
        return "`\(mark)`"
    }

    private static func mark(inside value: Value) -> String? {
        switch value {
        // A whole text of dots may be data, and so may one that ends like a sentence.
        case .string(let text): return text.count > 32 ? mark(atEndOf: text) : nil
        case .list(let elements), .set(let elements):
            if let last = elements.last, let text = last.textValue, elements.count > 1, text == "..." || text == "…" {
                return "a list that ends with `\(text)`"
            }
            return elements.lazy.compactMap(mark(inside:)).first
        case .map(let entries): return entries.lazy.compactMap { mark(inside: $0.value) }.first
        default: return nil
        }
    }

    /// Processes' tests whose input has no line end, where those of all others have: at least three tests are needed
    /// to say so.
    private func unfinishedLines() -> [Int] {
        var unfinished: [Int] = []
        var finished = 0
        for (index, test) in problem.tests.enumerated() {
            guard case .stdinStdout(let input, _) = test.kind, !input.isEmpty else { continue }
            if input.bytes.last == UInt8(ascii: "\n") { finished += 1 } else { unfinished.append(index) }
        }
        return finished >= 2 && unfinished.count * 2 <= finished ? unfinished : []
    }

    // MARK: - Twice there

    func duplicates() -> [Finding] {
        var first: [TestCase.Kind: Int] = [:]
        var same: [(Int, Int)] = []
        var contradictions: [(Int, Int)] = []
        for (index, test) in problem.tests.enumerated() {
            let question = Self.question(of: test)
            guard let earlier = first[question] else {
                first[question] = index
                continue
            }
            if problem.tests[earlier].kind == test.kind {
                same.append((earlier, index))
            } else {
                contradictions.append((earlier, index))
            }
        }
        var findings: [Finding] = []
        if let (earlier, later) = same.first {
            let others = same.count == 1 ? "" : ", and \(same.count - 1) more"
            findings.append(
                problem.finding(
                    .duplicateTests,
                    test: later,
                    "test \(later) is the same as test \(earlier)\(others)",
                    "drop what is there twice: it counts twice in the score"
                )
            )
        }
        if let (earlier, later) = contradictions.first {
            findings.append(
                problem.finding(
                    .contradictoryTests,
                    test: later,
                    "tests \(earlier) and \(later) have the same input and expect different answers",
                    "keep the right one; if both are right, put both into any_of, or decide by a checker"
                )
            )
        }
        return findings
    }

    /// A test without its answer.
    private static func question(of test: TestCase) -> TestCase.Kind {
        switch test.kind {
        case .stdinStdout(let input, _): .stdinStdout(input: input, expected: [])
        case .functionCall(let function, let arguments, _):
            .functionCall(function: function, arguments: arguments, expected: [])
        case .assertions, .assertedCall: test.kind
        }
    }

    // MARK: - Nothing asserted

    func assertNothing() -> [Finding] {
        let silent = problem.tests.enumerated().filter { _, test in
            guard case .assertions(let code, _) = test.kind else { return false }
            return !Self.asserts(code, problem.language)
        }
        guard let first = silent.first else { return [] }
        let all = silent.count == problem.tests.count ? "no test asserts" : "\(silent.count) of the tests do not assert"
        return [
            problem.finding(
                .assertsNothing,
                test: first.offset,
                "\(all) anything: every program that gets to the end passes",
                "compare the result with what it must be, as in assert f(x) == y"
            )
        ]
    }

    private static let assertingWords = [
        "assert", "expect", "check", "require", "throw", "raise", "panic", "abort", "exit", "fail", "equal", "should",
        "unwrap", "verify",
    ]

    /// Whether a test's source has a word, outside of texts and comments, that can make it fail.
    static func asserts(_ code: ByteString, _ language: Language) -> Bool {
        SourceLexer.tokens(of: code, language).contains { token in
            guard token.kind == .word else { return false }
            let word = String(decoding: code.bytes[token.range], as: UTF8.self).lowercased()
            return assertingWords.contains { word.contains($0) }
        }
    }
}

extension StringProtocol {
    func trimmingSuffix(while predicate: (Character) -> Bool) -> SubSequence {
        var end = endIndex
        while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
        return self[..<end]
    }
}
