import GradingModel

/// Reads `checker`, `interactor` and the input mode of a request, and whether they go with its tests.
struct JuryReader {
    static func checker(_ value: Value?, at pointer: JSONPointer, _ faults: inout FaultCollector) -> Checker? {
        guard let value, let program = program(value, what: "a checker", at: pointer, &faults) else { return nil }
        let forms = "the forms are \(Checker.Form.allCases.map(\.rawValue).joined(separator: ", "))"
        guard let form = value.present("form") else { return Checker(program) }
        guard let name = form.stringValue, let known = Checker.Form(rawValue: name.text) else {
            faults.add(pointer["form"], "\(form.excerpt) is no form of a checker; \(forms)")
            return nil
        }
        return Checker(program, form: known)
    }

    static func interactor(_ value: Value?, at pointer: JSONPointer, _ faults: inout FaultCollector) -> Interactor? {
        guard let value else { return nil }
        return program(value, what: "an interactor", at: pointer, &faults).map { Interactor($0) }
    }

    private static func program(
        _ value: Value,
        what: String,
        at pointer: JSONPointer,
        _ faults: inout FaultCollector
    ) -> JuryProgram? {
        guard value.mapValue != nil else {
            faults.add(pointer, "must be an object with language and code, not \(value.excerpt)")
            return nil
        }
        var language: JuryProgram.Language?
        if let name = value.present("language") {
            language = name.stringValue.flatMap { Language(name: $0.text) }.flatMap {
                JuryProgram.Language(rawValue: $0.rawValue)
            }
            if language == nil {
                faults.add(pointer["language"], "\(name.excerpt) is no language for \(what): cpp and python are")
            }
        } else {
            faults.add(pointer["language"], "is missing: cpp or python")
        }
        guard let code = value.present("code") else {
            faults.add(pointer["code"], "is missing: the source of \(what) is due")
            return nil
        }
        guard let code = faults.text(code, at: pointer["code"]), let language else { return nil }
        return JuryProgram(language: language, code: code)
    }

    // MARK: - Input mode

    /// `input_mode`, `input_file` and `output_file` of a submission or of one test; `nil` where none is there.
    static func files(_ object: Value, at pointer: JSONPointer, _ faults: inout FaultCollector) -> ProgramFiles? {
        let input = fileName(object.present("input_file"), at: pointer["input_file"], &faults)
        let output = fileName(object.present("output_file"), at: pointer["output_file"], &faults)
        let isNamed = object.present("input_file") != nil || object.present("output_file") != nil
        if input != nil, input == output {
            faults.add(pointer["output_file"], "is the input's file too")
        }
        switch object.present("input_mode") {
        // A name alone says what is a file, and what is not.
        case nil: return isNamed ? ProgramFiles(input: input, output: output) : nil
        case "stdio":
            if isNamed { faults.add(pointer["input_mode"], "is stdio, but a file is named") }
            return .standardStreams
        case "file":
            let usual = ProgramFiles.inputAndOutputText
            return ProgramFiles(input: input ?? usual.input, output: output ?? usual.output)
        case .some(let other):
            faults.add(pointer["input_mode"], "\(other.excerpt) is no input mode: stdio and file are")
            return nil
        }
    }

    private static func fileName(
        _ value: Value?,
        at pointer: JSONPointer,
        _ faults: inout FaultCollector
    ) -> String? {
        guard let value, let text = faults.text(value, at: pointer) else { return nil }
        let isPlain = text.bytes.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        let name = text.text
        guard isPlain, (1...100).contains(text.count), !name.hasPrefix("."), !name.hasPrefix("main.") else {
            faults.add(
                pointer,
                "\(value.excerpt) can't be a file's name: letters, digits, '.', '_' and '-' are, and no main.…"
            )
            return nil
        }
        return name
    }

    // MARK: - Tests

    /// Finds what does not go together.
    static func check(_ submission: Submission, at root: JSONPointer, _ faults: inout FaultCollector) {
        guard case .cases(let tests) = submission.tests else { return }
        for (index, test) in tests.enumerated() {
            switch test.kind {
            case .assertions, .assertedCall:
                if submission.checker != nil {
                    let detail = "has nothing to decide on in test \(index): assertions decide by themselves"
                    faults.add(root["checker"], detail)
                }
            case .functionCall, .stdinStdout: break
            }
            guard submission.interactor != nil else { continue }
            guard case .stdinStdout = test.kind else {
                faults.add(root["interactor"], "can't talk with test \(index), which is of type \(test.typeName)")
                continue
            }
            if (test.files ?? submission.files) != .standardStreams {
                faults.add(root["interactor"], "talks on stdin and stdout, but test \(index) has files instead")
            }
        }
    }
}
