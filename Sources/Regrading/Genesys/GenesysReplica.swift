import DatasetFormats
import GradingModel
import GradingRules

/// What genesys' `verify.py` would have stored for a coding record, bug for bug where that is safe.
///
/// After `src/genesys/verifiers/code_test_verifier.py`. Not reproduced: races between samples, old compilers and
/// interpreters, programs that compile without optimisation, and waiting for 120 s: a time limit of ours that is hit
/// counts as genesys' time-out. Pure.
struct GenesysReplica: Sendable {
    /// What genesys stores: `score`, and `failure_reason` where there is one.
    struct Stored: Sendable, Hashable {
        var score: Double?
        var failureReason: String?
    }

    /// What is to be done to know it.
    enum Plan: Sendable, Hashable {
        /// Nothing: it fails before anything runs, or does not get as far.
        case settled(Stored, GenesysReason)
        /// To run this; `reasons` say how it differs from what the record means.
        case run(Submission, reasons: [GenesysReason])
    }

    /// What genesys would do with a record.
    ///
    /// - Parameters:
    ///   - info: The record's `verification_info`.
    ///   - response: The answer.
    ///   - submission: What the record means, for its limits.
    /// - Returns: What to run, or what is stored without a run.
    static func plan(info: Value, response: ByteString, for submission: Submission) -> Plan {
        var decoded = info
        if let text = info.stringValue {
            do {
                decoded = try PythonLiteral.parse(text.bytes)
            } catch {
                return .settled(Stored(failureReason: "malformed node or string"), .undecodableRecord)
            }
        }
        guard let program = GenesysExtraction.program(in: response) else {
            return .settled(Stored(score: 0, failureReason: "no_code_in_response"), .fenceNotMatched)
        }
        guard let tests = decoded["test_cases"]?.listValue, !tests.isEmpty else {
            return .settled(Stored(failureReason: "division by zero"), .noTests)
        }
        var reasons: [GenesysReason] = []
        let isCall = tests.allSatisfy { $0["type"] == "function_call" }
        if isCall, submission.language != .python {
            return .settled(Stored(failureReason: "call mode is not implemented"), .callNotImplemented)
        }
        var meant: ByteString?
        if case .code(let code) = submission.source { meant = code }
        if meant.map({ !isSameProgram($0, program) }) ?? true { reasons.append(.otherProgram) }
        let source = cut(program)
        if source != program { reasons.append(.sourceCut) }
        var cases: [TestCase] = []
        if isCall {
            guard case .cases(let decoded) = submission.tests else {
                return .settled(Stored(failureReason: "KeyError"), .undecodableRecord)
            }
            cases = decoded
        } else {
            if tests.contains(where: { $0["type"] == "function_call" }) { reasons.append(.mixedTests) }
            for test in tests {
                let input = test["input"] ?? .null
                if case .list = input { reasons.append(.listAsText) }
                let text = pythonText(input)
                let cutText = cut(text)
                if cutText != text { reasons.append(.inputCut) }
                cases.append(TestCase(.stdinStdout(input: cutText, expected: [pythonText(test["output"] ?? .null)])))
            }
        }
        let run = Submission(
            language: submission.language,
            source: .code(source),
            tests: .cases(cases),
            limits: submission.limits,
            comparison: ComparisonOptions(policy: .genesys)
        )
        return .run(run, reasons: unique(reasons))
    }

