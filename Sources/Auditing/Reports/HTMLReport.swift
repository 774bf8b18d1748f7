import GradingModel
import TextMarkup

/// Results as one HTML page that needs nothing else: no script from elsewhere, no style sheet, no font.
public enum HTMLReport {
    public static func document(_ entries: [ReportEntry], title: String) -> String {
        let findings = entries.flatMap(\.findings)
        var html = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Markup.escaped(title))</title>
            <style>\(style)</style>
            </head>
            <body>
            <h1>\(Markup.escaped(title))</h1>
            <p>\(Markup.escaped(MarkdownReport.headline(entries)))</p>

            """
        html += counts(findings)
        html += rows(entries)
        return html + "<script>\(script)</script>\n</body>\n</html>\n"
    }

    /// A bar for each code, by which the table below can be filtered.
    private static func counts(_ findings: [Finding]) -> String {
        let codes = FindingCode.allCases.map { code in (code, findings.filter { $0.code == code }) }
            .filter { !$0.1.isEmpty }.sorted { $0.1.count > $1.1.count }
        guard let most = codes.first?.1.count else { return "<p>No findings.</p>\n" }
        var html = "<h2>Findings by kind</h2>\n<table class=\"bars\">\n"
        for (code, some) in codes {
            let severity = some.map(\.severity).max() ?? .note
            html += """
                <tr><td><button data-code="\(code.rawValue)">\(code.rawValue)</button></td>\
                <td class="bar"><span class="\(severity.rawValue)" style="width:\(max(1, 100 * some.count / most))%"></span></td>\
                <td class="number">\(some.count)</td><td>\(Markup.escaped(code.summary))</td></tr>

                """
        }
        return html + "</table>\n"
    }

    private static func rows(_ entries: [ReportEntry]) -> String {
        var html = """
            <h2>Problems</h2>
            <p><label>Search <input id="search" type="search"></label> <button id="all">show all</button></p>
            <table id="problems">
            <thead><tr><th>problem</th><th>language</th><th>place</th><th>result</th><th>findings</th></tr></thead>
            <tbody>

            """
        // What has findings comes first, the worst on top.
        let sorted = entries.enumerated().sorted { left, right in
            let (one, other) = (rank(left.element), rank(right.element))
            return one != other ? one > other : left.offset < right.offset
        }.map(\.element)
        for entry in sorted {
            let codes = Set(entry.findings.map(\.code.rawValue)).sorted().joined(separator: " ")
            html += "<tr data-codes=\"\(codes)\"><td>\(Markup.escaped(entry.problem))</td>"
            html += "<td>\(entry.language?.rawValue ?? "")</td>"
            html += "<td>\(Markup.escaped(entry.origin.file)):\(entry.origin.line)</td>"
            html += "<td>\(entry.status.rawValue)<br><small>\(Markup.escaped(entry.summary))</small></td><td>"
            for finding in entry.findings {
                html += """
                    <p><b class="\(finding.severity.rawValue)">\(finding.code.rawValue)</b> \(Markup.escaped(finding.reason))\
                    <br><i>\(Markup.escaped(finding.suggestion))</i></p>
                    """
            }
            html += "</td></tr>\n"
        }
        return html + "</tbody>\n</table>\n"
    }

    private static func rank(_ entry: ReportEntry) -> Int {
        switch entry.findings.map(\.severity).max() {
        case .error: 3
        case .warning: 2
        case .note: 1
        case nil: 0
        }
    }

    private static let style = """
        :root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif }
        body { margin: 2em auto; max-width: 80em; padding: 0 1em }
        table { border-collapse: collapse; width: 100% }
        td, th { border-bottom: 1px solid #8884; padding: .3em .6em; text-align: left; vertical-align: top }
        #problems { display: block; overflow-x: auto } #problems td { overflow-wrap: anywhere }
        #problems th:nth-child(odd) { min-width: 9em } #problems th:nth-child(2) { min-width: 6em }
        #problems th:nth-child(4) { min-width: 8em } #problems th:nth-child(5) { width: 100%; min-width: 16em }
        .bars { width: auto } .bar { width: min(16em, 12vw) } .bar span { display: block; height: 1em; margin: .2em 0; background: #888 }
        @media (max-width: 45em) { .bars td:last-child { display: none } }
        .bar .error { background: #c33 } .bar .warning { background: #c80 } .number { text-align: right }
        b.error { color: #c33 } b.warning { color: #b70 } p { margin: .2em 0 } button { font: inherit; cursor: pointer }
        """

    private static let script = """
        const rows = [...document.querySelectorAll("#problems tbody tr")];
        const search = document.getElementById("search");
        let code = "";
        function show() {
          const words = search.value.toLowerCase();
          for (const row of rows)
            row.hidden = !(code === "" || row.dataset.codes.split(" ").includes(code)) ||
              !row.textContent.toLowerCase().includes(words);
        }
        search.addEventListener("input", show);
        document.getElementById("all").addEventListener("click", () => { code = ""; search.value = ""; show(); });
        for (const button of document.querySelectorAll("[data-code]"))
          button.addEventListener("click", () => { code = button.dataset.code; show(); });
        """
}
