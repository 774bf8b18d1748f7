import DatasetFiles
import DatasetFormats
import Foundation
import GRDB
import GradingModel
import Synchronization

/// Problems by their id, on disk, for answers whose tests are in another file.
///
/// Each problem is kept without its text and solution, compressed. Those that were asked for last are kept decoded, since
/// answers to one problem often follow each other.
final class TaskIndex: Sendable {
    private let queue: DatabaseQueue
    private let reader: RecordReader
    private let recent = Mutex<[(id: String, record: DatasetRecord, size: Int)]>([])
    /// Bytes of JSON of what is kept decoded.
    private static let recentBytes = 32 << 20
    private static let omitted = ["prompt", "gold_standard_solution", "problem_statement"]

    /// Opens the index or makes it.
    init(path: String, reader: RecordReader) throws {
        self.reader = reader
        var configuration = Configuration()
        // It can be made again, so that no sync is waited for; a pragma that has no effect within a transaction.
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = NORMAL") }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS task (id TEXT PRIMARY KEY, row BLOB NOT NULL);
                    CREATE TABLE IF NOT EXISTS file (number INTEGER PRIMARY KEY, faults INTEGER NOT NULL);
                    """
            )
        }
    }

    /// Reads a file into the index, unless that was done already.
    ///
    /// - Returns: How many of its rows can't be read or have no id.
    /// - Throws: ``DatasetFileError``, or `DatabaseError`.
    func add(_ file: OpenFile, number: Int, progress: (Int) -> Void) throws -> Int {
        let known = try queue.read { db in
            try Int.fetchOne(db, sql: "SELECT faults FROM file WHERE number = ?", arguments: [number])
        }
        if let known { return known }
        let rows = try RowReader(file)
        var faults = 0
        var count = 0
        var isAtEnd = false
        while !isAtEnd {
            try queue.write { db in
                for _ in 0..<200 {
                    guard let row = try rows.next() else {
                        isAtEnd = true
                        let sql = "INSERT INTO file (number, faults) VALUES (?, ?)"
                        try db.execute(sql: sql, arguments: [number, faults])
                        return
                    }
                    count += 1
                    guard let (id, json) = entry(row) else {
                        faults += 1
                        continue
                    }
                    // Of several files with one problem, the first that names it counts.
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO task (id, row) VALUES (?, ?)",
                        arguments: [id, Zstd.compress(json, level: 1).data]
                    )
                }
            }
            progress(count)
        }
        return faults
    }

    private func entry(_ row: DatasetFiles.Row) -> (id: String, json: [UInt8])? {
        guard case .json(let bytes) = row.content, let fields = RowFields(bytes) else { return nil }
        guard let value = try? JSONCodec.parse(bytes, options: .rows), let id = Self.id(of: value) else { return nil }
        let replaced = Self.omitted.filter { fields.value(of: $0) != nil }
        let slim = fields.replacing(replaced.map { ($0, Array("null".utf8)) })
        return (id, Array(slim.joined()))
    }

    /// The id by which answers name their problem: text, or a whole number's digits.
    static func id(of record: Value) -> String? {
        for key in ["problem_id", "task_id", "question_id", "id"] {
            switch record[key] {
            case .string(let text)?: return text.text
            case .integer(let number)?: return String(number)
            default: continue
            }
        }
        return nil
    }

    /// The problem of an id.
    /// - Throws: `RecordFault` where it can't be read as one.
    func problem(_ id: String) throws -> DatasetRecord? {
        if let known = recent.withLock({ recent in recent.first { $0.id == id }?.record }) { return known }
        let compressed = try queue.read { db in
            try Data.fetchOne(db, sql: "SELECT row FROM task WHERE id = ?", arguments: [id])
        }
        guard let compressed else { return nil }
        let json = try Zstd.decompress([UInt8](compressed))
        let record = try reader.read(line: json)
        recent.withLock { recent in
            recent.insert((id, record, json.count), at: 0)
            while recent.count > 1, recent.reduce(0, { $0 + $1.size }) > Self.recentBytes { recent.removeLast() }
        }
        return record
    }
}

extension JSONCodec.Options {
    /// As rows of public data are written: Python's `NaN`, raw surrogates.
    static let rows = JSONCodec.Options(allowNonFinite: true, allowRawSurrogates: true)
}
