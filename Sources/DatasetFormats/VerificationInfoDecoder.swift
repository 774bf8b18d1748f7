import GradingModel

/// Finds out which form the tests have, and reads them.
struct VerificationInfoDecoder {
    /// The innermost `language` that was come across.
    private(set) var language: String?

    /// How often text may be inside of text: no form has more than three levels.
    private static let maximumLevel = 8

    /// What surrounds the tests.
    private struct Context {
        var path: String
        /// The function to call, where the tests themselves do not say it.
        var function: String?
        /// Below INTELLECT-3's `info` or `tests`, where items may be JSON once more.
        var isNested = false
        var level = 0

        func inner(_ key: String) -> Context {
            var inner = self
            inner.path += ".\(key)"
            inner.level += 1
            return inner
        }
    }

    mutating func tests(in value: Value, at path: String) throws(UndecodableTests) -> [TestCase] {
        try tests(in: value, Context(path: path))
    }

    private mutating func tests(in value: Value, _ context: Context) throws(UndecodableTests) -> [TestCase] {
        guard context.level <= Self.maximumLevel else {
            throw UndecodableTests("\(context.path): too many levels of text in text")
        }
        switch value {
        case .string(let text):
            var inner = context
            inner.level += 1
            return try tests(in: try LiteralText.parse(text, at: context.path), inner)
        case .list(let elements): return try tests(inList: elements, context)
        case .map: return try tests(inRecord: value, context)
        default:
            throw UndecodableTests("\(context.path) is \(value.kindPhrase), where an object, a list or text is due")
        }
    }

    // MARK: - Records

    private mutating func tests(inRecord record: Value, _ context: Context) throws(UndecodableTests) -> [TestCase] {
        var context = context
        if let name = record.present("language")?.stringValue { language = name.text }
        context.function = try functionName(of: record, at: context.path) ?? context.function

        if let cases = record.present("test_cases") { return try tests(in: cases, context.inner("test_cases")) }
        if let asserts = record.present("assert_case"), asserts != .list([]) {
            return try assertions(asserts, context.inner("assert_case"))
        }
        if let inputs = record.present("inputs"), let outputs = record.present("outputs") {
            return try tests(inputs: inputs, outputs: outputs, names: ("inputs", "outputs"), context)
        }
        if let inputs = record.present("test_case_inputs"), let outputs = record.present("test_case_outputs") {
            context.isNested = true
            let names = ("test_case_inputs", "test_case_outputs")
            return try tests(inputs: inputs, outputs: outputs, names: names, context)
        }
        let liveCodeBench = ["public_test_cases", "private_test_cases"].filter { record.present($0) != nil }
        if !liveCodeBench.isEmpty {
            var cases: [TestCase] = []
            for key in liveCodeBench {
                let value = record.present(key) ?? .null
                if let text = value.stringValue, PickledText.isOne(text) {
                    throw UndecodableTests("\(context.path).\(key) \(PickledText.refusal)")
                }
                cases += try tests(in: value, context.inner(key))
            }
            return cases
        }
        for key in ["input_output", "tests", "info", "verification_info", "official_tests"] {
            guard let inner = record.present(key) else { continue }
            var innerContext = context.inner(key)
            innerContext.isNested = context.isNested || key == "tests" || key == "info"
            return try tests(in: inner, innerContext)
        }
        let keys = (record.mapValue ?? []).prefix(8).map { $0.key.stringValue?.prefix(32).text ?? $0.key.kindName }
        throw UndecodableTests(
            "\(context.path) has neither test_cases nor inputs and outputs nor any other known form of tests"
                + (keys.isEmpty ? "; it is empty" : "; its keys are \(keys.joined(separator: ", "))")
        )
    }

    /// The function that a record or one of its tests names, in itself or in its `metadata`.
    private func functionName(of record: Value, at path: String) throws(UndecodableTests) -> String? {
        var found = record.present("fn_name") ?? record.present("func_name")
        if found == nil, var metadata = record.present("metadata") {
            // A record's metadata may be anything; only a name in it matters.
            if let text = metadata.stringValue { metadata = LiteralText.value(of: text) ?? .null }
            found = metadata.present("func_name")
        }
        guard let found, found != .string("") else { return nil }
        guard let name = found.textValue, FunctionName.isPossible(name) else {
            throw UndecodableTests("\(path): \(found.excerpt) is no function's name")
        }
        return name
    }

    // MARK: - Lists of tests

