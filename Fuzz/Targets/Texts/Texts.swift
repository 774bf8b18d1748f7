import FuzzSupport
import GradingModel
import GradingRules

/// Outputs of programs under each policy, against rules that hold for any two texts and against a plain rendering of
/// the policy `default`.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    var input = input
    let absolute = input.choice(of: TestTolerance.all)
    let relative = input.choice(of: TestTolerance.all)
    let isLong = input.byte() == 0xFF
    let (expected, actual) = input.halves
    let (left, right) = (ByteString(bytes: expected), ByteString(bytes: actual))
    var accepting: Set<ComparisonOptions.Policy> = []
    for policy in ComparisonOptions.Policy.allCases {
        let options = ComparisonOptions(
            policy: policy,
            absoluteTolerance: absolute?.double,
            relativeTolerance: relative?.double
        )
        if check(left, right, options) { accepting.insert(policy) }
        require(isReflexive(left, options), "\(policy): a text equals itself")
        if isSymmetric(policy, absolute, relative, left, right) {
            require(
                accepting.contains(policy) == Comparison.compare(text: left, with: [right], options).isEqual,
                "\(policy): the order of the two does not matter"
            )
        }
    }
    if isLong { checkTime(expected, actual) }
    require(!accepting.contains(.strict) || accepting.isSuperset(of: [.default, .tokens, .lenient, .lcb]), "strict")
    require(!accepting.contains(.default) || accepting.contains(.lenient), "lenient is no stricter than default")
    if let answer = PlainComparison(absolute: absolute, relative: relative).areEqual(expected, actual) {
        require(accepting.contains(.default) == answer, "default: equal should be \(answer)")
    }
}

/// Compares, checks the outcome in itself, and says whether the texts are equal.
private func check(_ expected: ByteString, _ actual: ByteString, _ options: ComparisonOptions) -> Bool {
    let outcome = Comparison.compare(text: actual, with: [expected], options)
    require(outcome.policy == options.policy, "the policy is named")
    if outcome.isEqual {
        require(outcome.difference == nil && outcome.rule != "different", "what is equal does not differ")
    } else if outcome.rule != "undecodable" {
        guard case .text(let line, let column, let wanted, let given)? = outcome.difference else {
            fatalError("\(options.policy): no difference is shown")
        }
        require(line >= 1 && column >= 1, "places count from 1")
        require(line <= actual.bytes.filter { $0 == 0x0A }.count + 1, "the line is there")
        require(max(wanted.count, given.count) <= 200, "excerpts are short")
    }
    let either = Comparison.compare(text: actual, with: [expected, actual], options)
    require(!outcome.isEqual || either.isEqual, "a further accepted text takes nothing away")
    return outcome.isEqual
}

private func isReflexive(_ text: ByteString, _ options: ComparisonOptions) -> Bool {
    switch options.policy {
    case .genesys: guard text.isValidUTF8 else { return true }
    // That grader takes the two apart in different ways: the one at any line end, the other at LF.
    case .apps: guard text.isValidUTF8, !text.bytes.contains(where: isExoticLineEnd) else { return true }
    default: break
    }
    return Comparison.compare(text: text, with: [text], options).isEqual
}

private func isExoticLineEnd(_ byte: UInt8) -> Bool {
    byte >= 0x0B && byte <= 0x0D || byte >= 0x1C && byte <= 0x1E || byte >= 0x80
}

/// Whether the policy's rules are the same for both sides: no relative tolerance, and none for decimals alone.
private func isSymmetric(
    _ policy: ComparisonOptions.Policy,
    _ absolute: TestTolerance?,
    _ relative: TestTolerance?,
    _ left: ByteString,
    _ right: ByteString
) -> Bool {
    let hasRelative = relative.map { $0.digits > 0 } ?? false
    switch policy {
    case .strict, .lcb: return true
    case .genesys: return left.isValidUTF8 && right.isValidUTF8
    case .apps: return false
    case .tokens: return !hasRelative
    case .default, .lenient: return !hasRelative && (absolute != nil || relative != nil)
    }
}

private func checkTime(_ expected: [UInt8], _ actual: [UInt8]) {
    for separator: [UInt8] in [[], [0x0A]] {
        let left = ByteString(bytes: repeated(expected, toSize: 1 << 14, separator: separator))
        let right = ByteString(bytes: repeated(actual, toSize: 1 << 14, separator: separator))
        for policy in ComparisonOptions.Policy.allCases {
            requireLinearTime(size: left.count + right.count, "\(policy)") {
                _ = Comparison.compare(text: right, with: [left], ComparisonOptions(policy: policy))
            }
        }
    }
}
