public import GradingModel

/// What must stand in the answer to a case.
public struct CorpusExpectation: Sendable {
    /// One statement about one field of an object.
    struct Check: Sendable {
        enum Condition: Sendable {
            case isOneOf([Value])
            case contains(String)
            case lacks(String)
            case below(Double)
            case above(Double)
            /// A list that has each of these.
            case hasEach([Value])
        }

        /// The field in the answer.
        var field: String
        var condition: Condition

        /// Whether it holds only where the program has the machine to itself.
        var isAboutTime: Bool { field == "cpu_time_s" || field == "wall_time_s" }
    }

    var verdicts: [Value]
    var compile: [Check]
    /// One entry a test, or none at all.
    var tests: [[Check]]

    /// Where an answer is not as it must be: one line for each field, with what was expected and what was there.
    ///
    /// On a busy machine statements about time say nothing; without `timing` they are left out.
    public func mismatches(in answer: Value, timing: Bool = true) -> [String] {
        let answered = answer["tests"]?.listValue ?? []
        let messages = ([answer["message"]] + answered.map { $0["message"] }).compactMap { $0?.stringValue?.text }
        var lines =
            Check(field: "verdict", condition: .isOneOf(verdicts)).mismatch(in: answer, at: "verdict")
            .map { [$0 + (messages.isEmpty ? "" : ": " + messages.joined(separator: "; "))] } ?? []
        for check in compile {
            if let line = check.mismatch(in: answer["compile"] ?? .null, at: "compile.\(check.field)") {
                lines.append(line)
            }
        }
        if !tests.isEmpty && tests.count != answered.count {
            lines.append("tests: expected \(tests.count), got \(answered.count)")
        }
        for (index, (checks, test)) in zip(tests, answered).enumerated() {
            for check in checks where timing || !check.isAboutTime {
                guard var line = check.mismatch(in: test, at: "tests[\(index)].\(check.field)") else { continue }
                if let message = test["message"]?.stringValue?.text { line += ": \(message)" }
                lines.append(line)
            }
        }
        return lines
    }
}

extension CorpusExpectation.Check {
    /// `nil` where the check holds.
    func mismatch(in object: Value, at path: String) -> String? {
        let value = object[field] ?? .null
        switch condition {
        case .isOneOf(let values):
            if values.contains(value) { return nil }
            return "\(path): expected \(values.map(shown).joined(separator: " or ")), got \(shown(value))"
        case .contains(let part):
            if value.stringValue?.text.contains(part) == true { return nil }
            return "\(path): expected to contain \(shown(Value(part))), got \(shown(value))"
        case .lacks(let part):
            guard let text = value.stringValue?.text else { return "\(path): expected a text, got \(shown(value))" }
            if !text.contains(part) { return nil }
            return "\(path): expected to lack \(shown(Value(part))), got \(shown(value))"
        case .below(let bound):
            if let number = value.doubleValue, number < bound { return nil }
            return "\(path): expected below \(bound), got \(shown(value))"
        case .above(let bound):
            if let number = value.doubleValue, number > bound { return nil }
            return "\(path): expected above \(bound), got \(shown(value))"
        case .hasEach(let values):
            let elements = value.listValue ?? []
            if values.allSatisfy(elements.contains) { return nil }
            return "\(path): expected \(values.map(shown).joined(separator: ", ")) in it, got \(shown(value))"
        }
    }

    private func shown(_ value: Value) -> String {
        let text = String(decoding: JSONCodec.serialize(value), as: UTF8.self)
        return text.count > 200 ? text.prefix(200) + "…" : text
    }
}
