public import GradingModel

/// What was looked at, with what was found: a line of any report.
public struct ReportEntry: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable {
        case passed, failed, unchecked, unchanged
    }

    /// What belongs together: the problem in all its languages.
    public var group: String
    public var problem: String
    public var language: Language?
    public var origin: Origin
    public var status: Status
    /// What was done, in a few words.
    public var summary: String
    public var findings: [Finding]

    public init(_ report: ProblemReport) {
        group = report.problem
        problem = report.problem
        language = report.language
        origin = report.origin
        status = report.severity ?? .note > .note ? .failed : .passed
        let mutants =
            report.mutants > 0 ? ", \(report.mutants - report.survivors) of \(report.mutants) faults found" : ""
        summary = "\(report.tests) test\(report.tests == 1 ? "" : "s")\(mutants)"
        findings = report.findings
    }

    private init(
        group: String,
        problem: String,
        language: Language?,
        origin: Origin,
        status: Status,
        summary: String,
        findings: [Finding]
    ) {
        self.group = group
        self.problem = problem
        self.language = language
        self.origin = origin
        self.status = status
        self.summary = summary
        self.findings = findings
    }

    /// The lines of a group: the original, where something is wrong with it, and each translation.
    public static func entries(_ report: GroupReport) -> [ReportEntry] {
        var entries: [ReportEntry] = []
        if !report.findings.isEmpty {
            entries.append(
                ReportEntry(
                    group: report.key,
                    problem: report.original,
                    language: report.originalLanguage,
                    origin: report.originalOrigin,
                    status: .failed,
                    summary: "the original",
                    findings: report.findings
                )
            )
        }
        return entries
            + report.translations.map { translation in
                ReportEntry(
                    group: report.key,
                    problem: translation.problem,
                    language: translation.language,
                    origin: translation.origin,
                    status: Status(rawValue: translation.status.rawValue) ?? .unchecked,
                    summary: summary(translation),
                    findings: translation.findings
                )
            }
    }

    private static func summary(_ report: TranslationReport) -> String {
        switch report.status {
        case .unchanged: "unchanged since it was last checked"
        case .unchecked: "its original could not be run"
        case .passed, .failed:
            "\(report.passed) of \(report.tests) tests, \(report.compared) inputs compared"
        }
    }

    /// A line for findings on records that have no report.
    public static func record(_ finding: Finding) -> ReportEntry {
        ReportEntry(
            group: finding.problem,
            problem: finding.problem,
            language: finding.language,
            origin: finding.origin,
            status: finding.severity > .note ? .failed : .unchecked,
            summary: "the record",
            findings: [finding]
        )
    }
}
