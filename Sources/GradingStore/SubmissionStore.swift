import Glibc
import GRDB
public import GradingModel

/// Submissions and their results in a SQLite file.
///
/// What a call has returned is committed. What that survives is said by ``StoreOptions/Durability``: in any case the
/// end of the process, `kill -9` included. A submission goes from `queued` to `running` to `finished`, or from
/// either of the first two to `cancelled`; each step is a compare-and-set, so that it is taken once.
///
/// One process at a time may have a database open. See sqlite.org/wal.html and sqlite.org/pragma.html#pragma_synchronous.
public final class SubmissionStore: Sendable {
    let pool: DatabasePool
    let batcher: WriteBatcher
    private let options: StoreOptions
    private let lock: FileLock
    private let now: @Sendable () -> Int64

    /// Opens the database, makes it if it is missing, and puts back into the queue what ran when its last user ended.
    /// - Parameters:
    ///   - path: The database's file; the folder is made if it is missing. `-wal`, `-shm` and `.lock` stand beside it.
    ///   - options: How submissions are kept.
    ///   - now: Milliseconds since 1970.
    /// - Throws: ``StoreError`` where another process has it open, or where it cannot be opened.
    public init(
        path: String,
        options: StoreOptions = StoreOptions(),
        now: @escaping @Sendable () -> Int64 = currentMilliseconds
    ) throws {
        try Self.makeFolder(of: path)
        lock = try FileLock(path: path + ".lock")
        var configuration = Configuration()
        configuration.label = "submissions"
        configuration.maximumReaderCount = 4
        // Only a look from outside (the sqlite3 tool, a backup) ever holds a lock.
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            if !db.configuration.readonly {
                // Bounds the log's file after a time of large bodies.
                try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            }
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try makeMigrator().migrate(pool)
            try pool.write { db in
                try db.execute(
                    sql: "UPDATE submission SET status = 'queued', started_at_ms = NULL WHERE status = 'running'"
                )
            }
        } catch {
            throw StoreError(code: .cannotOpen, message: "cannot open the database \(path): \(error)")
        }
        batcher = WriteBatcher(pool: pool, durability: options.durability)
        self.options = options
        self.now = now
    }

    /// Closes the database; the log is written back into the file.
    public func close() throws { try pool.close() }

    // MARK: Handing in

    /// Puts a submission at the end of the queue.
    ///
    /// - Parameters:
    ///   - language: The submission's language, for lists.
    ///   - body: The request's body, byte for byte.
    ///   - idempotencyKey: Where a submission with this key is there already, that one is answered.
    ///   - isClaimed: The caller grades it at once: it is stored as `running`, and no ``claim(limit:)`` finds it.
    /// - Returns: The submission, and whether it is new.
    /// - Throws: ``StoreError`` with the code `idempotencyConflict` where the key's submission had another body.
    public func enqueue(
        language: Language,
        body: [UInt8],
        idempotencyKey: String? = nil,
        isClaimed: Bool = false
    ) async throws -> (record: SubmissionRecord, isNew: Bool) {
        let createdAt = now()
        let id = SubmissionID.make(at: createdAt)
        return try await batcher.write { db in
            if let idempotencyKey, let known = try fetchRecord(db, idempotencyKey: idempotencyKey, body: body) {
                return (known, false)
            }
            try db.run(
                """
                INSERT INTO submission (id, status, language, created_at_ms, started_at_ms, attempts, idempotency_key)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    id, isClaimed ? "running" : "queued", language.rawValue, createdAt,
                    isClaimed ? createdAt : nil, isClaimed ? 1 : 0, idempotencyKey,
                ]
            )
            try db.run(
                "INSERT INTO submission_body (seq, body) VALUES (?, ?)",
                [db.lastInsertedRowID, blob(body)]
            )
            let record = SubmissionRecord(
                id: id,
                status: isClaimed ? .running : .queued,
                language: language,
                createdAt: createdAt
            )
            return (record, true)
        }
    }

    // MARK: Grading

    /// Takes the oldest submissions from the queue; they are `running` from now on.
    ///
    /// Those of `knownBodies`, which the caller has already, come without body.
    public func claim(
        limit: Int,
        withoutBodiesOf knownBodies: Set<String> = []
    ) async throws -> [ClaimedSubmission] {
        let startedAt = now()
        // A claim that is lost in a power failure leaves the submission in the queue, where it would go anyway.
        return try await batcher.write(isDisposable: true) { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        UPDATE submission SET status = 'running', started_at_ms = ?, attempts = attempts + 1
                        WHERE seq IN (SELECT seq FROM submission WHERE status = 'queued' ORDER BY seq LIMIT ?)
                        RETURNING seq, id, language, attempts, created_at_ms
                        """
                ),
                arguments: [startedAt, limit]
            )
            return try rows.sorted { ($0["seq"] as Int64) < ($1["seq"] as Int64) }.map { row in
                let id: String = row["id"]
                let body =
                    knownBodies.contains(id)
                    ? nil
                    : try Row.fetchOne(
                        db.cachedStatement(sql: "SELECT body FROM submission_body WHERE seq = ?"),
                        arguments: [row["seq"] as Int64]
                    )
                return ClaimedSubmission(
                    id: id,
                    language: try language(row["language"]),
                    body: body.map { bytes($0, "body") } ?? [],
                    attempts: row["attempts"],
                    createdAt: row["created_at_ms"]
                )
            }
        }
    }

    /// Stores the end of a submission that runs.
    /// - Returns: Whether it was stored: `false` where it was cancelled meanwhile, or is finished already.
    @discardableResult
    public func finish(_ id: String, _ end: FinishedSubmission) async throws -> Bool {
        let finishedAt = now()
        let retained = options.retainedSubmissions
        return try await batcher.write { db in
            let seq = try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        UPDATE submission
                        SET status = 'finished', finished_at_ms = ?, verdict = ?, score = ?, passed = ?, total = ?
                        WHERE id = ? AND status = 'running' RETURNING seq
                        """
                ),
                arguments: [finishedAt, end.verdict.rawValue, end.score, end.passed, end.total, id]
            )
            guard let seq else { return false }
            try db.run("INSERT INTO submission_answer (seq, answer) VALUES (?, ?)", [seq, blob(end.answer)])
            // Not each time: the count walks the table.
            if let retained, seq % 256 == 0 { try removeOldest(db, keeping: retained) }
            return true
        }
    }

    /// Puts a submission that runs back to where it stood in the queue, as if it had not been taken: only a service that
    /// ends without a word counts as an attempt.
    @discardableResult
    public func requeue(_ id: String) async throws -> Bool {
        try await batcher.write(isDisposable: true) { db in
            try db.execute(
                sql: """
                    UPDATE submission SET status = 'queued', started_at_ms = NULL, attempts = max(0, attempts - 1)
                    WHERE id = ? AND status = 'running'
                    """,
                arguments: [id]
            )
            return db.changesCount == 1
        }
    }

    /// Cancels a submission that is not finished.
    /// - Returns: The submission as it is now; `nil` where there is none of this name.
    public func cancel(_ id: String) async throws -> SubmissionRecord? {
        let finishedAt = now()
        return try await batcher.write { db in
            try db.execute(
                sql: """
                    UPDATE submission SET status = 'cancelled', finished_at_ms = ?
                    WHERE id = ? AND status IN ('queued', 'running')
                    """,
                arguments: [finishedAt, id]
            )
            return try fetchRecord(db, id: id)
        }
    }

    /// Removes finished and cancelled submissions but the newest `count`.
    public func prune(keeping count: Int) async throws {
        try await batcher.write { db in try removeOldest(db, keeping: count) }
    }

    private static func makeFolder(of path: String) throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        var folder = path.hasPrefix("/") ? "" : "."
        for part in parts {
            folder += "/" + part
            if mkdir(folder, 0o700) != 0 && errno != EEXIST {
                throw StoreError(code: .cannotOpen, message: "mkdir(\(folder)): \(String(cString: strerror(errno)))")
            }
        }
    }
}

extension Database {
    /// Executes a statement that each connection compiles once.
    fileprivate func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

/// Removes what is final but the newest `count`, at most 1000 at a time so that no one write takes long.
private func removeOldest(_ db: Database, keeping count: Int) throws {
    let oldestKept = try Int64.fetchOne(
        db,
        sql: """
            SELECT seq FROM submission WHERE status IN ('finished', 'cancelled') ORDER BY seq DESC LIMIT 1 OFFSET ?
            """,
        arguments: [max(0, count - 1)]
    )
    guard let oldestKept else { return }
    try db.execute(
        sql: """
            DELETE FROM submission WHERE seq IN (
                SELECT seq FROM submission WHERE seq < ? AND status IN ('finished', 'cancelled') ORDER BY seq LIMIT 1000)
            """,
        arguments: [count > 0 ? oldestKept : Int64.max]
    )
}
