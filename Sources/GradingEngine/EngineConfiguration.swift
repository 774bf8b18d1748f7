public import GradingModel

/// What the engine may use.
public struct EngineConfiguration: Sendable {
    /// Submissions that may wait; more are refused.
    public var queueLimit: Int
    /// The limits of a submission that names none.
    public var defaultLimits: Limits
    /// The largest limits that a submission may name.
    public var largestLimits: Limits
    /// Largest size of a compiled program, in bytes.
    public var artefactCap: Int
    /// The most that the cache of builds takes, in bytes of memory; 0: nothing is kept.
    public var buildCacheSize: Int
    /// The most compiled programs that the cache keeps: each has a descriptor.
    public var artefactLimit: Int
    /// Submissions that are under way at one time, for each slot: while one waits for a slot, others have them.
    public var submissionsPerSlot: Int
    /// How often a run is made again after a fault of ours, and a submission after the service died with it.
    public var attempts: Int
    /// Whether interpreters are forked from warm ones; otherwise each run starts its own.
    public var isWarm: Bool

    public init(
        queueLimit: Int = 10_000,
        defaultLimits: Limits = Limits(),
        largestLimits: Limits = Self.largestLimits,
        artefactCap: Int = 256 << 20,
        buildCacheSize: Int = 512 << 20,
        artefactLimit: Int = 4096,
        submissionsPerSlot: Int = 4,
        attempts: Int = 3,
        isWarm: Bool = true
    ) {
        self.queueLimit = queueLimit
        self.defaultLimits = defaultLimits
        self.largestLimits = largestLimits
        self.artefactCap = artefactCap
        self.buildCacheSize = buildCacheSize
        self.artefactLimit = artefactLimit
        self.submissionsPerSlot = submissionsPerSlot
        self.attempts = attempts
        self.isWarm = isWarm
    }

    /// What a submission may ask for where nothing else is configured.
    public static let largestLimits = Limits(
        cpuTime: 60,
        wallTime: 300,
        memoryMB: 4096,
        outputKB: 65536,
        processes: 512,
        fileSizeMB: 1024,
        stackMB: 4096,
        compileTime: 120,
        compileMemoryMB: 4096
    )
}
