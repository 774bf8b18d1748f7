import ArgumentParser
import Auditing
import DatasetFormats
import Foundation
import GradingModel

/// `assay audit`: whether the problems themselves are sound.
struct AuditCommand: JailingCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Find out whether problems are sound: their tests, gold solutions, limits and comparisons.",
        discussion: """
            Each record is a problem with its gold solution, one a line of JSON, in any of the shapes that assay reads. \
            The gold solution runs on its own tests, several times and beside others; programs that do nothing, that \
            always give the same answer, or that are the gold solution with a fault in it, must not pass.

            Examples:
              assay audit problems.jsonl
              assay audit problems.jsonl --json > findings.jsonl
              assay audit problems.jsonl --html report.html --sarif findings.sarif
              assay audit problems.jsonl --repeat 10 --mutants 0 --fail-on error

            Each finding has a code that stays what it is, a severity (note, warning, error), a reason and a suggestion; \
            the README lists the codes.

            Exit status: 0 nothing found (or less than --fail-on), 1 something found, 2 wrong usage, 3 our own fault: \
            some problems could not be examined.
            """
    )

    @Argument(help: ArgumentHelp("Files of problems, JSON Lines; - reads standard input.", valueName: "problems"))
    var files: [String]

    @Option(help: ArgumentHelp("The records' shape, where it is not to be recognised.", valueName: "shape"))
    var format: String?

    @Option(name: .customLong("repeat"), help: "How often gold solutions run: once alone, then beside each other.")
    var repetitions = 3

    @Option(help: "How many programs with a fault are made of a gold solution; as many again where most of them pass.")
    var mutants = 8

    @Option(help: "The share of programs with a fault that must pass for tests to be called weak.")
    var survivors = 0.85

    @Option(help: "The share of the time limit beyond which it is called tight for the gold solution.")
    var timeShare = 0.7

    @Option(help: "The share of the memory limit beyond which it is called tight for the gold solution.")
    var memoryShare = 0.85

    @Flag(help: "Say nothing about progress on stderr.")
    var quiet = false

    @Option(name: Setting.user.flagName, help: Setting.user.help) var user: String?
    @Option(name: Setting.jailer.flagName, help: Setting.jailer.help) var jailer: String?
    @Option(name: Setting.workers.flagName, help: Setting.workers.help) var workers: String?
    @OptionGroup var reports: ReportOptions
    @OptionGroup var options: SettingsOptions
    @OptionGroup var colours: ColourOptions

    /// What ``readInputs(_:)`` opened.
    private var inputs: Inputs?

    private struct Inputs: @unchecked Sendable {
        // Handed to the one task that reads, and touched by no other.
        var source: ProblemSource
        var writer: ReportWriter
    }

    private enum CodingKeys: CodingKey {
        case files, format, repetitions, mutants, survivors, timeShare, memoryShare, quiet, user, jailer, workers,
            reports, options, colours
    }

    var purpose: ProcessPurpose { .grading }

    func validate() throws {
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be named once") }
        if !(1...1000).contains(repetitions) { throw ValidationError("--repeat must be from 1 to 1000") }
        if !(0...1000).contains(mutants) { throw ValidationError("--mutants must be from 0 to 1000") }
        for (name, share) in [("survivors", survivors), ("time-share", timeShare), ("memory-share", memoryShare)]
        where !(share > 0 && share <= 1) {
            throw ValidationError("--\(name) must be above 0 and at most 1")
        }
    }

    func loadSettings() throws -> Settings {
        var options = options
        options.logLevel = options.logLevel ?? "warning"
        return try options.load([(.user, user), (.jailer, jailer), (.workers, workers)])
    }

    mutating func readInputs(_ settings: Settings) throws {
        inputs = Inputs(
            source: try ProblemSource(files, shape: format, caps: LimitCaps(settings.largestLimits)),
            writer: try reports.open()
        )
    }

    func run(_ settings: Settings, _ process: PreparedProcess) async throws -> CommandStatus {
        guard let inputs else { return .ourFault }
        let auditOptions = AuditOptions(
            repetitions: repetitions,
            mutants: mutants,
            survivingShare: survivors,
            timeShare: timeShare,
            memoryShare: memoryShare,
            defaultCPUTime: settings.defaultLimits.cpuTime,
            defaultMemoryMB: settings.defaultLimits.memoryMB
        )
        let printer = FindingPrinter(style: colours.style)
        var progress = ProgressLine(isOn: !quiet, unit: "problems")
        let entries = try await withGrader(settings, process, languages: builtLanguages(settings)) { grader in
            let auditor = ProblemAuditor(options: auditOptions) { try await grader.grade($0) { _ in } }
            var entries: [ReportEntry] = []
            try await forEachConcurrently(width: settings.workers, next: inputs.source.next) { item in
                switch item {
                case .problem(let problem, _): ReportEntry(try await auditor.audit(problem))
                case .fault(let finding): ReportEntry.record(finding)
                }
            } onOutcome: { entry in
                show(entry, printer)
                entries.append(entry)
                progress.advance()
            }
            return entries
        }
        if !reports.json { StandardOutput.write(printer.summary(entries)) }
        try inputs.writer.write(entries, title: "Audit of problems", suite: "assay.audit")
        return inputs.writer.status(entries.flatMap(\.findings))
    }

    private func show(_ entry: ReportEntry, _ printer: FindingPrinter) {
        if reports.json {
            for finding in entry.findings { FindingLine.print(finding) }
        } else {
            StandardOutput.write(printer.text(entry))
        }
    }
}

/// A finding as a line of JSON Lines.
enum FindingLine {
    static func print(_ finding: Finding) {
        FileHandle.standardOutput.write(Data(JSONCodec.serialize(finding.value) + [0x0A]))
    }
}

/// How far a command is, on stderr, every ten seconds.
struct ProgressLine {
    let isOn: Bool
    let unit: String
    var total: Int?
    private var count = 0
    private let began = ContinuousClock.now
    private var last = ContinuousClock.now

    init(isOn: Bool, unit: String, total: Int? = nil) {
        self.isOn = isOn
        self.unit = unit
        self.total = total
    }

    mutating func advance() {
        count += 1
        guard isOn, ContinuousClock.now - last >= .seconds(10) else { return }
        last = ContinuousClock.now
        let of = total.map { " of \($0)" } ?? ""
        let seconds = (last - began).components.seconds
        printError("\(count)\(of) \(unit), \(seconds) s")
    }
}
