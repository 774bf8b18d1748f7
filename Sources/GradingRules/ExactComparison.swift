import BigInt
import GradingModel

/// Decides whether a call's value is what an assertion says of it, as the assertion itself would.
///
/// What is expected comes from a literal: it holds no NaN in Python, no value of a class of its own, and no value
/// twice. A value of a type that is none of the language's own plain ones (`other`) equals no literal.
struct ExactComparison {
    /// Where a value differs, and what a message adds.
    struct Finding {
        var difference: Difference
        var note: String
    }

    private enum Rule {
        case python, sameValue, strict, typed
    }

    private let rule: Rule
    private var path: [ValueComparison.Step] = []
    private var finding: Finding?

    private init(_ rule: Rule) {
        self.rule = rule
    }

    /// `nil` where the assertion holds.
    static func difference(of actual: ExactValue, from expectation: AssertedCall.Expectation) -> Finding? {
        switch expectation {
        case .pythonEqual(let expected): return compare(expected, actual, .python)
        case .sameValue(let expected), .deepStrictlyEqual(let expected): return compare(expected, actual, .sameValue)
        case .strictlyEqual(let expected): return compare(expected, actual, .strict)
        case .typed(let expected): return compare(expected, actual, .typed)
        case .identical(let expected):
            return expected == actual ? nil : finding("", expected, actual)
        case .truth(let expected):
            return isTrue(actual) == expected ? nil : finding("", .bool(expected), actual)
        }
    }

    private static func compare(_ expected: ExactValue, _ actual: ExactValue, _ rule: Rule) -> Finding? {
        var comparison = ExactComparison(rule)
        return comparison.areEqual(expected, actual) ? nil : comparison.finding
    }

    private static func finding(_ path: String, _ expected: ExactValue?, _ actual: ExactValue?) -> Finding {
        let (left, right) = ValueExcerpt.pair(expected?.value, actual?.value)
        var note = ""
        if let expected, let actual, left == right || expected.kindName != actual.kindName {
            note = " (\(expected.kindName) is expected, not \(actual.kindName))"
        }
        return Finding(difference: .value(path: path, expected: left, actual: right), note: note)
    }

    /// Whether the value counts as true in Python.
    private static func isTrue(_ value: ExactValue) -> Bool {
        switch value {
        case .none, .undefined: false
        case .bool(let value): value
        case .integer(let value), .unsigned(let value, _): value != 0
        case .float(let value): value != 0
        case .single(let value): value != 0
        case .string(let text): !text.isEmpty
        case .bytes(let bytes): !bytes.isEmpty
        case .list(let elements), .tuple(let elements), .set(let elements): !elements.isEmpty
        case .map(let entries): !entries.isEmpty
        case .other(_, let isTrue): isTrue
        }
    }

    // MARK: - Walk

    private mutating func areEqual(_ expected: ExactValue, _ actual: ExactValue) -> Bool {
        switch (expected, actual) {
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return elementsAreEqual(left, right)
        case (.map(let left), .map(let right)): return mapsAreEqual(left, right)
        case (.set(let left), .set(let right)):
            return Set(left.map(key)) == Set(right.map(key)) || differ(expected, actual)
        default: return scalarsAreEqual(expected, actual) || differ(expected, actual)
        }
    }

    private mutating func elementsAreEqual(_ expected: [ExactValue], _ actual: [ExactValue]) -> Bool {
        for index in 0..<max(expected.count, actual.count) {
            path.append(.index(index))
            defer { path.removeLast() }
            guard index < expected.count, index < actual.count else {
                return differ(
                    index < expected.count ? expected[index] : nil,
                    index < actual.count ? actual[index] : nil
                )
            }
            guard areEqual(expected[index], actual[index]) else { return false }
        }
        return true
    }

