import GradingModel
import TestService
import Testing

@Suite(
    "JavaScript that is forked",
    .serialized,
    .timeLimit(.minutes(20)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct WarmJavaScriptTests {
    /// Programs and tests, which end the same however they were started; more of them are in `Tests/Runners/javascript`.
    static let submissions: [(name: String, code: String, tests: String)] = [
        (
            "a sum", "console.log(require('fs').readFileSync(0, 'utf8').split(' ').reduce((a, b) => a + Number(b), 0))",
            #"[{"type": "stdin_stdout", "input": "1 2", "output": "3"}]"#
        ),
        (
            "input by events",
            "let n = 0; process.stdin.on('data', (d) => n += d.length).on('end', () => console.log(n))",
            #"[{"type": "stdin_stdout", "input": "1 2\n3", "output": "5"}]"#
        ),
        (
            "a module", "import { createHash } from 'crypto'; console.log(createHash('md5').update('a').digest('hex'))",
            #"[{"type": "stdin_stdout", "input": "", "output": "0cc175b9c0f1b6a831c399e269772661"}]"#
        ),
        (
            "threads",
            """
            const { Worker } = require('worker_threads');
            let n = 0;
            for (let i = 0; i < 3; i++) {
                new Worker('require("worker_threads").parentPort.postMessage(2)', { eval: true }).on('message', (m) => n += m);
            }
            process.on('exit', () => console.log(n, process.getuid()));
            """,
            #"[{"type": "stdin_stdout", "input": "", "output": "6 1000"}]"#
        ),
        (
            "its surroundings",
            """
            const fs = require('fs');
            console.log(process.argv, process.execArgv, process.env, process.pid, process.ppid, process.cwd(), __filename);
            console.log(fs.readdirSync('/proc').filter((name) => name > 0), fs.readdirSync('/proc/self/fd').length,
                fs.readdirSync('/proc/self/task').length, fs.readdirSync('/work'), process.getgroups(), process.umask());
            console.log(fs.readFileSync('/proc/self/limits', 'utf8'));
            console.log(fs.readFileSync('/proc/self/status', 'utf8').match(/Cap.*|NoNewPrivs.*|Seccomp:.*/g));
            console.log(performance.now() < 60e3, process.uptime() < 60, process.title);
            """,
            #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#
        ),
        (
            "depth", "const f = (n) => n === 0 ? 0 : 1 + f(n - 1); console.log(f(1500000)); (function g() { g() })()",
            #"[{"type": "stdin_stdout", "input": "", "output": "1500000"}]"#
        ),
        (
            "what is thrown", "function f() { throw new TypeError('no') }\nPromise.resolve().then(f)",
            #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#
        ),
        (
            "a status", "process.stdout.write('x'.repeat(3e5)); process.exit(7)",
            #"[{"type": "stdin_stdout", "input": "", "output": ""}]"#
        ),
        (
            "a call", "console.log('loaded'); const f = async (a) => a.map((x) => x * 2)",
            #"[{"type": "function_call", "fn_name": "f", "input": [[1, 2]], "output": [2, 4]}]"#
        ),
        (
            "assertions", "class Stack { constructor() { this.a = [] } push(x) { this.a.push(x); return this } }",
            #"[{"type": "assertions", "code": "const s = new Stack(); assert.deepStrictEqual(s.push(1).a, [1]);"}]"#
        ),
    ]

    @Test("it ends as what is started, and the trace says which it was")
    func sameEnd() async throws {
        try await RunningService.with(flags: ["--workers", "1", "--set", "jails.warm=false"]) { cold in
            try await RunningService.with(flags: ["--workers", "1"]) { warm in
                for (name, code, tests) in Self.submissions {
                    let expected = try await cold.grade("javascript", code, tests: tests)
                    let answer = try await Self.warmAnswer(of: warm, code, tests)
                    #expect(expected.tests.first?["start"]?.textValue == "cold", "\(name): \(expected.body)")
                    #expect(answer.tests.first?["start"]?.textValue == "warm", "\(name): \(answer.body)")
                    for key in ["verdict", "stdout", "stderr", "exit_code", "signal", "actual"] {
                        #expect(answer.tests.first?[key] == expected.tests.first?[key], "\(name): \(key)")
                    }
                }
            }
        }
    }

    @Test("what crashes as a fork is decided by a fresh start; what ends by itself is not run again")
    func crash() async throws {
        let test = #"[{"type": "stdin_stdout", "input": "", "output": "1"}]"#
        try await RunningService.with(flags: ["--workers", "1"]) { service in
            let failed = try await Self.warmAnswer(of: service, "process.exit(3)", test)
            #expect(failed.verdict == "runtime_error" && failed.tests.first?["start"]?.textValue == "warm")
            let crashed = try await service.grade("javascript", "process.abort()", tests: test)
            #expect(crashed.verdict == "runtime_error" && crashed.tests.first?["start"]?.textValue == "cold")
            let next = try await service.grade("javascript", "console.log(1)", tests: test)
            #expect(next.verdict == "accepted" && next.tests.first?["start"]?.textValue == "warm")
        }
    }

    /// The answer once the slot's server is up.
    private static func warmAnswer(of service: RunningService, _ code: String, _ tests: String) async throws
        -> ServiceAnswer
    {
        var answer = try await service.grade("javascript", code, tests: tests)
        for _ in 0..<200 where answer.tests.first?["start"]?.textValue == "cold" {
            answer = try await service.grade("javascript", code, tests: tests)
        }
        return answer
    }
}
