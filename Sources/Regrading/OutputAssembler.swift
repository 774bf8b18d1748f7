import DatasetFiles
import DatasetFormats
import Foundation
import GradingModel

/// Writes the output from the inputs and the journal, in the inputs' order.
struct OutputAssembler: Sendable {
    var options: RegradeOptions
    var journal: RegradeJournal
    var inputs: [OpenFile]

    private static let columns = ["score", "verification_result_info"]
    private static let page = 500

    /// Writes the output from its start, and syncs it.
    func write(to descriptor: Int32) throws -> RegradeSummary {
        if ftruncate(descriptor, 0) == 0 { lseek(descriptor, 0, SEEK_SET) }
        let summary: RegradeSummary
        if options.outputKind == .parquet, try inputs.allSatisfy({ try RowReader($0).kind == .parquet }) {
            summary = try addColumns(descriptor)
        } else {
            summary = try writeRows(descriptor)
        }
        // A pipe can't be synced, and need not be.
        if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
            throw DatasetFileError("fsync of the output: \(String(cString: strerror(errno)))")
        }
        return summary
    }

    // MARK: - Rows

    private func writeRows(_ descriptor: Int32) throws -> RegradeSummary {
        let writer = try RowWriter(
            descriptor,
            kind: options.outputKind,
            name: RegradeOptions.partialName,
            folder: options.folder
        )
        var summary = RegradeSummary()
        var outcomes = OutcomeCursor(journal: journal, withTraces: options.withTraces, page: Self.page)
        var ordinal = 0
        for input in inputs {
            let reader = try RowReader(input, largestRow: options.largestRow)
            while let row = try reader.next() {
                defer { ordinal += 1 }
                let (outcome, answer) = try outcomes.next(ordinal)
                summary.add(outcome, file: input.name, number: row.number)
                guard outcome.kind != .unreadable, case .json(let bytes) = row.content,
                    let fields = RowFields(bytes)
                else { continue }
                try writer.write(fields.replacing(try replacements(outcome, answer, in: fields)))
            }
        }
        try writer.finish()
        return summary
    }

    private func replacements(
        _ outcome: RowOutcome,
        _ answer: [UInt8]?,
        in fields: RowFields
    ) throws -> [(name: String, json: [UInt8])] {
        if outcome.kind == .other {
            // What another verifier said stays; where there is nothing, nothing can be said.
            let info = Value.fields([("failure_reason", outcome.reason.map { Value($0) })])
            let additions = [("score", Array("null".utf8)), ("verification_result_info", JSONCodec.serialize(info))]
            return additions.filter { fields.value(of: $0.0) == nil }
        }
        var info = JSONCodec.serialize(try self.info(outcome, answer))
        // As text where it was text, or where a column holds it.
        let isText = fields.value(of: "verification_result_info")?.first == UInt8(ascii: "\"")
        if isText || options.outputKind == .parquet {
            info = JSONCodec.serialize(.string(ByteString(bytes: info)))
        }
        let score = JSONCodec.serialize(outcome.score.map { .float($0) } ?? .null)
        return [("score", score), ("verification_result_info", info)]
    }

    /// The outcome's account, with traces the whole answer.
    private func info(_ outcome: RowOutcome, _ answer: [UInt8]?) throws -> Value {
        guard case .map(var entries) = outcome.info else { return outcome.info }
        // What it replaces, for whoever compares.
        if let stored = outcome.storedScore { entries.append(MapEntry(key: "stored_score", value: stored)) }
        guard options.withTraces, let answer else { return .map(entries) }
        let trace = try JSONCodec.parse(try Zstd.decompress(answer), options: .rows)
        entries.append(MapEntry(key: "trace", value: trace))
        return .map(entries)
    }

    // MARK: - Columns

    /// Parquet to Parquet: only the results go through this process.
    private func addColumns(_ descriptor: Int32) throws -> RegradeSummary {
        let writer = try RowWriter(
            descriptor,
            addingTo: inputs,
            columns: Self.columns,
            name: RegradeOptions.partialName
        )
        var summary = RegradeSummary()
        var outcomes = OutcomeCursor(journal: journal, withTraces: options.withTraces, page: Self.page)
        var ordinal = 0
        for input in inputs {
            let count = try RowReader(input).count ?? 0
            for number in 1...max(count, 1) where count > 0 {
                let (outcome, answer) = try outcomes.next(ordinal)
                ordinal += 1
                summary.add(outcome, file: input.name, number: number)
                switch outcome.kind {
                case .unreadable: try writer.write([])
                case .other: try writer.write([Array("{}".utf8)[...]])
                case .graded:
                    let row = Value.fields([
                        ("score", outcome.score.map { .float($0) } ?? .null),
                        ("verification_result_info", try info(outcome, answer)),
                    ])
                    try writer.write([JSONCodec.serialize(row)[...]])
                }
            }
        }
        try writer.finish()
        return summary
    }
}

/// Outcomes in the order of their rows, some at a time.
private struct OutcomeCursor {
    let journal: RegradeJournal
    let withTraces: Bool
    let page: Int
    private var held: [(ordinal: Int, outcome: RowOutcome, answer: [UInt8]?)] = []
    private var position = 0

    init(journal: RegradeJournal, withTraces: Bool, page: Int) {
        self.journal = journal
        self.withTraces = withTraces
        // Traces may be large.
        self.page = withTraces ? 16 : page
    }

    mutating func next(_ ordinal: Int) throws -> (RowOutcome, [UInt8]?) {
        if position == held.count {
            held = try journal.outcomes(from: ordinal, count: page, withTraces: withTraces)
            position = 0
        }
        guard position < held.count, held[position].ordinal == ordinal else {
            throw DatasetFileError("row \(ordinal + 1) has no result; an input was changed while it was graded")
        }
        defer { position += 1 }
        return (held[position].outcome, held[position].answer)
    }
}
