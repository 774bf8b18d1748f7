public import GradingModel

/// What is known of one run of a program, before anything is judged.
public struct RunFacts: Sendable, Hashable {
    /// How the main process ended.
    public enum Ending: Sendable, Hashable {
        case exited(status: Int)
        /// By a signal that was not ours; the name as in `SIGSEGV`.
        case signaled(name: String)
        /// Killed by the service.
        case killed(Reason)
    }

    /// Why the service killed a run.
    public enum Reason: Sendable, Hashable {
        case cpuTime, wallTime, output, memory
    }

    public var ending: Ending
    /// User and system time of the whole jail, in seconds.
    public var cpuTime: Double
    /// From start to end on the monotonic clock, in seconds.
    public var wallTime: Double
    /// The limits under which it ran.
    public var limits: Limits
    /// Processes that the kernel killed because the jail hit its memory limit.
    public var oomKills: Int
    /// More than the limit was written; what was kept is cut.
    public var isStdoutOverLimit: Bool
    public var isStderrOverLimit: Bool
    /// The file that the program wrote its output to, where that is over the limit.
    public var overlongFile: String?
    /// What came on the result channel, which tests of the type `stdin_stdout` do not have.
    public var frame: RunnerFrame
    /// Names of the system calls that the jail's filter refused; no verdict depends on them.
    public var deniedCalls: [String]
    /// Why the service could not run the test properly, for whatever reason that is not the program's.
    public var internalFailure: String?

    public init(
        ending: Ending,
        cpuTime: Double,
        wallTime: Double,
        limits: Limits,
        oomKills: Int = 0,
        isStdoutOverLimit: Bool = false,
        isStderrOverLimit: Bool = false,
        overlongFile: String? = nil,
        frame: RunnerFrame = .none,
        deniedCalls: [String] = [],
        internalFailure: String? = nil
    ) {
        self.ending = ending
        self.cpuTime = cpuTime
        self.wallTime = wallTime
        self.limits = limits
        self.oomKills = oomKills
        self.isStdoutOverLimit = isStdoutOverLimit
        self.isStderrOverLimit = isStderrOverLimit
        self.overlongFile = overlongFile
        self.frame = frame
        self.deniedCalls = deniedCalls
        self.internalFailure = internalFailure
    }
}
