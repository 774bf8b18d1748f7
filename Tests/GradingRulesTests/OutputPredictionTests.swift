import GradingModel
import GradingRules
import Testing

@Suite("Predictions of output") struct OutputPredictionTests {
    /// A response, the score here, and that of genesys: `nil` where it fails.
    static let answers: [(String, response: String, expected: Value, ours: Double, genesys: Double?)] = [
        ("a fenced object", "So:\n```json\n{\"output\": \"[1, 2]\"}\n```\nDone.", "[1, 2]", 1, 1),
        ("a fence without a tag", "```\n{\"output\": \"a\"}\n```", "a", 1, 1),
        ("a fence in one line", "```json {\"output\": \"a\"}```", "a", 1, 1),
        ("braces in prose", "The answer is {\"output\": \"a\"}.", "a", 1, 1),
        ("white space counts", "{\"output\": \"a \"}", "a", 0, 0),
        ("types count", "{\"output\": 42}", "42", 0, 0), ("case counts", "{\"output\": \"A\"}", "a", 0, 0),
        ("numbers as in Python", "{\"output\": 1.0}", 1, 1, 1), ("true is 1", "{\"output\": true}", 1, 1, 1),
        ("no tolerance", "{\"output\": 0.30000000000000004}", 0.3, 0, 0),
        ("escapes", #"{"output": "a\nb\u00e9\ud83d\ude00"}"#, "a\nbé😀", 1, 1),
        ("the first of two blocks", "```\n{\"output\": \"a\"}\n```\n```\n{\"output\": \"b\"}\n```", "a", 1, 1),
        ("other keys", "{\"reason\": {\"a\": 1}, \"output\": \"a\"}", "a", 1, 1),
        ("a brace in the text", "{\"output\": \"}{\"}", "}{", 1, 1), ("null", "{\"output\": null}", .null, 1, 1),
        // Where genesys fails, or takes the wrong piece.
        ("nothing", "", "a", 0, nil), ("no JSON", "It is a.", "a", 0, nil), ("no key", "{\"out\": \"a\"}", "a", 0, nil),
        ("broken JSON", "```\n{\"output\": \"a\"\n```", "a", 0, nil), ("a list", "```\n[1]\n```", "a", 0, nil),
        ("text", "```\n\"a\"\n```", "a", 0, nil), ("a number", "```\n5\n```", "5", 0, nil),
        ("code before the answer", "```python\nprint('a')\n```\n```json\n{\"output\": \"a\"}\n```", "a", 1, nil),
        ("an object in the thinking", "<think>{\"output\": \"b\"}</think>{\"output\": \"a\"}", "a", 1, nil),
        ("a fence in the thinking", "<think>\n```\n{\"output\": \"b\"}\n```\n</think>\n{\"output\": \"a\"}", "a", 1, 0),
        ("thinking alone", "<think>{\"output\": \"a\"}", "a", 0, 1),
        ("braces before the object", "In f{x}: {\"output\": \"a\"}", "a", 1, nil),
        ("an unclosed brace before it", "A { then {\"output\": \"a\"}", "a", 1, nil),
        ("a fence in the output", "{\"output\": \"```\"} and ``` more", "```", 1, nil),
    ]

    @Test("our rules, and genesys'", arguments: answers.indices)
    func grades(index: Int) {
        let (name, response, expected, ours, genesys) = Self.answers[index]
        let outcome = OutputPrediction.grade(ByteString(response), expected: expected, key: "output")
        #expect(outcome.score == ours, "\(name)")
        #expect((outcome.predicted == nil) == (outcome.failure == OutputPrediction.noJSON))
        let theirs = OutputPrediction.grade(
            ByteString(response),
            expected: expected,
            key: "output",
            policy: .genesys
        )
        #expect(theirs.score == genesys, "\(name)")
        #expect((theirs.score == nil) == (theirs.failure != nil))
    }

    @Test(
        "the words of genesys' exceptions",
        arguments: [
            ("a", "No JSON-like content found in the markdown"),
            ("{a}", "Failed to parse JSON from the extracted content"), ("{}", "'output'"),
            ("```[]```", "list indices must be integers or slices, not str"),
            ("```1```", "'int' object is not subscriptable"), ("```null```", "'NoneType' object is not subscriptable"),
        ]
    )
    func messages(response: ByteString, message: String) {
        let outcome = OutputPrediction.grade(response, expected: "", key: "output", policy: .genesys)
        #expect(outcome.failure == message)
    }

    @Test("SYNTHETIC-2: the last object with code_output")
    func second() {
        for policy in [ComparisonOptions.Policy.default, .genesys] {
            func score(_ response: ByteString) -> Double? {
                OutputPrediction.grade(response, expected: "a", key: "code_output", policy: policy).score
            }
            #expect(score("{\"code_output\": \"b\"} no: {\"code_output\": \"a\"}") == 1)
            #expect(score("{\"code_output\": \"a\"} {\"other\": 1}") == 1)
            #expect(score("```json\n{\"code_output\": \"a\"}\n``` then {\"code_output\": \"b\"}") == 0)
            #expect(score("none") == 0)
            #expect(score("{\"output\": \"a\"}") == 0)
        }
        let nested = OutputPrediction.grade(
            "{\"code_output\": {\"a\": {\"b\": 1}}}",
            expected: ["a": ["b": 1]],
            key: "code_output"
        )
        #expect(nested.score == 1 && nested.rule == .lastObject)
    }

    @Test("braces without end take bounded time", .timeLimit(.minutes(1)))
    func bounded() {
        for piece in ["{", "{\"", "{\"output\": {", "``` {", "}{"] {
            let text = String(repeating: piece, count: 200_000)
            #expect(OutputPrediction.grade(ByteString(text), expected: "a", key: "output").score == 0)
        }
    }
}
