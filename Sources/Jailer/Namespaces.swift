import CJail
import JailProtocol
import LinuxSystem

/// The namespaces of a jail, and who its users are on the host.
///
/// See namespaces(7), user_namespaces(7).
enum Namespaces {
    /// Those of a template: its jails have users, host name and network in common, one after the other.
    static let template =
        cjail_clone_newuser | cjail_clone_newpid | cjail_clone_newns | cjail_clone_newnet | cjail_clone_newipc
        | cjail_clone_newuts
    /// Those that are a run's own.
    static let run = cjail_clone_newpid | cjail_clone_newns | cjail_clone_newipc | cjail_clone_newcgroup

    static let all = template | run

    /// What a fork enters, by the name in /proc/PID/ns; the one for process ids first.
    static let entered = ["pid", "mnt", "ipc", "cgroup", "net"]

    /// Each by its name in /proc/PID/ns, for the checks of the host.
    static let named: [(name: String, flag: UInt64)] = [
        ("user", cjail_clone_newuser), ("pid", cjail_clone_newpid), ("mnt", cjail_clone_newns),
        ("net", cjail_clone_newnet), ("ipc", cjail_clone_newipc), ("uts", cjail_clone_newuts),
        ("cgroup", cjail_clone_newcgroup),
    ]

    /// What a host that forbids them can be told.
    static let remedy =
        "allow user namespaces: sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, "
        + "kernel.apparmor_restrict_unprivileged_userns"

    /// Host ids of a slot: of its jails' root, their program, their examiner, and one that nobody has.
    static let idsPerSlot: UInt32 = 4

    /// The id on the host of the jails' root.
    static func rootHostID(slot: UInt32, base: UInt32) -> UInt32 { base + idsPerSlot * slot }

    /// The program's id on the host.
    static func programHostID(slot: UInt32, base: UInt32) -> UInt32 { rootHostID(slot: slot, base: base) + 1 }

    /// Gives the jails' root, the program and the examiner a host id each, and no other id any meaning.
    static func mapIDs(of pid: Int32, slot: UInt32, base: UInt32) throws(SyscallError) {
        let program = programHostID(slot: slot, base: base)
        let ids = [(JailRoot.initID, program - 1), (JailRoot.programID, program), (JailRoot.examinerID, program + 1)]
        let map = ids.map { "\($0) \($1) 1\n" }.joined()
        try TextFile.write("/proc/\(pid)/uid_map", map)
        try TextFile.write("/proc/\(pid)/gid_map", map)
    }
}
