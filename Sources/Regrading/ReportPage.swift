import Foundation
import GradingModel
import TextMarkup

/// Writes a report as one HTML page that needs nothing else: no script, no font, no picture from anywhere.
///
/// Each bar is a link to the rows behind it, which are on the page and shown once they are asked for (`:target`).
public struct ReportPage {
    private let data: ReportData
    private var charts = ""
    private var groups = ""
    private var groupCount = 0

    /// What is shown of many sources.
    private static let sourceCount = 30

    public init(_ data: ReportData) { self.data = data }

    /// The page.
    public static func html(_ data: ReportData) -> String {
        var page = ReportPage(data)
        return page.make()
    }

    private mutating func make() -> String {
        bars("Verdicts by language", data.languages, lines: data.languages.lines)
        let sources = data.sources.lines
        bars(
            "Verdicts by source",
            data.sources,
            lines: Array(sources.prefix(Self.sourceCount)),
            note: sources.count > Self.sourceCount ? "the \(Self.sourceCount) largest of \(sources.count) sources" : nil
        )
        columns("CPU time against its limit", data.cpuTimes, note: "of the test that took most")
        columns("Memory against its limit", data.memory, note: "of the test that took most")
        changes()
        if !data.reasons.cells.isEmpty { bars("Why genesys differs", data.reasons, lines: data.reasons.lines) }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Assay: \(Markup.escaped(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header><h1>\(Markup.escaped(title))</h1>
            <p>\(Markup.escaped(summary))</p>
            \(legend)</header>
            <main id="top">
            \(charts)</main>
            \(groups)</body>
            </html>

            """
    }

    private var title: String { data.files.map { ($0 as NSString).lastPathComponent }.joined(separator: ", ") }

    private var summary: String {
        var text = "\(data.rows) rows"
        if data.ungraded > 0 { text += ", \(data.ungraded) of them without a verdict" }
        if data.unreadable > 0 { text += ", \(data.unreadable) unreadable" }
        return text + ". Each bar and number leads to its rows."
    }

    private var legend: String {
        let used = Set(data.languages.cells.values.flatMap(\.keys))
        let entries = Verdict.allCases.filter { used.contains($0.rawValue) }.map {
            #"<li><span class="key v-\#($0.rawValue)"></span>\#(Self.words($0.rawValue))</li>"#
        }
        return "<ul class=\"legend\">\(entries.joined())</ul>\n"
    }

    // MARK: - Charts

    /// Lines, each divided by verdict; as long as their share of the longest.
    private mutating func bars(_ title: String, _ chart: ReportData.Chart, lines: [String], note: String? = nil) {
        guard !lines.isEmpty else { return }
        let most = lines.map(chart.total).max() ?? 1
        var rows = ""
        for line in lines {
            let total = chart.total(line)
            var x = 0.0
            var parts = ""
            for (verdict, group) in Self.ordered(chart.cells[line] ?? [:]) {
                let width = 1000 * Double(group.count) / Double(most)
                let label = "\(line), \(Self.words(verdict)): \(group.count)"
                parts += link(
                    group,
                    title: label,
                    #"<rect class="v-\#(verdict)" x="\#(Self.number(x))" width="\#(Self.number(max(width, 1)))" height="20"/>"#
                )
                x += width
            }
            rows += """
                <div class="line"><span class="label" title="\(Markup.escaped(line))">\(Markup.escaped(line))</span>\
                <svg viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label="\(Markup.escaped(line)): \(total) rows">\
                \(parts)</svg><span class="count">\(total)</span></div>

                """
        }
        charts += section(title, note, rows)
    }

    /// A distribution over tenths of a limit.
    private mutating func columns(_ title: String, _ chart: ReportData.Chart, note: String) {
        guard !chart.cells.isEmpty else { return }
        let most = ReportData.tenths.map(chart.total).max() ?? 1
        let (width, height) = (64.0, 180.0)
        var parts = ""
        for (index, tenth) in ReportData.tenths.enumerated() {
            var y = height
            let x = Double(index) * width
            for (verdict, group) in Self.ordered(chart.cells[tenth] ?? [:]) {
                // What is there is seen, however little it is.
                let size = max(1, height * Double(group.count) / Double(max(most, 1)))
                y -= size
                parts += link(
                    group,
                    title: "\(tenth) of the limit, \(Self.words(verdict)): \(group.count)",
                    """
                    <rect class="v-\(verdict)" x="\(Self.number(x + 4))" y="\(Self.number(y + 20))" \
                    width="\(Self.number(width - 8))" height="\(Self.number(size))"/>
                    """
                )
            }
            let middle = Self.number(x + width / 2)
            let total = chart.total(tenth)
            if total > 0 {
                parts += #"<text x="\#(middle)" y="\#(Self.number(y + 15))" text-anchor="middle">\#(total)</text>"#
            }
            parts += #"<text x="\#(middle)" y="\#(Self.number(height + 36))" text-anchor="middle">\#(tenth)</text>"#
        }
        let full = width * Double(ReportData.tenths.count)
        charts += section(
            title,
            note,
            """
            <svg class="columns" viewBox="0 0 \(Self.number(full)) \(Self.number(height + 44))" role="img" \
            aria-label="\(Markup.escaped(title))"><line x1="0" x2="\(Self.number(full))" y1="\(Self.number(height + 20))" \
            y2="\(Self.number(height + 20))"/>\(parts)</svg>

            """
        )
    }

    private mutating func changes() {
        guard !data.changes.cells.isEmpty else { return }
        let classes = ScoreClass.allCases.map(\.rawValue)
        var rows = "<tr><th>stored</th>" + classes.map { "<th>\($0)</th>" }.joined() + "</tr>\n"
        for before in classes {
            rows += "<tr><th>\(before)</th>"
            for after in classes {
                guard let group = data.changes.cells[before]?[after] else {
                    rows += "<td>·</td>"
                    continue
                }
                let title = "stored \(before), now \(after): \(group.count)"
                rows += "<td class=\"\(before == after ? "same" : "changed")\">"
                rows += link(group, title: title, "\(group.count)", isText: true) + "</td>"
            }
            rows += "</tr>\n"
        }
        charts += section(
            "Stored scores against the present ones",
            "lines: stored; columns: now",
            "<table class=\"confusion\">\n\(rows)</table>\n"
        )
    }

    private func section(_ title: String, _ note: String?, _ content: String) -> String {
        let note = note.map { "<p class=\"note\">\(Markup.escaped($0))</p>\n" } ?? ""
        return "<section class=\"chart\"><h2>\(Markup.escaped(title))</h2>\n\(note)\(content)</section>\n"
    }

    // MARK: - Rows

    /// A link to a group's rows, which are put on the page.
    private mutating func link(_ group: ReportData.Group, title: String, _ content: String, isText: Bool = false)
        -> String
    {
        groupCount += 1
        let id = "rows-\(groupCount)"
        var rows = ""
        for row in group.first {
            let cells = [
                "\(row.file):\(row.number)", row.problemID, row.source, row.language, Self.words(row.verdict),
                row.score,
                row.stored, row.cpuTime.map { String(format: "%.3f", $0) } ?? "",
                row.memoryMB.map { String(format: "%.1f", $0) } ?? "", row.message,
            ]
            rows += "<tr>" + cells.map { "<td>\(Markup.escaped($0))</td>" }.joined() + "</tr>\n"
        }
        let more = group.count > group.first.count ? "<p>The first \(group.first.count) of \(group.count).</p>\n" : ""
        let heads = ["row", "problem", "source", "language", "verdict", "score", "stored", "CPU s", "MB", "message"]
        groups += """
            <section class="rows" id="\(id)"><h2>\(Markup.escaped(title))</h2><p><a href="#top">back</a></p>
            \(more)<table><tr>\(heads.map { "<th>\($0)</th>" }.joined())</tr>
            \(rows)</table></section>

            """
        let hint = "<title>\(Markup.escaped(title))</title>"
        return
            "<a href=\"#\(id)\"\(isText ? " title=\"\(Markup.escaped(title))\"" : "")>\(isText ? "" : hint)\(content)</a>"
    }

    private static func ordered(_ cells: [String: ReportData.Group]) -> [(String, ReportData.Group)] {
        Verdict.allCases.compactMap { verdict in cells[verdict.rawValue].map { (verdict.rawValue, $0) } }
    }

    // MARK: - Text

    private static func words(_ name: String) -> String { Markup.escaped(name.replacing("_", with: " ")) }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

    private static let style = """

        :root { color-scheme: light dark; --line: #8884; --muted: #777; }
        body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 1rem 1.5rem 4rem; }
        h1 { font-size: 1.4rem; margin: .5rem 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
        .note, header p { color: var(--muted); margin: .2rem 0 .6rem; }
        .chart { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: 1rem; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; margin: .5rem 0; padding: 0; }
        .key { border-radius: 2px; display: inline-block; height: .8em; margin-right: .4em; width: .8em; }
        .line { align-items: center; display: grid; gap: .6rem; grid-template-columns: 11rem 1fr 4rem; margin: .2rem 0; }
        .label { overflow: hidden; text-align: right; text-overflow: ellipsis; white-space: nowrap; }
        .line svg { height: 20px; width: 100%; }
        .count { font-variant-numeric: tabular-nums; }
        svg.columns { max-width: 100%; width: 704px; }
        svg text { fill: currentColor; font-size: 11px; }
        svg line { stroke: var(--line); }
        svg a:hover rect, svg a:focus rect { opacity: .65; }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; vertical-align: top; }
        .rows th, .rows td { white-space: nowrap; }
        .rows td:nth-child(-n+3), .rows td:last-child { min-width: 9rem; overflow-wrap: anywhere; white-space: normal; }
        .rows td:nth-child(3) { min-width: 5rem; }
        .rows td:last-child { min-width: 14rem; }
        .confusion td, .confusion th { min-width: 4.5rem; text-align: right; }
        .confusion .same { background: #2a92; }
        .confusion .changed { background: #d622; }
        .rows { border-top: 1px solid var(--line); display: none; margin-top: 1.5rem; padding-top: 1rem; }
        .rows table { display: block; overflow-x: auto; }
        .rows:target { display: block; }
        .v-accepted { background: #2a9d4e; fill: #2a9d4e; }
        .v-wrong_answer { background: #d1495b; fill: #d1495b; }
        .v-time_limit_exceeded { background: #e6a117; fill: #e6a117; }
        .v-memory_limit_exceeded { background: #b5651d; fill: #b5651d; }
        .v-output_limit_exceeded { background: #7a5c99; fill: #7a5c99; }
        .v-runtime_error { background: #3d7ebf; fill: #3d7ebf; }
        .v-compile_error { background: #6c757d; fill: #6c757d; }
        .v-skipped { background: #adb5bd; fill: #adb5bd; }
        .v-no_code { background: #17a2a2; fill: #17a2a2; }
        .v-invalid_problem { background: #c9b458; fill: #c9b458; }
        .v-internal_error { background: #111; fill: #111; stroke: #fff; }

        """
}
