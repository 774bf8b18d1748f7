import CJail
import Glibc
import GradingModel
import Synchronization
import Testing
import Toolchains

@testable import GradingEngine
@testable import Sandbox

@Suite("Cache of builds", .timeLimit(.minutes(1))) struct BuildCacheTests {
    private static func key(_ source: ByteString, memory: Int = 1024, image: String = "sha256:1") -> BuildKey {
        let file = WorkFile(path: "main.cpp", contents: source)
        let command = JailCommand(executable: .path("/usr/bin/g++"), arguments: ["g++"], files: [file])
        let attempt = BuildAttempt(form: "as it stands", command: command, artefact: "main")
        return BuildKey([attempt], imageDigest: image, limits: Limits(compileMemoryMB: memory), artefactCap: 1 << 20)
    }

    private static func program(_ size: Int = 100) throws -> BuildOutcome {
        let descriptor = cjail_memfd("artefact")
        try #require(descriptor >= 0)
        var result = CompileResult(status: .ok)
        result.cpuTime = 1.5
        return BuildOutcome(status: .built(Artefact(owning: descriptor, size: size)), result: result)
    }

    private static func failure(_ text: ByteString = "error: no") -> BuildOutcome {
        var result = CompileResult(status: .failed)
        result.stderr = text
        return BuildOutcome(status: .failed, result: result)
    }

    /// Asks for a build that must come from the cache; `nil` where it does not.
    private func cached(_ cache: BuildCache, _ key: BuildKey) -> BuildOutcome? { cache.known(key) }

    @Test("What was built is there, says so, and costs nothing")
    func hit() async throws {
        let cache = BuildCache(capacity: 1 << 20, artefactLimit: 10)
        let made = try Self.program()
        let first = try await cache.outcome(for: Self.key("a")) { (made, true) }
        #expect(!first.result.cached && first.result.cpuTime == 1.5)
        let second = try await cache.outcome(for: Self.key("a")) { throw CancellationError() }
        #expect(second.result.cached && second.result.cpuTime == 0 && second.result.status == .ok)
        #expect(second.artefact === made.artefact)
        #expect(cache.account.hits == 1 && cache.account.misses == 1 && cache.account.artefacts == 1)
    }

    @Test("A failed build is there too, with what the compiler said")
    func negative() async throws {
        let cache = BuildCache(capacity: 1 << 20, artefactLimit: 10)
        _ = try await cache.outcome(for: Self.key("a")) { (Self.failure(), true) }
        #expect(cached(cache, Self.key("a"))?.result.stderr == "error: no")
        #expect(cache.account.artefacts == 0)
    }

    @Test("What is not repeatable, and what failed by a fault of ours, is made anew")
    func unrepeatable() async throws {
        let cache = BuildCache(capacity: 1 << 20, artefactLimit: 10)
        _ = try await cache.outcome(for: Self.key("a")) { (Self.failure(), false) }
        #expect(cached(cache, Self.key("a")) == nil)
        await #expect(throws: SandboxError.self) {
            _ = try await cache.outcome(for: Self.key("a")) { throw SandboxError.slotLost }
        }
        #expect(cached(cache, Self.key("a")) == nil)
        let made = try await cache.outcome(for: Self.key("a")) { (try Self.program(), true) }
        #expect(!made.result.cached)
        #expect(cache.account.entries == 1)
    }

    @Test("Another source, image or limit is another build")
    func keys() {
        let keys = [
            Self.key("a"), Self.key("b"), Self.key("a", memory: 512), Self.key("a", image: "sha256:2"), Self.key(""),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(Self.key("a") == Self.key("a"))
        func key(_ arguments: [String], _ environment: [String: String] = [:], channel: ByteString? = nil) -> BuildKey {
            let command = JailCommand(
                executable: .path("/p"),
                arguments: arguments,
                environment: environment,
                channel: channel
            )
            let attempt = BuildAttempt(form: "f", command: command)
            return BuildKey([attempt], imageDigest: "", limits: Limits(), artefactCap: 0)
        }
        // Nothing runs into what stands beside it.
        let others = [
            key(["ab", "c"]), key(["a", "bc"]), key(["a", "b", "c"]), key(["a"], ["b": "c"]), key(["a"], ["c": "b"]),
            key(["a"], channel: ""), key(["a"]), key(["a"], channel: "bc"),
        ]
        #expect(Set(others).count == others.count)
    }

    @Test("What was used last stays, within the size")
    func evictionBySize() async throws {
        let cache = BuildCache(capacity: 10_000, artefactLimit: 100)
        for name in ["a", "b", "c"] as [ByteString] {
            _ = try await cache.outcome(for: Self.key(name)) { (try Self.program(2000), true) }
        }
        #expect(cached(cache, Self.key("a")) != nil)
        _ = try await cache.outcome(for: Self.key("d")) { (try Self.program(2000), true) }
        #expect(cached(cache, Self.key("b")) == nil)
        for name in ["a", "c", "d"] as [ByteString] { #expect(cached(cache, Self.key(name)) != nil) }
        #expect(cache.account.evictions == 1 && cache.account.entries == 3 && cache.account.bytes <= 10_000)
        // Larger than all: it is no reason to drop anything.
        _ = try await cache.outcome(for: Self.key("e")) { (try Self.program(20_000), true) }
        #expect(cached(cache, Self.key("e")) == nil && cache.account.entries == 3)
    }

    @Test("No more programs are kept than there are descriptors for, and those are closed")
    func evictionByCount() async throws {
        let cache = BuildCache(capacity: 1 << 30, artefactLimit: 3)
        let before = try openDescriptors()
        for number in 0..<2000 {
            _ = try await cache.outcome(for: Self.key(ByteString(String(number)))) { (try Self.program(), true) }
            _ = cached(cache, Self.key("1990"))
        }
        #expect(cache.account.artefacts == 3 && cache.account.evictions == 1997)
        #expect(cached(cache, Self.key("1990")) != nil, "it was used all the time")
        #expect(try openDescriptors() <= before + 3 + 16)
    }

    private func openDescriptors() throws -> Int {
        let folder = try #require(opendir("/proc/self/fd"))
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    @Test("Without capacity nothing is kept")
    func disabled() async throws {
        let cache = BuildCache(capacity: 0, artefactLimit: 10)
        for _ in 0..<2 {
            let made = try await cache.outcome(for: Self.key("a")) { (try Self.program(), true) }
            #expect(!made.result.cached)
        }
        #expect(cache.account == BuildCacheAccount())
    }

    // MARK: At the same time

    /// Lets builds wait until the test says how they end.
    private final class Gate: Sendable {
        private struct State {
            var isOpen = false
            var begun = 0
            var asked = 0
            var waiting: [CheckedContinuation<Void, Never>] = []
        }

        private let state = Mutex(State())

        var begun: Int { state.withLock(\.begun) }
        var asked: Int { state.withLock(\.asked) }

        func ask() { state.withLock { $0.asked += 1 } }

        func pass() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    state.begun += 1
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    private func wait(until condition: () -> Bool) async { while !condition() { await Task.yield() } }

    @Test("Equal builds at the same time are one", arguments: [true, false])
    func singleFlight(isRepeatable: Bool) async throws {
        let cache = BuildCache(capacity: 1 << 20, artefactLimit: 10)
        let gate = Gate()
        let outcomes = try await withThrowingTaskGroup(of: BuildOutcome.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    gate.ask()
                    return try await cache.outcome(for: Self.key("a")) {
                        await gate.pass()
                        return (try Self.program(), isRepeatable)
                    }
                }
            }
            await wait { gate.asked == 8 && gate.begun >= 1 }
            #expect(gate.begun == 1)
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // What is not repeatable, each makes for itself, all at once.
        #expect(gate.begun == (isRepeatable ? 1 : 8))
        #expect(outcomes.count { $0.result.cached } == (isRepeatable ? 7 : 0))
    }

    @Test("Where the one that builds is cancelled, the next one builds")
    func cancelledLeader() async throws {
        let cache = BuildCache(capacity: 1 << 20, artefactLimit: 10)
        let gate = Gate()
        let leader = Task {
            try await cache.outcome(for: Self.key("a")) {
                await gate.pass()
                try Task.checkCancellation()
                return (try Self.program(), true)
            }
        }
        await wait { gate.begun == 1 }
        let follower = Task { try await cache.outcome(for: Self.key("a")) { (try Self.program(7), true) } }
        let other = Task { try await cache.outcome(for: Self.key("a")) { (try Self.program(8), true) } }
        other.cancel()
        await #expect(throws: CancellationError.self) { try await other.value }
        leader.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { try await leader.value }
        #expect(try await follower.value.artefact?.size == 7)
        #expect(cached(cache, Self.key("a"))?.artefact?.size == 7)
    }
}
