import CJail
import Glibc
import LinuxSystem

/// A slot's group in the unified hierarchy: made anew for each run.
///
/// See Documentation/admin-guide/cgroup-v2.rst.
final class CgroupV2: Cgroup {
    private let folder: String
    private var run: Run?

    /// The open files of one run's group.
    private struct Run {
        var group: Int32
        var cpu: Int32
        var events: Int32
    }

    /// - Parameter folder: the slot's group, which does not exist between runs.
    init(folder: String) { self.folder = folder }

    func prepare(memoryBytes: UInt64, processes: UInt32) throws(SyscallError) -> CgroupEntry {
        let path = folder
        try retrying("mkdir", path) { mkdir(path, 0o755) }
        try TextFile.write(folder + "/memory.max", String(memoryBytes))
        try TextFile.write(folder + "/memory.swap.max", "0")
        try TextFile.write(folder + "/memory.oom.group", "1")
        // The jail's init comes on top of what the program may have.
        try TextFile.write(folder + "/pids.max", String(processes + 1))
        let run = Run(
            group: try Descriptor.open(folder, O_RDONLY | O_DIRECTORY).release(),
            cpu: try Descriptor.open(folder + "/cpu.stat", O_RDONLY).release(),
            events: try Descriptor.open(folder + "/memory.events", O_RDONLY).release()
        )
        self.run = run
        return .cloneInto(descriptor: run.group)
    }

    func usage() throws(SyscallError) -> CgroupUsage {
        guard let run else { throw SyscallError("read", folder, errno: ENOENT) }
        return CgroupUsage(
            cpuMicroseconds: try value(of: "usage_usec", in: run.cpu, "cpu.stat"),
            oomKills: UInt32(clamping: try value(of: "oom_kill", in: run.events, "memory.events"))
        )
    }

    func memoryPeak() throws(SyscallError) -> UInt64 {
        let text = try TextFile.read(folder + "/memory.peak")
        return UInt64(text.prefix { $0.isNumber }) ?? 0
    }

    func killAll() throws(SyscallError) { try TextFile.write(folder + "/cgroup.kill", "1") }

    func finish() throws(SyscallError) {
        closeFiles()
        // Ended processes leave the group a moment after they were waited for.
        let deadline = monotonicMicroseconds() + groupPatience
        for attempt in 0... {
            // Not there: it could not be made.
            if rmdir(folder) == 0 || errno == ENOENT { return }
            let error = errno
            guard error == EBUSY, monotonicMicroseconds() < deadline else {
                throw SyscallError("rmdir", folder, errno: error)
            }
            if attempt == 0 { try killAll() }
            usleep(attempt < 20 ? 500 : 10_000)
        }
    }

    /// Between runs there is none.
    func remove() throws(SyscallError) { try finish() }

    private func closeFiles() {
        guard let run else { return }
        close(run.group)
        close(run.cpu)
        close(run.events)
        self.run = nil
    }

    /// The number behind a key in a flat-keyed file, read anew from its start.
    private func value(of key: String, in file: Int32, _ name: String) throws(SyscallError) -> UInt64 {
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = try retrying("pread", folder + "/" + name) { pread(file, &buffer, buffer.count, 0) }
        for line in buffer[..<count].split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            if fields.count == 2, fields[0].elementsEqual(key.utf8) {
                return UInt64(String(decoding: fields[1], as: UTF8.self)) ?? 0
            }
        }
        throw SyscallError("read \(key)", folder + "/" + name, errno: ENOENT)
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
