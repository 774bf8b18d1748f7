import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// The processes that a run is about: the program, and its examiner with the pipes between the two.
///
/// Lives in the jail's init. Each is executed, or forked by a warm interpreter; both become members by `member_become`.
struct JailMembers {
    enum Role {
        case program
        case examiner
    }

    /// What is known once all of them are on their way.
    struct Started {
        var running: [pid_t: Role] = [:]
        /// Where the filters of forks tell of calls.
        var listeners: [Int32] = []
        /// CPU time that forks took to become the program, in microseconds.
        var cpuMicroseconds: UInt64 = 0
        /// When the program's fork became the program, on the monotonic clock, in microseconds.
        var time: UInt64?
        /// Set where the program could not be executed.
        var refusal: JailReport.Ending?
    }

    private struct Member {
        var role: Role
        var user: uid_t
        var folder: String
        var executable: JailSpec.Executable
        /// The fork server's channel.
        var server: Int32?
        var arguments: [String]
        var environment: [String]
        /// Its ends of pipes, by the number that it has them at.
        var descriptors: [(target: UInt32, end: Int32)]
    }

    private let request: InitRequest
    private let passed: [Int32]
    private let pipes: [(target: UInt32, end: Int32)]
    private let programServer: Int32?
    private let examinerServer: Int32?
    private let group: Int32?
    private let namespaces: [Int32]
    private let filter: SeccompFilter

    /// `own` are the descriptors of the request's own, in its order, `passed` those that its spec indexes, `namespaces`
    /// the jail's, in the order of `Namespaces.entered`.
    init(request: InitRequest, own: [Int32], passed: [Int32], namespaces: [Int32], filter: SeccompFilter) {
        self.request = request
        self.passed = passed
        self.namespaces = namespaces
        self.filter = filter
        pipes = Array(zip(request.pipes, own))
        var others = own.dropFirst(request.pipes.count)
        programServer = request.isProgramForked ? others.popFirst() : nil
        examinerServer = request.isExaminerForked ? others.popFirst() : nil
        group = request.hasGroup ? others.popFirst() : nil
    }

    /// Starts all of them.
    func start() throws(JailFailure) -> Started {
        var started = Started()
        let (members, inner) = try makeMembers()
        // Whoever is forked says so itself; the examiner's forker and the program's may be one process.
        var reports: [(Role, Int32)] = []
        for member in members {
            if let server = member.server {
                reports.append((member.role, try askFork(member, of: server)))
            } else {
                let (pid, refusal) = try execute(member)
                started.running[pid] = member.role
                started.refusal = started.refusal ?? refusal
            }
        }
        for descriptor in inner { close(descriptor) }
        for (role, socket) in reports {
            let (report, listener) = try receiveReport(socket)
            close(socket)
            started.running[report.pid] = role
            started.listeners.append(listener)
            started.cpuMicroseconds += report.cpu_microseconds
            if role == .program { started.time = report.time_microseconds }
        }
        return started
    }

    /// Makes ready for all of them, and starts none.
    func rehearse(forks: Bool) throws(JailFailure) {
        let (members, inner) = try makeMembers()
        for member in members {
            _ = identity(of: member) { $0 }
            _ = (CStringArray(member.arguments), CStringArray(member.environment))
            if forks { _ = try forkRequest(for: member, report: -1) }
        }
        for descriptor in inner { close(descriptor) }
        var started = Started()
        started.running[0] = .program
        started.running.removeValue(forKey: 0)
    }

    private func makeMembers() throws(JailFailure) -> (members: [Member], innerDescriptors: [Int32]) {
        let spec = request.spec
        var program = Member(
            role: .program,
            user: JailRoot.programID,
            folder: JailRoot.programFolder,
            executable: spec.executable,
            server: programServer,
            arguments: spec.arguments,
            environment: spec.environment,
            descriptors: pipes
        )
        guard let wanted = spec.examiner else { return ([program], []) }
        typealias Ends = JailSpec.Examiner
        let (calls, answers) = (try makePipe(), try makePipe())
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard nothing >= 0 else { throw JailFailure(stage: "open /dev/null", errno: errno) }
        program.descriptors = pipes.filter { $0.target <= 2 }
        program.descriptors += [(Ends.programCalls, calls.read), (Ends.programAnswers, answers.write)]
        let examiner = Member(
            role: .examiner,
            user: JailRoot.examinerID,
            folder: "/",
            executable: wanted.executable,
            server: examinerServer,
            arguments: wanted.arguments,
            environment: wanted.environment,
            descriptors: [(0, nothing)] + pipes.filter { $0.target >= 1 }
                + [(Ends.answers, answers.read), (Ends.calls, calls.write)]
        )
        return ([program, examiner], [calls.read, calls.write, answers.read, answers.write, nothing])
    }

