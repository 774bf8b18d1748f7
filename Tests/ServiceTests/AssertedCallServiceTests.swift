import Foundation
import GradingModel
import TestService
import Testing

@Suite(
    "Assertions of one call",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct AssertedCallServiceTests {
    /// A program, and assertions with the verdict that they must have in either form.
    struct Group: Sendable {
        var language: String
        var code: String
        /// What makes the same test one that runs in the jail as it is.
        var suffix: String
        var rows: [(String, String)]
    }

    static let groups: [Group] = [
        Group(
            language: "python",
            code: """
                import collections, enum, fractions
                P = collections.namedtuple("P", "x y")
                class E(enum.IntEnum): A = 1
                def f(x): return x
                def pair(): return P(1, 2)
                def one(): return E.A
                def two(): return fractions.Fraction(4, 2)
                def counts(): return collections.Counter("aab")
                def keys(): return {1: 2}.keys()
                def nan(): return [float("nan")]
                def gen(): yield 1
                async def later(): return 3
                def cyclic():
                    a = []
                    a.append(a)
                    return a
                def raises(): raise ValueError("x")
                def asserts(): assert False
                def leave(): raise SystemExit(0)
                class Solution:
                    def twice(self, x): return 2 * x
                """,
            suffix: "\\n0",
            rows: [
                ("assert f(1) == 1.0", "accepted"), ("assert f(True) == 1", "accepted"),
                ("assert f(1) == '1'", "wrong_answer"),
                ("assert f([1]) == (1,)", "wrong_answer"), ("assert f((1, [2])) == (1, [2])", "accepted"),
                ("assert f({1, (2, 3)}) == {(2, 3), 1.0}", "accepted"), ("assert f({1: 2}) == {True: 2.0}", "accepted"),
                ("assert f(b'a') == 'a'", "wrong_answer"), ("assert f('é') == 'é'", "accepted"),
                ("assert f(10 ** 2) == 100", "accepted"), ("assert f(0) is None", "wrong_answer"),
                ("assert f(1) is True", "wrong_answer"), ("assert f(None) is None", "accepted"),
                ("assert f([])", "wrong_answer"), ("assert not f('')", "accepted"),
                ("assert pair() == (1, 2)", "accepted"),
                ("assert one() == 1", "accepted"), ("assert two() == 2", "accepted"),
                ("assert counts() == {'a': 2, 'b': 1}", "accepted"), ("assert keys() == {1}", "accepted"),
                ("assert nan() == [1]", "wrong_answer"), ("assert gen() == [1]", "wrong_answer"),
                ("assert later() == 3", "wrong_answer"), ("assert cyclic() == [1]", "wrong_answer"),
                ("assert raises() == 1", "runtime_error"), ("assert asserts() == 1", "runtime_error"),
                ("assert leave() == 1", "runtime_error"), ("assert missing(1) == 1", "runtime_error"),
                ("assert sqrt(4) == 2", "runtime_error"), ("assert twice(1) == 2", "runtime_error"),
                ("assert Solution().twice(2) == 4, 'm'", "accepted"), ("assert f() == 1", "runtime_error"),
            ]
        ),
        Group(
            language: "javascript",
            code: """
                const assert = require("assert");
                const f = (x) => x;
                class A extends Array {}
                const sub = () => A.from([1]);
                const hole = () => [, 1];
                const bare = () => Object.create(null);
                const hidden = () => Object.defineProperty({ a: 1 }, "b", { value: 2 });
                const symbol = () => ({ a: 1, [Symbol("b")]: 2 });
                const boxed = () => new Number(3);
                const cyclic = () => { const a = []; a.push(a); return a; };
                const negative = () => -0;
                const nothing = () => {};
                const big = () => 10n;
                async function later() { return 3; }
                function raises() { throw new RangeError("x"); }
                function leave() { process.exit(0); }
                function fails() { setTimeout(() => { throw new Error("late"); }, 5); return 1; }
                """,
            suffix: "\\n;0",
            rows: [
                ("console.assert(f(1) === 1)", "accepted"), ("console.assert(f('1') === 1)", "wrong_answer"),
                ("console.assert(negative() === 0)", "accepted"), ("assert.strictEqual(negative(), 0)", "wrong_answer"),
                ("assert.strictEqual(f(0.1), 0.1)", "accepted"), ("assert.strictEqual(big(), 10)", "wrong_answer"),
                ("assert.strictEqual(big(), 10n)", "accepted"), ("assert.strictEqual(nothing(), null)", "wrong_answer"),
                ("assert.strictEqual(nothing(), undefined)", "accepted"), ("assert(f([]))", "accepted"),
                ("console.assert(!f(''))", "accepted"), ("assert.strictEqual(later(), 3)", "wrong_answer"),
                ("assert.deepStrictEqual(f({a: [1], b: null}), {b: null, a: [1]})", "accepted"),
                ("assert.deepStrictEqual(f({a: undefined}), {})", "wrong_answer"),
                ("assert.deepStrictEqual(sub(), [1])", "wrong_answer"),
                ("assert.deepStrictEqual(hole(), [undefined, 1])", "wrong_answer"),
                ("assert.deepStrictEqual(bare(), {})", "wrong_answer"),
                ("assert.deepStrictEqual(hidden(), {a: 1})", "accepted"),
                ("assert.deepStrictEqual(symbol(), {a: 1})", "wrong_answer"),
                ("assert.deepStrictEqual(boxed(), 3)", "wrong_answer"),
                ("assert.deepStrictEqual(cyclic(), [1])", "wrong_answer"),
                ("assert.strictEqual(raises(), 1)", "runtime_error"),
                ("assert.strictEqual(leave(), 1)", "runtime_error"),
                ("assert.strictEqual(fails(), 1)", "runtime_error"),
                ("console.assert(missing() === 1)", "runtime_error"),
                ("const assert = require('assert').strict; assert.equal(f('1'), 1)", "wrong_answer"),
            ]
        ),
        Group(
            language: "cpp",
            code: """
                #include <string>
                #include <vector>
                int add(int a, int b) { return a + b; }
                unsigned wrapped() { return -1; }
                float tenth() { return 0.1f; }
                const int& first(const std::vector<int>& v) { return v[0]; }
                std::vector<std::string> words(std::string s) { return {s, "b"}; }
                """,
            suffix: "\\n;",
            rows: [
                ("assert(add(1, 2) == 3);", "accepted"), ("assert(4 == add(1, 2) && \\\"m\\\");", "wrong_answer"),
                ("assert(wrapped() == -1);", "accepted"), ("assert(tenth() == 0.1);", "wrong_answer"),
                ("assert(first({4, 5}) == 4);", "accepted"),
                ("assert((words(\\\"a\\\") == std::vector<std::string>{\\\"a\\\", \\\"c\\\"}));", "wrong_answer"),
                ("assert(missing(1) == 1);", "compile_error"), ("assert(add(1, 2) == \\\"3\\\");", "compile_error"),
            ]
        ),
        Group(
            language: "rust",
            code: """
                fn add(a: i32, b: i32) -> i32 { a + b }
                fn tenth() -> f32 { 0.1 }
                fn words(s: &str) -> Option<Vec<String>> { Some(vec![s.to_string()]) }
                fn fails() -> bool { panic!(\\"no\\") }
                """,
            suffix: "\\n;",
            rows: [
                ("assert_eq!(add(1, 2), 3);", "accepted"), ("assert_eq!(4, add(1, 2), \\\"m\\\");", "wrong_answer"),
                ("assert!(tenth() == 0.1);", "accepted"), ("assert!(fails());", "runtime_error"),
                ("assert_eq!(words(\\\"a\\\"), Some(vec![\\\"a\\\".to_string()]));", "accepted"),
                ("assert_eq!(add(1, 2), \\\"3\\\");", "compile_error"),
            ]
        ),
    ]

    @Test("Have the verdict that they have where they run as they are", arguments: groups.indices)
    func verdicts(group index: Int) async throws {
        let group = Self.groups[index]
        let tests = group.rows.flatMap { [$0.0, $0.0 + group.suffix] }
            .map { #"{"type": "assertions", "code": "\#($0.replacing("\n", with: "\\n"))"}"# }
        try await RunningService.with { service in
            let answer = try await service.grade(
                group.language,
                group.code.replacing("\\\"", with: "\""),
                tests: "[" + tests.joined(separator: ",") + "]",
                more: #", "comparison": {"policy": "lenient"}"#
            )
            try #require(answer.tests.count == tests.count, "\(answer.body)")
            for (row, (source, verdict)) in group.rows.enumerated() {
                let (converted, plain) = (answer.tests[2 * row], answer.tests[2 * row + 1])
                #expect(converted["verdict"]?.textValue == verdict, "\(source): \(converted)")
                #expect(plain["verdict"]?.textValue == verdict, "as it is: \(source): \(plain)")
                #expect(converted["type"]?.textValue == "assertions")
                guard verdict == "accepted" || verdict == "wrong_answer" else { continue }
                // `10 ** 2` is no literal: that one stays as it is.
                let isConverted = !source.contains("**")
                #expect(converted["comparison"]?["rule"]?.textValue == (isConverted ? "assertion" : nil), "\(source)")
                #expect(plain["comparison"] == .null)
                #expect((converted["message"]?.isNull == false) == (verdict == "wrong_answer"))
            }
        }
    }

    /// Values that are equal to everything, by their own account.
    static let forgeries: [(language: String, code: String, test: String)] = [
        (
            "python",
            "class Any(int):\n    def __eq__(self, other): return True\n    __hash__ = int.__hash__\ndef f(): return Any(7)",
            "assert f() == 3"
        ),
        (
            "python",
            "class Any:\n    def __eq__(self, other): return True\ndef f(): return [Any()]",
            "assert f() == [3]"
        ),
        (
            "javascript", "const f = () => ({ valueOf() { return 3; }, toString() { return '3'; } });",
            "console.assert(f() === 3)"
        ),
        (
            "cpp",
            "struct Any { template <class T> bool operator==(const T&) const { return true; } };\nAny f() { return {}; }",
            "assert(f() == 3);"
        ),
        (
            "rust",
            "#[derive(Debug)] struct Any;\nimpl PartialEq<i32> for Any { fn eq(&self, _: &i32) -> bool { true } }\nfn f() -> Any { Any }",
            "assert_eq!(f(), 3);"
        ),
    ]

    @Test("What claims to equal everything equals nothing", arguments: forgeries.indices)
    func forgery(index: Int) async throws {
        let (language, code, test) = Self.forgeries[index]
        try await RunningService.with { service in
            let answer = try await service.grade(
                language,
                code,
                tests: #"[{"type": "assertions", "code": "\#(test)"}]"#
            )
            #expect(["wrong_answer", "compile_error"].contains(answer.verdict), "\(answer.body)")
        }
    }

    @Test("The expected value is nowhere in the jail")
    func secrecy() async throws {
        // It looks at all of its memory, its files and its descriptors for the half of the number that it knows.
        let code = """
            import os, re
            def f(x):
                found = []
                half = b"31415" + b"92653"
                for line in open("/proc/self/maps"):
                    start, end = (int(part, 16) for part in line.split()[0].split("-"))
                    if line.split()[1][0] != "r" or "[v" in line: continue
                    with open("/proc/self/mem", "rb", 0) as memory:
                        try:
                            memory.seek(start)
                            found += re.findall(half + b"5[0-9]+", memory.read(end - start))
                        except OSError:
                            pass
                return found[0].decode() if found else "contained"
            """
        try await RunningService.with { service in
            // The second has the number as its argument, and shows that the search finds what is there.
            let tests = ["assert f(1) == '3141592653589793'", "assert f('3141592653589793') == 'contained'"]
                .map { #"{"type": "assertions", "code": "\#($0)"}"# }
            let answer = try await service.grade("python", code, tests: "[" + tests.joined(separator: ",") + "]")
            #expect(answer.verdicts == ["wrong_answer", "wrong_answer"], "\(answer.body)")
            #expect(answer.tests.map { $0["returned"]?.textValue } == ["contained", "3141592653589793"])
        }
    }
}
