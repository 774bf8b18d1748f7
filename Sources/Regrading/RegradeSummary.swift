public import GradingModel

/// What a regrade found, over all rows.
public struct RegradeSummary: Sendable, Hashable {
    /// A row by its place.
    public struct RowReference: Sendable, Hashable {
        public var file: String
        /// The line, or the row of a Parquet file, from 1.
        public var number: Int
        public var problemID: String?
        public var detail: String
        /// Seconds of CPU time, where that is what it is listed for.
        public var cpuTime: Double = 0

        init(file: String, number: Int, problemID: String? = nil, detail: String, cpuTime: Double = 0) {
            self.file = file
            self.number = number
            self.problemID = problemID
            self.detail = detail
            self.cpuTime = cpuTime
        }
    }

    /// How many rows of a kind there are, and the first of them.
    public struct RowList: Sendable, Hashable {
        public internal(set) var count = 0
        public internal(set) var first: [RowReference] = []
        /// More would be no summary.
        static let limit = 100

        mutating func add(_ row: RowReference) {
            count += 1
            if first.count < Self.limit { first.append(row) }
        }
    }

    public internal(set) var rows = 0
    /// Rows that were graded since this start.
    public internal(set) var gradedNow = 0
    /// Rows of this start whose work had been done for another row.
    public internal(set) var repeatedRows = 0
    public internal(set) var verdicts: [Verdict: Int] = [:]
    public internal(set) var byLanguage: [String: [Verdict: Int]] = [:]
    public internal(set) var bySource: [String: [Verdict: Int]] = [:]
    /// Stored scores against the present ones.
    public internal(set) var changes: [ScoreChange: Int] = [:]
    public internal(set) var changed = RowList()
    /// The problems that took most CPU time, over all their rows.
    public private(set) var slowest: [RowReference] = []
    public internal(set) var ourFaults = RowList()
    public internal(set) var unreadable = RowList()
    /// Rows of other task types, which stay as they are.
    public internal(set) var others = 0
    /// Under genesys' policy: rows where its score is not ours, by reason.
    public internal(set) var differences: [String: Int] = [:]
    private static let slowestCount = 10
    private static let sourceLimit = 1000

    init() {}

    mutating func add(_ outcome: RowOutcome, file: String, number: Int) {
        rows += 1
        func reference(_ detail: String, cpuTime: Double = 0) -> RowReference {
            RowReference(file: file, number: number, problemID: outcome.problemID, detail: detail, cpuTime: cpuTime)
        }
        switch outcome.kind {
        case .unreadable:
            unreadable.add(reference(outcome.reason ?? "unreadable"))
            return
        case .other:
            others += 1
            return
        case .graded: break
        }
        let verdict = outcome.verdict ?? .internalError
        verdicts[verdict, default: 0] += 1
        byLanguage[outcome.language?.rawValue ?? "(none)", default: [:]][verdict, default: 0] += 1
        var source = outcome.source ?? "(none)"
        if bySource[source] == nil, bySource.count >= Self.sourceLimit { source = "(others)" }
        bySource[source, default: [:]][verdict, default: 0] += 1
        if outcome.isOurFault { ourFaults.add(reference(outcome.reason ?? "internal error")) }
        if let change = outcome.change {
            changes[change, default: 0] += 1
            if change.before != change.after {
                changed.add(reference("\(change.before.rawValue) → \(change.after.rawValue) (\(verdict.rawValue))"))
            }
        }
        for reason in outcome.info["assay"]?["reasons"]?.listValue ?? [] {
            if let reason = reason.textValue { differences[reason, default: 0] += 1 }
        }
        noteTime(outcome, reference(verdict.rawValue, cpuTime: outcome.totalCPUTime))
    }

    private mutating func noteTime(_ outcome: RowOutcome, _ row: RowReference) {
        guard row.cpuTime > 0, slowest.count < Self.slowestCount || row.cpuTime > slowest.last?.cpuTime ?? 0 else {
            return
        }
        // A problem is listed once, with the row of it that took longest.
        if let index = slowest.firstIndex(where: { row.problemID != nil && $0.problemID == row.problemID }) {
            if slowest[index].cpuTime >= row.cpuTime { return }
            slowest.remove(at: index)
        }
        let place = slowest.firstIndex { $0.cpuTime < row.cpuTime } ?? slowest.endIndex
        slowest.insert(row, at: place)
        if slowest.count > Self.slowestCount { slowest.removeLast() }
    }
}

// MARK: - As JSON

extension RegradeSummary {
    /// The summary for programs.
    public var value: Value {
        .fields([
            ("rows", Value(rows)), ("graded_now", Value(gradedNow)), ("repeated_rows", Value(repeatedRows)),
            ("verdicts", Self.counts(verdicts)),
            ("by_language", Self.table(byLanguage)), ("by_source", Self.table(bySource)),
            (
                "changes",
                .list(
                    changes.sorted { "\($0.key)" < "\($1.key)" }.map {
                        .fields([
                            ("stored", Value($0.key.before.rawValue)), ("now", Value($0.key.after.rawValue)),
                            ("rows", Value($0.value)),
                        ])
                    }
                )
            ),
            ("changed", Self.list(changed)), ("slowest", .list(slowest.map(Self.row))),
            ("our_faults", Self.list(ourFaults)), ("unreadable", Self.list(unreadable)), ("others", Value(others)),
            (
                "genesys_differences",
                .map(
                    differences.sorted { $0.key < $1.key }.map { MapEntry(key: Value($0.key), value: Value($0.value)) }
                )
            ),
        ])
    }

    private static func counts(_ verdicts: [Verdict: Int]) -> Value {
        .fields(Verdict.allCases.map { verdict in (verdict.rawValue, verdicts[verdict].map { Value($0) }) })
    }

    private static func table(_ rows: [String: [Verdict: Int]]) -> Value {
        .fields(rows.sorted { $0.key < $1.key }.map { ($0.key, counts($0.value)) })
    }

    private static func list(_ list: RowList) -> Value {
        .fields([("count", Value(list.count)), ("first", .list(list.first.map(row)))])
    }

    private static func row(_ row: RowReference) -> Value {
        .fields([
            ("file", Value(row.file)), ("row", Value(row.number)), ("problem_id", row.problemID.map { Value($0) }),
            ("detail", Value(row.detail)), ("cpu_time_s", row.cpuTime > 0 ? .float(row.cpuTime) : nil),
        ])
    }
}
