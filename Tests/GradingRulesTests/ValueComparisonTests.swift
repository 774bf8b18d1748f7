import BigInt
import GradingModel
import GradingRules
import Testing

/// The sentences on values that settle what the edge cases leave open.
@Suite("Comparison of values") struct ValueComparisonTests {
    private func outcome(
        _ expected: Value,
        _ actual: Value,
        _ policy: ComparisonOptions.Policy = .default,
        abs: Double? = nil,
        rel: Double? = nil,
        language: Language = .python
    ) -> ComparisonOutcome {
        Comparison.compare(
            value: actual,
            with: [expected],
            ComparisonOptions(policy: policy, absoluteTolerance: abs, relativeTolerance: rel),
            in: Comparison.Context(language: language)
        )
    }

    private static func power(_ exponent: Int, plus addend: Int = 0) -> Value {
        .integer(BigInt(10).power(exponent) + BigInt(addend))
    }

    // MARK: - Numbers

    @Test(
        "a float is expected within 1e-6, absolute or relative",
        arguments: [
            (1.0, 1.000001, true), (1.0, 1.0000011, false), (0.0, 1e-6, true), (0.0, 1.1e-6, false),
            (0.1, 0.100001, true),
            (1000000.0, 1000000.9, true), (1000000.0, 1000001, true), (1000000.0, 1000002, false),
            (1e300, 1.0000009e300, true), (1e300, 1.0000011e300, false), (1e-300, 2e-300, true),
            (1e23, power(23), true),
            (0.5, true, false), (1.0, true, true), (0.0, .float(-0.0), true), (-1.0, 1.0, false),
            (.float(.infinity), power(400), false), (1e300, power(400), false),
        ] as [(Value, Value, Bool)]
    )
    func expectedFloat(expected: Value, actual: Value, isEqual: Bool) {
        #expect(outcome(expected, actual).isEqual == isEqual)
        #expect(outcome([expected], [actual]).isEqual == isEqual)
        #expect(outcome(["a": expected], ["a": actual]).isEqual == isEqual)
    }

    @Test(
        "an integer is expected exactly, as a float within 1e-6 absolute",
        arguments: [
            (3, 3.000001, true), (3, 2.9999991, true), (3, 3.0000011, false), (1000000, 1000000.9, false),
            (1000000, 1000001, false), (power(18, plus: 1), power(18), false), (power(18, plus: 1), 1e18, false),
            (power(18), 1e18, true), (power(23), 1e23, false), (.integer(BigInt(1e23)), 1e23, true),
            (power(400), power(400), true), (power(400), power(400, plus: 1), false), (0, .float(-0.0), true),
            (power(400), .float(.infinity), false), (1, true, true), (0, false, true), (2, true, false),
            (0, 1e-7, true),
            (.integer(BigInt(1) << 53 + 1), 0x1p53, false),
        ] as [(Value, Value, Bool)]
    )
    func expectedInteger(expected: Value, actual: Value, isEqual: Bool) {
        #expect(outcome(expected, actual).isEqual == isEqual)
    }

    @Test(
        "tolerances that are given replace both defaults and hold for integers too",
        arguments: [
            (100, 101, 1, nil, true), (100, 102, 1, nil, false), (100, 110, nil, 0.1, true),
            (100, 111, nil, 0.1, false),
            (1.0, 1.0000001, 0, nil, false), (1000000.0, 1000000.9, 0.1, nil, false), (1.0, 1.1, 0.1, nil, true),
            (1, 1.1, 0.1, nil, true), (power(400), power(400, plus: 1), 1, nil, true),
            (power(400), power(400, plus: 2), 1, nil, false), (power(2000), power(2000, plus: 5), 5, nil, true),
            (power(2000), power(2000, plus: 6), 5, nil, false), (power(2000), power(2000, plus: 6), nil, 1e-300, true),
            (power(2000), power(1999), nil, 0.5, false), (true, 2, 1, nil, true), ("a", "b", 1, 1, false),
        ] as [(Value, Value, Double?, Double?, Bool)]
    )
    func tolerances(expected: Value, actual: Value, abs: Double?, rel: Double?, isEqual: Bool) {
        #expect(outcome(expected, actual, abs: abs, rel: rel).isEqual == isEqual)
        #expect(outcome(expected, actual, .tokens, abs: abs, rel: rel).isEqual == isEqual)
    }

