public import GradingModel

/// A shape that records of public data sets have; the raw value names it for `--format` and in reports.
public enum RecordShape: String, Sendable, Hashable, CaseIterable {
    /// Tasks and answers of SYNTHETIC-1: `verification_info` and `metadata`, as objects or as text.
    case synthetic1 = "synthetic-1"
    /// open-r1's copies of it: structs, whose inputs and outputs are text.
    case openR1 = "open-r1"
    /// `code_output_prediction` of SYNTHETIC-1 and -2.
    case outputPrediction = "output-prediction"
    /// `input_output` with `inputs`, `outputs` and `fn_name`.
    case apps
    /// APPS' form with limits and tags.
    case taco
    /// verl, PRIME, Eurus: `reward_model.ground_truth`, or `inputs` and `outputs` themselves, or `assert_case`.
    case prime
    /// `info` that holds `tests`, each JSON text.
    case intellect3 = "intellect-3"
    /// rllm: `tests` in any of the other forms, beside `solutions`.
    case deepCoder = "deepcoder"
    case liveCodeBench = "livecodebench"
    /// Lists of `assert …`: open-instruct and AceCoder.
    case assertList = "assert-list"
    /// `prompt`, `test`, `entry_point`; also MBXP, which names a language.
    case humanEval = "humaneval"
    case humanEvalX = "humaneval-x"
    case mbpp
    case multiPLE = "multipl-e"
    case codeContests = "code-contests"
    /// open-r1/codeforces: `official_tests`, limits, `input_mode`, `generated_checker`.
    case codeforces
    /// MatrixStudio's submissions to Codeforces, whose tests may be cut short.
    case matrixStudio = "matrixstudio"
    /// A request of `POST /v1/submissions`, or a problem in its terms.
    case submission
    /// The open data set: submissions with the verdict that is right.
    case openData = "open-data"
    /// An answer by itself, to a problem that stands elsewhere.
    case answer

    /// The policy by which the data set's own grader compares, as far as there is one here.
    public var referencePolicy: ComparisonOptions.Policy {
        switch self {
        case .synthetic1, .openR1, .outputPrediction, .answer: .genesys
        case .apps, .taco, .prime, .intellect3, .deepCoder: .apps
        case .liveCodeBench: .lcb
        case .codeContests: .tokens
        case .codeforces, .matrixStudio: .lenient
        case .assertList, .humanEval, .humanEvalX, .mbpp, .multiPLE, .submission, .openData: .default
        }
    }

    /// The shape that a record's fields tell; `nil` where they tell none.
    ///
    /// Looks at names, and at no more of the contents than tells apart what has the same names.
    public static func recognise(_ record: Value) -> RecordShape? {
        guard record.mapValue != nil else { return nil }
        return recogniseOwn(record) ?? recogniseByMark(record) ?? recogniseByTests(record)
            ?? (AnswerFields.isAnswer(record) ? .answer : nil)
    }

    /// The shapes of this project and of SYNTHETIC-1.
    private static func recogniseOwn(_ record: Value) -> RecordShape? {
        let fields = Names(record)
        if fields.has("expected_verdict", "kind", "code", "tests") { return .openData }
        if let type = record["task_type"]?.stringValue?.text {
            if TaskType.isOutputPrediction(type) { return .outputPrediction }
            return fields.has(oneOf: "problem", "problem_statement") ? .openR1 : .synthetic1
        }
        if fields.has("verification_info") {
            return fields.has("language") || fields.has(oneOf: "code", "completion") ? .submission : .synthetic1
        }
        if fields.has("tests", "language"), record["tests"]?.listValue?.first?.present("type") != nil {
            return .submission
        }
        return fields.has("response_id", "problem_id") ? .synthetic1 : nil
    }

    /// Shapes with a field that no other has.
    private static func recogniseByMark(_ record: Value) -> RecordShape? {
        let fields = Names(record)
        if fields.has(oneOf: "official_tests", "generated_checker", "input_mode") { return .codeforces }
        if fields.has("contestId", "index") { return .matrixStudio }
        if fields.has(oneOf: "public_test_cases", "private_test_cases") { return .liveCodeBench }
        if fields.has("public_tests") { return .codeContests }
        if fields.has("input_output") {
            let marks = ["raw_tags", "skill_types", "picture_num", "time_limit", "Expected Time Complexity"]
            return marks.contains(where: { fields.has($0) }) ? .taco : .apps
        }
        if fields.has("test_list") { return .mbpp }
        if fields.has("test") {
            if fields.has("declaration") || HumanEvalTask.namesLanguage(record["task_id"]) { return .humanEvalX }
            if fields.has("entry_point") || fields.has("canonical_solution") { return .humanEval }
        }
        return nil
    }

    /// Shapes that differ in the form of their tests.
    private static func recogniseByTests(_ record: Value) -> RecordShape? {
        let fields = Names(record)
        if fields.has("tests", "prompt"), fields.has(oneOf: "stop_tokens", "doctests", "prompt_terminology") {
            return .multiPLE
        }
        if fields.has(oneOf: "reward_model", "assert_case") || fields.has("inputs", "outputs") { return .prime }
        for key in ["test_cases", "ground_truth", "tests"] {
            if let tests = record[key], AssertionList.isOne(tests) { return .assertList }
        }
        if fields.has("tests") { return .deepCoder }
        if fields.has("info") { return .intellect3 }
        if fields.has("ground_truth") { return .prime }
        return fields.has("test_cases") ? .deepCoder : nil
    }

    /// The names of a record's fields; one that is null is not there.
    private struct Names {
        let record: Value

        init(_ record: Value) { self.record = record }

        func has(_ keys: String...) -> Bool { keys.allSatisfy { record.present($0) != nil } }

        func has(oneOf keys: String...) -> Bool { keys.contains { record.present($0) != nil } }
    }
}
