import Foundation
import GradingModel
import TestService
import Testing

@Suite(
    "Builds of a service",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct BuildServiceTests {
    private static let hi = #"[{"type": "stdin_stdout", "input": "", "output": "hi"}]"#

    private func isCached(_ answer: ServiceAnswer) -> Value? { answer["compile"]?["cached"] }

    @Test("Equal programs are compiled once, wrong ones too, and each is run")
    func equalPrograms() async throws {
        try await RunningService.with { service in
            for (language, code) in [
                ("cpp", "#include <iostream>\nint main() { std::cout << \"hi\"; }"),
                ("rust", "fn main() { print!(\"hi\"); }"),
            ] {
                for isSecond in [false, true] {
                    let answer = try await service.grade(language, code, tests: Self.hi)
                    #expect(answer.verdict == "accepted", "\(answer.body)")
                    #expect(isCached(answer) == .bool(isSecond))
                    #expect((answer["compile"]?["cpu_time_s"] == .float(0)) == isSecond, "\(answer.body)")
                }
            }
            for isSecond in [false, true] {
                let answer = try await service.grade("cpp", "int main() { return x; }", tests: Self.hi)
                #expect(answer.verdict == "compile_error")
                #expect(isCached(answer) == .bool(isSecond))
                #expect(answer["compile"]?["stderr"]?.textValue?.contains("main.cpp:1:21: error:") == true)
            }
            let metrics = try await MetricsTests.metrics(of: service)
            #expect(metrics.value("assay_build_cache_misses_total") == 3)
            #expect(metrics.value("assay_build_cache_hits_total") == 3)
            #expect(metrics.value("assay_build_cache_programs") == 2)
        }
    }

    @Test("A compilation that ran out of time or memory is made again")
    func unrepeatable() async throws {
        try await RunningService.with { service in
            for _ in 0..<2 {
                let answer = try await service.grade(
                    "cpp",
                    "#define A\n#include <bits/stdc++.h>\nint main() {}",
                    tests: Self.hi,
                    more: #", "limits": {"compile_time_s": 0.05}"#
                )
                #expect(answer.verdict == "compile_error")
                #expect(answer["compile"]?["status"]?.textValue == "timed_out", "\(answer.body)")
                #expect(isCached(answer) == .bool(false))
            }
            let metrics = try await MetricsTests.metrics(of: service)
            #expect(metrics.value("assay_build_cache_entries") == 0)
        }
    }

    @Test("Equal submissions at the same time share one compilation")
    func atTheSameTime() async throws {
        try await RunningService.with { service in
            let code = "#include <bits/stdc++.h>\nint main() { std::cout << \"hi\"; }"
            let answers = try await withThrowingTaskGroup(of: ServiceAnswer.self) { group in
                for _ in 0..<6 { group.addTask { try await service.grade("cpp", code, tests: Self.hi) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.verdict == "accepted" })
            #expect(answers.count { isCached($0) == .bool(false) } == 1)
        }
    }

    @Test("A cache without room keeps nothing")
    func withoutRoom() async throws {
        try await RunningService.with(flags: ["--set", "cache.builds_mb=0"]) { service in
            for _ in 0..<2 {
                let answer = try await service.grade("rust", "fn main() { print!(\"hi\"); }", tests: Self.hi)
                #expect(answer.verdict == "accepted")
                #expect(isCached(answer) == .bool(false))
            }
        }
    }

    /// Programs whose check is deferred, with what they must come to: what they come to where the check is first.
    static let checked: [(language: String, code: String, verdicts: [String], verdict: String, more: String)] = [
        ("python", "print('hi'", ["skipped", "skipped"], "compile_error", ""),
        ("python", "print('hi'", ["skipped", "skipped"], "compile_error", #", "stop_on_failure": true"#),
        ("python", "raise SystemExit(3)", ["runtime_error", "runtime_error"], "runtime_error", ""),
        (
            "python", "raise SystemExit(3)", ["runtime_error", "skipped"], "runtime_error",
            #", "stop_on_failure": true"#
        ),
        ("python", "print('ho')", ["wrong_answer", "wrong_answer"], "wrong_answer", ""),
        (
            "python", "import sys\nif sys.stdin.read(): sys.exit(3)\nprint('hi')", ["accepted", "runtime_error"],
            "runtime_error", ""
        ),
        ("python", "print('hi')\n\\u0000", ["skipped", "skipped"], "compile_error", ""),
        ("python", "print('hi'", ["skipped", "skipped"], "compile_error", #", "comparison": {"policy": "genesys"}"#),
        ("javascript", "console.log('hi'", ["skipped", "skipped"], "compile_error", ""),
        ("javascript", "console.log('hi') // \\u0000", ["skipped", "skipped"], "compile_error", ""),
        ("javascript", "process.exit(3)", ["runtime_error", "runtime_error"], "runtime_error", ""),
        ("javascript", "import fs from 'fs'; console.log('hi')", ["accepted", "accepted"], "accepted", ""),
    ]

    @Test("A check that is made late, or not at all, leaves every verdict as it is", arguments: checked.indices)
    func deferredChecks(index: Int) async throws {
        let (language, code, verdicts, verdict, more) = Self.checked[index]
        let tests =
            #"[{"type": "stdin_stdout", "input": "", "output": "hi"}, {"type": "stdin_stdout", "input": "1", "output": "hi"}]"#
        try await RunningService.with { service in
            // A time for the compilation below the tests' own lets the check come first.
            for limits in ["", #""compile_time_s": 4"#] {
                let answer = try await service.grade(
                    language,
                    code.replacing("\\u0000", with: "\0"),
                    tests: tests,
                    more: more + #", "limits": {\#(limits)}"#
                )
                #expect(answer.verdict == verdict, "\(answer.body)")
                #expect(answer.verdicts == verdicts, "\(answer.body)")
                let status = verdict == "compile_error" ? "failed" : "ok"
                #expect(answer["compile"]?["status"]?.textValue == status)
                #expect(answer["compile"]?["form"]?.textValue == "as it stands")
            }
        }
    }

    @Test("Short submissions overtake a long one, and it ends")
    func lanes() async throws {
        try await RunningService.with(flags: ["--workers", "2"]) { service in
            // 24 tests of 0.5 s each, on two slots: six seconds at least.
            let long = Array(repeating: #"{"type": "stdin_stdout", "input": "", "output": "hi"}"#, count: 24)
            async let slow = service.grade(
                "python",
                "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\nprint('hi')",
                tests: "[" + long.joined(separator: ",") + "]"
            )
            // By then it counts as long.
            try await Task.sleep(for: .seconds(3))
            var quick: [Double] = []
            for _ in 0..<3 {
                let began = ContinuousClock.now
                let answer = try await service.grade("python", "print('hi')", tests: Self.hi)
                #expect(answer.verdict == "accepted")
                quick.append(Double((ContinuousClock.now - began).components.seconds))
            }
            let answer = try await slow
            #expect(answer.verdict == "accepted")
            let total = answer["timings"]?["tests_s"]?.doubleValue ?? 0
            #expect(quick.allSatisfy { $0 < total / 2 }, "\(quick) of \(total)")
        }
    }
}
