import CCap
import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// The jail's first process: builds it from inside, starts the program, and reports how that ended.
///
/// Runs in a process cloned from a single-threaded jailer, as pid 1 of the jail. It holds no authority: it cannot say
/// more than what a process's exit status says. When it ends, the kernel kills everything in the jail
/// (pid_namespaces(7)).
struct JailInit {
    var spec: JailSpec
    /// The passed descriptors that `spec` indexes.
    var descriptors: [Int32]
    /// The folder that `spec.image` is below.
    var imageStore: String
    /// The program's ends of its pipes, by target.
    var pipes: [(target: UInt32, end: Int32)]
    /// Readable once the jailer has written the id maps; at its end, the jailer is gone.
    var gate: Int32
    /// Where `InitMessage`s go.
    var status: Int32
    var filters: JailFilters

    /// Does everything; never returns.
    func run() -> Never {
        do throws(JailFailure) {
            try closeOthers()
            try waitForIDs()
            try buildJail()
            let members = try makeMembers()
            send(.starting(cpuMicroseconds: processCPUMicroseconds(), at: monotonicMicroseconds()))
            try step("no_new_privs", cjail_no_new_privileges())
            // From here on this process, too, may make no other calls than a program.
            let denied = try step("seccomp", filters.program.loadNotifying())
            let ended = try step("signalfd", cjail_signal_descriptor(SIGCHLD))
            var running: [pid_t: Member] = [:]
            for member in members { running[try start(member)] = member }
            try Privileges.dropAllCapabilities()
            // The members' ends stay open in them alone, so that their end is an end.
            for descriptor in members.flatMap(\.descriptors) { close(descriptor.end) }
            // A link's own descriptor is another than the member's end where both were passed by a launcher.
            for link in spec.links { close(descriptors[Int(link.descriptor)]) }
            try step("seccomp of the init", filters.initProcess.load())
            try supervise(running, ended: ended, denied: denied)
        } catch {
            send(.failure(error))
        }
        _exit(1)
    }

    /// Closes whatever else the process that cloned this one had open: its ends of the pipes, above all, would keep the
    /// program from ever seeing the end of its input.
    private func closeOthers() throws(JailFailure) {
        var next: UInt32 = 0
        for kept in Set([gate, status] + pipes.map(\.end) + descriptors).map(UInt32.init).sorted() {
            if kept > next { try step("close_range", cjail_close_range(next, kept - 1, false)) }
            next = kept + 1
        }
        try step("close_range", cjail_close_range(next, .max, false))
    }

    private func waitForIDs() throws(JailFailure) {
        var byte: UInt8 = 0
        guard read(gate, &byte, 1) == 1 else { throw JailFailure(stage: "wait for id maps", errno: EPIPE) }
        close(gate)
        try step("setgroups", cjail_set_groups_empty())
        try step("become the jail's root", cjail_set_ids(JailRoot.initID, gid_t(JailRoot.initID)))
        // After the change of ids, which clears it.
        try step("parent death signal", cjail_parent_death_signal(SIGKILL))
        try step("not dumpable", cjail_not_dumpable())
    }

    private func buildJail() throws(JailFailure) {
        try step("hostname", cjail_set_hostname("jail"))
        try step("loopback", cjail_loopback_up())
        umask(0o022)
        try JailRoot.enter(image: spec.image, store: imageStore, limits: spec.limits)
        for file in spec.files { try JailRoot.place(file, from: descriptors[Int(file.descriptor)]) }
    }

    // MARK: Members

    /// One of the processes that the run is about.
    private struct Member {
        var isProgram: Bool
        var user: uid_t
        var folder: String
        var executable: JailSpec.Executable
        var arguments: [String]
        var environment: [String]
        /// Its ends of pipes, by the number that it has them at.
        var descriptors: [(target: UInt32, end: Int32)]
    }

