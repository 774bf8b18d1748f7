import GradingModel
import GradingRules

/// What programs that do not compute anything get for the tests.
///
/// For processes and calls that is a matter of the expected answers alone: whether a constant is accepted is decided by
/// the same comparison that decides in a run. For assertions, ``ConstantPrograms`` makes programs.
struct ConstantAnswers {
    let problem: AuditProblem

    /// The most different constants that are tried.
    private static let maximum = 16

    func findings() -> [Finding] {
        let tests = problem.tests
        guard !tests.isEmpty, !problem.template.comparison.inPlace, !problem.hasJury else { return [] }
        let questions = Set(tests.map(\.kind)).count
        let constant: String?
        if let texts = expectedTexts(tests) {
            if accepts(text: "", texts) {
                return [
                    problem.finding(
                        .emptyProgramAccepted,
                        "every test expects an empty output, which a program that does nothing has too",
                        "add tests whose expected output is not empty"
                    )
                ]
            }
            constant = texts.compactMap(\.first).prefix(Self.maximum).first { accepts(text: $0, texts) }
                .map { "prints \(excerpt($0))" }
        } else if let values = expectedValues(tests) {
            constant = candidates(values).first { accepts(value: $0, values, tests) }.map { "returns \(excerpt($0))" }
        } else {
            return []
        }
        guard let constant else { return [] }
        guard questions > 1 else {
            return [
                problem.finding(
                    .singleTest,
                    "there is one test: a program that always \(constant) passes",
                    "add tests with other answers"
                )
            ]
        }
        return [
            problem.finding(
                .constantProgramAccepted,
                "a program that always \(constant) passes all \(tests.count) tests",
                "add tests with other answers"
            )
        ]
    }

    // MARK: - Texts

    private func expectedTexts(_ tests: [TestCase]) -> [[ByteString]]? {
        let texts = tests.compactMap { test -> [ByteString]? in
            guard case .stdinStdout(_, let expected) = test.kind else { return nil }
            return expected
        }
        return texts.count == tests.count ? texts : nil
    }

    private func accepts(text: ByteString, _ expected: [[ByteString]]) -> Bool {
        expected.allSatisfy { Comparison.compare(text: text, with: $0, problem.template.comparison).isEqual }
    }

    // MARK: - Values

    private func expectedValues(_ tests: [TestCase]) -> [[Value]]? {
        let values = tests.compactMap { test -> [Value]? in
            guard case .functionCall(_, _, let expected) = test.kind else { return nil }
            return expected
        }
        return values.count == tests.count ? values : nil
    }

    private func candidates(_ expected: [[Value]]) -> [Value] {
        // What the tests expect comes first, so that a constant is named as they write it.
        var candidates: [Value] = []
        var seen: Set<Value> = []
        for value in expected.compactMap(\.first).prefix(Self.maximum) {
            for candidate in [value, value.listValue.flatMap { $0.count == 1 ? $0[0] : nil }].compactMap(\.self)
            where seen.insert(candidate).inserted { candidates.append(candidate) }
        }
        return candidates + [.null, .bool(false), .bool(true), 0, "", []].filter { !seen.contains($0) }
    }

    private func accepts(value: Value, _ expected: [[Value]], _ tests: [TestCase]) -> Bool {
        let context = Comparison.Context(language: problem.language, tests: tests)
        return expected.allSatisfy {
            Comparison.compare(value: value, with: $0, problem.template.comparison, in: context).isEqual
        }
    }
}

/// A text as messages show it.
func excerpt(_ text: ByteString, limit: Int = 80) -> String {
    var shown = ""
    for scalar in text.prefix(limit).text.unicodeScalars {
        switch scalar {
        case "\n": shown += "\\n"
        case "\t": shown += "\\t"
        case "\"": shown += "\\\""
        case _ where scalar.value < 0x20 || scalar.value == 0x7F: shown += "\\x" + String(scalar.value, radix: 16)
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return "\"\(shown)\(text.count > limit ? "…" : "")\""
}

/// A value's JSON as messages show it.
func excerpt(_ value: Value, limit: Int = 80) -> String {
    let text = ByteString(bytes: JSONCodec.serialize(value.tagged))
    return text.prefix(limit).text + (text.count > limit ? "…" : "")
}
