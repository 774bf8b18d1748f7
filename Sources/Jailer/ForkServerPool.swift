import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// The fork servers of one template: started when they are first asked for, of use once they say that they are warm.
final class ForkServerPool {
    private struct Server {
        var channel: Int32
        var pidfd: Int32
        /// In the slot's pid namespace.
        var pid: pid_t?
        /// What it writes to stdout and stderr.
        var output: Int32
        var isWarm = false
        var lastUse: UInt64
    }

    private let template: Int32
    private let group: any Cgroup
    private var servers: [JailSpec.ForkServer: Server] = [:]
    var isEmpty: Bool { servers.isEmpty }
    /// Those that ended without being asked to, and when, in microseconds: they are not started again at once.
    private var failed: [JailSpec.ForkServer: UInt64] = [:]

    /// Each holds some megabytes; more kinds than this are hardly in use at one time.
    private static let maximum = 6
    /// A server that ended is started again after this time: 10 s, in microseconds.
    private static let patience: UInt64 = 10_000_000

    init(channel: Int32, group: any Cgroup) {
        template = channel
        self.group = group
    }

    /// The channel of a warm server; `nil` where it is still on its way: it is started.
    func channel(of server: JailSpec.ForkServer) -> Int32? {
        let now = monotonicMicroseconds()
        guard servers[server] != nil else {
            if let failure = failed[server], now - failure < Self.patience { return nil }
            start(server, at: now)
            return nil
        }
        servers[server]?.lastUse = now
        if servers[server]?.isWarm != true { hear(server) }
        guard let known = servers[server], known.isWarm else { return nil }
        return known.channel
    }

    /// Starts a server, which warms up beside whatever else is done.
    private func start(_ server: JailSpec.ForkServer, at now: UInt64) {
        failed[server] = nil
        if servers.count >= Self.maximum, let oldest = servers.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            end(oldest.key)
        }
        do {
            let (near, far) = try Descriptor.socketPair(messageSize: 16384)
            // Standard streams as a run has them: pipes. Of stdin nothing ever comes.
            let (input, output) = (try Descriptor.pipe(), try Descriptor.pipe())
            close(input.write)
            defer { for descriptor in [far, input.read, output.write] { close(descriptor) } }
            try Descriptor.setNonBlocking(output.read)
            try group.admitResident()
            let pidfd = try Template.ask(.server(server), [far, input.read, output.write, output.write], on: template)
            let pid = pidfd.flatMap { Self.process(of: $0) }
            servers[server] = Server(
                channel: near,
                pidfd: pidfd ?? -1,
                pid: pid,
                output: output.read,
                lastUse: now
            )
            if let pid { group.note(resident: pid) }
        } catch {
            failed[server] = now
        }
    }

    /// Whether none is on its way, as far as is known.
    var areSettled: Bool { servers.values.allSatisfy { $0.isWarm } }

    /// Waits until no server is on its way: what they hold is known, and does not grow, only then.
    ///
    /// One that is not warm in 20 s is waited for no longer, but looked at again later.
    func waitUntilSettled() {
        let deadline = monotonicMicroseconds() + 20_000_000
        for server in Array(servers.keys) {
            while let known = servers[server], !known.isWarm, monotonicMicroseconds() < deadline {
                var polls = pollfd(fd: known.channel, events: Int16(POLLIN), revents: 0)
                _ = poll(&polls, 1, 100)
                hear(server)
            }
        }
    }

    /// Whether a server that is on its way has become warm, or has ended.
    private func hear(_ server: JailSpec.ForkServer) {
        guard let known = servers[server] else { return }
        var byte: UInt8 = 0
        var none: Int32 = -1
        var count = 0
        let length = cjail_receive(known.channel, &byte, 1, &none, &count, true)
        if length == -Int(EAGAIN) { return }
        guard length == 1 else {
            _ = lose(server)
            return
        }
        servers[server]?.isWarm = true
        // What it holds is known only now.
        if let pid = known.pid { group.note(resident: pid) }
    }

    /// Gives up a server that did not do what it was asked for; answers what it said last.
    func lose(_ server: JailSpec.ForkServer) -> String {
        var text = [UInt8](repeating: 0, count: 512)
        let count = servers[server].map { read($0.output, &text, text.count) } ?? 0
        failed[server] = monotonicMicroseconds()
        end(server)
        return String(decoding: text[..<max(0, count)], as: UTF8.self)
    }

    /// Ends a server, which is started anew when it is asked for.
    func end(_ server: JailSpec.ForkServer) {
        guard let known = servers.removeValue(forKey: server) else { return }
        _ = cjail_pidfd_send_signal(known.pidfd, SIGKILL)
        var polls = pollfd(fd: known.pidfd, events: Int16(POLLIN), revents: 0)
        while poll(&polls, 1, -1) < 0 && errno == EINTR {}
        for descriptor in [known.channel, known.pidfd, known.output] { close(descriptor) }
        if let pid = known.pid { group.forget(resident: pid) }
    }

    /// Lets go of all: their template ends, and they with it.
    func forgetAll() {
        for server in servers.values {
            for descriptor in [server.channel, server.pidfd, server.output] { close(descriptor) }
            if let pid = server.pid { group.forget(resident: pid) }
        }
        servers = [:]
    }

    /// The number of a process, by its descriptor.
    ///
    /// See proc(5), *fdinfo*.
    private static func process(of pidfd: Int32) -> pid_t? {
        guard let text = try? TextFile.read("/proc/self/fdinfo/\(pidfd)"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Pid:") })
        else { return nil }
        return pid_t(line.dropFirst(4).drop { $0 == "\t" || $0 == " " })
    }
}