    /// What genesys stores of a run.
    ///
    /// - Parameters:
    ///   - answer: The API's answer to the plan's submission, or to what the record means where that runs the same
    ///     program on the same inputs: then `tests` are compared here.
    ///   - tests: The plan's tests where the answer was compared by other rules.
    /// - Returns: What is stored, and which tests pass; none where nothing is known of them.
    static func stored(of answer: Value, comparing tests: [TestCase]? = nil) -> (Stored, passed: [Bool]) {
        let digest = AnswerDigest(answer)
        if digest?.verdict == .internalError || digest == nil { return (Stored(failureReason: "internal_error"), []) }
        let results = answer["tests"]?.listValue ?? []
        if digest?.failsToCompile == true {
            // Only what has a compiler fails by itself; the others fail in each test.
            let language = answer["language"]?.textValue.flatMap { Language(rawValue: $0) }
            let isCompiled = language == .cpp || language == .rust
            return (
                Stored(score: 0, failureReason: isCompiled ? "compilation_error" : nil), results.map { _ in false }
            )
        }
        var passed: [Bool] = []
        for (index, result) in results.enumerated() {
            let verdict = result["verdict"]?.textValue.flatMap(Verdict.init)
            if verdict == .timeLimitExceeded { return (Stored(failureReason: "timeout"), []) }
            let stdout = result["stdout"]?.stringValue ?? ""
            let stderr = result["stderr"]?.stringValue ?? ""
            guard stdout.isValidUTF8, stderr.isValidUTF8 else {
                return (Stored(failureReason: "'utf-8' codec can't decode the output"), [])
            }
            var isEqual = verdict == .accepted
            if let tests, index < tests.count, case .stdinStdout(_, let expected) = tests[index].kind {
                isEqual =
                    result["stdout_truncated"] != true
                    && Comparison.compare(text: stdout, with: expected, ComparisonOptions(policy: .genesys)).isEqual
            }
            passed.append(isEqual && stderr.bytes.allSatisfy(GenesysExtraction.isSpace))
        }
        guard !passed.isEmpty else { return (Stored(failureReason: "division by zero"), []) }
        return (Stored(score: Double(passed.count(where: \.self)) / Double(passed.count)), passed)
    }

    /// Why the two differ, test by test, beside what the plan knows already.
    static func reasons(_ stored: Stored, passed: [Bool], ours answer: Value) -> [GenesysReason] {
        if stored.failureReason == "timeout" { return [.timeout] }
        if stored.failureReason?.contains("utf-8") == true { return [.undecodableOutput] }
        var reasons: [GenesysReason] = []
        for (result, isPassed) in zip(answer["tests"]?.listValue ?? [], passed) {
            let verdict = result["verdict"]?.textValue.flatMap(Verdict.init)
            guard (verdict == .accepted) != isPassed else { continue }
            switch verdict {
            case .accepted:
                let stderr = result["stderr"]?.stringValue?.bytes ?? []
                if !stderr.allSatisfy(GenesysExtraction.isSpace) {
                    reasons.append(.stderrMerged)
                } else if result["comparison"]?["rule"] == "unwrapped" {
                    reasons.append(.wrappedOutput)
                } else {
                    reasons.append(result["type"] == "function_call" ? .printedValue : .textComparison)
                }
            case .runtimeError: reasons.append(.exitStatusIgnored)
            case .memoryLimitExceeded, .outputLimitExceeded: reasons.append(.noLimits)
            default: reasons.append(result["type"] == "function_call" ? .printedValue : .textComparison)
            }
        }
        return unique(reasons)
    }

    // MARK: - Small things

    /// Genesys writes as many bytes of a text as it has characters.
    static func cut(_ text: ByteString) -> ByteString {
        let characters = text.bytes.count { $0 & 0xC0 != 0x80 }
        return characters == text.count ? text : ByteString(bytes: text.bytes[..<characters])
    }

    /// `str(value)`, of what inputs and outputs of processes are.
    static func pythonText(_ value: Value) -> ByteString { PythonPrinter.text(of: value) }

    /// Whether two texts are the same program but for the white space around them.
    private static func isSameProgram(_ left: ByteString, _ right: ByteString) -> Bool {
        trimmed(left).elementsEqual(trimmed(right))
    }

    private static func trimmed(_ text: ByteString) -> ArraySlice<UInt8> {
        var bytes = text.bytes[...]
        while let first = bytes.first, GenesysExtraction.isSpace(first) { bytes.removeFirst() }
        while let last = bytes.last, GenesysExtraction.isSpace(last) { bytes.removeLast() }
        return bytes
    }

    static func unique(_ reasons: [GenesysReason]) -> [GenesysReason] {
        GenesysReason.allCases.filter(reasons.contains)
    }
}
