import FuzzSupport
import GradingModel
import GradingRules

/// Returned values under each policy: rules that hold for any two values, in bounded time.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    var input = input
    let tolerances: [Double?] = [nil, nil, nil, 0, 1e-9, 0.5, 1e300]
    let absolute = input.choice(of: tolerances)
    let relative = input.choice(of: tolerances)
    let wrapped = input.choice(of: [nil, nil, true, false])
    let choices = input.byte()
    let language = Language.allCases[Int(choices & 3)]
    let (left, right) = input.halves
    guard var expected = value(left), var actual = value(right) else { return }
    if choices & 0xE0 == 0xE0 { (expected, actual) = (nested(expected), nested(actual)) }

    var accepting: Set<ComparisonOptions.Policy> = []
    for policy in ComparisonOptions.Policy.allCases {
        let options = ComparisonOptions(
            policy: policy,
            absoluteTolerance: absolute,
            relativeTolerance: relative,
            outputsWrapped: wrapped
        )
        let context = Comparison.Context(language: language, expectsOnlyWrapped: choices & 4 != 0)
        func compare(_ expected: Value, _ actual: Value, _ options: ComparisonOptions) -> ComparisonOutcome {
            Comparison.compare(value: actual, with: [expected], options, in: context)
        }
        var outcome = ComparisonOutcome(policy: policy, rule: "", isEqual: false)
        // What is nested in here costs its size on each level.
        requireLinearTime(size: 64 * (left.count + right.count), "\(policy)") {
            outcome = compare(expected, actual, options)
        }
        require(outcome.policy == policy, "the policy is named")
        require(
            outcome.isEqual != (outcome.difference != nil || outcome.rule == "undecodable"),
            "\(policy): what differs says where"
        )
        if outcome.isEqual { accepting.insert(policy) }

        guard policy != .genesys || language != .python else { continue }
        var unwrapped = options
        unwrapped.outputsWrapped = false
        if policy != .apps, policy != .lcb || !holdsNaN(expected) {
            require(compare(expected, expected, unwrapped).isEqual, "\(policy): a value equals itself")
        }
        if policy == .strict || policy == .lcb || policy == .tokens && absolute == nil && relative == nil {
            require(
                compare(expected, actual, unwrapped).isEqual == compare(actual, expected, unwrapped).isEqual,
                "\(policy): the order of the two does not matter"
            )
        }
    }
    if absolute == nil, relative == nil {
        require(!accepting.contains(.strict) || accepting.contains(.tokens), "tokens is no stricter than strict")
        require(!accepting.contains(.tokens) || accepting.contains(.default), "default is no stricter than tokens")
    }
    require(!accepting.contains(.default) || accepting.contains(.lenient), "lenient is no stricter than default")
}

private func value(_ text: [UInt8]) -> Value? {
    (try? JSONCodec.parse(text, allowNonFinite: true)).map { Value(tagged: $0) }
}

/// The value in many collections, one in the other.
private func nested(_ value: Value) -> Value {
    var value = value
    for level in 0..<24 {
        switch level % 3 {
        case 0: value = .set([value])
        case 1: value = .list([value])
        default: value = .map([MapEntry(key: "key", value: value)])
        }
    }
    return value
}

private func holdsNaN(_ value: Value) -> Bool {
    switch value {
    case .float(let number): number.isNaN
    case .list(let elements), .set(let elements): elements.contains(where: holdsNaN)
    case .map(let entries): entries.contains { holdsNaN($0.key) || holdsNaN($0.value) }
    default: false
    }
}
