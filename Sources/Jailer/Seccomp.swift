import CJail
import CSeccomp
import Glibc
import JailProtocol
import LinuxSystem

/// A list of the system calls that a process may make, compiled once for all processes that load it.
///
/// See seccomp(2) and seccomp_rule_add(3).
struct SeccompFilter: Sendable {
    /// The program for the kernel: `struct sock_filter`, 8 bytes each.
    let instructions: [UInt8]

    private init(
        otherwise action: UInt32,
        _ addRules: (scmp_filter_ctx) throws(JailFailure) -> Void
    ) throws(JailFailure) {
        guard let context = seccomp_init(action) else { throw JailFailure(stage: "seccomp_init", errno: ENOMEM) }
        defer { seccomp_release(context) }
        // Another architecture's calls (32-bit, x32) have numbers of their own: no list speaks of them.
        let kill = cseccomp_action_kill_process()
        try Self.check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, kill), "architecture")
        try Self.check(seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2), "binary tree")
        try addRules(context)
        instructions = try Self.export(context)
    }

    private static let unknown = cseccomp_action_errno(UInt16(ENOSYS))

    /// What a program in a jail may do.
    ///
    /// What is not named answers ENOSYS, so that libraries fall back to older calls. What no ordinary program does is
    /// told to the jail's init, which has it refused (`refusal`) and takes note.
    static func program() throws(JailFailure) -> SeccompFilter {
        try SeccompFilter(otherwise: unknown) { context throws(JailFailure) in
            try add(SystemCalls.allowed, cseccomp_action_allow(), to: context)
            try add(SystemCalls.refused, cseccomp_action_notify(), to: context)
            try addConditions(to: context)
        }
    }

    /// What the init may do once the program runs; loaded on top of the program's.
    static func initProcess() throws(JailFailure) -> SeccompFilter {
        try SeccompFilter(otherwise: unknown) { context throws(JailFailure) in
            try add(SystemCalls.initProcess, cseccomp_action_allow(), to: context)
        }
    }

    /// What keeper, slots, templates and fork servers may do, and so the most that anything in a jail may.
    ///
    /// What is not named answers ENOSYS by way of SECCOMP_RET_TRACE: an error number would come before the
    /// notifications of the program's own filter, which is loaded later. Nothing traces these processes.
    static func jailer() throws(JailFailure) -> SeccompFilter {
        try SeccompFilter(otherwise: cseccomp_action_trace()) { context throws(JailFailure) in
            try add(SystemCalls.allowed + SystemCalls.jailer, cseccomp_action_allow(), to: context)
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
        to context: scmp_filter_ctx
    ) throws(JailFailure) {
        for name in names { try check(cseccomp_rule(context, action, try number(name)), name) }
    }

    /// Calls that are allowed with some arguments only.
    ///
    /// Masks cover the low 32 bits, which is what the kernel reads.
    private static func addConditions(to context: scmp_filter_ctx) throws(JailFailure) {
        let (allow, notify) = (cseccomp_action_allow(), cseccomp_action_notify())
        // No new namespace of any kind. clone3(2) passes its flags in memory, where no filter can look: ENOSYS.
        try check(
            cseccomp_rule_masked(context, allow, try number("clone"), 0, SystemCalls.namespaceFlags, 0),
            "clone"
        )
        for flag in (0..<32).map({ UInt64(1) << $0 }) where SystemCalls.namespaceFlags & flag != 0 {
            try check(cseccomp_rule_masked(context, notify, try number("clone"), 0, flag, flag), "clone")
        }
        func socket(_ domain: Int32, _ action: UInt32) throws(JailFailure) {
            try check(
                cseccomp_rule_masked(context, action, try number("socket"), 0, 0xffff_ffff, UInt64(domain)),
                "socket"
            )
        }
        try socket(AF_UNIX, allow)
        // Those of the internet are made, once the init has taken note: `Refusals`.
        for domain in SystemCalls.internetDomains + SystemCalls.suspiciousDomains { try socket(domain, notify) }
        // NETLINK_ROUTE alone: getifaddrs(3) asks it.
        try check(
            cseccomp_rule_pair(context, allow, try number("socket"), 0, UInt32(AF_NETLINK), 2, 0),
            "socket netlink"
        )
        try check(
            cseccomp_rule_masked(context, allow, try number("socketpair"), 0, 0xffff_ffff, UInt64(AF_UNIX)),
            "socketpair"
        )
        // Reading the execution domain, and Linux with or without a fixed layout of the address space.
        for persona: UInt64 in [0, 0x0004_0000, 0xffff_ffff] {
            try check(
                cseccomp_rule_masked(context, allow, try number("personality"), 0, 0xffff_ffff, persona),
                "personality"
            )
        }
    }

    private static func number(_ name: String) throws(JailFailure) -> Int32 {
        let number = seccomp_syscall_resolve_name(name)
        // -1 is "no such name"; other negative numbers are calls that this architecture lacks.
        guard number >= 0 else {
            throw JailFailure(stage: "seccomp", errno: ENOSYS, detail: "libseccomp does not know \(name)")
        }
        return number
    }

    private static func check(_ result: Int32, _ what: String) throws(JailFailure) {
        guard result == 0 else { throw JailFailure(stage: "seccomp rule \(what)", errno: -result) }
    }

    private static func export(_ context: scmp_filter_ctx) throws(JailFailure) -> [UInt8] {
        do {
            let file = try Descriptor.memoryFile("seccomp")
            try check(seccomp_export_bpf(context, file.number), "export")
            lseek(file.number, 0, SEEK_SET)
            return try TextFile.readAll(file.number, "filter", limit: 1 << 20)
        } catch let error as SyscallError {
            throw JailFailure(stage: "seccomp export", errno: error.errno)
        } catch let failure as JailFailure {
            throw failure
        } catch {
            throw JailFailure(stage: "seccomp export", errno: 0)
        }
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
