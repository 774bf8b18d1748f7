import Auditing
import GradingModel

/// Findings as people read them on a terminal.
struct FindingPrinter {
    var style: TerminalStyle

    /// What was found on one problem; empty where nothing was.
    func text(_ entry: ReportEntry) -> String {
        guard !entry.findings.isEmpty else { return "" }
        let language = entry.language.map { " (\($0.rawValue))" } ?? ""
        let place = style.dim("  \(printable(entry.origin.file)):\(entry.origin.line)")
        var lines = ["\(style.bold(printable(entry.problem)))\(language)\(place)"]
        for finding in entry.findings {
            let test = finding.test.map { " [test \($0)]" } ?? ""
            lines.append("  \(severity(finding.severity)) \(finding.code.rawValue)\(test)")
            lines.append("      \(printable(finding.reason))")
            lines.append("      \(style.dim("→ " + printable(finding.suggestion)))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The table of all kinds, and a line for all.
    func summary(_ entries: [ReportEntry]) -> String {
        let findings = entries.flatMap(\.findings)
        var lines: [String] = []
        for code in FindingCode.allCases {
            let some = findings.filter { $0.code == code }
            guard let worst = some.map(\.severity).max() else { continue }
            let count = String(some.count)
            let padding = String(repeating: " ", count: max(0, 6 - count.count))
            let name = code.rawValue + String(repeating: " ", count: max(0, 26 - code.rawValue.count))
            lines.append("\(padding)\(count)  \(severity(worst)) \(name) \(style.dim(code.summary))")
        }
        let failed = entries.count { $0.status == .failed }
        let unchanged = entries.count { $0.status == .unchanged }
        var line = "\(entries.count) examined, \(failed) with faults"
        if unchanged > 0 { line += ", \(unchanged) unchanged" }
        lines.append(failed == 0 ? style.green(line) : style.red(line))
        return lines.joined(separator: "\n") + "\n"
    }

    private func severity(_ severity: Severity) -> String {
        switch severity {
        case .error: style.red("✗ error  ")
        case .warning: style.yellow("! warning")
        case .note: style.dim("· note   ")
        }
    }

    private func printable(_ text: String) -> String { ByteString(text).printable.replacing("\n", with: " ") }
}
