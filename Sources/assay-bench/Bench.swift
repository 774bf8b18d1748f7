import ArgumentParser

/// Measurements of Assay, and its verdicts on data whose verdicts are known.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay-bench",
        abstract: "Measure Assay; grade data whose verdicts are known.",
        subcommands: [
            CodecCommand.self, JailsCommand.self, LoadCommand.self, OpenDataCommand.self, QueueCommand.self,
            SoakCommand.self, SubmissionsCommand.self,
        ]
    )
}
