import GRDB
import Synchronization

/// Groups writes that arrive at the same time into one transaction, so that they share one sync to disk.
///
/// Each write runs in a savepoint of its own: one that throws takes back nothing of the others'. A write's caller
/// hears of it only once the transaction is committed.
final class WriteBatcher: Sendable {
    private struct Job: Sendable {
        /// A write that may be lost in a power failure, since it says nothing that is promised to anyone.
        var isDisposable: Bool
        /// Runs in a savepoint, and returns what to do once it is known whether the transaction was committed.
        var run: @Sendable (Database) -> @Sendable ((any Error)?) -> Void
        /// Tells the caller that the write was not even begun.
        var fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var pending: [Job] = []
        var isDraining = false
        /// Whether the connection syncs at commits; unknown before the first.
        var syncs: Bool?
    }

    private let pool: DatabasePool
    private let durability: StoreOptions.Durability
    private let state = Mutex(State())
    /// A bound on what one failed commit takes with it, and on how long a reader of the queue waits.
    private static let largestBatch = 128

    init(pool: DatabasePool, durability: StoreOptions.Durability) {
        self.pool = pool
        self.durability = durability
    }

    /// Runs `body` in a transaction and returns once it is committed.
    ///
    /// Cancelling the task does not take the write back.
    /// - Parameters:
    ///   - isDisposable: The write need not survive a power failure.
    ///   - body: The write, on the writer's own thread.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or a `DatabaseError` of the commit.
    func write<Output: Sendable>(
        isDisposable: Bool = false,
        _ body: @escaping @Sendable (Database) throws -> Output
    ) async throws -> Output {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Output, any Error>) in
            let run: @Sendable (Database) -> @Sendable ((any Error)?) -> Void = { db in
                let result = Result { () throws -> Output in
                    var output: Output?
                    try db.inSavepoint {
                        output = try body(db)
                        return .commit
                    }
                    guard let output else { throw DatabaseError(message: "the savepoint did not run") }
                    return output
                }
                return { commitError in
                    if let commitError {
                        continuation.resume(throwing: commitError)
                    } else {
                        continuation.resume(with: result)
                    }
                }
            }
            let job = Job(isDisposable: isDisposable, run: run) { continuation.resume(throwing: $0) }
            let mustStart = state.withLock { state in
                state.pending.append(job)
                defer { state.isDraining = true }
                return !state.isDraining
            }
            if mustStart {
                pool.asyncWriteWithoutTransaction { db in self.drain(db) }
            }
        }
    }

    private func drain(_ db: Database) {
        while true {
            let batch = state.withLock { state -> [Job] in
                let batch = Array(state.pending.prefix(Self.largestBatch))
                state.pending.removeFirst(batch.count)
                if batch.isEmpty { state.isDraining = false }
                return batch
            }
            if batch.isEmpty { return }
            commit(batch, db)
        }
    }

    private func commit(_ batch: [Job], _ db: Database) {
        var completions: [@Sendable ((any Error)?) -> Void] = []
        var failure: (any Error)?
        do {
            // In WAL mode a commit is synced only at FULL, and with it all earlier ones. The pragma has no effect
            // within a transaction.
            let mustSync = durability == .full && batch.contains { !$0.isDisposable }
            if state.withLock({ $0.syncs }) != mustSync {
                try db.execute(sql: mustSync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
                state.withLock { $0.syncs = mustSync }
            }
            try db.beginTransaction(.immediate)
        } catch {
            failure = error
        }
        var remaining = batch[...]
        while failure == nil, let job = remaining.popFirst() {
            completions.append(job.run(db))
            // A full disk or an I/O error takes the whole transaction back.
            if !db.isInsideTransaction {
                failure = DatabaseError(resultCode: .SQLITE_ABORT_ROLLBACK, message: "the transaction was taken back")
            }
        }
        if failure == nil {
            do {
                try db.commit()
            } catch {
                failure = error
                // Where this fails too, the transaction is gone already; GRDB says so before the next one begins.
                try? db.rollback()
            }
        }
        for completion in completions { completion(failure) }
        if let failure {
            for job in remaining { job.fail(failure) }
        }
    }
}
