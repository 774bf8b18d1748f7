import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// The jailer of a user without privilege: root of a user namespace, which has that user's own id and its subordinate ids.
///
/// Subordinate ids stand for themselves in there, so that a jail's user has one number, wherever it is looked at. See
/// user_namespaces(7), subuid(5), newuidmap(1).
struct Rootless {
    /// The user's subordinate ids that jails can have, as users and as groups.
    let ids: Range<UInt32>
    let user: UInt32

    /// Makes the calling process root of such a namespace.
    ///
    /// - Parameter store: the image store, whose owner cannot be told from in there.
    /// - Returns: which ids there are.
    /// - Throws: what the host refused, with the remedy.
    static func enter(imageStore store: String) throws(Refusal) -> Rootless {
        let (user, group) = (geteuid(), getegid())
        var status = stat()
        guard stat(store, &status) != 0 || [0, user].contains(status.st_uid) else {
            throw Refusal("\(store) is neither root's nor the user's own", remedy: "chown root:root \(store)")
        }
        let users = try subordinates(of: user, in: "/etc/subuid")
        let groups = try subordinates(of: user, in: "/etc/subgid")
        let ids = users.clamped(to: groups)
        guard ids.count >= Namespaces.idsPerSlot * JailerConfiguration.maximumSlots else {
            throw Refusal(
                "the subordinate users \(users) and groups \(groups) of uid \(user) share \(ids.count) ids",
                remedy: "give the user the same range in /etc/subuid and /etc/subgid"
            )
        }
        try unshare(mapping: ids, user: user, group: group)
        return Rootless(ids: ids, user: user)
    }

    /// Why it cannot be.
    struct Refusal: Error {
        var reason: String
        var remedy: String

        init(_ reason: String, remedy: String) {
            self.reason = reason
            self.remedy = remedy
        }
    }

    /// The first range that is large enough.
    private static func subordinates(of user: UInt32, in file: String) throws(Refusal) -> Range<UInt32> {
        let names = [String(user), name(of: user)]
        let needed = Namespaces.idsPerSlot * JailerConfiguration.maximumSlots
        for line in ((try? TextFile.read(file)) ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 3, names.contains(String(fields[0])), let first = UInt32(fields[1]), first > 0,
                let count = UInt32(fields[2]), count >= needed, first <= .max - count
            else { continue }
            return first..<first + count
        }
        let who = name(of: user) ?? "USER"
        throw Refusal(
            "\(file) has no range of \(needed) ids for uid \(user)",
            remedy: "as root: usermod --add-subuids 200000-265535 --add-subgids 200000-265535 \(who)"
        )
    }

    private static func name(of user: UInt32) -> String? {
        // getpwuid(3) would load libraries, which a static program cannot.
        for line in ((try? TextFile.read("/etc/passwd", limit: 1 << 24)) ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 2, fields[2] == String(user) { return String(fields[0]) }
        }
        return nil
    }

    /// Has the maps written by newuidmap(1) and newgidmap(1), from a child that stays outside.
    private static func unshare(mapping ids: Range<UInt32>, user: UInt32, group: UInt32) throws(Refusal) {
        let namespaces = Namespaces.remedy
        func refuse(_ what: String, _ error: Int32, _ remedy: String) -> Refusal {
            Refusal("\(what): \(SyscallError.text(error))", remedy: remedy)
        }
        var gate: [Int32] = [-1, -1]
        let piped = cjail_pipe(&gate)
        guard piped >= 0 else { throw refuse("pipe", -piped, "") }
        let target = getpid()
        let mapper = cjail_clone(0, SIGCHLD, -1, nil)
        if mapper == 0 {
            close(gate[1])
            var byte: UInt8 = 0
            // The end of the pipe without a word: there is no namespace.
            guard read(gate[0], &byte, 1) == 1 else { _exit(0) }
            for (program, own) in [("/usr/bin/newuidmap", user), ("/usr/bin/newgidmap", group)] {
                let status = run(program, [target, 0, own, 1, Int(ids.lowerBound), Int(ids.lowerBound), ids.count])
                if status != 0 { _exit(status) }
            }
            _exit(0)
        }
        guard mapper > 0 else { throw refuse("fork", Int32(-mapper), "") }
        close(gate[0])
        let entered = cjail_new_user_namespace()
        if entered >= 0 { _ = write(gate[1], [1], 1) }
        close(gate[1])
        let status = exitStatus(of: mapper)
        guard entered >= 0 else { throw refuse("new user namespace", -entered, namespaces) }
        guard status == 0 else {
            throw Refusal(
                status == 127 ? "newuidmap is not there" : "newuidmap: status \(status ?? 126)",
                remedy: "install it (Debian: uidmap), and start assay without no_new_privs "
                    + "(systemd: NoNewPrivileges=no), which would take its privilege"
            )
        }
        // Capabilities that are taken away at this point are a security module's doing.
        for (what, result) in [("setgroups", cjail_set_groups_empty()), ("setresuid", cjail_set_ids(0, 0))]
        where result < 0 {
            throw refuse("\(what) in the user namespace", -result, namespaces)
        }
    }

    /// The exit status of a program, 127 where it is not there.
    private static func run(_ program: String, _ arguments: [any BinaryInteger]) -> Int32 {
        let child = cjail_clone(0, SIGCHLD, -1, nil)
        if child == 0 {
            let strings = CStringArray([program] + arguments.map { "\($0)" })
            let environment = CStringArray([])
            execve(program, strings.pointers, environment.pointers)
            _exit(127)
        }
        guard child > 0 else { return 126 }
        return exitStatus(of: child) ?? 126
    }
}
