public import GradingModel

/// What became of one row: what is put beside its fields, and what summary and report count.
public struct RowOutcome: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// Graded, or settled without a run (`no_code`, `invalid_problem`).
        case graded
        /// Of another `task_type`: what is stored beside it stays.
        case other
        /// No row at all; it is not in the output.
        case unreadable
    }

    public var kind: Kind
    public var verdict: Verdict?
    public var score: Double?
    /// `verification_result_info`, without the trace.
    public var info: Value
    public var language: Language?
    /// Where the problem comes from.
    public var source: String?
    public var problemID: String?
    /// The score that was stored beside the row; `nil` where there was no such field, null where it was null.
    public var storedScore: Value?
    /// Why it is not readable or not graded.
    public var reason: String?
    /// CPU time of all its tests and its compilation, in seconds.
    public var totalCPUTime: Double

    public init(kind: Kind, verdict: Verdict? = nil, score: Double? = nil, info: Value = .map([])) {
        self.kind = kind
        self.verdict = verdict
        self.score = score
        self.info = info
        totalCPUTime = 0
    }

    static func unreadable(_ reason: String) -> RowOutcome {
        var outcome = RowOutcome(kind: .unreadable)
        outcome.reason = reason
        return outcome
    }

    /// A row that no program can be graded on, or that has none.
    static func ungradable(_ reason: String) -> RowOutcome {
        var outcome = RowOutcome(
            kind: .graded,
            verdict: .invalidProblem,
            info: .fields([
                ("failure_reason", Value(Verdict.invalidProblem.rawValue)),
                ("verdict", Value(Verdict.invalidProblem.rawValue)), ("message", Value(reason)),
            ])
        )
        outcome.reason = reason
        return outcome
    }

    /// Whether the fault is ours, so that it is worth another try.
    public var isOurFault: Bool { verdict == .internalError }

    /// Who or what the row is, with its verdict, for tables.
    public var change: ScoreChange? {
        guard kind == .graded, let storedScore else { return nil }
        return ScoreChange(before: ScoreClass(storedScore), after: ScoreClass(score))
    }
}

/// What a score says, for tables.
public enum ScoreClass: String, Sendable, Hashable, CaseIterable {
    case null, none = "0", partial, all = "1"

    public init(_ score: Double?) {
        switch score {
        case nil: self = .null
        case .some(let score) where score >= 1: self = .all
        case .some(let score) where score <= 0: self = .none
        default: self = .partial
        }
    }

    public init(_ score: Value) {
        let number = score.doubleValue ?? score.stringValue.flatMap { Double($0.text) }
        self.init(number.flatMap { $0.isNaN ? nil : $0 })
    }
}

/// A stored score against the present one.
public struct ScoreChange: Sendable, Hashable {
    public var before: ScoreClass
    public var after: ScoreClass

    public init(before: ScoreClass, after: ScoreClass) {
        self.before = before
        self.after = after
    }
}

// MARK: - As it is kept in the journal

extension RowOutcome {
    var json: [UInt8] {
        JSONCodec.serialize(
            .fields([
                ("kind", Value(kind.rawValue)), ("verdict", verdict.map { Value($0.rawValue) }),
                ("score", score.map { .float($0) }), ("info", info), ("language", language.map { Value($0.rawValue) }),
                ("source", source.map { Value($0) }), ("problem_id", problemID.map { Value($0) }),
                ("stored_score", storedScore.map { .list([$0]) }), ("reason", reason.map { Value($0) }),
                ("cpu", .float(totalCPUTime)),
            ])
        )
    }

    init(json: [UInt8]) throws {
        let value = try JSONCodec.parse(json)
        kind = value["kind"]?.textValue.flatMap(Kind.init) ?? .graded
        verdict = value["verdict"]?.textValue.flatMap(Verdict.init)
        score = value["score"]?.doubleValue
        info = value["info"] ?? .map([])
        language = value["language"]?.textValue.flatMap { Language(rawValue: $0) }
        source = value["source"]?.stringValue?.text
        problemID = value["problem_id"]?.stringValue?.text
        storedScore = value["stored_score"]?.listValue?.first
        reason = value["reason"]?.stringValue?.text
        totalCPUTime = value["cpu"]?.doubleValue ?? 0
    }
}

extension Value {
    /// An object of those fields that are there.
    static func fields(_ fields: [(String, Value?)]) -> Value {
        .map(fields.compactMap { name, value in value.map { MapEntry(key: Value(name), value: $0) } })
    }
}
