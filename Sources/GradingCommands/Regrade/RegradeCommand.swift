import ArgumentParser
import DatasetFiles
import DatasetFormats
import Foundation
import GradingModel
import Regrading
import Sandbox

/// `assay regrade`: the answers of whole data sets, here or by a service.
struct RegradeCommand: JailingCommand {
    static let configuration = CommandConfiguration(
        commandName: "regrade",
        abstract: "Grade the answers of a data set, and write its rows with their scores.",
        discussion: """
            Reads JSON Lines (plain, gzip, zstd) and Parquet, in the shapes of the public data sets. Each row goes out \
            with the fields that it came with, and with "score" and "verification_result_info". Rows without an answer \
            have their own solution graded. Rows of other task types stay as they are.

            Examples:
              assay regrade shard.parquet --output graded.parquet
              assay regrade answers.jsonl.zst --tasks tasks.parquet --output g.jsonl.zst
              zcat a.jsonl.gz | assay regrade - --output - --traces > graded.jsonl
              assay regrade a.jsonl --output g.jsonl --server http://grader:8080
              assay regrade a.jsonl --output g.jsonl --policy genesys

            Stopped at any moment, kill -9 and power loss included, the same command goes on where it was: what is done \
            is in OUTPUT.regrade, a folder that goes with the end. The output is put in its place when it is whole. \
            Where faults of ours left rows without a score, the folder stays, and --retry-faults grades those again.

            Exit status: 0 done, 1 done, but some rows could not be read or have no score for a fault of ours, \
            2 wrong usage, 3 stopped by a fault of ours (the same command goes on).
            """
    )

    @Argument(help: ArgumentHelp("Files with rows; - reads standard input.", valueName: "input"))
    var inputs: [String]

    @Option(
        name: .shortAndLong,
        help: "The output: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; - writes JSON Lines to standard output."
    )
    var output: String

    @Option(
        name: .long,
        parsing: .upToNextOption,
        help: ArgumentHelp("Files with the problems' tests, joined by problem_id.", valueName: "file")
    )
    var tasks: [String] = []

    @Option(
        help: """
            record (each record's own comparison), \
            \(ComparisonOptions.Policy.allCases.map(\.rawValue).joined(separator: ", ")); genesys stores what genesys \
            would have, with the reasons for each difference.
            """
    )
    var policy = "record"

