import GradingModel

/// The data sets of trainers: APPS and TACO, PRIME and verl, INTELLECT-3, rllm, LiveCodeBench, lists of assertions.
///
/// All are problems for Python, unless a record says otherwise.
enum TrainerShape {
    static func read(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        record.problemID = try fields.identifier("problem_id", "question_id", "task_id", "id", "name", "url")
        record.inSourceID = try fields.identifier("in_source_id")
        record.source = try fields.text("source", "data_source", "platform", "dataset")?.text
        record.prompt = try AnswerFields.prompt(
            fields,
            "question",
            "question_content",
            "problem",
            "prompt",
            "original_input",
            "messages"
        )
        record.gold = try AnswerFields.solution(
            fields,
            "solutions",
            "good_program",
            "solution",
            "gold_standard_solution",
            "canonical_solution"
        )
        record.answer = try AnswerFields.answer(fields)
        if record.shape == .taco { fields.readLimits(memoryBytes: nil, into: &record) }
        let (value, path) = try tests(fields, record.shape)
        let info = record.readTests(value, at: path)
        record.language = try fields.language("language")
        if record.language == nil, let name = info.language { record.language = Language(name: name) }
        if record.language == nil { record.language = .python }
        if record.shape == .prime, record.problemID == nil, let extra = try fields.object("extra_info") {
            record.problemID = try extra.identifier("id", "index")
        }
    }

    /// What holds the tests, and where it stands.
    private static func tests(
        _ fields: RecordFields,
        _ shape: RecordShape
    ) throws(RecordFault) -> (Value, path: String) {
        let record = fields.value
        switch shape {
        case .apps, .taco:
            // TACO's special judges, and APPS' answers, are below the same name; a name beside it is the function's.
            return (record.keeping("input_output", "fn_name"), "record")
        case .intellect3: return (record.keeping("info"), "record")
        case .liveCodeBench:
            for key in ["public_test_cases", "private_test_cases"] {
                if let text = fields.present(key)?.stringValue, PickledText.isOne(text) {
                    throw fields.fault(key, PickledText.refusal)
                }
            }
            return (record.keeping("public_test_cases", "private_test_cases", "metadata"), "record")
        case .prime:
            if let model = try fields.object("reward_model"), let truth = model.present("ground_truth") {
                return (truth, "reward_model.ground_truth")
            }
            if let truth = fields.present("ground_truth") { return (truth, "ground_truth") }
            return (record.keeping("inputs", "outputs", "fn_name", "assert_case"), "record")
        case .assertList:
            for key in ["test_cases", "ground_truth", "tests"] {
                if let value = fields.present(key) { return (AssertionList.unwrapped(value), key) }
            }
        default:
            for key in ["tests", "test_cases"] {
                guard let value = fields.present(key) else { continue }
                guard let metadata = fields.present("metadata") else { return (value, key) }
                return (
                    .map([MapEntry(key: "test_cases", value: value), MapEntry(key: "metadata", value: metadata)]), key
                )
            }
        }
        throw RecordFault(field: "", reason: "has no tests where the shape \(shape.rawValue) has them")
    }
}

/// Text that holds a pickle: Python's own format, whose reading runs what its writer wanted.
enum PickledText {
    static let refusal =
        "is a compressed pickle; pickles are never read, since they are programs: "
        + "convert it with code_generation_lite's own loader, and write the JSON in it"

    /// Base64 of a zlib stream (bytes 78 01, 78 5E, 78 9C, 78 DA) or of a bare pickle (80 02 to 80 05).
    static func isOne(_ text: ByteString) -> Bool {
        ["eJ", "eN", "eF", "eA", "gAJ", "gAN", "gAS", "gAV"].contains { text.bytes.starts(with: $0.utf8) }
    }
}
