import GradingModel
import Toolchains

/// Runs the tests of one submission, several at a time.
///
/// A check of the source that was deferred is made as soon as a test ends in a way that does not show it to be
/// superfluous. Until it is known how the check ends, no result is handed out; where it fails, none ever is: each test
/// has the result that it has where the check comes first.
struct TestRun: Sendable {
    var judge: TestJudge
    var tests: [TestCase]
    var plan: BuildPlan
    /// Later tests are skipped once one is not accepted.
    var stopsOnFailure: Bool
    /// Tests at one time.
    var width: Int
    /// Called with each result as it is known.
    var onTest: @Sendable (TestResult) -> Void

    private enum Event: Sendable {
        case test(TestResult)
        case check(Result<BuildOutcome, any Error>)
    }

    /// Runs all tests; `builds` has the outcome of a deferred check afterwards.
    /// - Throws: `SandboxError` of the check, `CancellationError`.
    func results(
        _ builds: inout SubmissionBuilds,
        checkingWith builder: SubmissionBuilder
    ) async throws -> [TestResult] {
        var state = State(run: self, builds: builds)
        try await withThrowingTaskGroup(of: Event.self) { group in
            while !state.isOver {
                while state.underWay < width, let index = state.next() {
                    let build = state.builds.outcome(of: plan.target(of: index))
                    group.addTask { .test(try await judge.result(of: index, build: build)) }
                    state.underWay += 1
                }
                if let check = state.takeCheck() {
                    group.addTask {
                        do {
                            return .check(.success(try await builder.outcome(of: check)))
                        } catch {
                            return .check(.failure(error))
                        }
                    }
                }
                guard let event = try await group.next() else { continue }
                switch event {
                case .test(let result): state.take(result)
                // Where a test has shown meanwhile how it ends, a fault of ours in it means nothing.
                case .check(let outcome): if !state.isSettled { state.settle(try outcome.get()) }
                }
            }
            // What still runs is of no interest: the program does not compile.
            group.cancelAll()
            while let last = await group.nextResult() { _ = last }
        }
        try Task.checkCancellation()
        builds = state.builds
        return state.results.compactMap(\.self)
    }

    /// Which tests are over, and what is known of the check.
    private struct State {
        enum Check {
            /// There is none, or it is known how it ends.
            case settled
            case deferred([BuildAttempt])
            /// It is to be made.
            case due([BuildAttempt])
            case underWay
        }

        let run: TestRun
        var builds: SubmissionBuilds
        var results: [TestResult?]
        var underWay = 0
        private var nextTest = 0
        private var isStopped = false
        private var check: Check
        /// Results that wait for the check.
        private var held: [TestResult] = []

        init(run: TestRun, builds: SubmissionBuilds) {
            self.run = run
            self.builds = builds
            results = Array(repeating: nil, count: run.tests.count)
            check = builds.deferred.map { .deferred($0) } ?? .settled
        }

        var isSettled: Bool { if case .settled = check { true } else { false } }

        var isOver: Bool {
            guard isSettled, nextTest == run.tests.count else { return false }
            return underWay == 0 || builds.allFailed
        }

        /// The next test that must run; those before it that need not have their results.
        mutating func next() -> Int? {
            while nextTest < run.tests.count {
                let index = nextTest
                nextTest += 1
                let test = run.tests[index]
                if isStopped {
                    results[index] = TestResult(skipped: test, at: index, "an earlier test failed")
                } else if let result = settledByBuild(index) {
                    results[index] = result
                    run.onTest(result)
                    isStopped = run.stopsOnFailure
                } else {
                    return index
                }
            }
            return nil
        }

        mutating func take(_ result: TestResult) {
            underWay -= 1
            // It came too late: what the test comes to is decided.
            if results[result.index] != nil { return }
            if run.stopsOnFailure && result.verdict != .accepted { isStopped = true }
            if isSettled {
                results[result.index] = result
                run.onTest(result)
                return
            }
            held.append(result)
            if result.showsThatSourceIsRead {
                var check = CompileResult(status: .ok)
                check.form = builds.deferred?.first?.form
                settle(BuildOutcome(status: .built(nil), result: check))
            } else if case .deferred(let attempts) = check {
                check = .due(attempts)
            }
        }

        /// The check, if it is to be made now.
        mutating func takeCheck() -> [BuildAttempt]? {
            guard case .due(let attempts) = check else { return nil }
            check = .underWay
            return attempts
        }

        /// It is known how the check ends.
        mutating func settle(_ outcome: BuildOutcome) {
            check = .settled
            builds.settle(outcome)
            if case .built = outcome.status {
                for result in held {
                    results[result.index] = result
                    run.onTest(result)
                }
                held = []
                return
            }
            // As if it had come first.
            results = Array(repeating: nil, count: run.tests.count)
            isStopped = false
            nextTest = 0
            while next() != nil {}
        }

        /// The result of a test that does not run, because of its build.
        private func settledByBuild(_ index: Int) -> TestResult? {
            let test = run.tests[index]
            if builds.deferred != nil { return nil }
            return switch builds.outcome(of: run.plan.target(of: index))?.status {
            case .built: nil
            case .invalidTest(let reason):
                TestResult(
                    index: index,
                    name: test.name,
                    type: test.typeName,
                    verdict: .invalidProblem,
                    message: reason
                )
            case .failed, nil:
                if builds.allFailed {
                    TestResult(skipped: test, at: index, "the program does not compile")
                } else {
                    TestResult(
                        index: index,
                        name: test.name,
                        type: test.typeName,
                        verdict: .compileError,
                        message: "the program does not compile with this test"
                    )
                }
            }
        }
    }
}

extension TestResult {
    /// The result of a test that does not run.
    init(skipped test: TestCase, at index: Int, _ reason: String) {
        self.init(index: index, name: test.name, type: test.typeName, verdict: .skipped, message: reason)
    }

    /// Whether the interpreter must have read all of the source: the program ended by itself, with status 0, and there
    /// was something to compare.
    fileprivate var showsThatSourceIsRead: Bool {
        exitCode == 0 && (verdict == .accepted || verdict == .wrongAnswer)
    }
}
