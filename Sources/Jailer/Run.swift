import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// One run from the jailer's side: hands it to a jail, moves its bytes, watches its limits, ends it.
final class Run {
    /// A file that is moved through a pipe.
    private struct Stream {
        var target: UInt32
        var pipe: Int32
        var file: Int32
        var offset: Int64 = 0
        var cap: Int64 = .max
        var isTruncated = false
        var isOpen = true
    }

    private let spec: JailSpec
    private let connection: Int32
    private let jail: Jail
    private let isWarm: Bool
    private let hasForks: Bool
    /// Whether servers fork in the course of it.
    private let forksNow: Bool
    /// Whether the init has said that all processes are on their way.
    private var isStarting = false
    /// Whether the program itself says that it begins, on standby or as a fork, and whether it has.
    private let tellsBegin: Bool
    private var hasBegun = false
    private var hasCrashed = false
    private var inputs: [Stream]
    private var outputs: [Stream]
    private static let processors = UInt64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    private var ending: JailReport.Ending?
    /// Set where a process on standby could not execute the program.
    private var refusal: JailReport.Ending?
    private var deniedCalls: [Int32: UInt64] = [:]
    private var artefact = JailReport.ArtefactOutcome.notAsked
    private var failure: JailFailure?
    private var kill: JailReport.Kill?
    private var hasEnded = false
    /// Whether the init may still say something.
    private var isInitTalking = true
    /// When the limits are to be looked at next, on the monotonic clock, in microseconds.
    private var nextCheck: UInt64 = 0
    /// Until when outputs are left in their pipes, likewise.
    private var nextDrain: UInt64
    /// Whether the init said that nobody but itself is left in the jail.
    private var isAlone = false
    /// When the jail was killed, or its init said that the program ended.
    private var doomed: UInt64?
    private var started: UInt64?
    private var ended: UInt64?
    /// CPU time of building the jail, which is not the program's.
    private var buildingCPU: UInt64 = 0
    /// Whether something may be left of it in the jail's network namespace.
    private(set) var usesNetwork = false

    /// A program that has not started after this time is a fault of the host: 20 s, in microseconds.
    private static let setupLimit: UInt64 = 20_000_000
    /// A jail whose processes are not gone this long after their end was due has one that cannot die: 10 s, in
    /// milliseconds.
    static let teardownLimit: Int32 = 10_000
    /// At least this often the accounts are read: 50 ms, in microseconds.
    private static let longestPause: UInt64 = 50_000
    /// So long outputs are left in their pipes, 2 ms, in microseconds, at the start and where there was little in them: to be
    /// woken for each line, and for each pipe that is closed, costs more than the rest of a short test's watching.
    private static let drainPause: UInt64 = 2000
    /// A program that wrote this much, in bytes, may fill its pipes sooner (64 KiB each, or 8; pipe(7)).
    private static let longOutput: Int64 = 4 << 10

    /// Warm fork servers of a run, by their channels.
    struct Servers {
        var program: Int32?
        var examiner: Int32?
    }

