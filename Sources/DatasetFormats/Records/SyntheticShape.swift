import GradingModel

/// SYNTHETIC-1, its relatives' copies of it, and the prediction of outputs.
enum SyntheticShape {
    /// Reads a task, an answer, or both; what else a request of ours may say (`limits`, `checker`, …) counts too.
    static func read(
        _ fields: RecordFields,
        caps: LimitCaps,
        into record: inout DatasetRecord
    ) throws(RecordFault) {
        record.problemID = try fields.identifier("problem_id", "id")
        record.inSourceID = try fields.identifier("in_source_id")
        record.source = try fields.text("source", "hf_dataset_name")?.text
        if let type = try fields.text("task_type") {
            record.taskType = type.text
        } else if record.shape == .outputPrediction {
            record.taskType = TaskType.outputPrediction
        }
        record.prompt = try AnswerFields.prompt(fields, "prompt", "problem_statement", "problem")
        record.gold = try AnswerFields.solution(fields, "gold_standard_solution")
        record.answer = try AnswerFields.answer(fields)
        var faults = FaultCollector()
        let root = JSONPointer()
        record.explicitLimits = LimitsReader(caps: caps).read(fields.present("limits"), at: root["limits"], &faults)
        record.comparison = ComparisonReader.read(fields.present("comparison"), at: root["comparison"], &faults)
        let stops = faults.boolean(fields.present("stop_on_failure"), at: root["stop_on_failure"])
        record.stopOnFailure = stops ?? false
        record.checker = JuryReader.checker(fields.present("checker"), at: root["checker"], &faults)
        record.interactor = JuryReader.interactor(fields.present("interactor"), at: root["interactor"], &faults)
        record.files = JuryReader.files(fields.value, at: root, &faults) ?? .standardStreams
        try SubmissionShape.check(faults)
        if let metadata = try fields.object("metadata") { metadata.readLimits(into: &record) }
        if TaskType.isOutputPrediction(record.taskType) {
            record.expectedOutput = try expectedOutput(fields)
        } else if record.taskType == TaskType.code {
            try readTests(fields, into: &record)
        }
    }

    private static func readTests(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        record.language = try fields.language("language")
        guard let value = fields.present("verification_info") else { return }
        let info = record.readTests(value, at: "verification_info")
        if record.language == nil, let name = info.language {
            guard let language = Language(name: name) else {
                throw fields.fault(
                    "verification_info.language",
                    "\(Value(name).excerpt) is no language here; there are \(Language.listed)"
                )
            }
            record.language = language
        }
    }

    /// `ground_truth` of SYNTHETIC-1, or `code_output` of SYNTHETIC-2; `nil` where the tests stand elsewhere.
    private static func expectedOutput(_ fields: RecordFields) throws(RecordFault) -> DatasetRecord.ExpectedOutput? {
        guard let info = try fields.object("verification_info") else { return nil }
        for (field, key) in [("ground_truth", "output"), ("code_output", "code_output")] {
            if let value = info.value[field] { return DatasetRecord.ExpectedOutput(key: key, value: value) }
        }
        throw fields.fault("verification_info", "has neither ground_truth nor code_output")
    }
}

extension DatasetRecord {
    /// Reads the tests from a value in any of the forms of `verification_info`.
    ///
    /// - Parameters:
    ///   - value: Holds the tests.
    ///   - path: The field that it stands in, for messages.
    /// - Returns: What was read, for its language.
    @discardableResult
    mutating func readTests(_ value: Value, at path: String) -> VerificationInfo {
        let info = VerificationInfo.decode(value, at: path)
        tests = info.tests
        testsField = MapEntry(key: "verification_info", value: value)
        return info
    }
}
