import GradingModel
import Sandbox
import Synchronization

/// Builds that were made, so that what is equal is compiled once: also where it comes twice at the same time.
///
/// An artefact stays as a file in memory that nobody can write to, and nobody but this service has. Within
/// `capacity` and `artefactLimit`, what was used last is kept. What is not repeatable is given to whoever asked and
/// forgotten: a build that ran out of time or memory, or that a fault of ours ended.
final class BuildCache: Sendable {
    /// A build, and whether it would end in the same way again.
    typealias Build = (outcome: BuildOutcome, isRepeatable: Bool)

    fileprivate struct Entry {
        var outcome: BuildOutcome
        var size: Int
        /// Grows with each use.
        var lastUse: UInt64
    }

    fileprivate struct State {
        var entries: [BuildKey: Entry] = [:]
        /// Builds under way, and who else wants them.
        var underWay: [BuildKey: [(id: UInt64, continuation: CheckedContinuation<Answer, any Error>)]] = [:]
        var uses: UInt64 = 0
        /// The uses in their order; those that are not their entry's last any more are passed over.
        var order: [(key: BuildKey, use: UInt64)] = []
        /// How many of them are dropped already.
        var dropped = 0
        var account = BuildCacheAccount()
    }

    fileprivate enum Answer {
        case known(BuildOutcome)
        /// Nobody else makes it: build, and tell the others.
        case lead
        /// It is not worth waiting for: what was waited for is not repeatable.
        case alone
    }

    /// The most that all entries may take, in bytes; 0: nothing is kept, and nobody waits for another's build.
    let capacity: Int
    /// The most artefacts that are kept: each has a descriptor.
    let artefactLimit: Int
    private let state = Mutex(State())
    /// What an entry takes besides its artefact and its texts, in bytes.
    private static let overhead = 1024

    init(capacity: Int, artefactLimit: Int) {
        self.capacity = capacity
        self.artefactLimit = artefactLimit
    }

    /// What was kept, found and made so far.
    var account: BuildCacheAccount { state.withLock(\.account) }

    /// The outcome that is kept under this key, as one of the cache.
    func known(_ key: BuildKey) -> BuildOutcome? { state.withLock { $0.use(key) } }

    /// The outcome under this key: kept, made meanwhile by another task, or made by `build`.
    /// - Throws: What `build` throws; `CancellationError`.
    func outcome(for key: BuildKey, _ build: () async throws -> Build) async throws -> BuildOutcome {
        guard capacity > 0 else { return try await build().outcome }
        switch try await answer(for: key) {
        case .known(let outcome): return outcome
        case .alone: return try await build().outcome
        case .lead: break
        }
        do {
            let made = try await build()
            settle(key, made.isRepeatable ? made.outcome : nil)
            return made.outcome
        } catch {
            handOver(key)
            throw error
        }
    }

    // MARK: Builds under way

    private func answer(for key: BuildKey) async throws -> Answer {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.uses += 1
            return state.uses
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer = state.withLock { state -> Result<Answer, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let outcome = state.use(key) { return .success(.known(outcome)) }
                    if state.underWay[key] != nil {
                        state.underWay[key]?.append((id, continuation))
                        return nil
                    }
                    state.underWay[key] = []
                    state.account.misses += 1
                    return .success(.lead)
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.underWay[key]?.firstIndex { $0.id == id }.flatMap { state.underWay[key]?.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Keeps an outcome and gives it to those who wait; `nil`: each of them builds by itself.
    private func settle(_ key: BuildKey, _ outcome: BuildOutcome?) {
        let waiters = state.withLock { state in
            if let outcome { keep(outcome, key, &state) }
            let waiters = state.underWay.removeValue(forKey: key) ?? []
            if outcome == nil { state.account.misses += waiters.count } else { state.account.hits += waiters.count }
            return waiters
        }
        let answer = outcome.map { Answer.known($0.cached) } ?? .alone
        for waiter in waiters { waiter.continuation.resume(returning: answer) }
    }

    /// The build was given up, which says nothing about it: the next who waits makes it.
    private func handOver(_ key: BuildKey) {
        let next = state.withLock { state -> CheckedContinuation<Answer, any Error>? in
            guard let waiters = state.underWay[key], !waiters.isEmpty else {
                state.underWay[key] = nil
                return nil
            }
            state.account.misses += 1
            return state.underWay[key]?.removeFirst().continuation
        }
        next?.resume(returning: .lead)
    }

    // MARK: What is kept

    private func keep(_ outcome: BuildOutcome, _ key: BuildKey, _ state: inout State) {
        let texts = outcome.result.stdout.count + outcome.result.stderr.count
        let size = Self.overhead + texts + (outcome.artefact?.size ?? 0)
        guard size <= capacity else { return }
        state.account.bytes += size
        state.account.artefacts += outcome.artefact == nil ? 0 : 1
        state.entries[key] = Entry(outcome: outcome, size: size, lastUse: 0)
        state.touch(key)
        state.account.entries = state.entries.count
        while state.account.bytes > capacity || state.account.artefacts > artefactLimit { state.dropOldest() }
    }
}

extension BuildCache.State {
    /// The entry of this key, counted as used now.
    fileprivate mutating func use(_ key: BuildKey) -> BuildOutcome? {
        guard let outcome = entries[key]?.outcome else { return nil }
        touch(key)
        account.hits += 1
        return outcome.cached
    }

    fileprivate mutating func touch(_ key: BuildKey) {
        uses += 1
        entries[key]?.lastUse = uses
        order.append((key, uses))
        // Of all uses, one for each entry counts.
        guard order.count > 4 * entries.count + 256 else { return }
        order = order[dropped...].filter { entries[$0.key]?.lastUse == $0.use }
        dropped = 0
    }

    /// Drops the entry that was not used for the longest time.
    fileprivate mutating func dropOldest() {
        while dropped < order.count {
            let (key, use) = order[dropped]
            dropped += 1
            guard let entry = entries[key], entry.lastUse == use else { continue }
            entries[key] = nil
            account.bytes -= entry.size
            account.artefacts -= entry.outcome.artefact == nil ? 0 : 1
            account.entries = entries.count
            account.evictions += 1
            return
        }
    }
}

extension BuildOutcome {
    /// The compiled program, where the build made one.
    var artefact: Artefact? {
        if case .built(let artefact) = status { artefact } else { nil }
    }

    /// The same as one that cost nothing now.
    fileprivate var cached: BuildOutcome {
        var outcome = self
        outcome.result.cached = true
        outcome.result.cpuTime = 0
        outcome.result.wallTime = 0
        return outcome
    }
}

/// What a cache of builds did since the start, and holds now.
public struct BuildCacheAccount: Sendable, Hashable {
    /// Builds that were there already, or were under way for another submission.
    public internal(set) var hits = 0
    /// Builds that were made.
    public internal(set) var misses = 0
    public internal(set) var evictions = 0
    public internal(set) var entries = 0
    /// Entries that have a compiled program, and so a descriptor.
    public internal(set) var artefacts = 0
    /// What the entries take, in bytes.
    public internal(set) var bytes = 0
}
