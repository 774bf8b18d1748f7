import CJail
import CSeccomp
import Glibc
import JailProtocol
import LinuxSystem

/// A list of the system calls that a process may make, compiled once for all processes that load it.
///
/// See seccomp(2). The calls' numbers are libseccomp's.
struct SeccompFilter: Sendable {
    /// The program for the kernel: `struct sock_filter`, 8 bytes each.
    let instructions: [UInt8]

    private init(otherwise: UInt32, _ addRules: (inout FilterAssembler) throws(JailFailure) -> Void) throws(JailFailure)
    {
        // Another architecture's calls (32-bit, x32) have numbers of their own: no list speaks of them.
        var assembler = FilterAssembler(
            architecture: seccomp_arch_native(),
            foreign: cseccomp_action_kill_process(),
            otherwise: otherwise
        )
        try addRules(&assembler)
        instructions = try assembler.assemble()
    }

    private static let unknown = cseccomp_action_errno(UInt16(ENOSYS))

    /// What a program in a jail may do.
    ///
    /// What is not named answers ENOSYS, so that libraries fall back to older calls. What no ordinary program does is
    /// told to the jail's init, which has it refused (`refusal`) and takes note.
    static func program() throws(JailFailure) -> SeccompFilter {
        try SeccompFilter(otherwise: unknown) { rules throws(JailFailure) in
            try add(SystemCalls.allowed, cseccomp_action_allow(), to: &rules)
            try add(SystemCalls.refused, cseccomp_action_notify(), to: &rules)
            try addConditions(to: &rules)
        }
    }

    /// What the init may do once the program runs; loaded on top of the program's.
    static func initProcess() throws(JailFailure) -> SeccompFilter {
        try SeccompFilter(otherwise: unknown) { rules throws(JailFailure) in
            try add(SystemCalls.initProcess, cseccomp_action_allow(), to: &rules)
        }
    }

    /// What keeper, slots, templates and fork servers may do, and so the most that anything in a jail may.
    ///
    /// What is not named answers ENOSYS by way of SECCOMP_RET_TRACE: an error number would come before the
    /// notifications of the program's own filter, which is loaded later. Nothing traces these processes.
    static func jailer() throws(JailFailure) -> SeccompFilter {
        try SeccompFilter(otherwise: cseccomp_action_trace()) { rules throws(JailFailure) in
            try add(SystemCalls.allowed + SystemCalls.jailer, cseccomp_action_allow(), to: &rules)
        }
    }

    /// The error number of a call that is told to the init.
    static func refusal(of call: Int32) -> Int32 {
        // As where the kernel lacks them: these are allowed with other arguments.
        [try? number("clone"), try? number("socket")].contains(call) ? ENOSYS : EPERM
    }

    /// Whether a call that the init is told of is an ordinary one, which may leave something in the network namespace.
    static func isInternetSocket(_ call: Int32, _ domain: UInt64) -> Bool {
        call == (try? number("socket")) && SystemCalls.internetDomains.contains(Int32(truncatingIfNeeded: domain))
    }

    /// A call's name, as in syscalls(2).
    static func name(of call: Int32) -> String {
        guard let name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), call) else { return "\(call)" }
        defer { free(name) }
        return String(cString: name)
    }

    private static func add(
        _ names: [String],
        _ action: UInt32,
        to rules: inout FilterAssembler
    ) throws(JailFailure) {
        for name in names { try rules.add(UInt32(try number(name)), [.init(matches: [], action: action)]) }
    }

    /// Calls that are allowed with some arguments only.
    ///
    /// Their low 32 bits count, which is what the kernel reads.
    private static func addConditions(to rules: inout FilterAssembler) throws(JailFailure) {
        let (allow, notify) = (cseccomp_action_allow(), cseccomp_action_notify())
        func add(_ name: String, _ cases: [FilterAssembler.Case]) throws(JailFailure) {
            try rules.add(UInt32(try number(name)), cases)
        }
        func first(_ value: UInt32) -> FilterAssembler.Match { .init(argument: 0, value: value) }
        // No new namespace of any kind. clone3(2) passes its flags in memory, where no filter can look: ENOSYS.
        let noNamespace = FilterAssembler.Match(argument: 0, mask: SystemCalls.namespaceFlags, value: 0)
        try add("clone", [.init(matches: [noNamespace], action: allow), .init(matches: [], action: notify)])
        // Those of the internet are made, once the init has taken note: `Refusals`.
        let told = SystemCalls.internetDomains + SystemCalls.suspiciousDomains
        // NETLINK_ROUTE alone: getifaddrs(3) asks it.
        let route = [first(UInt32(AF_NETLINK)), FilterAssembler.Match(argument: 2, value: 0)]
        try add(
            "socket",
            [.init(matches: [first(UInt32(AF_UNIX))], action: allow), .init(matches: route, action: allow)]
                + told.map { .init(matches: [first(UInt32($0))], action: notify) }
        )
        try add("socketpair", [.init(matches: [first(UInt32(AF_UNIX))], action: allow)])
        // Reading the execution domain, and Linux with or without a fixed layout of the address space.
        try add("personality", [0, 0x0004_0000, 0xffff_ffff].map { .init(matches: [first($0)], action: allow) })
    }

    private static func number(_ name: String) throws(JailFailure) -> Int32 {
        let number = seccomp_syscall_resolve_name(name)
        // -1 is "no such name"; other negative numbers are calls that this architecture lacks.
        guard number >= 0 else {
            throw JailFailure(stage: "seccomp", errno: ENOSYS, detail: "libseccomp does not know \(name)")
        }
        return number
    }

    /// Puts the calling process under the filter, for good.
    ///
    /// No new privileges must be set before.
    func load() -> Int32 {
        instructions.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return -EINVAL }
            return cjail_seccomp_load(base, bytes.count / 8)
        }
    }

    /// The same; the answer is the descriptor on which calls that are to be told of arrive.
    func loadNotifying() -> Int32 {
        instructions.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return -EINVAL }
            return cjail_seccomp_load_notifying(base, bytes.count / 8)
        }
    }
}

/// The filters of the jailer and its jails.
struct JailFilters: Sendable {
    var program: SeccompFilter
    var initProcess: SeccompFilter
    var jailer: SeccompFilter

    /// Compiles them: some milliseconds.
    init() throws(JailFailure) {
        program = try SeccompFilter.program()
        initProcess = try SeccompFilter.initProcess()
        jailer = try SeccompFilter.jailer()
    }
}
