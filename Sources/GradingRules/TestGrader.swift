public import GradingModel

/// What is decided about one test.
public struct TestGrade: Sendable, Hashable {
    public var verdict: Verdict
    public var message: String?
    /// What a call returned, whether or not it was compared.
    public var returned: Value?
    /// `nil` where nothing was compared.
    public var comparison: ComparisonOutcome?
    /// What was odd about the run, see `Suspicion`.
    public var suspicion: [String]

    public init(
        verdict: Verdict,
        message: String? = nil,
        returned: Value? = nil,
        comparison: ComparisonOutcome? = nil,
        suspicion: [String] = []
    ) {
        self.verdict = verdict
        self.message = message
        self.returned = returned
        self.comparison = comparison
        self.suspicion = suspicion
    }
}

/// Grades one run of one test: classifies the run, and compares the answer where there is one.
public enum TestGrader {
    /// Decides on a test from the facts of its run.
    ///
    /// `output` is the program's stdout, complete unless the facts say that it is over the limit.
    public static func grade(
        _ test: TestCase,
        facts: RunFacts,
        output: ByteString,
        options: ComparisonOptions,
        context: Comparison.Context
    ) -> TestGrade {
        var grade = decide(test, facts: facts, output: output, options: options, context: context)
        // After the verdict, which must not depend on it.
        grade.suspicion = Suspicion.entries(of: facts, due: due(test))
        return grade
    }

    /// The grade of a run after which there is nothing for a checker to decide; `nil` where there is.
    public static func failure(_ test: TestCase, facts: RunFacts, options: ComparisonOptions) -> TestGrade? {
        guard let failure = Classifier.failure(of: facts, due: due(test), policy: options.policy) else { return nil }
        return TestGrade(
            verdict: failure.verdict,
            message: failure.message,
            returned: returned(test, facts),
            suspicion: suspicion(test, facts: facts)
        )
    }

    /// What is odd about a run, see `Suspicion`.
    public static func suspicion(_ test: TestCase, facts: RunFacts) -> [String] {
        Suspicion.entries(of: facts, due: due(test))
    }

    /// What a call returned, where one was made and a value came.
    public static func returned(_ test: TestCase, _ facts: RunFacts) -> Value? {
        guard case .functionCall = test.kind, case .complete(.returned(let value, _)) = facts.frame else { return nil }
        return value
    }

    private static func decide(
        _ test: TestCase,
        facts: RunFacts,
        output: ByteString,
        options: ComparisonOptions,
        context: Comparison.Context
    ) -> TestGrade {
        var returned: Value?
        var printed: ByteString?
        if case .functionCall = test.kind, case .complete(.returned(let value, let text)) = facts.frame {
            returned = value
            printed = text
        }
        var evaluated: ExactValue?
        if case .assertedCall = test.kind, case .complete(.evaluated(let value)) = facts.frame {
            evaluated = value
            returned = value.value
        }
        if let failure = Classifier.failure(of: facts, due: due(test), policy: options.policy) {
            return TestGrade(verdict: failure.verdict, message: failure.message, returned: returned)
        }
        switch test.kind {
        case .stdinStdout(_, let expected):
            return grade(Comparison.compare(text: output, with: expected, options))
        case .functionCall(let function, _, let expected):
            // A run without a value has been classified as a failure.
            let value = returned ?? .null
            var grade = grade(
                Comparison.compare(
                    value: value,
                    with: expected,
                    options,
                    in: context,
                    output: output,
                    printed: printed
                )
            )
            grade.returned = returned
            if grade.verdict == .wrongAnswer, value == .null, !options.inPlace {
                grade.message =
                    "\(function) returned nothing; if it is to change its first argument, set comparison.in_place"
            }
            return grade
        case .assertedCall(let assertion):
            // As above.
            let actual = evaluated ?? .undefined
            let difference = ExactComparison.difference(of: actual, from: assertion.expectation)
            var grade = grade(
                ComparisonOutcome(
                    policy: options.policy,
                    rule: ComparisonRule.assertion.rawValue,
                    isEqual: difference == nil,
                    difference: difference?.difference
                )
            )
            grade.returned = returned
            if let difference { grade.message = assertion.message + difference.note }
            return grade
        case .assertions:
            guard case .complete(.assertionsFailed(let message)) = facts.frame else {
                return TestGrade(verdict: .accepted)
            }
            return TestGrade(verdict: .wrongAnswer, message: message.isEmpty ? "an assertion failed" : message)
        }
    }

    private static func due(_ test: TestCase) -> Classifier.Due {
        switch test.kind {
        case .stdinStdout: .output
        case .functionCall: .returnedValue
        case .assertions: .assertions
        case .assertedCall: .evaluatedCall
        }
    }

    private static func grade(_ outcome: ComparisonOutcome) -> TestGrade {
        TestGrade(verdict: outcome.isEqual ? .accepted : .wrongAnswer, comparison: outcome)
    }
}
