public import JailProtocol
import Glibc
public import LinuxSystem

/// A slot's groups in the v1 hierarchies of memory, pids and cpuacct: made once, with a launcher that lives in them.
///
/// See Documentation/admin-guide/cgroup-v1.
public final class CgroupV1: Cgroup {
    /// One folder for each controller that is used.
    public struct Folders: Sendable {
        var memory: String
        var pids: String
        var cpuacct: String

        var all: [String] {
            // Controllers that are mounted together share a folder.
            var seen: Set<String> = []
            return [memory, pids, cpuacct].filter { seen.insert($0).inserted }
        }

        func appending(_ name: String) -> Folders {
            Folders(memory: memory + "/" + name, pids: pids + "/" + name, cpuacct: cpuacct + "/" + name)
        }

        func make() throws(SyscallError) {
            for folder in all where mkdir(folder, 0o755) != 0 && errno != EEXIST {
                throw SyscallError("mkdir", folder, errno: errno)
            }
        }
    }

    private let folders: Folders
    private let launcher: Launcher
    private let cpu: Int32
    private let oom: Int32
    private let swapAccounting: Bool
    /// What the launcher itself holds: not the program's.
    private let launcherMemory: UInt64
    private var oomKillsBefore: UInt32 = 0
    /// The launcher's, and the page cache of the image's files, which the kernel gives back when it must.
    private var memoryBefore: UInt64 = 0

    init(folders: Folders, launcher: Launcher) throws(SyscallError) {
        self.folders = folders
        self.launcher = launcher
        try folders.make()
        swapAccounting = access(folders.memory + "/memory.memsw.limit_in_bytes", F_OK) == 0
        cpu = try Descriptor.open(folders.cpuacct + "/cpuacct.usage", O_RDWR).release()
        oom = try Descriptor.open(folders.memory + "/memory.oom_control", O_RDONLY).release()
        for folder in folders.all { try TextFile.write(folder + "/cgroup.procs", String(launcher.pid)) }
        // Pages that it had before are charged elsewhere; what it dirties from now on is a few pages.
        launcherMemory = 1 << 20
    }

    func prepare(memoryBytes: UInt64, processes: UInt32) throws(SyscallError) -> CgroupEntry {
        let memory = folders.memory
        let limit = String(memoryBytes + launcherMemory)
        // The limit with swap may never be below the one without: open it, set the one, close it again.
        if swapAccounting { try TextFile.write(memory + "/memory.memsw.limit_in_bytes", "-1") }
        try TextFile.write(memory + "/memory.limit_in_bytes", limit)
        if swapAccounting { try TextFile.write(memory + "/memory.memsw.limit_in_bytes", limit) }
        // What waits in TCP and UDP sockets has an account of its own here, and none without a limit.
        try TextFile.write(memory + "/memory.kmem.tcp.limit_in_bytes", limit)
        // The launcher and the jail's init come on top of what the program may have.
        try TextFile.write(folders.pids + "/pids.max", String(processes + 2))
        try TextFile.write(memory + "/memory.max_usage_in_bytes", "0")
        try TextFile.write(memory + "/memory.kmem.tcp.max_usage_in_bytes", "0")
        try TextFile.write(folders.cpuacct + "/cpuacct.usage", "0")
        // Last: a lower limit has just taken cache away.
        memoryBefore = try number(memory + "/memory.usage_in_bytes")
        oomKillsBefore = try oomKills()
        return .launcher(launcher)
    }

    func usage() throws(SyscallError) -> CgroupUsage {
        CgroupUsage(
            cpuMicroseconds: (UInt64(try text(cpu, "cpuacct.usage").prefix { $0.isNumber }) ?? 0) / 1000,
            oomKills: try oomKills() - oomKillsBefore
        )
    }

    func memoryPeak() throws(SyscallError) -> UInt64 {
        let memory = folders.memory
        let peak = try number(memory + "/memory.max_usage_in_bytes")
        // Cache that was there before and is gone had to make room for the program: it was not there at the peak.
        let others = min(memoryBefore, try number(memory + "/memory.usage_in_bytes"))
        return peak - min(peak, others) + (try number(memory + "/memory.kmem.tcp.max_usage_in_bytes"))
    }

    func killAll() throws(SyscallError) {
        for pid in try others() { kill(pid, SIGKILL) }
    }

    func finish() throws(SyscallError) {
        let deadline = monotonicMicroseconds() + groupPatience
        for attempt in 0... {
            let left = try others()
            if left.isEmpty { return }
            guard monotonicMicroseconds() < deadline else { throw SyscallError("empty", folders.pids, errno: EBUSY) }
            for pid in left { kill(pid, SIGKILL) }
            usleep(attempt < 20 ? 500 : 10_000)
        }
    }

    func remove() throws(SyscallError) {
        close(cpu)
        close(oom)
        launcher.stop()
        let deadline = monotonicMicroseconds() + groupPatience
        for folder in folders.all {
            // The launcher leaves its groups a moment after it was waited for.
            while rmdir(folder) != 0 {
                let error = errno
                guard error == EBUSY, monotonicMicroseconds() < deadline else {
                    throw SyscallError("rmdir", folder, errno: error)
                }
                usleep(1000)
            }
        }
    }

    /// Processes in the group beside the launcher.
    private func others() throws(SyscallError) -> [pid_t] {
        try TextFile.read(folders.pids + "/cgroup.procs").split(separator: "\n").compactMap { pid_t($0) }
            .filter { $0 != launcher.pid }
    }

    private func oomKills() throws(SyscallError) -> UInt32 {
        let text = try text(oom, "memory.oom_control")
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("oom_kill ") }) else {
            throw SyscallError("read oom_kill", folders.memory + "/memory.oom_control", errno: ENOENT)
        }
        return UInt32(line.dropFirst(9)) ?? 0
    }

    private func number(_ path: String) throws(SyscallError) -> UInt64 {
        UInt64(try TextFile.read(path).prefix { $0.isNumber }) ?? 0
    }

    /// Reads an open control file anew from its start.
    private func text(_ file: Int32, _ name: String) throws(SyscallError) -> String {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = try retrying("pread", name) { pread(file, &buffer, buffer.count, 0) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
