import CJail
import Glibc
import GradingModel
import JailProtocol
import LinuxSystem

/// One place for runs, one at a time: the connection to one of the jailer's slot processes.
struct Slot: Sendable {
    let connection: Int32
    let artefacts: ArtefactFolder

    /// Makes one run.
    ///
    /// The slot is of no use any more where it says that it ends, and after `SandboxError.slotLost`, which says that its
    /// process ended without a word.
    func run(
        _ request: JailRequest,
        cancellation: RunCancellation,
        reader: SlotReader
    ) async -> (result: Result<JailOutcome, SandboxError>, ending: SlotEnding?) {
        var ending: SlotEnding?
        do throws(SandboxError) {
            return (.success(try await run(request, cancellation, reader, ending: &ending)), ending)
        } catch {
            return (.failure(error), ending)
        }
    }

    private func run(
        _ request: JailRequest,
        _ cancellation: RunCancellation,
        _ reader: SlotReader,
        ending: inout SlotEnding?
    ) async throws(SandboxError) -> JailOutcome {
        // Open ends here would keep the other side from seeing the program's end.
        defer { request.streams?.close() }
        var parcel = Parcel()
        defer { parcel.close() }
        let stdin = try parcel.add("stdin", request.stdin)
        let stdout = try parcel.add("stdout")
        let stderr = try parcel.add("stderr")
        var inputs: [JailSpec.Input] = []
        let cap = UInt64(request.outputCap)
        var outputs = [JailSpec.Output(target: 2, descriptor: stderr, capBytes: cap)]
        var links: [JailSpec.Link] = []
        if let streams = request.streams {
            links = [
                JailSpec.Link(target: 0, descriptor: parcel.lend(streams.input)),
                JailSpec.Link(target: 1, descriptor: parcel.lend(streams.output)),
            ]
        } else {
            inputs = [JailSpec.Input(target: 0, descriptor: stdin)]
            outputs.append(JailSpec.Output(target: 1, descriptor: stdout, capBytes: cap))
        }
        var response: UInt32?
        if let channel = request.channel {
            inputs.append(JailSpec.Input(target: 3, descriptor: try parcel.add("request", channel)))
            let index = try parcel.add("response")
            response = index
            outputs.append(JailSpec.Output(target: 4, descriptor: index, capBytes: UInt64(request.responseCap)))
        }
        var files: [JailSpec.File] = []
        for file in request.files {
            files.append(
                JailSpec.File(
                    path: file.path,
                    descriptor: try parcel.add("file", file.contents),
                    isExecutable: file.isExecutable
                )
            )
        }
        let executable: JailSpec.Executable
        switch request.executable {
        case .path(let path): executable = .path(path)
        case .artefact(let artefact): executable = .descriptor(parcel.lend(artefact.descriptor))
        case .fork(let server): executable = .fork(server)
        }
        var artefact: JailSpec.Artefact?
        if let wanted = request.artefact {
            artefact = JailSpec.Artefact(
                path: wanted.path,
                descriptor: try parcel.add("artefact"),
                capBytes: UInt64(wanted.cap)
            )
        }
        let spec = JailSpec(
            image: request.image,
            executable: executable,
            arguments: request.arguments,
            environment: JailEnvironment.list(adding: request.environment),
            files: files,
            inputs: inputs,
            outputs: outputs,
            links: links,
            artefact: artefact,
            examiner: request.examiner.map {
                JailSpec.Examiner(
                    executable: $0.executable,
                    arguments: $0.arguments,
                    environment: JailEnvironment.list(adding: $0.environment)
                )
            },
            limits: request.limits
        )
        // The artefact is used by this descriptor until the answer is there.
        defer { withExtendedLifetime(request) {} }
        try send(spec, parcel.descriptors, cancellation)
        request.streams?.close()
        let report = try await receiveReport(reader, ending: &ending)
        return try outcome(report, parcel, response: response, artefact: artefact?.descriptor)
    }

    /// Ends the run with this cancellation, or keeps it from being sent; harmless where it has ended.
    func cancel(_ cancellation: RunCancellation) {
        if cancellation.cancel() { send(.cancel) }
    }

