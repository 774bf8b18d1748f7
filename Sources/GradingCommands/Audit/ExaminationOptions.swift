import ArgumentParser
import Auditing
import Foundation
import GradingModel

/// What all commands that examine problems take: which files, how they run, and where results go.
struct ExaminationOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Files of problems, JSON Lines; - reads standard input.", valueName: "files"))
    var files: [String]

    @Option(help: ArgumentHelp("The records' shape, where it is not to be recognised.", valueName: "shape"))
    var format: String?

    @Flag(help: "Say nothing about progress on stderr.")
    var quiet = false

    @Option(name: Setting.user.flagName, help: Setting.user.help) var user: String?
    @Option(name: Setting.jailer.flagName, help: Setting.jailer.help) var jailer: String?
    @Option(name: Setting.workers.flagName, help: Setting.workers.help) var workers: String?
    @OptionGroup var reports: ReportOptions
    @OptionGroup var settings: SettingsOptions
    @OptionGroup var colours: ColourOptions

    func validate() throws {
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be named once") }
    }

    func loadSettings() throws -> Settings {
        var settings = settings
        settings.logLevel = settings.logLevel ?? "warning"
        return try settings.load([(.user, user), (.jailer, jailer), (.workers, workers)])
    }

    /// Shows one result on standard output as soon as it is there.
    func show(_ entry: ReportEntry) {
        if reports.json {
            for finding in entry.findings {
                FileHandle.standardOutput.write(Data(JSONCodec.serialize(finding.value) + [0x0A]))
            }
        } else {
            StandardOutput.write(FindingPrinter(style: colours.style).text(entry))
        }
    }

    /// Shows the summary and writes all reports.
    /// - Returns: How the command ends.
    func finish(_ entries: [ReportEntry], _ writer: ReportWriter, title: String, suite: String) throws -> CommandStatus
    {
        if !reports.json { StandardOutput.write(FindingPrinter(style: colours.style).summary(entries)) }
        try writer.write(entries, title: title, suite: suite)
        return writer.status(entries.flatMap(\.findings))
    }
}
