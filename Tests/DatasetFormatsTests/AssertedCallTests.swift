import BigInt
import DatasetFormats
import GradingModel
import Testing

/// A test that is one assertion of a call, and what is taken from it.
struct AssertionForm: Sendable, CustomTestStringConvertible {
    var language: Language
    var source: String
    var call: String
    var expectation: AssertedCall.Expectation
    var typeCheck: String?

    init(_ language: Language, _ source: String, _ call: String, _ expectation: AssertedCall.Expectation) {
        (self.language, self.source, self.call, self.expectation) = (language, source, call, expectation)
    }

    init(_ language: Language, _ source: String, _ call: String, _ value: ExactValue, checked: String) {
        self.init(language, source, call, .typed(value))
        typeCheck = checked
    }

    var testDescription: String { "\(language.rawValue): \(source)" }
}

@Suite("Assertions of one call")
struct AssertedCallTests {
    private static func read(_ source: String, _ language: Language) -> AssertedCall? {
        let test = TestCase(.assertions(code: ByteString(source), entryPoint: nil), name: "n")
        let read = AssertedCallReader.read(test, language: language)
        guard case .assertedCall(let assertion) = read.kind else {
            #expect(read == test)
            return nil
        }
        #expect(read.name == "n" && read.typeName == "assertions")
        return assertion
    }

