import Glibc
public import LinuxSystem

/// What the calling process uses, under the names that Prometheus' own clients give it.
///
/// See proc(5).
public enum ProcessMetrics {
    /// - Throws: `SyscallError` where procfs cannot be read.
    public static func families() throws(SyscallError) -> [MetricFamily] {
        // The name before the parenthesis may hold anything.
        let stat = try TextFile.read("/proc/self/stat")
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ").dropFirst()
        // Field 3 of proc(5) is the first one here.
        func field(_ number: Int) throws(SyscallError) -> Double {
            guard fields.count > number - 3, let value = Double(fields[fields.startIndex + number - 3]) else {
                throw SyscallError("read field \(number)", "/proc/self/stat", errno: EPROTO)
            }
            return value
        }
        let boot = try TextFile.read("/proc/stat", limit: 1 << 24).split(separator: "\n")
            .first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
        guard let boot else { throw SyscallError("read btime", "/proc/stat", errno: EPROTO) }
        let started = boot + (try field(22)) / Double(sysconf(Int32(_SC_CLK_TCK)))
        let resident = try field(24) * Double(sysconf(Int32(_SC_PAGESIZE)))
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return [
            MetricFamily(
                name: "process_cpu_seconds_total",
                help: "User and system time of the service, without the jails.",
                kind: .counter,
                samples: [.init(value: Double(processCPUMicroseconds()) / 1_000_000)]
            ),
            .gauge("process_resident_memory_bytes", "Resident memory of the service, without the jails.", resident),
            .gauge("process_open_fds", "Open file descriptors.", Double(try openDescriptors())),
            .gauge("process_max_fds", "Largest number of open file descriptors.", Double(limit.rlim_cur)),
            .gauge("process_start_time_seconds", "Start of the process, in seconds since 1970.", started),
        ]
    }

    private static func openDescriptors() throws(SyscallError) -> Int {
        let path = "/proc/self/fd"
        guard let folder = opendir(path) else { throw SyscallError("opendir", path, errno: errno) }
        defer { closedir(folder) }
        // `.`, `..` and the folder itself are not counted.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return count
    }
}