    @Test("tokens is default without tolerance")
    func tokens() {
        #expect(!outcome(0.3, 0.30000000000000004, .tokens).isEqual)
        #expect(!outcome(3, 3.0000001, .tokens).isEqual)
        #expect(outcome(3, 3.0, .tokens).isEqual)
        #expect(outcome([1, 2], .set([2, 1]), .tokens).isEqual)
    }

    @Test("strict tells 1, 1.0 and true apart and has no tolerance")
    func strict() {
        let values: [Value] = [1, 1.0, true]
        for (index, expected) in values.enumerated() {
            for (other, actual) in values.enumerated() {
                #expect(outcome(expected, actual, .strict).isEqual == (index == other))
                #expect(outcome([expected], .set([actual]), .strict).isEqual == (index == other))
            }
        }
        #expect(!outcome(0.3, 0.30000000000000004, .strict, abs: 1).isEqual)
        #expect(outcome(0.0, .float(-0.0), .strict).isEqual)
        #expect(outcome(.float(.nan), .float(.nan), .strict).isEqual)
        // An integral Number of JavaScript compares by its value, but is no boolean.
        #expect(outcome(1.0, 1, .strict, language: .javascript).isEqual)
        #expect(!outcome([true], .set([1]), .strict, language: .javascript).isEqual)
    }

    // MARK: - Collections

    @Test("sets compare as sets at any depth, however large")
    func largeSets() {
        let numbers = (0..<3000).map { Value($0) }
        #expect(outcome(.list(numbers.reversed()), .set(numbers)).isEqual)
        let lists = (0..<500).map { Value.list([Value($0), "x"]) }
        let sets = (0..<500).map { Value.set(["x", Value($0)]) }
        #expect(outcome(.list(lists.reversed()), .set(sets)).isEqual)
        let floats = (0..<2000).map { Value.float(Double($0) * 0.7) }
        let nearly = (0..<2000).map { Value.float(Double($0) * 0.7 + 1e-9) }
        #expect(outcome(.list(floats.reversed()), .set(nearly)).rule == "sets")
        #expect(!outcome(.list(floats), .set(nearly), .tokens).isEqual)
        #expect(outcome(.set([1, 2]), .set([2, 1])).isEqual)
        #expect(outcome(.set([1, 2]), [2, 1]).isEqual)
        #expect(!outcome("ab", .set(["a", "b"])).isEqual)
        // JavaScript tells equal arrays in a Set apart; as a set they are one.
        #expect(outcome([[1]], .set([[1], [1]])).isEqual)
        #expect(outcome([1, true, 1.0], .set([1])).isEqual)
    }

    @Test("maps compare without order, with keys as Python has them")
    func maps() {
        #expect(outcome(["a": 1, "b": [2]], ["b": [2.0], "a": true]).isEqual)
        #expect(!outcome(["a": 1], ["a": 1, "b": 2]).isEqual)
        #expect(!outcome(["a": 1, "b": 2], ["a": 1]).isEqual)
        #expect(!outcome(["a": .null], [:]).isEqual)
        #expect(!outcome([:], []).isEqual)
        #expect(outcome(.map([MapEntry([1, 2], 3)]), .map([MapEntry([1.0, 2], 3)])).isEqual)
        #expect(outcome(["-5": 1, "0": 2], .map([MapEntry(0, 2), MapEntry(-5, 1)])).rule == "integer_keys")
        #expect(!outcome(["-0": 1], .map([MapEntry(0, 1)])).isEqual)
        let digits = String(repeating: "9", count: 30)
        #expect(outcome([.string(ByteString(digits)): 1], .map([MapEntry(.integer(BigInt(digits) ?? 0), 1)])).isEqual)
        #expect(outcome([["1": 2]], .set([.map([MapEntry(1, 2)])])).isEqual)
    }

    // MARK: - Wrapping

