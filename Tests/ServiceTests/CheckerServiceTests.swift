import Foundation
import GradingModel
import TestService
import Testing

@Suite(
    "Checkers",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct CheckerServiceTests {
    /// A checker, and outputs with what it must make of them.
    struct Group: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var checker: String
        var input = "3\n"
        var answer: String
        var rows: [(output: String, verdict: String, message: String)]
        var form: String?
    }

    /// As published checkers are written, in the styles that there are.
    static let groups: [Group] = [
        Group(
            testDescription: "lines",
            checker: """
                #include "testlib.h"
                #include <string>
                using namespace std;
                int main(int argc, char *argv[]) {
                    setName("compare lines, ignores white space at ends");
                    registerTestlibCmd(argc, argv);
                    int n = 0;
                    while (!ans.eof()) {
                        string j = ans.readString();
                        if (j.empty() && ans.eof()) break;
                        n++;
                        string p = ouf.readString();
                        if (trim(j) != trim(p))
                            quitf(_wa, "%d%s lines differ - expected: '%s', found: '%s'", n, englishEnding(n).c_str(),
                                  compress(j).c_str(), compress(p).c_str());
                    }
                    quitf(_ok, "%d lines", n);
                }
                """,
            answer: "one two\nthree\n",
            rows: [
                ("one two \nthree", "accepted", "ok 2 lines"),
                ("one two\nfour\n", "wrong_answer", "2nd lines differ - expected: 'three', found: 'four'"),
                ("one two\n", "wrong_answer", "wrong output format Expected line"),
                ("one two\nthree\nmore\n", "wrong_answer", "Extra information in the output file"),
            ]
        ),
        Group(
            testDescription: "tokens, with the helpers of messages",
            checker: """
                #include "testlib.h"
                int main(int argc, char **argv) {
                    registerTestlibCmd(argc, argv);
                    int n = 0;
                    while (!ans.seekEof() && !ouf.seekEof()) {
                        n++;
                        std::string j = ans.readWord(), p = ouf.readToken("[a-z]{1,5}|-?[0-9]+", "word");
                        if (j != p) expectedButFound(_wa, j, p, "token %d", n);
                    }
                    ensuref(n < 100, "too many: %d", n);
                    quitif(!ans.seekEof() || !ouf.seekEof(), _wa, "not as many as %d", n);
                    quit(_ok, "all " + vtos(n));
                }
                """,
            answer: "ab 12\ncd\n",
            rows: [
                ("ab\n12 cd", "accepted", "ok all 3"),
                ("ab 13 cd", "wrong_answer", "token 2: expected '12', found '13'"),
                ("ab 12", "wrong_answer", "not as many as 2"),
                ("abcdef 12 cd", "wrong_answer", "doesn't correspond to pattern"),
            ]
        ),
        Group(
            testDescription: "real numbers within an error, and points",
            checker: """
                #include "testlib.h"
                const double EPS = 1.5E-6;
                int main(int argc, char *argv[]) {
                    registerTestlibCmd(argc, argv);
                    int n = inf.readInt(1, 10, "n");
                    for (int i = 1; i <= n; i++) {
                        double j = ans.readDouble(), p = ouf.readDouble(-1e9, 1e9, "x");
                        if (!doubleCompare(j, p, EPS))
                            quitf(_wa, "%d numbers differ - expected: '%.5f', found: '%.5f', error = '%.5f'", i, j, p,
                                  doubleDelta(j, p));
                    }
                    if (ouf.seekEof()) quitf(_ok, "%d numbers", n);
                    if (ouf.readToken() == "half") quitp(0.5, "half of %d", n);
                    quit(_pc(50), "some of it");
                }
                """,
            answer: "1.0 2.5 1e9\n",
            rows: [
                ("1.0000001 2.5 1000000000", "accepted", "ok 3 numbers"),
                ("1.1 2.5 1e9", "wrong_answer", "1 numbers differ"),
                ("1 nan 3", "wrong_answer", "Expected double, but \"nan\" found"),
                ("1 2.5 2e9", "wrong_answer", "Double parameter [name=x] equals to"),
                ("1 2.5 1e9 half", "wrong_answer", "points 0.5 half of 3"),
                ("1 2.5 1e9 part", "wrong_answer", "partially correct (50) some of it"),
            ]
        ),
        Group(
            testDescription: "yes or no, with a witness that is checked, in older C++",
            checker: """
                #include <bits/stdc++.h>
                #include "testlib.h"
                #define fi first
                using namespace std;
                template <typename T> int read_witness(InStream &in, T n) {
                    string word = upperCase(in.readToken("[yYnN][eEoO][sS]?"));
                    if (word != "YES" && word != "NO") in.quitf(_pe, "YES or NO expected, but %s found", word.c_str());
                    if (word == "NO") return 0;
                    vector<int> v = in.readInts(n, 1, 100);
                    sort(v.begin(), v.end());
                    shuffle(v.begin(), v.end());
                    if (accumulate(v.begin(), v.end(), 0) != 10) in.quitf(_wa, "sum is not 10");
                    return 1;
                }
                int main(int argc, char *argv[]) {
                    registerTestlibCmd(argc, argv);
                    int n = inf.readInt();
                    int a = read_witness(ans, n), p = read_witness(ouf, n);
                    if (p > a) quitf(_fail, "%s", format("participant has %d, jury has %d", p, a).c_str());
                    if (p < a) quitf(_wa, "there is one");
                    setTestCase(1);
                    quitf(_ok, "right");
                }
                """,
            answer: "YES\n1 2 7\n",
            rows: [
                ("yes\n3 3 4\n", "accepted", "ok test case 1: right"),
                ("NO", "wrong_answer", "there is one"),
                ("YES\n3 3 5\n", "wrong_answer", "sum is not 10"),
                ("YES\n3 3\n", "wrong_answer", "int32 expected"),
                ("YES\n3 3 400\n", "wrong_answer", "Integer element [3] equals to 400, violates the range [1, 100]"),
            ]
        ),
        Group(
            testDescription: "a fault that the checker tells of",
            checker: """
                #include "testlib.h"
                int main(int argc, char *argv[]) {
                    registerTestlibCmd(argc, argv);
                    long long best = ans.readLong(), found = ouf.readLong();
                    if (found > best) quitf(_fail, "the participant's %lld is better", found);
                    quitif(found < best, _wa, "worse");
                    quitf(_ok, " ");
                }
                """,
            answer: "10",
            rows: [
                ("10", "accepted", "ok"), ("9", "wrong_answer", "worse"),
                ("11", "invalid_problem", "the participant's 11 is better"),
                ("007", "wrong_answer", "Expected int64, but \"007\" found"),
                ("99999999999999999999", "wrong_answer", "Expected int64"),
            ]
        ),
        Group(
            testDescription: "one that breaks on what it does not expect",
            checker: """
                #include <fstream>
                #include <stdexcept>
                int main(int, char **argv) {
                    std::ifstream output(argv[2]), answer(argv[3]);
                    std::string a, b;
                    output >> a;
                    answer >> b;
                    return std::stoi(a) == std::stoi(b) ? 0 : 1;
                }
                """,
            answer: "5",
            rows: [
                ("5", "accepted", ""), ("6", "wrong_answer", ""),
                ("five", "wrong_answer", "the checker broke on this output"),
            ]
        ),
        Group(
            testDescription: "one that breaks on the answer itself",
            checker: "#include <cstdlib>\nint main() { abort(); }",
            answer: "5",
            rows: [("5", "invalid_problem", "decided nothing"), ("6", "invalid_problem", "decided nothing")]
        ),
        Group(
            testDescription: "one that forgets to decide",
            checker: "#include \"testlib.h\"\nint main(int c, char **v) { registerTestlibCmd(c, v); }",
            answer: "5",
            rows: [("5", "invalid_problem", "Checker must end with quit or quitf call.")]
        ),
        Group(
            testDescription: "Python, by its exit status",
            checker: """
                import sys
                input, output, answer = (open(name).read().split() for name in sys.argv[1:])
                if output[0] == "leave": sys.exit("a word of its own")
                if sorted(map(int, output)) != sorted(map(int, answer)):
                    print("other numbers", file=sys.stderr)
                    sys.exit(1)
                """,
            answer: "1 2 3",
            rows: [
                ("3 2 1", "accepted", ""), ("1 2", "wrong_answer", "other numbers"),
                ("leave", "wrong_answer", "a word of its own"),
                ("1 b", "wrong_answer", "the checker broke on this output"),
                ("", "wrong_answer", "IndexError"),
            ]
        ),
        Group(
            testDescription: "Python, as in open-r1/codeforces",
            checker: """
                import sys
                def main():
                    input_path, output_path, submission_path = sys.argv[1], sys.argv[2], sys.argv[3]
                    with open(output_path) as f: expected = f.read().split()
                    with open(submission_path) as f: found = f.read().split()
                    if found == ["hundred"]: print(100); return
                    print(1 if len(found) == len(expected) and sum(map(int, found)) == int(expected[0]) else 0)
                main()
                """,
            answer: "7",
            rows: [
                ("7", "accepted", ""), ("hundred", "accepted", ""), ("8", "wrong_answer", "0"),
                ("x", "wrong_answer", "the checker broke on this output"),
            ],
            form: "open_r1"
        ),
    ]

    @Test("a checker decides, and its message is in the trace", arguments: groups)
    func decides(group: Group) async throws {
        try await RunningService.with { service in
            let language = group.checker.contains("import sys") ? "python" : "cpp"
            // One submission for each output, so that a test which makes the problem invalid speaks for itself alone.
            // The checker is built for the first alone.
            for row in group.rows {
                let answer = try await service.grade(
                    "python",
                    "print(\(text(row.output)), end='')",
                    tests:
                        #"[{"type": "stdin_stdout", "input": \#(text(group.input)), "output": \#(text(group.answer))}]"#,
                    more: Self.checker(language, group.checker, form: group.form)
                )
                let test = answer.tests.first
                let message = test?["message"]?.textValue ?? ""
                #expect(answer.verdict == row.verdict, "\(row.output): \(message)")
                #expect(row.message.isEmpty || message.contains(row.message), "\(row.output): \(message)")
                if row.verdict != "invalid_problem" {
                    let rule = message.contains("broke on") ? "broken_checker" : "checker"
                    #expect(test?["comparison"]?["rule"]?.textValue == rule)
                }
            }
        }
    }

    @Test("a checker has the last word only where the program ended well and within its limits")
    func precedence() async throws {
        try await RunningService.with { service in
            let answer = try await service.grade(
                "python",
                """
                import os, sys
                word = input()
                print("right", flush=True)
                if word == "exit": sys.exit(3)
                if word == "signal": os.abort()
                if word == "spin":
                    while True: pass
                if word == "flood": print("x" * 100000)
                """,
                tests: "["
                    + ["well", "exit", "signal", "spin", "flood"].map {
                        #"{"type": "stdin_stdout", "input": "\#($0)\n", "output": "?", "limits": {"cpu_time_s": 0.5, "output_kb": 16}}"#
                    }.joined(separator: ", ") + "]",
                more: Self.checker("python", "")
            )
            #expect(
                answer.verdicts == [
                    "accepted", "runtime_error", "runtime_error", "time_limit_exceeded", "output_limit_exceeded",
                ]
            )
        }
    }

    @Test("a checker sees a call's arguments, its value and the expected one as JSON") func calls() async throws {
        try await RunningService.with { service in
            let answer = try await service.grade(
                "javascript",
                "const any = (values) => values[values.length - 1]; const none = (values) => -1;",
                tests: """
                    [{"type": "function_call", "fn_name": "any", "input": [[4, 5]], "output": 4},
                     {"type": "function_call", "fn_name": "none", "input": [[4, 5]], "output": 4}]
                    """,
                more: Self.checker(
                    "python",
                    """
                    import json, sys
                    [values], value, answer = (json.load(open(name)) for name in sys.argv[1:])
                    assert answer in values
                    sys.exit(value not in values)
                    """
                )
            )
            #expect(answer.verdicts == ["accepted", "wrong_answer"], "\(answer.body)")
            #expect(answer.tests.first?["returned"] == 5)
        }
    }

    @Test("a checker that does not compile is the problem's fault, whatever the program") func compilation()
        async throws
    {
        try await RunningService.with { service in
            for (language, code) in [("cpp", "int main() { return x; }"), ("python", "def f(:")] {
                let answer = try await service.grade(
                    "python",
                    "print(1)",
                    tests: #"[{"type": "stdin_stdout", "input": "", "output": "1"}]"#,
                    more: Self.checker(language, code)
                )
                #expect(answer.verdict == "invalid_problem")
                #expect(answer["score"] == .null)
                let message = answer["message"]?.textValue ?? ""
                #expect(message.hasPrefix("the checker does not compile: "))
                #expect(message.contains(language == "cpp" ? "was not declared" : "SyntaxError"), "\(message)")
            }
        }
    }

    @Test("what is wrong with a request's checker is said at its place") func faults() async throws {
        try await RunningService.with { service in
            let answer = try await service.grade(
                "python",
                "",
                tests: #"[{"type": "stdin_stdout", "input": ""}]"#,
                more: #", "checker": {"language": "rust", "form": "odd"}, "interactor": 5, "input_file": "../x""#
            )
            #expect(answer.status == 422)
            let pointers = answer["errors"]?.listValue?.compactMap { $0["pointer"]?.textValue }
            #expect(pointers == ["/checker/language", "/checker/code", "/interactor", "/input_file"])
        }
    }

    /// A field of a request.
    static func checker(_ language: String, _ code: String, form: String? = nil) -> String {
        #", "checker": {"language": "\#(language)", "code": \#(text(code))"#
            + (form.map { #", "form": "\#($0)""# } ?? "") + "}"
    }
}

/// A text as JSON.
func text(_ text: String) -> String { String(decoding: JSONCodec.serialize(Value(text)), as: UTF8.self) }
