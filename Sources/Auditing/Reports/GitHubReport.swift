import GradingModel
import TextMarkup

/// What GitHub Actions reads: workflow commands on stdout, each an annotation of a line.
public enum GitHubReport {
    /// GitHub shows so many annotations of a kind in one step; the rest is in the summary.
    public static let maximumOfAKind = 10

    public static func annotations(_ findings: [Finding]) -> String {
        var lines: [String] = []
        for severity in Severity.allCases.reversed() {
            let some = findings.filter { $0.severity == severity }
            for finding in some.prefix(maximumOfAKind) { lines.append(annotation(finding)) }
            if some.count > maximumOfAKind {
                lines.append("::notice::\(some.count - maximumOfAKind) more findings of severity \(severity.rawValue)")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func annotation(_ finding: Finding) -> String {
        let command = finding.severity == .note ? "notice" : finding.severity.rawValue
        let language = finding.language.map { " (\($0.rawValue))" } ?? ""
        let title = "\(finding.problem)\(language): \(finding.code.rawValue)"
        return "::\(command) file=\(Markup.workflowProperty(finding.origin.file)),line=\(finding.origin.line),"
            + "title=\(Markup.workflowProperty(title))::"
            + Markup.workflowMessage("\(finding.reason)\n\(finding.suggestion)")
    }
}
