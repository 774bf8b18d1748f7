import DatasetFormats
import Foundation
import GradingEngine
import GradingModel
import GradingStore
import Images
import JailProtocol
import Logging
import Regrading
import Sandbox
import ServiceLifecycle
import Toolchains

// The seam between the command line and what grades: everything that knows of the jailer is here.

/// What a process is started for, and so which privileges it needs and which it drops.
enum ProcessPurpose: Sendable, Hashable {
    /// Runs programs in jails: the jailer is started, then the process becomes the service's user.
    case grading
    /// Looks at what the host has; runs nothing.
    case inspection
    /// Asks a service, and needs nothing of the host.
    case asking
}

/// What was made before the process had threads.
struct PreparedProcess: Sendable {
    /// The jailer, where one could be started.
    var jailer: JailerProcess?
    /// Why it could not.
    var failure: String?
}

/// What `assay serve` serves.
struct GradingStack: Sendable {
    var service: any GradingService
    /// What must run for it, in the order of starting.
    ///
    /// They are stopped before the HTTP server is, the last one first: a client that waits gets its answer, and one
    /// that comes meanwhile a 503.
    var services: [any Service]
}

/// Grades one submission at a time, without queue or store.
protocol SubmissionGrader: Sendable {
    /// Grades a submission; `onTest` is called with each test's result as it ends, in any order.
    func grade(
        _ submission: Submission,
        onTest: @escaping @Sendable (TestResult) -> Void
    ) async throws -> SubmissionResult
    /// Ends the jailer. Nothing can be graded any more.
    func stop() async
}

/// One line of `assay doctor`.
struct DoctorCheck: Sendable, Hashable {
    enum Status: String, Sendable, Hashable {
        case passed, failed
        /// Not there, and not needed for grading.
        case missing
    }

    var name: String
    var status: Status
    /// What was found.
    var detail: String
    /// What to do about it; `nil` where nothing is to be done.
    var remedy: String?
}

/// Starts what needs privilege and drops it.
///
/// Called before the process has any thread but its first.
func prepareProcess(for purpose: ProcessPurpose, _ settings: Settings) throws -> PreparedProcess {
    let configuration = JailerProcess.Configuration(
        executable: settings.jailerPath,
        imageStore: settings.imagesPath,
        idBase: UInt32(settings.integer(.idBase))
    )
    switch purpose {
    case .asking: return PreparedProcess()
    case .inspection:
        do {
            return PreparedProcess(jailer: try JailerProcess.launch(configuration))
        } catch {
            return PreparedProcess(failure: error.description)
        }
    case .grading:
        // Without root, the jailer makes do with the user's subordinate ids and a delegated group, or says what lacks.
        let user = ServiceUser.isPrivileged ? try ServiceUser(named: settings.user) : nil
        try user?.makeFolder((settings.databasePath as NSString).deletingLastPathComponent)
        let jailer = try JailerProcess.launch(configuration)
        guard jailer.checks.allSatisfy(\.passed) else { throw SandboxError.hostUnfit(jailer.checks) }
        try user?.become()
        return PreparedProcess(jailer: jailer)
    }
}

/// Opens the store and connects the engine with it.
func makeGradingStack(
    _ settings: Settings,
    _ process: PreparedProcess,
    logger: Logger
) async throws -> GradingStack {
    let (jailer, runtimes, pool) = try makeSandbox(settings, process, languages: Language.allCases, logger)
    let store = try SubmissionStore(path: settings.databasePath, options: settings.store)
    let service = try await LocalGradingService(
        store: store,
        pool: pool,
        jailer: jailer,
        runtimes: runtimes,
        configuration: settings.engine,
        shutdownGrace: settings.shutdownGrace,
        logger: logger
    )
    return GradingStack(service: service, services: [service])
}

/// Makes a grader for `assay grade`; the images of `languages` must be there.
func makeGrader(
    _ settings: Settings,
    _ process: PreparedProcess,
    languages: [Language],
    logger: Logger
) async throws -> any SubmissionGrader {
    let (jailer, runtimes, pool) = try makeSandbox(settings, process, languages: languages, logger)
    let grader = Grader(runtimes: runtimes, pool: pool, jailer: jailer, configuration: settings.engine)
    return LocalSubmissionGrader(grader: grader, pool: pool, jailer: jailer)
}

