import GradingModel

/// Contest problems: CodeContests, open-r1/codeforces, MatrixStudio's Codeforces submissions.
enum ContestShape {
    // MARK: - CodeContests

    /// The languages of CodeContests' solutions, by their number; those that are missing cannot be run here.
    private static let codeContestsLanguages: [Int: Language] = [2: .cpp, 3: .python]

    /// CodeContests' sources, by their number.
    private static let codeContestsSources = [
        "UNKNOWN_SOURCE", "CODECHEF", "CODEFORCES", "HACKEREARTH", "CODEJAM", "ATCODER", "AIZU",
    ]

    static func readCodeContests(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        record.problemID = try fields.identifier("problem_id", "name", "id")
        if let contest = try fields.identifier("cf_contest_id"), contest != "0" {
            record.inSourceID = contest + (try fields.identifier("cf_index") ?? "")
        }
        record.source = source(try fields.identifier("source"))
        record.prompt = try AnswerFields.prompt(fields, "description", "prompt")
        fields.readLimits(memory: "memory_limit", into: &record)
        record.answer = try AnswerFields.answer(fields)
        record.language = try fields.language("language")
        // Its own grader also folds case, which is done nowhere else: what is right never depends on it alone.
        record.comparison = ComparisonOptions(policy: .tokens, absoluteTolerance: 1e-5)
        record.files = try namedFiles(fields)
        try readSolutions(fields, into: &record)
        record.readTests { () throws(UndecodableTests) in
            var cases: [TestCase] = []
            for (key, name) in [
                ("public_tests", "public"), ("private_tests", "private"), ("generated_tests", "generated"),
            ] {
                guard let value = fields.present(key) else { continue }
                cases += try TestColumns.read(value, at: key, named: name)
            }
            return cases
        }
    }

    /// `input_file` and `output_file`; empty names stand for the standard streams, and so do `stdin` and `stdout`.
    private static func namedFiles(_ fields: RecordFields) throws(RecordFault) -> ProgramFiles {
        var names: [MapEntry] = []
        for (key, stream) in [("input_file", "stdin"), ("output_file", "stdout")] {
            guard let name = try fields.text(key), !name.isEmpty, name.text != stream else { continue }
            names.append(MapEntry(key: Value(key), value: .string(name)))
        }
        var faults = FaultCollector()
        let files = JuryReader.files(.map(names), at: JSONPointer(), &faults)
        try SubmissionShape.check(faults)
        return files ?? .standardStreams
    }

    private static func source(_ name: String?) -> String? {
        guard let name else { return nil }
        guard let index = Int(name), codeContestsSources.indices.contains(index) else { return name }
        return codeContestsSources[index].lowercased()
    }

    /// The first solution in the record's language, or else in the first language that can be run, Python before C++.
    private static func readSolutions(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        guard let solutions = try fields.object("solutions") else { return }
        guard let codes = solutions.present("solution")?.listValue,
            let numbers = solutions.present("language")?.listValue, codes.count == numbers.count
        else { throw fields.fault("solutions", "is no pair of lists, language and solution, of one length") }
        for language in record.language.map({ [$0] }) ?? [.python, .cpp] {
            let index = numbers.firstIndex { number in
                number.intValue.flatMap { codeContestsLanguages[$0] } == language
                    || number.textValue.flatMap { $0 == "PYTHON3" ? .python : Language(name: $0) } == language
            }
            guard let index, let code = codes[index].stringValue else { continue }
            record.language = language
            record.gold = .code(code)
            return
        }
    }

    // MARK: - Codeforces

    static func readCodeforces(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        record.problemID = try fields.identifier("id", "problem_id")
        record.source = try fields.text("source")?.text ?? "codeforces"
        record.prompt = try AnswerFields.prompt(fields, "prompt", "description")
        fields.readLimits(memoryBytes: nil, into: &record)
        record.answer = try AnswerFields.answer(fields)
        record.language = try fields.language("language")
        // Without a checker its own grader folds the case of yes and no and drops empty lines.
        record.comparison = ComparisonOptions(policy: .lenient)
        record.files = try files(fields)
        if let code = try fields.text("generated_checker"), !code.isEmpty {
            record.checker = Checker(JuryProgram(language: .python, code: code), form: .openR1)
        }
        try readAcceptedSolutions(fields, into: &record)
        if fields.present("official_tests_complete") == false {
            record.notes.append("official_tests_complete is false: not all of the contest's tests are here")
        }
        if let format = try fields.text("interaction_format"), !format.isEmpty {
            record.tests = .invalid(reason: "the problem is interactive, and the record has no interactor")
            return
        }
        record.readTests { () throws(UndecodableTests) in
            var cases: [TestCase] = []
            for key in ["official_tests", "public_tests", "private_tests", "generated_tests"] {
                // The number of generated tests, which are in files of their own.
                guard let value = fields.present(key), value.intValue == nil else { continue }
                cases += try TestColumns.read(value, at: key, named: String(key.dropLast("_tests".count)))
            }
            return cases
        }
    }

