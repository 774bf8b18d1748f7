import BigInt
import GradingModel

/// What makes two values equal.
struct ValueRules {
    var numbers: NumberComparison
    /// Tell `1`, `1.0` and `true` apart.
    var tellsTypesApart = false
    /// Tell `1` and `1.0` apart too; not where the language has but one type of numbers.
    var tellsIntegersFromFloats = false
    /// Compare a set with a list as sets.
    var equatesSetsAndLists = true
    /// Compare maps with integer keys with objects whose keys are written like integers.
    var equatesIntegerKeys = true
    /// Take the text of a value for the value, and yes/no/true/false in any case.
    var isLenient = false
}

/// Walks over two values and notes which rules were needed, and where they differ first.
struct ValueComparison {
    enum Step {
        case index(Int)
        case key(Value)
    }

    let rules: ValueRules
    private(set) var rule: ComparisonRule = .equal
    private(set) var difference: Difference?
    private var path: [Step] = []
    /// Whether this is one of the many comparisons of a search for partners.
    private var isAside = false
    /// What all searches together may still cost, about in bytes that are looked at.
    private var searchBudget = 1 << 24

    init(_ rules: ValueRules) {
        self.rules = rules
    }

    /// Whether the values are equal; if not, `difference` says where they are not.
    mutating func areEqual(expected: Value, actual: Value) -> Bool {
        if isAside {
            searchBudget -= Self.cost(expected, actual)
            guard searchBudget > 0 else { return false }
        }
        if let numberAnswer = compareNumbers(expected, actual) {
            return numberAnswer || textOfValueIsEqual(expected, actual) || differ(expected, actual)
        }
        switch (expected, actual) {
        case (.null, .null): return true
        case (.string(let left), .string(let right)) where left == right: return true
        case (.list(let left), .list(let right)): return listsAreEqual(left, right)
        case (.set(let left), .set(let right)): return setsAreEqual(left, right, expected, actual)
        case (.set(let left), .list(let right)), (.list(let left), .set(let right)):
            guard rules.equatesSetsAndLists else { return differ(expected, actual) }
            guard setsAreEqual(left, right, expected, actual) else { return false }
            note(.sets)
            return true
        case (.map(let left), .map(let right)): return mapsAreEqual(left, right)
        default: return textOfValueIsEqual(expected, actual) || differ(expected, actual)
        }
    }

    // MARK: - Scalars

    /// `nil` where one of the two is no number.
    private mutating func compareNumbers(_ expected: Value, _ actual: Value) -> Bool? {
        guard let left = NumberComparison.Number(expected), let right = NumberComparison.Number(actual) else {
            return nil
        }
        if rules.tellsTypesApart {
            switch (expected, actual) {
            case (.bool, .bool), (.integer, .integer), (.float, .float): break
            case (.integer, .float), (.float, .integer):
                if rules.tellsIntegersFromFloats { return false }
            default: return false
            }
        }
        switch rules.numbers.compare(expected: left, actual: right) {
        case .equal: return true
        case .withinTolerance:
            note(.tolerance)
            return true
        case .different: return false
        }
    }

    /// The leniency for texts: a value for its own text, and yes/no/true/false in any case.
    private mutating func textOfValueIsEqual(_ expected: Value, _ actual: Value) -> Bool {
        guard rules.isLenient else { return false }
        switch (expected, actual) {
        case (.string(let left), .string(let right)):
            let isSame = left.bytes.withUnsafeBufferPointer { left in
                right.bytes.withUnsafeBufferPointer { LetterCase.isSameWord(left[...], $0[...]) }
            }
            if isSame { note(.letterCase) }
            return isSame
        case (.string(let text), let value), (let value, .string(let text)):
            guard isText(text, of: value) else { return false }
            note(.textOfValue)
            return true
        default: return false
        }
    }