    @Test("x is accepted for [x] only if every call expects a one-element list")
    func wrappedEverywhere() {
        func call(_ expected: Value...) -> TestCase {
            TestCase(.functionCall(function: "f", arguments: [], expected: expected))
        }
        let text = TestCase(.stdinStdout(input: "", expected: ["1"]))
        #expect(Comparison.expectsOnlyWrapped([call([1]), call(["a"])]))
        #expect(Comparison.expectsOnlyWrapped([call([1]), text]))
        #expect(Comparison.expectsOnlyWrapped([call([1], [2])]))
        #expect(!Comparison.expectsOnlyWrapped([call([1]), call(1)]))
        #expect(!Comparison.expectsOnlyWrapped([call([1]), call([])]))
        #expect(!Comparison.expectsOnlyWrapped([call([1]), call([1, 2])]))
        #expect(!Comparison.expectsOnlyWrapped([call([1], 1)]))
        #expect(!Comparison.expectsOnlyWrapped([text]))
        #expect(!Comparison.expectsOnlyWrapped([]))
    }

    @Test(
        "outputs_wrapped settles it: true, only x is right; false, only [x]",
        arguments: [ComparisonOptions.Policy.default, .strict, .tokens, .lenient, .apps, .lcb],
        [true, false]
    )
    func outputsWrapped(policy: ComparisonOptions.Policy, isOnlyWrapped: Bool) {
        let context = Comparison.Context(language: .python, expectsOnlyWrapped: isOnlyWrapped)
        for (isWrapped, accepted, refused) in [(true, 7, [7]), (false, [7], 7)] as [(Bool, Value, Value)] {
            let options = ComparisonOptions(policy: policy, outputsWrapped: isWrapped)
            let right = Comparison.compare(value: accepted, with: [[7]], options, in: context)
            #expect(right.isEqual)
            #expect(right.rule == (isWrapped ? "unwrapped" : "equal"))
            #expect(!Comparison.compare(value: refused, with: [[7]], options, in: context).isEqual)
            #expect(!Comparison.compare(value: refused, with: [[5], [7]], options, in: context).isEqual)
            #expect(Comparison.compare(value: accepted, with: [[5], [7]], options, in: context).isEqual)
        }
    }

    @Test("outputs_wrapped holds for genesys too")
    func outputsWrappedGenesys() {
        let context = Comparison.Context(language: .python)
        for (isWrapped, accepted, refused) in [(true, 7, [7]), (false, [7], 7)] as [(Bool, Value, Value)] {
            let options = ComparisonOptions(policy: .genesys, outputsWrapped: isWrapped)
            #expect(Comparison.compare(value: accepted, with: [[7]], options, in: context).isEqual)
            #expect(!Comparison.compare(value: refused, with: [[7]], options, in: context).isEqual)
        }
    }

    // MARK: - genesys

    @Test(
        "genesys compares what Python prints",
        arguments: [
            (.null, "None"), (true, "True"), (12, "12"), (1.0, "1.0"), (1e16, "1e+16"), (1e15, "1000000000000000.0"),
            (0.0001, "0.0001"), (0.00001, "1e-05"), (1.5e-7, "1.5e-07"), (1e22, "1e+22"),
            (123456789.125, "123456789.125"),
            (.float(-0.0), "-0.0"), (.float(.nan), "nan"), (.float(-.infinity), "-inf"), ("a'b", "a'b"),
            (["a"], "['a']"),
            (["a'b", "c\"d", "'\""], "[\"a'b\", 'c\"d', '\\'\"']"),
            (["\n\t\\\u{0}\u{7F}é€"], "['\\n\\t\\\\\\x00\\x7fé€']"),
            (["\u{A0}\u{200B}\u{E000}😀"], "['\\xa0\\u200b\\ue000😀']"), ([], "[]"),
            ([1, [2, .null]], "[1, [2, None]]"),
            (["a": [1], "b": true], "{'a': [1], 'b': True}"), (.set([]), "set()"), (.set([1]), "{1}"),
            ([.set([.set([])])], "[{frozenset()}]"), (.map([MapEntry(1, "x")]), "{1: 'x'}"),
        ] as [(Value, ByteString)]
    )
    func printed(value: Value, text: ByteString) {
        #expect(outcome(.string(text), value, .genesys).isEqual)
        #expect(outcome(value, .string(text), .genesys).isEqual)
    }

