import Foundation
import GradingModel
import JailProtocol
import Sandbox
import Testing

/// Runs whose program's process stands in the jail before they come: one that executes, or a fork.
@Suite("Standby", .enabled(if: TestHost.canCreateJails, "needs root, namespaces and built images"), .serialized)
struct StandbyTests {
    /// Waits until one stands by, by its name.
    private static func waitForStandby() async throws {
        for _ in 0..<500 {
            if !Leftovers.standbys().isEmpty { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("nothing stands by")
    }

    /// Makes forks of this server stand by: what is wanted twice in a row is.
    private static func waitForFork(_ jail: JailFixture, limits: JailLimits = .test) async throws {
        _ = try await WarmTests.warm("pass", jail, limits: limits)
        _ = try await jail.pool.run(WarmTests.request("pass", jail, limits: limits))
        try await waitForStandby()
    }

    /// What a program can find out about itself; runs with files are told to the init, and have no standby.
    private static let portrait = """
        rm -f f
        grep -v -E '^(Vm|Rss|voluntary|nonvoluntary|Hugetlb|Mems|Cpus|Threads)' /proc/self/status
        cat /proc/$$/comm /proc/$$/cgroup /proc/$$/limits /proc/$$/oom_score_adj
        cut -d' ' -f4-8 /proc/$$/stat
        ls -l /proc/$$/fd > list; cut -d' ' -f1-4 list
        ls -d /proc/[0-9]*; pwd; umask; env | sort; trap; echo $$ $PPID; cat
        """

    @Test("a process on standby finds itself as one that is started for the run") func sameAsStarted() async throws {
        try await JailFixture.with { jail in
            let file = JailRequest.File(path: "f", contents: "", isExecutable: false)
            let started = try await jail.shell(Self.portrait, stdin: "input", files: [file])
            _ = try await jail.shell("true")
            try await Self.waitForStandby()
            let stood = try await jail.shell(Self.portrait, stdin: "input")
            #expect(stood.stdout == started.stdout)
            #expect(stood.stdout.text.hasSuffix("\n2 1\ninput"))
            #expect(stood.stderr == started.stderr)
        }
    }

    @Test("a fork on standby finds itself as a fresh start does") func sameAsCold() async throws {
        try await JailFixture.with { jail in
            try await Self.waitForFork(jail)
            let warm = try await jail.pool.run(WarmTests.request(WarmTests.selfPortrait, jail, stdin: "input"))
            let cold = try await jail.pool.run(
                WarmTests.request(WarmTests.selfPortrait, jail, server: nil, stdin: "input")
            )
            #expect(warm.report.isWarm && !cold.report.isWarm)
            #expect(warm.stdout == cold.stdout)
            #expect(warm.stderr == cold.stderr)
        }
    }

    @Test("what cannot be executed on standby is told, and the next run has its own") func notExecuted() async throws {
        try await JailFixture.with { jail in
            for _ in 0..<3 {
                _ = try await jail.shell("true")
                try await Self.waitForStandby()
                let outcome = try await jail.pool.run(
                    JailRequest(
                        image: jail.image,
                        executable: .path("/etc/passwd"),
                        arguments: ["x"],
                        outputCap: 1000,
                        limits: .test
                    )
                )
                #expect(outcome.report.ending == .notExecuted(EACCES))
            }
        }
    }

    @Test("a run's own limits hold on standby", arguments: [1, 8] as [UInt32])
    func limits(processes: UInt32) async throws {
        try await JailFixture.with { jail in
            for _ in 0..<3 {
                let limits = JailLimits.test.with {
                    $0.processes = processes
                    $0.openFiles = 77
                    $0.cpuMicroseconds = 300_000 * TestHost.slowness
                }
                let outcome = try await jail.shell("ulimit -n; true | true; echo ran", limits: limits)
                #expect(outcome.stdout.text.hasPrefix("77\n"))
                #expect(outcome.stdout.text.hasSuffix("ran\n") == (processes > 1))
                let spinning = try await jail.shell("while :; do :; done", limits: limits)
                #expect(spinning.report.kill == .cpuTime)
                let large = try await jail.shell(
                    "head -c 400000000 /dev/zero | tail",
                    limits: .test.with { $0.memoryBytes = 32 << 20 }
                )
                #expect(large.report.oomKills > 0)
            }
        }
    }

    @Test("memory and time before a run are not the program's") func accounts() async throws {
        try await JailFixture.with { jail in
            try await Self.waitForFork(jail)
            let warm = try await jail.pool.run(WarmTests.request("print(1)", jail))
            let cold = try await jail.pool.run(WarmTests.request("print(1)", jail, server: nil))
            #expect(warm.report.isWarm)
            #expect(warm.report.memoryPeakBytes <= cold.report.memoryPeakBytes + (4 << 20))
            #expect(warm.report.cpuMicroseconds < cold.report.cpuMicroseconds)
        }
    }

    /// A server whose fork is killed halfway would be of no use any more: the locks that it shares with it stay taken.
    @Test("what stands by gives way to runs of other kinds, and its server serves on") func givesWay() async throws {
        try await JailFixture.with { jail in
            for round in 0..<30 {
                try await WarmTests.warm("pass", jail).expectSuccess()
                let again = try await jail.pool.run(WarmTests.request("print(\(round))", jail))
                #expect(again.report.isWarm && again.stdout == "\(round)\n".bytes)
                // At once, and a moment later: the fork is asked for, on its way, or there.
                try await Task.sleep(for: .microseconds(round * 100))
                #expect(try await jail.shell("echo \(round)").stdout == "\(round)\n".bytes)
            }
        }
    }
}

extension JailOutcome {
    fileprivate func expectSuccess() { #expect(report.ending == .exited(0)) }
}

extension String {
    fileprivate var bytes: ByteString { ByteString(self) }
}
