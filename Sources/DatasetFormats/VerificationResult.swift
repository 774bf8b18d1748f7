public import GradingModel
import GradingRules

/// What genesys' `verify.py` stores beside a record: `score` and `verification_result_info`.
///
/// `failure_reason` is there where genesys has it, with its words: `no_code_in_response`, `compilation_error`. Ours are
/// `no_json_in_response`, and, where the score is null, `invalid_problem`, `internal_error`
/// and `cancelled`. Beside it stand the
/// fields of our answer to a submission: genesys has no trace.
public struct VerificationResult: Sendable, Hashable {
    public var score: Double?
    /// `verification_result_info`.
    public var info: Value

    public init(score: Double?, info: Value) {
        self.score = score
        self.info = info
    }

    /// What became of a submission, from its answer (`ResultEncoder`), whose `status` is `finished`.
    ///
    /// `notes` are a record's own.
    public init(answer: Value, notes: [String] = []) {
        score = answer.present("score")?.doubleValue
        var entries: [MapEntry] = []
        if let reason = Self.failureReason(answer) {
            entries.append(MapEntry(key: "failure_reason", value: Value(reason)))
        }
        entries += (answer.mapValue ?? []).filter { $0.key != "score" && $0.key != "status" }
        info = .map(entries + Self.notes(notes))
    }

    /// A problem that no program can be graded on, and why.
    public init(invalidProblem reason: String, notes: [String] = []) {
        score = nil
        info = .map(
            [
                MapEntry(key: "failure_reason", value: Value(Verdict.invalidProblem.rawValue)),
                MapEntry(key: "verdict", value: Value(Verdict.invalidProblem.rawValue)),
                MapEntry(key: "message", value: Value(reason)),
            ] + Self.notes(notes)
        )
    }

    /// A submission that a client cancelled: nothing is known of the program.
    public init(cancelled id: String) {
        score = nil
        info = ["failure_reason": "cancelled", "id": Value(id)]
    }

    /// The grade of a record of `code_output_prediction`; `nil` where it has no answer, or nothing is expected of it.
    ///
    /// - Parameters:
    ///   - record: Holds an answer and what is expected of it.
    ///   - policy: `genesys`, or any other for the rules of this project; the record's own unless given.
    public init?(predictionOf record: DatasetRecord, policy: ComparisonOptions.Policy? = nil) {
        guard let expected = record.expectedOutput else { return nil }
        let response: ByteString
        switch record.answer {
        case .completion(let text), .code(let text): response = text
        case nil: return nil
        }
        let policy = policy ?? record.comparison.policy
        let outcome = OutputPrediction.grade(response, expected: expected.value, key: expected.key, policy: policy)
        score = outcome.score
        var entries: [MapEntry] = []
        if let failure = outcome.failure { entries.append(MapEntry(key: "failure_reason", value: Value(failure))) }
        if let predicted = outcome.predicted {
            let verdict = outcome.score == 1 ? Verdict.accepted : .wrongAnswer
            entries.append(MapEntry(key: "verdict", value: Value(verdict.rawValue)))
            entries.append(MapEntry(key: "predicted", value: ResultEncoder.readable(predicted)))
        }
        entries.append(MapEntry(key: "policy", value: Value(policy.rawValue)))
        entries.append(MapEntry(key: "rule", value: outcome.rule.map { Value($0.rawValue) } ?? .null))
        info = .map(entries + Self.notes(record.notes))
    }

    /// The fields that are put beside a record's own.
    public var fields: [MapEntry] {
        [
            MapEntry(key: "score", value: score.map { .float($0) } ?? .null),
            MapEntry(key: "verification_result_info", value: info),
        ]
    }

    private static func failureReason(_ answer: Value) -> String? {
        switch answer.present("verdict")?.textValue.flatMap(Verdict.init) {
        case .noCode: "no_code_in_response"
        // Where it compiles for some of the tests, the score says what became of them.
        case .compileError where ranNone(answer): "compilation_error"
        case .invalidProblem: Verdict.invalidProblem.rawValue
        case .internalError: Verdict.internalError.rawValue
        default: nil
        }
    }

    private static func ranNone(_ answer: Value) -> Bool {
        (answer["tests"]?.listValue ?? []).allSatisfy { $0["verdict"] == Value(Verdict.skipped.rawValue) }
    }

    private static func notes(_ notes: [String]) -> [MapEntry] {
        notes.isEmpty ? [] : [MapEntry(key: "notes", value: .list(notes.map { Value($0) }))]
    }
}