    @Option(
        help: "The shape of all rows: \(RecordShape.allCases.map(\.rawValue).joined(separator: ", ")).",
        transform: shape
    )
    var format: RecordShape?

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp("A limit for all, in place of the records' own; see assay grade.", valueName: "name=value")
    )
    var limits: [String] = []

    @Flag(help: "Put each test's trace into verification_result_info.")
    var traces = false

    @Flag(help: "Grade the rows again that a fault of ours left without a score.")
    var retryFaults = false

    @Flag(help: "Replace the output if it is there already.")
    var overwrite = false

    @Option(help: ArgumentHelp("A service that grades, instead of this machine.", valueName: "url"))
    var server: String?

    @Option(help: "How many submissions are with the service at one time.")
    var connections = 8

    @Option(help: ArgumentHelp("Write the summary as JSON, too.", valueName: "file"))
    var summary: String?

    @Option(help: ArgumentHelp("Rows above this are reported and passed over.", valueName: "MB"))
    var largestRow = 1024

    @Option(name: Setting.workers.flagName, help: Setting.workers.help) var workers: String?
    @Option(name: Setting.user.flagName, help: Setting.user.help) var user: String?
    @Option(name: Setting.jailer.flagName, help: Setting.jailer.help) var jailer: String?
    @OptionGroup var options: SettingsOptions

    /// What ``readInputs(_:)`` opened.
    private var regrade: RegradeOptions?
    private var outputFile: RegradeOutput?
    private var summaryFile: FileHandle?

    private enum CodingKeys: CodingKey {
        case inputs, output, tasks, policy, format, limits, traces, retryFaults, overwrite, server, connections,
            summary,
            largestRow, workers, user, jailer, options
    }

    var purpose: ProcessPurpose { server == nil ? .grading : .asking }

    func validate() throws {
        if inputs.count(where: { $0 == "-" }) > 1 { throw ValidationError("only one of the inputs can be -") }
        if tasks.contains("-") { throw ValidationError("--tasks must be files") }
        if connections < 1 { throw ValidationError("--connections must be at least 1") }
        if largestRow < 1 { throw ValidationError("--largest-row must be at least 1") }
        _ = try policyChoice()
    }

    func loadSettings() throws -> Settings {
        var options = options
        options.logLevel = options.logLevel ?? "warning"
        return try options.load([(.workers, workers), (.user, user), (.jailer, jailer)])
    }

    mutating func readInputs(_ settings: Settings) throws {
        let caps = LimitCaps(settings.largestLimits)
        let owner =
            purpose == .grading && ServiceUser.isPrivileged ? try ServiceUser(named: settings.user) : nil
        do {
            let files = try inputs.map { try OpenFile(path: $0) }
            let taskFiles = try tasks.map { try OpenFile(path: $0) }
            let outputFile = try RegradeOutput(path: output, overwrites: overwrite || retryFaults, owner: owner)
            var regrade = RegradeOptions(
                inputs: files,
                tasks: taskFiles,
                folder: outputFile.folder,
                outputKind: outputFile.kind,
                caps: caps
            )
            regrade.policy = try policyChoice()
            regrade.shape = format
            regrade.limits = try GradeRequest.limits(limits, caps: caps)
            regrade.withTraces = traces
            regrade.retryFaults = retryFaults
            regrade.largestRow = largestRow << 20
            self.regrade = regrade
            self.outputFile = outputFile
        } catch let error as DatasetFileError {
            throw UsageError(error.description)
        }
        if let summary {
            let descriptor = open(summary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw UsageError("\(summary): \(String(cString: strerror(errno)))") }
            summaryFile = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
    }

    func run(_ settings: Settings, _ process: PreparedProcess) async throws -> CommandStatus {
        guard let regrade, let outputFile else { return .ourFault }
        let grader: any RowGrader
        var stop: @Sendable () async -> Void = {}
        if let server {
            grader = try await ServiceGrader(
                server: server,
                connections: connections,
                key: ProcessInfo.processInfo.environment["ASSAY_API_KEY"]
            )
        } else {
            (grader, stop) = try await makeRowGrader(settings, process, logger: makeLogger(settings))
        }
        let progress = RegradeProgress()
        let display = ProgressDisplay(progress: progress)
        let shown = Task { await display.run() }
        let found: RegradeSummary
        do {
            found = try await Regrader(regrade, grader: grader, progress: progress)
                .run(writingTo: outputFile.descriptor)
        } catch {
            shown.cancel()
            await shown.value
            await stop()
            throw error
        }
        shown.cancel()
        await shown.value
        await stop()
        try outputFile.publish()
        if found.ourFaults.count == 0 || output == "-" { try outputFile.removeFolder() }
        printError(SummaryPrinter(summary: found, usage: ResourceUsage(progress.status)).text())
        if let summaryFile {
            let value = ResourceUsage(progress.status).added(to: found.value)
            try summaryFile.write(contentsOf: Data(JSONCodec.serialize(value) + [0x0A]))
        }
        return found.ourFaults.count + found.unreadable.count == 0 ? .accepted : .notAccepted
    }

    private static func shape(_ name: String) throws -> RecordShape {
        guard let shape = RecordShape(rawValue: name) else {
            throw ValidationError("--format \(name): there is no such shape")
        }
        return shape
    }

    private func policyChoice() throws -> RegradeOptions.Policy {
        switch policy {
        case "record": return .record
        case "genesys": return .genesys
        default:
            guard let named = ComparisonOptions.Policy(rawValue: policy) else {
                throw ValidationError("--policy \(policy): there is no such policy")
            }
            return .comparison(named)
        }
    }
}
