import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// A template from its slot's side: one image's jails come from it, one ready before a run asks for it.
final class Template {
    /// What every template of a slot needs.
    struct Setting {
        var configuration: JailerConfiguration
        var slot: UInt32
        var filters: JailFilters
        var group: any Cgroup
    }

    private let setting: Setting
    private let pid: pid_t
    private let channel: Int32
    private var ready: Jail?
    /// What the last run asked for: the next will mostly want the same.
    private var wanted: (limits: JailLimits, standby: Jail.Standby)?
    /// Whether the run before that wanted the same of the program: a fork is too much work to be made in vain.
    private var isRepeated = false
    let servers: ForkServerPool

    /// Clones it and waits until it stands: some milliseconds.
    ///
    /// - Throws: also where the image is not there.
    init(image: String, setting: Setting) throws(JailFailure) {
        self.setting = setting
        let gate: (read: Int32, write: Int32)
        do throws(SyscallError) {
            let (near, far) = try Descriptor.socketPair(messageSize: Int32(JailSpec.maximumSize))
            defer { close(far) }
            gate = try Descriptor.pipe()
            defer { close(gate.read) }
            let child = try check(cjail_clone(Namespaces.template, SIGCHLD, -1, nil), "clone3")
            if child == 0 {
                TemplateProcess(
                    channel: far,
                    gate: gate.read,
                    image: image,
                    imageStore: setting.configuration.imageStore,
                    filters: setting.filters
                ).run()
            }
            pid = pid_t(child)
            channel = near
            servers = ForkServerPool(channel: near, group: setting.group)
        } catch {
            throw JailFailure(stage: "template: \(error.call)", errno: error.errno, detail: error.object)
        }
        do throws(JailFailure) {
            try open(gate.write)
            _ = try Self.answer(on: channel)
        } catch {
            stop()
            throw error
        }
    }

    /// Gives it its ids and its group, and lets it go on.
    private func open(_ gate: Int32) throws(JailFailure) {
        defer { close(gate) }
        do throws(SyscallError) {
            try Namespaces.mapIDs(of: pid, slot: setting.slot, base: setting.configuration.idBase)
            try setting.group.admitResident()
            try setting.group.adopt(pid)
            try retrying("write", "gate") { write(gate, [1], 1) }
        } catch {
            throw JailFailure(stage: "template: \(error.call)", errno: error.errno, detail: error.object)
        }
    }

    /// Ends it and everything that it started, and waits for it.
    func stop() {
        close(channel)
        servers.forgetAll()
        kill(pid, SIGKILL)
        var exited = false
        var status: Int32 = 0
        _ = cjail_wait(pid, false, &exited, &status)
        setting.group.forget(resident: pid)
    }

    // MARK: Jails

    /// A jail for this run: the one that is ready, where it fits.
    ///
    /// `isForked`: its program is to be.
    func takeJail(for spec: JailSpec, isForked: Bool) throws(JailFailure) -> Jail {
        let limits = spec.limits
        var standby = MemberOrder.suffices(for: spec) ? Jail.Standby.executing : .none
        if isForked, case .fork(let server) = spec.executable { standby = .fork(server) }
        isRepeated = standby == wanted?.standby
        wanted = (limits, standby)
        if let jail = ready, jail.memoryBytes == limits.memoryBytes, jail.inodes == limits.inodes,
            jail.standby == .none || jail.standby == standby
        {
            // Where it is not, or not any more, the next tells why.
            if (try? jail.waitUntilReady()) != nil, !jail.hasEnded {
                ready = nil
                return jail
            }
        }
        try discardReady()
        // The group's limits are another run's still, which may be too small for forks.
        try prepare(standby: standby == .executing ? .executing : .none)
        guard let jail = ready else { throw JailFailure(stage: "clone jail", errno: ENOENT) }
        ready = nil
        try jail.waitUntilReady()
        return jail
    }