    /// Hands a run to the jail.
    ///
    /// Closes of `descriptors` those that are links, and no other.
    init(
        _ spec: JailSpec,
        descriptors: [Int32],
        in jail: Jail,
        servers: Servers,
        pipes: RunPipes,
        connection: Int32
    ) throws(SyscallError) {
        self.spec = spec
        self.connection = connection
        self.jail = jail
        isWarm = servers.program != nil && (spec.examiner == nil || servers.examiner != nil)
        var theirs: [(target: UInt32, end: Int32)] = []
        var inputs: [Stream] = []
        var outputs: [Stream] = []
        // Whatever fails below, the slot ends after it: open pipes go with the process.
        for input in spec.inputs {
            let (read, write) = try pipes.takeInput()
            inputs.append(
                Stream(target: input.target, pipe: write, file: descriptors[Int(input.descriptor)])
            )
            theirs.append((input.target, read))
        }
        for output in spec.outputs {
            let (read, write) = try pipes.takeOutput()
            outputs.append(
                Stream(
                    target: output.target,
                    pipe: read,
                    file: descriptors[Int(output.descriptor)],
                    cap: Int64(clamping: output.capBytes)
                )
            )
            theirs.append((output.target, write))
        }
        // Closed below with the others: what is open here would keep the other side from seeing the program's end.
        for link in spec.links { theirs.append((link.target, descriptors[Int(link.descriptor)])) }
        self.inputs = inputs
        self.outputs = outputs
        hasForks = servers.program != nil || servers.examiner != nil
        let isProgramThere = jail.standby != .none
        forksNow = servers.examiner != nil || (servers.program != nil && !isProgramThere)
        tellsBegin = isProgramThere || servers.program != nil
        nextDrain = monotonicMicroseconds() + Self.drainPause
        let message: [UInt8]
        let passed: [Int32]
        if jail.standby == .executing {
            let order = MemberOrder(toExecute: spec, pipes: theirs, passed: descriptors)
            (message, passed) = (order.message, order.descriptors)
        } else {
            let request = InitRequest(
                pipes: theirs.map(\.target),
                isProgramForked: servers.program != nil,
                isExaminerForked: servers.examiner != nil,
                hasGroup: hasForks && jail.group != nil,
                spec: spec
            )
            message = request.encoded()
            passed =
                theirs.map(\.end)
                + [servers.program, servers.examiner, hasForks ? jail.group : nil].compactMap(\.self) + descriptors
        }
        try check(cjail_send(jail.socket, message, message.count, passed, passed.count), "send to jail")
        for end in theirs.map(\.end) { close(end) }
        // What is short is in its pipe before the program starts.
        for index in self.inputs.indices where feed(index) { feed(index) }
    }

    deinit {
        for stream in inputs + outputs where stream.isOpen { close(stream.pipe) }
    }

    /// Whether all is known of the run, and nothing left of it but the init, which is about to end.
    var isOver: Bool { isAlone && kill == nil && failure == nil && !outputs.contains { $0.isOpen } }

    /// Watches until nothing of the run is left, then says what came of it.
    func complete(in group: any Cgroup) throws(SyscallError) -> JailerMessage {
        let began = monotonicMicroseconds()
        while !hasEnded && !isOver {
            let now = monotonicMicroseconds()
            // What is known is reported; the group is found to be in use after it, and the slot ends.
            if let doomed, now - doomed > UInt64(Self.teardownLimit) * 1000 { break }
            if now >= nextCheck || started == nil {
                nextCheck = now + (try checkLimits(in: group, now: now, began: began))
            }
            try wait(from: now, in: group)
        }
        try readMessages(in: group)
        drainAll()
        return try outcome(in: group)
    }

    // MARK: Limits

    /// Ends a run that is over a limit; answers how long nothing can be over one, in microseconds: no more CPU time than
    /// processors × wall time can go by.
    private func checkLimits(in group: any Cgroup, now: UInt64, began: UInt64) throws(SyscallError) -> UInt64 {
        guard kill == nil, failure == nil else { return Self.longestPause }
        if started == nil { try readMessages(in: group) }
        guard let started else {
            if now - began > Self.setupLimit { fail(JailFailure(stage: "set up jail", errno: ETIMEDOUT)) }
            return Self.longestPause
        }
        let usage = try group.usage()
        let (used, elapsed, limits) = (cpuTime(usage), now - min(now, started), spec.limits)
        if usage.oomKills > 0 {
            end(because: .memory)
        } else if used > limits.cpuMicroseconds {
            end(because: .cpuTime)
        } else if elapsed > limits.wallMicroseconds {
            end(because: .wallTime)
        } else {
            let left = min((limits.cpuMicroseconds - used) / Self.processors, limits.wallMicroseconds - elapsed)
            return min(Self.longestPause, max(1000, left + 1))
        }
        return Self.longestPause
    }

    private func cpuTime(_ usage: CgroupUsage) -> UInt64 {
        usage.cpuMicroseconds - min(buildingCPU, usage.cpuMicroseconds)
    }

    private func end(because reason: JailReport.Kill) {
        kill = kill ?? reason
        killJail()
    }

