import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// A process that lives in a slot's v1 groups and clones the slot's jails, so that each is born in its groups.
///
/// Its children are the slot's own (CLONE_PARENT), which waits for them and kills them. Forked from the slot while
/// that is single-threaded.
struct Launcher {
    let pid: pid_t
    private let channel: Int32

    /// Forks the launcher.
    init(closing others: [Int32], imageStore: String, filters: JailFilters) throws(SyscallError) {
        let (near, far) = try Descriptor.socketPair(messageSize: Int32(JailSpec.maximumSize))
        let child = try check(cjail_clone(0, SIGCHLD, -1, nil), "clone")
        if child == 0 {
            for other in others { close(other) }
            close(near)
            cjail_parent_death_signal(SIGKILL)
            cjail_set_name("assay-launcher")
            Self.serve(far, imageStore, filters)
        }
        pid = pid_t(child)
        close(far)
        channel = near
    }

    /// Has a jail cloned that starts with `start`; answers its process id.
    ///
    /// `start.pipes`, `gate` and `status` are sent along, so this process keeps its own ends of them.
    func launch(_ start: JailInit) throws(SyscallError) -> pid_t {
        let header = start.pipes.map { UInt8($0.target) }
        var message = [UInt8(header.count)] + header
        message.append(contentsOf: start.spec.encoded())
        let descriptors = [start.gate, start.status] + start.pipes.map(\.end) + start.descriptors
        try check(cjail_send(channel, message, message.count, descriptors, descriptors.count), "send to launcher")
        var answer: Int32 = 0
        var count = 0
        let length = try check(
            withUnsafeMutableBytes(of: &answer) { bytes -> Int in
                guard let base = bytes.baseAddress else { return -Int(EINVAL) }
                var none: Int32 = -1
                return cjail_receive(channel, base, bytes.count, &none, &count, false)
            },
            "receive from launcher"
        )
        guard length == 4 else { throw SyscallError("launcher", "ended", errno: EPIPE) }
        return try check(answer, "clone3 in launcher")
    }

    /// Ends the launcher and waits for it.
    func stop() {
        close(channel)
        kill(pid, SIGKILL)
        var exited = false
        var status: Int32 = 0
        _ = cjail_wait(pid, false, &exited, &status)
    }

    private static func serve(_ channel: Int32, _ imageStore: String, _ filters: JailFilters) -> Never {
        var buffer = [UInt8](repeating: 0, count: JailSpec.maximumSize + 64)
        while true {
            var descriptors = [Int32](repeating: -1, count: JailSpec.maximumDescriptors)
            var count = descriptors.count
            let length = cjail_receive(channel, &buffer, buffer.count, &descriptors, &count, false)
            // The slot is gone.
            if length <= 0 { _exit(0) }
            let received = Array(descriptors[..<count])
            var answer = launch(Array(buffer[..<length]), received, channel, imageStore, filters)
            for descriptor in received { close(descriptor) }
            _ = withUnsafeBytes(of: &answer) { bytes -> Int in
                guard let base = bytes.baseAddress else { return 0 }
                return cjail_send(channel, base, bytes.count, nil, 0)
            }
        }
    }

    private static func launch(
        _ message: [UInt8],
        _ descriptors: [Int32],
        _ channel: Int32,
        _ imageStore: String,
        _ filters: JailFilters
    ) -> Int32 {
        guard let pipeCount = message.first.map(Int.init), message.count > pipeCount,
            descriptors.count >= 2 + pipeCount
        else { return -EINVAL }
        let passed = Array(descriptors[(2 + pipeCount)...])
        guard
            let spec = try? JailSpec(
                decoding: Array(message[(1 + pipeCount)...]),
                descriptorCount: passed.count
            )
        else { return -EINVAL }
        let start = JailInit(
            spec: spec,
            descriptors: passed,
            imageStore: imageStore,
            pipes: (0..<pipeCount).map { (UInt32(message[1 + $0]), descriptors[2 + $0]) },
            gate: descriptors[0],
            status: descriptors[1],
            filters: filters
        )
        let child = cjail_clone(Namespaces.all | cjail_clone_parent, 0, -1, nil)
        if child == 0 {
            close(channel)
            start.run()
        }
        return Int32(child)
    }
}
