import Auditing
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
    private var files: [(name: String, lines: LineReader)]

    /// Opens the files; `-` is standard input.
    /// - Throws: ``UsageError`` where one cannot be read, or `shape` is none.
    init(_ names: [String], shape: String?, caps: LimitCaps) throws {
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
        files = try names.map { ($0, try LineReader($0)) }
    }

    /// Reads records from a text, as those of a file of this name.
    init(text: [UInt8], name: String, shape: RecordShape?, caps: LimitCaps) {
        reader = RecordReader(shape: shape, caps: caps)
        self.caps = caps
        files = [(name, LineReader(text))]
    }

    /// The next record; `nil` at the end of the last file.
    func next() throws -> Item? {
        while let file = files.first {
            guard let line = try file.lines.next() else {
                files.removeFirst()
                continue
            }
            if line.allSatisfy({ $0 <= 0x20 }) { continue }
            return item(line, Origin(file: file.name, line: file.lines.number))
        }
        return nil
    }

    private func item(_ line: [UInt8], _ origin: Origin) -> Item {
        do throws(RecordFault) {
            let record = try reader.read(line: line)
            return .problem(try AuditProblem(record, origin: origin, caps: caps), record: record)
        } catch {
            return .fault(
                Finding(
                    .unreadableRecord,
                    problem: "line \(origin.line)",
                    language: nil,
                    origin: origin,
                    reason: error.description,
                    suggestion: "mend the record; --format names its shape where that was not recognised"
                )
            )
        }
    }
}