    private mutating func isText(_ text: ByteString, of value: Value) -> Bool {
        let text = text.bytes.withUnsafeBufferPointer { ByteString(bytes: Array(PythonText.stripped($0[...]))) }
        let printed = PythonPrinter.text(of: value)
        if isAside { searchBudget -= text.count + printed.count }
        if text == printed { return true }
        // JSON, however it is spaced and its numbers are written.
        if let parsed = try? JSONCodec.parse(text.bytes, allowNonFinite: true) {
            if case .string = parsed { return false }
            var comparison = ValueComparison(rules)
            comparison.isAside = isAside
            comparison.searchBudget = searchBudget
            defer { searchBudget = comparison.searchBudget }
            return comparison.areEqual(expected: parsed, actual: value)
        }
        guard case .bool(let value) = value else { return false }
        return text.bytes.withUnsafeBufferPointer { $0[...].equalsIgnoringCase(value ? "true" : "false") }
    }

    // MARK: - Lists

    private mutating func listsAreEqual(_ expected: [Value], _ actual: [Value]) -> Bool {
        for index in 0..<min(expected.count, actual.count) {
            path.append(.index(index))
            guard areEqual(expected: expected[index], actual: actual[index]) else { return false }
            path.removeLast()
        }
        guard expected.count != actual.count else { return true }
        let index = min(expected.count, actual.count)
        path.append(.index(index))
        return differ(
            index < expected.count ? expected[index] : nil,
            index < actual.count ? actual[index] : nil
        )
    }

    // MARK: - Sets

    /// Compares collections as sets: what is equal counts once, and order does not matter.
    private mutating func setsAreEqual(
        _ expected: [Value],
        _ actual: [Value],
        _ whole: Value,
        _ actualWhole: Value
    ) -> Bool {
        let keys = CanonicalKey(rules)
        var given: [ByteString: Value] = Dictionary(minimumCapacity: actual.count)
        var givenOrder: [ByteString] = []
        var hasSets = false
        for element in actual {
            let key = keys.key(of: element)
            if given.updateValue(element, forKey: key) == nil { givenOrder.append(key) }
            if case .set = element { hasSets = true }
        }
        var wantedKeys: Set<ByteString> = []
        var unmatched: [Value] = []
        for element in expected {
            let key = keys.key(of: element)
            guard wantedKeys.insert(key).inserted else { continue }
            if given.removeValue(forKey: key) != nil { continue }
            if hasSets, rules.equatesSetsAndLists, case .list(let elements) = element {
                if given.removeValue(forKey: keys.key(ofSet: elements)) != nil { continue }
            }
            unmatched.append(element)
        }
        // In the order in which they came, so that the same run gives the same trace.
        let rest = givenOrder.compactMap { given[$0] }
        if isAside {
            // Sets in sets have their keys made once a level and pair.
            searchBudget -= wantedKeys.reduce(0) { $0 + $1.count } + givenOrder.reduce(0) { $0 + $1.count }
        }
        if unmatched.count == rest.count, let rule = rulePairing(unmatched, rest) {
            note(rule)
            return true
        }
        if isAside { return false }
        let missing = unmatched.first { wanted in !rest.contains { ruleAside(wanted, $0) != nil } }
        let extra = rest.first { given in !unmatched.contains { ruleAside($0, given) != nil } }
        return differ(missing, extra)
    }

    /// The most elements without an exact partner that are searched for one within the tolerance.
    private static let searchLimit = 500

    /// Pairs elements that are equal by other means than their keys; the rule by which all of them are, `nil` where
    /// one has no partner.
    private mutating func rulePairing(_ expected: [Value], _ actual: [Value]) -> ComparisonRule? {
        var weakest = ComparisonRule.equal
        // Numbers within the tolerance of one another are neighbours in order.
        if let left = sortedNumbers(expected), let right = sortedNumbers(actual) {
            var comparison = ValueComparison(rules)
            guard zip(left, right).allSatisfy({ comparison.compareNumbers($0, $1) == true }) else { return nil }
            return comparison.rule
        }
        guard expected.count <= Self.searchLimit else { return nil }
        var rest = actual
        search: for wanted in expected {
            for index in rest.indices {
                guard let rule = ruleAside(wanted, rest[index]) else { continue }
                weakest = max(weakest, rule)
                rest.remove(at: index)
                continue search
            }
            return nil
        }
        return weakest
    }

