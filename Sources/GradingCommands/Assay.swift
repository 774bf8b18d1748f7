import ArgumentParser

/// The command `assay`.
struct Assay: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "assay",
        abstract:
            "Grade programs in Python, JavaScript, Rust and C++: each in a jail of its own, with a verdict and a trace.",
        discussion: """
            Examples:
              assay doctor                               what this host lacks
              assay image build                          build the languages' images
              assay serve                                answer on 127.0.0.1:8080
              assay grade solution.py --tests t.json     grade one program, here and now
              assay regrade a.jsonl --output b.jsonl     grade a data set's answers
              assay audit problems.jsonl                 are the problems themselves sound
              assay check-translations *.jsonl           are the translations right

            Exit status: 0 accepted (or done), 1 not accepted, 2 wrong usage, 3 our own fault.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, GradeCommand.self, RegradeCommand.self, ReportCommand.self, AuditCommand.self,
            CheckTranslationsCommand.self, ImageCommand.self,
            DoctorCommand.self, SettingsCommand.self,
        ]
    )
}
