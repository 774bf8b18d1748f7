import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// How the jailer was started.
public struct JailerConfiguration: Sendable {
    /// The folder that `JailSpec.image` is below; root's, writable by nobody else.
    public var imageStore: String
    /// First host id of the jails' users: slot n has four from `idBase + 4n` on.
    ///
    /// 0: the default of root, or the first subordinate id of any other user.
    public var idBase: UInt32
    /// Set where the jailer was not started by root.
    var rootless: Rootless?

    public init(imageStore: String, idBase: UInt32) {
        self.imageStore = imageStore
        self.idBase = idBase
    }

    /// Far from Debian's own users and from the ranges that useradd(8) and systemd give away.
    static let defaultIDBase: UInt32 = 0x6a00_0000

    /// Most slots, which bounds the host ids in use.
    public static let maximumSlots: UInt32 = 1024
}

/// The jailer's first process: checks the host, and forks a slot wherever the service asks for one.
///
/// Single-threaded, like everything that is forked from it. It ends when the service closes the control socket.
public struct Keeper {
    private var configuration: JailerConfiguration
    private let control: Int32
    private var slots: [pid_t: UInt32] = [:]
    /// Indexes of slots that ended without a clean group: something of theirs may still be there.
    private var retired: Set<UInt32> = []
    /// Those of them whose groups are still there.
    private var uncleared: Set<UInt32> = []

    public init(configuration: JailerConfiguration, control: Int32) {
        self.configuration = configuration
        self.control = control
    }

    /// Serves until the service is gone; answers the process's exit status.
    public mutating func run() -> Int32 {
        // A service that closes its end is an answer of EPIPE, not a death.
        signal(SIGPIPE, SIG_IGN)
        cjail_set_name("assay-keeper")
        let privilege = gainPrivilege()
        var (checks, resources): ([HostCheck], HostResources?) = ([privilege], nil)
        if privilege.passed {
            (checks, resources) = Host(configuration: configuration).examine()
            checks.insert(privilege, at: 0)
        }
        if let resources, checks.allSatisfy(\.passed) {
            // For good, and for everything that is forked from here.
            _ = cjail_no_new_privileges()
            let error = -resources.filters.jailer.load()
            if error != 0 {
                checks.append(
                    HostCheck(name: "seccomp of the jailer", passed: false, detail: SyscallError.text(error))
                )
            }
        }
        let hello = JailerMessage.hello(
            cgroup: resources?.hierarchy.name ?? "none",
            kernel: Host.kernelRelease,
            checks: checks
        ).encoded()
        let passed = resources.map { [$0.artefacts] } ?? []
        _ = cjail_send(control, hello, hello.count, passed, passed.count)
        for descriptor in passed { close(descriptor) }
        guard checks.allSatisfy(\.passed), let resources else { return 1 }
        defer { resources.removeGroups() }
        // Before anything is forked; jails only start slower without.
        _ = cjail_use_huge_text()
        while let connection = receiveConnection(resources) {
            openSlot(on: connection, with: resources)
            reapSlots()
        }
        stopSlots()
        return 0
    }

    /// Becomes root of a user namespace where the process is not root, and settles which ids the jails' users have.
    private mutating func gainPrivilege() -> HostCheck {
        guard geteuid() != 0 else {
            if configuration.idBase == 0 { configuration.idBase = JailerConfiguration.defaultIDBase }
            return HostCheck(name: "privilege", passed: true, detail: "root")
        }
        do throws(Rootless.Refusal) {
            let rootless = try Rootless.enter(imageStore: configuration.imageStore)
            if configuration.idBase == 0 { configuration.idBase = rootless.ids.lowerBound }
            configuration.rootless = rootless
            return HostCheck(
                name: "privilege",
                passed: true,
                detail: "rootless: uid \(rootless.user), subordinate ids from \(rootless.ids.lowerBound)"
            )
        } catch {
            return HostCheck(
                name: "privilege",
                passed: false,
                detail: "not root, and rootless does not work: \(error.reason)",
                remedy: error.remedy + "; or start assay as root: the service drops its privilege by itself"
            )
        }
    }

    /// The next connection to serve; `nil` when the service is gone.
    private mutating func receiveConnection(_ resources: HostResources) -> Int32? {
        while true {
            var polls = [pollfd(fd: control, events: Int16(POLLIN), revents: 0)]
            let count = poll(&polls, 1, 1000)
            reapSlots()
            resources.removeGroups(ofRetired: &uncleared)
            if count <= 0 { continue }
            var command: UInt8 = 0
            var connection: Int32 = -1
            var connections = 1
            let length = cjail_receive(control, &command, 1, &connection, &connections, false)
            if length <= 0 { return nil }
            if command == JailerCommand.openSlot.rawValue && connections == 1 { return connection }
            if connections == 1 { close(connection) }
        }
    }

    private mutating func openSlot(on connection: Int32, with resources: HostResources) {
        defer { close(connection) }
        let used = retired.union(slots.values)
        guard let index = (0..<JailerConfiguration.maximumSlots).first(where: { !used.contains($0) }) else {
            return refuse(connection, JailFailure(stage: "open slot", errno: ENOSPC))
        }
        let child = cjail_clone(0, SIGCHLD, -1, nil)
        if child == 0 {
            close(control)
            cjail_parent_death_signal(SIGKILL)
            cjail_set_name("assay-jailer")
            Slot(
                configuration: configuration,
                index: index,
                connection: connection,
                filters: resources.filters,
                hierarchy: resources.hierarchy
            ).serve()
        }
        guard child > 0 else { return refuse(connection, JailFailure(stage: "fork slot", errno: Int32(-child))) }
        slots[pid_t(child)] = index
    }

    private func refuse(_ connection: Int32, _ failure: JailFailure) {
        let bytes = JailerMessage.failure(failure).encoded()
        _ = cjail_send(connection, bytes, bytes.count, nil, 0)
    }

    private mutating func reapSlots() {
        while true {
            var exited = false
            var status: Int32 = 0
            let pid = cjail_wait(-1, true, &exited, &status)
            if pid <= 0 { return }
            if let index = slots.removeValue(forKey: pid), !exited || status != 0 {
                retired.insert(index)
                uncleared.insert(index)
            }
        }
    }

    /// Their connections have ended with the service: they end by themselves, and are made to where they don't.
    private mutating func stopSlots() {
        let deadline = monotonicMicroseconds() + groupPatience
        while !slots.isEmpty, monotonicMicroseconds() < deadline {
            reapSlots()
            usleep(5000)
        }
        for pid in slots.keys { kill(pid, SIGKILL) }
        while !slots.isEmpty && !(slots.keys.allSatisfy { kill($0, 0) != 0 }) {
            reapSlots()
            usleep(1000)
        }
    }
}
