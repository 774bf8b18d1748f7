import Foundation
import GradingModel
import TestService
import Testing

@Suite(
    "Interactive problems, and programs that read files",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct InteractionServiceTests {
    /// The participant's program guesses a number of up to 1000 that only the interactor knows.
    static let interactor = """
        #include "testlib.h"
        #include <iostream>
        using namespace std;
        int main(int argc, char *argv[]) {
            registerInteraction(argc, argv);
            int secret = inf.readInt(1, 1000);
            for (int i = 1; i <= 12; i++) {
                string kind = ouf.readToken("[?!]", "kind");
                int x = ouf.readInt(1, 1000, "x");
                if (kind == "!") {
                    tout << x << " " << i << endl;
                    if (x != secret) quitf(_wa, "%d is not it", x);
                    quitf(_ok, "found in %d", i);
                }
                cout << (x < secret ? "more" : x > secret ? "less" : "that") << endl;
            }
            quitf(_wa, "too many questions");
        }
        """

    static let interactorInPython = """
        import sys
        secret = int(open(sys.argv[1]).read())
        for turn in range(12):
            kind, x = input().split()
            x = int(x)
            if kind == "!":
                open(sys.argv[2], "w").write(f"{x} {turn + 1}\\n")
                sys.exit(0 if x == secret else 1)
            print("more" if x < secret else "less" if x > secret else "that", flush=True)
        sys.exit("too many questions")
        """

    static let guesser = """
        low, high = 1, 1000
        while True:
            middle = (low + high) // 2
            print("?", middle, flush=True)
            answer = input()
            if answer == "more": low = middle + 1
            elif answer == "less": high = middle - 1
            else: break
        print("!", middle, flush=True)
        """

    static let guesserInCpp = """
        #include <iostream>
        int main() {
            int low = 1, high = 1000;
            std::string answer;
            while (true) {
                int middle = (low + high) / 2;
                std::cout << "? " << middle << std::endl;
                if (!(std::cin >> answer)) return 4;
                if (answer == "more") low = middle + 1;
                else if (answer == "less") high = middle - 1;
                else { std::cout << "! " << middle << std::endl; return 0; }
            }
        }
        """

    private func play(
        _ service: RunningService,
        _ code: String,
        in language: String = "python",
        interactor: (language: String, code: String) = ("cpp", interactor),
        more: String = "",
        limits: String = #"{"cpu_time_s": 5, "wall_time_s": 60}"#
    ) async throws -> ServiceAnswer {
        try await service.grade(
            language,
            code,
            tests: #"[{"type": "stdin_stdout", "input": "377\n"}, {"type": "stdin_stdout", "input": "1000\n"}]"#,
            more: #", "limits": \#(limits), "interactor": {"language": "\#(interactor.language)", "#
                + #""code": \#(text(interactor.code))} \#(more)"#
        )
    }

    @Test("programs and interactors of both languages talk with each other") func talk() async throws {
        try await RunningService.with { service in
            for (language, code) in [("python", Self.guesser), ("cpp", Self.guesserInCpp)] {
                for interactor in [("cpp", Self.interactor), ("python", Self.interactorInPython)] {
                    let answer = try await play(service, code, in: language, interactor: interactor)
                    #expect(answer.verdict == "accepted", "\(language), \(interactor.0): \(answer.body)")
                    #expect(answer.tests.first?["comparison"]?["rule"]?.textValue == "interactor")
                    #expect(answer.tests.first?["stdout"]?.textValue?.hasSuffix("! 377\n") == true)
                }
            }
        }
    }

    /// Programs with the verdict that DOMjudge's order gives them, and words of the message.
    static let programs: [(code: String, verdict: String, words: String)] = [
        // The interactor rejects first: whatever the program comes to after that is a consequence.
        ("print('! 1', flush=True)", "wrong_answer", "1 is not it"),
        ("print('! 1', flush=True)\ninput()", "wrong_answer", "1 is not it"),
        ("print('! 1', flush=True)\nimport time\ntime.sleep(1)\nraise SystemExit(3)", "wrong_answer", "exit status 3"),
        ("print('! 1', flush=True)\nwhile True: pass", "wrong_answer", "CPU time"),
        ("import sys\nfor _ in range(13): print('? 5', flush=True)", "wrong_answer", "too many questions"),
        ("print('what?', flush=True)\ninput()", "wrong_answer", "doesn't correspond to pattern"),
        ("print('? 5000', flush=True)\ninput()", "wrong_answer", "violates the range [1, 1000]"),
        // The program leaves first.
        ("pass", "wrong_answer", "Unexpected end of file"),
        ("print('? 5', flush=True)\ninput()\nraise SystemExit(3)", "runtime_error", "exit status 3"),
        ("print('? 5', flush=True)\ninput()\nimport os\nos.abort()", "runtime_error", "SIGABRT"),
        ("while True: pass", "time_limit_exceeded", "CPU time"),
        // Both wait for each other.
        ("input()", "time_limit_exceeded", "wall time"),
        ("import sys\nwhile True: sys.stdout.write(' ' * 10000)", "output_limit_exceeded", "stdout is over"),
    ]

    @Test("who fails first decides, as in DOMjudge") func precedence() async throws {
        try await RunningService.with { service in
            for program in Self.programs {
                let answer = try await play(
                    service,
                    program.code,
                    limits: #"{"cpu_time_s": 1, "wall_time_s": 15, "output_kb": 64}"#
                )
                let message = answer.tests.first?["message"]?.textValue ?? ""
                #expect(answer.verdict == program.verdict, "\(program.code): \(message)")
                #expect(message.contains(program.words), "\(program.code): \(message)")
            }
        }
    }

    @Test("an accepted program must end well too") func endings() async throws {
        try await RunningService.with { service in
            let crashed = try await play(service, Self.guesser + "\nraise SystemExit(5)")
            #expect(crashed.verdict == "runtime_error")
            let talkative = try await play(service, Self.guesser + "\nfor _ in range(1000): print('bye', flush=True)")
            #expect(talkative.verdict == "accepted", "\(talkative.body)")
        }
    }

    @Test("an interactor that breaks is the problem's fault where the program had said nothing") func broken()
        async throws
    {
        try await RunningService.with { service in
            let crash = ("python", "raise SystemError")
            #expect(try await play(service, "input()", interactor: crash).verdict == "invalid_problem")
            let reader = ("python", "int(input())")
            let provoked = try await play(service, "print('x', flush=True)\ninput()", interactor: reader)
            #expect(provoked.verdict == "wrong_answer", "\(provoked.body)")
            #expect(provoked.tests.first?["comparison"]?["rule"]?.textValue == "broken_interactor")
            let fault = try await play(service, "print(1)", interactor: ("cpp", "int main() { return 3; }"))
            #expect(fault.verdict == "invalid_problem")
            #expect(try await play(service, "print(1)", interactor: ("cpp", "int")).verdict == "invalid_problem")
        }
    }

    @Test("what an interactor leaves, a checker decides on") func both() async throws {
        try await RunningService.with { service in
            let checker = """
                #include "testlib.h"
                int main(int argc, char *argv[]) {
                    registerTestlibCmd(argc, argv);
                    int x = ouf.readInt(), turns = ouf.readInt();
                    if (x != inf.readInt()) quitf(_fail, "the interactor lies");
                    if (turns > 11) quitf(_wa, "%d turns", turns);
                    quitf(_ok, "%d turns", turns);
                }
                """
            let more = CheckerServiceTests.checker("cpp", checker)
            let quick = try await play(service, Self.guesser, more: more)
            #expect(quick.verdict == "accepted", "\(quick.body)")
            let slow = try await play(service, "print('? 7', flush=True)\ninput()\n" + Self.guesser, more: more)
            #expect(
                slow.verdicts == ["wrong_answer", "wrong_answer"] || slow.verdicts == ["accepted", "wrong_answer"]
            )
            #expect(slow.tests.last?["message"]?.textValue?.contains("12 turns") == true, "\(slow.body)")
        }
    }

    // MARK: - Files

    @Test("a program reads and writes files where the problem has it so") func files() async throws {
        try await RunningService.with { service in
            func expect(_ code: String, _ mode: String, _ verdicts: [String]) async throws {
                let answer = try await service.grade(
                    "python",
                    code,
                    tests: """
                        [{"type": "stdin_stdout", "input": "1 2\\n", "output": "3\\n"},
                         {"type": "stdin_stdout", "input": "1 2\\n", "output": "3\\n", "input_mode": "stdio"}]
                        """,
                    more: #", "limits": {"output_kb": 64} \#(mode)"#
                )
                #expect(answer.verdicts == verdicts, "\(code): \(answer.body)")
            }
            let both = """
                import os, sys
                source = open("input.txt") if os.path.exists("input.txt") else sys.stdin
                target = open("output.txt", "w") if source != sys.stdin else sys.stdout
                print(sum(map(int, source.read().split())), file=target)
                """
            let file = #", "input_mode": "file""#
            try await expect(both, file, ["accepted", "accepted"])
            let named = both.replacingOccurrences(of: "input.txt", with: "a.in")
                .replacingOccurrences(of: "output.txt", with: "a.out")
            let names = #", "input_mode": "file", "input_file": "a.in", "output_file": "a.out""#
            try await expect(named, names, ["accepted", "accepted"])
            let mixed =
                "import os\nprint(sum(map(int, (open('in') if os.path.exists('in') else open(0)).read().split())))"
            try await expect(mixed, #", "input_file": "in""#, ["accepted", "accepted"])
            // What is printed is not looked at, nor a link, a folder or a pipe of that name followed.
            try await expect("print(3)", file, ["wrong_answer", "accepted"])
            for trick in [
                "os.symlink('input.txt', 'output.txt')", "os.mkdir('output.txt')", "os.mkfifo('output.txt')",
                "os.symlink('/etc/passwd', 'output.txt')",
            ] {
                try await expect("import os\n\(trick)\nprint(3)", file, ["wrong_answer", "accepted"])
            }
            try await expect(
                "open('output.txt', 'w').write('3' * 70000)\nprint(3)",
                file,
                ["output_limit_exceeded", "accepted"]
            )
        }
    }
}
