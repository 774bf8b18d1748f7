import Foundation
import GradingModel
import JailProtocol
import Sandbox
import Testing

/// Runs that are forked from a warm interpreter, and what jails of one template do not have in common.
@Suite("Warm runs", .enabled(if: TestHost.canCreateJails, "needs root, namespaces and built images"), .serialized)
struct WarmTests {
    private static let settings = ["PYTHONHASHSEED": "0", "PYTHONINTMAXSTRDIGITS": "0"]
    static let python = JailSpec.ForkServer(
        executable: "/usr/bin/python3",
        arguments: ["python3", "main.py"],
        environment: JailEnvironment.list(
            adding: settings.merging(["LD_BIND_NOW": "1", "LD_PRELOAD": "/usr/lib/assay/libassay_fork.so"]) { $1 }
        ),
        stackBytes: 4 << 30
    )

    static func request(
        _ program: String,
        _ jail: JailFixture,
        server: JailSpec.ForkServer? = python,
        stdin: ByteString = "",
        limits: JailLimits = .test
    ) -> JailRequest {
        JailRequest(
            image: jail.image,
            executable: server.map { .fork($0) } ?? .path("/usr/bin/python3"),
            arguments: ["python3", "main.py"],
            environment: settings,
            files: [.init(path: "main.py", contents: ByteString(program), isExecutable: false)],
            stdin: stdin,
            outputCap: 1 << 20,
            limits: limits
        )
    }

