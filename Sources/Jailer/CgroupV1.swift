import Glibc
import LinuxSystem

/// A slot's groups in the v1 hierarchies of memory, pids and cpuacct: made once, with its templates in them.
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

    let includesResidents = true

    private let folders: Folders
    private let memoryLimit: ControlFile
    /// With swap; `nil` where the kernel does not account it.
    private let swapLimit: ControlFile?
    private let memoryUsage: ControlFile
    private let memoryMaximum: ControlFile
    private let memoryStatistics: ControlFile
    private let socketLimit: ControlFile
    private let socketMaximum: ControlFile
    private let oom: ControlFile
    private let cpu: ControlFile
    private let processLimit: ControlFile
    private let processes: ControlFile

    /// Templates and fork servers: they are there between runs.
    private var residents: Set<pid_t> = []
    /// What they hold beside page cache, and the whole use with it at that time, in bytes; `nil` where the residents
    /// have changed since.
    private var measured: (residents: UInt64, usage: UInt64)?
    private var limits: (memory: UInt64, sockets: UInt64, processes: UInt64)?
    /// At the run's begin: its own use is what came on top.
    private var cpuBefore: UInt64 = 0
    private var oomKillsBefore: UInt32 = 0
    private var memoryBefore: UInt64 = 0
    /// With the init.
    private var processesBefore: UInt64 = 0
    /// How many tasks the residents are; `nil` where that has changed since.
    private var residentTasks: UInt64?
    /// What `begin` was called with, where nothing has changed since.
    private var begun: CgroupLimits?

    /// What the residents may come to hold more in the course of a run, and what their measure may lack: 3 MiB.
    private static let residentSlack: UInt64 = 3 << 20
    /// A change of the group's use that is no reason to measure the residents again: 2 MiB, within the slack.
    private static let unnoticed: UInt64 = 2 << 20

    private static func isUnnoticed(_ usage: UInt64, since before: UInt64) -> Bool {
        max(usage, before) - min(usage, before) <= unnoticed
    }

    init(folders: Folders) throws(SyscallError) {
        self.folders = folders
        try folders.make()
        let memory = folders.memory + "/memory."
        memoryLimit = try ControlFile(memory + "limit_in_bytes")
        let swap = memory + "memsw.limit_in_bytes"
        swapLimit = access(swap, F_OK) == 0 ? try ControlFile(swap) : nil
        memoryUsage = try ControlFile(memory + "usage_in_bytes", writable: false)
        memoryMaximum = try ControlFile(memory + "max_usage_in_bytes")
        memoryStatistics = try ControlFile(memory + "stat", writable: false)
        socketLimit = try ControlFile(memory + "kmem.tcp.limit_in_bytes")
        socketMaximum = try ControlFile(memory + "kmem.tcp.max_usage_in_bytes")
        oom = try ControlFile(memory + "oom_control", writable: false)
        cpu = try ControlFile(folders.cpuacct + "/cpuacct.usage")
        processLimit = try ControlFile(folders.pids + "/pids.max")
        processes = try ControlFile(folders.pids + "/pids.current", writable: false)
    }

    func adopt(_ template: pid_t) throws(SyscallError) {
        for folder in folders.all { try TextFile.write(folder + "/cgroup.procs", String(template)) }
        note(resident: template)
    }

    func admitResident() throws(SyscallError) {
        // Under a small one it would crawl: pages of its files go as soon as they are there, which is no lack of memory.
        guard limits != nil else { return }
        (limits, begun) = (nil, nil)
        try swapLimit?.write("-1")
        try memoryLimit.write("-1")
        try processLimit.write("max")
    }

    func note(resident pid: pid_t) {
        residents.insert(pid)
        (measured, residentTasks, begun) = (nil, nil, nil)
    }

    func forget(resident pid: pid_t) {
        residents.remove(pid)
        (measured, residentTasks, begun) = (nil, nil, nil)
    }

    /// Jails are born in their template's group.
    func makeRun() throws(SyscallError) -> Int32? {
        begun = nil
        return nil
    }

    func begin(_ limits: CgroupLimits) throws(SyscallError) {
        if limits == begun {
            // What the last jail held is freed a moment after its end.
            let usage = try memoryUsage.number()
            if usage == memoryBefore { return }
            if Self.isUnnoticed(usage, since: memoryBefore) { return try countMemory() }
        }
        let others = try waitUntilAlone(with: limits.hasStandby ? 2 : 1) - (limits.hasStandby ? 1 : 0)
        // The jail's init is here already: it comes on top of what the program may have, as do the residents.
        try setLimits(
            memory: limits.memoryBytes + (try measureResidents()) + Self.residentSlack,
            sockets: limits.memoryBytes,
            processes: UInt64(limits.processes) + others
        )
        processesBefore = others
        try socketMaximum.write("0")
        // Last: a lower limit has just taken cache away.
        try countMemory()
        cpuBefore = try cpu.number()
        oomKillsBefore = try oomKills()
        begun = limits
    }

    /// Checks that no other processes than residents and so many of the jail are there; those of a jail that has just ended
    /// leave by themselves.
    /// - Returns: how many the group counts, with the threads of residents.
    private func waitUntilAlone(with own: UInt64) throws(SyscallError) -> UInt64 {
        let count = try processes.number()
        if let tasks = residentTasks, count == tasks + own { return count }
        let deadline = monotonicMicroseconds() + groupPatience
        while try members().count > own {
            guard monotonicMicroseconds() < deadline else { throw SyscallError("empty", folders.pids, errno: EBUSY) }
            usleep(100)
        }
        let settled = try processes.number()
        residentTasks = settled - min(own, settled)
        return settled
    }

    private func countMemory() throws(SyscallError) {
        try memoryMaximum.write("0")
        memoryBefore = try memoryUsage.number()
    }

    private func setLimits(memory: UInt64, sockets: UInt64, processes: UInt64) throws(SyscallError) {
        if limits?.memory != memory {
            let limit = String(memory)
            // The limit with swap may never be below the one without: open it, set the one, close it again.
            try swapLimit?.write("-1")
            try memoryLimit.write(limit)
            try swapLimit?.write(limit)
        }
        // What waits in TCP and UDP sockets has an account of its own here, and none without a limit; residents have
        // nothing in it.
        if limits?.sockets != sockets { try socketLimit.write(String(sockets)) }
        if limits?.processes != processes { try processLimit.write(String(processes)) }
        limits = (memory, sockets, processes)
    }

    /// What was there before the run, page cache apart, which the kernel gives back when it must.
    ///
    /// Measured anew wherever the use of the group has changed: residents grow by what their forks make them copy, and
    /// files and segments of the last run are freed a moment after it has ended.
    private func measureResidents() throws(SyscallError) -> UInt64 {
        var usage = try memoryUsage.number()
        if let known = measured {
            // As soon as it is as it was.
            for _ in 0..<20 where usage > known.usage + Self.unnoticed {
                usleep(250)
                usage = try memoryUsage.number()
            }
            if Self.isUnnoticed(usage, since: known.usage) { return known.residents }
        }
        // Until no more is freed. Where that takes long, as on a swamped machine, this run gets so much more: too tight a
        // limit would be a wrong verdict. The next one finds that it has changed.
        var held = try memoryBesideCache()
        for _ in 0..<400 {
            usleep(5000)
            let before = held
            held = try memoryBesideCache()
            if held + Self.unnoticed / 4 >= before { break }
        }
        measured = (held, try memoryUsage.number())
        return held
    }

    private func memoryBesideCache() throws(SyscallError) -> UInt64 {
        let cache = try memoryStatistics.number(of: "inactive_file") + memoryStatistics.number(of: "active_file")
        let usage = try memoryUsage.number()
        return usage - min(usage, cache)
    }

    func usage() throws(SyscallError) -> CgroupUsage {
        CgroupUsage(
            cpuMicroseconds: (try cpu.number() - cpuBefore) / 1000,
            oomKills: try oomKills() - oomKillsBefore
        )
    }

    func memoryPeak() throws(SyscallError) -> UInt64 {
        let peak = try memoryMaximum.number()
        // Cache that was there before and is gone had to make room for the program: it was not there at the peak.
        let others = min(memoryBefore, try memoryUsage.number())
        let own = peak - min(peak, others)
        // The slack that came on top of the limit is for the residents.
        return min(own, limits?.sockets ?? .max) + (try socketMaximum.number())
    }

    /// Of those that it leaves, `begin` finds out.
    func leaveLast() {}

    func finish() throws(SyscallError) {
        let deadline = monotonicMicroseconds() + groupPatience
        for attempt in 0... {
            let left = try members()
            if left.isEmpty { return }
            guard monotonicMicroseconds() < deadline else { throw SyscallError("empty", folders.pids, errno: EBUSY) }
            // Those of a jail that has just ended leave by themselves.
            if attempt > 10 { CgroupTree.end(left) }
            usleep(attempt < 20 ? 100 : 10_000)
        }
    }

    func remove() throws(SyscallError) {
        let deadline = monotonicMicroseconds() + groupPatience
        for folder in folders.all {
            // Processes leave their groups a moment after they have ended.
            while rmdir(folder) != 0 {
                let error = errno
                guard error == EBUSY, monotonicMicroseconds() < deadline else {
                    throw SyscallError("rmdir", folder, errno: error)
                }
                usleep(1000)
            }
        }
    }

    /// By number: a list of them takes four calls, and `finish` looks at one.
    func isLeftToInit() throws(SyscallError) -> Bool { try processes.number() <= processesBefore }

    private func members() throws(SyscallError) -> [pid_t] {
        // Opened anew: an open file shows the list that was there when it was read first.
        try CgroupTree.processes(of: folders.pids).filter { !residents.contains($0) }
    }

    private func oomKills() throws(SyscallError) -> UInt32 { UInt32(clamping: try oom.number(of: "oom_kill")) }
}
