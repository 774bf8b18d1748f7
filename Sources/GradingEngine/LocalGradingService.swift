import DatasetFormats
public import GradingModel
public import GradingStore
import Images
public import Logging
public import Sandbox
public import ServiceLifecycle
public import Telemetry
import Toolchains

/// The grader on this machine: a queue in the store, and some submissions at once for each slot.
///
/// First come, first served, but for those that are under way: among them, short ones overtake long ones, see
/// `SlotQueue`. What was handed in is graded once, whatever becomes of the process meanwhile.
public actor LocalGradingService: GradingService, Service {
    private let store: SubmissionStore
    private let grader: Grader
    private let pool: SlotPool
    private let jailer: JailerProcess
    private let runtimes: [Language: LanguageRuntime]
    private let configuration: EngineConfiguration
    private let shutdownGrace: Duration
    private let logger: Logger

    private var running: [String: Task<Void, Never>] = [:]
    /// The size of their bodies, in bytes; while it is above this, no more are begun than there are slots.
    private var runningSize = 0
    private static let runningSizeLimit = 32 << 20
    private var waiters: [String: [CheckedContinuation<SubmissionRecord, any Error>]] = [:]
    /// Submissions that were handed in to this process and did not end: nobody who waits for them need ask the store.
    private var pending: Set<String> = []
    /// Places of submissions that are begun as soon as they are stored.
    private var reserved = 0
    /// Small submissions of a short queue, decoded, so that their bodies are read once; with their bodies' sizes.
    private var decoded: [String: (submission: Submission, size: Int)] = [:]
    /// More than this many, or larger than this many bytes, are read from the store again.
    private static let decodedCount = 256
    private static let decodedSize = 1 << 20
    private var meters = GradingMeters()
    private var queueDepth: Int
    private var isClaiming = false
    private var isStopping = false
    /// Seconds that recent submissions took, for the advice to come back later.
    private var recentSeconds = 0.1

    /// Opens the queue of `store`.
    ///
    /// `shutdownGrace` is how long what runs may go on after a shutdown began.
    public init(
        store: SubmissionStore,
        pool: SlotPool,
        jailer: JailerProcess,
        runtimes: [Language: LanguageRuntime],
        configuration: EngineConfiguration,
        shutdownGrace: Duration,
        logger: Logger
    ) async throws {
        self.store = store
        self.pool = pool
        self.jailer = jailer
        self.runtimes = runtimes
        self.configuration = configuration
        self.shutdownGrace = shutdownGrace
        self.logger = logger
        grader = Grader(runtimes: runtimes, pool: pool, jailer: jailer, configuration: configuration)
        queueDepth = try await store.queueDepth()
    }

    // MARK: Service

    /// Grades until a shutdown begins; then lets what runs end within the grace, and puts the rest back into the queue.
    public func run() async throws {
        claimMore()
        do {
            try await waitForShutdown()
        } catch {
            beginShutdown()
            await stop()
            throw error
        }
        beginShutdown()
        let deadline = ContinuousClock.now + shutdownGrace
        while !running.isEmpty && ContinuousClock.now < deadline {
            // Cancelled: the grace is over.
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { break }
        }
        if !running.isEmpty {
            logger.warning("grading is cut short", metadata: ["submissions.running": "\(running.count)"])
        }
        await stop()
    }

    /// Returns when a graceful shutdown begins.
    /// - Throws: where the jailer ends, which this process has no privilege to start again.
    private func waitForShutdown() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await gracefulShutdown() }
            group.addTask { [pool] in
                while pool.isHealthy { try await Task.sleep(for: .seconds(1)) }
                throw SandboxError.jailerUnavailable("it ended; the service must be started again")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func stop() async {
        for task in running.values { task.cancel() }
        for task in running.values { await task.value }
        await pool.stop()
        jailer.stop()
    }

    public func beginShutdown() {
        guard !isStopping else { return }
        isStopping = true
        for (id, continuations) in waiters where running[id] == nil {
            for continuation in continuations { continuation.resume(throwing: GradingServiceError.shuttingDown) }
            waiters[id] = nil
        }
    }

    // MARK: GradingService

    public func submit(
        _ submission: Submission,
        body: [UInt8],
        idempotencyKey: String?
    ) async throws -> SubmissionRecord {
        guard !isStopping else { throw GradingServiceError.shuttingDown }
        guard queueDepth < configuration.queueLimit else {
            // What is known already takes no place in the queue.
            if let idempotencyKey, let known = try await known(idempotencyKey, body) { return known }
            let wait = Double(queueDepth) * recentSeconds / Double(mostRunning)
            throw GradingServiceError.queueFull(depth: queueDepth, retryAfter: max(1, Int(wait / 10)))
        }
        // Where nobody waits, it need not go through the queue.
        let isClaimed = queueDepth == 0 && room > 0
        if isClaimed { reserved += 1 } else { queueDepth += 1 }
        let stored: (record: SubmissionRecord, isNew: Bool)
        do {
            stored = try await store.enqueue(
                language: submission.language,
                body: body,
                idempotencyKey: idempotencyKey,
                isClaimed: isClaimed
            )
        } catch {
            if isClaimed { reserved -= 1 } else { queueDepth -= 1 }
            if let error = error as? StoreError, error.code == .idempotencyConflict {
                throw GradingServiceError.idempotencyConflict
            }
            throw error
        }
        let record = stored.record
        if isClaimed { reserved -= 1 }
        guard stored.isNew else {
            if !isClaimed { queueDepth -= 1 }
            claimMore()
            return record
        }
        pending.insert(record.id)
        if isClaimed {
            let claimed = ClaimedSubmission(
                id: record.id,
                language: record.language,
                body: body,
                attempts: 1,
                createdAt: record.createdAt
            )
            // It was the last that came in time.
            if isStopping { await putBack(claimed) } else { start(claimed, submission, size: body.count) }
        } else {
            if decoded.count < Self.decodedCount, body.count <= Self.decodedSize {
                decoded[record.id] = (submission, body.count)
            }
            claimMore()
        }
        return record
    }

    private func known(_ idempotencyKey: String, _ body: [UInt8]) async throws -> SubmissionRecord? {
        do {
            return try await store.submission(idempotencyKey: idempotencyKey, body: body)
        } catch let error as StoreError where error.code == .idempotencyConflict {
            throw GradingServiceError.idempotencyConflict
        }
    }

    public func submission(_ id: String) async throws -> SubmissionRecord? { try await store.submission(id) }

    public func wait(for id: String) async throws -> SubmissionRecord {
        if pending.contains(id) {
            return try await withCheckedThrowingContinuation { continuation in
                if isStopping && running[id] == nil {
                    continuation.resume(throwing: GradingServiceError.shuttingDown)
                } else {
                    waiters[id, default: []].append(continuation)
                }
            }
        }
        guard let record = try await store.submission(id) else { throw GradingServiceError.notFound }
        if record.status.isFinal { return record }
        // It may have ended while the store was asked: whoever ends it has resumed the waiters of that time.
        return try await withCheckedThrowingContinuation { continuation in
            if isStopping && running[id] == nil {
                continuation.resume(throwing: GradingServiceError.shuttingDown)
            } else {
                waiters[id, default: []].append(continuation)
                Task { await self.resumeIfEnded(id) }
            }
        }
    }

    public func list(
        limit: Int,
        cursor: String?,
        verdict: Verdict?,
        language: Language?
    ) async throws -> (records: [SubmissionRecord], nextCursor: String?) {
        try await store.list(limit: limit, cursor: cursor, verdict: verdict, language: language)
    }

    public func cancel(_ id: String) async throws -> SubmissionRecord? {
        guard let record = try await store.cancel(id) else { return nil }
        if let task = running[id] {
            task.cancel()
            await task.value
        } else if record.status == .cancelled {
            decoded[id] = nil
            queueDepth = try await store.queueDepth()
        }
        if record.status.isFinal { resume(id, with: record) }
        return record
    }

    public func languages() -> [LanguageDescription] {
        Language.allCases.compactMap { language in
            guard let runtime = runtimes[language] else { return nil }
            return LanguageDescription(
                language: language,
                toolchain: runtime.image.toolchain,
                image: runtime.image.name,
                imageDigest: runtime.image.digest,
                flags: runtime.toolchain.flags,
                defaultLimits: configuration.defaultLimits,
                largestLimits: configuration.largestLimits
            )
        }
    }

    public func health() async -> HealthReport {
        var checks: [HealthReport.Check] = []
        let keeperIsAlive = pool.isHealthy
        checks.append(
            .init(
                name: "keeper",
                isHealthy: keeperIsAlive,
                detail: keeperIsAlive ? "cgroup \(jailer.cgroup)" : "it ended",
                concernsLiveness: true
            )
        )
        checks += await slotChecks()
        do {
            _ = try await store.queueDepth()
            checks.append(.init(name: "store", isHealthy: true))
        } catch {
            checks.append(.init(name: "store", isHealthy: false, detail: "it cannot be read"))
        }
        for (_, runtime) in runtimes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            checks.append(
                .init(
                    name: "image \(runtime.image.name)",
                    isHealthy: runtime.image.isPresent,
                    detail: runtime.image.isPresent ? runtime.image.toolchain : "its files are gone",
                    concernsReadiness: false
                )
            )
        }
        checks.append(
            .init(
                name: "queue",
                isHealthy: queueDepth < configuration.queueLimit,
                detail: "\(queueDepth) of \(configuration.queueLimit) waiting"
            )
        )
        checks.append(.init(name: "accepting", isHealthy: !isStopping, detail: isStopping ? "shutting down" : nil))
        return HealthReport(checks: checks)
    }

    private func slotChecks() async -> [HealthReport.Check] {
        var isHealthy = true
        do {
            try await pool.openIfNone()
        } catch {
            isHealthy = false
        }
        let account = pool.account
        return [
            .init(
                name: "slots",
                isHealthy: isHealthy,
                detail: isHealthy ? "\(account.open) of \(pool.size) open" : "none can be opened"
            ),
            .init(
                name: "retired slots",
                isHealthy: account.retired == 0,
                detail: account.lastRetirement.map { "\(account.retired); the last: \($0)" },
                concernsReadiness: false
            ),
        ]
    }

    public func metrics() -> [MetricFamily] {
        let images = MetricFamily(
            name: "assay_image_info",
            help: "Always 1; the labels say what a language runs on.",
            kind: .gauge,
            samples: runtimes.sorted { $0.key.rawValue < $1.key.rawValue }.map { language, runtime in
                .init(
                    labels: [
                        .init("language", language.rawValue), .init("toolchain", runtime.image.toolchain),
                        .init("digest", runtime.image.digest),
                    ],
                    value: 1
                )
            }
        )
        let families = meters.families(
            slots: pool.account,
            size: pool.size,
            builds: grader.buildCache,
            queued: queueDepth,
            running: running.count
        )
        return [images] + families
    }

    // MARK: The queue

    private var mostRunning: Int { pool.size * configuration.submissionsPerSlot }

    /// How many more submissions may be begun.
    private var room: Int {
        (runningSize > Self.runningSizeLimit ? pool.size : mostRunning) - running.count - reserved
    }

    /// Takes from the queue as long as there is room.
    private func claimMore() {
        guard !isClaiming, !isStopping, room > 0, queueDepth > 0 else { return }
        isClaiming = true
        let limit = min(room, pool.size)
        let decodedIDs = Set(decoded.keys)
        Task {
            do {
                let claimed = try await store.claim(limit: limit, withoutBodiesOf: decodedIDs)
                isClaiming = false
                queueDepth = claimed.isEmpty ? try await store.queueDepth() : max(0, queueDepth - claimed.count)
                for claim in claimed {
                    let known = decoded.removeValue(forKey: claim.id)
                    start(claim, known?.submission, size: known?.size ?? claim.body.count)
                }
                if !claimed.isEmpty { claimMore() }
            } catch {
                isClaiming = false
                logger.error("the queue cannot be read", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
                claimMore()
            }
        }
    }

    /// Grades a submission; `size` is that of its body, in bytes.
    private func start(_ claimed: ClaimedSubmission, _ submission: Submission?, size: Int) {
        runningSize += size
        running[claimed.id] = Task {
            await grade(claimed, submission)
            running[claimed.id] = nil
            runningSize -= size
            claimMore()
        }
    }

    private func grade(_ claimed: ClaimedSubmission, _ known: Submission?) async {
        let began = ContinuousClock.now
        do {
            let queued = Double(currentMilliseconds() - claimed.createdAt) / 1000
            let result: SubmissionResult
            if claimed.attempts > configuration.attempts {
                result = .internalError(
                    language: claimed.language,
                    "the service ended \(claimed.attempts - 1) times while this ran"
                )
            } else {
                let submission = try known ?? decode(claimed.body)
                result = try await grader.grade(submission, queued: max(0, queued))
            }
            let isOurFault = result.verdict == .internalError || result.tests.contains { $0.verdict == .internalError }
            if isOurFault, !pool.isHealthy {
                // The jailer is gone, and the service ends with it: nothing more is taken, the next one grades this.
                beginShutdown()
                return await putBack(claimed)
            }
            if isOurFault {
                logger.error(
                    "a submission could not be graded",
                    metadata: ["submission.id": "\(claimed.id)", "error": "\(result.message ?? "")"]
                )
            }
            try await finish(claimed, result, isOurFault: isOurFault)
            recentSeconds = 0.9 * recentSeconds + 0.1 * seconds(ContinuousClock.now - began)
        } catch is CancellationError {
            // Cancelled by a client: the store knows. Cut short by a shutdown: back into the queue.
            if isStopping { await putBack(claimed) }
        } catch {
            logger.error(
                "a submission could not be finished",
                metadata: ["submission.id": "\(claimed.id)", "error": "\(error)"]
            )
            await putBack(claimed)
        }
    }

    private func finish(
        _ claimed: ClaimedSubmission,
        _ result: SubmissionResult,
        isOurFault: Bool
    ) async throws {
        let answer = JSONCodec.serialize(ResultEncoder.encode(result, id: claimed.id))
        let end = FinishedSubmission(
            verdict: result.verdict,
            score: result.score,
            passed: result.passed,
            total: result.total,
            answer: answer
        )
        guard try await store.finish(claimed.id, end) else { return }
        meters.note(result, isOurFault: isOurFault)
        resume(
            claimed.id,
            with: SubmissionRecord(
                id: claimed.id,
                status: .finished,
                language: claimed.language,
                createdAt: claimed.createdAt,
                verdict: result.verdict,
                score: result.score,
                passed: result.passed,
                total: result.total,
                answer: answer
            )
        )
    }

    private func putBack(_ claimed: ClaimedSubmission) async {
        do {
            if try await store.requeue(claimed.id) { queueDepth += 1 }
        } catch {
            // It stays `running` in the store, and goes back into the queue at the next start.
            logger.error("requeue failed", metadata: ["submission.id": "\(claimed.id)", "error": "\(error)"])
        }
        pending.remove(claimed.id)
        for continuation in waiters.removeValue(forKey: claimed.id) ?? [] {
            continuation.resume(throwing: GradingServiceError.shuttingDown)
        }
    }

    private func decode(_ body: [UInt8]) throws -> Submission {
        try SubmissionDecoder.decode(
            try JSONCodec.parse(body),
            caps: LimitCaps(configuration.largestLimits)
        )
    }

    // MARK: Waiting

    /// The submission has ended.
    private func resume(_ id: String, with record: SubmissionRecord) {
        pending.remove(id)
        for continuation in waiters.removeValue(forKey: id) ?? [] { continuation.resume(returning: record) }
    }

    private func resumeIfEnded(_ id: String) async {
        guard waiters[id] != nil, let record = try? await store.submission(id), record.status.isFinal else { return }
        resume(id, with: record)
    }
}

extension SubmissionResult {
    fileprivate static func internalError(language: Language, _ message: String) -> SubmissionResult {
        SubmissionResult(
            verdict: .internalError,
            score: nil,
            passed: 0,
            total: 0,
            language: language,
            compile: CompileResult(status: .notNeeded),
            tests: [],
            environment: nil,
            timings: Timings(),
            message: message
        )
    }
}