    /// Runs a program as soon as its server is up.
    static func warm(
        _ program: String,
        _ jail: JailFixture,
        stdin: ByteString = "",
        limits: JailLimits = .test
    ) async throws -> JailOutcome {
        for _ in 0..<600 {
            let outcome = try await jail.pool.run(request(program, jail, stdin: stdin, limits: limits))
            if outcome.report.isWarm { return outcome }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw SandboxError.resources("the fork server did not come up")
    }

    /// What a program can find out about itself.
    static let selfPortrait = """
        import os, sys, resource
        status = open("/proc/self/status").read()
        for key in ("Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp:", "CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb", "SigIgn", "SigCgt", "SigBlk"):
            print([line for line in status.split("\\n") if line.startswith(key)])
        try:
            os.kill(-1, 0)
            print("not alone")
        except ProcessLookupError:
            print("alone")
        print(os.getppid(), os.getsid(0) == os.getpid(), os.getcwd(), sorted(os.environ.items()), sys.argv, sys.path)
        print([fd for fd in os.listdir("/proc/self/fd") if fd not in "012"][1:], os.umask(0))
        print([resource.getrlimit(limit) for limit in range(16)])
        print(sorted(set(name for name in sys.modules)), __name__, __file__, sys.flags)
        print(sys.stdin.read(), sys.stdin.isatty(), sys.stdout.line_buffering, sys.stderr.line_buffering)
        print([pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())])
        raise SystemExit(7)
        """

    @Test("a fork finds itself as a fresh start does") func sameAsCold() async throws {
        try await JailFixture.with { jail in
            let warm = try await Self.warm(Self.selfPortrait, jail, stdin: "input")
            let cold = try await jail.pool.run(Self.request(Self.selfPortrait, jail, server: nil, stdin: "input"))
            #expect(warm.stdout == cold.stdout)
            #expect(warm.stderr == cold.stderr)
            #expect(warm.report.ending == .exited(7) && cold.report.ending == .exited(7))
            #expect(!cold.report.isWarm)
        }
    }

    @Test("a fork's refused calls are told of, and a flood of them costs the program's own time")
    func refusals() async throws {
        try await JailFixture.with { jail in
            let outcome = try await Self.warm(
                "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\nprint(c.syscall(101, 0, 0, 0, 0), ctypes.get_errno())",
                jail
            )
            #expect(outcome.stdout == "-1 1\n")
            #expect(outcome.report.deniedCalls.map(\.name) == ["ptrace"])
        }
    }

    @Test("a fork can neither see nor signal its server, and is under the run's limits") func apart() async throws {
        try await JailFixture.with { jail in
            let outcome = try await Self.warm(
                """
                import os
                for pid in range(1, 200):
                    if pid in (os.getpid(),): continue
                    try:
                        os.kill(pid, 9)
                        print("killed", pid)
                    except (PermissionError, ProcessLookupError): pass
                print("done")
                """,
                jail
            )
            #expect(outcome.stdout == "done\n")
            let again = try await jail.pool.run(Self.request("print('again')", jail))
            #expect(again.report.isWarm && again.stdout == "again\n")
            let large = try await jail.pool.run(
                Self.request(
                    "x = bytearray(200 << 20)\nprint('alive')",
                    jail,
                    limits: .test.with { $0.memoryBytes = 64 << 20 }
                )
            )
            #expect(large.report.oomKills > 0 && large.stdout == "")
            let spinning = try await jail.pool.run(
                Self.request("while True: pass", jail, limits: .test.with { $0.cpuMicroseconds = 300_000 })
            )
            #expect(spinning.report.kill == .cpuTime)
        }
    }

    @Test("what a fork's server holds is not the program's") func memory() async throws {
        try await JailFixture.with { jail in
            let warm = try await Self.warm("print(1)", jail)
            let cold = try await jail.pool.run(Self.request("print(1)", jail, server: nil))
            #expect(warm.report.memoryPeakBytes < 8 << 20)
            #expect(warm.report.memoryPeakBytes <= cold.report.memoryPeakBytes + (4 << 20))
        }
    }

    @Test("a server that ends at once means a cold start, and nothing else") func brokenServer() async throws {
        try await JailFixture.with { jail in
            var server = Self.python
            server.executable = "/bin/false"
            // Cold, the server's own executable is started: that the run ends as false(1) does is right.
            for _ in 0..<5 {
                let outcome = try await jail.pool.run(Self.request("print(1)", jail, server: server))
                #expect(!outcome.report.isWarm)
                #expect(outcome.report.ending == .exited(1))
            }
            #expect(try await Self.warm("print(2)", jail).stdout == "2\n")
        }
    }

    // MARK: What jails of a template share

    /// Leaves a connection in TIME_WAIT on the port, unless that is so already.
    private static let occupy = """
        import socket
        def bind():
            listener = socket.socket()
            listener.bind(("127.0.0.1", 5000))
            listener.listen()
            return listener
        try:
            listener = bind()
        except OSError:
            print("taken")
            raise SystemExit
        client = socket.create_connection(("127.0.0.1", 5000))
        server, _ = listener.accept()
        server.close()
        client.recv(1)
        client.close()
        listener.close()
        try:
            bind()
            print("free afterwards")
        except OSError:
            print("was free")
        """

    @Test("the ports of one run are free in the next, warm and cold") func ports() async throws {
        try await JailFixture.with { jail in
            // Control: within one run the port is taken.
            for _ in 0..<2 { #expect(try await Self.warm(Self.occupy, jail).stdout == "was free\n") }
            let cold = try await jail.pool.run(Self.request(Self.occupy, jail, server: nil))
            #expect(cold.stdout == "was free\n")
        }
    }

    @Test("files, shared memory, queues and processes of one run are not there in the next") func freshness()
        async throws
    {
        try await JailFixture.with { jail in
            let program = """
                import ctypes, os
                c = ctypes.CDLL(None, use_errno=True)
                found = [os.listdir(d) for d in ("/tmp", "/dev/shm")] + [sorted(os.listdir("/work"))]
                found.append([pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())])
                found.append([c.shmget(7, 4096, 0), c.msgget(7, 0), c.semget(7, 1, 0)])
                print(found)
                for d in ("/tmp", "/dev/shm", "/work"): open(d + "/left", "w").close() if os.access(d, os.W_OK) else None
                print(c.shmget(7, 4096, 0o1666) >= 0, c.msgget(7, 0o1666) >= 0, c.semget(7, 1, 0o1666) >= 0)
                if os.fork() == 0:
                    os.setsid()
                    import time
                    time.sleep(100)
                """
            let first = try await Self.warm(program, jail)
            let second = try await Self.warm(program, jail)
            #expect(first.stdout == "[[], [], ['main.py'], [], [-1, -1, -1]]\nTrue True True\n")
            #expect(second.stdout == first.stdout)
        }
    }

    @Test("a server that is started behind a run with small limits is not under them")
    func startBehindSmall() async throws {
        try await JailFixture.with { jail in
            let small = JailLimits.test.with {
                $0.memoryBytes = 4 << 20
                $0.processes = 2
            }
            for size in 0..<3 {
                let request = JailRequest(
                    image: jail.image,
                    executable: .path("/bin/true"),
                    arguments: ["true"],
                    outputCap: 1000,
                    limits: small
                )
                #expect(try await jail.pool.run(request).report.ending == .exited(0))
                // Another server each time.
                var server = Self.python
                server.stackBytes += UInt64(size) << 20
                let began = ContinuousClock.now
                var isWarm = false
                while !isWarm, ContinuousClock.now - began < .seconds(30 * TestHost.slowness) {
                    let outcome = try await jail.pool.run(Self.request("print(1)", jail, server: server))
                    #expect(outcome.stdout == "1\n")
                    isWarm = outcome.report.isWarm
                }
                // One that ended is started again after 10 s.
                #expect(isWarm && ContinuousClock.now - began < .seconds(9 * TestHost.slowness))
            }
        }
    }

    @Test("runs of several images and sizes take turns in one slot") func turns() async throws {
        try await JailFixture.with { jail in
            let other = try TestHost.imagePath("cpp")
            for round in 0..<6 {
                let memory = UInt64(64 + 32 * (round % 2)) << 20
                let outcome = try await jail.pool.run(
                    JailRequest(
                        image: round % 3 == 0 ? other : jail.image,
                        executable: .path("/bin/sh"),
                        arguments: ["sh", "-c", "df -k /tmp | tail -n 1 | awk '{ print $2 }'"],
                        outputCap: 1000,
                        limits: .test.with { $0.memoryBytes = memory }
                    )
                )
                #expect(outcome.stdout == ByteString("\((2 * memory + (64 << 20)) >> 10)\n"))
            }
        }
    }
}
