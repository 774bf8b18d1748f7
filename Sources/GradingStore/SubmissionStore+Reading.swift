import Foundation
import GRDB
public import GradingModel

extension SubmissionStore {
    /// The submission of this name with its answer; `nil` where there is none.
    public func submission(_ id: String) async throws -> SubmissionRecord? {
        guard SubmissionID.isWellFormed(id) else { return nil }
        return try await pool.read { db in try fetchRecord(db, id: id) }
    }

    /// The submission that was handed in with this key, with its answer; `nil` where there is none.
    /// - Throws: ``StoreError`` with the code `idempotencyConflict` where it had another body.
    public func submission(idempotencyKey: String, body: [UInt8]) async throws -> SubmissionRecord? {
        try await pool.read { db in try fetchRecord(db, idempotencyKey: idempotencyKey, body: body) }
    }

    /// How many submissions wait in the queue.
    public func queueDepth() async throws -> Int {
        try await pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM submission WHERE status = 'queued'") ?? 0
        }
    }

    /// A page of submissions without their answers, newest first.
    /// - Parameters:
    ///   - limit: The most that one page holds; at least 1.
    ///   - cursor: Where the page before ended (`nextCursor`); `nil`: from the newest.
    ///   - verdict: Only submissions with this verdict.
    ///   - language: Only submissions in this language.
    /// - Returns: The page, and the cursor of the next one; `nil` where this was the last. Submissions that come
    ///   between two calls are on no later page.
    /// - Throws: ``StoreError`` with the code `invalidCursor`.
    public func list(
        limit: Int,
        cursor: String? = nil,
        verdict: Verdict? = nil,
        language: Language? = nil
    ) async throws -> (records: [SubmissionRecord], nextCursor: String?) {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        if let cursor {
            conditions.append("seq < ?")
            arguments += [try PageCursor(cursor).seq]
        }
        if let verdict {
            conditions.append("verdict = ?")
            arguments += [verdict.rawValue]
        }
        if let language {
            conditions.append("language = ?")
            arguments += [language.rawValue]
        }
        arguments += [limit + 1]
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let sql = "SELECT \(recordColumns), seq FROM submission \(filter) ORDER BY seq DESC LIMIT ?"
        return try await pool.read { [arguments] db in
            let rows = try Row.fetchAll(db, sql: sql, arguments: arguments)
            let page = rows.prefix(limit)
            let next = rows.count > limit ? page.last.map { PageCursor(seq: $0["seq"]).text } : nil
            return (try page.map { try SubmissionRecord(row: $0) }, next)
        }
    }
}

/// Where a page of the list ended.
///
/// Clients get it as a text that they hand back as it is.
struct PageCursor {
    var seq: Int64

    init(seq: Int64) { self.seq = seq }

    init(_ text: String) throws {
        guard text.hasPrefix("c"), let seq = Int64(text.dropFirst(), radix: 32), seq > 0 else {
            throw StoreError(code: .invalidCursor, message: "this is no cursor of this list")
        }
        self.seq = seq
    }

    var text: String { "c" + String(seq, radix: 32) }
}

// MARK: Rows

let recordColumns = "submission.id, status, language, created_at_ms, verdict, score, passed, total"
let answerJoin = "LEFT JOIN submission_answer USING (seq)"

func fetchRecord(_ db: Database, id: String) throws -> SubmissionRecord? {
    let row = try Row.fetchOne(
        db,
        sql: "SELECT \(recordColumns), answer FROM submission \(answerJoin) WHERE id = ?",
        arguments: [id]
    )
    return try row.map { try SubmissionRecord(row: $0) }
}

func fetchRecord(_ db: Database, idempotencyKey: String, body: [UInt8]) throws -> SubmissionRecord? {
    let row = try Row.fetchOne(
        db,
        sql: """
            SELECT \(recordColumns), answer, body = ? AS same
            FROM submission JOIN submission_body USING (seq) \(answerJoin) WHERE idempotency_key = ?
            """,
        arguments: [blob(body), idempotencyKey]
    )
    guard let row else { return nil }
    guard row["same"] as Bool else {
        throw StoreError(
            code: .idempotencyConflict,
            message: "this idempotency key belongs to a submission with another body"
        )
    }
    return try SubmissionRecord(row: row)
}

func language(_ name: String) throws -> Language {
    guard let language = Language(rawValue: name) else {
        throw DatabaseError(message: "the language \(name) is not one that this version knows")
    }
    return language
}

/// GRDB's blobs are Foundation's `Data`; nothing else here is.
func blob(_ bytes: [UInt8]) -> Data { Data(bytes) }

func bytes(_ row: Row, _ column: String) -> [UInt8] {
    let data: Data = row[column]
    return [UInt8](data)
}

extension SubmissionRecord {
    init(row: Row) throws {
        guard let status = SubmissionStatus(rawValue: row["status"]) else {
            throw DatabaseError(message: "a status that this version does not know")
        }
        self.init(
            id: row["id"],
            status: status,
            language: try GradingStore.language(row["language"]),
            createdAt: row["created_at_ms"],
            verdict: (row["verdict"] as String?).flatMap(Verdict.init(rawValue:)),
            score: row["score"],
            passed: row["passed"],
            total: row["total"],
            answer: row.hasColumn("answer") ? (row["answer"] as Data?).map { [UInt8]($0) } : nil
        )
    }
}
