import DatasetFiles
import DatasetFormats
import GradingModel
import GradingRules

/// What is to be done about a row.
enum RowPlan: Sendable {
    /// Nothing: it is known already.
    case settled(RowOutcome)
    case run(PlannedRow)
}

/// Why a row can't be read.
struct RowFault: Error {
    var reason: String
}

/// A row that is to be graded, without what it was read from: that may be large.
struct PlannedRow: Sendable {
    /// Where its problem comes from, and the problem's id.
    var source: String?
    var problemID: String?
    var storedScore: Value?
    /// The program with the tests, by our rules.
    var submission: Submission
    /// What is graded, where it is not an answer.
    var notes: [String]
    var genesys: GenesysReplica.Plan?
}

/// Reads rows and finds out what is to be done about them.
///
/// Blocks while a task is looked up.
struct RowPlanner: Sendable {
    var options: RegradeOptions
    var tasks: TaskIndex?

    /// Reads a row; what comes of it holds none of the row's text.
    func read(_ content: DatasetFiles.Row.Content) -> Result<Value, RowFault> {
        switch content {
        case .unreadable(let reason): return .failure(RowFault(reason: reason))
        case .json(let bytes):
            do throws(JSONSyntaxError) {
                let value = try JSONCodec.parse(bytes, options: .rows)
                guard value.mapValue != nil else {
                    return .failure(RowFault(reason: "it is \(value.kindName), not an object"))
                }
                return .success(value)
            } catch {
                return .failure(RowFault(reason: "it is not JSON: \(error)"))
            }
        }
    }

    /// Finds out what is to be done about what was read.
    func plan(_ row: Result<Value, RowFault>) throws -> RowPlan {
        let value: Value
        switch row {
        case .failure(let fault): return .settled(.unreadable(fault.reason))
        case .success(let read): value = read
        }
        var plan = try self.plan(value)
        if case .settled(var outcome) = plan {
            outcome.storedScore = value["score"]
            outcome.source = outcome.source ?? value["source"]?.stringValue?.text
            outcome.problemID = outcome.problemID ?? TaskIndex.id(of: value)
            plan = .settled(outcome)
        }
        return plan
    }

    private func plan(_ value: Value) throws -> RowPlan {
        // Before anything is read of what is none of ours.
        if let type = value["task_type"]?.stringValue?.text, !TaskType.isSupported(type) {
            var outcome = RowOutcome(kind: .other)
            outcome.reason = "unsupported task_type \(type)"
            return .settled(outcome)
        }
        var record: DatasetRecord
        do throws(RecordFault) {
            record = try RecordReader(shape: options.shape, caps: options.caps).read(value)
        } catch {
            return .settled(.ungradable(error.description))
        }
        if record.tests == nil, record.expectedOutput == nil {
            switch try join(record) {
            case .success(let joined): record = joined
            case .failure(let fault): return .settled(.ungradable(fault.reason))
            }
        }
        guard TaskType.isSupported(record.taskType) else {
            var outcome = RowOutcome(kind: .other)
            outcome.reason = "unsupported task_type \(record.taskType)"
            return .settled(outcome)
        }
        if record.expectedOutput != nil { return .settled(prediction(record)) }
        return plan(record, value)
    }

    private func plan(_ record: DatasetRecord, _ value: Value) -> RowPlan {
        var notes = record.notes
        if record.answer == nil, record.gold != nil {
            notes.append("the row has no answer: its own solution was graded")
        }
        guard let source = record.answer ?? record.gold else {
            return .settled(.ungradable("the row has neither an answer nor a solution"))
        }
        guard var submission = record.submission(of: source, caps: options.caps) else {
            // Tests that can't be decoded name no language either.
            if case .invalid(let reason)? = record.tests { return .settled(.ungradable(reason)) }
            return .settled(.ungradable("the row has no tests, or names no language"))
        }
        submission.limits = options.limits.merged(over: submission.limits)
        if case .comparison(let policy) = options.policy { submission.comparison.policy = policy }
        if case .invalid(let reason) = submission.tests, options.policy != .genesys {
            var outcome = RowOutcome.ungradable(reason)
            outcome.language = submission.language
            return .settled(outcome)
        }
        var genesys: GenesysReplica.Plan?
        var hasProgram = true
        if case .completion(let text) = source {
            // Equal programs are one piece of work, whatever is said around them.
            if let program = Extraction.program(from: text, language: submission.language) {
                submission.source = .code(program)
            } else {
                hasProgram = false
            }
            if options.policy == .genesys {
                let info = record.testsField?.value ?? .null
                genesys = GenesysReplica.plan(info: info, response: text, for: submission)
            }
        }
        let planned = PlannedRow(
            source: record.source,
            problemID: record.problemID,
            storedScore: value["score"],
            submission: submission,
            notes: notes,
            genesys: genesys
        )
        guard hasProgram else { return .settled(OutcomeMaker(options: options).withoutProgram(planned)) }
        return .run(planned)
    }

    private func join(_ record: DatasetRecord) throws -> Result<DatasetRecord, RecordFault> {
        guard let id = record.problemID else {
            return .failure(RecordFault(field: "", reason: "the row has neither tests nor a problem_id"))
        }
        guard let tasks else {
            return .failure(
                RecordFault(field: "", reason: "the row has no tests; --tasks names the file that has them")
            )
        }
        do {
            guard let problem = try tasks.problem(id) else {
                let reason = "no task in the --tasks files has the problem_id \(id)"
                return .failure(RecordFault(field: "", reason: reason))
            }
            return .success(record.joined(to: problem))
        } catch let fault as RecordFault {
            return .failure(RecordFault(field: "", reason: "its task \(id) can't be read: \(fault)"))
        }
    }

    private func prediction(_ record: DatasetRecord) -> RowOutcome {
        let policy: ComparisonOptions.Policy? =
            switch options.policy {
            case .record: nil
            case .comparison(let policy): policy
            case .genesys: .genesys
            }
        guard let result = VerificationResult(predictionOf: record, policy: policy) else {
            return .ungradable("the row has no answer")
        }
        let verdict = result.info["verdict"]?.textValue.flatMap(Verdict.init)
        var outcome = RowOutcome(
            kind: .graded,
            verdict: verdict ?? .noCode,
            score: result.score,
            info: result.info
        )
        outcome.source = record.source
        outcome.problemID = record.problemID
        return outcome
    }
}
