public import GradingModel
public import GradingStore
public import Telemetry

/// What the HTTP API and the command line ask of the grader.
///
/// Every method may be called at any time and from any task. Cancelling a task that waits takes nothing back:
/// the submission goes on.
public protocol GradingService: Sendable {
    /// Stores a submission and puts it at the end of the queue.
    ///
    /// It is persisted before this returns. With a key that is known, the submission of that key is answered, in
    /// whatever state it is.
    /// - Parameters:
    ///   - submission: What `body` was read as.
    ///   - body: The request's body, byte for byte as it came: what a restart reads the submission from.
    ///   - idempotencyKey: The client's key, where it gave one.
    /// - Returns: The submission in its present state.
    /// - Throws: ``GradingServiceError``.
    func submit(_ submission: Submission, body: [UInt8], idempotencyKey: String?) async throws -> SubmissionRecord

    /// The submission in its present state, with its answer if it is finished; `nil` where there is none.
    func submission(_ id: String) async throws -> SubmissionRecord?

    /// Waits until the submission is finished or cancelled.
    /// - Throws: ``GradingServiceError/shuttingDown`` where the service stops before that: the submission is kept and
    ///   goes on at the next start. ``GradingServiceError/notFound`` where there is none.
    func wait(for id: String) async throws -> SubmissionRecord

    /// A page of submissions without their answers, newest first.
    /// - Throws: `StoreError` with the code `invalidCursor`.
    func list(
        limit: Int,
        cursor: String?,
        verdict: Verdict?,
        language: Language?
    ) async throws -> (records: [SubmissionRecord], nextCursor: String?)

    /// Cancels a submission that is not finished, and kills what runs of it before this returns.
    /// - Returns: The submission as it is now; `nil` where there is none.
    func cancel(_ id: String) async throws -> SubmissionRecord?

    /// The languages that can be graded, with the toolchains that this service has.
    func languages() async -> [LanguageDescription]

    /// The service's checks of itself.
    func health() async -> HealthReport

    /// What was counted since the start, and what is the case now.
    func metrics() async -> [MetricFamily]

    /// Takes nothing more from the queue. What runs goes on; who waits for something that is still in the queue gets
    /// ``GradingServiceError/shuttingDown``, as does who submits.
    func beginShutdown() async
}

/// Why the service takes no submission, or cannot say how one ended.
public enum GradingServiceError: Error, Sendable, Hashable {
    /// The queue holds as many as it may.
    /// - Parameters:
    ///   - depth: How many submissions wait.
    ///   - retryAfter: When it is worth another try, in seconds.
    case queueFull(depth: Int, retryAfter: Int)
    /// The key was used for a submission with another body.
    case idempotencyConflict
    case shuttingDown
    case notFound
}

/// One language as this service runs it.
public struct LanguageDescription: Sendable, Hashable {
    public var language: Language
    /// The toolchain's name and version, for example `CPython 3.13.5`.
    public var toolchain: String
    public var image: String
    public var imageDigest: String
    /// Compile and run flags.
    public var flags: [String]
    /// The limits of a submission that names none.
    public var defaultLimits: Limits
    /// The largest limits that a submission may name.
    public var largestLimits: Limits

    public init(
        language: Language,
        toolchain: String,
        image: String,
        imageDigest: String,
        flags: [String],
        defaultLimits: Limits,
        largestLimits: Limits
    ) {
        self.language = language
        self.toolchain = toolchain
        self.image = image
        self.imageDigest = imageDigest
        self.flags = flags
        self.defaultLimits = defaultLimits
        self.largestLimits = largestLimits
    }
}

/// The service's checks of itself.
public struct HealthReport: Sendable, Hashable {
    /// One check.
    ///
    /// `detail` goes to clients: no host paths in it.
    public struct Check: Sendable, Hashable {
        public var name: String
        public var isHealthy: Bool
        public var detail: String?
        /// Whether a failure means that the process must be restarted, rather than left alone until it is ready.
        public var concernsLiveness: Bool
        /// Whether a failure means that the service should get no work; else it is a warning.
        public var concernsReadiness: Bool

        public init(
            name: String,
            isHealthy: Bool,
            detail: String? = nil,
            concernsLiveness: Bool = false,
            concernsReadiness: Bool = true
        ) {
            self.name = name
            self.isHealthy = isHealthy
            self.detail = detail
            self.concernsLiveness = concernsLiveness
            self.concernsReadiness = concernsReadiness
        }
    }

    public var checks: [Check]

    public init(checks: [Check]) { self.checks = checks }

    public var isReady: Bool { checks.allSatisfy { $0.isHealthy || !$0.concernsReadiness } }
    public var isLive: Bool { checks.allSatisfy { $0.isHealthy || !$0.concernsLiveness } }
}
