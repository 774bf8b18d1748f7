import ArgumentParser
import Auditing
import Foundation
import GradingModel

/// Where results go, for people and for CI systems.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Print each finding as one line of JSON instead of a table.")
    var json = false

    @Option(help: ArgumentHelp("Write an HTML page that stands alone.", valueName: "file"))
    var html: String?

    @Option(
        help: ArgumentHelp("Write JUnit XML, for GitLab, Jenkins and others; - is standard output.", valueName: "file")
    )
    var junit: String?

    @Option(help: ArgumentHelp("Write SARIF 2.1.0, for code scanning; - is standard output.", valueName: "file"))
    var sarif: String?

    @Option(help: ArgumentHelp("Write a Markdown table, for a pull request; - is standard output.", valueName: "file"))
    var markdown: String?

    @Flag(
        inversion: .prefixedNo,
        help: """
            Print annotations for GitHub Actions, and add the Markdown table to the job's summary \
            (default: where GITHUB_ACTIONS is true).
            """
    )
    var github: Bool?

    @Option(
        help:
            "Exit with status 1 from this severity on: \(FailureLevel.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var failOn = FailureLevel.warning

    /// From which severity on a finding fails the command.
    enum FailureLevel: String, ExpressibleByArgument, CaseIterable {
        case note, warning, error, never

        func includes(_ severity: Severity) -> Bool {
            switch self {
            case .note: true
            case .warning: severity >= .warning
            case .error: severity == .error
            case .never: false
            }
        }
    }

    var isForGitHub: Bool {
        github ?? (ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true")
    }

    /// Opens the files.
    func open() throws -> ReportWriter {
        var summary: OutputFile?
        if isForGitHub, let path = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
            summary = try OutputFile(path, appends: true)
        }
        return ReportWriter(
            options: self,
            html: try html.map { try OutputFile($0) },
            junit: try junit.map { try OutputFile($0) },
            sarif: try sarif.map { try OutputFile($0) },
            markdown: try markdown.map { try OutputFile($0) },
            summary: summary
        )
    }
}

/// Writes one set of results in every form that was asked for.
struct ReportWriter: Sendable {
    let options: ReportOptions
    let html: OutputFile?
    let junit: OutputFile?
    let sarif: OutputFile?
    let markdown: OutputFile?
    let summary: OutputFile?

    /// Writes everything but what goes to the terminal.
    func write(_ entries: [ReportEntry], title: String, suite: String) throws {
        let findings = entries.flatMap(\.findings)
        try html?.write(HTMLReport.document(entries, title: title))
        try junit?.write(JUnitReport.document(entries, suite: suite))
        try sarif?.write(JSONCodec.serialize(SARIFReport.document(findings, version: Assay.version)) + [0x0A])
        try markdown?.write(MarkdownReport.document(entries, title: title))
        try summary?.write(MarkdownReport.document(entries, title: title) + "\n")
        if options.isForGitHub { StandardOutput.write(GitHubReport.annotations(findings)) }
    }

    /// How the command ends.
    func status(_ findings: [Finding]) -> CommandStatus {
        if findings.contains(where: { options.failOn.includes($0.severity) && $0.code != .notAudited }) {
            return .notAccepted
        }
        return findings.contains { $0.code == .notAudited } ? .ourFault : .accepted
    }
}
