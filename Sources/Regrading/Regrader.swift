import Crypto
import DatasetFiles
import DatasetFormats
import Foundation
import GradingModel
import NIOPosix
import Synchronization

/// Grades the rows of files and writes them with their results.
///
/// Two passes. The first reads the rows and grades them, as many at a time as keep all slots busy, and notes each in the
/// journal. The second reads the rows again and writes the output in their order from the journal alone, so that it does
/// not depend on how often the first was stopped. See ``RegradeJournal`` for what survives what.
public final class Regrader: Sendable {
    private let options: RegradeOptions
    private let grader: any RowGrader
    public let progress: RegradeProgress
    private let journal: RegradeJournal
    private let ledger: RegradeLedger
    /// Reads files: its calls block.
    private let threads = NIOThreadPool(numberOfThreads: 2)
    private let makeOutcome: OutcomeMaker

    /// Opens the journal, or makes it.
    ///
    /// - Throws: ``DatasetFileError`` where it belongs to something else or can't be opened.
    public init(_ options: RegradeOptions, grader: any RowGrader, progress: RegradeProgress) throws {
        self.options = options
        self.grader = grader
        self.progress = progress
        journal = try RegradeJournal(
            path: options.folder + "/journal.sqlite",
            identity: options.identity(grader.toolchains)
        )
        ledger = RegradeLedger(journal: journal)
        makeOutcome = OutcomeMaker(options: options, defaultLimits: grader.defaultLimits)
        threads.start()
    }

    /// Grades what is not graded yet and writes the output.
    ///
    /// - Parameter descriptor: Where the output is written, from its start.
    /// - Returns: What was found.
    /// - Throws: ``DatasetFileError`` where a file can't be read or written; it can be gone on with then.
    public func run(writingTo descriptor: Int32) async throws -> RegradeSummary {
        do {
            if options.retryFaults { _ = try await journal.forgetFaults() }
            let inputs = try await gradeAll()
            progress.update { $0.phase = .writing }
            let assembler = OutputAssembler(options: options, journal: journal, inputs: inputs)
            var summary = try await threads.runIfActive { try assembler.write(to: descriptor) }
            summary.repeatedRows = progress.status.repeated
            summary.gradedNow = progress.status.doneNow
            try await threads.shutdownGracefully()
            try journal.close()
            return summary
        } catch {
            try? await threads.shutdownGracefully()
            throw error
        }
    }

    // MARK: - The first pass

    /// - Returns: The inputs as they can be read again.
    private func gradeAll() async throws -> [OpenFile] {
        var tasks: TaskIndex?
        if !options.tasks.isEmpty { tasks = try await makeIndex() }
        let planner = RowPlanner(options: options, tasks: tasks)
        let done = try await journal.doneRows()
        let counts = try await journal.inputCounts()
        progress.beginGrading(done: done.count, fraction: done.count == 0 ? 0 : nil)
        var inputs: [OpenFile] = []
        var first = 0
        for (number, input) in options.inputs.enumerated() {
            if let count = counts[number], done.run(from: first) >= count {
                inputs.append(input.isRegular ? input : try OpenFile(path: spoolPath(number)))
                first += count
                continue
            }
            let spool = input.isRegular ? nil : try RowSpool(path: spoolPath(number))
            let count = try await grade(input, number: number, from: first, done: done, planner: planner, spool: spool)
            try spool?.finish()
            inputs.append(spool == nil ? input : try OpenFile(path: spoolPath(number)))
            try await ledger.flush()
            try await journal.noteInput(number, rows: count)
            first += count
        }
        return inputs
    }

    /// Standard input can't be read twice: its rows are kept until the end.
    private func spoolPath(_ number: Int) -> String { options.folder + "/input-\(number).jsonl.zst" }

    private func makeIndex() async throws -> TaskIndex {
        let reader = RecordReader(shape: options.shape == .answer ? nil : options.shape, caps: options.caps)
        let index = try TaskIndex(path: options.folder + "/tasks.sqlite", reader: reader)
        for (number, file) in options.tasks.enumerated() {
            _ = try await threads.runIfActive { [progress] in
                try index.add(file, number: number) { count in progress.update { $0.done = count } }
            }
        }
        return index
    }

    /// Grades one input.
    /// - Returns: How many rows it has.
    private func grade(
        _ input: OpenFile,
        number: Int,
        from first: Int,
        done: RowSet,
        planner: RowPlanner,
        spool: RowSpool?
    ) async throws -> Int {
        let skipped = done.run(from: first)
        let isParquet = try await threads.runIfActive { [options] in
            try RowReader(input, largestRow: options.largestRow).kind == .parquet
        }
        let skipping = isParquet ? skipped : 0
        let reader = try await threads.runIfActive { [options] in
            try RowReader(input, skipping: skipping, largestRow: options.largestRow)
        }
        var ordinal = first + skipping
        // Enough that no slot waits for a row to be read or an answer to be written.
        let width = grader.slots + max(2, grader.slots / 2)
        try await withThrowingTaskGroup(of: Int.self) { group in
            var underWay = 0
            var bytes = 0
            while let row = try await threads.runIfActive({ try reader.next() }) {
                try spool?.append(row)
                defer { ordinal += 1 }
                if done.contains(ordinal) { continue }
                while underWay > 0, underWay >= width || bytes + row.size > options.bytesUnderWay {
                    bytes -= try await group.next() ?? 0
                    underWay -= 1
                }
                underWay += 1
                bytes += row.size
                let fraction = fraction(reader, input, number, row: ordinal - first)
                progress.update { status in
                    status.underWay += 1
                    status.fraction = fraction
                    if status.doneNow == 0 { status.fractionAtStart = fraction ?? 0 }
                }
                group.addTask { [ordinal, size = row.size, content = RowContent(row.content)] in
                    try await self.grade(content, ordinal: ordinal, planner: planner)
                    return size
                }
            }
            try await group.waitForAll()
        }
        return ordinal - first
    }

