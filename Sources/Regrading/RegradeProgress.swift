public import GradingModel
import Synchronization

/// How far a regrade is, as of now.
public struct RegradeStatus: Sendable, Hashable {
    public enum Phase: String, Sendable, Hashable {
        case indexing = "indexing tasks"
        case grading
        case writing = "writing the output"
    }

    public var phase = Phase.indexing
    /// Rows that are done, those of earlier starts included, and of them those of this start.
    public var done = 0
    public var doneNow = 0
    /// Rows that were read and are not done.
    public var underWay = 0
    /// Which part of the input is done, where it can be told.
    public var fraction: Double?
    public var verdicts: [Verdict: Int] = [:]
    public var unreadable = 0
    public var others = 0
    /// Rows of this start whose work had been done for another row.
    public var repeated = 0
    /// CPU time of this start's jails, in seconds.
    public var jailCPUTime = 0.0
    /// Seconds since grading began, and which part was done then.
    public var elapsed = 0.0
    public var fractionAtStart = 0.0

    public init() {}

    /// Rows a second, of this start.
    public var rate: Double { elapsed > 0 ? Double(doneNow) / elapsed : 0 }

    /// Seconds until the end, if it goes on like this.
    public var remaining: Double? {
        guard let fraction, fraction > fractionAtStart, fraction <= 1, doneNow > 0 else { return nil }
        return elapsed * (1 - fraction) / (fraction - fractionAtStart)
    }
}

/// Where a regrade says how far it is, and others look.
public final class RegradeProgress: Sendable {
    private let state = Mutex<(status: RegradeStatus, began: ContinuousClock.Instant?)>((RegradeStatus(), nil))

    public init() {}

    public var status: RegradeStatus {
        state.withLock { state in
            var status = state.status
            if let began = state.began { status.elapsed = began.duration(to: .now) / .seconds(1) }
            return status
        }
    }

    func update(_ change: (inout RegradeStatus) -> Void) { state.withLock { change(&$0.status) } }

    func beginGrading(done: Int, fraction: Double?) {
        state.withLock { state in
            state.status.phase = .grading
            state.status.done = done
            state.status.fraction = fraction
            state.status.fractionAtStart = fraction ?? 0
            state.began = .now
        }
    }

    func note(_ outcome: RowOutcome, isRepeated: Bool) {
        update { status in
            status.done += 1
            status.doneNow += 1
            status.underWay -= 1
            if isRepeated { status.repeated += 1 } else { status.jailCPUTime += outcome.totalCPUTime }
            switch outcome.kind {
            case .unreadable: status.unreadable += 1
            case .other: status.others += 1
            case .graded: if let verdict = outcome.verdict { status.verdicts[verdict, default: 0] += 1 }
            }
        }
    }
}
