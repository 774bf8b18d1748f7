import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// A process that serves one run after another on one connection.
///
/// Forked from the keeper. It ends when the service closes the connection, or when it cannot vouch for a clean group
/// any more; the keeper then starts another where the service asks for it. Exit status 0 says that nothing of it is left,
/// and that its index can be used again.
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
                try loop(try CgroupV1(folders: folders.appending(name), launcher: launcher))
            case .v2(let folder):
                try loop(CgroupV2(folder: folder + "/" + name))
            }
            _exit(0)
        } catch {
            send(.failure(JailFailure(stage: "slot: \(error.call)", errno: error.errno, detail: error.object)))
            _exit(removesGroups() ? 0 : 1)
        }
    }

    private var name: String { Self.name(index) }

    /// What a slot's groups are called.
    static func name(_ index: UInt32) -> String { "slot-\(index)" }

    /// Whether no group of this slot is left after a failure outside of a run.
    private func removesGroups() -> Bool {
        let folders =
            switch hierarchy {
            case .v1(let folders): folders.appending(name).all
            case .v2(let folder): [folder + "/" + name]
            }
        for folder in folders { CgroupTree.remove(folder) }
        return folders.allSatisfy { access($0, F_OK) != 0 }
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
            // Links are closed by the run, as soon as the jail has them.
            var kept = Set(received)
            defer { for descriptor in kept { close(descriptor) } }
            // A cancel that comes between two runs is late: its run has ended.
            if length == 1 { continue }
            do throws(WireError) {
                let spec = try JailSpec(decoding: Array(buffer[..<length]), descriptorCount: count)
                for link in spec.links { kept.remove(received[Int(link.descriptor)]) }
                serve(spec, received, in: group)
            } catch {
                send(.failure(JailFailure(stage: error.field, errno: EINVAL, detail: error.reason)))
            }
        }
        try group.remove()
    }

    /// Makes one run and answers it; ends the process where another run cannot follow.
    private func serve(_ spec: JailSpec, _ descriptors: [Int32], in group: any Cgroup) {
        var answer: JailerMessage
        var ending: SlotEnding?
        do throws(SyscallError) {
            answer = try run(spec, descriptors, in: group)
        } catch {
            // Half a jail may be there still, and its pipes are open: they go with this process.
            let failure = JailFailure(stage: "run: \(error.call)", errno: error.errno, detail: error.object)
            answer = .failure(failure)
            ending = SlotEnding(slot: index, reason: failure, isRetired: false)
        }
        do throws(SyscallError) {
            try group.finish()
            if ending != nil { try group.remove() }
        } catch {
            let reason = JailFailure(stage: "clear group: \(error.call)", errno: error.errno, detail: error.object)
            ending = SlotEnding(slot: index, reason: reason, isRetired: true)
        }
        if let ending { send(.ending(ending)) }
        send(answer)
        if let ending { _exit(ending.isRetired ? 1 : 0) }
    }

    private func run(
        _ spec: JailSpec,
        _ descriptors: [Int32],
        in group: any Cgroup
    ) throws(SyscallError) -> JailerMessage {
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
        return try run.complete(in: group)
    }

    private func send(_ message: JailerMessage) {
        let bytes = message.encoded()
        // A service that is gone is noticed at the next receive.
        _ = cjail_send(connection, bytes, bytes.count, nil, 0)
    }
}
