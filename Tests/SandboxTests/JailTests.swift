import Foundation
import GradingModel
import JailProtocol
import Sandbox
import Testing

@Suite(
    "The jail",
    .serialized,
    .timeLimit(.minutes(5)),
    .enabled(if: TestHost.canCreateJails, "needs root and built images: ops/test")
)
struct JailTests {
    // MARK: What a program sees

    @Test("it is an unprivileged user under a filter, alone in its namespaces") func identity() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("id -u; id -g; id -G; cat /proc/self/status; hostname; echo pid $$")
            #expect(outcome.report.ending == .exited(0))
            let lines = outcome.stdout.text.split(separator: "\n").map(String.init)
            #expect(lines.prefix(3) == ["1000", "1000", "1000"])
            for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                #expect(lines.contains("\(set):\t0000000000000000"), "\(set)")
            }
            #expect(lines.contains("NoNewPrivs:\t1"))
            #expect(lines.contains("Seccomp:\t2"))
            #expect(lines.contains("jail"))
            // The init is 1; a shell is never it.
            #expect(lines.contains { $0.hasPrefix("pid ") && $0 != "pid 1" })
        }
    }

    @Test("every namespace is another than the host's") func namespaces() async throws {
        try await JailFixture.with { jail in
            let names = ["user", "pid", "mnt", "net", "ipc", "uts", "cgroup"]
            let outcome = try await jail.shell(
                names.map { "readlink /proc/self/ns/\($0)" }.joined(separator: "; ")
            )
            let inside = outcome.stdout.text.split(separator: "\n").map(String.init)
            #expect(inside.count == names.count)
            for (name, link) in zip(names, inside) {
                let outside = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/\(name)")
                #expect(link.hasPrefix("\(name):["))
                #expect(link != outside)
            }
        }
    }

    @Test("its user on the host is neither root nor the service's") func hostUser() async throws {
        try await JailFixture.with { jail in
            async let outcome = jail.shell("sleep 3")
            var found: [String] = []
            for _ in 0..<200 where found.count < 2 {
                try await Task.sleep(for: .milliseconds(10))
                found = Leftovers.processes()
            }
            // The init and the shell (or its sleep), each with an id of the jails' range.
            #expect(found.count >= 2)
            let ending = try await outcome.report.ending
            #expect(ending == .exited(0))
        }
    }

    @Test("the root is read-only; work, tmp and shm can be written") func fileSystems() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(
                """
                for d in / /usr /etc /dev /proc; do touch $d/x 2>/dev/null && echo "wrote $d"; done
                for d in /work /tmp /dev/shm; do touch $d/x && echo "ok $d"; done
                ls /sys | wc -l; ls -A /dev | sort | tr '\\n' ' '
                """
            )
            #expect(
                outcome.stdout.text
                    == "ok /work\nok /tmp\nok /dev/shm\n0\nfd full null random shm stderr stdin stdout urandom zero "
            )
        }
    }

    @Test("/proc shows its own processes and nothing of the host") func proc() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("ls /proc; cat /proc/1/environ /proc/1/maps; ls -l /proc/1/root")
            let entries = outcome.stdout.text.split(separator: "\n")
            // Hidden: the init is another user's.
            #expect(!entries.contains("1"))
            #expect(entries.contains("self"))
            for name in ["meminfo", "cpuinfo", "kcore", "sys", "cmdline", "version", "loadavg", "keys", "mounts"] {
                #expect(!entries.contains(Substring(name)), "\(name)")
            }
        }
    }

    @Test("nothing of the service's environment, descriptors or arguments is there") func inheritance() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(
                "env | sort; ls /proc/self/fd | tr '\\n' ' '",
                environment: ["EXTRA": "1"]
            )
            let lines = outcome.stdout.text.split(separator: "\n").map(String.init)
            #expect(
                lines.dropLast() == [
                    "EXTRA=1", "HOME=/work", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin",
                    "PWD=/work", "TMPDIR=/tmp", "TZ=UTC",
                ]
            )
            // 3 is ls's own, for the folder that it reads.
            #expect(lines.last == "0 1 2 3 ")
        }
    }

    @Test("the network is a loopback of its own") func network() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.python(
                """
                import socket
                server = socket.create_server(("127.0.0.1", 0))
                client = socket.create_connection(server.getsockname(), timeout=5)
                print("loopback")
                try:
                    socket.create_connection(("192.0.2.1", 80), timeout=5)
                except OSError as error:
                    print(error.strerror)
                """
            )
            #expect(outcome.stdout == "loopback\nNetwork is unreachable\n")
        }
    }

    @Test("calls that no ordinary program makes are told of, and others are not") func deniedCalls() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.python(
                """
                import ctypes
                libc = ctypes.CDLL(None)
                for _ in range(5): libc.syscall(101, 0, 0, 0, 0)
                libc.syscall(41, 17, 3, 0)
                libc.syscall(425, 1, 0)
                libc.syscall(56, 0x10000011, 0, 0, 0, 0)
                """
            )
            #expect(outcome.report.ending == .exited(0))
            #expect(
                outcome.report.deniedCalls == [
                    .init(name: "socket", count: 1), .init(name: "clone", count: 1), .init(name: "ptrace", count: 4),
                ]
            )
            let plain = try await jail.python("import subprocess\nprint(subprocess.run(['true']).returncode)")
            #expect(plain.stdout == "0\n")
            #expect(plain.report.deniedCalls.isEmpty)
        }
    }

    @Test("a flood of refused calls ends at the limit of CPU time") func deniedFlood() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.python(
                "import ctypes\nlibc = ctypes.CDLL(None)\nwhile True: libc.syscall(101, 0, 0, 0, 0)",
                // Enough to come to the flood on an emulated host, too.
                limits: .test.with { $0.cpuMicroseconds = 2_000_000 }
            )
            #expect(outcome.report.kill == .cpuTime)
            #expect(outcome.report.deniedCalls.map(\.name) == ["ptrace"])
        }
    }

    // MARK: The examiner

    @Test("an examiner speaks with the program through two pipes, and has the channel for itself")
    func examiner() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.examined(
                program: """
                    import os
                    fds = sorted(os.listdir("/proc/self/fd"))[:-1]
                    os.write(4, os.read(3, 100).upper() + f" {os.getuid()} {os.getcwd()} {fds}".encode())
                    assert os.read(3, 1) == b""
                    os.write(1, b"program\\n")
                    """,
                examiner: """
                    import os
                    request = os.read(3, 100)
                    os.write(6, b"hello")
                    answer = os.read(5, 200)
                    os.write(4, request + b"|" + answer + f"|{os.getuid()} {os.getcwd()}".encode())
                    os.write(1, b"examiner\\n")
                    """
            )
            #expect(outcome.report.ending == .exited(0), "\(outcome.stderr.text)")
            #expect(outcome.response == "secret|HELLO 1000 /work ['0', '1', '2', '3', '4']|1001 /")
            #expect(outcome.stdout == "examiner\nprogram\n")
        }
    }

    @Test("the program can neither see, trace, signal nor outlive its examiner's knowledge")
    func examinerIsHidden() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.examined(
                program: """
                    import os, sys
                    examiner = int(os.read(3, 100))
                    def attempt(name, act):
                        try: print(name, "ESCAPED", act())
                        except Exception as error: print(name, type(error).__name__)
                    attempt("kill", lambda: os.kill(examiner, 0))
                    for name in ("environ", "mem", "fd", "maps", "cmdline", "root", "cwd"):
                        attempt(name, lambda: os.stat(f"/proc/{examiner}/{name}"))
                    attempt("list", lambda: os.listdir("/proc").index(str(examiner)))
                    # The same of a process that it may see.
                    examiner = os.getpid()
                    attempt("control: kill", lambda: os.kill(examiner, 0))
                    attempt("control: mem", lambda: os.stat(f"/proc/{examiner}/mem"))
                    attempt("control: list", lambda: os.listdir("/proc").index(str(examiner)))
                    sys.stdout.flush()
                    os.kill(os.getpid(), 9)
                    """,
                examiner: """
                    import os
                    os.write(6, str(os.getpid()).encode())
                    os.write(4, b"end" + os.read(5, 10))
                    """
            )
            #expect(outcome.report.ending == .signaled(SIGKILL))
            // The examiner has seen the end of the program's pipe, and spoken after it.
            #expect(outcome.response == "end")
            let found = outcome.stdout.text.split(separator: "\n").filter { $0.contains("ESCAPED") }
            #expect(found.count == 3 && found.allSatisfy { $0.hasPrefix("control") }, "\(outcome.stdout.text)")
        }
    }

    @Test("a program that stays after its examiner's end runs into its limit") func examinerEndsFirst() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.examined(
                program: "import time\ntime.sleep(60)",
                examiner: "import os\nos.write(4, b'passed')",
                limits: .test.with { $0.wallMicroseconds = 1_000_000 }
            )
            #expect(outcome.report.kill == .wallTime)
        }
    }

    @Test(
        "forbidden system calls are refused",
        arguments: [
            ("unshare(0x10000000)", "272, 0x10000000", 1), ("clone3", "435, 0, 0", 38),
            ("ptrace", "101, 0, 0, 0, 0", 1),
            ("mount", "165, 0, 0, 0, 0, 0", 1), ("io_uring_setup", "425, 1, 0", 38), ("bpf", "321, 0, 0, 0", 1),
            ("keyctl", "250, 0, 0, 0, 0, 0", 1), ("add_key", "248, 0, 0, 0, 0, 0", 1), ("userfaultfd", "323, 0", 1),
            ("clone(CLONE_NEWUSER)", "56, 0x10000011, 0, 0, 0, 0", 38), ("socket(AF_VSOCK)", "41, 40, 1, 0", 38),
            ("socket(AF_PACKET)", "41, 17, 3, 0", 38), ("open_by_handle_at", "304, 0, 0, 0", 1),
            ("perf_event_open", "298, 0, 0, 0, 0, 0", 1), ("process_vm_readv", "310, 1, 0, 0, 0, 0, 0", 1),
        ]
    )
    func systemCalls(name: String, arguments: String, errno: Int) async throws {
        let program = """
            import ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            result = libc.syscall(\(arguments))
            print(result, ctypes.get_errno())
            """
        try await JailFixture.with { jail in
            let outcome = try await jail.python(program)
            #expect(outcome.stdout.text == "-1 \(errno)\n", "\(name): \(outcome.stderr.text) \(outcome.report)")
        }
    }

    @Test("a call of the x32 table kills") func foreignTable() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.python(
                "import ctypes; ctypes.CDLL(None).syscall(0x40000000 | 39); print('alive')"
            )
            #expect(outcome.report.ending == .signaled(SIGSYS))
            #expect(outcome.stdout == "")
        }
    }

    // MARK: Bytes in and out

    @Test("input of any size comes through, and output as it is written") func largeStreams() async throws {
        let input = ByteString(bytes: (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) })
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("cat", stdin: input, outputCap: 16 << 20)
            #expect(outcome.report.ending == .exited(0))
            #expect(outcome.stdout == input)
            #expect(!outcome.stdoutTruncated)
        }
    }

    @Test("the standard streams can be opened by name") func streamsByName() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("cat /dev/stdin > /dev/stdout; echo err > /dev/stderr", stdin: "by name")
            #expect(outcome.stdout == "by name")
            #expect(outcome.stderr == "err\n")
        }
    }

    @Test("an output cannot be read back, nor its pipe's mode be changed") func outputsAreWriteOnly() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.python(
                """
                import os
                for act in (lambda: os.open("/proc/self/fd/1", os.O_RDONLY), lambda: os.fchmod(1, 0o666)):
                    try: act(); print("ESCAPED")
                    except PermissionError: print("refused")
                # The same on a pipe of its own.
                ends = os.pipe()
                os.fchmod(ends[1], 0o666); os.open(f"/proc/self/fd/{ends[1]}", os.O_RDONLY)
                print("control")
                """
            )
            #expect(outcome.stdout == "refused\nrefused\ncontrol\n", "\(outcome.stderr.text)")
        }
    }

    @Test("input that nobody reads is no error") func unreadInput() async throws {
        let input = ByteString(bytes: [UInt8](repeating: 65, count: 4 << 20))
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("echo done", stdin: input)
            #expect(outcome.report.ending == .exited(0))
            #expect(outcome.stdout == "done\n")
        }
    }

    @Test("both outputs flooded at once is no deadlock") func bothOutputs() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(
                "head -c 3000000 /dev/zero & head -c 3000000 /dev/zero >&2; wait",
                outputCap: 4 << 20
            )
            #expect(outcome.report.ending == .exited(0))
            #expect(outcome.stdout.count == 3_000_000)
            #expect(outcome.stderr.count == 3_000_000)
        }
    }

    @Test("output up to the cap is whole; one byte more ends the run", arguments: [0, 1])
    func outputCap(extra: Int) async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("head -c \(100_000 + extra) /dev/zero; sleep 0.2", outputCap: 100_000)
            #expect(outcome.stdout.count == 100_000)
            #expect(outcome.stdoutTruncated == (extra == 1))
            #expect(outcome.report.kill == (extra == 1 ? .output : nil))
        }
    }

    @Test("the private channel carries the request in and the response out") func channel() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("cat <&3 >&4; echo stdout", channel: "request")
            #expect(outcome.response == "request")
            #expect(outcome.stdout == "stdout\n")
            let closed = try await jail.shell("cat <&3")
            #expect(closed.report.ending != .exited(0))
        }
    }

    // MARK: Files

    @Test("files are there, not the program's own, with their modes") func files() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(
                "cat sub/a.txt; ./run; stat -c '%a %u' sub/a.txt run; echo x >> sub/a.txt",
                files: [
                    .init(path: "sub/a.txt", contents: "text\n", isExecutable: false),
                    .init(path: "run", contents: "#!/bin/sh\necho ran\n", isExecutable: true),
                ]
            )
            #expect(outcome.stdout == "text\nran\n444 0\n555 0\n")
            #expect(outcome.report.ending != .exited(0))
        }
    }

    @Test("an artefact comes back, can be executed in other jails, and cannot be changed by what runs")
    func artefact() async throws {
        try await JailFixture.with { jail in
            let built = try await jail.shell("cp /bin/sh main", artefact: ("main", 1 << 24))
            let artefact = try #require(built.artefact)
            for _ in 0..<3 {
                let outcome = try await jail.pool.run(
                    JailRequest(
                        image: jail.image,
                        executable: .artefact(artefact),
                        arguments: ["./main", "-c", "echo x > /proc/$$/exe || echo kept; ls -l /proc/$$/fd | wc -l"],
                        outputCap: 1000,
                        limits: .test
                    )
                )
                #expect(outcome.stdout == "kept\n4\n")
                #expect(outcome.report.ending == .exited(0))
            }
        }
    }

    @Test(
        "an artefact that is no plain file of the work folder does not come back",
        arguments: [
            "ln -s /etc/passwd main", "mkfifo main", "mkdir main", "true", "ln -s . d; mkdir x; ln -s /bin/true main",
            "head -c 2000 /dev/zero > main",
        ]
    )
    func hostileArtefact(script: String) async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(script, artefact: ("main", 1000))
            #expect(outcome.artefact == nil)
            guard case .missing = outcome.report.artefact else {
                Issue.record("\(outcome.report.artefact)")
                return
            }
        }
    }

    @Test("nothing of one run is there in the next") func freshness() async throws {
        try await JailFixture.with { jail in
            _ = try await jail.shell(
                "for d in /work /tmp /dev/shm; do echo secret > $d/left; done; (setsid sleep 1000 &) ; exit 0"
            )
            let outcome = try await jail.shell(
                "ls -A /work /tmp /dev/shm | grep -c left; ls /proc | grep -c '^[0-9]'"
            )
            // ls, grep and the shell are what it sees.
            #expect(outcome.stdout.text.hasPrefix("0\n"))
            #expect(Int(outcome.stdout.text.split(separator: "\n")[1]).map { $0 <= 4 } == true)
        }
    }

    // MARK: Ends

    @Test("exit status and signals are told as they are", arguments: [0, 1, 3, 127, 255])
    func status(code: Int32) async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("exit \(code)")
            #expect(outcome.report.ending == .exited(code))
        }
    }

    @Test("signals are told as they are", arguments: [SIGSEGV, SIGABRT, SIGKILL, SIGTERM, SIGFPE])
    func signals(signal: Int32) async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell("kill -\(signal) $$")
            #expect(outcome.report.ending == .signaled(signal))
        }
    }

    @Test("the end of the main process is the end of all, whoever holds its pipes") func orphans() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(
                "(trap '' HUP TERM; setsid sleep 1000) & (sleep 1000 >/dev/null &) ; echo done"
            )
            #expect(outcome.report.ending == .exited(0))
            #expect(outcome.stdout == "done\n")
            #expect(outcome.report.wallMicroseconds < 30_000_000)
            #expect(Leftovers.processes().isEmpty)
        }
    }

    @Test("an executable that cannot be executed is told") func notExecuted() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.pool.run(
                JailRequest(
                    image: jail.image,
                    executable: .path("/no/such"),
                    arguments: ["x"],
                    outputCap: 1000,
                    limits: .test
                )
            )
            #expect(outcome.report.ending == .notExecuted(ENOENT))
        }
    }

    @Test("an image that is not there is our fault, not the program's") func missingImage() async throws {
        try await JailFixture.with { jail in
            await #expect(throws: SandboxError.self) {
                try await jail.pool.run(
                    JailRequest(
                        image: "python/none",
                        executable: .path("/bin/true"),
                        arguments: ["true"],
                        outputCap: 1000,
                        limits: .test
                    )
                )
            }
        }
    }

    // MARK: Limits

    @Test(
        "CPU time counts over all processes",
        arguments: [
            "while :; do :; done", "(while :; do :; done) & (while :; do :; done) & wait",
            "while :; do (i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done); done",
        ]
    )
    func cpuTime(script: String) async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(script, limits: .test.with { $0.cpuMicroseconds = 500_000 })
            #expect(outcome.report.kill == .cpuTime)
            #expect(outcome.report.cpuMicroseconds > 500_000)
            // The check comes in time: not much more than the limit is ever spent.
            #expect(outcome.report.cpuMicroseconds < 700_000)
        }
    }

    @Test(
        "sleeping and stopping end at the wall time",
        arguments: ["sleep 100", "kill -STOP $$", "trap '' TERM; sleep 100"]
    )
    func wallTime(script: String) async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(script, limits: .test.with { $0.wallMicroseconds = 700_000 })
            #expect(outcome.report.kill == .wallTime)
            #expect(outcome.report.cpuMicroseconds < 500_000)
        }
    }

    @Test(
        "memory counts over all processes and files in memory",
        arguments: [
            "x = bytearray(300 << 20); print('alive')",
            "import mmap; m = mmap.mmap(-1, 300 << 20); [m.__setitem__(i, 1) for i in range(0, 300 << 20, 4096)]; print('alive')",
            "f = open('/tmp/f', 'wb')\nfor i in range(10): open(f'/tmp/{i}', 'wb').write(bytes(30 << 20))\nprint('alive')",
            "f = open('/dev/shm/f', 'wb')\nfor i in range(10): open(f'/dev/shm/{i}', 'wb').write(bytes(30 << 20))\nprint('alive')",
            """
            import os, time
            for i in range(8):
                if os.fork() == 0:
                    x = bytearray(40 << 20)
                    time.sleep(100)
            time.sleep(100)
            """,
            "import os\nfor i in range(10): os.write(os.memfd_create('m'), bytes(30 << 20))\nprint('alive')",
        ]
    )
    func memory(program: String) async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.python(program, limits: .test.with { $0.memoryBytes = 128 << 20 })
            #expect(outcome.report.oomKills > 0)
            #expect(outcome.stdout == "")
            #expect(outcome.report.memoryPeakBytes <= 132 << 20)
        }
    }

    @Test("what stays below the memory limit runs") func memoryBelow() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.python(
                "x = bytearray(90 << 20); print(len(x))",
                limits: .test.with { $0.memoryBytes = 128 << 20 }
            )
            #expect(outcome.report.ending == .exited(0))
            #expect(outcome.report.oomKills == 0)
            #expect(outcome.report.memoryPeakBytes > 90 << 20)
        }
    }

    @Test("a fork bomb stays within the process limit and its jail") func forkBomb() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.python(
                """
                import os, time
                count = 0
                while True:
                    try:
                        if os.fork() == 0:
                            time.sleep(100)
                    except OSError:
                        break
                    count += 1
                print(count)
                """,
                limits: .test.with { $0.processes = 20 }
            )
            #expect(outcome.stdout == "19\n")
            #expect(Leftovers.processes().isEmpty)
        }
    }

    @Test("open files and file sizes are limited") func descriptors() async throws {
        try await JailFixture.with { jail in
            let outcome = try await jail.shell(
                "ulimit -n; ulimit -c; ulimit -s; head -c 2000000 /dev/zero > big; echo $?; stat -c %s big",
                limits: .test.with {
                    $0.fileSizeBytes = 1_000_000
                    $0.stackBytes = 32 << 20
                }
            )
            // 153 = 128 + SIGXFSZ.
            #expect(outcome.stdout == "1024\n0\n32768\n153\n1000000\n")
        }
    }

    // MARK: Faults of ours

    @Test("a slot that dies in the middle of a run is told as lost, and replaced") func slotDies() async throws {
        try await JailFixture.with { jail in
            async let lost = Result { try await jail.shell("sleep 100") }
            var slots: [Int32] = []
            for _ in 0..<200 where slots.isEmpty || Leftovers.processes().isEmpty {
                try await Task.sleep(for: .milliseconds(10))
                slots = ProcessTable.children(of: jail.jailer.pid)
            }
            for slot in slots { kill(slot, SIGKILL) }
            guard case .failure(SandboxError.slotLost) = await lost else {
                Issue.record("\(await lost)")
                return
            }
            #expect(try await jail.shell("echo again").stdout == "again\n")
            // What ran in the lost slot died with it.
            for _ in 0..<200 where !Leftovers.processes().isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            #expect(Leftovers.processes().isEmpty)
        }
    }

    @Test("a run ends when its task is cancelled") func cancellation() async throws {
        try await JailFixture.with { jail in
            let task = Task { try await jail.shell("sleep 100") }
            for _ in 0..<200 where Leftovers.processes().isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            task.cancel()
            await #expect(throws: (any Error).self) { try await task.value }
            #expect(Leftovers.processes().isEmpty)
            #expect(try await jail.shell("echo next").stdout == "next\n")
        }
    }

    @Test("several runs at once do not disturb each other") func concurrency() async throws {
        try await JailFixture.with(slots: 3) { jail in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        try await jail.shell("echo \(number) > f; sleep 0.05; cat f").stdout
                            == ByteString("\(number)\n")
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

enum ProcessTable {
    /// Direct children of a process.
    static func children(of pid: Int32) -> [Int32] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }
}
