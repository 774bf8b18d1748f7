import GradingModel
import JailProtocol
import Sandbox
import Testing

@Suite(
    "Conversations",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canCreateJails, "needs root and built images: ops/test")
)
struct ConversationTests {
    private func converse(
        _ fixture: JailFixture,
        program: String,
        interactor: String,
        outputCap: Int = 1 << 20,
        limits: JailLimits = .test
    ) async throws -> ConversationOutcome {
        func request(_ script: String, _ cap: Int, _ limits: JailLimits) -> JailRequest {
            JailRequest(
                image: fixture.image,
                executable: .path("/bin/sh"),
                arguments: ["sh", "-c", script],
                outputCap: cap,
                limits: limits
            )
        }
        return try await fixture.pool.converse(
            request(program, outputCap, limits),
            with: request(interactor, 1 << 20, .test)
        )
    }

    @Test("each side reads what the other writes, and the program's words are kept") func exchange() async throws {
        try await JailFixture.with { fixture in
            let outcome = try await converse(
                fixture,
                program: "read a; echo $((a + 1)); read b; echo $((b * 2)); echo done >&2",
                interactor: "echo 41; read x; echo $x; read y; [ $y = 84 ] && exit 7"
            )
            #expect(outcome.record.said == "42\n84\n")
            #expect(!outcome.record.isCut)
            #expect(outcome.program.report.ending == .exited(0))
            #expect(outcome.program.stderr == "done\n")
            #expect(outcome.interactor.report.ending == .exited(7))
        }
    }

    @Test("who leaves first is known, whatever the other makes of it") func leaving() async throws {
        try await JailFixture.with { fixture in
            let quitter = try await converse(fixture, program: "exit 3", interactor: "read x || exit 1")
            #expect(quitter.record.firstToLeave == .program)
            #expect(quitter.interactor.report.ending == .exited(1))
            // No SIGPIPE for who goes on, and an end of input.
            let abandoned = try await converse(
                fixture,
                program: "read a; for i in 1 2 3; do echo more; done; read b || exit 5",
                interactor: "echo 1; exit 1"
            )
            #expect(abandoned.record.firstToLeave == .interactor)
            #expect(abandoned.program.report.ending == .exited(5))
            #expect(abandoned.interactor.report.ending == .exited(1))
        }
    }

    @Test("both may write much before they read, and either may close its output") func buffers() async throws {
        try await JailFixture.with { fixture in
            let outcome = try await converse(
                fixture,
                program: "head -c 100000 /dev/zero; exec >&-; wc -c >&2",
                interactor: "head -c 100000 /dev/zero; exec >&-; wc -c >&2"
            )
            #expect(outcome.program.stderr == "100000\n")
            #expect(outcome.interactor.stderr == "100000\n")
            #expect(outcome.record.said.count == 100_000)
        }
    }

    @Test("a flood ends at the program's limit") func flood() async throws {
        try await JailFixture.with { fixture in
            let outcome = try await converse(
                fixture,
                program: "yes",
                interactor: "wc -c >&2",
                outputCap: 50_000
            )
            #expect(outcome.record.isCut)
            #expect(outcome.record.said.count == 50_000)
            // The shell says it so: 128 and SIGPIPE.
            #expect(outcome.program.report.ending == .exited(141))
            #expect(outcome.record.firstToLeave == .program)
        }
    }

    @Test("two that wait for each other end by the program's limit") func deadlock() async throws {
        try await JailFixture.with { fixture in
            let outcome = try await converse(
                fixture,
                program: "read a",
                interactor: "read a || exit 1",
                limits: JailLimits.test.with { $0.wallMicroseconds = 300_000 }
            )
            #expect(outcome.program.report.kill == .wallTime)
            #expect(outcome.record.firstToLeave == .program)
            #expect(outcome.interactor.report.ending == .exited(1))
        }
    }

    @Test("a program can open its streams by name, and reach no more by that") func names() async throws {
        try await JailFixture.with { fixture in
            let outcome = try await converse(
                fixture,
                program: "read a </dev/stdin; echo $a >/dev/stdout; ls -l /proc/self/fd >&2; ls /proc >&2",
                interactor: "echo hello; read a; [ $a = hello ]"
            )
            #expect(outcome.interactor.report.ending == .exited(0), "\(outcome.program.stderr.text)")
        }
    }

    @Test("more conversations than slots wait their turn") func many() async throws {
        try await JailFixture.with(slots: 2) { fixture in
            try await withThrowingTaskGroup(of: ConversationOutcome.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await converse(fixture, program: "read a; echo $a", interactor: "echo \(number); read b")
                    }
                }
                var said: Set<ByteString> = []
                for try await outcome in group { said.insert(outcome.record.said) }
                #expect(said.count == 8)
            }
        }
    }

    @Test("a conversation that is cancelled ends") func cancelled() async throws {
        try await JailFixture.with { fixture in
            let task = Task {
                try await converse(fixture, program: "read a", interactor: "read a")
            }
            try await Task.sleep(for: .milliseconds(500))
            task.cancel()
            await #expect(throws: (any Error).self) { try await task.value }
        }
    }
}
