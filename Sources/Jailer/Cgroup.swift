import Glibc
public import JailProtocol
import LinuxSystem

/// What a jail's control group counted.
struct CgroupUsage {
    /// User and system time of all processes, in microseconds.
    var cpuMicroseconds: UInt64
    var oomKills: UInt32
}

/// What a run may use.
struct CgroupLimits: Equatable {
    var memoryBytes: UInt64
    /// The jail's init comes on top.
    var processes: UInt32
    /// Whether one of them is in the group already, on standby.
    var hasStandby: Bool

    /// Of a run with these limits in this jail.
    init(_ limits: JailLimits, in jail: Jail) {
        memoryBytes = limits.memoryBytes
        processes = limits.processes
        hasStandby = jail.standby != .none
    }
}

/// One slot's control group: limits and accounts for one run at a time.
///
/// Nobody is ever moved in while a run waits, since a write to `cgroup.procs` waits some 10 ms for the kernel: templates
/// are moved in once, and what they clone is born in the group.
///
/// The calls come in this order for every run: `makeRun`, `begin`, then `usage`, `memoryPeak` and `isLeftToInit` as often as
/// wanted. Then either `finish`, or already `makeRun` for the next, while what is left of the last goes, and `leaveLast`.
protocol Cgroup: AnyObject {
    /// Whether what templates and fork servers hold counts in the runs' own group.
    var includesResidents: Bool { get }
    /// Moves a template in, for good: its memory and its processes are not the runs'.
    func adopt(_ template: pid_t) throws(SyscallError)
    /// Makes ready for a process that a template starts for good: the last run's limits are not for it.
    func admitResident() throws(SyscallError)
    /// Takes note of such a process, or of its end.
    func note(resident pid: pid_t)
    func forget(resident pid: pid_t)
    /// Makes ready for a jail to be cloned; answers the group that it is to be born in, where that is not its template's.
    func makeRun() throws(SyscallError) -> Int32?
    /// Sets the limits and starts the accounts at zero. Swap is off. The run's jail must be alone in the group.
    ///
    /// Called also before a run is there, by what it will likely be: the same again does little then.
    func begin(_ limits: CgroupLimits) throws(SyscallError)
    /// What was used since `begin`.
    func usage() throws(SyscallError) -> CgroupUsage
    /// Highest memory use since `begin`, in bytes.
    func memoryPeak() throws(SyscallError) -> UInt64
    /// Whether nothing of the run is left but the jail's init, or less.
    func isLeftToInit() throws(SyscallError) -> Bool
    /// Gives up the run before the one that `makeRun` was called for last; nothing of it runs any more.
    /// - Throws: when something does not go; the slot must not be used again.
    func leaveLast() throws(SyscallError)
    /// Checks that nothing of any run is left in the group, and kills what is.
    /// - Throws: when something does not go; the slot must not be used again.
    func finish() throws(SyscallError)
    /// Removes the group from the host, after its templates have ended.
    /// - Throws: when something keeps it.
    func remove() throws(SyscallError)
}

/// An open file of a control group, read and written anew from its start.
///
/// Open until the process ends.
struct ControlFile {
    private let descriptor: Int32
    let path: String

    init(_ path: String, writable: Bool = true) throws(SyscallError) {
        self.path = path
        descriptor = try Descriptor.open(path, writable ? O_RDWR : O_RDONLY).release()
    }

    func close() { _ = Glibc.close(descriptor) }

    /// The number that the file begins with.
    func number() throws(SyscallError) -> UInt64 {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = try retrying("pread", path) { pread(descriptor, &buffer, buffer.count, 0) }
        return Self.number(buffer[..<count])
    }

    /// The number behind a key in a flat-keyed file.
    func number(of key: StaticString) throws(SyscallError) -> UInt64 {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = try retrying("pread", path) { pread(descriptor, &buffer, buffer.count, 0) }
        let wanted = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        for line in buffer[..<count].split(separator: UInt8(ascii: "\n")) where line.starts(with: wanted) {
            let rest = line.dropFirst(wanted.count)
            if rest.first == UInt8(ascii: " ") { return Self.number(rest.dropFirst()) }
        }
        throw SyscallError("read \(key)", path, errno: ENOENT)
    }

    func write(_ text: String) throws(SyscallError) {
        let bytes = Array(text.utf8)
        try retrying("write", "\(path), \"\(text)\"") { pwrite(descriptor, bytes, bytes.count, 0) }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64 {
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { break }
            value = value &* 10 &+ UInt64(digit - UInt8(ascii: "0"))
        }
        return value
    }
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
