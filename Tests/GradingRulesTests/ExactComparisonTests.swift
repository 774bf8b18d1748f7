import BigInt
import GradingModel
import GradingRules
import Testing

/// What an assertion says of a value, the value as a runner sends it, and whether it holds.
struct ExactCase: Sendable, CustomTestStringConvertible {
    var expectation: AssertedCall.Expectation
    var actual: String
    var holds: Bool

    init(_ expectation: AssertedCall.Expectation, _ actual: String, _ holds: Bool) {
        (self.expectation, self.actual, self.holds) = (expectation, actual, holds)
    }

    var testDescription: String { "\(expectation) of \(actual)" }
}

@Suite("Assertions compared outside")
struct ExactComparisonTests {
    private static func grade(_ expectation: AssertedCall.Expectation, _ frame: String) -> TestGrade {
        let body = Array(frame.utf8)
        let channel = ByteString(bytes: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: body.count >> $0) } + body)
        let test = TestCase(
            .assertedCall(AssertedCall(call: "f()", expectation: expectation, message: "line 1: assert f() == …"))
        )
        let facts = RunFacts(
            ending: .exited(status: 0),
            cpuTime: 0,
            wallTime: 0,
            limits: Limits(),
            frame: RunnerFrame.parse(channel)
        )
        let options = ComparisonOptions(policy: .lenient)
        let context = Comparison.Context(language: .python, tests: [test])
        return TestGrader.grade(test, facts: facts, output: "", options: options, context: context)
    }

    private static let one = ExactValue.integer(1)
    private static let dict = ExactValue.map([
        .init(key: .integer(1), value: .string("a")), .init(key: .none, value: .list([])),
    ])
    private static let object = ExactValue.map([
        .init(key: .string("a"), value: .float(1)), .init(key: .string("b"), value: .undefined),
    ])

    static let python: [ExactCase] = [
        .init(.pythonEqual(one), "1", true), .init(.pythonEqual(one), "1.0", true),
        .init(.pythonEqual(one), "true", true), .init(.pythonEqual(.bool(true)), "1", true),
        .init(.pythonEqual(.float(1)), "1", true), .init(.pythonEqual(one), "2", false),
        .init(.pythonEqual(one), #""1""#, false), .init(.pythonEqual(.float(0.1)), "0.1", true),
        .init(.pythonEqual(.float(0.1)), "0.10000000000000002", false), .init(.pythonEqual(.float(-0.0)), "0", true),
        .init(.pythonEqual(.float(9007199254740992)), "9007199254740993", false),
        .init(.pythonEqual(one), #"{"$float":"nan"}"#, false), .init(.pythonEqual(.none), "null", true),
        .init(.pythonEqual(.none), "0", false), .init(.pythonEqual(.none), "false", false),
        .init(.pythonEqual(.list([one])), "[1]", true), .init(.pythonEqual(.list([one])), #"{"$tuple":[1]}"#, false),
        .init(.pythonEqual(.tuple([one])), #"{"$tuple":[1.0]}"#, true),
        .init(.pythonEqual(.tuple([one])), "[1]", false),
        .init(.pythonEqual(.list([one])), "[1,2]", false), .init(.pythonEqual(.list([one])), "[]", false),
        .init(.pythonEqual(.list([one])), #"{"$set":[1]}"#, false),
        .init(.pythonEqual(.set([one, .float(2)])), #"{"$set":[2,true]}"#, true),
        .init(.pythonEqual(.set([one])), #"{"$set":[1,2]}"#, false),
        .init(.pythonEqual(.set([.tuple([one])])), #"{"$set":[{"$tuple":[1.0]}]}"#, true),
        .init(.pythonEqual(.string("a")), #""a""#, true), .init(.pythonEqual(.string("a")), #"{"$bytes":[97]}"#, false),
        .init(.pythonEqual(.bytes([97])), #"{"$bytes":[97]}"#, true), .init(.pythonEqual(.bytes([97])), #""a""#, false),
        .init(.pythonEqual(dict), #"{"$map":[[null,[]],[1.0,"a"]]}"#, true),
        .init(.pythonEqual(dict), #"{"$map":[[null,[]],["1","a"]]}"#, false),
        .init(.pythonEqual(dict), #"{"$map":[[null,[]]]}"#, false),
        .init(.pythonEqual(dict), #"{"$map":[[null,[]],[1,"a"],[2,"b"]]}"#, false),
        .init(.pythonEqual(one), #"{"$other":["Anything",true]}"#, false),
        .init(.pythonEqual(.list([one])), #"[{"$other":["Anything",true]}]"#, false),
        .init(.identical(.bool(true)), "true", true), .init(.identical(.bool(true)), "1", false),
        .init(.identical(.none), "null", true), .init(.identical(.none), "false", false),
        .init(.truth(true), "[0]", true), .init(.truth(true), "[]", false), .init(.truth(true), "0.0", false),
        .init(.truth(true), #"{"$other":["Match",true]}"#, true), .init(.truth(false), #"{"$tuple":[]}"#, true),
        .init(.truth(false), #"{"$other":["Box",true]}"#, false), .init(.truth(false), #""""#, true),
        .init(.truth(true), #"{"$float":"nan"}"#, true), .init(.truth(false), "null", true),
    ]
    static let javascript: [ExactCase] = [
        .init(.sameValue(.float(0)), "0.0", true), .init(.sameValue(.float(0)), "-0.0", false),
        .init(.sameValue(.float(.nan)), #"{"$float":"nan"}"#, true), .init(.sameValue(.float(1)), "1", false),
        .init(.sameValue(.integer(1)), "1", true), .init(.sameValue(.undefined), "null", false),
        .init(.sameValue(.undefined), #"{"$undefined":null}"#, true), .init(.sameValue(.none), "null", true),
        .init(.sameValue(.string("1")), "1.0", false), .init(.sameValue(.bool(true)), "1.0", false),
        .init(.strictlyEqual(.float(0)), "-0.0", true),
        .init(.strictlyEqual(.float(.nan)), #"{"$float":"nan"}"#, false),
        .init(.strictlyEqual(.float(1)), "1", false), .init(.strictlyEqual(.float(1)), "1.0", true),
        .init(.strictlyEqual(.float(1)), #"{"$other":["Number",true]}"#, false),
        .init(.deepStrictlyEqual(object), #"{"$map":[["b",{"$undefined":null}],["a",1.0]]}"#, true),
        .init(.deepStrictlyEqual(object), #"{"$map":[["a",1.0]]}"#, false),
        .init(.deepStrictlyEqual(object), #"{"$map":[["b",null],["a",1.0]]}"#, false),
        .init(.deepStrictlyEqual(.list([.float(0)])), "[-0.0]", false),
        .init(.deepStrictlyEqual(.list([])), #"{"$map":[]}"#, false),
        .init(.deepStrictlyEqual(.map([])), #"{"$other":["Map",true]}"#, false),
    ]
    static let compiled: [ExactCase] = [
        .init(.typed(.integer(-1)), #"{"$unsigned":[32,4294967295]}"#, true),
        .init(.typed(.integer(-1)), #"{"$unsigned":[64,4294967295]}"#, false),
        .init(.typed(.integer(-1)), #"{"$unsigned":[64,18446744073709551615]}"#, true),
        .init(.typed(.integer(-1_000_000_000_000)), #"{"$unsigned":[32,727379968]}"#, false),
        .init(.typed(.integer(-1)), "4294967295", false), .init(.typed(.integer(1)), "true", true),
        .init(.typed(.bool(true)), "2", false), .init(.typed(.integer(3)), "3.0", true),
        .init(.typed(.float(0.1)), "0.10000000149011612", false), .init(.typed(.float(0.1)), #"{"$single":0.1}"#, true),
        .init(.typed(.float(0.1)), #"{"$single":0.2}"#, false), .init(.typed(.string("a")), #""a""#, true),
        .init(.typed(.list([.integer(1), .list([])])), "[1,[]]", true), .init(.typed(.none), "null", true),
        .init(.typed(.integer(3)), #"{"$other":["class of its own",true]}"#, false),
    ]

    @Test("Hold as in the language, whatever the submission's options", arguments: python + javascript + compiled)
    func verdicts(item: ExactCase) throws {
        let grade = Self.grade(item.expectation, #"{"evaluated":\#(item.actual)}"#)
        #expect(grade.verdict == (item.holds ? .accepted : .wrongAnswer))
        let comparison = try #require(grade.comparison)
        #expect(comparison.rule == "assertion" && comparison.policy == .lenient && comparison.isEqual == item.holds)
        #expect((comparison.difference == nil) == item.holds && (grade.message == nil) == item.holds)
        #expect(grade.returned != nil)
    }

    @Test("The trace says where the values differ, and what kind was due")
    func traces() {
        let nested = Self.grade(
            .pythonEqual(.map([.init(key: .string("a"), value: .tuple([Self.one]))])),
            #"{"evaluated":{"$map":[["a",[1]]]}}"#
        )
        #expect(nested.comparison?.difference == .value(path: ".a", expected: [1], actual: [1]))
        #expect(nested.message == "line 1: assert f() == … (a tuple is expected, not a list)")
        let missing = Self.grade(.pythonEqual(.list([Self.one, Self.one])), #"{"evaluated":[1]}"#)
        #expect(missing.comparison?.difference == .value(path: "[1]", expected: 1, actual: nil))
        #expect(missing.message == "line 1: assert f() == …")
        #expect(missing.returned == [1])
    }

    @Test(
        "Nothing but one evaluated value is an answer",
        arguments: [
            #"{"assertions":"passed"}"#, #"{"returned":1}"#, #"{"assertions":"failed","message":"m"}"#,
            #"{"error":"exception","message":"m"}"#, #"{"evaluated":{"$tuple":1}}"#, #"{"evaluated":{"$what":[1]}}"#,
            #"{"evaluated":{"$unsigned":[7,1]}}"#, #"{"evaluated":{"$bytes":[256]}}"#, #"{"evaluated":{"a":1,"b":2}}"#,
            #"{"evaluated":{"$map":[[1]]}}"#, #"{"evaluated":{"$other":["x"]}}"#, "1",
        ]
    )
    func otherFrames(frame: String) {
        #expect(Self.grade(.pythonEqual(Self.one), frame).verdict == .runtimeError)
    }

    @Test("An evaluated value is no answer to anything else")
    func misplaced() {
        let frame = RunnerFrame.complete(.evaluated(.bool(true)))
        let facts = RunFacts(ending: .exited(status: 0), cpuTime: 0, wallTime: 0, limits: Limits(), frame: frame)
        for due in [Classifier.Due.assertions, .returnedValue] {
            #expect(Classifier.failure(of: facts, due: due, policy: .default)?.verdict == .runtimeError)
        }
    }
}
