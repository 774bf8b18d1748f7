import GradingModel
import Toolchains

/// What is to be built for the tests of a submission.
struct BuildPlan: Sendable {
    /// The distinct targets, in the order of the tests.
    let targets: [BuildTarget]
    /// The ways to build each.
    let attempts: [BuildTarget: [BuildAttempt]]
    private let targetsByTest: [BuildTarget]

    init(_ tests: [TestCase], code: ByteString, toolchain: any Toolchain) {
        var targets: [BuildTarget] = []
        var attempts: [BuildTarget: [BuildAttempt]] = [:]
        targetsByTest = tests.map { BuildTarget.target(for: $0, among: tests) }
        for target in targetsByTest where attempts[target] == nil {
            targets.append(target)
            attempts[target] = toolchain.buildAttempts(for: target, code: code)
        }
        self.targets = targets
        self.attempts = attempts
    }

    /// The target of a test.
    func target(of test: Int) -> BuildTarget { targetsByTest[test] }

    /// The distinct builds: targets that are built by the same commands share one, as a syntax check is one for all tests.
    var builds: [[BuildAttempt]] {
        var known: Set<[BuildAttempt]> = []
        return targets.compactMap { attempts[$0] }.filter { known.insert($0).inserted }
    }

    /// The one build of all targets, where it is a check that a test can show to be superfluous.
    var deferrableCheck: [BuildAttempt]? {
        let builds = builds
        guard builds.count == 1, builds[0].count == 1, builds[0][0].isShownByTests else { return nil }
        return builds[0]
    }
}

/// The builds of a submission, by target.
struct SubmissionBuilds: Sendable {
    private var outcomes: [BuildTarget: BuildOutcome] = [:]
    /// In the order of the tests.
    private let order: [BuildTarget]
    /// A check that was not made yet, and is not if a test of these targets ends well.
    private(set) var deferred: [BuildAttempt]?

    init(_ plan: BuildPlan, _ outcomes: [[BuildAttempt]: BuildOutcome], deferred: [BuildAttempt]? = nil) {
        order = plan.targets
        self.deferred = deferred
        for target in order {
            self.outcomes[target] = plan.attempts[target].flatMap { outcomes[$0] }
        }
    }

    func outcome(of target: BuildTarget) -> BuildOutcome? { outcomes[target] }

    /// Takes what the deferred check came to, or would have.
    mutating func settle(_ outcome: BuildOutcome) {
        deferred = nil
        for target in order { outcomes[target] = outcome }
    }

    var allFailed: Bool {
        !order.isEmpty && order.allSatisfy { if case .failed? = outcomes[$0]?.status { true } else { false } }
    }

    /// One account for the trace: of the first that failed, else of the first; the times of all.
    var summary: CompileResult {
        let results = order.compactMap { outcomes[$0]?.result }
        guard var summary = results.first(where: { $0.status != .ok && $0.status != .notNeeded }) ?? results.first
        else { return CompileResult(status: .notNeeded) }
        summary.cpuTime = results.reduce(0) { $0 + $1.cpuTime }
        summary.wallTime = results.reduce(0) { $0 + $1.wallTime }
        summary.cached = !results.isEmpty && results.allSatisfy(\.cached)
        return summary
    }
}

/// Makes the builds of one submission, several at a time.
struct SubmissionBuilder: Sendable {
    var program: ProgramBuilder
    var limits: Limits
    /// Builds at one time.
    var width: Int

    /// Makes what the plan asks for; with `mayDefer`, a check that tests can show to be superfluous is left out for now.
    ///
    /// Throws `SandboxError` and `CancellationError`.
    func build(_ plan: BuildPlan, deferring mayDefer: Bool) async throws -> SubmissionBuilds {
        if mayDefer, let check = plan.deferrableCheck {
            guard let known = program.known(check, limits: limits) else {
                return SubmissionBuilds(plan, [:], deferred: check)
            }
            return SubmissionBuilds(plan, [check: known])
        }
        let builds = plan.builds
        return try await withThrowingTaskGroup(of: ([BuildAttempt], BuildOutcome).self) { group in
            var outcomes: [[BuildAttempt]: BuildOutcome] = [:]
            for (index, build) in builds.enumerated() {
                if index >= width, let (attempts, outcome) = try await group.next() { outcomes[attempts] = outcome }
                group.addTask { (build, try await outcome(of: build)) }
            }
            for try await (attempts, outcome) in group { outcomes[attempts] = outcome }
            return SubmissionBuilds(plan, outcomes)
        }
    }

    /// Makes one build.
    func outcome(of attempts: [BuildAttempt]) async throws -> BuildOutcome {
        try await program.build(attempts, limits: limits)
    }
}