    private func fail(_ reason: JailFailure) {
        failure = failure ?? reason
        killJail()
    }

    private func killJail() {
        doomed = doomed ?? monotonicMicroseconds()
        jail.kill()
    }

    // MARK: Events

    private func wait(from now: UInt64, in group: any Cgroup) throws(SyscallError) {
        var polls = [
            pollfd(fd: jail.pidfd, events: Int16(POLLIN), revents: 0),
            // That a program has started is not worth waking for; only of forks it must be known at once (see below). What
            // else the init says can wait for its last word, after which it closes the socket.
            pollfd(
                fd: isInitTalking ? jail.socket : -1,
                events: forksNow && !hasBegun ? Int16(POLLIN) : 0,
                revents: 0
            ),
            pollfd(fd: connection, events: Int16(POLLIN), revents: 0),
        ]
        let openInputs = inputs.indices.filter { inputs[$0].isOpen }
        let drains = now >= nextDrain
        let openOutputs = outputs.indices.filter { drains && outputs[$0].isOpen }
        for index in openInputs { polls.append(pollfd(fd: inputs[index].pipe, events: Int16(POLLOUT), revents: 0)) }
        for index in openOutputs { polls.append(pollfd(fd: outputs[index].pipe, events: Int16(POLLIN), revents: 0)) }
        let microseconds = (drains ? nextCheck : min(nextCheck, nextDrain)) - now
        let count = poll(&polls, nfds_t(polls.count), Int32((microseconds + 999) / 1000))
        if count < 0 {
            guard errno == EINTR else { throw SyscallError("poll", errno: errno) }
            return
        }
        if polls[1].revents != 0 { try readMessages(in: group) }
        if polls[1].revents & Int16(POLLHUP) != 0 { isInitTalking = false }
        if polls[2].revents != 0 { readConnection() }
        for (place, index) in openInputs.enumerated() where polls[3 + place].revents != 0 { feed(index) }
        let filled = zip(openOutputs, polls.dropFirst(3 + openInputs.count)).filter { $1.revents != 0 }.map(\.0)
        if !filled.isEmpty {
            let before = outputs.reduce(0) { $0 + $1.offset }
            for index in filled { drain(index) }
            let isShort = outputs.reduce(-before) { $0 + $1.offset } < Self.longOutput
            if isShort { nextDrain = monotonicMicroseconds() + Self.drainPause }
        }
        // What is in the pipes is all that there will be.
        if isAlone { drainAll() }
        if polls[0].revents != 0 { hasEnded = true }
    }

    private func readMessages(in group: any Cgroup) throws(SyscallError) {
        // The end is its last word.
        while ending == nil {
            let message: InitMessage?
            do throws(JailFailure) {
                message = try jail.receive(within: 0)
            } catch {
                if error.errno == ETIMEDOUT { return }
                return fail(error)
            }
            switch message {
            case nil, .ready?: return
            case .starting(let cpu, let time)?:
                isStarting = true
                begin(at: hasBegun ? started ?? time : time, cpu)
            case .began(0, _, let cpu, let time)?:
                begin(at: time, cpu)
                hasBegun = true
                if forksNow {
                    // A fork's beginning is others' work as well, in the same group: all but what can be its own since.
                    let since = monotonicMicroseconds() - time
                    let all = try group.usage().cpuMicroseconds
                    buildingCPU = max(buildingCPU, all - min(all, since))
                }
            case .began(let error, "", let cpu, let time)?:
                begin(at: time, cpu)
                refusal = .notExecuted(error)
            case .began(let error, let step, _, _)?: failure = failure ?? JailFailure(stage: step, errno: error)
            case .ended(let how, let copied, let time, let isAlone, let hasCrashed)?:
                ending = refusal ?? how
                self.isAlone = isAlone
                self.hasCrashed = hasCrashed
                ended = time
                doomed = doomed ?? time
                artefact = copied
            case .denied(let call, let count)?: deniedCalls[call] = count
            case .usesNetwork?: usesNetwork = true
            case .failure(let reason)?: failure = failure ?? reason
            }
        }
    }

