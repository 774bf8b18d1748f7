public import DatasetFiles
import Foundation
import GradingModel

/// What a report shows: counts, and the first rows behind each of them.
public struct ReportData: Sendable {
    /// One row of the results.
    struct ReportRow: Sendable, Hashable {
        var file: String
        var number: Int
        var problemID: String
        var source: String
        var language: String
        var verdict: String
        var score: String
        var stored: String
        var cpuTime: Double?
        var memoryMB: Double?
        var message: String
    }

    /// Rows that are counted together.
    struct Group: Sendable {
        var count = 0
        var first: [ReportRow] = []
        /// A page with all rows of a large data set would be no page.
        static let limit = 200

        mutating func add(_ row: ReportRow) {
            count += 1
            if first.count < Self.limit { first.append(row) }
        }
    }

    /// A chart or table: groups by line and column.
    struct Chart: Sendable {
        var cells: [String: [String: Group]] = [:]

        mutating func add(_ row: ReportRow, line: String, column: String) {
            cells[line, default: [:]][column, default: Group()].add(row)
        }

        func total(_ line: String) -> Int { (cells[line] ?? [:]).values.reduce(0) { $0 + $1.count } }

        /// The largest lines first.
        var lines: [String] {
            cells.keys.sorted { total($0) != total($1) ? total($0) > total($1) : $0 < $1 }
        }
    }

    private(set) var rows = 0
    private(set) var files: [String] = []
    private(set) var unreadable = 0
    /// Rows that no verdict stands in: of other task types, or not graded.
    private(set) var ungraded = 0
    private(set) var languages = Chart()
    private(set) var sources = Chart()
    /// By tenths of the limit.
    private(set) var cpuTimes = Chart()
    private(set) var memory = Chart()
    /// Stored scores by line, present ones by column.
    private(set) var changes = Chart()
    private(set) var reasons = Chart()

    public init() {}

    /// Counts the rows of a file that `assay regrade` wrote.
    ///
    /// Blocks while it reads.
    ///
    /// - Throws: ``DatasetFileError`` where it can't be read.
    public mutating func add(_ file: OpenFile) throws {
        files.append(file.name)
        let name = (file.name as NSString).lastPathComponent
        let reader = try RowReader(file)
        while let row = try reader.next() {
            rows += 1
            guard case .json(let bytes) = row.content, let fields = RowFields(bytes) else {
                unreadable += 1
                continue
            }
            add(fields, file: name, number: row.number)
        }
    }

    private mutating func add(_ fields: RowFields, file: String, number: Int) {
        guard var info = Self.value(fields, "verification_result_info") else {
            ungraded += 1
            return
        }
        if let text = info.stringValue, let inner = try? JSONCodec.parse(text.bytes, options: .rows) { info = inner }
        // Under genesys' policy, ours stands beside it.
        let result = info["assay"]?["result"] ?? info
        guard let verdict = result["verdict"]?.textValue else {
            ungraded += 1
            return
        }
        let score = Self.value(fields, "score") ?? .null
        let stored = info["stored_score"]
        let cpuTime = result["cpu_time_s"]?.doubleValue
        let memoryMB = result["memory_peak_kb"]?.doubleValue.map { $0 / 1024 }
        let row = ReportRow(
            file: file,
            number: number,
            problemID: Self.text(fields, "problem_id") ?? Self.text(fields, "id") ?? "",
            source: Self.text(fields, "source") ?? "(none)",
            language: result["language"]?.textValue ?? "(none)",
            verdict: verdict,
            score: Self.shown(score),
            stored: stored.map(Self.shown) ?? "",
            cpuTime: cpuTime,
            memoryMB: memoryMB,
            message: result["message"].flatMap(\.stringValue).map { String($0.text.prefix(160)) } ?? ""
        )
        languages.add(row, line: row.language, column: verdict)
        let isKnown = sources.cells[row.source] != nil || sources.cells.count < 1000
        sources.add(row, line: isKnown ? row.source : "(others)", column: verdict)
        if let cpuTime, let limit = result["limits"]?["cpu_time_s"]?.doubleValue {
            cpuTimes.add(row, line: Self.tenth(cpuTime, of: limit), column: verdict)
        }
        if let memoryMB, let limit = result["limits"]?["memory_mb"]?.doubleValue {
            memory.add(row, line: Self.tenth(memoryMB, of: limit), column: verdict)
        }
        if let stored {
            changes.add(row, line: ScoreClass(stored).rawValue, column: ScoreClass(score).rawValue)
        }
        for reason in info["assay"]?["reasons"]?.listValue ?? [] {
            reasons.add(row, line: reason.textValue ?? "", column: verdict)
        }
    }

    static let tenths = (0..<10).map { "\($0 * 10)–\($0 * 10 + 10) %" } + ["over 100 %"]

    private static func tenth(_ value: Double, of limit: Double) -> String {
        let part = limit > 0 ? value / limit : 0
        return tenths[part >= 1 ? 10 : max(0, min(9, Int(part * 10)))]
    }

    private static func value(_ fields: RowFields, _ name: String) -> Value? {
        fields.value(of: name).flatMap { try? JSONCodec.parse(Array($0), options: .rows) }
    }

    private static func text(_ fields: RowFields, _ name: String) -> String? {
        switch value(fields, name) {
        case .string(let text)?: String(text.text.prefix(200))
        case .integer(let number)?: String(number)
        default: nil
        }
    }

    private static func shown(_ score: Value) -> String {
        guard let number = score.doubleValue else { return score.isNull ? "null" : "?" }
        return number == number.rounded() && abs(number) < 1e9 ? "\(Int(number))" : String(format: "%.4f", number)
    }
}
