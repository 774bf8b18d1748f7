import DatasetFormats
import GradingModel

/// What `assay grade` was asked, on its way to a submission.
///
/// It becomes the same JSON request that a client would send, so that one decoder says what is right and wrong.
struct GradeRequest {
    var program: [UInt8]
    var isCompletion = false
    /// The program's file, whose extension tells the language.
    var fileName = "-"
    var language: String?
    var policy: String?
    /// `name=value`, by the API's names.
    var limits: [String] = []
    var stopOnFailure = false
    /// Programs of the problem's author, instead of those that the tests file has.
    var checker: JuryFile?
    var checkerForm: String?
    var interactor: JuryFile?

    /// A file with a checker or an interactor, whose extension tells the language.
    struct JuryFile {
        var name: String
        var code: [UInt8]

        fileprivate func value(form: String? = nil) throws -> Value {
            guard let language = GradeRequest.language(ofFile: name) else {
                throw UsageError("\(name): the language is not known from the name; .cpp and .py are")
            }
            var entries = [
                MapEntry(key: "language", value: Value(language)),
                MapEntry(key: "code", value: .string(ByteString(bytes: code))),
            ]
            if let form { entries.append(MapEntry(key: "form", value: Value(form))) }
            return .map(entries)
        }
    }

    /// Puts the program together with the tests.
    ///
    /// - Parameters:
    ///   - tests: The tests file's text.
    ///   - caps: The largest limits there may be.
    /// - Returns: The submission.
    /// - Throws: ``UsageError`` with everything that is wrong.
    func submission(tests: [UInt8], caps: LimitCaps) throws -> Submission {
        var fields = try Self.fields(ofTests: tests)
        fields[isCompletion ? "completion" : "code"] = .string(ByteString(bytes: program))
        if let name = language ?? Self.language(ofFile: fileName) { fields["language"] = Value(name) }
        if fields["language"] == nil && fields["verification_info"] == nil {
            throw UsageError("the language is not known from the file's name; say --language")
        }
        if let policy { fields["comparison"] = Self.setting("policy", to: Value(policy), in: fields["comparison"]) }
        for limit in limits {
            let (name, value) = try Self.assignment(limit)
            fields["limits"] = Self.setting(name, to: value, in: fields["limits"])
        }
        if stopOnFailure { fields["stop_on_failure"] = true }
        if let checker {
            fields["checker"] = try checker.value(form: checkerForm)
        } else if let checkerForm {
            fields["checker"] = Self.setting("form", to: Value(checkerForm), in: fields["checker"])
        }
        if let interactor { fields["interactor"] = try interactor.value() }
        let request = Value.map(
            fields.sorted { $0.key < $1.key }.map { MapEntry(key: Value($0.key), value: $0.value) }
        )
        do {
            return try SubmissionDecoder.decode(request, caps: caps)
        } catch {
            throw UsageError(error.faults.map { Self.describe($0) }.joined(separator: "\nassay: "))
        }
    }

    /// The fields of a request that a tests file stands for.
    private static func fields(ofTests bytes: [UInt8]) throws -> [String: Value] {
        let value: Value
        do {
            value = try JSONCodec.parse(bytes)
        } catch {
            // Records of public data sets may hold the text of a Python literal.
            let text = Value.string(ByteString(bytes: bytes))
            if case .cases = VerificationInfo.decode(text).tests { return ["verification_info": text] }
            throw UsageError("the tests are not JSON: \(error)")
        }
        switch value {
        case .list(let elements):
            let isOurs = elements.first.map { $0["type"] != nil } ?? true
            return [isOurs ? "tests" : "verification_info": value]
        case .map(let entries) where value["tests"] != nil || value["verification_info"] != nil:
            var fields: [String: Value] = [:]
            for entry in entries {
                guard let name = entry.key.textValue, name != "code", name != "completion" else { continue }
                fields[name] = entry.value
            }
            return fields
        case .map: return ["verification_info": value]
        default:
            throw UsageError("the tests must be a list of tests or an object, not \(value.kindName)")
        }
    }

    private static func assignment(_ text: String) throws -> (name: String, value: Value) {
        guard let equals = text.firstIndex(of: "=") else { throw UsageError("--limit \(text): must be name=value") }
        let value = Array(text[text.index(after: equals)...].utf8)
        guard let number = try? JSONCodec.parse(value), number.doubleValue != nil else {
            throw UsageError("--limit \(text): the value must be a number")
        }
        return (String(text[..<equals]), number)
    }

    private static func setting(_ name: String, to value: Value, in object: Value?) -> Value {
        var entries = object?.mapValue ?? []
        entries.removeAll { $0.key.textValue == name }
        entries.append(MapEntry(key: Value(name), value: value))
        return .map(entries)
    }

    private static func describe(_ fault: RequestFault) -> String {
        switch fault.pointer {
        case "": "the tests file \(fault.detail)"
        case let pointer where pointer.hasPrefix("/limits/"): "the limit \(pointer.dropFirst(8)) \(fault.detail)"
        default: "\(fault.pointer) \(fault.detail)"
        }
    }

    /// The language that a file's extension tells.
    static func language(ofFile name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), !name[dot...].contains("/") else { return nil }
        switch name[name.index(after: dot)...].lowercased() {
        case "py", "py3", "pyw": return "python"
        case "js", "mjs", "cjs": return "javascript"
        case "rs": return "rust"
        case "cpp", "cc", "cxx", "c++", "hpp", "h++": return "cpp"
        default: return nil
        }
    }
}

extension GradeRequest {
    /// Limits of the command line, each `name=value`.
    ///
    /// - Throws: ``UsageError`` with everything that is wrong.
    static func limits(_ limits: [String], caps: LimitCaps) throws -> LimitOverrides {
        // By the way of a request, so that one reader says what is right and wrong.
        let tests = Array(#"[{"type":"stdin_stdout","input":"","output":""}]"#.utf8)
        return try GradeRequest(program: [], language: "python", limits: limits)
            .submission(tests: tests, caps: caps).limits
    }
}
