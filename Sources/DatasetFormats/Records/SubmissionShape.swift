import GradingModel

/// Requests of our own, and problems in their terms.
enum SubmissionShape {
    /// Reads a request; without `code` and `completion` it is a problem, without `tests` an answer.
    static func read(
        _ fields: RecordFields,
        caps: LimitCaps,
        into record: inout DatasetRecord
    ) throws(RecordFault) {
        record.problemID = try fields.identifier("problem_id", "id")
        record.inSourceID = try fields.identifier("in_source_id")
        record.source = try fields.text("source")?.text
        record.prompt = try AnswerFields.prompt(fields, "prompt", "problem_statement", "problem")
        record.gold = try AnswerFields.solution(fields, "gold_standard_solution", "canonical_solution", "solution")
        var body = fields.value
        let hasAnswer = fields.present("code") != nil || fields.present("completion") != nil
        if !hasAnswer { body = body.with("code", "") }
        let submission = try decode(body, caps: caps)
        if hasAnswer { record.answer = submission.source }
        record.take(submission, from: body)
    }

    /// Reads a record of the open data set; what is right is its problem's solution as well.
    static func readOpenData(
        _ fields: RecordFields,
        caps: LimitCaps,
        into record: inout DatasetRecord
    ) throws(RecordFault) {
        let known: OpenDataRecord
        do throws(OpenDataError) {
            known = try OpenDataRecord(fields.value)
        } catch {
            throw RecordFault(field: "", reason: error.description)
        }
        let submission = try decode(known.request, caps: caps)
        record.problemID = known.problem ?? known.id
        record.responseID = known.id
        record.source = known.source
        record.prompt = try AnswerFields.prompt(fields, "prompt")
        record.answer = submission.source
        if known.expectedVerdict == .accepted { record.gold = submission.source }
        record.take(submission, from: known.request)
    }

    private static func decode(_ body: Value, caps: LimitCaps) throws(RecordFault) -> Submission {
        do throws(RequestFaults) {
            return try SubmissionDecoder.decode(body, caps: caps)
        } catch {
            throw RecordFault(error)
        }
    }

    static func check(_ faults: FaultCollector) throws(RecordFault) {
        do throws(RequestFaults) {
            try faults.check()
        } catch {
            throw RecordFault(error)
        }
    }
}

extension DatasetRecord {
    fileprivate mutating func take(_ submission: Submission, from body: Value) {
        language = submission.language
        tests = submission.tests
        explicitLimits = submission.limits
        comparison = submission.comparison
        stopOnFailure = submission.stopOnFailure
        checker = submission.checker
        interactor = submission.interactor
        files = submission.files
        for key in ["tests", "verification_info"] {
            if let value = body.present(key) { testsField = MapEntry(key: Value(key), value: value) }
        }
    }
}

extension RecordFault {
    /// The first fault of a request; the pointer is its field.
    fileprivate init(_ faults: RequestFaults) {
        let first = faults.faults.first ?? RequestFault(pointer: "", detail: "can't be read as a submission")
        let more = faults.faults.count > 1 ? " (and \(faults.faults.count - 1) more faults)" : ""
        let field = first.pointer.split(separator: "/").reduce(into: "") { path, part in
            if let index = Int(part) {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? "\(part)" : ".\(part)"
            }
        }
        self.init(field: field, reason: first.detail + more)
    }
}

extension Value {
    /// The object with one more entry at its end, or with another value for a key that is there.
    func with(_ key: String, _ value: Value) -> Value {
        var entries = (mapValue ?? []).filter { $0.key != Value(key) }
        entries.append(MapEntry(key: Value(key), value: value))
        return .map(entries)
    }

    /// The object with those of its entries alone whose keys are given and whose values are not null.
    func keeping(_ keys: String...) -> Value {
        .map(keys.compactMap { key in present(key).map { MapEntry(key: Value(key), value: $0) } })
    }
}