/// Makes a grader for `assay regrade`, of all languages.
func makeRowGrader(
    _ settings: Settings,
    _ process: PreparedProcess,
    logger: Logger
) async throws -> (grader: any RowGrader, stop: @Sendable () async -> Void) {
    let (jailer, runtimes, pool) = try makeSandbox(settings, process, languages: Language.allCases, logger)
    let grader = Grader(runtimes: runtimes, pool: pool, jailer: jailer, configuration: settings.engine)
    let rows = LocalRowGrader(
        grader: grader,
        slots: pool.size,
        toolchains: runtimes.mapValues(\.image.digest),
        defaultLimits: settings.defaultLimits
    )
    return (
        rows,
        {
            await pool.stop()
            jailer.stop()
        }
    )
}

/// Everything that grading needs of the host, in the order in which it is best repaired.
func inspectHost(_ settings: Settings, _ process: PreparedProcess) async throws -> [DoctorCheck] {
    var checks: [DoctorCheck] = []
    if let jailer = process.jailer {
        checks = jailer.checks.map {
            DoctorCheck(
                name: $0.name,
                status: $0.passed ? .passed : .failed,
                detail: $0.detail,
                remedy: $0.remedy.isEmpty ? nil : $0.remedy
            )
        }
    } else {
        checks.append(
            DoctorCheck(
                name: "jailer",
                status: .failed,
                detail: process.failure ?? "not started",
                remedy: "swift build --product assay-jailer, or name it with --jailer"
            )
        )
    }
    do {
        let user = try ServiceUser(named: settings.user)
        checks.append(DoctorCheck(name: "service user", status: .passed, detail: "\(user.name), uid \(user.uid)"))
    } catch {
        checks.append(
            DoctorCheck(name: "service user", status: .failed, detail: error.description, remedy: "run ops/setup")
        )
    }
    let store = ImageStore(root: settings.imagesPath)
    for toolchain in LanguageRuntime.toolchains {
        let name = "image \(toolchain.image)"
        do {
            let image = try store.current(toolchain.image)
            try store.verify(image)
            checks.append(
                DoctorCheck(name: name, status: .passed, detail: "\(image.toolchain), \(image.digest.prefix(19))…")
            )
        } catch {
            checks.append(
                DoctorCheck(
                    name: name,
                    status: .failed,
                    detail: "\(error)",
                    remedy: "assay image build \(toolchain.image)"
                )
            )
        }
    }
    process.jailer?.stop()
    return checks
}

private func makeSandbox(
    _ settings: Settings,
    _ process: PreparedProcess,
    languages: [Language],
    _ logger: Logger
) throws -> (JailerProcess, [Language: LanguageRuntime], SlotPool) {
    guard let jailer = process.jailer else {
        throw SandboxError.jailerUnavailable(process.failure ?? "not started")
    }
    let runtimes = try LanguageRuntime.load(from: ImageStore(root: settings.imagesPath), languages: languages)
    let warmUps = runtimes.values.map { $0.warmUp(settings.engine) }
    let pool = try SlotPool(jailer: jailer, size: settings.workers, warmUps: warmUps) { event in
        switch event {
        case .retired(let slot, let reason):
            logger.warning("a slot is retired", metadata: ["slot": "\(slot)", "reason": "\(reason)"])
        case .lost: logger.warning("a slot's process ended in the middle of a run")
        }
    }
    return (jailer, runtimes, pool)
}

/// A grader with a jailer of its own.
private struct LocalSubmissionGrader: SubmissionGrader {
    var grader: Grader
    var pool: SlotPool
    var jailer: JailerProcess

    func grade(
        _ submission: Submission,
        onTest: @escaping @Sendable (TestResult) -> Void
    ) async throws -> SubmissionResult {
        try await grader.grade(submission, onTest: onTest)
    }

    func stop() async {
        await pool.stop()
        jailer.stop()
    }
}

/// Grades rows in this process.
private struct LocalRowGrader: RowGrader {
    var grader: Grader
    var slots: Int
    var toolchains: [Language: String]
    var defaultLimits: Limits

    func grade(_ submission: Submission) async throws -> Value {
        ResultEncoder.encode(try await grader.grade(submission), id: "local")
    }
}

extension Settings {
    fileprivate var engine: EngineConfiguration {
        EngineConfiguration(
            queueLimit: queueLimit,
            defaultLimits: defaultLimits,
            largestLimits: largestLimits,
            buildCacheSize: integer(.buildCache) << 20,
            // The rest is for connections, and for the files of runs.
            artefactLimit: min(4096, DescriptorLimit.raise() / 2),
            isWarm: text(.warm) == "true"
        )
    }
}