    private mutating func mapsAreEqual(_ expected: [ExactValue.Entry], _ actual: [ExactValue.Entry]) -> Bool {
        let values = Dictionary(actual.map { (key($0.key), $0.value) }) { $1 }
        for entry in expected {
            path.append(.key(entry.key.value))
            defer { path.removeLast() }
            guard let value = values[key(entry.key)] else { return differ(entry.value, nil) }
            guard areEqual(entry.value, value) else { return false }
        }
        guard actual.count > expected.count else { return actual.count == expected.count || differ(nil, nil) }
        let known = Set(expected.map { key($0.key) })
        let extra = actual.first { !known.contains(key($0.key)) }
        path.append(.key(extra?.key.value ?? .null))
        defer { path.removeLast() }
        return differ(nil, extra?.value)
    }

    /// Notes the first difference, and answers `false`.
    private mutating func differ(_ expected: ExactValue?, _ actual: ExactValue?) -> Bool {
        if finding == nil { finding = Self.finding(ValueComparison.text(of: path), expected, actual) }
        return false
    }

    // MARK: - Scalars

    private func scalarsAreEqual(_ expected: ExactValue, _ actual: ExactValue) -> Bool {
        switch rule {
        case .python:
            if let left = Self.number(expected), let right = Self.number(actual) { return left == right }
            return expected == actual && Self.isPlain(expected)
        case .sameValue:
            // 0 is not -0, and a NaN is itself.
            if case .float(let left) = expected, case .float(let right) = actual {
                return left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
            }
            return expected == actual && Self.isPlain(expected)
        case .strict:
            if case .float(let left) = expected, case .float(let right) = actual { return left == right }
            return expected == actual && Self.isPlain(expected)
        case .typed: return typedScalarsAreEqual(expected, actual)
        }
    }

    private static func isPlain(_ value: ExactValue) -> Bool {
        if case .other = value { false } else { true }
    }

    /// After the usual arithmetic conversions of C++ (*[expr.arith.conv]*); in Rust both sides have one type.
    private func typedScalarsAreEqual(_ expected: ExactValue, _ actual: ExactValue) -> Bool {
        switch (expected, actual) {
        case (.integer(let left), .unsigned(let right, let bits)):
            // A literal that is wider than the unsigned type keeps its sign.
            let isWider = left.bitWidth > 32 && bits == 32
            let wraps = left.signum() < 0 && !isWider
            return left == right || wraps && left + (BigInt(1) << bits) == right
        // Only Rust has it, where the literal is of the same type.
        case (.float(let left), .single(let right)): return Float(left) == right
        case (.integer(let left), .float(let right)): return left.nearestDouble == right
        default:
            if let left = Self.number(expected), let right = Self.number(actual) { return left == right }
            return expected == actual && Self.isPlain(expected)
        }
    }

    // MARK: - Keys

    /// A number by its value: an integer, or a float that is none.
    private enum Number: Hashable {
        case integer(BigInt)
        case fraction(Double)
    }

    private static func number(_ value: ExactValue) -> Number? {
        switch value {
        case .bool(let value): .integer(value ? 1 : 0)
        case .integer(let value): .integer(value)
        case .unsigned(let value, _): .integer(value)
        case .float(let value): BigInt(exactly: value).map(Number.integer) ?? .fraction(value)
        default: nil
        }
    }

    /// The same for two values that are equal; only of what a set's element or a map's key may be.
    private indirect enum Key: Hashable {
        case number(Number)
        case tuple([Key])
        case set(Set<Key>)
        case plain(ExactValue)
        /// Of what equals nothing: a type of its own.
        case other(String)
    }

    private func key(_ value: ExactValue) -> Key {
        if rule != .sameValue, let number = Self.number(value) { return .number(number) }
        switch value {
        case .tuple(let elements): return .tuple(elements.map(key))
        case .set(let elements): return .set(Set(elements.map(key)))
        case .other(let type, _): return .other(type)
        default: return .plain(value)
        }
    }
}
