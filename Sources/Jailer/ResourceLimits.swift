import CJail
import JailProtocol

/// Limits of single processes, the second line behind the cgroup's.
///
/// See setrlimit(2).
enum ResourceLimits {
    static func all(of limits: JailLimits) -> [(resource: Int32, value: UInt64)] {
        // The cgroup's CPU time is the limit that counts; this one ends a process should the jailer be stopped.
        let cpuSeconds = (limits.cpuMicroseconds + 999_999) / 1_000_000 + 2
        return [
            (cjail_rlimit_cpu, cpuSeconds),
            (cjail_rlimit_fsize, limits.fileSizeBytes),
            (cjail_rlimit_stack, limits.stackBytes),
            (cjail_rlimit_nofile, UInt64(limits.openFiles)),
            (cjail_rlimit_core, 0),
            (cjail_rlimit_nice, 0),
            (cjail_rlimit_rtprio, 0),
        ]
    }
}
