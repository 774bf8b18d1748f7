import CJail
import CSeccomp
import Glibc
import JailProtocol
import LinuxSystem

/// What the host gave: everything that slots need.
struct HostResources {
    var hierarchy: CgroupHierarchy
    var filters: JailFilters
    /// See `ArtefactMount`; closed once the service has it.
    var artefacts: Int32
    /// The service's own groups, which the slots' are in.
    var groups: [String]

    func removeGroups() {
        for group in groups { CgroupTree.remove(group) }
    }

    /// Removes the groups of these slots where they have become empty; the rest stays in the set.
    func removeGroups(ofRetired slots: inout Set<UInt32>) {
        slots = slots.filter { index in
            let folders = groups.map { "\($0)/\(Slot.name(index))" }
            for folder in folders {
                // Those that a slot has on v2, then its own.
                for inner in ["run-0", "run-1", "templates"] { rmdir("\(folder)/\(inner)") }
                rmdir(folder)
            }
            return folders.contains { access($0, F_OK) == 0 }
        }
    }
}

/// Examines what a jail needs of the host.
///
/// Every check tries the real thing.
struct Host {
    var configuration: JailerConfiguration

    static var kernelRelease: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        return withUnsafeBytes(of: name.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    func examine() -> (checks: [HostCheck], resources: HostResources?) {
        var checks = [
            kernelCalls(), namespaces(), proc(), idRange(), imageStore(), stackLimit(), swap(),
        ]
        var hierarchy: CgroupHierarchy?
        var groups: [String] = []
        do throws(JailFailure) {
            let detected = try CgroupHierarchy.detect()
            (hierarchy, groups) = try makeGroups(in: detected)
            checks.append(
                HostCheck(name: "cgroup", passed: true, detail: "\(detected.name), \(groups.joined(separator: " "))")
            )
        } catch {
            checks.append(
                HostCheck(
                    name: "cgroup",
                    passed: false,
                    detail: error.description,
                    remedy: "mount cgroup2 with the memory and pids controllers, or delegate a group to the service "
                        + "(systemd: Delegate=yes)"
                )
            )
        }
        var filters: JailFilters?
        do throws(JailFailure) {
            try step("seccomp", cjail_seccomp_action_available(cseccomp_action_kill_process()))
            let compiled = try JailFilters()
            let error = inChild {
                _ = cjail_no_new_privileges()
                return -min(0, compiled.program.loadNotifying())
            }
            guard error == 0 else {
                throw JailFailure(
                    stage: "load a notifying filter",
                    errno: error,
                    detail: error == EBUSY ? "this host's own container listens to system calls already" : ""
                )
            }
            filters = compiled
            checks.append(
                HostCheck(
                    name: "seccomp",
                    passed: true,
                    detail: "\(compiled.program.instructions.count / 8) instructions"
                )
            )
        } catch {
            checks.append(
                HostCheck(
                    name: "seccomp",
                    passed: false,
                    detail: error.description,
                    remedy: "use a kernel with CONFIG_SECCOMP_FILTER, 4.14 or later"
                )
            )
        }
        var artefacts: Int32?
        do throws(JailFailure) {
            artefacts = try ArtefactMount.make()
        } catch {
            checks.append(
                HostCheck(
                    name: "memory for built programs",
                    passed: false,
                    detail: error.description,
                    remedy: "allow tmpfs to be mounted, as in jails"
                )
            )
        }
        guard let hierarchy, let filters, let artefacts else { return (checks, nil) }
        let resources = HostResources(
            hierarchy: hierarchy,
            filters: filters,
            artefacts: artefacts,
            groups: groups
        )
        return (checks, resources)
    }

    // MARK: Checks

    private func kernelCalls() -> HostCheck {
        let remedy = "use Linux 5.19 or later"
        let folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        let file = cjail_open_beneath(folder, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        if file < 0 {
            return HostCheck(
                name: "kernel",
                passed: false,
                detail: "openat2: \(SyscallError.text(-file))",
                remedy: remedy
            )
        }
        close(file)
        let pidfd = cjail_pidfd_open(getpid())
        if pidfd < 0 {
            return HostCheck(
                name: "kernel",
                passed: false,
                detail: "pidfd_open: \(SyscallError.text(-pidfd))",
                remedy: remedy
            )
        }
        close(pidfd)
        return HostCheck(name: "kernel", passed: true, detail: Self.kernelRelease)
    }

    /// Clones a process into all namespaces at once; on failure finds the one that is to blame.
    private func namespaces() -> HostCheck {
        let error = probe(Namespaces.all)
        if error == 0 {
            return HostCheck(
                name: "namespaces",
                passed: true,
                detail: Namespaces.named.map(\.name).joined(separator: ", ")
            )
        }
        let missing = Namespaces.named.filter { probe($0.flag | cjail_clone_newuser) != 0 }.map(\.name)
        return HostCheck(
            name: "namespaces",
            passed: false,
            detail:
                "clone3 with \(missing.isEmpty ? "all" : missing.joined(separator: ", ")): \(SyscallError.text(error))",
            remedy: Namespaces.remedy
        )
    }

    /// Mounts a /proc of its own, which a container with a masked one does not allow.
    private func proc() -> HostCheck {
        let error = inChild(Namespaces.all) {
            let result = cjail_mount_private()
            return -min(0, result < 0 ? result : cjail_mount("proc", "/proc", "proc", 0, "subset=pid,hidepid=2"))
        }
        return HostCheck(
            name: "proc",
            passed: error == 0,
            detail: error == 0 ? "own processes alone" : "mount: \(SyscallError.text(error))",
            remedy: error == 0
                ? "" : "give the container an unmasked /proc (podman: --security-opt unmask=ALL), and user namespaces"
        )
    }

    /// The error number of a clone with `flags`, 0 where it works.
    private func probe(_ flags: UInt64) -> Int32 {
        inChild(flags) { 0 }
    }

    /// What `body` answers in a process cloned with `flags`, from 0 to 255, or the error number of the clone.
    private func inChild(_ flags: UInt64 = 0, _ body: () -> Int32) -> Int32 {
        let child = cjail_clone(flags, SIGCHLD, -1, nil)
        if child == 0 { _exit(body()) }
        guard child > 0 else { return Int32(-child) }
        return exitStatus(of: child) ?? EINTR
    }

    /// No user of the host may have an id that a jail's user has.
    private func idRange() -> HostCheck {
        let (first, last) = (
            configuration.idBase,
            configuration.idBase + Namespaces.idsPerSlot * JailerConfiguration.maximumSlots - 1
        )
        if let rootless = configuration.rootless {
            let (ids, passed) = (rootless.ids, rootless.ids.contains(first) && rootless.ids.contains(last))
            return HostCheck(
                name: "user ids",
                passed: passed,
                detail: "\(first)-\(last) of the subordinate ids \(ids.lowerBound)-\(ids.upperBound - 1)",
                remedy: passed ? "" : "leave jails.id_base at 0"
            )
        }
        let users = (try? TextFile.read("/etc/passwd")) ?? ""
        let clash = users.split(separator: "\n").first { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 2, let id = UInt32(fields[2]) else { return false }
            return (first...last).contains(id)
        }
        guard first > 0, clash == nil else {
            return HostCheck(
                name: "user ids",
                passed: false,
                detail: "\(first)-\(last) is used by \(clash.map { $0.prefix { $0 != ":" } } ?? "root")",
                remedy: "choose another range: --set jails.id_base=N"
            )
        }
        return HostCheck(name: "user ids", passed: true, detail: "\(first)-\(last)")
    }

    private func imageStore() -> HostCheck {
        var status = stat()
        let path = configuration.imageStore
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return HostCheck(
                name: "image store",
                passed: false,
                detail: "\(path): \(SyscallError.text(errno))",
                remedy: "run assay image build"
            )
        }
        // Without privilege, others than root and the user have been ruled out before: Rootless.
        guard status.st_uid == 0 || configuration.rootless != nil, status.st_mode & 0o022 == 0 else {
            return HostCheck(
                name: "image store",
                passed: false,
                detail: "\(path) can be written by others than root",
                remedy: "chown root:root \(path); chmod 755 \(path)"
            )
        }
        return HostCheck(name: "image store", passed: true, detail: path)
    }

    /// The program's stack is as large as its memory: a lower hard limit could not be raised.
    private func stackLimit() -> HostCheck {
        let limit = cjail_hard_limit(cjail_rlimit_stack)
        let passed = limit >= 64 << 30
        return HostCheck(
            name: "stack limit",
            passed: passed,
            detail: passed ? "unlimited" : "\(limit) bytes",
            remedy: passed ? "" : "raise it before the start: ulimit -Hs unlimited, systemd: LimitSTACK=infinity"
        )
    }

    /// Memory that can be swapped out past its limit is no limit.
    private func swap() -> HostCheck {
        let meminfo = (try? TextFile.read("/proc/meminfo")) ?? ""
        let total = meminfo.split(separator: "\n").first { $0.hasPrefix("SwapTotal:") }?
            .split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
        let controlled: Bool
        switch try? CgroupHierarchy.detect() {
        case .v1(let folders)?: controlled = access(folders.memory + "/memory.memsw.limit_in_bytes", F_OK) == 0
        case .v2?, nil: controlled = true
        }
        let passed = controlled || total == 0
        return HostCheck(
            name: "swap",
            passed: passed,
            detail: total == 0 ? "none on this host" : "accounted with memory",
            remedy: passed ? "" : "turn swap off (swapoff -a) or boot with swapaccount=1"
        )
    }

    // MARK: Control groups

    /// Makes the service's own groups, after those that a dead jailer left are gone.
    private func makeGroups(
        in hierarchy: CgroupHierarchy
    ) throws(JailFailure) -> (hierarchy: CgroupHierarchy, groups: [String]) {
        let name = "assay.\(getpid())"
        do throws(SyscallError) {
            switch hierarchy {
            case .v1(let folders):
                for folder in folders.all { CgroupTree.removeAbandoned(below: folder) }
                let own = folders.appending(name)
                try own.make()
                return (.v1(own), own.all)
            case .v2(let folder):
                CgroupTree.removeAbandoned(below: folder)
                let own = try CgroupV2.makeServiceGroup(named: name, below: folder)
                for file in ["memory.peak", "memory.swap.max", "pids.max"] where access("\(own)/\(file)", F_OK) != 0 {
                    throw SyscallError("access", "\(own)/\(file)", errno: errno)
                }
                return (.v2(folder: own), [own])
            }
        } catch {
            throw JailFailure(
                stage: "\(error.call) \(error.object)",
                errno: error.errno,
                detail: SyscallError.text(error.errno)
            )
        }
    }
}

/// Whole trees of control groups.
enum CgroupTree {
    /// The processes in a group; 0 stands for those that this process can't see.
    static func processes(of folder: String) throws(SyscallError) -> [pid_t] {
        try TextFile.read(folder + "/cgroup.procs").split(separator: "\n").compactMap { pid_t($0) }
    }

    /// Kills processes of a group, but for this one and those that it can't see: to kill 0 would be to kill its own group.
    static func end(_ processes: [pid_t]) {
        for pid in processes where pid > 0 && pid != getpid() { kill(pid, SIGKILL) }
    }

    /// Kills what is in the tree and removes it, deepest first.
    static func remove(_ folder: String) {
        for child in children(of: folder) { remove(child) }
        for attempt in 0..<200 {
            if rmdir(folder) == 0 || errno == ENOENT { return }
            end((try? processes(of: folder)) ?? [])
            usleep(attempt < 20 ? 500 : 10_000)
        }
    }

    /// Removes `assay.PID` groups whose keeper is not there any more.
    static func removeAbandoned(below folder: String) {
        for child in children(of: folder) {
            let name = child.split(separator: "/").last ?? ""
            guard name.hasPrefix("assay."), let pid = pid_t(name.dropFirst(6)) else { continue }
            if pid == getpid() || kill(pid, 0) != 0 { remove(child) }
        }
    }

    private static func children(of folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let isFolder = entry.pointee.d_type == UInt8(DT_DIR)
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if isFolder && name != "." && name != ".." { names.append(folder + "/" + name) }
        }
        return names
    }
}
