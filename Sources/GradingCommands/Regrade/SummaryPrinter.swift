import Foundation
import GradingModel
import Regrading

/// What a regrade used of the machine.
struct ResourceUsage: Sendable, Hashable {
    /// Seconds since grading began.
    var wallTime: Double
    /// CPU time of the jails, and of this process with its helpers, in seconds.
    var jailCPUTime: Double
    var ownCPUTime: Double
    /// The most memory that this process held, in MiB.
    var peakMemoryMB: Int

    init(_ status: RegradeStatus) {
        wallTime = status.elapsed
        jailCPUTime = status.jailCPUTime
        ownCPUTime = 0
        peakMemoryMB = 0
        var usage = rusage()
        for who in [RUSAGE_SELF, RUSAGE_CHILDREN] where getrusage(__rusage_who_t(CInt(who.rawValue)), &usage) == 0 {
            for time in [usage.ru_utime, usage.ru_stime] {
                ownCPUTime += Double(time.tv_sec) + Double(time.tv_usec) / 1e6
            }
            if who == RUSAGE_SELF { peakMemoryMB = usage.ru_maxrss >> 10 }
        }
    }

    func added(to summary: Value) -> Value {
        let fields: [(String, Value)] = [
            ("wall_s", .float(wallTime)), ("jail_cpu_s", .float(jailCPUTime)), ("own_cpu_s", .float(ownCPUTime)),
            ("peak_memory_mb", Value(peakMemoryMB)),
        ]
        return .map((summary.mapValue ?? []) + fields.map { MapEntry(key: Value($0.0), value: $0.1) })
    }
}

/// A regrade's summary as people read it.
struct SummaryPrinter {
    var summary: RegradeSummary
    var usage: ResourceUsage

    func text() -> String {
        var lines = ["\(summary.rows) rows, \(summary.gradedNow) of them now"]
        if summary.repeatedRows > 0 { lines[0] += ", \(summary.repeatedRows) the same as others" }
        if summary.others > 0 { lines[0] += ", \(summary.others) of other task types left as they are" }
        lines[0] += String(
            format: "; %.0f s, jails used %.0f s of CPU time, this process %.0f s and %d MB",
            usage.wallTime,
            usage.jailCPUTime,
            usage.ownCPUTime,
            usage.peakMemoryMB
        )
        lines += table("language", summary.byLanguage) + table("source", summary.bySource) + changes()
        if !summary.differences.isEmpty {
            lines += ["", "where genesys differs"]
            lines += summary.differences.sorted { $0.value > $1.value }.map { "  \(pad("\($0.value)", 8))  \($0.key)" }
        }
        lines += list("slowest problems", summary.slowest, total: summary.slowest.count)
        lines += list("faults of ours", summary.ourFaults.first, total: summary.ourFaults.count)
        lines += list("rows that can't be read", summary.unreadable.first, total: summary.unreadable.count)
        return lines.joined(separator: "\n")
    }

    private func table(_ name: String, _ rows: [String: [Verdict: Int]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let verdicts = Verdict.allCases.filter { verdict in rows.values.contains { $0[verdict] != nil } }
        let width = max(name.count, rows.keys.map { min($0.count, 30) }.max() ?? 0)
        func line(_ label: String, _ cells: [String]) -> String {
            label.prefix(30).padding(toLength: width, withPad: " ", startingAt: 0) + cells.map { pad($0, 8) }.joined()
        }
        let head = line(name, ["rows"] + verdicts.map(\.shortCode))
        let sorted = rows.sorted { left, right in
            let (leftCount, rightCount) = (left.value.values.reduce(0, +), right.value.values.reduce(0, +))
            return leftCount != rightCount ? leftCount > rightCount : left.key < right.key
        }
        let shown = sorted.prefix(40).map { label, counts in
            let name = ByteString(label).printable
            return line(name, ["\(counts.values.reduce(0, +))"] + verdicts.map { counts[$0].map { "\($0)" } ?? "·" })
        }
        return ["", head] + shown + (sorted.count > 40 ? ["… \(sorted.count - 40) more"] : [])
    }

    private func changes() -> [String] {
        guard !summary.changes.isEmpty else { return [] }
        var lines = ["", "stored score  " + ScoreClass.allCases.map { pad($0.rawValue, 8) }.joined() + "   (now)"]
        for before in ScoreClass.allCases {
            let cells = ScoreClass.allCases.map { after in
                pad(summary.changes[ScoreChange(before: before, after: after)].map { "\($0)" } ?? "·", 8)
            }
            lines.append(before.rawValue.padding(toLength: 14, withPad: " ", startingAt: 0) + cells.joined())
        }
        return lines + list("changed", summary.changed.first, total: summary.changed.count, shown: 20)
    }

    private func list(
        _ title: String,
        _ rows: [RegradeSummary.RowReference],
        total: Int,
        shown: Int = 10
    ) -> [String] {
        guard total > 0 else { return [] }
        var lines = ["", "\(title) (\(total))"]
        for row in rows.prefix(shown) {
            var line = "  \(row.file):\(row.number)"
            if let id = row.problemID { line += " \(ByteString(String(id.prefix(60))).printable)" }
            line += ": \(ByteString(String(row.detail.prefix(200))).printable.replacing("\n", with: " "))"
            if row.cpuTime > 0 { line += String(format: ", %.1f s", row.cpuTime) }
            lines.append(line)
        }
        if total > min(shown, rows.count) { lines.append("  … \(total - min(shown, rows.count)) more") }
        return lines
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
