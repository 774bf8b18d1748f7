public import GradingModel

/// Verdicts on tests that a program of the problem's author decides on.
///
/// A program's own limits and ending come first, as everywhere. After that the author's program has the word, but not where
/// it decided nothing: `invalid_problem` is never a consequence of the submission, so one that breaks is the problem's
/// fault only where the submission cannot have broken it.
public enum JuryGrader {
    /// Who ended first in a conversation.
    public enum Side: Sendable, Hashable { case program, interactor }

    /// The rules that results name, beside those of comparisons.
    public enum Rule: String, Sendable {
        /// The checker decided.
        case checker
        /// The interactor decided.
        case interactor
        /// The checker broke on this output, and does not on the expected one.
        case brokenChecker = "broken_checker"
        /// The interactor broke after the program had said something.
        case brokenInteractor = "broken_interactor"
    }

    /// The verdict by a checker's decision.
    ///
    /// - Parameters:
    ///   - decision: On the program's output.
    ///   - breaksOnAnswer: Whether it breaks on the expected output in the program's place too; asked only where it broke.
    ///   - policy: For the trace.
    /// - Returns: The grade, without what was odd about the run.
    public static func grade(
        _ decision: JuryDecision,
        breaksOnAnswer: Bool,
        policy: ComparisonOptions.Policy
    ) -> TestGrade {
        switch decision {
        case .accepts(let message): return grade(.accepted, message, .checker, policy)
        case .rejects(let message): return grade(.wrongAnswer, message, .checker, policy)
        case .fails(let message): return invalid("the checker says that the problem is at fault", message)
        case .breaks(let reason):
            if breaksOnAnswer {
                return invalid("the checker decided nothing, nor does it on the expected output", reason)
            }
            let message = "the checker broke on this output, which it does not on the expected one: \(reason)"
            return grade(.wrongAnswer, message, .brokenChecker, policy)
        }
    }

    /// The verdict on a conversation.
    ///
    /// As in DOMjudge, an interactor that rejects before the program has ended goes before whatever the program came to
    /// after that; a program that failed first goes before what the interactor made of it.
    ///
    /// - Parameters:
    ///   - decision: The interactor's.
    ///   - failure: What the program's own run came to, where that was no good end.
    ///   - firstToLeave: Which of the two ended first.
    ///   - hasSpoken: Whether the program wrote anything.
    ///   - policy: For the trace.
    /// - Returns: The grade, without what was odd about the run.
    public static func grade(
        _ decision: JuryDecision,
        failure: Classification?,
        firstToLeave: Side,
        hasSpoken: Bool,
        policy: ComparisonOptions.Policy
    ) -> TestGrade {
        if let failure, failure.verdict == .internalError {
            return TestGrade(verdict: failure.verdict, message: failure.message)
        }
        if case .fails(let message) = decision {
            return invalid("the interactor says that the problem is at fault", message)
        }
        if let failure, firstToLeave == .program {
            return TestGrade(verdict: failure.verdict, message: failure.message)
        }
        switch decision {
        case .accepts(let message):
            if let failure { return TestGrade(verdict: failure.verdict, message: failure.message) }
            return grade(.accepted, message, .interactor, policy)
        case .rejects(let message):
            let consequence = failure?.message.map { "; the program after that: \($0)" } ?? ""
            return grade(.wrongAnswer, (message ?? "the interactor rejects") + consequence, .interactor, policy)
        case .fails(let message): return invalid("the interactor says that the problem is at fault", message)
        case .breaks(let reason):
            if firstToLeave == .program {
                let message = "the program ended before the interactor was through, which broke: \(reason)"
                return grade(.wrongAnswer, message, .brokenInteractor, policy)
            }
            guard hasSpoken else {
                return invalid("the interactor decided nothing, and the program had said nothing", reason)
            }
            return grade(
                .wrongAnswer,
                "the interactor broke on what the program said: \(reason)",
                .brokenInteractor,
                policy
            )
        }
    }

    private static func grade(
        _ verdict: Verdict,
        _ message: String?,
        _ rule: Rule,
        _ policy: ComparisonOptions.Policy
    ) -> TestGrade {
        TestGrade(
            verdict: verdict,
            message: message,
            comparison: ComparisonOutcome(policy: policy, rule: rule.rawValue, isEqual: verdict == .accepted)
        )
    }

    private static func invalid(_ what: String, _ detail: String?) -> TestGrade {
        TestGrade(verdict: .invalidProblem, message: what + (detail.map { ": \($0)" } ?? ""))
    }
}
