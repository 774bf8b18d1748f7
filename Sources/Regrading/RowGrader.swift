public import GradingModel

/// What grades programs for a regrade: an engine in this process, or a service.
public protocol RowGrader: Sendable {
    /// How many jails run at one time.
    var slots: Int { get }
    /// The digest of each language's image; a language without one can't be graded.
    var toolchains: [Language: String] { get }
    /// The limits of a submission that names none.
    var defaultLimits: Limits { get }

    /// Grades a submission.
    ///
    /// - Returns: The API's answer, with status `finished`; a fault of ours is in it (`internal_error`).
    /// - Throws: What makes it useless to go on, such as a service that is gone.
    func grade(_ submission: Submission) async throws -> Value
}
