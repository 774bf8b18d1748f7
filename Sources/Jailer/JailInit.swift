import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// A jail's first process: builds it from inside, waits for a run, starts the program, and reports how that ended.
///
/// Cloned from a template, which is single-threaded, as pid 1 of the jail. It holds no authority: it cannot say more than
/// what a process's exit status says. When it ends, the kernel kills everything in the jail (pid_namespaces(7)).
struct JailInit {
    /// Where the run comes from, and where `InitMessage`s go; at its end, the jailer is gone.
    var socket: Int32
    /// Sizes of the jail's file systems.
    var memoryBytes: UInt64
    var inodes: UInt32
    var filters: JailFilters
    /// The control group that it was born in, where forks are to be, too.
    var group: Int32?
    /// Whether the program is likely to be a fork, which is to enter the jail's namespaces.
    var expectsForks: Bool
    var standby: Standby

    /// What is made of the program before there is a run.
    enum Standby {
        case none
        /// A process that takes the run itself, and executes: nothing else is for the init to do then.
        case executing
        /// A fork of the server with this channel.
        case fork(server: Int32)
    }

    /// What it is told to run, and what came with that.
    private struct Order {
        var request: InitRequest
        var descriptors: [Int32]
    }

    /// Does everything; never returns.
    func run() -> Never {
        do throws(JailFailure) {
            try closeDescriptors(except: [socket] + kept)
            try offerToOOMKiller()
            umask(0o022)
            try JailRoot.mountRun(memoryBytes: memoryBytes, inodes: inodes)
            let namespaces = expectsForks ? try openNamespaces() : []
            try step("no_new_privs", cjail_no_new_privileges())
            // From here on this process, too, may make no other calls than a program.
            let denied = try step("seccomp", filters.program.loadNotifying())
            let ended = try step("signalfd", cjail_signal_descriptor(SIGCHLD))
            try Self.rehearse(filter: filters.program, forks: expectsForks)
            let standby: JailMembers.StandingFork?
            switch self.standby {
            case .executing: try standBy(denied: denied, ended: ended)
            case .fork(let server): standby = try standBy(server: server, namespaces)
            case .none: standby = nil
            }
            let idle = processCPUMicroseconds()
            send(.ready)
            let order = try receiveOrder()
            try serve(order, namespaces: namespaces, standby: standby, denied: denied, ended: ended, idle: idle)
        } catch {
            send(.failure(error))
        }
        _exit(1)
    }

    /// What it needs beside the socket until it is ready.
    private var kept: [Int32] {
        if case .fork(let server) = standby { [server] + (group.map { [$0] } ?? []) } else { [] }
    }

    /// `idle` is this process's CPU time when it was ready, in microseconds.
    private func serve(
        _ order: Order,
        namespaces: [Int32],
        standby: JailMembers.StandingFork?,
        denied: Int32,
        ended: Int32,
        idle: UInt64
    ) throws(JailFailure) -> Never {
        let request = order.request
        let namespaces = request.areForked && namespaces.isEmpty ? try openNamespaces() : namespaces
        let passed = Array(order.descriptors.dropFirst(request.ownDescriptors))
        for file in request.spec.files { try JailRoot.place(file, from: passed[Int(file.descriptor)]) }
        let members = JailMembers(
            request: request,
            own: Array(order.descriptors.prefix(request.ownDescriptors)),
            passed: passed,
            namespaces: namespaces,
            filter: filters.program,
            socket: socket,
            standby: standby
        )
        func sendStarting() {
            send(.starting(cpuMicroseconds: processCPUMicroseconds() - idle, at: monotonicMicroseconds()))
        }
        // That forks are on their way is known only afterwards; when they begin, they say themselves.
        if !request.areForked { sendStarting() }
        let started = try members.start()
        if request.areForked { sendStarting() }
        try Privileges.dropAllCapabilities()
        let artefact = request.spec.artefact.map { (wanted: $0, target: passed[Int($0.descriptor)]) }
        // The members' ends stay open in them alone, so that their end is an end.
        for descriptor in order.descriptors + namespaces where descriptor != artefact?.target { close(descriptor) }
        try step("seccomp of the init", filters.initProcess.load())
        try supervise(started, artefact, ended: ended, listeners: [denied] + started.listeners)
    }

