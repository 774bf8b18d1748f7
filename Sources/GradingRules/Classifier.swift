public import GradingModel

/// A verdict and, where it does not speak for itself, why.
public struct Classification: Sendable, Hashable {
    public var verdict: Verdict
    public var message: String?

    public init(_ verdict: Verdict, _ message: String? = nil) {
        self.verdict = verdict
        self.message = message
    }
}

/// From the facts of a run to its verdict.
///
/// Where several verdicts hold, the order is: internal error, output limit, memory limit, time limit, runtime error,
/// wrong answer. Time over the limit counts even where the program ended by itself.
public enum Classifier {
    /// What a test's run has to bring for its answer to be looked at.
    public enum Due: Sendable, Hashable {
        /// Text on stdout.
        case output
        /// A frame with a value.
        case returnedValue
        /// A frame with the value of an assertion's call.
        case evaluatedCall
        /// A frame with the outcome of the assertions.
        case assertions
    }

    /// The verdict on a run that did not bring an answer, or brought one that must not be looked at; `nil` where the
    /// answer decides.
    ///
    /// Policy `genesys` ignores exit status and signal.
    public static func failure(
        of facts: RunFacts,
        due: Due,
        policy: ComparisonOptions.Policy
    ) -> Classification? {
        if let reason = facts.internalFailure { return Classification(.internalError, reason) }
        if let message = outputMessage(facts) { return Classification(.outputLimitExceeded, message) }
        if facts.oomKills > 0 || facts.ending == .killed(.memory) {
            return Classification(
                .memoryLimitExceeded,
                "the memory of all processes and files together hit the limit of \(facts.limits.memoryMB) MiB"
            )
        }
        if let message = timeMessage(facts) { return Classification(.timeLimitExceeded, message) }
        return runtimeError(facts, due: due, ignoresStatus: policy == .genesys)
    }

    // MARK: - Limits

    private static func outputMessage(_ facts: RunFacts) -> String? {
        let limit = "the limit of \(facts.limits.outputKB) KiB"
        if facts.isStdoutOverLimit { return "stdout is over \(limit)" }
        if facts.isStderrOverLimit { return "stderr is over \(limit)" }
        if let file = facts.overlongFile { return "\(file) is over \(limit)" }
        if facts.frame == .oversized { return "the returned value is over \(limit)" }
        return facts.ending == .killed(.output) ? "the output is over \(limit)" : nil
    }

    private static func timeMessage(_ facts: RunFacts) -> String? {
        let limits = facts.limits
        if facts.cpuTime > limits.cpuTime || facts.ending == .killed(.cpuTime) {
            return over("CPU time", facts.cpuTime, limits.cpuTime)
        }
        if facts.wallTime > limits.wallTime || facts.ending == .killed(.wallTime) {
            return over("wall time", facts.wallTime, limits.wallTime)
                + "; of CPU time it used \(Seconds.text(facts.cpuTime, decimals: 2))"
        }
        return nil
    }

    private static func over(_ what: String, _ used: Double, _ limit: Double) -> String {
        // A run that was killed at its limit may have been measured a moment before.
        guard used > limit else { return "\(what) reached the limit of \(Seconds.text(limit, decimals: 6))" }
        // As many decimals as it takes to see that it is more.
        let texts = [2, 3, 6].lazy.map { (Seconds.text(used, decimals: $0), Seconds.text(limit, decimals: $0)) }
        let (usedText, _) = texts.first { $0.0 != $0.1 } ?? (Seconds.text(used, decimals: 6), "")
        return "\(what) \(usedText) is over the limit of \(Seconds.text(limit, decimals: 6))"
    }

    // MARK: - Runtime errors

    private static func runtimeError(_ facts: RunFacts, due: Due, ignoresStatus: Bool) -> Classification? {
        let status = statusMessage(facts)
        func error(_ message: String) -> Classification { Classification(.runtimeError, message) }
        if due == .output { return ignoresStatus ? nil : status.map(error) }

        switch facts.frame {
        case .none, .oversized:
            let end = status ?? "the program ended with exit status 0"
            return error(end + (due == .assertions ? " before the test was through" : " before the call returned"))
        case .extra: return error("more than one response came on the result channel")
        case .malformed(let reason): return error(reason)
        case .complete(.error(let kind, let message)):
            if message.isEmpty { return error(defaultMessage(kind)) }
            return error(kind == .harness ? "the runner gave up: \(message)" : message)
        case .complete(.invalidTest): return error("a response came that a run cannot give")
        case .complete(.returned):
            guard due == .returnedValue else { return error("a value came where \(name(due)) was due") }
            return ignoresStatus ? nil : status.map { error("\($0) after the call returned") }
        case .complete(.evaluated):
            guard due == .evaluatedCall else { return error("an evaluated call came where \(name(due)) was due") }
            return ignoresStatus ? nil : status.map { error("\($0) after the call returned") }
        case .complete(.assertionsPassed):
            guard due == .assertions else { return error("an outcome of assertions came where \(name(due)) was due") }
            return ignoresStatus ? nil : status.map { error("\($0) after the assertions passed") }
        case .complete(.assertionsFailed):
            // That it ends with an error is what an assertion that fails does.
            return due == .assertions ? nil : error("an outcome of assertions came where \(name(due)) was due")
        }
    }

    private static func name(_ due: Due) -> String {
        switch due {
        case .output: "text"
        case .returnedValue: "a value"
        case .evaluatedCall: "an evaluated call"
        case .assertions: "the outcome of assertions"
        }
    }

    private static func defaultMessage(_ kind: RunnerFrame.ErrorKind) -> String {
        switch kind {
        case .exception: "uncaught exception"
        case .ended: "the submission ended before the test was through"
        case .entryNotFound: "the function is not there"
        case .argument: "an argument does not fit the declared type"
        case .result: "the result is of a type that cannot be carried"
        case .harness: "the runner gave up"
        }
    }

    /// How the process ended, where that was not well.
    private static func statusMessage(_ facts: RunFacts) -> String? {
        switch facts.ending {
        case .exited(status: 0): nil
        case .exited(let status): "exit status \(status)"
        case .signaled("SIGXFSZ"):
            "ended by signal SIGXFSZ: a file grew over the limit of \(facts.limits.fileSizeMB) MiB"
        case .signaled(let name): "ended by signal \(name)"
        case .killed: "killed"
        }
    }
}

/// Seconds as people read them.
enum Seconds {
    /// At most `decimals` places, without zeros at the end.
    static func text(_ seconds: Double, decimals: Int) -> String {
        guard seconds.isFinite, abs(seconds) < 1e9 else { return "\(seconds) s" }
        var unit = 1
        for _ in 0..<decimals { unit *= 10 }
        let scaled = Int((seconds * Double(unit)).rounded())
        var fraction = String(scaled.magnitude % UInt(unit))
        fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        let whole = (scaled < 0 ? "-" : "") + String(scaled.magnitude / UInt(unit))
        return whole + (fraction.isEmpty ? "" : "." + fraction) + " s"
    }
}
