import Foundation
import DatasetFiles
import GRDB
import GradingModel
import Synchronization

/// What is known so far of a regrade, on disk: which rows are done, with what outcome, and which work was done.
///
/// SQLite in WAL mode at `synchronous = FULL`: what is committed survives `kill -9` and power loss, a torn end of the log
/// is told by its checksums and left out, and rows and work are found by key without being held in memory.
/// Rows are committed in groups: whichever finished while the last group was synced.
final class RegradeJournal: Sendable {
    /// One row's outcome, with the work that it rests on.
    struct Entry: Sendable {
        var ordinal: Int
        var outcome: RowOutcome
        var work: Work?
        /// Whether the work is new, so that it is to be kept too.
        var isWorkNew = false
    }

    /// One graded piece of work: the digest of what was asked, and the API's answer.
    struct Work: Sendable {
        var digest: [UInt8]
        var answer: Value
        /// The answer as it is kept; without `--traces` only what the outcome needs.
        var stored: [UInt8]
    }

    private let queue: DatabaseQueue

    /// Opens the journal or makes it.
    ///
    /// - Parameters:
    ///   - path: The database's file.
    ///   - identity: What is graded and how; the journal of something else is not gone on with.
    /// - Throws: ``DatasetFileError`` where it can't be opened or is that of something else.
    init(path: String, identity: String) throws {
        var configuration = Configuration()
        configuration.label = "regrade"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.write { db in
                try db.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS setup (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                        CREATE TABLE IF NOT EXISTS work (
                            id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, answer BLOB NOT NULL);
                        CREATE TABLE IF NOT EXISTS row (
                            ordinal INTEGER PRIMARY KEY, outcome BLOB NOT NULL, digest BLOB,
                            is_our_fault INTEGER NOT NULL);
                        CREATE TABLE IF NOT EXISTS input (
                            number INTEGER PRIMARY KEY, rows INTEGER NOT NULL);
                        """
                )
            }
        } catch {
            throw DatasetFileError(
                "\(path): cannot be opened (\(error)); is another assay at work on it, or may the service's user not "
                    + "enter the folder?"
            )
        }
        let known = try queue.write { db -> String in
            try db.execute(
                sql: "INSERT OR IGNORE INTO setup (name, value) VALUES ('identity', ?)",
                arguments: [identity]
            )
            return try String.fetchOne(db, sql: "SELECT value FROM setup WHERE name = 'identity'") ?? ""
        }
        guard known == identity else {
            throw DatasetFileError(
                """
                \(path) belongs to a regrade of other inputs, options or toolchains; remove its folder to begin anew
                  then: \(known)
                  now:  \(identity)
                """
            )
        }
    }

    func close() throws { try queue.close() }

    // MARK: - Reading

    /// The rows that are done.
    func doneRows() async throws -> RowSet {
        try await queue.read { db in
            var rows = RowSet()
            let cursor = try Int.fetchCursor(db, sql: "SELECT ordinal FROM row ORDER BY ordinal")
            while let ordinal = try cursor.next() { rows.insert(ordinal) }
            return rows
        }
    }

    /// How many rows each input has, of those that were read to the end.
    func inputCounts() async throws -> [Int: Int] {
        try await queue.read { db in
            var counts: [Int: Int] = [:]
            for row in try GRDB.Row.fetchAll(db, sql: "SELECT number, rows FROM input") { counts[row[0]] = row[1] }
            return counts
        }
    }

    /// The answer to work that is done.
    func answer(to digest: [UInt8]) async throws -> [UInt8]? {
        try await queue.read { db in
            try Data.fetchOne(db, sql: "SELECT answer FROM work WHERE digest = ?", arguments: [digest.data]).map {
                [UInt8]($0)
            }
        }
    }

    /// The outcomes of up to `count` rows from one on, in order; with traces, the stored answers of their work too.
    func outcomes(
        from ordinal: Int,
        count: Int,
        withTraces: Bool
    ) throws -> [(ordinal: Int, outcome: RowOutcome, answer: [UInt8]?)] {
        try queue.read { db in
            let sql =
                withTraces
                ? """
                SELECT row.ordinal, row.outcome, work.answer FROM row LEFT JOIN work ON work.digest = row.digest
                WHERE row.ordinal >= ? AND row.ordinal < ? ORDER BY row.ordinal
                """
                : "SELECT ordinal, outcome, NULL FROM row WHERE ordinal >= ? AND ordinal < ? ORDER BY ordinal"
            return try GRDB.Row.fetchAll(db, sql: sql, arguments: [ordinal, ordinal + count]).map { row in
                (row[0], try RowOutcome(json: [UInt8](row[1] as Data)), (row[2] as Data?).map { [UInt8]($0) })
            }
        }
    }

    // MARK: - Writing

    /// Commits rows with their work.
    func write(_ entries: [Entry]) async throws {
        try await queue.write { db in
            for entry in entries {
                if let work = entry.work, entry.isWorkNew {
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO work (digest, answer) VALUES (?, ?)",
                        arguments: [work.digest.data, work.stored.data]
                    )
                }
                try db.execute(
                    sql: "INSERT OR IGNORE INTO row (ordinal, outcome, digest, is_our_fault) VALUES (?, ?, ?, ?)",
                    arguments: [
                        entry.ordinal, entry.outcome.json.data, entry.work?.digest.data, entry.outcome.isOurFault,
                    ]
                )
            }
        }
    }

    func noteInput(_ number: Int, rows: Int) async throws {
        try await queue.write { db in
            try db.execute(sql: "INSERT OR REPLACE INTO input (number, rows) VALUES (?, ?)", arguments: [number, rows])
        }
    }

    /// Forgets the rows that faults of ours left without a score, so that they are graded again.
    /// - Returns: How many they were.
    func forgetFaults() async throws -> Int {
        try await queue.write { db in
            try db.execute(sql: "DELETE FROM row WHERE is_our_fault")
            return db.changesCount
        }
    }
}

/// A set of row numbers, a bit each.
struct RowSet: Sendable {
    private var words: [UInt64] = []
    private(set) var count = 0

    mutating func insert(_ row: Int) {
        while words.count <= row >> 6 { words.append(0) }
        if words[row >> 6] & 1 << (row & 63) == 0 { count += 1 }
        words[row >> 6] |= 1 << (row & 63)
    }

    func contains(_ row: Int) -> Bool { row >> 6 < words.count && words[row >> 6] & 1 << (row & 63) != 0 }

    /// How many rows from `start` on are all in the set.
    func run(from start: Int) -> Int {
        var row = start
        while contains(row) {
            row = row & 63 == 0 && words[row >> 6] == .max ? row + 64 : row + 1
        }
        return row - start
    }
}

extension [UInt8] {
    var data: Data { Data(self) }
}
