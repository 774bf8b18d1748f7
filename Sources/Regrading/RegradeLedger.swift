import GradingModel

/// Who grades what at the moment, and what waits to be written to the journal.
///
/// Of identical work the first is graded; whoever comes while it runs waits for it, whoever comes later finds it done.
actor RegradeLedger {
    private let journal: RegradeJournal
    private var running: [[UInt8]: [CheckedContinuation<Void, Never>]] = [:]
    /// Done, but perhaps not yet written.
    private var unwritten: [[UInt8]: [UInt8]] = [:]
    private var pending: [RegradeJournal.Entry] = []
    private var isWriting = false

    init(journal: RegradeJournal) { self.journal = journal }

    /// The stored answer to work that is done; `nil`: the caller is to do it, and to say so by ``finish(_:stored:)``.
    func begin(_ digest: [UInt8]) async throws -> [UInt8]? {
        while true {
            if let stored = unwritten[digest] { return stored }
            if running[digest] != nil {
                await withCheckedContinuation { running[digest, default: []].append($0) }
                continue
            }
            running[digest] = []
            do {
                if let stored = try await journal.answer(to: digest) {
                    release(digest)
                    return stored
                }
                return nil
            } catch {
                release(digest)
                throw error
            }
        }
    }

    /// The work is done, or has failed (`nil`), so that whoever waits does it.
    func finish(_ digest: [UInt8], stored: [UInt8]?) {
        if let stored { unwritten[digest] = stored }
        release(digest)
    }

    private func release(_ digest: [UInt8]) {
        for waiter in running.removeValue(forKey: digest) ?? [] { waiter.resume() }
    }

    /// Takes a row; it is committed soon, with all that came meanwhile.
    func append(_ entry: RegradeJournal.Entry) async throws {
        pending.append(entry)
        // Whoever finds nobody writing writes, for a while; what comes meanwhile is one group.
        guard !isWriting else { return }
        for _ in 0..<4 where !pending.isEmpty { try await write() }
    }

    /// Returns once all is committed.
    func flush() async throws {
        while !pending.isEmpty { try await write() }
    }

    private func write() async throws {
        isWriting = true
        defer { isWriting = false }
        let batch = pending
        pending = []
        try await journal.write(batch)
        for entry in batch { if let work = entry.work, entry.isWorkNew { unwritten[work.digest] = nil } }
    }
}
