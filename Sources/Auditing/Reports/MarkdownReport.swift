import GradingModel
import TextMarkup

/// Results as Markdown: for a job's summary, or a comment on a pull request.
public enum MarkdownReport {
    /// A comment holds 65,536 characters; so many rows stay below.
    public static let maximumRows = 100

    public static func document(_ entries: [ReportEntry], title: String) -> String {
        let failed = entries.filter { $0.status == .failed }
        var text = "## \(title)\n\n\(headline(entries))\n"
        text += matrix(entries)
        let rows = entries.flatMap(\.findings).sorted { $0.severity > $1.severity }
        guard !rows.isEmpty else { return text }
        text += "\n| | problem | language | finding | what was seen | what to do |\n|---|---|---|---|---|---|\n"
        for finding in rows.prefix(maximumRows) {
            let sign =
                switch finding.severity {
                case .error: "❌"
                case .warning: "⚠️"
                case .note: "ℹ️"
                }
            let cells = [
                sign, finding.problem, finding.language?.rawValue ?? "", finding.code.rawValue, short(finding.reason),
                short(finding.suggestion),
            ]
            text += "| \(cells.map(Markup.cell).joined(separator: " | ")) |\n"
        }
        if rows.count > maximumRows {
            text += "\n\(rows.count - maximumRows) more findings are in the other reports.\n"
        }
        if failed.isEmpty { text += "\nNone of these fails the check.\n" }
        return text
    }

    static func headline(_ entries: [ReportEntry]) -> String {
        var parts: [String] = []
        for (status, word) in [
            (ReportEntry.Status.passed, "passed"), (.failed, "failed"), (.unchecked, "not checked"),
            (.unchanged, "unchanged"),
        ] {
            let count = entries.count { $0.status == status }
            if count > 0 { parts.append("\(count) \(word)") }
        }
        return parts.isEmpty ? "Nothing to check." : parts.joined(separator: ", ") + "."
    }

    /// One line a language.
    private static func matrix(_ entries: [ReportEntry]) -> String {
        let languages = Set(entries.compactMap(\.language)).sorted { $0.rawValue < $1.rawValue }
        guard !languages.isEmpty else { return "" }
        var text = "\n| language | passed | failed | other |\n|---|---:|---:|---:|\n"
        for language in languages {
            let some = entries.filter { $0.language == language }
            let (passed, failed) = (some.count { $0.status == .passed }, some.count { $0.status == .failed })
            text += "| \(language.rawValue) | \(passed) | \(failed) | \(some.count - passed - failed) |\n"
        }
        return text
    }

    private static func short(_ text: String) -> String { text.count > 240 ? text.prefix(240) + "…" : text }
}
