import GradingModel

/// The fields that hold a model's answer, a task's text or a solution, in any data set.
enum AnswerFields {
    /// Whether a record has an answer and names the problem that it answers.
    static func isAnswer(_ record: Value) -> Bool {
        let names = ["problem_id", "task_id", "question_id", "id", "name"]
        let answers = completionKeys + ["messages", "code"]
        return names.contains { record.present($0) != nil } && answers.contains { record.present($0) != nil }
    }

    static let completionKeys = ["llm_response", "completion", "response", "generation"]

    /// Reads an answer that stands by itself.
    static func readAnswer(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        record.problemID = try fields.identifier("problem_id", "task_id", "question_id", "id", "name")
        record.inSourceID = try fields.identifier("in_source_id")
        record.source = try fields.text("source")?.text
        record.taskType = try fields.text("task_type")?.text ?? TaskType.code
        record.language = try fields.language("language")
        record.prompt = try prompt(fields, "prompt")
        record.answer = try answer(fields)
        if record.answer == nil {
            throw RecordFault(
                field: "",
                reason: "holds no answer: one of \(completionKeys.joined(separator: ", ")), messages and code is due"
            )
        }
    }

    /// A model's answer or else a program in `code`.
    static func answer(_ fields: RecordFields) throws(RecordFault) -> Submission.Source? {
        if let completion = try completion(fields) { return .completion(completion) }
        return try fields.text("code").map { .code($0) }
    }

    /// A model's answer: text, or the last that the assistant says in a chat.
    static func completion(_ fields: RecordFields) throws(RecordFault) -> ByteString? {
        for key in completionKeys {
            guard let value = fields.present(key) else { continue }
            if value.listValue == nil { return try fields.text(key) }
            if let said = try said(by: ["assistant"], fields, key).last { return said }
        }
        return fields.present("messages") == nil ? nil : try said(by: ["assistant"], fields, "messages").last
    }

    /// A task's text, or what the user says in a chat.
    static func prompt(_ fields: RecordFields, _ keys: String...) throws(RecordFault) -> ByteString? {
        for key in keys {
            guard let value = fields.present(key) else { continue }
            if value.listValue == nil { return try fields.text(key) }
            return try said(by: ["user", "human"], fields, key).first
        }
        return nil
    }

    private static func said(
        by roles: [String],
        _ fields: RecordFields,
        _ key: String
    ) throws(RecordFault) -> [ByteString] {
        guard let messages = fields.present(key)?.listValue else {
            throw fields.fault(key, "is no list of messages")
        }
        var said: [ByteString] = []
        for (index, message) in messages.enumerated() {
            guard message.mapValue != nil else {
                throw fields.fault("\(key)[\(index)]", "is \(message.kindPhrase), where a message is due")
            }
            let role = (message.present("role") ?? message.present("from"))?.textValue ?? ""
            guard roles.contains(role.lowercased()) || role == "gpt" && roles == ["assistant"] else { continue }
            let inner = RecordFields(message, at: "\(fields.place(key))[\(index)].")
            if let content = try inner.text("content", "value") { said.append(content) }
        }
        return said
    }

    // MARK: - Solutions

    /// The first solution of the first of the fields that has any: text, a list, or the list's text.
    static func solution(_ fields: RecordFields, _ keys: String...) throws(RecordFault) -> Submission.Source? {
        for key in keys {
            guard let value = fields.present(key) else { continue }
            if let text = value.stringValue, !startsList(text) {
                if !text.isEmpty { return source(text) }
                continue
            }
            guard let solutions = try fields.decoded(key) else { continue }
            guard let elements = solutions.listValue else {
                throw fields.fault(key, "is \(solutions.kindPhrase), where programs are due")
            }
            guard let first = elements.first else { continue }
            guard let text = first.stringValue else {
                throw fields.fault("\(key)[0]", "is \(first.kindPhrase), where a program is due")
            }
            return source(text)
        }
        return nil
    }

    /// A program; where it stands in a fence, it is taken out of it later, as out of a model's answer.
    static func source(_ text: ByteString) -> Submission.Source {
        hasFence(text) ? .completion(text) : .code(text)
    }

    static func hasFence(_ text: ByteString) -> Bool {
        let tick = UInt8(ascii: "`")
        return text.bytes.indices.contains { index in
            text.bytes[index] == tick && text.bytes[index...].prefix(3).elementsEqual([tick, tick, tick])
        }
    }

    /// A list of programs as text begins like one: `["` or `['`.
    private static func startsList(_ text: ByteString) -> Bool {
        let start = text.bytes.lazy.filter { $0 > 0x20 }.prefix(2)
        return start.first == UInt8(ascii: "[") && start.dropFirst().allSatisfy { [0x22, 0x27, 0x5D].contains($0) }
    }
}

extension DatasetRecord {
    /// This answer with the tests, limits and rules of the problem that it answers.
    ///
    /// Of a benchmark that asks for the rest of a program, a bare `completion` is put behind its beginning.
    public func joined(to problem: DatasetRecord) -> DatasetRecord {
        var joined = problem
        joined.value = value
        joined.problemID = problemID ?? problem.problemID
        joined.responseID = responseID
        joined.score = score
        joined.language = language ?? problem.language
        joined.prompt = prompt ?? problem.prompt
        joined.notes = problem.notes + notes
        joined.answer = answer
        if shape == .answer, case .completion(let text) = answer, value.present("llm_response") == nil {
            joined.answer = BenchmarkShape.program(continuing: text, problem)
        }
        return joined
    }
}
