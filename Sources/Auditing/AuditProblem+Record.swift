public import DatasetFormats
import GradingModel
import GradingRules

extension AuditProblem {
    /// Makes a problem of a record.
    ///
    /// Its gold solution is the record's, in our own shape also the program that stands beside the tests.
    /// - Throws: ``RecordFault`` where nothing names a language, or there are no tests in it.
    public init(_ record: DatasetRecord, origin: Origin, caps: LimitCaps = .standard) throws(RecordFault) {
        guard TaskType.isSupported(record.taskType), record.expectedOutput == nil else {
            throw RecordFault(field: "task_type", reason: "\(record.taskType) has no tests that programs can be run on")
        }
        guard let language = record.language else {
            throw RecordFault(field: "language", reason: "is missing: nothing says which language the problem is in")
        }
        guard let template = record.submission(of: .code(""), in: language, caps: caps) else {
            throw RecordFault(field: "", reason: "holds no tests: it is an answer to a problem that stands elsewhere")
        }
        var keys: [String: String] = [:]
        for field in ProblemMatcher.fields {
            if let text = Self.text(of: record.value[field]) { keys[field] = text }
        }
        let gold = record.gold ?? (record.shape == .submission ? record.answer : nil)
        self.init(
            id: record.problemID ?? record.inSourceID ?? "line \(origin.line)",
            origin: origin,
            language: language,
            statement: record.prompt?.text,
            gold: gold.flatMap { Self.program($0, language) },
            template: template,
            keys: keys
        )
    }

    /// Adds a field that problems are to be matched by.
    public mutating func addKey(_ field: String, from record: DatasetRecord) {
        keys[field] = Self.text(of: record.value[field])
    }

    private static func program(_ source: Submission.Source, _ language: Language) -> ByteString? {
        switch source {
        case .code(let code): code.isEmpty ? nil : code
        case .completion(let text): Extraction.program(from: text, language: language)
        }
    }

    private static func text(of value: Value?) -> String? {
        switch value {
        case .string(let text): text.isEmpty ? nil : text.text
        case .integer(let number): String(number)
        default: nil
        }
    }
}
