import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// A process that serves one run after another on one connection.
///
/// Forked from the keeper. It ends when the service closes the connection, or when it cannot vouch for a clean group
/// any more; the keeper then starts another where the service asks for it.
struct Slot {
    var configuration: JailerConfiguration
    var index: UInt32
    var connection: Int32
    var filters: JailFilters
    var hierarchy: CgroupHierarchy

    func serve() -> Never {
        do throws(SyscallError) {
            switch hierarchy {
            case .v1(let folders):
                let launcher = try Launcher(
                    closing: [connection],
                    imageStore: configuration.imageStore,
                    filters: filters
                )
                let group = try CgroupV1(folders: folders.appending("slot-\(index)"), launcher: launcher)
                try loop(group)
            case .v2(let folder):
                let own = folder + "/slot-\(index)"
                // A slot of this number that was killed in a run has left its group.
                CgroupTree.remove(own)
                try loop(CgroupV2(folder: own))
            }
            _exit(0)
        } catch {
            send(.failure(JailFailure(stage: "slot: \(error.call)", errno: error.errno, detail: error.object)))
            _exit(1)
        }
    }

    private func loop(_ group: any Cgroup) throws(SyscallError) {
        send(.ready)
        var buffer = [UInt8](repeating: 0, count: JailSpec.maximumSize)
        while true {
            var descriptors = [Int32](repeating: -1, count: JailSpec.maximumDescriptors)
            var count = descriptors.count
            let length = cjail_receive(connection, &buffer, buffer.count, &descriptors, &count, false)
            if length == 0 || length == -Int(ECONNRESET) { break }
            try check(length, "recvmsg")
            let received = Array(descriptors[..<count])
            defer { for descriptor in received { close(descriptor) } }
            // A cancel that comes between two runs is late: its run has ended.
            if length == 1 { continue }
            let answer: JailerMessage
            do {
                let spec = try JailSpec(decoding: Array(buffer[..<length]), descriptorCount: count)
                answer = try run(spec, received, in: group)
            } catch let error as WireError {
                answer = .failure(JailFailure(stage: error.field, errno: EINVAL, detail: error.reason))
            } catch let failure as JailFailure {
                answer = .failure(failure)
            } catch let error as SyscallError {
                try throwing(error)
            } catch {
                answer = .failure(JailFailure(stage: "run", errno: 0, detail: "unknown error"))
            }
            send(answer)
        }
        group.remove()
    }

    /// A generic `catch` has lost the type of what it caught.
    private func throwing(_ error: SyscallError) throws(SyscallError) -> Never { throw error }

    private func run(
        _ spec: JailSpec,
        _ descriptors: [Int32],
        in group: any Cgroup
    ) throws -> JailerMessage {
        let entry = try group.prepare(memoryBytes: spec.limits.memoryBytes, processes: spec.limits.processes)
        let run = try Run(
            spec,
            descriptors: descriptors,
            imageStore: configuration.imageStore,
            entry: entry,
            slot: index,
            idBase: configuration.idBase,
            connection: connection,
            filters: filters
        )
        let answer = try run.complete(in: group)
        try group.finish()
        return answer
    }

    private func send(_ message: JailerMessage) {
        let bytes = message.encoded()
        // A service that is gone is noticed at the next receive.
        _ = cjail_send(connection, bytes, bytes.count, nil, 0)
    }
}
