public import GradingModel
import Images
public import JailProtocol
import Sandbox
public import Toolchains

/// Runs a toolchain's commands in jails, again where a fault of ours ended one.
///
/// What crashed as a fork is run again as a fresh start, which decides: that interpreters can be forked is our doing, and
/// whatever they may lack then is not the program's fault.
struct JailRunner: Sendable {
    var pool: SlotPool
    var attempts: Int
    /// Whether interpreters are forked where a command says that they can be.
    var isWarm: Bool
    /// Whose turn at the slots these runs take: one submission's.
    var lane = SlotLane()

    /// - Throws: `SandboxError` where every attempt failed by a fault of ours; `CancellationError`.
    func run(
        _ command: JailCommand,
        on runtime: LanguageRuntime,
        executing artefact: Artefact? = nil,
        stdin: ByteString = "",
        outputCap: Int,
        collecting: (path: String, cap: Int)? = nil,
        limits: JailLimits
    ) async throws -> JailOutcome {
        let request = try request(
            command,
            on: runtime,
            executing: artefact,
            stdin: stdin,
            outputCap: outputCap,
            collecting: collecting,
            limits: limits
        )
        let outcome = try await retrying { try await pool.run(request, in: lane) }
        guard outcome.report.hasForkCrashed else { return outcome }
        return try await retrying { try await pool.run(request.cold, in: lane) }
    }

    /// Runs a program and an interactor that talk with each other, again where a fault of ours ended one.
    ///
    /// - Throws: As `run`.
    func converse(_ program: JailRequest, with interactor: JailRequest) async throws -> ConversationOutcome {
        let outcome = try await retrying { try await pool.converse(program, with: interactor, in: lane) }
        let reports = [outcome.program.report, outcome.interactor.report]
        guard reports.contains(where: \.hasForkCrashed) else { return outcome }
        return try await retrying { try await pool.converse(program.cold, with: interactor.cold, in: lane) }
    }

    /// What the jailer is asked for a command.
    func request(
        _ command: JailCommand,
        on runtime: LanguageRuntime,
        executing artefact: Artefact? = nil,
        stdin: ByteString = "",
        outputCap: Int,
        collecting: (path: String, cap: Int)? = nil,
        limits: JailLimits
    ) throws(SandboxError) -> JailRequest {
        let executable: JailRequest.Executable
        switch command.executable {
        case .path(let path):
            executable = server(command.forkServer, limits).map { .fork($0) } ?? .path(path)
        case .artefact:
            guard let artefact else { throw SandboxError.resources("the command wants an artefact that was not built") }
            executable = .artefact(artefact)
        }
        return JailRequest(
            image: runtime.image.folder,
            executable: executable,
            arguments: command.arguments,
            environment: command.environment,
            files: command.files.map { .init(path: $0.path, contents: $0.contents, isExecutable: $0.isExecutable) },
            stdin: stdin,
            channel: command.channel,
            examiner: command.examiner.map {
                .init(
                    executable: server($0.forkServer, limits).map { .fork($0) } ?? .path($0.executable),
                    arguments: $0.arguments,
                    environment: $0.environment
                )
            },
            outputCap: outputCap,
            responseCap: outputCap,
            artefact: collecting,
            limits: limits
        )
    }

    private func retrying<Outcome: Sendable>(
        _ body: () async throws -> Outcome
    ) async throws -> Outcome {
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch SandboxError.cancelled {
                throw CancellationError()
            } catch let error as SandboxError {
                if attempt >= attempts { throw error }
                attempt += 1
            }
        }
    }
}

extension JailRunner {
    private func server(_ server: ForkServer?, _ limits: JailLimits) -> JailSpec.ForkServer? {
        isWarm ? server.map { JailSpec.ForkServer($0, stackBytes: limits.stackBytes) } : nil
    }
}

extension JailSpec.ForkServer {
    /// Room for the stack of a server for runs under any limit: that of most configurations' largest.
    private static let anyStack: UInt64 = 4 << 30

    /// A toolchain's server as the jailer takes it, for a run with a stack of `stackBytes`.
    public init(_ server: Toolchains.ForkServer, stackBytes: UInt64) {
        self.init(
            executable: server.executable,
            arguments: server.arguments,
            environment: JailEnvironment.list(adding: server.environment),
            stackBytes: server.servesAnyStack ? max(Self.anyStack, stackBytes) : stackBytes
        )
    }
}

extension JailLimits {
    /// A test's limits as the jailer takes them.
    public init(_ limits: Limits) {
        self.init(
            cpuMicroseconds: microseconds(limits.cpuTime),
            wallMicroseconds: microseconds(limits.wallTime),
            memoryBytes: mebibytes(limits.memoryMB),
            processes: UInt32(clamping: limits.processes),
            fileSizeBytes: mebibytes(limits.fileSizeMB),
            stackBytes: mebibytes(limits.stackMB)
        )
    }

    /// The limits of a compilation.
    ///
    /// A compiler is many processes with large files and deep recursion.
    init(compilation limits: Limits) {
        self.init(
            cpuMicroseconds: microseconds(limits.compileTime),
            wallMicroseconds: microseconds(Limits.wallTime(forCPUTime: limits.compileTime)),
            memoryBytes: mebibytes(limits.compileMemoryMB),
            processes: 128,
            fileSizeBytes: mebibytes(limits.compileMemoryMB),
            stackBytes: mebibytes(min(limits.compileMemoryMB, 512))
        )
    }
}

extension JailLimits {
    /// Whether a run within these limits could use no more than one within the others.
    func isWithin(_ other: JailLimits) -> Bool {
        cpuMicroseconds <= other.cpuMicroseconds && memoryBytes <= other.memoryBytes && stackBytes <= other.stackBytes
    }
}

private func microseconds(_ seconds: Double) -> UInt64 { UInt64(seconds * 1_000_000) }
private func mebibytes(_ count: Int) -> UInt64 { UInt64(count) << 20 }