    /// Waits until the jail that was cloned last is ready, or something comes on this connection, which is then first.
    ///
    /// - Returns: what it will likely be asked for; `nil` where something came, or there is no jail.
    func waitUntilReady(orInterruptedBy connection: Int32) throws(JailFailure) -> CgroupLimits? {
        guard let jail = ready, let wanted else { return nil }
        var polls = [jail.socket, connection].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&polls, nfds_t(polls.count), -1) < 0 && errno == EINTR {}
        if polls[1].revents != 0 { return nil }
        try jail.waitUntilReady()
        return CgroupLimits(wanted.limits, in: jail)
    }

    /// Has the next jail cloned, for a run like the last one; it builds itself beside whatever else is done.
    ///
    /// Where the run is there already, and may be another, it is not forked before: that takes more messages, and what was
    /// forked stays in fewer caches.
    func prepare(isRunThere: Bool) throws(JailFailure) {
        guard let wanted, ready == nil else { return }
        if case .fork = wanted.standby, isRunThere || !isRepeated { return try prepare(standby: .none) }
        try prepare(standby: wanted.standby)
    }

    private func prepare(standby: Jail.Standby) throws(JailFailure) {
        guard let limits = wanted?.limits else { return }
        var server: Int32?
        if case .fork(let kind) = standby { server = servers.channel(of: kind) }
        let group: Int32?
        let near: Int32
        let far: Int32
        do throws(SyscallError) {
            group = try setting.group.makeRun()
            (near, far) = try Descriptor.socketPair(messageSize: Int32(JailSpec.maximumSize))
        } catch {
            throw JailFailure(stage: "make ready: \(error.call)", errno: error.errno, detail: error.object)
        }
        defer { close(far) }
        let request = TemplateRequest.jail(
            memoryBytes: limits.memoryBytes,
            inodes: limits.inodes,
            hasGroup: group != nil,
            expectsForks: !servers.isEmpty,
            standby: server != nil ? .fork : standby == .executing ? .executing : .none
        )
        do throws(JailFailure) {
            let pidfd = try Self.ask(request, [far] + [group, server].compactMap(\.self), on: channel)
            ready = Jail(
                pidfd: pidfd ?? -1,
                socket: near,
                memoryBytes: limits.memoryBytes,
                inodes: limits.inodes,
                group: group,
                standby: server != nil || standby == .executing ? standby : .none
            )
        } catch {
            close(near)
            throw error
        }
    }

    /// Ends the jail that is ready, so that another template's can be.
    func discardReady() throws(JailFailure) {
        guard let jail = ready else { return }
        // A fork that is killed on its way may leave its server's locks taken, whose memory it shares at first.
        if case .fork(let server) = jail.standby, (try? jail.waitUntilReady()) == nil { servers.end(server) }
        jail.discard()
        ready = nil
        do throws(SyscallError) {
            try setting.group.finish()
        } catch {
            throw JailFailure(stage: "clear group: \(error.call)", errno: error.errno, detail: error.object)
        }
    }

    /// Gives the jails to come a network of their own.
    func renewNetwork() throws(JailFailure) { _ = try Self.ask(.network, [], on: channel) }

    // MARK: Messages

    /// Sends a request and waits for its answer.
    /// - Returns: the descriptor that came with it.
    static func ask(
        _ request: TemplateRequest,
        _ descriptors: [Int32],
        on channel: Int32
    ) throws(JailFailure) -> Int32? {
        let message = request.encoded()
        let sent = cjail_send(channel, message, message.count, descriptors, descriptors.count)
        guard sent == message.count else { throw JailFailure(stage: "template", errno: Int32(-min(0, sent))) }
        return try answer(on: channel)
    }

    private static func answer(on channel: Int32) throws(JailFailure) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var descriptor: Int32 = -1
        var count = 1
        let length = cjail_receive(channel, &buffer, buffer.count, &descriptor, &count, false)
        guard length > 0 else { throw JailFailure(stage: "template", errno: length < 0 ? Int32(-length) : EPIPE) }
        if length != 4, case .failure(let failure)? = try? JailerMessage(decoding: Array(buffer[..<length])) {
            throw failure
        }
        let result = buffer[..<4].reversed().reduce(Int32(0)) { $0 << 8 | Int32($1) }
        guard length == 4, result == 0 else { throw JailFailure(stage: "template's answer", errno: -result) }
        return count == 1 ? descriptor : nil
    }
}
