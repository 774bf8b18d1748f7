import GradingModel

/// What summary and report want to know of an answer of the API.
struct AnswerDigest: Sendable, Hashable {
    var verdict: Verdict
    var score: Double?
    var passed: Int
    var total: Int
    /// Of the test that took most, in seconds and KiB.
    var cpuTime = 0.0
    var memoryPeakKB = 0
    var totalCPUTime = 0.0
    var message: String?
    /// The program did not compile with any test.
    var failsToCompile: Bool

    /// Reads an answer whose status is `finished`; `nil` where it is none.
    init?(_ answer: Value) {
        guard let verdict = answer["verdict"]?.textValue.flatMap(Verdict.init) else { return nil }
        self.verdict = verdict
        score = answer["score"]?.doubleValue
        passed = answer["passed"]?.intValue ?? 0
        total = answer["total"]?.intValue ?? 0
        message = answer["message"]?.stringValue?.text
        let tests = answer["tests"]?.listValue ?? []
        failsToCompile =
            verdict == .compileError
            && tests.allSatisfy { $0["verdict"]?.textValue == Verdict.skipped.rawValue }
        totalCPUTime = answer["compile"]?["cpu_time_s"]?.doubleValue ?? 0
        for test in tests {
            let time = test["cpu_time_s"]?.doubleValue ?? 0
            cpuTime = max(cpuTime, time)
            totalCPUTime += time
            memoryPeakKB = max(memoryPeakKB, test["memory_peak_kb"]?.intValue ?? 0)
            if message == nil, test["verdict"]?.textValue == verdict.rawValue {
                message = test["message"]?.stringValue?.text
            }
        }
    }

    /// `verification_result_info`: genesys' `failure_reason` where it has one, and what it lacks.
    func info(language: Language, limits: Limits, notes: [String]) -> Value {
        let reason: String? =
            switch verdict {
            case .noCode: "no_code_in_response"
            case .compileError where failsToCompile: "compilation_error"
            case .invalidProblem, .internalError: verdict.rawValue
            default: nil
            }
        return .fields([
            ("failure_reason", reason.map { Value($0) }), ("verdict", Value(verdict.rawValue)),
            ("passed", Value(passed)), ("total", Value(total)), ("language", Value(language.rawValue)),
            ("cpu_time_s", .float((cpuTime * 1e6).rounded() / 1e6)), ("memory_peak_kb", Value(memoryPeakKB)),
            ("limits", .fields([("cpu_time_s", .float(limits.cpuTime)), ("memory_mb", Value(limits.memoryMB))])),
            ("message", message.map { Value(String($0.prefix(500))) }),
            ("notes", notes.isEmpty ? nil : .list(notes.map { Value($0) })),
        ])
    }
}
