public import GradingModel

/// The limits that a problem states, for the language it was set in.
public struct StatedLimits: Sendable, Hashable {
    /// CPU time for one test, in seconds.
    public var seconds: Double?
    /// Memory for one test, in MiB.
    public var memoryMB: Double?

    public init(seconds: Double? = nil, memoryMB: Double? = nil) {
        self.seconds = seconds
        self.memoryMB = memoryMB
    }

    /// How much longer a language may take than what the limits were set for, C++ as a rule.
    ///
    /// Judges that adjust give interpreted languages two to five times as long; one that is too generous costs time,
    /// one that is too tight makes right programs wrong.
    public static func timeFactor(for language: Language) -> Double {
        switch language {
        case .cpp, .rust: 1
        case .javascript: 3
        case .python: 5
        }
    }

    /// The memory that a language's runtime takes before the program takes any, in MiB.
    ///
    /// It counts here, since the jail as a whole is measured, and does not with most judges.
    public static func runtimeMemoryMB(of language: Language) -> Int {
        switch language {
        case .cpp, .rust: 16
        case .python: 64
        case .javascript: 128
        }
    }

    /// A limit below a second says more about the judge's machine than about the program.
    private static let leastSeconds = 1.0

    /// The limits for a language, cut to `caps`.
    public func overrides(for language: Language, caps: LimitCaps = .standard) -> LimitOverrides {
        var limits = LimitOverrides()
        if let seconds {
            let cpuTime = max(seconds, Self.leastSeconds) * Self.timeFactor(for: language)
            limits.cpuTime = min(cpuTime, caps.largest.cpuTime)
            let wallTime = Limits.wallTime(forCPUTime: limits.cpuTime ?? cpuTime)
            if wallTime > caps.largest.wallTime { limits.wallTime = caps.largest.wallTime }
        }
        if let memoryMB {
            let wanted = memoryMB.rounded(.up) + Double(Self.runtimeMemoryMB(of: language))
            limits.memoryMB = Int(min(wanted, Double(caps.largest.memoryMB)))
            if let memory = limits.memoryMB, memory > caps.largest.stackMB { limits.stackMB = caps.largest.stackMB }
        }
        return limits
    }

    // MARK: - Reading

    /// Reads a time: seconds as a number, text with a unit, or a Duration (`{"seconds", "nanos"}`).
    static func seconds(_ value: Value) -> Double? {
        let seconds: Double?
        switch value {
        case .integer, .float: seconds = value.doubleValue
        case .string(let text):
            seconds = quantity(text.text, units: [("ms", 1e-3), ("milli", 1e-3), ("min", 60), ("s", 1)])
        case .map:
            let whole = value.present("seconds")?.doubleValue
            let nanos = value.present("nanos")?.doubleValue
            seconds = whole == nil && nanos == nil ? nil : (whole ?? 0) + (nanos ?? 0) * 1e-9
        default: seconds = nil
        }
        return seconds.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }

    /// Reads memory in MiB: megabytes as a number, or text with a unit.
    ///
    /// A megabyte is 2^20 bytes to judges.
    static func megabytes(_ value: Value) -> Double? {
        let amount: Double?
        switch value {
        case .integer, .float: amount = value.doubleValue
        case .string(let text):
            amount = quantity(text.text, units: [("k", 1 / 1024), ("m", 1), ("g", 1024), ("b", 1 / 1_048_576)])
        default: amount = nil
        }
        return amount.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }

    /// The largest of the numbers before a unit, times the unit: `0.5 - 1 sec` is one second.
    ///
    /// Each unit is known by how it begins; a number without one counts as it is.
    private static func quantity(_ text: String, units: [(start: String, factor: Double)]) -> Double? {
        var numbers: [Double] = []
        var rest = text.lowercased()[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "-" || $0 == "\u{2013}" }
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard !digits.isEmpty else { break }
            guard let number = Double(digits) else { return nil }
            numbers.append(number)
            rest = rest.dropFirst(digits.count)
        }
        guard let largest = numbers.max() else { return nil }
        guard !rest.isEmpty else { return largest }
        return units.first { rest.hasPrefix($0.start) }.map { largest * $0.factor }
    }
}

extension RecordFields {
    /// Reads limits from fields of these names; one that is not understood is noted and passed over.
    func readLimits(
        time: String = "time_limit",
        memory: String = "memory_limit",
        memoryBytes: String? = "memory_limit_bytes",
        into record: inout DatasetRecord
    ) {
        if let value = limit(time) {
            record.statedLimits.seconds = StatedLimits.seconds(value)
            if record.statedLimits.seconds == nil { note(time, value, &record) }
        }
        if let memoryBytes, let value = limit(memoryBytes) {
            record.statedLimits.memoryMB = value.doubleValue.flatMap { $0 > 0 ? $0 / 1_048_576 : nil }
            if record.statedLimits.memoryMB == nil, value != 0 { note(memoryBytes, value, &record) }
        }
        if record.statedLimits.memoryMB == nil, let value = limit(memory) {
            record.statedLimits.memoryMB = StatedLimits.megabytes(value)
            if record.statedLimits.memoryMB == nil { note(memory, value, &record) }
        }
    }

    private func limit(_ key: String) -> Value? {
        switch present(key) {
        case .some(.float(let number)) where number.isNaN: nil
        case .some(.string(let text)) where ["", "None", "null", "nan"].contains(text.text): nil
        case let value: value
        }
    }

    private func note(_ key: String, _ value: Value, _ record: inout DatasetRecord) {
        record.notes.append("\(place(key)) \(value.excerpt) is not understood; the default holds")
    }
}