    /// Which part of all inputs is read, by bytes; in Parquet by rows.
    private func fraction(_ reader: RowReader, _ input: OpenFile, _ number: Int, row: Int) -> Double? {
        guard options.inputs.allSatisfy(\.isRegular) else { return nil }
        let sizes = options.inputs.map { Double(max($0.size, 1)) }
        let part = reader.count.map { Double(row) / Double(max($0, 1)) } ?? Double(reader.position) / sizes[number]
        return (sizes[..<number].reduce(0, +) + min(part, 1) * sizes[number]) / sizes.reduce(0, +)
    }

    private func grade(_ content: RowContent, ordinal: Int, planner: RowPlanner) async throws {
        // A task's look-up blocks for as long as a page of the index is read.
        let plan = try planner.plan(planner.read(content.take()))
        switch plan {
        case .settled(let outcome):
            try await ledger.append(RegradeJournal.Entry(ordinal: ordinal, outcome: outcome))
            progress.note(outcome, isRepeated: false)
        case .run(let planned):
            let work = try await self.work(planned.submission)
            var genesysAnswer: Value?
            if case .run(let run, _)? = planned.genesys, !runsAlike(run, planned.submission) {
                genesysAnswer = try await self.work(run).work.answer
            }
            let outcome = makeOutcome.outcome(planned, answer: work.work.answer, genesysAnswer: genesysAnswer)
            // What failed for a fault of ours is no one's answer but this row's.
            let entry = RegradeJournal.Entry(
                ordinal: ordinal,
                outcome: outcome,
                work: work.work,
                isWorkNew: work.isNew && AnswerDigest(work.work.answer)?.verdict != .internalError
            )
            try await ledger.append(entry)
            progress.note(outcome, isRepeated: !work.isNew)
        }
    }

    /// Whether two submissions run the same program on the same inputs, and are compared by their outputs alone.
    private func runsAlike(_ left: Submission, _ right: Submission) -> Bool {
        guard left.source == right.source, case .cases(let left) = left.tests, case .cases(let right) = right.tests,
            left.count == right.count
        else { return false }
        return zip(left, right).allSatisfy { left, right in
            guard case .stdinStdout(let input, _) = left.kind, case .stdinStdout(let other, _) = right.kind else {
                return false
            }
            return input == other
        }
    }

    // MARK: - Work

    /// The answer to a submission, from whoever had the same graded, or by grading it.
    private func work(_ submission: Submission) async throws -> (work: RegradeJournal.Work, isNew: Bool) {
        let toolchains = submission.languages.map { grader.toolchains[$0] }
        guard !toolchains.contains(nil) else {
            let message = "there is no image for one of \(submission.languages.map(\.rawValue).joined(separator: ", "))"
            let answer = Value.fields([("verdict", "internal_error"), ("score", .null), ("message", Value(message))])
            return (RegradeJournal.Work(digest: [], answer: answer, stored: []), true)
        }
        let digest = Self.digest(of: submission, toolchain: toolchains.compactMap(\.self).joined(separator: " "))
        if let stored = try await ledger.begin(digest) {
            let answer = try JSONCodec.parse(try Zstd.decompress(stored), options: .rows)
            return (RegradeJournal.Work(digest: digest, answer: answer, stored: stored), false)
        }
        do {
            let answer = try await grader.grade(submission)
            // Outputs are needed to explain genesys' verdicts, and asked for with --traces.
            let isWhole = options.withTraces || options.policy == .genesys
            let stored = Zstd.compress(JSONCodec.serialize(isWhole ? answer : Self.summary(of: answer)))
            let isOurFault = AnswerDigest(answer)?.verdict ?? .internalError == .internalError
            await ledger.finish(digest, stored: isOurFault ? nil : stored)
            return (RegradeJournal.Work(digest: digest, answer: answer, stored: stored), true)
        } catch {
            await ledger.finish(digest, stored: nil)
            throw error
        }
    }

    /// The answer without outputs and values.
    private static func summary(of answer: Value) -> Value {
        let left: Set<Value> = ["stdout", "stderr", "returned", "comparison", "suspicion", "environment", "timings"]
        guard let entries = answer.mapValue else { return answer }
        return .map(
            entries.compactMap { entry in
                if entry.key == "tests", let tests = entry.value.listValue {
                    let slim = tests.map { Value.map(($0.mapValue ?? []).filter { !left.contains($0.key) }) }
                    return MapEntry(key: entry.key, value: .list(slim))
                }
                return left.contains(entry.key) ? nil : entry
            }
        )
    }

    /// What a submission is, in 32 bytes: program, tests, limits, comparison, jury and toolchains.
    static func digest(of submission: Submission, toolchain: String) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array(toolchain.utf8) + [0])
        JSONCodec.serialize(SubmissionEncoder.encode(submission)) { piece in hash.update(bufferPointer: piece) }
        return Array(hash.finalize())
    }
}

/// A row's content, for whoever takes it: a task that captured it would hold it until its end.
private final class RowContent: Sendable {
    private let content: Mutex<Row.Content>

    init(_ content: Row.Content) { self.content = Mutex(content) }

    func take() -> Row.Content {
        content.withLock { content in
            let taken = content
            content = .unreadable(reason: "it was taken")
            return taken
        }
    }
}
