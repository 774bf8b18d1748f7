import GradingModel
import TextMarkup

/// Results as JUnit XML, in the form that Jenkins, GitLab and GitHub's actions read.
public enum JUnitReport {
    /// One test case for each line; a note does not fail it.
    public static func document(_ entries: [ReportEntry], suite: String) -> String {
        let failures = entries.count { isFailure($0) }
        let errors = entries.count { isError($0) }
        let skipped = entries.count { isSkipped($0) }
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        let counts = "tests=\"\(entries.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
        xml += "<testsuites name=\"assay\" \(counts)>\n"
        xml += "  <testsuite name=\"\(Markup.escaped(suite))\" \(counts) time=\"0\">\n"
        for entry in entries { xml += testCase(entry, suite) }
        return xml + "  </testsuite>\n</testsuites>\n"
    }

    /// What could not be examined is an error, what was found to be wrong a failure.
    private static func isError(_ entry: ReportEntry) -> Bool {
        entry.status == .failed && entry.findings.contains { $0.code == .notAudited }
    }

    private static func isFailure(_ entry: ReportEntry) -> Bool { entry.status == .failed && !isError(entry) }

    private static func isSkipped(_ entry: ReportEntry) -> Bool {
        entry.status == .unchecked || entry.status == .unchanged
    }

    private static func testCase(_ entry: ReportEntry, _ suite: String) -> String {
        let name = entry.problem + (entry.language.map { " (\($0.rawValue))" } ?? "")
        var xml =
            "    <testcase name=\"\(Markup.escaped(name))\" classname=\"\(Markup.escaped(suite + "." + entry.group))\""
        xml += " file=\"\(Markup.escaped(entry.origin.file))\" time=\"0\""
        let notes = entry.findings.filter { $0.severity == .note }
        let faults = entry.findings.filter { $0.severity > .note }
        guard !entry.findings.isEmpty || isSkipped(entry) else { return xml + "/>\n" }
        xml += ">\n"
        if isSkipped(entry) { xml += "      <skipped message=\"\(Markup.escaped(entry.summary))\"/>\n" }
        // One element a case, as the schema has it; all findings stand in its text.
        if entry.status == .failed, let first = faults.max(by: { $0.severity < $1.severity }) {
            let element = isError(entry) ? "error" : "failure"
            let text = faults.map(text).joined(separator: "\n")
            xml += "      <\(element) type=\"\(first.code.rawValue)\" message=\"\(Markup.escaped(first.reason))\">"
            xml += "\(Markup.escaped(text))</\(element)>\n"
        }
        if !notes.isEmpty {
            xml += "      <system-out>\(Markup.escaped(notes.map(text).joined(separator: "\n")))</system-out>\n"
        }
        return xml + "    </testcase>\n"
    }

    private static func text(_ finding: Finding) -> String {
        "\(finding.origin.file):\(finding.origin.line): \(finding.severity.rawValue): \(finding.code.rawValue): "
            + "\(finding.reason)\n  \(finding.suggestion)"
    }
}
