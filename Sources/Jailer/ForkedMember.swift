import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// A member of a jail that a fork server makes, from the init's side: it enters the jail, says so, and waits for its order.
struct ForkedMember {
    /// What a fork needs to find into the jail.
    struct Setting {
        /// The jail's namespaces, in the order of `Namespaces.entered`.
        var namespaces: [Int32]
        /// The control group that it is born in, where that is not its server's.
        var group: Int32?
        var filter: SeccompFilter
    }

    /// The stage of a failure that means that a fork server is of no use any more.
    static let serverStage = "fork server"

    /// Open until `close`.
    private let channel: Int32

    /// Asks a server for one.
    init(of server: Int32, as identity: member_identity, _ setting: Setting) throws(JailFailure) {
        let far: Int32
        do throws(SyscallError) {
            (channel, far) = try Descriptor.socketPair(messageSize: Int32(MEMBER_MAX_STRINGS_SIZE) + 1024)
        } catch {
            throw JailFailure(stage: "socketpair", errno: error.errno)
        }
        let (message, descriptors) = try Self.request(as: identity, channel: far, setting)
        let sent = cjail_send(server, message, message.count, descriptors, descriptors.count)
        Glibc.close(far)
        guard sent == message.count else {
            close()
            throw JailFailure(stage: Self.serverStage, errno: Int32(-min(0, sent)))
        }
    }

    /// What asks for it, with the descriptors that go along.
    static func request(
        as identity: member_identity,
        channel: Int32,
        _ setting: Setting
    ) throws(JailFailure) -> (message: [UInt8], descriptors: [Int32]) {
        let (namespaces, instructions) = (setting.namespaces, setting.filter.instructions)
        guard instructions.count <= 8 * FORK_MAX_FILTER else {
            throw JailFailure(stage: "ask for a fork", errno: E2BIG)
        }
        var descriptors = [channel] + namespaces
        var fork = fork_request()
        fork.identity = identity
        fork.channel = 0
        fork.namespace_count = UInt32(namespaces.count)
        withUnsafeMutableBytes(of: &fork.namespaces) { bytes in
            let places = bytes.bindMemory(to: Int32.self)
            for index in namespaces.indices { places[index] = Int32(1 + index) }
        }
        fork.group = -1
        if let group = setting.group {
            fork.group = Int32(descriptors.count)
            descriptors.append(group)
        }
        fork.filter_length = UInt32(instructions.count / 8)
        return (withUnsafeBytes(of: fork) { Array($0) } + instructions, descriptors)
    }

    /// Tells it what to run; it may not be there yet.
    func send(_ order: MemberOrder) throws(JailFailure) {
        try step(Self.serverStage, order.send(on: channel))
    }

    /// Waits until it stands in the jail; answers its number, and where its filter tells of calls.
    func waitUntilInside() throws(JailFailure) -> (pid: pid_t, listener: Int32) {
        var report = fork_report()
        var listener: Int32 = -1
        var count = 1
        let length = withUnsafeMutableBytes(of: &report) { bytes in
            bytes.baseAddress.map { cjail_receive(channel, $0, bytes.count, &listener, &count, false) } ?? 0
        }
        guard length == MemoryLayout<fork_report>.size else {
            throw JailFailure(stage: Self.serverStage, errno: length < 0 ? Int32(-length) : EPIPE)
        }
        guard report.error == 0, count == 1 else {
            let step = withUnsafeBytes(of: report.step) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw JailFailure(stage: Self.serverStage, errno: report.error, detail: step)
        }
        return (report.pid, listener)
    }

    func close() { Glibc.close(channel) }
}
