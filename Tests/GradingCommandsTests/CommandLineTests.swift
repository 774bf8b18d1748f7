import ArgumentParser
import DatasetFormats
import GradingAPI
import GradingModel
import Logging
import Testing

@testable import GradingCommands

@Suite("The command line") struct CommandLineTests {
    private static let commands: [any ParsableCommand.Type] = [
        Assay.self, ServeCommand.self, GradeCommand.self, RegradeCommand.self, ReportCommand.self, ImageCommand.self,
        ImageBuildCommand.self,
        ImageListCommand.self, ImageVerifyCommand.self, DoctorCommand.self, SettingsCommand.self,
    ]

    @Test("every command's help has an abstract, an example or a list, and lines that fit a terminal")
    func help() {
        for command in Self.commands {
            let help = Assay.helpMessage(for: command, columns: 80)
            #expect(!command.configuration.abstract.isEmpty)
            #expect(!command.configuration.discussion.isEmpty, "\(command)")
            for line in command.configuration.discussion.split(separator: "\n") where line.hasPrefix("  ") {
                #expect(line.count <= 80, "\(line)")
            }
            #expect(help.contains("USAGE: assay"))
        }
    }

    @Test(
        "wrong usage ends with 2, help and version with 0",
        arguments: [
            (["nope"], CommandStatus.usage), (["grade", "x.py"], .usage), (["grade", "-", "-t", "-"], .usage),
            (["grade", "a", "-t", "b", "--color", "red"], .usage), (["serve", "extra"], .usage),
            (["--help"], .accepted), (["grade", "--help"], .accepted), (["help", "image", "build"], .accepted),
            (["--version"], .accepted),
        ]
    )
    func statuses(arguments: [String], expected: CommandStatus) throws {
        do {
            var command = try Assay.parseAsRoot(arguments)
            try command.run()
            Issue.record("it ran")
        } catch {
            #expect(EntryPoint.report(error) == expected)
        }
    }

    @Test("errors of the user end with 2, all others with 3")
    func errors() {
        struct Broken: Error {}
        #expect(EntryPoint.report(UsageError("x")) == .usage)
        #expect(EntryPoint.report(SettingsError(faults: ["x"])) == .usage)
        #expect(EntryPoint.report(Broken()) == .ourFault)
        #expect(EntryPoint.report(CommandStatus.notAccepted) == .notAccepted)
    }

    @Test("the status says the verdict", arguments: Verdict.allCases)
    func verdicts(verdict: Verdict) {
        let expected: CommandStatus =
            switch verdict {
            case .accepted: .accepted
            case .internalError: .ourFault
            default: .notAccepted
            }
        #expect(CommandStatus(verdict) == expected)
    }

    @Test("flags reach the settings")
    func flags() throws {
        let arguments = [
            "serve", "--host", "::1", "--port", "0", "--workers", "3", "--queue-limit", "9", "--database", "/d",
            "--body-limit",
            "2", "--shutdown-grace", "4", "--user", "u", "--jailer", "/j", "--images", "/i", "--log-level", "debug",
            "--set", "limits.largest.cpu_time_s=90", "--config", "/dev/null",
        ]
        let command = try #require(try Assay.parseAsRoot(arguments) as? ServeCommand)
        let settings = try command.loadSettings()
        #expect(settings.api.host == "::1")
        #expect(settings.api.port == 0)
        #expect(settings.workers == 3)
        #expect(settings.queueLimit == 9)
        #expect(settings.databasePath == "/d")
        #expect(settings.api.bodyLimit == 2 << 20)
        #expect(settings.shutdownGrace == .seconds(4))
        #expect(settings.user == "u")
        #expect(settings.jailerPath == "/j")
        #expect(settings.imagesPath == "/i")
        #expect(settings.logLevel == .debug)
        #expect(settings.largestLimits.cpuTime == 90)
    }

    @Test("a doctor's line names the check, what was found, and the remedy where one is due")
    func doctor() {
        let style = TerminalStyle(usesColour: false)
        let passed = DoctorCheck(name: "cgroup", status: .passed, detail: "v2", remedy: "none needed")
        #expect(passed.line(style) == "✓ cgroup: v2")
        let failed = DoctorCheck(
            name: "user",
            status: .failed,
            detail: "there is no user assay",
            remedy: "run ops/setup"
        )
        #expect(failed.line(style) == "✗ user: there is no user assay → run ops/setup")
    }
}
