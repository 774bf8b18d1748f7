public import JailProtocol
import LinuxSystem

/// What became of a slot.
public enum SlotEvent: Sendable, Hashable {
    /// It could not put its control group in order after a run; its index is never used again.
    case retired(slot: UInt32, reason: JailFailure)
    /// Its process ended in the middle of a run.
    case lost
}

/// What the slots of a pool are doing, and did since the start.
public struct SlotPoolAccount: Sendable, Hashable {
    /// Slots that are open or being opened, and how many of them are not free.
    public internal(set) var open = 0
    public internal(set) var busy = 0
    public internal(set) var retired = 0
    /// The last slot that was retired, and why; names no path.
    public internal(set) var lastRetirement: String?
    /// Slots whose process ended in the middle of a run.
    public internal(set) var lost = 0
    /// Runs that came to a report.
    public internal(set) var runs = 0
    /// How often each system call was refused in them; of many in one run, a lower bound.
    public internal(set) var deniedCalls: [String: UInt64] = [:]
    /// Runs that were not made, by a fault of the host or of the jailer.
    public internal(set) var failedRuns = 0

    mutating func note(_ result: Result<JailOutcome, SandboxError>, _ ending: SlotEnding?, isLost: Bool) {
        switch result {
        case .success(let outcome):
            runs += 1
            for call in outcome.report.deniedCalls { deniedCalls[call.name, default: 0] &+= call.count }
        case .failure(.jailFailed): failedRuns += 1
        case .failure: break
        }
        if let ending, ending.isRetired {
            retired += 1
            lastRetirement = "slot \(ending.slot), \(ending.reason.stage): \(SyscallError.text(ending.reason.errno))"
        } else if isLost {
            lost += 1
        }
    }
}
