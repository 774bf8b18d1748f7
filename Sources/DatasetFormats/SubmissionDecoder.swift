public import GradingModel

/// Reads the body of `POST /v1/submissions`.
///
/// `null` is the same as absent, everywhere but for `output` of a call, where it is the value null. Unknown fields
/// are faults in `limits` and `comparison`, and ignored elsewhere. What is wrong with the *problem* in a
/// `verification_info` is no fault of the request: it is in the submission's `tests`.
public enum SubmissionDecoder {
    /// The longest label of a test, in bytes.
    public static let maximumNameLength = 256

    /// Reads a submission.
    /// - Throws: `RequestFaults` with every fault in the body.
    public static func decode(_ body: Value, caps: LimitCaps = .standard) throws(RequestFaults) -> Submission {
        guard body.mapValue != nil else {
            throw RequestFaults([
                RequestFault(pointer: "", detail: "the body must be a JSON object, not \(body.excerpt)")
            ])
        }
        var reader = SubmissionReader(body: body, caps: caps)
        let submission = reader.read()
        try reader.faults.check()
        guard let submission else {
            // Every way to have no submission adds a fault; this only keeps a slip from passing for success.
            throw RequestFaults([RequestFault(pointer: "", detail: "the body can't be read as a submission")])
        }
        return submission
    }
}

/// One pass over a body.
private struct SubmissionReader {
    let body: Value
    let caps: LimitCaps
    var faults = FaultCollector()
    private let root = JSONPointer()

    init(body: Value, caps: LimitCaps) {
        self.body = body
        self.caps = caps
    }

    mutating func read() -> Submission? {
        let info = readVerificationInfo()
        let language = readLanguage(info)
        let source = readSource()
        let tests = readTests(info)
        let limits = LimitsReader(caps: caps).read(body.present("limits"), at: root["limits"], &faults)
        let comparison = ComparisonReader.read(body.present("comparison"), at: root["comparison"], &faults)
        let stopOnFailure = faults.boolean(body.present("stop_on_failure"), at: root["stop_on_failure"])
        let checker = JuryReader.checker(body.present("checker"), at: root["checker"], &faults)
        let interactor = JuryReader.interactor(body.present("interactor"), at: root["interactor"], &faults)
        let files = JuryReader.files(body, at: root, &faults)
        guard let language, let source, let tests else { return nil }
        let submission = Submission(
            language: language,
            source: source,
            tests: tests,
            limits: limits,
            comparison: comparison,
            stopOnFailure: stopOnFailure ?? false,
            checker: checker,
            interactor: interactor,
            files: files ?? .standardStreams
        )
        JuryReader.check(submission, at: root, &faults)
        return submission
    }

    private func readVerificationInfo() -> VerificationInfo? {
        switch body.present("verification_info") {
        case .some(.map), .some(.list), .some(.string):
            VerificationInfo.decode(body.present("verification_info") ?? .null)
        default: nil
        }
    }

    private mutating func readLanguage(_ info: VerificationInfo?) -> Language? {
        let accepted = "accepted are \(Language.acceptedNames.joined(separator: ", "))"
        guard let value = body.present("language") else {
            if let name = info?.language {
                if let language = Language(name: name) { return language }
                faults.add(
                    root["language"],
                    "is missing, and verification_info's \(Value(name).excerpt) is no language here; \(accepted)"
                )
            } else {
                faults.add(root["language"], "is missing; \(accepted)")
            }
            return nil
        }
        guard let name = value.stringValue else {
            faults.add(root["language"], "must be text, not \(value.excerpt); \(accepted)")
            return nil
        }
        guard let language = Language(name: name.text) else {
            faults.add(root["language"], "\(value.excerpt) is no language here; \(accepted)")
            return nil
        }
        return language
    }

    private mutating func readSource() -> Submission.Source? {
        let code = body.present("code").map { faults.text($0, at: root["code"]) }
        let completion = body.present("completion").map { faults.text($0, at: root["completion"]) }
        switch (code, completion) {
        case (nil, nil): faults.add(root["code"], "is missing: one of code and completion is due")
        case (.some, .some): faults.add(root["completion"], "stands beside code: only one of the two may be there")
        case (.some(let code), nil): return code.map { .code($0) }
        case (nil, .some(let completion)): return completion.map { .completion($0) }
        }
        return nil
    }

    private mutating func readTests(_ info: VerificationInfo?) -> Submission.Tests? {
        let tests = body.present("tests")
        let problem = body.present("verification_info")
        if let problem, info == nil {
            faults.add(root["verification_info"], "must be an object, a list or text, not \(problem.excerpt)")
        }
        if tests != nil, problem != nil {
            faults.add(root["verification_info"], "stands beside tests: only one of the two may be there")
        }
        guard let tests else {
            if problem == nil { faults.add(root["tests"], "is missing: one of tests and verification_info is due") }
            return info?.tests
        }
        guard let elements = tests.listValue else {
            faults.add(root["tests"], "must be a list, not \(tests.excerpt)")
            return nil
        }
        guard !elements.isEmpty else {
            faults.add(root["tests"], "is empty: at least one test is due")
            return nil
        }
        var cases: [TestCase] = []
        cases.reserveCapacity(elements.count)
        let hasJury = body.present("checker") != nil || body.present("interactor") != nil
        let reader = TestCaseReader(caps: caps, isOutputDue: !hasJury)
        for (index, element) in elements.enumerated() {
            if let test = reader.read(element, at: root["tests"][index], &faults) { cases.append(test) }
        }
        return .cases(cases)
    }
}
