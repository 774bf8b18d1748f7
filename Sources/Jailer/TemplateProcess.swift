import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// The process that the jails of one image are cloned from: it stands in their user, network and host name namespaces, on
/// the image's root, and is root there.
///
/// Cloned from a slot, which is single-threaded. Nothing of a submission ever runs in it, nor in the fork servers that
/// it starts: their children change sides before they return to the interpreter (`Runners/fork`).
struct TemplateProcess {
    /// `TemplateRequest`s come here; at its end, the slot is gone.
    var channel: Int32
    /// Readable once the slot has written the id maps.
    var gate: Int32
    var image: String
    /// The folder that `image` is below.
    var imageStore: String
    var filters: JailFilters

    /// Serves until the slot is gone; never returns.
    func run() -> Never {
        do throws(JailFailure) {
            try enter()
            answer(0)
        } catch {
            let bytes = JailerMessage.failure(error).encoded()
            _ = cjail_send(channel, bytes, bytes.count, nil, 0)
            _exit(1)
        }
        serve()
    }

    private func enter() throws(JailFailure) {
        try closeDescriptors(except: [gate, channel])
        // For all that is cloned from here.
        cjail_reset_signals()
        // The kernel reaps what ends here: the slot has a descriptor of each.
        signal(SIGCHLD, SIG_IGN)
        var byte: UInt8 = 0
        guard read(gate, &byte, 1) == 1 else { throw JailFailure(stage: "wait for id maps", errno: EPIPE) }
        close(gate)
        try step("setgroups", cjail_set_groups_empty())
        try step("become the jails' root", cjail_set_ids(JailRoot.initID, gid_t(JailRoot.initID)))
        // After the change of ids, which clears it.
        try step("parent death signal", cjail_parent_death_signal(SIGKILL))
        try step("not dumpable", cjail_set_dumpable(false))
        cjail_set_name("assay-template")
        try step("hostname", cjail_set_hostname("jail"))
        try step("loopback", cjail_loopback_up())
        umask(0o022)
        try JailRoot.enter(image: image, store: imageStore)
        try Privileges.emptyBoundingSet()
        // What the runtime makes at the first use of a type is made once for all jails.
        try JailInit.rehearse(filter: filters.program, forks: true)
    }

    private func serve() -> Never {
        var buffer = [UInt8](repeating: 0, count: JailSpec.maximumSize)
        while true {
            var descriptors = [Int32](repeating: -1, count: 8)
            var count = descriptors.count
            let length = cjail_receive(channel, &buffer, buffer.count, &descriptors, &count, false)
            if length <= 0 { _exit(0) }
            let passed = Array(descriptors[..<count])
            guard let request = try? TemplateRequest(decoding: Array(buffer[..<length])) else {
                answer(-EPROTO)
                continue
            }
            switch request {
            case .jail(let memoryBytes, let inodes, let hasGroup, let expectsForks, let standby):
                guard passed.count == 1 + (hasGroup ? 1 : 0) + (standby == .fork ? 1 : 0) else { _exit(1) }
                let start = JailInit(
                    socket: passed[0],
                    memoryBytes: memoryBytes,
                    inodes: inodes,
                    filters: filters,
                    group: hasGroup ? passed[1] : nil,
                    expectsForks: expectsForks,
                    standby: {
                        switch standby {
                        case .none: .none
                        case .executing: .executing
                        case .fork: .fork(server: passed[passed.count - 1])
                        }
                    }()
                )
                let flags = Namespaces.run | (hasGroup ? cjail_clone_into_cgroup : 0)
                clone(flags, group: hasGroup ? passed[1] : -1) { start.run() }
            case .server(let server):
                guard passed.count == 4 else { _exit(1) }
                clone(0, group: -1) { Self.start(server, passed) }
            case .network:
                var result = cjail_new_network_namespace()
                if result >= 0 { result = cjail_loopback_up() }
                answer(min(0, result))
            }
            for descriptor in passed { close(descriptor) }
        }
    }

    private func clone(_ flags: UInt64, group: Int32, _ child: () -> Never) {
        var pidfd: Int32 = -1
        let pid = cjail_clone(flags, SIGCHLD, group, &pidfd)
        if pid == 0 {
            signal(SIGCHLD, SIG_DFL)
            child()
        }
        answer(Int32(min(0, pid)), pid > 0 ? pidfd : nil)
        if pid > 0 { close(pidfd) }
    }

    private func answer(_ result: Int32, _ descriptor: Int32? = nil) {
        var result = result
        withUnsafeBytes(of: &result) { bytes in
            guard let base = bytes.baseAddress else { return }
            if var descriptor {
                _ = cjail_send(channel, base, bytes.count, &descriptor, 1)
            } else {
                _ = cjail_send(channel, base, bytes.count, nil, 0)
            }
        }
    }

    /// The number that a fork server has its channel at.
    private static let serverChannel: Int32 = 3

    /// A fork server's own process, up to the exec.
    private static func start(_ server: JailSpec.ForkServer, _ passed: [Int32]) -> Never {
        // Out of the way of the numbers that they go to.
        let raised = passed.map { fcntl($0, F_DUPFD_CLOEXEC, 16) }
        for (target, descriptor) in zip([serverChannel, 0, 1, 2], raised) { dup2(descriptor, target) }
        _ = cjail_close_range(UInt32(serverChannel) + 1, .max, false)
        // As the run's own, so that memory is laid out for the same stack.
        let limited = cjail_set_soft_limit(cjail_rlimit_stack, server.stackBytes)
        guard limited >= 0, chdir("/work") == 0 else { _exit(126) }
        let variable = "\(JailSpec.ForkServer.variable)=\(serverChannel)"
        let arguments = CStringArray(server.arguments)
        let environment = CStringArray(server.environment + [variable])
        execve(server.executable, arguments.pointers, environment.pointers)
        _exit(127)
    }
}
