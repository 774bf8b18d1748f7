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

    @OptionGroup var examination: ExaminationOptions

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

    /// What ``readInputs(_:)`` opened.
    private var inputs: Inputs?

    private struct Inputs: @unchecked Sendable {
        // Handed to the one task that reads, and touched by no other.
        var source: ProblemSource
        var writer: ReportWriter
    }

    private enum CodingKeys: CodingKey {
        case examination, repetitions, mutants, survivors, timeShare, memoryShare
    }

    var purpose: ProcessPurpose { .grading }

    func validate() throws {
        if !(1...1000).contains(repetitions) { throw ValidationError("--repeat must be from 1 to 1000") }
        if !(0...1000).contains(mutants) { throw ValidationError("--mutants must be from 0 to 1000") }
        for (name, share) in [("survivors", survivors), ("time-share", timeShare), ("memory-share", memoryShare)]
        where !(share > 0 && share <= 1) {
            throw ValidationError("--\(name) must be above 0 and at most 1")
        }
    }

    func loadSettings() throws -> Settings { try examination.loadSettings() }

    mutating func readInputs(_ settings: Settings) throws {
        inputs = Inputs(
            source: try ProblemSource(
                examination.files,
                shape: examination.format,
                caps: LimitCaps(settings.largestLimits)
            ),
            writer: try examination.reports.open()
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
        var progress = ProgressLine(isOn: !examination.quiet, unit: "problems")
        let entries = try await withGrader(settings, process, languages: builtLanguages(settings)) { grader in
            let auditor = ProblemAuditor(options: auditOptions) { try await grader.grade($0) { _ in } }
            var entries: [ReportEntry] = []
            try await forEachConcurrently(width: settings.workers, next: inputs.source.next) { item in
                switch item {
                case .problem(let problem, _): ReportEntry(try await auditor.audit(problem))
                case .fault(let finding): ReportEntry.record(finding)
                }
            } onOutcome: { entry in
                examination.show(entry)
                entries.append(entry)
                progress.advance()
            }
            return entries
        }
        return try examination.finish(entries, inputs.writer, title: "Audit of problems", suite: "assay.audit")
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