    /// Leaves the run to a process that has entered the jail as its program, and only watches.
    private func standBy(denied: Int32, ended: Int32) throws(JailFailure) -> Never {
        var identity = member_identity.program
        let pid = try step("clone", cjail_stand_by(socket, &identity))
        try Privileges.dropAllCapabilities()
        try step("seccomp of the init", filters.initProcess.load())
        send(.ready)
        try supervise(JailMembers.Started(running: [pid: .program]), nil, ended: ended, listeners: [denied])
    }

    /// Has a fork enter the jail as its program.
    private func standBy(
        server: Int32,
        _ namespaces: [Int32]
    ) throws(JailFailure) -> JailMembers.StandingFork {
        let setting = ForkedMember.Setting(namespaces: namespaces, group: group, filter: filters.program)
        let member = try ForkedMember(of: server, as: .program, setting)
        let (pid, listener) = try member.waitUntilInside()
        for descriptor in kept { close(descriptor) }
        return JailMembers.StandingFork(member: member, pid: pid, listener: listener)
    }

    // MARK: Building

    /// Makes this process and its children the ones to kill where the group is out of memory, before any template that
    /// is in the same group (cgroup v1).
    ///
    /// See proc(5), *oom_score_adj*.
    private func offerToOOMKiller() throws(JailFailure) {
        // The file is the process's own only while it is dumpable; nothing else is in this jail yet.
        try step("dumpable", cjail_set_dumpable(true))
        do throws(SyscallError) {
            try TextFile.write("/proc/self/oom_score_adj", "1000")
        } catch {
            throw JailFailure(stage: "write oom_score_adj", errno: error.errno)
        }
        try step("not dumpable", cjail_set_dumpable(false))
    }

    /// Goes once through what a run needs, without effect.
    ///
    /// A forked process has each page of code and of memory by a fault of its own: some 0.1 ms for what is to come, which
    /// is better over before a run waits for it. The template does it so that Swift's runtime, which makes what it knows of
    /// a type when that is first used, makes it once for all jails: 10 µs each. `forks`: asking for a fork too.
    static func rehearse(filter: SeccompFilter, forks: Bool) throws(JailFailure) {
        let request: InitRequest
        do throws(WireError) {
            request = try InitRequest(decoding: rehearsal, descriptorCount: 5)
        } catch {
            throw JailFailure(stage: "rehearse", errno: EPROTO, detail: error.description)
        }
        let own = [Int32](repeating: -1, count: request.ownDescriptors)
        try JailMembers(
            request: request,
            own: own,
            passed: [],
            namespaces: [-1],
            filter: filter,
            socket: -1,
            standby: nil
        ).rehearse(forks: forks)
        _ = Self.polls(of: own)
        _ = InitMessage.starting(cpuMicroseconds: 0, at: monotonicMicroseconds()).encoded()
        _ = InitMessage.ended(.exited(0), .notAsked, at: 0, isAlone: true, hasCrashed: false).encoded()
    }

    /// A message as for a small run.
    private static let rehearsal = InitRequest(
        pipes: [0, 1],
        isProgramForked: true,
        isExaminerForked: false,
        hasGroup: false,
        spec: JailSpec(
            image: "image",
            executable: .path("/main"),
            arguments: ["main"],
            environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/work"],
            files: [],
            inputs: [JailSpec.Input(target: 0, descriptor: 0)],
            outputs: [JailSpec.Output(target: 1, descriptor: 1, capBytes: 1)],
            limits: JailLimits(
                cpuMicroseconds: 1,
                wallMicroseconds: 1,
                memoryBytes: 1,
                processes: 1,
                fileSizeBytes: 1,
                stackBytes: 1
            )
        )
    ).encoded()

