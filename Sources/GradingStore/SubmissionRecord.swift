public import GradingModel

/// Where a submission stands.
///
/// The raw value is the name in the API and in the database.
public enum SubmissionStatus: String, Sendable, Hashable, CaseIterable {
    case queued, running, finished, cancelled

    /// Whether nothing more will happen to the submission.
    public var isFinal: Bool { self == .finished || self == .cancelled }
}

/// What the store knows about a submission, its request's body apart.
public struct SubmissionRecord: Sendable, Hashable {
    public var id: String
    public var status: SubmissionStatus
    public var language: Language
    /// When it was handed in, in milliseconds since 1970 (UTC).
    public var createdAt: Int64
    /// `nil` until it is finished.
    public var verdict: Verdict?
    /// Passed of total; `nil` until it is finished, and where nothing can be said about the program.
    public var score: Double?
    public var passed: Int?
    public var total: Int?
    /// The whole answer as JSON text, as it is sent to a client; `nil` until it is finished, and in lists.
    public var answer: [UInt8]?

    public init(
        id: String,
        status: SubmissionStatus,
        language: Language,
        createdAt: Int64,
        verdict: Verdict? = nil,
        score: Double? = nil,
        passed: Int? = nil,
        total: Int? = nil,
        answer: [UInt8]? = nil
    ) {
        self.id = id
        self.status = status
        self.language = language
        self.createdAt = createdAt
        self.verdict = verdict
        self.score = score
        self.passed = passed
        self.total = total
        self.answer = answer
    }
}

/// A submission that was taken from the queue to be graded.
public struct ClaimedSubmission: Sendable, Hashable {
    public var id: String
    public var language: Language
    /// The request's body, byte for byte as it came; empty where whoever took it had it already.
    public var body: [UInt8]
    /// How often it was taken from the queue, this time included.
    ///
    /// More than one means that the service ended
    /// while it ran; a submission that does so again and again should not be tried for ever.
    public var attempts: Int
    public var createdAt: Int64

    public init(id: String, language: Language, body: [UInt8], attempts: Int, createdAt: Int64) {
        self.id = id
        self.language = language
        self.body = body
        self.attempts = attempts
        self.createdAt = createdAt
    }
}

/// The end of a submission, as it is to be stored.
public struct FinishedSubmission: Sendable, Hashable {
    public var verdict: Verdict
    public var score: Double?
    public var passed: Int
    public var total: Int
    /// The whole answer as JSON text; see ``SubmissionRecord/answer``.
    public var answer: [UInt8]

    public init(verdict: Verdict, score: Double?, passed: Int, total: Int, answer: [UInt8]) {
        self.verdict = verdict
        self.score = score
        self.passed = passed
        self.total = total
        self.answer = answer
    }
}
