import GradingModel
import GradingRules
import Images
import JailProtocol
import Sandbox
import Toolchains

/// What building one target came to.
struct BuildOutcome: Sendable {
    enum Status: Sendable {
        case built(Artefact?)
        /// The compiler said no or hit its limits; `result.status` says which.
        case failed
        /// The test's own source cannot be run as it is written.
        case invalidTest(String)
    }

    var status: Status
    var result: CompileResult
}

/// Compiles a submission, or checks its syntax, unless the cache has what comes of it.
struct ProgramBuilder: Sendable {
    var runner: JailRunner
    var runtime: LanguageRuntime
    var artefactCap: Int
    var cache: BuildCache

    /// Bytes of the compiler's stdout, and as many of stderr: more ends the compilation.
    private static let outputCap = 4 << 20
    /// Bytes of each that are kept in the trace.
    static let keptOutput = 64 << 10

    /// Tries the attempts in turn until one succeeds.
    /// - Throws: `SandboxError`, `CancellationError`.
    func build(_ attempts: [BuildAttempt], limits: Limits) async throws -> BuildOutcome {
        guard !attempts.isEmpty else {
            return BuildOutcome(status: .built(nil), result: CompileResult(status: .notNeeded))
        }
        return try await cache.outcome(for: key(attempts, limits)) { try await compile(attempts, limits: limits) }
    }

    /// What these attempts are known to come to.
    func known(_ attempts: [BuildAttempt], limits: Limits) -> BuildOutcome? {
        cache.known(key(attempts, limits))
    }

    private func key(_ attempts: [BuildAttempt], _ limits: Limits) -> BuildKey {
        BuildKey(attempts, imageDigest: runtime.image.digest, limits: limits, artefactCap: artefactCap)
    }

    private func compile(_ attempts: [BuildAttempt], limits: Limits) async throws -> BuildCache.Build {
        var first: CompileResult?
        var isRepeatable = true
        for attempt in attempts {
            let outcome = try await runner.run(
                attempt.command,
                on: runtime,
                outputCap: Self.outputCap,
                collecting: attempt.artefact.map { ($0, artefactCap) },
                limits: JailLimits(compilation: limits)
            )
            isRepeatable = isRepeatable && outcome.isRepeatable
            var result = CompileResult(outcome, form: attempt.form)
            if result.status == .ok, attempt.artefact != nil, outcome.artefact == nil {
                result.status = .failed
                result.stderr = "the compiler ended well but left no program"
            }
            if case .complete(.invalidTest(let reason)) = RunnerFrame.parse(outcome.response) {
                return (BuildOutcome(status: .invalidTest(reason), result: result), isRepeatable)
            }
            if result.status == .ok {
                result.cpuTime += first?.cpuTime ?? 0
                result.wallTime += first?.wallTime ?? 0
                return (BuildOutcome(status: .built(outcome.artefact), result: result), isRepeatable)
            }
            // The diagnostics of the program as it stands are the ones to show; the time is that of all attempts.
            if let known = first {
                first?.cpuTime = known.cpuTime + result.cpuTime
                first?.wallTime = known.wallTime + result.wallTime
            } else {
                first = result
            }
        }
        return (BuildOutcome(status: .failed, result: first ?? CompileResult(status: .failed)), isRepeatable)
    }
}

extension JailOutcome {
    /// Whether a compiler that ended so would end so again: it said yes or no by itself, within its limits.
    ///
    /// Any other status is that of one that broke down or was not started, and may have the host for its reason.
    fileprivate var isRepeatable: Bool {
        guard report.kill == nil, report.oomKills == 0 else { return false }
        return report.ending == .exited(0) || report.ending == .exited(1)
    }
}

extension CompileResult {
    fileprivate init(_ outcome: JailOutcome, form: String) {
        let report = outcome.report
        let status: Status
        switch (report.kill, report.ending) {
        case (.memory?, _): status = .outOfMemory
        case (.cpuTime?, _), (.wallTime?, _): status = .timedOut
        case _ where report.oomKills > 0: status = .outOfMemory
        case (nil, .exited(0)): status = .ok
        default: status = .failed
        }
        self.init(status: status)
        stdout = outcome.stdout.prefix(ProgramBuilder.keptOutput)
        stderr = outcome.stderr.prefix(ProgramBuilder.keptOutput)
        cpuTime = Double(report.cpuMicroseconds) / 1_000_000
        wallTime = Double(report.wallMicroseconds) / 1_000_000
        self.form = form
    }
}

extension ByteString {
    /// The first bytes, cut before a character that would be torn.
    fileprivate func prefix(_ count: Int) -> ByteString {
        guard bytes.count > count else { return self }
        var end = count
        // Back over continuation bytes (10xxxxxx), at most a character's length.
        while end > count - 4, end > 0, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        return ByteString(bytes: Array(bytes[..<end]))
    }
}
