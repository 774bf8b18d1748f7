import Glibc
import LinuxSystem

/// A slot's groups in the unified hierarchy: one for its templates, and one that is made anew for each run.
///
/// Both, and the slot's own above them, let the jails' root clone into them, which writes to no other file there. See
/// Documentation/admin-guide/cgroup-v2.rst.
final class CgroupV2: Cgroup {
    let includesResidents = false

    private let folder: String
    private let owner: uid_t
    private var run: Run?
    /// The one before, whose processes are about to end.
    private var last: Run?

    /// The open files of one run's group.
    private struct Run {
        var folder: String
        var group: Int32
        var cpu: ControlFile
        var events: ControlFile
        var cpuBefore: UInt64 = 0
        /// What `begin` was called with.
        var begun: CgroupLimits?
    }

    private var templates: String { folder + "/templates" }
    private var runFolders: [String] { ["/run-0", "/run-1"].map { folder + $0 } }

    /// `folder` is the slot's group, which must not exist; `owner` the host's id of the jails' root.
    init(folder: String, owner: uid_t) throws(SyscallError) {
        self.folder = folder
        self.owner = owner
        for path in [folder, folder + "/templates"] { try retrying("mkdir", path) { mkdir(path, 0o755) } }
        try TextFile.write(folder + "/cgroup.subtree_control", "+memory +pids")
        // Nothing that a template does comes near to these.
        try TextFile.write(folder + "/templates/memory.max", String(2 << 30))
        try TextFile.write(folder + "/templates/memory.swap.max", "0")
        try TextFile.write(folder + "/templates/pids.max", "256")
        // Asked of the common ancestor as well: cgroups(7), "Delegation containment".
        for path in [folder, folder + "/templates"] { try giveProcesses(of: path) }
    }

    private func giveProcesses(of path: String) throws(SyscallError) {
        let file = path + "/cgroup.procs"
        try retrying("chown", file) { chown(file, owner, .max) }
    }

    func adopt(_ template: pid_t) throws(SyscallError) {
        try TextFile.write(templates + "/cgroup.procs", String(template))
    }

    // They have a group of their own, without limits.
    func admitResident() {}
    func note(resident pid: pid_t) {}
    func forget(resident pid: pid_t) {}

    func makeRun() throws(SyscallError) -> Int32? {
        last = run
        let path = runFolders[last?.folder == runFolders[0] ? 1 : 0]
        try retrying("mkdir", path) { mkdir(path, 0o755) }
        try giveProcesses(of: path)
        try TextFile.write(path + "/memory.swap.max", "0")
        try TextFile.write(path + "/memory.oom.group", "1")
        let run = Run(
            folder: path,
            group: try Descriptor.open(path, O_RDONLY | O_DIRECTORY).release(),
            cpu: try ControlFile(path + "/cpu.stat", writable: false),
            events: try ControlFile(path + "/memory.events", writable: false)
        )
        self.run = run
        return run.group
    }

    private func current() throws(SyscallError) -> Run {
        guard let run else { throw SyscallError("read", folder, errno: ENOENT) }
        return run
    }

    func begin(_ limits: CgroupLimits) throws(SyscallError) {
        var run = try current()
        if limits == run.begun { return }
        try TextFile.write(run.folder + "/memory.max", String(limits.memoryBytes))
        // The jail's init comes on top of what the program may have.
        try TextFile.write(run.folder + "/pids.max", String(limits.processes + 1))
        run.cpuBefore = try run.cpu.number(of: "usage_usec")
        run.begun = limits
        self.run = run
    }

    func usage() throws(SyscallError) -> CgroupUsage {
        let run = try current()
        return CgroupUsage(
            cpuMicroseconds: try run.cpu.number(of: "usage_usec") - run.cpuBefore,
            oomKills: UInt32(clamping: try run.events.number(of: "oom_kill"))
        )
    }

    func memoryPeak() throws(SyscallError) -> UInt64 {
        let text = try TextFile.read(try current().folder + "/memory.peak")
        return UInt64(text.prefix { $0.isNumber }) ?? 0
    }

    func isLeftToInit() throws(SyscallError) -> Bool {
        try CgroupTree.processes(of: try current().folder).count <= 1
    }

    func leaveLast() throws(SyscallError) {
        guard let last else { return }
        close(last)
        self.last = nil
        try remove(last.folder)
    }

    func finish() throws(SyscallError) {
        if let run { close(run) }
        if let last { close(last) }
        (run, last) = (nil, nil)
        for path in runFolders { try remove(path) }
    }

    func remove() throws(SyscallError) {
        for path in runFolders + [templates, folder] { try remove(path) }
    }

    /// Removes a group; what is left in it is killed.
    private func remove(_ path: String) throws(SyscallError) {
        // Ended processes leave the group a moment after they have ended.
        let deadline = monotonicMicroseconds() + groupPatience
        for attempt in 0... {
            // Not there: it could not be made.
            if rmdir(path) == 0 || errno == ENOENT { return }
            let error = errno
            guard error == EBUSY, monotonicMicroseconds() < deadline else {
                throw SyscallError("rmdir", path, errno: error)
            }
            if attempt == 0 { try TextFile.write(path + "/cgroup.kill", "1") }
            usleep(attempt < 20 ? 500 : 10_000)
        }
    }

    private func close(_ run: Run) {
        Glibc.close(run.group)
        run.cpu.close()
        run.events.close()
    }

    /// Makes the service's group below `parent` and gives its children the controllers.
    ///
    /// A group with processes cannot have children with controllers (the root excepted), so those that are in
    /// `parent`, this one among them, move to a leaf first.
    static func makeServiceGroup(named name: String, below parent: String) throws(SyscallError) -> String {
        let isRoot = access(parent + "/cgroup.type", F_OK) != 0
        if !isRoot {
            let leaf = parent + "/service"
            if mkdir(leaf, 0o755) != 0 && errno != EEXIST { throw SyscallError("mkdir", leaf, errno: errno) }
            for pid in try TextFile.read(parent + "/cgroup.procs").split(separator: "\n") {
                do {
                    try TextFile.write(leaf + "/cgroup.procs", String(pid))
                } catch  where error.errno == ESRCH {
                    continue
                }
            }
        }
        try TextFile.write(parent + "/cgroup.subtree_control", "+memory +pids")
        let folder = parent + "/" + name
        if mkdir(folder, 0o755) != 0 && errno != EEXIST { throw SyscallError("mkdir", folder, errno: errno) }
        try TextFile.write(folder + "/cgroup.subtree_control", "+memory +pids")
        return folder
    }
}
