import Foundation
import GradingModel
import TestService
import Testing

/// One program in one language, with what it must come to.
struct LanguageCase: Sendable, CustomTestStringConvertible {
    var language: String
    var name: String
    var code: String
    var tests: String
    var verdicts: [String]
    var more = ""

    var testDescription: String { "\(language): \(name)" }
}

@Suite(
    "Every language, every type of test",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct LanguageTests {
    static let sums =
        #"[{"type": "stdin_stdout", "input": "1 2\n", "output": "3\n"}, {"type": "stdin_stdout", "input": "5 5", "output": "11"}]"#
    static let calls = """
        [{"type": "function_call", "fn_name": "add", "input": [1, 2], "output": 3},
         {"type": "function_call", "fn_name": "add", "input": [2, 2], "output": 5}]
        """

    static let cases: [LanguageCase] = [
        // stdin_stdout
        .init(
            language: "python",
            name: "stdin",
            code: "print(sum(map(int, input().split())))",
            tests: sums,
            verdicts: ["accepted", "wrong_answer"]
        ),
        .init(
            language: "javascript",
            name: "stdin",
            code:
                "const s = require('fs').readFileSync(0, 'utf8').trim().split(' ').map(Number); console.log(s[0] + s[1])",
            tests: sums,
            verdicts: ["accepted", "wrong_answer"]
        ),
        .init(
            language: "cpp",
            name: "stdin",
            code:
                "#include <bits/stdc++.h>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }",
            tests: sums,
            verdicts: ["accepted", "wrong_answer"]
        ),
        .init(
            language: "rust",
            name: "stdin",
            code:
                "use std::io::*;\nfn main() { let mut s = String::new(); stdin().read_to_string(&mut s).unwrap(); println!(\"{}\", s.split_whitespace().map(|x| x.parse::<i32>().unwrap()).sum::<i32>()); }",
            tests: sums,
            verdicts: ["accepted", "wrong_answer"]
        ),
        // function_call
        .init(
            language: "python",
            name: "call",
            code: "def add(a, b):\n    return a + b",
            tests: calls,
            verdicts: ["accepted", "wrong_answer"]
        ),
        .init(
            language: "javascript",
            name: "call",
            code: "const add = (a, b) => a + b;",
            tests: calls,
            verdicts: ["accepted", "wrong_answer"]
        ),
        .init(
            language: "cpp",
            name: "call",
            code: "int add(int a, int b) { return a + b; }",
            tests: calls,
            verdicts: ["accepted", "wrong_answer"]
        ),
        .init(
            language: "rust",
            name: "call",
            code: "fn add(a: i32, b: i32) -> i32 { a + b }",
            tests: calls,
            verdicts: ["accepted", "wrong_answer"]
        ),
        // assertions
        .init(
            language: "python",
            name: "assertions",
            code: "def add(a, b):\n    return a + b",
            tests:
                #"[{"type": "assertions", "code": "assert add(1, 2) == 3"}, {"type": "assertions", "code": "assert add(1, 2) == 4"}, {"type": "assertions", "code": "def check(candidate):\n    assert candidate(2, 2) == 4", "entry_point": "add"}]"#,
            verdicts: ["accepted", "wrong_answer", "accepted"]
        ),
        .init(
            language: "javascript",
            name: "assertions",
            code: "function add(a, b) { return a + b }",
            tests:
                #"[{"type": "assertions", "code": "console.assert(add(1, 2) === 3)"}, {"type": "assertions", "code": "console.assert(add(1, 2) === 4)"}]"#,
            verdicts: ["accepted", "wrong_answer"]
        ),
        .init(
            language: "cpp",
            name: "assertions",
            code: "int add(int a, int b) { return a + b; }",
            tests:
                ##"[{"type": "assertions", "code": "#include <cassert>\nint main() { assert(add(1, 2) == 3); }"}, {"type": "assertions", "code": "assert(add(1, 2) == 4);"}]"##,
            verdicts: ["accepted", "wrong_answer"]
        ),
        .init(
            language: "rust",
            name: "assertions",
            code: "fn add(a: i32, b: i32) -> i32 { a + b }",
            tests:
                ##"[{"type": "assertions", "code": "#[cfg(test)] mod tests { use super::*; #[test] fn t() { assert_eq!(add(1, 2), 3); } }"}, {"type": "assertions", "code": "assert_eq!(add(1, 2), 4);"}]"##,
            verdicts: ["accepted", "wrong_answer"]
        ),
        // an early exit proves nothing
        .init(
            language: "python",
            name: "early exit",
            code: "import os\nos._exit(0)",
            tests:
                #"[{"type": "assertions", "code": "assert False"}, {"type": "function_call", "fn_name": "f", "input": [], "output": null}]"#,
            verdicts: ["runtime_error", "runtime_error"]
        ),
        .init(
            language: "javascript",
            name: "early exit",
            code: "process.exit(0); function f() {}",
            tests:
                #"[{"type": "assertions", "code": "console.assert(false)"}, {"type": "function_call", "fn_name": "f", "input": [], "output": null}]"#,
            verdicts: ["runtime_error", "runtime_error"]
        ),
        .init(
            language: "cpp",
            name: "early exit",
            code: "#include <cstdlib>\nint f() { std::_Exit(0); }",
            tests:
                #"[{"type": "assertions", "code": "int main() { f(); return 1; }"}, {"type": "function_call", "fn_name": "f", "input": [], "output": null}]"#,
            verdicts: ["runtime_error", "runtime_error"]
        ),
        .init(
            language: "rust",
            name: "early exit",
            code: "fn f() -> i32 { std::process::exit(0) }",
            tests:
                #"[{"type": "assertions", "code": "assert_eq!(f(), 1);"}, {"type": "function_call", "fn_name": "f", "input": [], "output": null}]"#,
            verdicts: ["runtime_error", "runtime_error"]
        ),
        // does not compile
        .init(
            language: "python",
            name: "syntax error",
            code: "def f(:",
            tests: sums,
            verdicts: ["skipped", "skipped"]
        ),
        .init(
            language: "javascript",
            name: "syntax error",
            code: "function (",
            tests: sums,
            verdicts: ["skipped", "skipped"]
        ),
        .init(
            language: "cpp",
            name: "syntax error",
            code: "int main( {",
            tests: sums,
            verdicts: ["skipped", "skipped"]
        ),
        .init(
            language: "rust",
            name: "syntax error",
            code: "fn main( {",
            tests: sums,
            verdicts: ["skipped", "skipped"]
        ),
        // limits
        .init(
            language: "python",
            name: "endless",
            code: "while True: pass",
            tests: #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#,
            verdicts: ["time_limit_exceeded"],
            more: #", "limits": {"cpu_time_s": 0.5}"#
        ),
        .init(
            language: "python",
            name: "sleeps",
            code: "import time; time.sleep(100)",
            tests: #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#,
            verdicts: ["time_limit_exceeded"],
            more: #", "limits": {"wall_time_s": 1}"#
        ),
        .init(
            language: "python",
            name: "memory",
            code: "x = bytearray(600 << 20)",
            tests: #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#,
            verdicts: ["memory_limit_exceeded"]
        ),
        .init(
            language: "javascript",
            name: "memory",
            code: "const a = []; for (let i = 0; i < 100; i++) a.push(Buffer.alloc(10 << 20, 1));",
            tests: #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#,
            verdicts: ["memory_limit_exceeded"]
        ),
        .init(
            language: "python",
            name: "output",
            code: "while True: print('x' * 1000)",
            tests: #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#,
            verdicts: ["output_limit_exceeded"],
            more: #", "limits": {"output_kb": 64}"#
        ),
        .init(
            language: "cpp",
            name: "crash",
            code: "int main() { int *volatile p = nullptr; return *p; }",
            tests: #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#,
            verdicts: ["runtime_error"]
        ),
        .init(
            language: "python",
            name: "right answer, then exit 3",
            code: "print(3, flush=True); raise SystemExit(3)",
            tests: sums,
            verdicts: ["runtime_error", "runtime_error"]
        ),
    ]

    @Test("verdicts are as they must be") func verdicts() async throws {
        try await RunningService.with { service in
            for item in Self.cases {
                let answer = try await service.grade(item.language, item.code, tests: item.tests, more: item.more)
                #expect(answer.status == 200, "\(item.testDescription)")
                #expect(answer.verdicts == item.verdicts, "\(item.testDescription): \(answer.body)")
                if item.name == "syntax error" {
                    #expect(answer.verdict == "compile_error", "\(item.testDescription)")
                    #expect(answer["compile", "status"]?.textValue == "failed")
                    #expect(answer["compile", "stderr"]?.textValue?.isEmpty == false)
                }
                #expect(answer["environment", "image_digest"]?.textValue?.hasPrefix("sha256:") == true)
            }
        }
    }

    @Test("values come back exactly, in every language that has them") func values() async throws {
        // Returned as it was given: 64 bits and beyond, NaN, infinities, -0, lone surrogates, nesting.
        let python = "def same(x):\n    return x"
        let javascript = "const same = x => x;"
        let inputs = [
            "9007199254740993", "-170141183460469231731687303715884105728", "0.1", "-0.0", #"{"$float": "nan"}"#,
            #"{"$float": "-inf"}"#, #""a\ud800b""#, #""\udc80""#, "[[], {}, null, true]", #"{"k": [1, 2.5]}"#,
            #""é\u0000x""#,
        ]
        let tests =
            "["
            + inputs.map { #"{"type": "function_call", "fn_name": "same", "input": [\#($0)], "output": \#($0)}"# }
            .joined(separator: ",") + "]"
        try await RunningService.with { service in
            for (language, code) in [("python", python), ("javascript", javascript)] {
                let answer = try await service.grade(
                    language,
                    code,
                    tests: tests,
                    more: #", "comparison": {"policy": "default"}"#
                )
                #expect(
                    answer.verdict == "accepted",
                    "\(language): \(answer.tests.filter { $0["verdict"]?.textValue != "accepted" })"
                )
            }
            let cpp = try await service.grade(
                "cpp",
                "long long same(long long x) { return x; }",
                tests:
                    #"[{"type": "function_call", "fn_name": "same", "input": [9223372036854775807], "output": 9223372036854775807}]"#
            )
            #expect(cpp.verdict == "accepted", "\(cpp.body)")
            let rust = try await service.grade(
                "rust",
                "fn same(x: i128) -> i128 { x }",
                tests:
                    #"[{"type": "function_call", "fn_name": "same", "input": [-170141183460469231731687303715884105728], "output": -170141183460469231731687303715884105728}]"#
            )
            #expect(rust.verdict == "accepted", "\(rust.body)")
        }
    }
}