    @Test(
        "genesys outside Python is default",
        arguments: [Language.javascript, .cpp, .rust]
    )
    func genesysElsewhere(language: Language) {
        #expect(outcome(1, 1.0, .genesys, language: language).isEqual)
        #expect(!outcome("1", 1, .genesys, language: language).isEqual)
        #expect(!outcome(1, 1.0, .genesys).isEqual)
        #expect(outcome("1", 1, .genesys).isEqual)
    }

    // MARK: - Differences

    @Test(
        "a difference has the path to it",
        arguments: [
            (1, 2, "", 1, 2), ([1, 2, 3], [1, 5, 3], "[1]", 2, 5), ([1, 2], [1], "[1]", 2, nil),
            ([1], [1, 2], "[1]", nil, 2), ([0, 0, ["name": "a"]], [0, 0, ["name": "b"]], "[2].name", "a", "b"),
            (["a": 1], ["b": 1], ".a", 1, nil), (["a": 1], ["a": 1, "b": 2], ".b", nil, 2),
            (["a b": ["x-y": 1]], ["a b": ["x-y": 2]], "[\"a b\"][\"x-y\"]", 1, 2), ([1], "x", "", [1], "x"),
            ([[1, 2, 3]], [.set([1, 2, 4])], "[0]", 3, 4), ([1, 2], .set([1]), "", 2, nil),
        ] as [(Value, Value, String, Value?, Value?)]
    )
    func difference(expected: Value, actual: Value, path: String, wanted: Value?, given: Value?) {
        #expect(outcome(expected, actual).difference == .value(path: path, expected: wanted, actual: given))
    }

    @Test("the difference of a wrapped answer is that from what is in the list")
    func unwrappedDifference() {
        let context = Comparison.Context(language: .python, expectsOnlyWrapped: true)
        let outcome = Comparison.compare(value: [1, 3], with: [[[1, 2]]], ComparisonOptions(), in: context)
        #expect(outcome.difference == .value(path: "[1]", expected: 2, actual: 3))
    }

    @Test("values in a difference are short")
    func excerpts() throws {
        let long = Value.list((0..<100_000).map { Value($0) })
        let text = String(repeating: "x", count: 5000)
        for (expected, actual) in [
            (long, .null), (.string(ByteString(text + "a")), .string(ByteString(text + "b"))), (["a": long], 1),
            (Self.power(5000), 1), (.list(Array(repeating: long, count: 20)), .string(ByteString(text))),
        ] as [(Value, Value)] {
            guard case .value(_, let left?, let right?)? = outcome(expected, actual).difference else {
                Issue.record("no difference")
                continue
            }
            #expect(JSONCodec.serialize(left).count < 1000)
            #expect(JSONCodec.serialize(right).count < 1000)
            #expect(left != right)
        }
    }

    @Test("sets in sets are searched in bounded time")
    func nestedSets() {
        func nested(_ value: Value) -> Value { (0..<100).reduce(value) { value, _ in .set([value]) } }
        #expect(outcome(nested(1), nested(1.0000001)).rule == "tolerance")
        #expect(outcome(nested(1), nested(2)).difference != nil)
        #expect(outcome(nested([1, 2]), nested("12"), .lenient).difference != nil)
    }

    @Test("the search for what a set lacks takes bounded time")
    func lackingSets() {
        let expected = (0..<20_000).map { Value.float(Double($0)) }
        var actual = (0..<20_000).map { Value.float(Double($0) + 1e-7) }
        #expect(outcome(.list(expected), .set(actual.reversed())).isEqual)
        actual[19_999] = .float(-5)
        #expect(outcome(.list(expected), .set(actual)).difference != nil)
    }

    @Test("deep values are compared and printed without overflow")
    func deep() throws {
        let text = String(repeating: "[", count: 500) + "1" + String(repeating: "]", count: 500)
        let value = try JSONCodec.parse(Array(text.utf8))
        for policy in ComparisonOptions.Policy.allCases {
            #expect(outcome(value, value, policy).isEqual)
            #expect(!outcome(value, 1, policy).isEqual)
        }
        #expect(outcome([value], .set([value])).isEqual)
    }
}
