public import GradingModel

/// Reads records of public data sets.
public struct RecordReader: Sendable {
    /// The shape that every record has; `nil`: each record's fields say it.
    public var shape: RecordShape?
    /// The largest limits that a record of our own shape may name.
    public var caps: LimitCaps

    public init(shape: RecordShape? = nil, caps: LimitCaps = .standard) {
        self.shape = shape
        self.caps = caps
    }

    /// Reads one line of JSON; `NaN` and the like are taken as Python writes them.
    /// - Throws: `RecordFault` with the field and the reason.
    public func read(line: [UInt8]) throws(RecordFault) -> DatasetRecord {
        let value: Value
        do throws(JSONSyntaxError) {
            value = try JSONCodec.parse(
                line,
                options: JSONCodec.Options(allowNonFinite: true, allowRawSurrogates: true)
            )
        } catch {
            throw RecordFault(field: "", reason: "is not JSON: \(error)")
        }
        return try read(value)
    }

    /// Reads a record.
    /// - Throws: `RecordFault` with the field and the reason.
    public func read(_ value: Value) throws(RecordFault) -> DatasetRecord {
        guard let entries = value.mapValue else {
            throw RecordFault(field: "", reason: "a record is an object, not \(value.kindPhrase)")
        }
        guard let shape = shape ?? RecordShape.recognise(value) else {
            let keys = entries.prefix(12).map { $0.key.stringValue?.prefix(32).text ?? $0.key.kindName }
            throw RecordFault(
                field: "",
                reason: "has the shape of no known data set; its fields are \(keys.joined(separator: ", "))"
            )
        }
        let fields = RecordFields(value)
        var record = DatasetRecord(shape: shape, value: value)
        record.responseID = try fields.identifier("response_id")
        record.score = try fields.number("score")
        switch shape {
        case .synthetic1, .openR1, .outputPrediction: try SyntheticShape.read(fields, caps: caps, into: &record)
        case .submission: try SubmissionShape.read(fields, caps: caps, into: &record)
        case .openData: try SubmissionShape.readOpenData(fields, caps: caps, into: &record)
        case .apps, .taco, .prime, .intellect3, .deepCoder, .liveCodeBench, .assertList:
            try TrainerShape.read(fields, into: &record)
        case .humanEval, .humanEvalX: try BenchmarkShape.readHumanEval(fields, into: &record)
        case .mbpp: try BenchmarkShape.readMBPP(fields, into: &record)
        case .multiPLE: try BenchmarkShape.readMultiPLE(fields, into: &record)
        case .codeContests: try ContestShape.readCodeContests(fields, into: &record)
        case .codeforces: try ContestShape.readCodeforces(fields, into: &record)
        case .matrixStudio: try ContestShape.readMatrixStudio(fields, into: &record)
        case .answer: try AnswerFields.readAnswer(fields, into: &record)
        }
        return record
    }
}