    /// `cpu` of the jail's own went by until this time.
    private func begin(at time: UInt64, _ cpu: UInt64) {
        started = time
        buildingCPU += cpu
    }

    /// Whether it ended while servers forked for it, as far as is known: their locks may be taken still, since what was
    /// killed shared their memory.
    var hasEndedInFork: Bool { forksNow && !isStarting }

    /// A command, or the end of the service: both end the run.
    private func readConnection() {
        var byte: UInt8 = 0
        var none: Int32 = -1
        var count = 0
        let length = cjail_receive(connection, &byte, 1, &none, &count, true)
        if length == -Int(EAGAIN) { return }
        end(because: .cancelled)
    }

    /// Answers whether there may be more to feed.
    @discardableResult
    private func feed(_ index: Int) -> Bool {
        let moved = cjail_splice(inputs[index].file, &inputs[index].offset, inputs[index].pipe, nil, 1 << 20)
        // 0: all of it is in the pipe. Otherwise: nobody reads any more, which is no error.
        if moved > 0 || moved == -Int(EAGAIN) || moved == -Int(EINTR) { return true }
        inputs[index].isOpen = false
        close(inputs[index].pipe)
        return false
    }

    private func drainAll() {
        for index in outputs.indices where outputs[index].isOpen { drain(index) }
    }

    private func drain(_ index: Int) {
        while outputs[index].isOpen {
            let room = outputs[index].cap - outputs[index].offset
            if room == 0 {
                var byte: UInt8 = 0
                let count = read(outputs[index].pipe, &byte, 1)
                if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
                if count == 1 {
                    outputs[index].isTruncated = true
                    end(because: .output)
                }
                return closeOutput(index)
            }
            let moved = cjail_splice(
                outputs[index].pipe,
                nil,
                outputs[index].file,
                &outputs[index].offset,
                Int(min(room, 1 << 20))
            )
            if moved == -Int(EAGAIN) || moved == -Int(EINTR) { return }
            if moved < 0 { fail(JailFailure(stage: "drain output \(outputs[index].target)", errno: Int32(-moved))) }
            if moved <= 0 { return closeOutput(index) }
        }
    }

    private func closeOutput(_ index: Int) {
        outputs[index].isOpen = false
        close(outputs[index].pipe)
    }

    // MARK: End

    private func outcome(in group: any Cgroup) throws(SyscallError) -> JailerMessage {
        let usage = try group.usage()
        let isOutOfMemory = usage.oomKills > 0
        // A limit that is too tight for the start is the run's own, and what a fork does before its init says that it has
        // started is too.
        if let failure, !isOutOfMemory { return .failure(failure) }
        let now = ended ?? monotonicMicroseconds()
        guard let started = started ?? (isOutOfMemory || kill != nil ? now : nil) else {
            return .failure(JailFailure(stage: "set up jail", errno: 0, detail: "the init ended without a word"))
        }
        if ending == nil {
            // Killed with everything else, by us or by the kernel for memory; any other end of the init is a fault.
            guard kill != nil || isOutOfMemory else {
                return .failure(JailFailure(stage: "run", errno: 0, detail: "the jail's init ended without a word"))
            }
            ending = .signaled(SIGKILL)
        }
        guard hasBegun || !tellsBegin || kill != nil || isOutOfMemory else {
            return .failure(JailFailure(stage: "run", errno: 0, detail: "the program never began"))
        }
        return .report(
            JailReport(
                ending: ending ?? .signaled(SIGKILL),
                kill: kill,
                cpuMicroseconds: cpuTime(usage),
                wallMicroseconds: now - min(now, started),
                memoryPeakBytes: try group.memoryPeak(),
                oomKills: usage.oomKills,
                outputs: outputs.map {
                    .init(target: $0.target, bytes: UInt64($0.offset), isTruncated: $0.isTruncated)
                },
                artefact: artefact,
                deniedCalls: deniedCalls.sorted { $0.key < $1.key }.map {
                    .init(name: SeccompFilter.name(of: $0.key), count: $0.value)
                },
                isWarm: isWarm,
                hasForkCrashed: hasForks && hasCrashed
            )
        )
    }
}
