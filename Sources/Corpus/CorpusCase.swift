import BigInt
public import GradingModel

/// One program with what must come of it: a file of `Tests/Corpus`.
public struct CorpusCase: Sendable {
    /// What a program is about; the name of its folder.
    public enum Class: String, Sendable, CaseIterable {
        case escape, exfiltration, denial, accounting, forgery, legitimate
    }

    /// What the same program does outside a jail, which shows that it would tell.
    public enum Control: Sendable, Equatable {
        /// This is in its stdout. Where `hostMayRefuse`, a host that forbids the act itself may keep it from that.
        case prints(String, hostMayRefuse: Bool)
        /// It compiles.
        case compiles
    }

    /// Folder and file without its ending, as `forgery/early-exit-py`.
    public var name: String
    public var kind: Class
    public var intent: String
    public var language: Language
    public var source: String
    /// The body of `POST /v1/submissions`.
    public var request: Value
    public var expectation: CorpusExpectation
    public var control: Control?

    /// A program that tries something, as against one that must simply be accepted.
    public var isHostile: Bool { kind != .legitimate }

    /// The same with more CPU and wall time, for hosts that are so many times slower, emulated ones above all.
    public func slowed(by factor: Int) -> CorpusCase {
        var slower = self
        guard factor > 1, case .map(var entries) = request else { return self }
        func scaled(_ limits: Value?, defaults: [(String, Double)]) -> Value {
            var values: [MapEntry] = []
            if case .map(let entries)? = limits { values = entries }
            for (name, standard) in defaults {
                let key = Value.string(ByteString(name))
                let index = values.firstIndex { $0.key == key }
                let value =
                    switch index.map({ values[$0].value }) {
                    case .integer(let number)?: Double(number)
                    case .float(let number)?: number
                    default: standard
                    }
                let entry = MapEntry(key: key, value: .float(value * Double(factor)))
                if let index { values[index] = entry } else { values.append(entry) }
            }
            return .map(values)
        }
        let index = entries.firstIndex { $0.key == .string("limits") }
        let own = index.map { entries[$0].value }
        var defaults = [("cpu_time_s", 5.0), ("compile_time_s", 30.0)]
        if case .map(let limits)? = own, limits.contains(where: { $0.key == .string("wall_time_s") }) {
            defaults.append(("wall_time_s", 20))
        }
        let entry = MapEntry(key: .string("limits"), value: scaled(own, defaults: defaults))
        if let index { entries[index] = entry } else { entries.append(entry) }
        slower.request = .map(entries)
        return slower
    }
}
