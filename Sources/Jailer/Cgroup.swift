public import JailProtocol
import LinuxSystem

/// What a jail's control group counted.
struct CgroupUsage {
    /// User and system time of all processes, in microseconds.
    var cpuMicroseconds: UInt64
    var oomKills: UInt32
}

/// How a jail's first process comes into its group.
///
/// Nobody is ever moved in while a run waits: a write to `cgroup.procs` waits some 10 ms for the kernel.
enum CgroupEntry {
    /// Born there by clone3(2) with CLONE_INTO_CGROUP.
    case cloneInto(descriptor: Int32)
    /// Born there as the child of a launcher that lives in the group.
    case launcher(Launcher)
}

/// One slot's control group: limits and accounts for one run at a time.
///
/// The calls come in this order for every run: `prepare`, `usage` as often as wanted, `finish`.
protocol Cgroup: AnyObject {
    /// Sets the limits and starts the accounts at zero. Swap is off.
    func prepare(memoryBytes: UInt64, processes: UInt32) throws(SyscallError) -> CgroupEntry
    func usage() throws(SyscallError) -> CgroupUsage
    /// Highest memory use since `prepare`, in bytes.
    func memoryPeak() throws(SyscallError) -> UInt64
    /// Kills whatever is left; the jail's pid namespace has mostly done so before.
    func killAll() throws(SyscallError)
    /// Checks that nothing is left in the group and puts it in order for the next run.
    /// - Throws: when something is; the slot must not be used again.
    func finish() throws(SyscallError)
    /// Removes the group from the host.
    /// - Throws: when something keeps it.
    func remove() throws(SyscallError)
}

/// How long a group may take to be empty once its processes were killed: 15 s, in microseconds.
///
/// On a machine at its limit, a process is slow to die as well.
let groupPatience: UInt64 = 15_000_000

/// Which cgroup hierarchy the host offers, and where this service's groups stand in it.
public enum CgroupHierarchy: Sendable {
    case v1(CgroupV1.Folders)
    case v2(folder: String)

    public var name: String {
        switch self {
        case .v1: "v1"
        case .v2: "v2"
        }
    }

    /// Finds the hierarchy with the memory and pids controllers: v2 where it has them, else v1.
    ///
    /// Folders are below the calling process's own group, so that a delegated subtree is never left.
    /// - Throws: A failure that says what is missing.
    public static func detect() throws(JailFailure) -> CgroupHierarchy {
        do throws(SyscallError) {
            let mounts = try CgroupMounts.read()
            if let folder = mounts.unifiedFolder {
                let controllers = try TextFile.read(folder + "/cgroup.controllers").split(
                    whereSeparator: \.isWhitespace
                )
                if controllers.contains("memory") && controllers.contains("pids") { return .v2(folder: folder) }
            }
            if let memory = mounts.folder(of: "memory"), let pids = mounts.folder(of: "pids"),
                let cpuacct = mounts.folder(of: "cpuacct")
            {
                return .v1(CgroupV1.Folders(memory: memory, pids: pids, cpuacct: cpuacct))
            }
        } catch {
            throw JailFailure(stage: "\(error.call) \(error.object)", errno: error.errno)
        }
        throw JailFailure(
            stage: "cgroup",
            errno: 0,
            detail: "neither a cgroup v2 group with the memory and pids controllers nor v1 memory, pids and cpuacct"
        )
    }
}

/// Where this process's groups stand in the mounted hierarchies.
///
/// See cgroups(7), proc(5).
struct CgroupMounts {
    /// Controllers (v1) or nothing (v2), and this process's folder.
    private var hierarchies: [(controllers: [Substring], folder: String)] = []
    private(set) var unifiedFolder: String?

    func folder(of controller: String) -> String? {
        hierarchies.first { $0.controllers.contains(Substring(controller)) }?.folder
    }

    static func read() throws(SyscallError) -> CgroupMounts {
        var result = CgroupMounts()
        let own = try TextFile.read("/proc/self/cgroup").split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }
        for line in try TextFile.read("/proc/self/mountinfo", limit: 1 << 24).split(separator: "\n") {
            // id parent major:minor root mountpoint options … - type source superoptions
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, dash > 5 else { continue }
            let (root, point, type) = (fields[3], String(fields[4]), fields[dash + 1])
            let options = fields[dash + 3].split(separator: ",")
            if type == "cgroup2", let path = own.first(where: { $0.count == 3 && $0[1].isEmpty })?[2] {
                result.unifiedFolder = join(point, path, below: root)
            } else if type == "cgroup" {
                let entry = own.first { entry in
                    entry.count == 3 && !entry[1].isEmpty
                        && entry[1].split(separator: ",").allSatisfy { options.contains($0) }
                }
                guard let entry else { continue }
                result.hierarchies.append((entry[1].split(separator: ","), join(point, entry[2], below: root)))
            }
        }
        return result
    }

    private static func join(_ point: String, _ path: Substring, below root: Substring) -> String {
        var path = path
        if root != "/" && path.hasPrefix(root) { path = path.dropFirst(root.count) }
        while path.hasPrefix("/") { path = path.dropFirst() }
        return path.isEmpty ? point : point + "/" + path
    }
}
