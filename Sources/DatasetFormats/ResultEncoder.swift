public import GradingModel

/// Writes results in the field names and the order of the API's answer.
///
/// Lossless: text is bytes, and what JSON cannot write in a value stands as `{"$float": …}`. A set is written as
/// a list, and keys of a map that are no strings as text.
public enum ResultEncoder {
    /// The answer for a submission that has ended: its `status` is `finished` or `cancelled`.
    ///
    /// The fields of `metadata` are put at the end.
    public static func encode(
        _ result: SubmissionResult,
        id: String,
        status: String = "finished",
        metadata: [(String, Value)] = []
    ) -> Value {
        var fields: [(String, Value)] = [
            ("id", Value(id)), ("status", Value(status)),
            ("verdict", Value(result.verdict.rawValue)), ("score", number(result.score)),
            ("passed", Value(result.passed)), ("total", Value(result.total)),
            ("language", Value(result.language.rawValue)),
            ("compile", encode(result.compile)),
            ("tests", .list(result.tests.map(encode))),
            ("environment", result.environment.map(encode) ?? .null),
            ("timings", encode(result.timings)),
        ]
        if let message = result.message { fields.append(("message", Value(message))) }
        return object(fields + metadata)
    }

    /// The answer for a submission that has no result: its `status` is `queued`, `running` or `cancelled`.
    ///
    /// `total` is the number of tests, where it is known; the fields of `metadata` are put at the end.
    public static func encodePending(
        id: String,
        status: String,
        language: Language,
        total: Int?,
        metadata: [(String, Value)] = []
    ) -> Value {
        object(
            [
                ("id", Value(id)), ("status", Value(status)), ("verdict", .null), ("score", .null),
                ("passed", .null), ("total", total.map { Value($0) } ?? .null),
                ("language", Value(language.rawValue)),
            ] + metadata
        )
    }

    // MARK: - Parts

    /// One element of `tests`, also sent by itself as an event.
    public static func encode(_ test: TestResult) -> Value {
        object([
            ("index", Value(test.index)), ("name", text(test.name)), ("type", Value(test.type)),
            ("verdict", Value(test.verdict.rawValue)),
            ("cpu_time_s", seconds(test.cpuTime)), ("wall_time_s", seconds(test.wallTime)),
            ("memory_peak_kb", Value(test.memoryPeakKB)),
            ("exit_code", test.exitCode.map { Value($0) } ?? .null), ("signal", text(test.signal)),
            ("stdout", .string(test.stdout)), ("stderr", .string(test.stderr)),
            ("stdout_truncated", .bool(test.stdoutTruncated)), ("stderr_truncated", .bool(test.stderrTruncated)),
            ("returned", test.returned.map(readable) ?? .null),
            ("comparison", test.comparison.map(encode) ?? .null), ("message", text(test.message)),
            ("suspicion", .list(test.suspicion.map { Value($0) })),
            ("start", test.isWarm.map { Value($0 ? "warm" : "cold") } ?? .null),
        ])
    }

    /// The `compile` object; `form` is there where a program can be compiled in more than one.
    public static func encode(_ compile: CompileResult) -> Value {
        var fields: [(String, Value)] = [
            ("status", Value(compile.status.rawValue)),
            ("stdout", .string(compile.stdout)), ("stderr", .string(compile.stderr)),
            ("cpu_time_s", seconds(compile.cpuTime)), ("wall_time_s", seconds(compile.wallTime)),
            ("cached", .bool(compile.cached)),
        ]
        if let form = compile.form { fields.append(("form", Value(form))) }
        return object(fields)
    }

    public static func encode(_ environment: RunEnvironment) -> Value {
        object([
            ("image", Value(environment.image)), ("image_digest", Value(environment.imageDigest)),
            ("toolchain", Value(environment.toolchain)), ("flags", .list(environment.flags.map { Value($0) })),
            ("kernel", Value(environment.kernel)), ("cgroup", Value(environment.cgroup)),
        ])
    }

    public static func encode(_ timings: Timings) -> Value {
        object([
            ("queued_s", seconds(timings.queued)), ("compile_s", seconds(timings.compile)),
            ("tests_s", seconds(timings.tests)), ("total_s", seconds(timings.total)),
        ])
    }

    private static func encode(_ comparison: ComparisonOutcome) -> Value {
        object([
            ("policy", Value(comparison.policy.rawValue)), ("rule", Value(comparison.rule)),
            ("difference", comparison.difference.map(encode) ?? .null),
        ])
    }

    private static func encode(_ difference: Difference) -> Value {
        switch difference {
        case .text(let line, let column, let expected, let actual):
            object([
                ("line", Value(line)), ("column", Value(column)), ("expected", .string(expected)),
                ("actual", .string(actual)),
            ])
        case .value(let path, let expected, let actual):
            object([
                ("path", Value(path)), ("expected", expected.map(readable) ?? .null),
                ("actual", actual.map(readable) ?? .null),
            ])
        }
    }

    // MARK: - Values

    /// A value as clients read it: plain JSON, with `$float` as the only tag.
    public static func readable(_ value: Value) -> Value {
        switch value {
        case .null, .bool, .integer, .string: return value
        case .float: return value.tagged
        case .list(let elements), .set(let elements): return .list(elements.map(readable))
        case .map(let entries):
            let fields = entries.map { MapEntry(key: .string(key($0.key)), value: readable($0.value)) }
            // Keys such as 1 and "1" fall together; pairs lose nothing.
            guard Set(fields.map(\.key)).count == fields.count else {
                return .list(entries.map { .list([readable($0.key), readable($0.value)]) })
            }
            return .map(fields)
        }
    }

    private static func key(_ value: Value) -> ByteString {
        if case .string(let text) = value { return text }
        return ByteString(bytes: JSONCodec.serialize(readable(value)))
    }

    private static func object(_ fields: [(String, Value)]) -> Value {
        .map(fields.map { MapEntry(key: Value($0.0), value: $0.1) })
    }

    private static func text(_ text: String?) -> Value { text.map { Value($0) } ?? .null }

    private static func number(_ number: Double?) -> Value { number.map { .float($0) } ?? .null }

    /// Microseconds are the finest that is measured; further digits would be noise.
    private static func seconds(_ seconds: Double) -> Value { .float((seconds * 1e6).rounded() / 1e6) }
}