    /// Has templates and fork servers started, beside whatever else is done: a run that comes first starts cold.
    func warmUp(_ warmUp: WarmUp) {
        send(.warmUp(warmUp))
    }

    private func send(_ request: SlotRequest) {
        let message = request.encoded()
        // A slot that is gone is noticed by the next run.
        _ = cjail_send(connection, message, message.count, nil, 0)
    }

    private func send(
        _ spec: JailSpec,
        _ descriptors: [Int32],
        _ cancellation: RunCancellation
    ) throws(SandboxError) {
        let message = SlotRequest.run(spec).encoded()
        guard message.count <= JailSpec.maximumSize, descriptors.count <= JailSpec.maximumDescriptors else {
            throw SandboxError.resources("the run's description is too large: \(message.count) bytes")
        }
        let sent = cancellation.unlessCancelled {
            cjail_send(connection, message, message.count, descriptors, descriptors.count)
        }
        guard let sent else { throw SandboxError.cancelled }
        // One that ended after its last answer may have said why: its word is read next.
        let isGone = sent == -Int(EPIPE) || sent == -Int(ECONNRESET)
        guard sent == message.count || isGone else { throw SandboxError.slotLost }
    }

    private func receiveReport(
        _ reader: SlotReader,
        ending: inout SlotEnding?
    ) async throws(SandboxError) -> JailReport {
        do {
            try await reader.waitUntilReadable(connection)
        } catch {
            throw error as? SandboxError ?? .slotLost
        }
        var answer = try JailerProcess.receiveNext(from: connection)
        if case .ending(let news)? = answer {
            ending = news
            answer = try JailerProcess.receiveNext(from: connection)
        }
        switch answer {
        case nil: throw SandboxError.slotLost
        case .report(let report)?:
            if report.kill == .cancelled { throw SandboxError.cancelled }
            return report
        case .failure(let failure)?: throw SandboxError.jailFailed(failure)
        case .ready?, .hello?, .ending?: throw SandboxError.jailerUnavailable("unexpected message of a slot")
        }
    }

    private func outcome(
        _ report: JailReport,
        _ parcel: Parcel,
        response: UInt32?,
        artefact: UInt32?
    ) throws(SandboxError) -> JailOutcome {
        func output(_ target: UInt32, _ index: UInt32) throws(SandboxError) -> (text: ByteString, cut: Bool) {
            guard let usage = report.outputs.first(where: { $0.target == target }) else {
                throw SandboxError.jailerUnavailable("report without output \(target)")
            }
            let text = try MemoryFile.contents(of: parcel.descriptors[Int(index)], count: Int(usage.bytes))
            return (text, usage.isTruncated)
        }
        let hasStdout = report.outputs.contains { $0.target == 1 }
        let stdout = hasStdout ? try output(1, 1) : (text: "", cut: false)
        let stderr = try output(2, 2)
        var outcome = JailOutcome(
            report: report,
            stdout: stdout.text,
            stderr: stderr.text,
            stdoutTruncated: stdout.cut,
            stderrTruncated: stderr.cut,
            response: "",
            responseTruncated: false,
            artefact: nil
        )
        if let response { (outcome.response, outcome.responseTruncated) = try output(4, response) }
        if let artefact, case .copied(let bytes) = report.artefact {
            let contents = try MemoryFile.contents(of: parcel.descriptors[Int(artefact)], count: Int(bytes))
            outcome.artefact = try artefacts.keep(contents)
        }
        return outcome
    }
}

/// The descriptors that go along with a spec; `stdin`, `stdout` and `stderr` are the first three.
private struct Parcel {
    private(set) var descriptors: [Int32] = []
    private var owned: [Int32] = []

    mutating func add(_ name: String, _ contents: ByteString = "") throws(SandboxError) -> UInt32 {
        let file = try MemoryFile.make(name, contents).release()
        owned.append(file)
        return lend(file)
    }

    /// Passes a descriptor that somebody else owns.
    mutating func lend(_ descriptor: Int32) -> UInt32 {
        descriptors.append(descriptor)
        return UInt32(descriptors.count - 1)
    }

    func close() { for file in owned { closeDescriptor(file) } }
}