    private func sortedNumbers(_ values: [Value]) -> [Value]? {
        var numbers: [(Double, Value)] = []
        numbers.reserveCapacity(values.count)
        for value in values {
            guard let number = value.doubleValue, !number.isNaN else { return nil }
            numbers.append((number, value))
        }
        return numbers.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The rule by which two values are equal, `nil` where they are not; leaves no trace here but the cost.
    private mutating func ruleAside(_ expected: Value, _ actual: Value) -> ComparisonRule? {
        var comparison = ValueComparison(rules)
        comparison.isAside = true
        comparison.searchBudget = searchBudget
        let isEqual = comparison.areEqual(expected: expected, actual: actual)
        searchBudget = comparison.searchBudget
        return isEqual ? comparison.rule : nil
    }

    /// What it costs to look at two values, those inside of them left out.
    private static func cost(_ expected: Value, _ actual: Value) -> Int {
        switch (expected, actual) {
        case (.string(let left), .string(let right)): left.count == right.count ? 8 + left.count / 8 : 8
        case (.integer(let left), .integer(let right)): 8 + (left.bitWidth + right.bitWidth) / 8
        default: 8
        }
    }

    // MARK: - Maps

    private mutating func mapsAreEqual(_ expected: [MapEntry], _ actual: [MapEntry]) -> Bool {
        let mixesKeys =
            rules.equatesIntegerKeys && IntegerKeys.areAllIntegerLike(expected) && IntegerKeys.areAllIntegerLike(actual)
            && Self.hasIntegers(expected) != Self.hasIntegers(actual)
        let keys = CanonicalKey(rules)
        if isAside { searchBudget -= 8 * (expected.count + actual.count) }
        func key(_ value: Value) -> ByteString {
            keys.key(of: mixesKeys ? IntegerKeys.integer(value) ?? value : value)
        }
        var given: [ByteString: Value] = Dictionary(minimumCapacity: actual.count)
        for entry in actual { given[key(entry.key)] = entry.value }
        for entry in expected {
            path.append(.key(entry.key))
            guard let value = given.removeValue(forKey: key(entry.key)) else { return differ(entry.value, nil) }
            guard areEqual(expected: entry.value, actual: value) else { return false }
            path.removeLast()
        }
        if let extra = actual.first(where: { given[key($0.key)] != nil }) {
            path.append(.key(extra.key))
            return differ(nil, extra.value)
        }
        if mixesKeys { note(.integerKeys) }
        return true
    }

    private static func hasIntegers(_ entries: [MapEntry]) -> Bool {
        entries.contains { entry in
            if case .integer = entry.key { return true }
            return false
        }
    }

    // MARK: - Notes

    private mutating func note(_ rule: ComparisonRule) {
        self.rule = max(self.rule, rule)
    }

    private mutating func differ(_ expected: Value?, _ actual: Value?) -> Bool {
        if difference == nil, !isAside {
            let (left, right) = ValueExcerpt.pair(expected, actual)
            difference = .value(path: Self.text(of: path), expected: left, actual: right)
        }
        return false
    }

    static func text(of path: [Step]) -> String {
        path.map { step in
            switch step {
            case .index(let index): return "[\(index)]"
            case .key(.string(let name)):
                if let text = name.exactText, isIdentifier(text) { return "." + text }
                return "[" + ByteString(bytes: JSONCodec.serialize(.string(name.prefix(64)))).text + "]"
            case .key(let key):
                return "[" + ByteString(bytes: JSONCodec.serialize(key)).prefix(64).text + "]"
            }
        }.joined()
    }

    private static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, text.utf8.count <= 64 else { return false }
        return first.properties.isXIDStart || first == "_" || first == "$"
            ? text.unicodeScalars.dropFirst().allSatisfy { $0.properties.isXIDContinue || $0 == "$" } : false
    }
}
