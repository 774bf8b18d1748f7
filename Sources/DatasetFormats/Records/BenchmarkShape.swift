import GradingModel

/// HumanEval and its translations, MBPP, MultiPL-E: the beginning of a program, and assertions on it.
enum BenchmarkShape {
    /// HumanEval, HumanEval-X and MBXP.
    static func readHumanEval(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        try readCommon(fields, into: &record)
        record.language = try HumanEvalTask.language(fields)
        guard let test = try fields.text("test") else { throw fields.fault("test", "is missing") }
        var entryPoint: String?
        if record.language == .python, !HumanEvalTask.callsCheck(test) {
            entryPoint = try fields.text("entry_point")?.text
        }
        record.setTests([.assertions(code: test, entryPoint: entryPoint)])
        try readAnswers(fields, into: &record)
    }

    /// MBPP, whole and sanitized: each element of `test_list` is a test.
    static func readMBPP(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        try readCommon(fields, into: &record)
        record.language = try fields.language("language") ?? .python
        var setup: [UInt8] = []
        if let code = try fields.text("test_setup_code"), !code.isEmpty { setup += code.bytes + [0x0A] }
        for line in try texts(fields, "test_imports") { setup += line.bytes + [0x0A] }
        let tests = try texts(fields, "test_list")
        record.setTests(tests.map { .assertions(code: ByteString(bytes: setup + $0.bytes), entryPoint: nil) })
        record.answer = try answer(fields, record)
        record.gold = try AnswerFields.solution(fields, "code", "canonical_solution")
    }

    /// MultiPL-E, whose tests in C++ and Rust begin with the brace that ends the program.
    static func readMultiPLE(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        try readCommon(fields, into: &record)
        guard let language = try fields.language("language") else {
            throw fields.fault("language", "is missing; there are \(Language.listed)")
        }
        record.language = language
        guard let tests = try fields.text("tests") else { throw fields.fault("tests", "is missing") }
        let code = endsProgram(tests) ? ByteString(bytes: tests.bytes.drop { $0 <= 0x20 }.dropFirst()) : tests
        record.setTests([.assertions(code: code, entryPoint: nil)])
        try readAnswers(fields, into: &record)
    }

    /// The whole program of which a model wrote the end.
    ///
    /// An answer in a fence is whole by itself, as is any to a problem that has no beginning.
    static func program(continuing text: ByteString, _ problem: DatasetRecord) -> Submission.Source {
        guard !AnswerFields.hasFence(text) else { return .completion(text) }
        switch problem.shape {
        case .humanEval, .humanEvalX:
            return .code(ByteString(bytes: HumanEvalTask.beginning(problem.value, problem.language) + text.bytes))
        case .multiPLE:
            var program = (problem.value.present("prompt")?.stringValue?.bytes ?? []) + text.bytes
            if let tests = problem.value.present("tests")?.stringValue, endsProgram(tests), isOpen(program) {
                program += Array("\n}\n".utf8)
            }
            return .code(ByteString(bytes: program))
        case .mbpp: return .code(text)
        default: return .completion(text)
        }
    }

    // MARK: - Parts

    private static func readCommon(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        record.problemID = try fields.identifier("task_id", "problem_id", "name", "id")
        record.source = try fields.text("source", "dataset", "source_file")?.text
        record.prompt = try AnswerFields.prompt(fields, "prompt", "text", "description")
    }

    private static func readAnswers(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        record.answer = try answer(fields, record)
        if record.answer == nil { record.answer = try fields.text("code").map { .code($0) } }
        if let solution = try fields.text("canonical_solution") {
            record.gold = program(continuing: solution, record)
        }
    }

    private static func answer(
        _ fields: RecordFields,
        _ record: DatasetRecord
    ) throws(RecordFault) -> Submission.Source? {
        if let response = try fields.text("llm_response") { return .completion(response) }
        return try AnswerFields.completion(fields).map { program(continuing: $0, record) }
    }

    private static func texts(_ fields: RecordFields, _ key: String) throws(RecordFault) -> [ByteString] {
        guard let value = try fields.decoded(key) else { return [] }
        guard let elements = value.listValue else {
            throw fields.fault(key, "is \(value.kindPhrase), where a list of texts is due")
        }
        var texts: [ByteString] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue else {
                throw fields.fault("\(key)[\(index)]", "is \(element.kindPhrase), where text is due")
            }
            texts.append(text)
        }
        return texts
    }

    private static func endsProgram(_ tests: ByteString) -> Bool {
        tests.bytes.first { $0 > 0x20 } == UInt8(ascii: "}")
    }

    /// Whether more braces are opened than closed; those in text and comments count too, and come in pairs as a rule.
    private static func isOpen(_ program: [UInt8]) -> Bool {
        let opened = program.count { $0 == UInt8(ascii: "{") }
        return opened > program.count { $0 == UInt8(ascii: "}") }
    }
}

/// What the tasks of HumanEval and its translations have in common.
enum HumanEvalTask {
    private static let prefixes = ["python", "cpp", "c++", "javascript", "js", "rust", "java", "go"]

    /// Whether a task's id begins with a language, as HumanEval-X's do: `CPP/0`.
    static func namesLanguage(_ id: Value?) -> Bool {
        prefix(id).map { prefixes.contains($0.lowercased()) } ?? false
    }

    private static func prefix(_ id: Value?) -> Substring? {
        guard let text = id?.stringValue?.text, let slash = text.firstIndex(of: "/") else { return nil }
        return text[..<slash]
    }

    /// The language that a record names in `language` or its id; Python otherwise.
    static func language(_ fields: RecordFields) throws(RecordFault) -> Language {
        if let language = try fields.language("language") { return language }
        let id = fields.present("task_id")
        guard namesLanguage(id), let name = prefix(id) else { return .python }
        guard let language = Language(name: String(name)) else {
            throw fields.fault("task_id", "names \(name), which is no language here; there are \(Language.listed)")
        }
        return language
    }

    /// Whether the test calls its own `check`, as HumanEval-X's do.
    static func callsCheck(_ test: ByteString) -> Bool {
        test.bytes.split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: "check(".utf8) }
    }

    /// What stands before a solution, as `evaluate_humaneval_x.py` of CodeGeeX puts it together.
    static func beginning(_ record: Value, _ language: Language?) -> [UInt8] {
        let prompt = record.present("prompt")?.stringValue ?? ""
        guard language == .rust, let declaration = record.present("declaration")?.stringValue else {
            return prompt.bytes
        }
        let head = declaration.text.contains("fn main") ? "" : "fn main() {}\n"
        return Array(head.utf8) + declaration.bytes + prompt.bytes
    }
}

extension DatasetRecord {
    mutating func setTests(_ kinds: [TestCase.Kind]) { setTests(kinds.map { TestCase($0) }) }

    /// Takes tests that were read one by one; without any the problem is invalid.
    mutating func setTests(_ cases: [TestCase]) {
        tests = cases.isEmpty ? .invalid(reason: "the record holds no tests") : .cases(cases)
        testsField = nil
    }
}