    private func makePipe() throws(JailFailure) -> (read: Int32, write: Int32) {
        do throws(SyscallError) {
            return try Descriptor.pipe()
        } catch {
            throw JailFailure(stage: "pipe", errno: error.errno)
        }
    }

    // MARK: Executing

    private func execute(_ member: Member) throws(JailFailure) -> (pid: pid_t, refusal: JailReport.Ending?) {
        var identity = self.identity(of: member) { $0 }
        let arguments = CStringArray(member.arguments)
        let environment = CStringArray(member.environment)
        var failure = member_failure()
        let pid: pid_t
        switch member.executable {
        case .path(let path):
            pid = cjail_start_member(&identity, path, -1, arguments.pointers, environment.pointers, &failure)
        // A server that is not up.
        case .fork(let server):
            pid = cjail_start_member(
                &identity,
                server.executable,
                -1,
                arguments.pointers,
                environment.pointers,
                &failure
            )
        case .descriptor(let index):
            let file = passed[Int(index)]
            pid = cjail_start_member(&identity, nil, file, arguments.pointers, environment.pointers, &failure)
        }
        guard pid > 0 else { throw JailFailure(stage: "clone", errno: -pid) }
        guard failure.error != 0 else { return (pid, nil) }
        if let step = failure.name { throw JailFailure(stage: String(cString: step), errno: failure.error) }
        guard member.role == .program else { throw JailFailure(stage: "start examiner", errno: failure.error) }
        return (pid, .notExecuted(failure.error))
    }

    // MARK: Forking

    /// Asks a fork server for the member; answers the socket on which the fork will report.
    private func askFork(_ member: Member, of server: Int32) throws(JailFailure) -> Int32 {
        let sockets: (Int32, Int32)
        do throws(SyscallError) {
            sockets = try Descriptor.socketPair(messageSize: 1024)
        } catch {
            throw JailFailure(stage: "socketpair", errno: error.errno)
        }
        let (message, descriptors) = try forkRequest(for: member, report: sockets.1)
        let sent = cjail_send(server, message, message.count, descriptors, descriptors.count)
        close(sockets.1)
        guard sent == message.count else {
            close(sockets.0)
            throw JailFailure(stage: Self.serverStage, errno: Int32(-min(0, sent)))
        }
        return sockets.0
    }

    /// What asks for it, with the descriptors that go along.
    private func forkRequest(
        for member: Member,
        report: Int32
    ) throws(JailFailure) -> (message: [UInt8], descriptors: [Int32]) {
        var descriptors = [report] + namespaces
        var fork = fork_request()
        fork.report = 0
        fork.namespace_count = UInt32(namespaces.count)
        withUnsafeMutableBytes(of: &fork.namespaces) { bytes in
            let places = bytes.bindMemory(to: Int32.self)
            for index in namespaces.indices { places[index] = Int32(1 + index) }
        }
        fork.group = -1
        if let group {
            fork.group = Int32(descriptors.count)
            descriptors.append(group)
        }
        fork.identity = identity(of: member) { end in
            descriptors.append(end)
            return Int32(descriptors.count - 1)
        }
        let arguments = member.arguments.flatMap { Array($0.utf8) + [UInt8(0)] }
        guard arguments.count <= FORK_MAX_ARGUMENTS, filter.instructions.count <= 8 * FORK_MAX_FILTER else {
            throw JailFailure(stage: "ask for a fork", errno: E2BIG)
        }
        fork.filter_length = UInt32(filter.instructions.count / 8)
        fork.arguments_size = UInt32(arguments.count)
        var message = withUnsafeBytes(of: fork) { Array($0) }
        message += filter.instructions
        message += arguments
        return (message, descriptors)
    }

    /// The stage of a failure that means that a fork server is of no use any more.
    static let serverStage = "fork server"

    private func receiveReport(_ socket: Int32) throws(JailFailure) -> (fork_report, listener: Int32) {
        var report = fork_report()
        var listener: Int32 = -1
        var count = 1
        let length = withUnsafeMutableBytes(of: &report) { bytes in
            bytes.baseAddress.map { cjail_receive(socket, $0, bytes.count, &listener, &count, false) } ?? 0
        }
        guard length == MemoryLayout<fork_report>.size else {
            throw JailFailure(stage: Self.serverStage, errno: length < 0 ? Int32(-length) : EPIPE)
        }
        guard report.error == 0, count == 1 else {
            let step = withUnsafeBytes(of: report.step) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw JailFailure(stage: Self.serverStage, errno: report.error, detail: step)
        }
        return (report, listener)
    }

    /// `place` answers what stands for one of its descriptors.
    private func identity(of member: Member, _ place: (Int32) -> Int32) -> member_identity {
        member_identity(
            user: member.user,
            folder: member.folder,
            limits: request.spec.limits,
            descriptors: member.descriptors,
            place
        )
    }
}