    private func openNamespaces() throws(JailFailure) -> [Int32] {
        var opened: [Int32] = []
        for name in Namespaces.entered {
            let descriptor = open("/proc/self/ns/\(name)", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw JailFailure(stage: "open namespace \(name)", errno: errno) }
            opened.append(descriptor)
        }
        return opened
    }

    private func receiveOrder() throws(JailFailure) -> Order {
        var descriptors = [Int32](repeating: -1, count: JailSpec.maximumDescriptors)
        var count = descriptors.count
        var length = 0
        // Not filled: few pages of it are used.
        let buffer = [UInt8](unsafeUninitializedCapacity: JailSpec.maximumSize) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            length = cjail_receive(socket, base, buffer.count, &descriptors, &count, false)
            initialized = max(0, length)
        }
        // Nothing to run: the jail is not needed any more.
        if length == 0 || length == -Int(ECONNRESET) { _exit(0) }
        guard length > 0 else { throw JailFailure(stage: "receive run", errno: Int32(-length)) }
        do throws(WireError) {
            let request = try InitRequest(decoding: buffer, descriptorCount: count)
            return Order(request: request, descriptors: Array(descriptors[..<count]))
        } catch {
            throw JailFailure(stage: "receive run", errno: EPROTO, detail: error.description)
        }
    }

    // MARK: Supervision

    /// Reaps what ends, and has refused what the filters tell of, until all members have ended.
    private func supervise(
        _ started: JailMembers.Started,
        _ artefact: (wanted: JailSpec.Artefact, target: Int32)?,
        ended: Int32,
        listeners: [Int32]
    ) throws(JailFailure) -> Never {
        var running = started.running
        var ending = JailReport.Ending.signaled(SIGKILL)
        var refusals = Refusals()
        var listeners = listeners
        var isAlone = false
        var hasCrashed = false
        while !running.isEmpty {
            var polls = Self.polls(of: [ended] + listeners)
            if poll(&polls, nfds_t(polls.count), -1) < 0 && errno != EINTR {
                throw JailFailure(stage: "poll", errno: errno)
            }
            for poll in polls.dropFirst() where poll.revents & Int16(POLLIN) != 0 {
                if let message = refusals.answerNext(of: poll.fd) { send(message) }
            }
            // The last process under that filter has ended.
            for poll in polls.dropFirst() where poll.revents & Int16(POLLIN) == 0 && poll.revents != 0 {
                listeners.removeAll { $0 == poll.fd }
            }
            if polls[0].revents == 0 { continue }
            // What the signal says is of no interest: several may have come as one.
            var notice = [UInt8](repeating: 0, count: 128)
            _ = read(ended, &notice, notice.count)
            while true {
                var exited = false
                var code: Int32 = 0
                let pid = cjail_wait(-1, true, &exited, &code)
                // All processes of the jail are this one's descendants: orphans become its children.
                isAlone = pid == -ECHILD
                if pid == 0 || isAlone { break }
                if pid < 0 { throw JailFailure(stage: "wait for program", errno: -pid) }
                guard let role = running.removeValue(forKey: pid) else { continue }
                hasCrashed = hasCrashed || (!exited && Self.crashes.contains(code))
                if role == .program { ending = started.refusal ?? (exited ? .exited(code) : .signaled(code)) }
            }
        }
        let time = monotonicMicroseconds()
        var outcome = JailReport.ArtefactOutcome.notAsked
        if let artefact { outcome = JailRoot.collect(artefact.wanted, to: artefact.target) }
        send(.ended(ending, outcome, at: time, isAlone: isAlone, hasCrashed: hasCrashed))
        // Wakes the slot.
        close(socket)
        _exit(0)
    }

    private static func polls(of descriptors: [Int32]) -> [pollfd] {
        descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }

    /// Signals that tell of a fault in who ended by them.
    private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS]

    private func send(_ message: InitMessage) {
        let bytes = message.encoded()
        // The jailer that reads this may be gone; there is nobody else to tell.
        _ = cjail_send(socket, bytes, bytes.count, nil, 0)
    }
}
