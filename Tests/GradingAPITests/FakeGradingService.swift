import GradingEngine
import GradingModel
import GradingStore
import Synchronization
import Telemetry

/// A grader that grades nothing: submissions end when the test says so, or at once.
final class FakeGradingService: GradingService {
    struct State {
        var records: [String: SubmissionRecord] = [:]
        var order: [String] = []
        var keys: [String: (id: String, body: [UInt8])] = [:]
        var waiting: [String: [CheckedContinuation<SubmissionRecord, any Error>]] = [:]
        var bodies: [[UInt8]] = []
        var submissions: [Submission] = []
        /// What ``submit`` throws.
        var refusal: (any Error & Sendable)?
        var checks = [HealthReport.Check(name: "database", isHealthy: true, concernsLiveness: true)]
    }

    let state = Mutex(State())
    private let finishesAtOnce: Bool

    init(finishesAtOnce: Bool = true) { self.finishesAtOnce = finishesAtOnce }

    static func answer(_ id: String) -> [UInt8] {
        Array(
            #"{"id": "\#(id)", "status": "finished", "verdict": "accepted", "score": 1.0, "stdout": "\udc80"}"#.utf8
        )
    }

    func submit(_ submission: Submission, body: [UInt8], idempotencyKey: String?) async throws -> SubmissionRecord {
        try state.withLock { state in
            if let refusal = state.refusal { throw refusal }
            if let idempotencyKey, let known = state.keys[idempotencyKey] {
                guard known.body == body else { throw GradingServiceError.idempotencyConflict }
                if let record = state.records[known.id] { return record }
            }
            let now = currentMilliseconds()
            let record = SubmissionRecord(
                id: SubmissionID.make(at: now),
                status: .queued,
                language: submission.language,
                createdAt: now
            )
            state.records[record.id] = record
            state.order.append(record.id)
            state.bodies.append(body)
            state.submissions.append(submission)
            if let idempotencyKey { state.keys[idempotencyKey] = (record.id, body) }
            if finishesAtOnce { Self.finish(record.id, &state) }
            return record
        }
    }

    func finish(_ id: String) {
        state.withLock { Self.finish(id, &$0) }
    }

    private static func finish(_ id: String, _ state: inout State) {
        guard var record = state.records[id] else { return }
        record.status = .finished
        record.verdict = .accepted
        record.score = 1
        record.passed = 1
        record.total = 1
        record.answer = answer(id)
        state.records[id] = record
        for continuation in state.waiting.removeValue(forKey: id) ?? [] { continuation.resume(returning: record) }
    }

    func submission(_ id: String) async throws -> SubmissionRecord? { state.withLock { $0.records[id] } }

    func wait(for id: String) async throws -> SubmissionRecord {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { state in
                guard let record = state.records[id] else {
                    return continuation.resume(throwing: GradingServiceError.notFound)
                }
                if record.status.isFinal { return continuation.resume(returning: record) }
                state.waiting[id, default: []].append(continuation)
            }
        }
    }

    func list(
        limit: Int,
        cursor: String?,
        verdict: Verdict?,
        language: Language?
    ) async throws -> (records: [SubmissionRecord], nextCursor: String?) {
        if let cursor, cursor != "c1" {
            throw StoreError(code: .invalidCursor, message: "this is no cursor of this list")
        }
        return state.withLock { state in
            let records = state.order.reversed().compactMap { state.records[$0] }
                .filter { verdict == nil || $0.verdict == verdict }
                .filter { language == nil || $0.language == language }
            return (Array(records.prefix(limit)), records.count > limit ? "c1" : nil)
        }
    }

    func cancel(_ id: String) async throws -> SubmissionRecord? {
        state.withLock { state in
            guard var record = state.records[id] else { return nil }
            if !record.status.isFinal { record.status = .cancelled }
            state.records[id] = record
            for continuation in state.waiting.removeValue(forKey: id) ?? [] { continuation.resume(returning: record) }
            return record
        }
    }

    func languages() async -> [LanguageDescription] {
        [
            LanguageDescription(
                language: .python,
                toolchain: "CPython 3.13.5",
                image: "python",
                imageDigest: "sha256:00",
                flags: ["-I"],
                defaultLimits: Limits(),
                largestLimits: Limits(cpuTime: 60)
            )
        ]
    }

    func health() async -> HealthReport { HealthReport(checks: state.withLock { $0.checks }) }

    func metrics() async -> [MetricFamily] { [.gauge("assay_queue_depth", "Submissions that wait.", 3)] }

    func beginShutdown() async {
        state.withLock { state in
            for continuation in state.waiting.values.joined() {
                continuation.resume(throwing: GradingServiceError.shuttingDown)
            }
            state.waiting = [:]
            state.refusal = GradingServiceError.shuttingDown
        }
    }
}
