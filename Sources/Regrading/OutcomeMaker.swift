import DatasetFormats
import GradingModel

/// Makes a row's outcome of the answers to its work.
struct OutcomeMaker: Sendable {
    var options: RegradeOptions
    var defaultLimits = Limits()

    /// Of an answer to what the record means and, under genesys' policy, to what genesys would have run.
    func outcome(_ row: PlannedRow, answer: Value, genesysAnswer: Value?) -> RowOutcome {
        guard let digest = AnswerDigest(answer) else { return .ungradable("the answer can't be read") }
        let limits = row.submission.limits.resolved(defaults: defaultLimits)
        var outcome = RowOutcome(
            kind: .graded,
            verdict: digest.verdict,
            score: digest.score,
            info: digest.info(language: row.submission.language, limits: limits, notes: row.notes)
        )
        outcome.totalCPUTime = digest.totalCPUTime
        if digest.verdict == .internalError || digest.verdict == .invalidProblem { outcome.reason = digest.message }
        identify(&outcome, row)
        if let plan = row.genesys, !outcome.isOurFault {
            replace(&outcome, plan, row, answer: answer, genesysAnswer: genesysAnswer)
        }
        return outcome
    }

    /// Of a completion that holds no program by our rules.
    func withoutProgram(_ row: PlannedRow) -> RowOutcome {
        var total = 0
        if case .cases(let cases) = row.submission.tests { total = cases.count }
        var outcome = RowOutcome(
            kind: .graded,
            verdict: .noCode,
            score: 0,
            info: .fields([
                ("failure_reason", "no_code_in_response"), ("verdict", Value(Verdict.noCode.rawValue)),
                ("passed", 0), ("total", Value(total)), ("language", Value(row.submission.language.rawValue)),
                ("notes", row.notes.isEmpty ? nil : .list(row.notes.map { Value($0) })),
            ])
        )
        identify(&outcome, row)
        if options.policy == .genesys {
            // Where its pattern finds text all the same, that is prose: no program passes by it.
            let stored: (GenesysReplica.Stored, [GenesysReason]) =
                switch row.genesys {
                case .settled(let stored, let reason)?: (stored, [reason])
                default: (GenesysReplica.Stored(score: 0), [.otherProgram])
                }
            store(stored.0, reasons: stored.1, in: &outcome)
        }
        return outcome
    }

    private func identify(_ outcome: inout RowOutcome, _ row: PlannedRow) {
        outcome.language = row.submission.language
        outcome.source = row.source
        outcome.problemID = row.problemID
        outcome.storedScore = row.storedScore
    }

    private func replace(
        _ outcome: inout RowOutcome,
        _ plan: GenesysReplica.Plan,
        _ row: PlannedRow,
        answer: Value,
        genesysAnswer: Value?
    ) {
        switch plan {
        case .settled(let stored, let reason): store(stored, reasons: [reason], in: &outcome)
        case .run(let run, var reasons):
            var tests: [TestCase]?
            if genesysAnswer == nil, case .cases(let cases) = run.tests { tests = cases }
            let (stored, passed) = GenesysReplica.stored(of: genesysAnswer ?? answer, comparing: tests)
            if stored.failureReason == "internal_error" { outcome.verdict = .internalError }
            reasons += GenesysReplica.reasons(stored, passed: passed, ours: answer)
            if reasons.isEmpty { reasons = [.ownRules] }
            store(stored, reasons: reasons, in: &outcome)
        }
    }

    /// Puts genesys' result in place of ours, which is kept beside it.
    private func store(_ stored: GenesysReplica.Stored, reasons: [GenesysReason], in outcome: inout RowOutcome) {
        let differs = stored.score != outcome.score
        let ours = Value.fields([
            ("score", outcome.score.map { .float($0) } ?? .null), ("differs", .bool(differs)),
            ("reasons", differs ? .list(GenesysReplica.unique(reasons).map { Value($0.rawValue) }) : nil),
            ("result", outcome.info),
        ])
        outcome.score = stored.score
        outcome.info = .fields([("failure_reason", stored.failureReason.map { Value($0) }), ("assay", ours)])
    }
}