    private static func files(_ fields: RecordFields) throws(RecordFault) -> ProgramFiles {
        guard let name = try fields.text("input_mode") else { return .standardStreams }
        switch name.text {
        case "stdio", "": return .standardStreams
        case "file": return .inputAndOutputText
        default:
            throw fields.fault("input_mode", "is \(Value.string(name).excerpt), where stdio or file is due")
        }
    }

    /// Of codeforces-cots: `accepted_solutions`, each with its `code` and `programmingLanguage`.
    private static func readAcceptedSolutions(
        _ fields: RecordFields,
        into record: inout DatasetRecord
    ) throws(RecordFault) {
        guard let solutions = try fields.decoded("accepted_solutions")?.listValue else { return }
        for (index, solution) in solutions.enumerated() where solution.mapValue != nil {
            let inner = RecordFields(solution, at: "accepted_solutions[\(index)].")
            guard let code = try inner.text("code"), let name = try inner.text("programmingLanguage", "language"),
                let language = Language(name: name.text) ?? Language(judgeName: name.text),
                record.language == nil || record.language == language
            else { continue }
            record.language = language
            record.gold = .code(code)
            return
        }
    }

    // MARK: - MatrixStudio

    static func readMatrixStudio(_ fields: RecordFields, into record: inout DatasetRecord) throws(RecordFault) {
        if let contest = try fields.identifier("contestId"), let index = try fields.identifier("index") {
            record.problemID = "\(contest)/\(index)"
        }
        record.source = "codeforces"
        record.prompt = try AnswerFields.prompt(fields, "prompt", "problem-description")
        fields.readLimits(time: "time-limit", memory: "memory-limit", memoryBytes: nil, into: &record)
        // Its `score` says how the text was rated, and nothing of tests.
        record.score = nil
        record.language = try fields.language("programmingLanguage")
        record.comparison = ComparisonOptions(policy: .lenient)
        let code = try fields.text("code")
        record.answer = code.map { .code($0) }
        if code == nil { record.answer = try AnswerFields.completion(fields).map { .completion($0) } }
        if try fields.text("verdict") == "OK" { record.gold = code.map { .code($0) } }
        record.readTests { () throws(UndecodableTests) in
            var cases: [TestCase] = []
            if let value = fields.present("test_cases") {
                cases = try TestColumns.read(value, at: "test_cases", named: nil)
            }
            if cases.isEmpty, let inputs = fields.present("demo-input"), let outputs = fields.present("demo-output") {
                cases = try TestColumns.read(["input": inputs, "output": outputs], at: "demo", named: "demo")
            }
            return cases
        }
    }
}

/// Tests of a process in columns, as Parquet has them, or one by one.
enum TestColumns {
    /// Reads `{"input": […], "output": […]}`, or a list of `{"input", "output"}`, or the text of either.
    ///
    /// The tests are named after where they come from, and their place there: `private/3`.
    static func read(_ value: Value, at path: String, named name: String?) throws(UndecodableTests) -> [TestCase] {
        var value = value
        if let text = value.stringValue { value = try LiteralText.parse(text, at: path) }
        let pairs: [(input: Value?, output: Value?, path: String)]
        switch value {
        case .list(let tests):
            for (index, test) in tests.enumerated() where test.mapValue == nil {
                throw UndecodableTests("\(path)[\(index)] is \(test.kindPhrase), where a test is due")
            }
            pairs = tests.enumerated().map { ($1["input"], $1["output"], "\(path)[\($0)]") }
        case .map:
            guard let inputs = value.present("input")?.listValue, let outputs = value.present("output")?.listValue
            else {
                throw UndecodableTests("\(path) has no lists input and output")
            }
            guard inputs.count == outputs.count else {
                throw UndecodableTests("\(path) has \(inputs.count) inputs and \(outputs.count) outputs")
            }
            pairs = inputs.indices.map { (inputs[$0], outputs[$0], "\(path)[\($0)]") }
        default: throw UndecodableTests("\(path) is \(value.kindPhrase), where tests are due")
        }
        var cases: [TestCase] = []
        cases.reserveCapacity(pairs.count)
        for (index, pair) in pairs.enumerated() {
            var test = try DecodedTest.process(
                input: pair.input,
                output: pair.output,
                at: ("\(pair.path).input", "\(pair.path).output")
            )
            test.name = name.map { "\($0)/\(index)" }
            cases.append(test)
        }
        return cases
    }
}

extension DatasetRecord {
    /// Takes the tests that `read` finds, or why there are none.
    fileprivate mutating func readTests(_ read: () throws(UndecodableTests) -> [TestCase]) {
        do throws(UndecodableTests) {
            setTests(try read())
        } catch {
            tests = .invalid(reason: error.reason)
        }
    }
}