    static let python: [AssertionForm] = [
        .init(.python, "assert f(1) == 2", "f(1)", .pythonEqual(.integer(2))),
        .init(.python, "assert 2 == f(1)", "f(1)", .pythonEqual(.integer(2))),
        .init(.python, "\n# c\nassert f( 1,\n (2,), )==-2.5 ; # c\n\n", "f( 1,\n (2,), )", .pythonEqual(.float(-2.5))),
        .init(
            .python,
            "assert(f() == (1, [2, {3}]))",
            "f()",
            .pythonEqual(.tuple([.integer(1), .list([.integer(2), .set([.integer(3)])])]))
        ),
        .init(.python, "assert f() == (1)", "f()", .pythonEqual(.integer(1))),
        .init(.python, "assert f() == (1,), 'm'", "f()", .pythonEqual(.tuple([.integer(1)]))),
        .init(.python, "assert f() == {}", "f()", .pythonEqual(.map([]))),
        .init(
            .python,
            "assert f() == {'a': None, (1, 2): True}",
            "f()",
            .pythonEqual(
                .map([
                    .init(key: .string("a"), value: .none),
                    .init(key: .tuple([.integer(1), .integer(2)]), value: .bool(true)),
                ])
            )
        ),
        .init(.python, #"assert f() == b"\xff" b'a'"#, "f()", .pythonEqual(.bytes([0xFF, 0x61]))),
        .init(.python, #"assert f() == "é" r'\n'"#, "f()", .pythonEqual(.string(#"é\n"#))),
        .init(
            .python,
            "assert f() == 1267650600228229401496703205376",
            "f()",
            .pythonEqual(.integer(BigInt(1) << 100))
        ),
        .init(.python, "assert f('x') is None", "f('x')", .identical(.none)),
        .init(.python, "assert f('x') is True", "f('x')", .identical(.bool(true))),
        .init(.python, "assert f('x')", "f('x')", .truth(true)),
        .init(.python, "assert not f('x')", "f('x')", .truth(false)),
        .init(.python, "assert Solution().f([1]) == 1", "Solution().f([1])", .pythonEqual(.integer(1))),
    ]
    static let javascript: [AssertionForm] = [
        .init(.javascript, "console.assert(f(1) === 2, 'm');", "f(1)", .strictlyEqual(.float(2))),
        .init(.javascript, "console.assert(f(1,\n 2) === 2)", "f(1,  2)", .strictlyEqual(.float(2))),
        .init(.javascript, "console.assert(undefined === f(1))", "f(1)", .strictlyEqual(.undefined)),
        .init(.javascript, "console.assert(f(1))", "!!f(1)", .strictlyEqual(.bool(true))),
        .init(.javascript, "console.assert(!f(1))", "!f(1)", .strictlyEqual(.bool(true))),
        .init(.javascript, "assert.strictEqual(f(1), -0)", "(assert.strictEqual, f(1))", .sameValue(.float(-0.0))),
        .init(.javascript, "assert(f(1) === 2n)", "(assert, f(1))", .strictlyEqual(.integer(2))),
        .init(
            .javascript,
            "const assert = require('node:assert');\nassert.deepStrictEqual(f(), [1, {a: null, 'b-c': `x`}])",
            "f()",
            .deepStrictlyEqual(
                .list([
                    .float(1),
                    .map([.init(key: .string("a"), value: .none), .init(key: .string("b-c"), value: .string("x"))]),
                ])
            )
        ),
        .init(
            .javascript,
            "import assert from 'assert/strict'; assert.equal(f('\\u00e9'), NaN)",
            "f('\\u00e9')",
            .sameValue(.float(.nan))
        ),
        .init(.javascript, "require('assert').ok(f() === 'a')", "f()", .strictlyEqual(.string("a"))),
    ]
    static let compiled: [AssertionForm] = [
        .init(.cpp, "assert(f(1, {2}) == 3);", "f(1, {2})", .integer(3), checked: "assay_value == 0"),
        .init(.cpp, "assert(-3LL == f(1) );", "", .none, checked: "none"),
        .init(.cpp, "assert (3L == f(\"a\"));", "f(\"a\")", .integer(3), checked: "0L == assay_value"),
        .init(.cpp, "assert(f() == 'a' && \"m\");", "f()", .integer(97), checked: "assay_value == ' '"),
        .init(.cpp, "assert(f() == std::string(\"x\"));", "f()", .string("x"), checked: "assay_value == std::string()"),
        .init(
            .cpp,
            "assert((f() == vector<vector<int>>{{1}, {}}));",
            "f()",
            .list([.list([.integer(1)]), .list([])]),
            checked: "assay_value == vector<vector<int>>{}"
        ),
        .init(.cpp, "assert(f());", "bool(f())", .bool(true), checked: "assay_value"),
        .init(.cpp, "assert(!f());", "bool(!f())", .bool(true), checked: "assay_value"),
        .init(
            .rust,
            "assert_eq!(f(1, &[2]), 3u8);",
            "f(1, &[2])",
            .integer(3),
            checked: "assert_eq!(assay_value, 0u8)"
        ),
        .init(
            .rust,
            "assert!(2.5 == Solution::f(vec![1]))",
            "Solution::f(vec![1])",
            .float(2.5),
            checked: "assert!(0.0 == assay_value)"
        ),
        .init(
            .rust,
            "assert_eq!(f(), vec![Some(\"a\".to_string()), None], \"m\",);",
            "f()",
            .list([.string("a"), .none]),
            checked: "assert_eq!(assay_value, vec![Some(\"\".to_string())])"
        ),
        .init(
            .rust,
            "assert_eq!(f(), (1, 'x'));",
            "f()",
            .list([.integer(1), .string("x")]),
            checked: "assert_eq!(assay_value, (0, ' '))"
        ),
        .init(.rust, "assert!(!f());", "!f()", .bool(true), checked: "assert!(assay_value)"),
    ]

    @Test("Are taken apart", arguments: python + javascript + compiled.filter { !$0.call.isEmpty })
    func recognised(form: AssertionForm) throws {
        let read = try #require(Self.read(form.source, form.language))
        #expect(read.call.text == form.call)
        #expect(read.typeCheck?.text == form.typeCheck)
        switch (read.expectation, form.expectation) {
        // A NaN and -0 are told by what they look like: `==` of floats is no help.
        case (.sameValue(.float(let value)), .sameValue(.float(let expected))): #expect("\(value)" == "\(expected)")
        default: #expect(read.expectation == form.expectation)
        }
    }

    static let others: [Language: [String]] = [
        .python: [
            "", "pass", "assert True", "assert 1 == 1", "assert f(1) != 2", "assert f(x) == 2", "assert f(x=1) == 2",
            "assert f(*[1]) == 2", "assert f(1) == 2 == 2", "assert f(1) == 2 and g(1)", "assert f(1) == 2 or 1",
            "assert (f(1) == 2, 'm')", "assert f(1) == f(2)", "assert f(1) == x", "assert f(1) == set()",
            "assert f(1) == 1j", "assert f(1) == 1e999", "assert f(1) == 1 + 1", "assert f(1) == 2, f'm'",
            "assert f(1) == f'2'", "assert f(f(1)) == 2", "assert f(1)(2) == 2", "assert f(1).x == 2",
            "assert f(1) == 2; assert f(2) == 3", "assert f(1) == 2\nassert f(2) == 3", " assert f(1) == 2",
            "assert f(1) is 2", "assert f(1) in [2]", "assert f(1) == nan", "assert f(1) == {1: 1, True: 2}",
            #"assert f(1) == "\ud83d""#, "assert eval('f(1) == 2') == True", "assert await(1) == 1", "assertf(1) == 2",
            "assert f(1) == 2 if 1 else 3", "x = 1; assert f(1) == 2", "assert f(1) == {[1]: 2}", "assert f(1) = 2",
            "import m\nassert f(1) == 2", "def check(c):\n    assert c(1) == 2", "assert f(1) == 2 # c\nf(2)",
        ],
        .javascript: [
            "console.assert(f(1) == 2)", "console.assert(f(1 // one\n) === 2)",
            "console.assert(f(1) !== 2)", "assert.equal(f(1), 2)", "assert.ok(f(x))",
            "assert.deepEqual(f(1), [2])", "assert.strictEqual(f(1), [2])", "console.assert(f(1) === [2])",
            "assert.notStrictEqual(f(1), 2)", "console.assert(f(1) === 2); f(2)", "console.assert(f(...[1]) === 2)",
            "console.assert(f(1) === `${2}`)", "console.assert(await f(1) === 2)", "console.assert(new f(1) === 2)",
            "const assert = require('chai');\nassert.strictEqual(f(1), 2)", "console.assert(f(1) === /a/)",
            "assert.deepStrictEqual(f(), {__proto__: null})", "assert.deepStrictEqual(f(), {a: 1, a: 2})",
            "assert.deepStrictEqual(f(), [1,, 2])", "console.assert(f(1) === 2 && true)",
            "console.assert(f(1) === 010)",
            "assert.strictEqual(f(1), 2, `${x}`)", "if (1) console.assert(f(1) === 2)",
            "console.assert(f(x => 1) === 2)",
        ],
        .cpp: [
            "assert(f(1) != 2);", "assert(f(x) == 2);", "assert(f(g(1)) == 2);", "assert(f(1) == 2)", "f(1);",
            "assert(f(1) == 2); assert(f(2) == 3);", "assert(f(1) == 2u);", "assert(-3LL == f(1));",
            "assert(f(1) == 0x2);", "assert(f(1) == 2.0f);", "assert(f(1) == nullptr);", "assert(f() == 010);",
            "assert(f() == vector<int>{1, 2});", "assert((f() == vector<float>{1.5}));", "assert(sizeof(1) == 4);",
            "int main() { assert(f(1) == 2); }", "#include <cassert>\nassert(f(1) == 2);", "assert(a::f(1) == 2);",
            "assert(f(1) == 2 && f(2) == 3);", "assert(f([]{ return 1; }) == 2);", "assert(f() == L\"a\");",
        ],
        .rust: [
            "assert_ne!(f(1), 2);", "assert_eq!(f(x), 2);", "assert_eq!(f(g(1)), 2);", "assert_eq!(f(1), [2]);",
            "assert_eq!(f(1), 2, \"{}\", 3);", "assert_eq!(f(1), 2); assert_eq!(f(2), 3);", "assert_eq!(f(1), Ok(2));",
            "assert_eq!(f(1), Some(None));", "assert_eq!(f(1), 2.0f32);", "assert_eq!(f(1), vec![0; 3]);",
            "assert_eq!(f(1), 1 + 1);", "assert_eq!(f(|x| x), 2);", "#[test] fn t() { assert_eq!(f(1), 2); }",
            "assert!(f(1) > 2);", "assert!(return(1) == 2);", "assert_eq!(f(1)?, 2);", "assert_eq!(f(1).len(), 2);",
        ],
    ]

    @Test("Others stay as they are", arguments: Language.allCases)
    func notRecognised(language: Language) {
        for source in Self.others[language] ?? [] {
            #expect(Self.read(source, language) == nil, "\(source)")
        }
    }

    @Test("A test with an entry point is a `check(candidate)`")
    func entryPoint() {
        let test = TestCase(.assertions(code: "assert f(1) == 2", entryPoint: "f"))
        #expect(AssertedCallReader.read(test, language: .python) == test)
    }

    @Test("The message names line, source and what the assertion says")
    func message() {
        #expect(
            Self.read("\n\nassert f([1,\n   2]) == 3, 'no'", .python)?.message == "line 3: assert f([1, 2]) == 3 (no)"
        )
        #expect(Self.read("assert f(1) == 3", .python)?.message == "line 1: assert f(1) == 3")
        let long = "assert f('\(String(repeating: "é", count: 400))') == 3"
        #expect(Self.read(long, .python)?.message.utf8.count ?? 0 < 330)
    }

    @Test("Deep nesting and cut sources end")
    func hostileSources() {
        let deep = "assert f(" + String(repeating: "[", count: 100_000)
        let brackets = "assert " + String(repeating: "(", count: 5000) + "f(1) == 1"
        let signs = "assert f(" + String(repeating: "-", count: 100_000) + "1) == 1"
        let types = "assert((f() == " + String(repeating: "vector<", count: 100_000) + "int>{}));"
        for language in Language.allCases {
            #expect(Self.read(deep, language) == nil && Self.read(signs, language) == nil)
            #expect(Self.read(types, language) == nil)
            #expect(Self.read(brackets, language) == nil)
            for form in Self.python + Self.javascript + Self.compiled where form.language == language {
                let bytes = Array(form.source.utf8)
                for end in bytes.indices {
                    let cut = TestCase(.assertions(code: ByteString(bytes: bytes[..<end]), entryPoint: nil))
                    _ = AssertedCallReader.read(cut, language: language)
                }
            }
        }
    }
}
