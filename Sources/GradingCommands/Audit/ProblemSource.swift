import Auditing
import DatasetFiles
import DatasetFormats
import Foundation
import GradingModel

/// The problems in files, one after the other.
///
/// The files are opened at once, while the process may still read what its caller may read; what is in them is read
/// when it is asked for.
final class ProblemSource {
    /// One record.
    enum Item: Sendable {
        case problem(AuditProblem, record: DatasetRecord)
        case fault(Finding)
    }

    private let reader: RecordReader
    private let caps: LimitCaps
    private var files: [(name: String, file: OpenFile)]
    private var rows: RowReader?

    /// Opens the files; `-` is standard input.
    /// - Throws: ``UsageError`` where one cannot be read, or `shape` is none.
    convenience init(_ names: [String], shape: String?, caps: LimitCaps) throws {
        try self.init(opened: try names.map { ($0, try Self.open($0)) }, shape: shape, caps: caps)
    }

    /// Reads files that are open already, by the names that they are to have in findings.
    init(opened files: [(name: String, file: OpenFile)], shape: String?, caps: LimitCaps) throws {
        var known: RecordShape?
        if let shape {
            known = RecordShape(rawValue: shape)
            if known == nil {
                let names = RecordShape.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError("--format \(shape): there is no such shape; there are \(names)")
            }
        }
        reader = RecordReader(shape: known, caps: caps)
        self.caps = caps
        self.files = files
    }

    static func open(_ name: String) throws -> OpenFile {
        do throws(DatasetFileError) {
            return try OpenFile(path: name)
        } catch {
            throw UsageError(error.description)
        }
    }

    /// The next record; `nil` at the end of the last file.
    /// - Throws: ``UsageError`` where a file cannot be read on.
    func next() throws -> Item? {
        while let (name, file) = files.first {
            let row: Row?
            do throws(DatasetFileError) {
                let rows = if let rows { rows } else { try RowReader(file) }
                self.rows = rows
                row = try rows.next()
            } catch {
                throw UsageError(error.description)
            }
            guard let row else {
                files.removeFirst()
                rows = nil
                continue
            }
            let origin = Origin(file: name, line: row.number)
            switch row.content {
            case .json(let line): return item(line, origin)
            case .unreadable(let reason): return .fault(Self.fault(reason, origin))
            }
        }
        return nil
    }

    private func item(_ line: [UInt8], _ origin: Origin) -> Item {
        do throws(RecordFault) {
            let record = try reader.read(line: line)
            return .problem(try AuditProblem(record, origin: origin, caps: caps), record: record)
        } catch {
            return .fault(Self.fault(error.description, origin))
        }
    }

    private static func fault(_ reason: String, _ origin: Origin) -> Finding {
        Finding(
            .unreadableRecord,
            problem: "line \(origin.line)",
            language: nil,
            origin: origin,
            reason: reason,
            suggestion: "mend the record; --format names its shape where that was not recognised"
        )
    }
}
