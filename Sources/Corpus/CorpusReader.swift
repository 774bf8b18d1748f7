import GradingModel

/// What is wrong with a file of the corpus, and at which key.
struct CorpusFault: Error {
    var key: String
    var reason: String
}

/// Reads one file of the corpus.
///
/// Unknown keys are faults: a misspelt expectation must not pass.
struct CorpusReader {
    /// `class/name`.
    let name: String
    /// How many times slower the host is.
    let slowness: Int

    func read(_ text: String) throws -> CorpusCase {
        let root = try YAMLValue.read(text)
        try check(
            root,
            "the file",
            keys: ["intent", "language", "source", "tests", "expect", "control"] + Self.optionalFields
        )
        guard let kind = name.split(separator: "/").first.flatMap({ CorpusCase.Class(rawValue: String($0)) }) else {
            throw CorpusFault(key: "the folder", reason: "is none of the classes")
        }
        guard name.dropFirst(kind.rawValue.count + 1).allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "-" }) else {
            throw CorpusFault(key: "the name", reason: "is not in kebab-case")
        }
        let language = try self.text(root, "language")
        guard let language = Language(rawValue: language) else {
            throw CorpusFault(key: "language", reason: "\(language) is none")
        }
        guard let tests = root["tests"]?.listValue, !tests.isEmpty else {
            throw CorpusFault(key: "tests", reason: "must be a list that is not empty")
        }
        let source = try self.text(root, "source")
        let control = try root["control"].map(control)
        if control == nil && (kind == .escape || kind == .exfiltration) {
            throw CorpusFault(key: "control", reason: "is missing, which programs of this class must have")
        }
        return CorpusCase(
            name: name,
            kind: kind,
            intent: try self.text(root, "intent"),
            language: language,
            source: source,
            request: .map(
                [("language", Value(language.rawValue)), ("code", Value(source)), ("tests", .list(tests))].map(entry)
                    + Self.optionalFields.compactMap { key in root[key].map { entry((key, $0)) } }
            ),
            expectation: try expectation(root["expect"] ?? .null, tests: tests.count),
            control: control
        ).slowed(by: slowness)
    }

    /// Fields of a request that a case may have as they are.
    private static let optionalFields = ["limits", "comparison", "checker", "interactor", "input_mode"]

    private func entry(_ field: (String, Value)) -> MapEntry { MapEntry(key: Value(field.0), value: field.1) }

    // MARK: - Parts

    private func control(_ value: Value) throws(CorpusFault) -> CorpusCase.Control {
        try check(value, "control", keys: ["prints", "compiles", "host_may_refuse"])
        if value["compiles"] == true && value["prints"] == nil && value["host_may_refuse"] == nil { return .compiles }
        guard value["compiles"] == nil else {
            throw CorpusFault(key: "control.compiles", reason: "must be true, and stand alone")
        }
        return .prints(
            try text(value, "prints", in: "control"),
            hostMayRefuse: value["host_may_refuse"]?.boolValue ?? false
        )
    }

    private func expectation(_ value: Value, tests: Int) throws(CorpusFault) -> CorpusExpectation {
        try check(value, "expect", keys: ["verdict", "compile", "tests"])
        var expectation = CorpusExpectation(
            verdicts: try verdicts(value["verdict"] ?? .null, "expect.verdict"),
            compile: [],
            tests: []
        )
        if let compile = value["compile"] {
            expectation.compile = try checks(compile, "expect.compile", known: Self.compileChecks)
        }
        if let entries = value["tests"] {
            guard let entries = entries.listValue, entries.count == tests else {
                throw CorpusFault(
                    key: "expect.tests",
                    reason: "must be a list with one entry for each of \(tests) tests"
                )
            }
            for (index, entry) in entries.enumerated() {
                expectation.tests.append(try checks(entry, "expect.tests[\(index)]", known: Self.testChecks))
            }
        }
        return expectation
    }

    // MARK: - Checks

    private typealias Check = CorpusExpectation.Check
    private typealias MakeCheck = @Sendable (Value, String) throws(CorpusFault) -> [Check]

    private func checks(
        _ value: Value,
        _ path: String,
        known: [(key: String, make: MakeCheck)]
    ) throws(CorpusFault) -> [Check] {
        try check(value, path, keys: known.map(\.key))
        var checks: [Check] = []
        for (key, make) in known {
            if let value = value[key] { checks += try make(value, "\(path).\(key)") }
        }
        return checks
    }

    private static let compileChecks: [(key: String, make: MakeCheck)] = [
        ("status", oneOf("status", ["ok", "failed", "timed_out", "out_of_memory", "not_needed"])),
        ("stderr_contains", parts("stderr") { .contains($0) }), ("stderr_lacks", parts("stderr") { .lacks($0) }),
    ]

    private static let testChecks: [(key: String, make: MakeCheck)] = [
        ("verdict", oneOf("verdict", Verdict.allCases.map(\.rawValue))),
        ("message_contains", parts("message") { .contains($0) }),
        ("stdout_contains", parts("stdout") { .contains($0) }), ("stdout_lacks", parts("stdout") { .lacks($0) }),
        ("stderr_contains", parts("stderr") { .contains($0) }), ("stderr_lacks", parts("stderr") { .lacks($0) }),
        (
            "exit_code",
            { value, _ throws(CorpusFault) in [Check(field: "exit_code", condition: .isOneOf(list(value)))] }
        ),
        ("signal", { value, _ throws(CorpusFault) in [Check(field: "signal", condition: .isOneOf(list(value)))] }),
        ("cpu_time_below_s", bound("cpu_time_s") { .below($0) }),
        ("cpu_time_above_s", bound("cpu_time_s") { .above($0) }),
        ("wall_time_below_s", bound("wall_time_s") { .below($0) }),
        ("wall_time_above_s", bound("wall_time_s") { .above($0) }),
        ("memory_peak_below_mb", bound("memory_peak_kb") { .below($0 * 1024) }),
        ("memory_peak_above_mb", bound("memory_peak_kb") { .above($0 * 1024) }),
        (
            "suspicion",
            { value, _ throws(CorpusFault) in [Check(field: "suspicion", condition: .hasEach(list(value)))] }
        ),
    ]

    private static func oneOf(_ field: String, _ words: [String]) -> MakeCheck {
        { value, path throws(CorpusFault) in
            for word in list(value) where !words.contains(word.textValue ?? "") {
                throw CorpusFault(key: path, reason: "must be of \(words.joined(separator: ", "))")
            }
            return [Check(field: field, condition: .isOneOf(list(value)))]
        }
    }

    private static func parts(
        _ field: String,
        _ condition: @escaping @Sendable (String) -> Check.Condition
    ) -> MakeCheck {
        { value, path throws(CorpusFault) in
            var checks: [Check] = []
            for part in list(value) {
                guard let part = part.textValue, !part.isEmpty else {
                    throw CorpusFault(key: path, reason: "must be a text that is not empty, or a list of such")
                }
                checks.append(Check(field: field, condition: condition(part)))
            }
            return checks
        }
    }

    private static func bound(
        _ field: String,
        _ condition: @escaping @Sendable (Double) -> Check.Condition
    ) -> MakeCheck {
        { value, path throws(CorpusFault) in
            guard let number = value.doubleValue else { throw CorpusFault(key: path, reason: "must be a number") }
            return [Check(field: field, condition: condition(number))]
        }
    }

    private static func list(_ value: Value) -> [Value] { value.listValue ?? [value] }

    private func verdicts(_ value: Value, _ path: String) throws(CorpusFault) -> [Value] {
        let checks = try Self.oneOf("verdict", Verdict.allCases.map(\.rawValue))(value, path)
        guard case .isOneOf(let verdicts)? = checks.first?.condition else { return [] }
        return verdicts
    }

    // MARK: - Keys

    private func check(_ value: Value, _ path: String, keys: [String]) throws(CorpusFault) {
        guard let entries = value.mapValue else { throw CorpusFault(key: path, reason: "must be a mapping") }
        for entry in entries where !keys.contains(entry.key.textValue ?? "") {
            let key = entry.key.textValue ?? "?"
            throw CorpusFault(key: path == "the file" ? key : "\(path).\(key)", reason: "is not known")
        }
    }

    private func text(_ value: Value, _ key: String, in path: String? = nil) throws(CorpusFault) -> String {
        guard let text = value[key]?.textValue, !text.isEmpty else {
            throw CorpusFault(key: path.map { "\($0).\(key)" } ?? key, reason: "must be a text that is not empty")
        }
        return text
    }
}