    /// The program, and its examiner with the pipes between the two.
    private func makeMembers() throws(JailFailure) -> [Member] {
        var program = Member(
            isProgram: true,
            user: JailRoot.programID,
            folder: "/work",
            executable: spec.executable,
            arguments: spec.arguments,
            environment: spec.environment,
            descriptors: pipes
        )
        guard let wanted = spec.examiner else { return [program] }
        typealias Ends = JailSpec.Examiner
        let (calls, answers) = (try makePipe(), try makePipe())
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard nothing >= 0 else { throw JailFailure(stage: "open /dev/null", errno: errno) }
        program.descriptors = pipes.filter { $0.target <= 2 }
        program.descriptors += [(Ends.programCalls, calls.read), (Ends.programAnswers, answers.write)]
        let examiner = Member(
            isProgram: false,
            user: JailRoot.examinerID,
            folder: "/",
            executable: .path(wanted.executable),
            arguments: wanted.arguments,
            environment: wanted.environment,
            descriptors: [(0, nothing)] + pipes.filter { $0.target >= 1 }
                + [(Ends.answers, answers.read), (Ends.calls, calls.write)]
        )
        return [program, examiner]
    }

    private func makePipe() throws(JailFailure) -> (read: Int32, write: Int32) {
        do throws(SyscallError) {
            return try Descriptor.pipe()
        } catch {
            throw JailFailure(stage: "pipe", errno: error.errno)
        }
    }

    private func start(_ member: Member) throws(JailFailure) -> pid_t {
        let child = cjail_fork()
        guard child >= 0 else { throw JailFailure(stage: "fork", errno: Int32(-child)) }
        if child == 0 { become(member) }
        return pid_t(child)
    }

    /// A member's own process, up to the exec.
    ///
    /// The order matters: what needs a privilege comes before its loss.
    private func become(_ member: Member) -> Never {
        do throws(JailFailure) {
            guard setsid() >= 0 else { throw JailFailure(stage: "setsid", errno: errno) }
            guard chdir(member.folder) == 0 else { throw JailFailure(stage: "chdir \(member.folder)", errno: errno) }
            try placeDescriptors(of: member)
            try ResourceLimits.apply(spec.limits)
            try Privileges.dropBoundingSet()
            try step("become the member's user", cjail_set_ids(member.user, gid_t(member.user)))
            try Privileges.dropAllCapabilities()
            resetSignals()
            let arguments = CStringArray(member.arguments)
            let environment = CStringArray(member.environment)
            // The status pipe and a passed executable are close-on-exec above the member's own descriptors.
            let error: Int32
            switch member.executable {
            case .path(let path):
                execve(path, arguments.pointers, environment.pointers)
                error = errno
            case .descriptor:
                error = -cjail_exec_descriptor(Self.executableSlot, arguments.pointers, environment.pointers)
            }
            guard member.isProgram else { throw JailFailure(stage: "start examiner", errno: error) }
            send(.ended(.notExecuted(error), .notAsked, at: monotonicMicroseconds()), on: Self.statusSlot)
        } catch {
            // Whether the descriptors have been moved yet is not known: one of the two is the status pipe.
            send(.failure(error), on: Self.statusSlot)
            send(.failure(error))
        }
        _exit(127)
    }

    // MARK: Supervision