    private mutating func tests(inList elements: [Value], _ context: Context) throws(UndecodableTests) -> [TestCase] {
        var cases: [TestCase] = []
        cases.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let path = "\(context.path)[\(index)]"
            switch element {
            case .map:
                cases.append(try test(element, at: path, function: context.function))
            case .string(let text):
                if FormattedAssertion.isAssertion(text) {
                    cases.append(TestCase(.assertions(code: text, entryPoint: nil)))
                } else if let inner = LiteralText.value(of: text), inner.mapValue != nil {
                    cases.append(try test(inner, at: path, function: context.function))
                } else {
                    throw UndecodableTests("\(path) is text that is neither an assertion nor a test")
                }
            default: throw UndecodableTests("\(path) is \(element.kindPhrase), where a test is due")
            }
        }
        return cases
    }

    private func assertions(_ value: Value, _ context: Context) throws(UndecodableTests) -> [TestCase] {
        let elements = value.listValue ?? [value]
        var cases: [TestCase] = []
        for (index, element) in elements.enumerated() {
            guard let code = element.stringValue else {
                throw UndecodableTests(
                    "\(context.path)[\(index)] is \(element.kindPhrase), where the text of an assertion is due"
                )
            }
            guard FormattedAssertion.isAssertion(code) else {
                throw UndecodableTests("\(context.path)[\(index)] asserts nothing")
            }
            cases.append(TestCase(.assertions(code: code, entryPoint: nil)))
        }
        return cases
    }

    private func test(_ test: Value, at path: String, function: String?) throws(UndecodableTests) -> TestCase {
        let function = try functionName(of: test, at: path) ?? function
        let type: String
        if let named = test.present("type") ?? test.present("testtype") {
            guard let text = named.textValue else {
                throw UndecodableTests("\(path).type is \(named.kindPhrase), where text is due")
            }
            type = text
        } else if test.present("code") != nil {
            type = "assertions"
        } else {
            type = function == nil ? "stdin_stdout" : "function_call"
        }
        var testCase: TestCase
        switch type {
        case "stdin_stdout", "stdin":
            testCase = try DecodedTest.process(
                input: test["input"],
                output: test["output"],
                at: ("\(path).input", "\(path).output")
            )
        case "function_call", "functional":
            guard let function else { throw UndecodableTests("\(path) calls a function and has no fn_name") }
            testCase = try DecodedTest.call(
                function,
                input: test["input"],
                output: test["output"],
                at: ("\(path).input", "\(path).output")
            )
        case "assertions":
            guard let code = test.present("code")?.stringValue else {
                throw UndecodableTests("\(path) is of type assertions and has no code")
            }
            testCase = TestCase(.assertions(code: code, entryPoint: test.present("entry_point")?.textValue))
        default: throw UndecodableTests("\(path) has the unknown type \(Value(type).excerpt)")
        }
        testCase.name = test.present("name")?.stringValue?.prefix(256).text
        return testCase
    }

    // MARK: - Columns of tests

    private func tests(
        inputs: Value,
        outputs: Value,
        names: (inputs: String, outputs: String),
        _ context: Context
    ) throws(UndecodableTests) -> [TestCase] {
        let paths = ("\(context.path).\(names.inputs)", "\(context.path).\(names.outputs)")
        var inputs = try list(inputs, at: paths.0)
        var outputs = try list(outputs, at: paths.1)
        guard inputs.count == outputs.count else {
            throw UndecodableTests("\(paths.0) has \(inputs.count) elements and \(paths.1) has \(outputs.count)")
        }
        if context.isNested {
            (inputs, outputs) = EncodedItems.decode(inputs, outputs, isCall: context.function != nil)
        }
        var cases: [TestCase] = []
        cases.reserveCapacity(inputs.count)
        for index in inputs.indices {
            let places = ("\(paths.0)[\(index)]", "\(paths.1)[\(index)]")
            if let function = context.function {
                cases.append(
                    try DecodedTest.call(function, input: inputs[index], output: outputs[index], at: places)
                )
            } else {
                cases.append(try DecodedTest.process(input: inputs[index], output: outputs[index], at: places))
            }
        }
        return cases
    }

    private func list(_ value: Value, at path: String) throws(UndecodableTests) -> [Value] {
        var value = value
        if let text = value.stringValue { value = try LiteralText.parse(text, at: path) }
        guard let elements = value.listValue else {
            throw UndecodableTests("\(path) is \(value.kindPhrase), where a list is due")
        }
        return elements
    }
}
