/// What an audit does, and where it draws its lines.
public struct AuditOptions: Sendable, Hashable {
    /// How often a gold solution runs: once alone, the other times beside each other.
    public var repetitions: Int
    /// The mutants that a gold solution is tried with first; as many again where most of them survive.
    public var mutants: Int
    /// The share of mutants that must survive for the tests to be called weak.
    public var survivingShare: Double
    /// The share of the CPU time limit beyond which the limit is called tight.
    public var timeShare: Double
    /// The share of the memory limit beyond which the limit is called tight.
    public var memoryShare: Double
    /// The limits of problems that name none, in seconds and MiB.
    public var defaultCPUTime: Double
    public var defaultMemoryMB: Int

    public init(
        repetitions: Int = 3,
        mutants: Int = 8,
        survivingShare: Double = 0.85,
        timeShare: Double = 0.7,
        memoryShare: Double = 0.85,
        defaultCPUTime: Double = 5,
        defaultMemoryMB: Int = 512
    ) {
        self.repetitions = repetitions
        self.mutants = mutants
        self.survivingShare = survivingShare
        self.timeShare = timeShare
        self.memoryShare = memoryShare
        self.defaultCPUTime = defaultCPUTime
        self.defaultMemoryMB = defaultMemoryMB
    }
}
