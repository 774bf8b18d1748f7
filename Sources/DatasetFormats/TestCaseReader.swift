import GradingModel

/// Reads one of a request's `tests`.
struct TestCaseReader {
    var caps: LimitCaps
    /// Whether a `stdin_stdout` test must say what its output is: not where a program decides.
    var isOutputDue = true

    /// The test, or `nil` where a fault leaves none.
    func read(_ test: Value, at pointer: JSONPointer, _ faults: inout FaultCollector) -> TestCase? {
        guard test.mapValue != nil else {
            faults.add(pointer, "must be an object, not \(test.excerpt)")
            return nil
        }
        let kind = readKind(test, at: pointer, &faults)
        let name = readName(test.present("name"), at: pointer["name"], &faults)
        let limits = LimitsReader(caps: caps).read(test.present("limits"), at: pointer["limits"], &faults)
        let files = JuryReader.files(test, at: pointer, &faults)
        return kind.map { TestCase($0, name: name, limits: limits, files: files) }
    }

    private func readKind(_ test: Value, at pointer: JSONPointer, _ faults: inout FaultCollector) -> TestCase.Kind? {
        let accepted = "the types are stdin_stdout, function_call, assertions"
        guard let type = test.present("type") else {
            faults.add(pointer["type"], "is missing; \(accepted)")
            return nil
        }
        switch type {
        case "stdin_stdout": return readProcess(test, at: pointer, &faults)
        case "function_call": return readCall(test, at: pointer, &faults)
        case "assertions": return readAssertions(test, at: pointer, &faults)
        case .string: faults.add(pointer["type"], "\(type.excerpt) is no type of test; \(accepted)")
        default: faults.add(pointer["type"], "must be text, not \(type.excerpt); \(accepted)")
        }
        return nil
    }

    // MARK: - Types

    private func readProcess(_ test: Value, at pointer: JSONPointer, _ faults: inout FaultCollector) -> TestCase.Kind? {
        let input = readLines(test.present("input"), at: pointer["input"], &faults)
        let output =
            !isOutputDue && test.present("output") == nil
            ? "" : readLines(test.present("output"), at: pointer["output"], &faults)
        var expected = output.map { [$0] } ?? []
        for (index, value) in readAnyOf(test, at: pointer, &faults).enumerated() {
            if let text = readLines(value, at: pointer["any_of"][index], &faults) { expected.append(text) }
        }
        guard let input, output != nil else { return nil }
        return .stdinStdout(input: input, expected: expected)
    }

    private func readCall(_ test: Value, at pointer: JSONPointer, _ faults: inout FaultCollector) -> TestCase.Kind? {
        let function = readFunctionName(test.present("fn_name"), at: pointer["fn_name"], isDue: true, &faults)
        var arguments: [Value]?
        if let input = test.present("input") {
            arguments = input.listValue
            if arguments == nil {
                faults.add(pointer["input"], "must be the list of positional arguments, not \(input.excerpt)")
            }
        } else {
            faults.add(pointer["input"], "is missing: the list of positional arguments is due")
        }
        // Null is a value here: what a function without a result returns.
        let output = test["output"]
        if output == nil { faults.add(pointer["output"], "is missing: the value that the call should return is due") }
        let anyOf = readAnyOf(test, at: pointer, &faults)
        guard let function, let arguments, let output else { return nil }
        return .functionCall(
            function: function,
            arguments: arguments.map { Value(tagged: $0, tags: .floats) },
            expected: ([output] + anyOf).map { Value(tagged: $0, tags: .floats) }
        )
    }

    private func readAssertions(
        _ test: Value,
        at pointer: JSONPointer,
        _ faults: inout FaultCollector
    ) -> TestCase.Kind? {
        let entryPoint = readFunctionName(
            test.present("entry_point"),
            at: pointer["entry_point"],
            isDue: false,
            &faults
        )
        guard let code = test.present("code") else {
            faults.add(pointer["code"], "is missing: the source of the test is due")
            return nil
        }
        return faults.text(code, at: pointer["code"]).map { .assertions(code: $0, entryPoint: entryPoint) }
    }

    // MARK: - Fields

    private func readName(_ value: Value?, at pointer: JSONPointer, _ faults: inout FaultCollector) -> String? {
        guard let value, let name = faults.text(value, at: pointer) else { return nil }
        guard name.count <= SubmissionDecoder.maximumNameLength else {
            faults.add(
                pointer,
                "has \(name.count) bytes, at most \(SubmissionDecoder.maximumNameLength) are allowed"
            )
            return nil
        }
        return name.text
    }

    private func readFunctionName(
        _ value: Value?,
        at pointer: JSONPointer,
        isDue: Bool,
        _ faults: inout FaultCollector
    ) -> String? {
        guard let value else {
            if isDue { faults.add(pointer, "is missing: the name of the function to call is due") }
            return nil
        }
        guard let name = faults.text(value, at: pointer) else { return nil }
        guard let text = name.exactText, FunctionName.isPossible(text) else {
            faults.add(pointer, name.isEmpty ? "is empty" : "\(value.excerpt) can't be a function's name")
            return nil
        }
        return text
    }

    private func readAnyOf(_ test: Value, at pointer: JSONPointer, _ faults: inout FaultCollector) -> [Value] {
        guard let value = test.present("any_of") else { return [] }
        guard let elements = value.listValue else {
            faults.add(pointer["any_of"], "must be a list of further accepted outputs, not \(value.excerpt)")
            return []
        }
        return elements
    }

    /// Text, or a list of lines.
    private func readLines(
        _ value: Value?,
        at pointer: JSONPointer,
        _ faults: inout FaultCollector
    ) -> ByteString? {
        switch value {
        case .some(.string(let text)): return text
        case .some(.list(let lines)):
            var text: [UInt8] = []
            var isWhole = true
            for (index, line) in lines.enumerated() {
                if index > 0 { text.append(UInt8(ascii: "\n")) }
                if let line = line.stringValue {
                    text += line.bytes
                } else {
                    faults.add(pointer[index], "must be a line of text, not \(line.excerpt)")
                    isWhole = false
                }
            }
            return isWhole ? ByteString(bytes: text) : nil
        case nil, .some(.null): faults.add(pointer, "is missing: text or a list of lines is due")
        case .some(let other): faults.add(pointer, "must be text or a list of lines, not \(other.excerpt)")
        }
        return nil
    }
}

extension FaultCollector {
    mutating func text(_ value: Value, at pointer: JSONPointer) -> ByteString? {
        if let text = value.stringValue { return text }
        add(pointer, "must be text, not \(value.excerpt)")
        return nil
    }

    mutating func boolean(_ value: Value?, at pointer: JSONPointer) -> Bool? {
        guard let value else { return nil }
        if let boolean = value.boolValue { return boolean }
        add(pointer, "must be true or false, not \(value.excerpt)")
        return nil
    }
}