    /// Reaps what ends, and has refused what the filter tells of, until all members have ended.
    private func supervise(
        _ members: [pid_t: Member],
        ended: Int32,
        denied: Int32
    ) throws(JailFailure) -> Never {
        var running = members
        var ending = JailReport.Ending.signaled(SIGKILL)
        var refusals = Refusals(listener: denied)
        while !running.isEmpty {
            var polls = [
                pollfd(fd: ended, events: Int16(POLLIN), revents: 0),
                pollfd(fd: denied, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&polls, 2, -1) < 0 && errno != EINTR { throw JailFailure(stage: "poll", errno: errno) }
            if polls[1].revents != 0, let told = refusals.refuseNext() {
                send(.denied(call: told.call, count: told.count))
            }
            if polls[0].revents == 0 { continue }
            // What the signal says is of no interest: several may have come as one.
            var notice = [UInt8](repeating: 0, count: 128)
            _ = read(ended, &notice, notice.count)
            while true {
                var exited = false
                var code: Int32 = 0
                let pid = cjail_wait(-1, true, &exited, &code)
                if pid == 0 || pid == -ECHILD { break }
                if pid < 0 { throw JailFailure(stage: "wait for program", errno: -pid) }
                if running.removeValue(forKey: pid)?.isProgram == true {
                    ending = exited ? .exited(code) : .signaled(code)
                }
            }
        }
        let time = monotonicMicroseconds()
        var outcome = JailReport.ArtefactOutcome.notAsked
        if let artefact = spec.artefact {
            outcome = JailRoot.collect(artefact, to: descriptors[Int(artefact.descriptor)])
        }
        send(.ended(ending, outcome, at: time))
        _exit(0)
    }

    private static let statusSlot = Int32(JailSpec.maximumTarget) + 1
    private static let executableSlot = statusSlot + 1

    /// Moves the pipes to the numbers asked for, and closes all else.
    private func placeDescriptors(of member: Member) throws(JailFailure) {
        // First out of the way of all targets, then down to them.
        let base = Self.executableSlot + 1
        func raise(_ fd: Int32) throws(JailFailure) -> Int32 {
            let raised = fcntl(fd, F_DUPFD_CLOEXEC, base)
            guard raised >= 0 else { throw JailFailure(stage: "dup", errno: errno) }
            return raised
        }
        func place(_ fd: Int32, at target: Int32, closeOnExec: Bool) throws(JailFailure) {
            guard dup2(fd, target) == target, !closeOnExec || fcntl(target, F_SETFD, FD_CLOEXEC) == 0 else {
                throw JailFailure(stage: "dup2", errno: errno)
            }
        }
        let raisedStatus = try raise(status)
        var raisedPipes: [(UInt32, Int32)] = []
        for pipe in member.descriptors { raisedPipes.append((pipe.target, try raise(pipe.end))) }
        var raisedExecutable: Int32?
        if case .descriptor(let index) = member.executable { raisedExecutable = try raise(descriptors[Int(index)]) }

        try step("close_range", cjail_close_range(0, UInt32(Self.executableSlot), false))
        for (target, end) in raisedPipes { try place(end, at: Int32(target), closeOnExec: false) }
        try place(raisedStatus, at: Self.statusSlot, closeOnExec: true)
        if let raisedExecutable { try place(raisedExecutable, at: Self.executableSlot, closeOnExec: true) }
        try step("close_range", cjail_close_range(UInt32(base), .max, false))
    }

    /// Default actions and an empty mask: both survive an exec where the jailer had changed them.
    private func resetSignals() {
        for number in 1..<Int32(65) where number != SIGKILL && number != SIGSTOP { signal(number, SIG_DFL) }
        var empty = sigset_t()
        sigemptyset(&empty)
        sigprocmask(SIG_SETMASK, &empty, nil)
    }

    private func send(_ message: InitMessage, on descriptor: Int32? = nil) {
        let message = message.encoded()
        // A pipe keeps no bounds of messages: each is led by its length, and one write(2) of less than PIPE_BUF is whole.
        let bytes = [UInt8(truncatingIfNeeded: message.count), UInt8(message.count >> 8)] + message
        // The jailer that reads this may be gone; there is nobody else to tell.
        _ = write(descriptor ?? status, bytes, bytes.count)
    }
}

/// The calls that the filter tells of: each is refused, and counted by its number.
private struct Refusals {
    var listener: Int32
    private var counts: [Int32: UInt64] = [:]

    init(listener: Int32) { self.listener = listener }

    /// Refuses the next call; answers with it where it is worth telling: the first of its number, the second, the
    /// fourth and so on, so that a flood of them is none of messages.
    mutating func refuseNext() -> (call: Int32, count: UInt64)? {
        var id: UInt64 = 0
        var call: Int32 = 0
        // Its process may be gone by now, which is no error of ours.
        guard cjail_seccomp_next(listener, &id, &call) == 0 else { return nil }
        _ = cjail_seccomp_refuse(listener, id, SeccompFilter.refusal(of: call))
        let count = counts[call, default: 0] + 1
        counts[call] = count
        return count.nonzeroBitCount == 1 ? (call, count) : nil
    }
}
