import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// The processes that a run is about: the program, and its examiner with the pipes between the two.
///
/// Lives in the jail's init. Each is executed, or forked by a warm interpreter; both become members by the same steps
/// (`member.h`).
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
        /// Set where the program could not be executed.
        var refusal: JailReport.Ending?
    }

    /// The program, where a fork stands in the jail for it already.
    struct StandingFork {
        var member: ForkedMember
        var pid: pid_t
        /// Where its filter tells of calls.
        var listener: Int32
    }

    private struct Member {
        var role: Role
        var identity: member_identity
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
    private let setting: ForkedMember.Setting
    /// Where forks say that they begin.
    private let socket: Int32
    private let standby: StandingFork?

    /// `own` are the descriptors of the request's own, in its order, `passed` those that its spec indexes, `namespaces`
    /// the jail's, in the order of `Namespaces.entered`.
    init(
        request: InitRequest,
        own: [Int32],
        passed: [Int32],
        namespaces: [Int32],
        filter: SeccompFilter,
        socket: Int32,
        standby: StandingFork?
    ) {
        self.request = request
        self.passed = passed
        self.socket = socket
        self.standby = standby
        pipes = Array(zip(request.pipes, own))
        var others = own.dropFirst(request.pipes.count)
        programServer = request.isProgramForked ? others.popFirst() : nil
        examinerServer = request.isExaminerForked ? others.popFirst() : nil
        let group = request.hasGroup ? others.popFirst() : nil
        setting = ForkedMember.Setting(namespaces: namespaces, group: group, filter: filter)
    }

    /// Starts all of them.
    func start() throws(JailFailure) -> Started {
        var started = Started()
        let (members, inner) = try makeMembers()
        // The examiner's forker and the program's may be one process: all are asked before one is waited for.
        var forks: [(role: Role, member: ForkedMember)] = []
        for member in members {
            if member.role == .program, let standby {
                try standby.member.send(try order(for: member))
                standby.member.close()
                started.running[standby.pid] = .program
                started.listeners.append(standby.listener)
            } else if let server = member.server {
                let fork = try ForkedMember(of: server, as: member.identity, setting)
                try fork.send(try order(for: member))
                forks.append((member.role, fork))
            } else {
                let (pid, refusal) = try execute(member)
                started.running[pid] = member.role
                started.refusal = started.refusal ?? refusal
            }
        }
        for descriptor in inner { close(descriptor) }
        for (role, fork) in forks {
            let (pid, listener) = try fork.waitUntilInside()
            fork.close()
            started.running[pid] = role
            started.listeners.append(listener)
        }
        return started
    }

    /// Makes ready for all of them, and starts none.
    func rehearse(forks: Bool) throws(JailFailure) {
        let (members, inner) = try makeMembers()
        for member in members {
            _ = equipment(of: member)
            _ = (CStringArray(member.arguments), CStringArray(member.environment))
            if forks {
                _ = try ForkedMember.request(as: member.identity, channel: -1, setting)
                _ = try order(for: member)
            }
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
            identity: .program,
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
            identity: member_identity(user: JailRoot.examinerID, folder: "/"),
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
        var (identity, equipment) = (member.identity, equipment(of: member))
        let arguments = CStringArray(member.arguments)
        let environment = CStringArray(member.environment)
        var failure = member_failure()
        func start(_ path: String?, _ file: Int32) -> pid_t {
            cjail_start_member(
                &identity,
                &equipment,
                path,
                file,
                arguments.pointers,
                environment.pointers,
                &failure
            )
        }
        let pid =
            switch member.executable {
            case .path(let path): start(path, -1)
            // A server that is not up.
            case .fork(let server): start(server.executable, -1)
            case .descriptor(let index): start(nil, passed[Int(index)])
            }
        guard pid > 0 else { throw JailFailure(stage: "clone", errno: -pid) }
        guard failure.error != 0 else { return (pid, nil) }
        if let step = failure.name { throw JailFailure(stage: String(cString: step), errno: failure.error) }
        guard member.role == .program else { throw JailFailure(stage: "start examiner", errno: failure.error) }
        return (pid, .notExecuted(failure.error))
    }

    // MARK: What they get

    private func equipment(of member: Member) -> member_equipment {
        member_equipment(limits: request.spec.limits, descriptors: member.descriptors) { $0 }
    }

    /// Of the program alone it counts when it begins.
    private func order(for member: Member) throws(JailFailure) -> MemberOrder {
        try MemberOrder(
            toForkWith: member.arguments,
            limits: request.spec.limits,
            descriptors: member.descriptors,
            report: member.role == .program ? socket : nil
        )
    }
}
