public import GradingModel

/// Writes submissions as bodies of `POST /v1/submissions`: what `SubmissionDecoder` reads.
public enum SubmissionEncoder {
    /// The body that reads as `submission`, but for what no test in a request can hold.
    ///
    /// Sets, and maps with other keys than text, in arguments and expected values are written with their tags, which
    /// requests do not read: such tests come from a `verification_info`, and stand in a body as that.
    /// `DatasetRecord.request` sees to it.
    public static func encode(_ submission: Submission) -> Value {
        switch submission.tests {
        case .cases(let cases): encode(submission, tests: MapEntry(key: "tests", value: .list(cases.map(encode))))
        case .invalid:
            // Reads as invalid again, if for another reason.
            encode(submission, tests: MapEntry(key: "verification_info", value: []))
        }
    }

    /// The body with tests as they stand in a record.
    static func encode(_ submission: Submission, tests: MapEntry) -> Value {
        var fields = [MapEntry(key: "language", value: Value(submission.language.rawValue))]
        switch submission.source {
        case .code(let code): fields.append(MapEntry(key: "code", value: .string(code)))
        case .completion(let text): fields.append(MapEntry(key: "completion", value: .string(text)))
        }
        fields.append(tests)
        let limits = encode(submission.limits)
        if limits != .map([]) { fields.append(MapEntry(key: "limits", value: limits)) }
        if submission.comparison != ComparisonOptions() {
            fields.append(MapEntry(key: "comparison", value: encode(submission.comparison)))
        }
        if let checker = submission.checker {
            fields.append(MapEntry(key: "checker", value: encode(checker.program, form: checker.form)))
        }
        if let interactor = submission.interactor {
            fields.append(MapEntry(key: "interactor", value: encode(interactor.program, form: nil)))
        }
        fields += encode(submission.files == .standardStreams ? nil : submission.files)
        if submission.stopOnFailure { fields.append(MapEntry(key: "stop_on_failure", value: true)) }
        return .map(fields)
    }

    private static func encode(_ program: JuryProgram, form: Checker.Form?) -> Value {
        object([
            ("language", Value(program.language.rawValue)), ("code", .string(program.code)),
            ("form", form.map { Value($0.rawValue) }),
        ])
    }

    /// Fields that name the files; a name that is missing stands for the standard stream.
    private static func encode(_ files: ProgramFiles?) -> [MapEntry] {
        guard let files else { return [] }
        if files == .standardStreams { return [MapEntry(key: "input_mode", value: "stdio")] }
        return object([
            ("input_file", files.input.map { Value($0) }), ("output_file", files.output.map { Value($0) }),
        ]).mapValue ?? []
    }

    /// One of `tests`.
    public static func encode(_ test: TestCase) -> Value {
        var fields: [(String, Value?)] = [("type", Value(test.typeName)), ("name", test.name.map { Value($0) })]
        switch test.kind {
        case .stdinStdout(let input, let expected):
            fields += [("input", .string(input)), ("output", expected.first.map { .string($0) })]
            if expected.count > 1 { fields.append(("any_of", .list(expected.dropFirst().map { .string($0) }))) }
        case .functionCall(let function, let arguments, let expected):
            fields += [
                ("fn_name", Value(function)), ("input", .list(arguments.map(\.tagged))),
                ("output", expected.first?.tagged),
            ]
            if expected.count > 1 { fields.append(("any_of", .list(expected.dropFirst().map(\.tagged)))) }
        case .assertions(let code, let entryPoint):
            fields += [("code", .string(code)), ("entry_point", entryPoint.map { Value($0) })]
        case .assertedCall:
            // Only the engine takes assertions apart, from tests it has read. Without `code` such a body is refused.
            break
        }
        let limits = encode(test.limits)
        if limits != .map([]) { fields.append(("limits", limits)) }
        return .map((object(fields).mapValue ?? []) + encode(test.files))
    }

    /// `limits`, with those that are named.
    public static func encode(_ limits: LimitOverrides) -> Value {
        object([
            ("cpu_time_s", limits.cpuTime.map { .float($0) }), ("wall_time_s", limits.wallTime.map { .float($0) }),
            ("memory_mb", limits.memoryMB.map { Value($0) }), ("output_kb", limits.outputKB.map { Value($0) }),
            ("processes", limits.processes.map { Value($0) }), ("file_size_mb", limits.fileSizeMB.map { Value($0) }),
            ("stack_mb", limits.stackMB.map { Value($0) }),
            ("compile_time_s", limits.compileTime.map { .float($0) }),
            ("compile_memory_mb", limits.compileMemoryMB.map { Value($0) }),
        ])
    }

    /// `comparison`, with what differs from the default.
    public static func encode(_ options: ComparisonOptions) -> Value {
        object([
            ("policy", Value(options.policy.rawValue)), ("abs_tol", options.absoluteTolerance.map { .float($0) }),
            ("rel_tol", options.relativeTolerance.map { .float($0) }),
            ("outputs_wrapped", options.outputsWrapped.map { .bool($0) }),
            ("in_place", options.inPlace ? true : nil),
        ])
    }

    private static func object(_ fields: [(String, Value?)]) -> Value {
        .map(fields.compactMap { name, value in value.map { MapEntry(key: Value(name), value: $0) } })
    }
}

extension DatasetRecord {
    /// The body of `POST /v1/submissions` that reads as `submission(of:in:caps:)`.
    public func request(
        of source: Submission.Source,
        in language: Language? = nil,
        caps: LimitCaps = .standard
    ) -> Value? {
        guard let submission = submission(of: source, in: language, caps: caps) else { return nil }
        guard let testsField else { return SubmissionEncoder.encode(submission) }
        return SubmissionEncoder.encode(submission, tests: testsField)
    }
}
