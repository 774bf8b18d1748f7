import ArgumentParser
import Auditing
import DatasetFormats
import Foundation
import GradingModel
import Images

/// `assay check-translations`: whether each translation does what its original does.
struct CheckTranslationsCommand: JailingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-translations",
        abstract: "Check that problems in several languages are the same problem: the CI job for translations.",
        discussion: """
            The records are problems with their gold solutions, one a line of JSON, in all languages, in one file or \
            several. Those with the same id are one problem: problem_id, task_id and others are looked at, and the name \
            of a language in an id does not count (Python/0 and JavaScript/0 are the same); --match names the field.

            Each translation must pass its own tests and those of the original, and give the same answers to inputs \
            that are made up from the tests': the same ones each time. Inputs on which the original fails, or gives \
            another answer when it runs again, do not count.

            Examples:
              assay check-translations problems/*.jsonl
              assay check-translations problems/*.jsonl --since origin/main --junit junit.xml
              assay check-translations python.jsonl rust.jsonl --cache .assay-cache --markdown comment.md

            In GitHub Actions, annotations and the job's summary are written by themselves. ops/ci has workflows.

            Exit status: 0 all is well (or below --fail-on), 1 a translation is wrong, 2 wrong usage, 3 our own fault: \
            some could not be checked.
            """
    )

    @OptionGroup var examination: ExaminationOptions

    @Option(
        name: .customLong("match"),
        help: ArgumentHelp("The field that translations have in common.", valueName: "field")
    )
    var matchField: String?

    @Option(help: "The language of the originals; where a problem is not there in it, the first that is read.")
    var original = "python"

    @Option(help: "How many inputs are made up for each problem.")
    var inputs = 48

    @Option(
        help: ArgumentHelp("Check only what differs from this revision of the git repository.", valueName: "revision")
    )
    var since: String?

    @Option(help: ArgumentHelp("Remember in this folder what passed, and do not check it again.", valueName: "folder"))
    var cache: String?

    /// What ``readInputs(_:)`` opened.
    private var prepared: Prepared?

    private struct Prepared: @unchecked Sendable {
        // Both are handed to the one task that reads, and touched by no other.
        var source: ProblemSource
        /// The same files as they were.
        var before: ProblemSource?
        var writer: ReportWriter
        var cache: TranslationCache?
    }

    private enum CodingKeys: CodingKey {
        case examination, matchField, original, inputs, since, cache
    }

    var purpose: ProcessPurpose { .grading }

    func validate() throws {
        if since != nil, examination.files.contains("-") {
            throw ValidationError("--since needs files: standard input has no history")
        }
        if !(0...10_000).contains(inputs) { throw ValidationError("--inputs must be from 0 to 10000") }
        if Language(name: original) == nil { throw ValidationError("--original \(original): no language here") }
    }

    func loadSettings() throws -> Settings { try examination.loadSettings() }

    mutating func readInputs(_ settings: Settings) throws {
        let caps = LimitCaps(settings.largestLimits)
        let before = try since.map { revision in
            let old = try examination.files.compactMap { file in
                try GitHistory.file(file, at: revision).map { (name: file, file: $0) }
            }
            return try ProblemSource(opened: old, shape: examination.format, caps: caps)
        }
        prepared = Prepared(
            source: try ProblemSource(examination.files, shape: examination.format, caps: caps),
            before: before,
            writer: try examination.reports.open(),
            cache: try cache.map { folder in
                try TranslationCache(folder: folder, salt: "\(Assay.version) \(inputs) \(Self.toolchains(settings))")
            }
        )
    }

    /// Which problems there are, and which of them are to be looked at.
    private func plan(_ prepared: Prepared) throws -> TranslationPlanner {
        var planner = TranslationPlanner(
            matcher: ProblemMatcher(field: matchField, original: Language(name: original) ?? .python)
        )
        try planner.read(prepared.source)
        if let before = prepared.before { try planner.keepChanged(since: before) }
        if let cache = prepared.cache { planner.dropKnown(cache) }
        return planner
    }

    /// The images that the verdicts rest on.
    private static func toolchains(_ settings: Settings) -> String {
        let store = ImageStore(root: settings.imagesPath)
        return Language.allCases.map { (try? store.current($0.rawValue))?.digest ?? "-" }.joined(separator: " ")
    }

    func run(_ settings: Settings, _ process: PreparedProcess) async throws -> CommandStatus {
        guard let prepared else { return .ourFault }
        let planner = try plan(prepared)
        var entries = planner.findings.map(ReportEntry.record)
        for entry in entries { examination.show(entry) }
        let changed = planner.plans.filter { !$0.isUnchanged }
        let languages = Set(changed.flatMap { $0.group.problems.map(\.language) })
        let built = Set(builtLanguages(settings))
        if let missing = languages.subtracting(built).map(\.rawValue).min() {
            throw UsageError("there is no image for \(missing): assay image build")
        }
        var progress = ProgressLine(isOn: !examination.quiet, unit: "problems", total: changed.count)
        let reports = try await withGrader(settings, process, languages: Array(languages)) { grader in
            let checker = TranslationChecker(inputs: inputs) { try await grader.grade($0) { _ in } }
            var reports: [String: GroupReport] = [:]
            var rest = changed[...]
            try await forEachConcurrently(width: settings.workers, next: { rest.popFirst() }) { plan in
                (plan, try await checker.check(plan.group))
            } onOutcome: { plan, report in
                reports[plan.group.key] = report
                for entry in ReportEntry.entries(report) { examination.show(entry) }
                if report.allFindings.isEmpty { try prepared.cache?.remember(plan.fingerprint) }
                progress.advance()
            }
            return reports
        }
        for plan in planner.plans {
            entries += ReportEntry.entries(reports[plan.group.key] ?? .unchanged(plan.group))
        }
        return try examination.finish(entries, prepared.writer, title: "Translations", suite: "assay.translations")
    }
}
