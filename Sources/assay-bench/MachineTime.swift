import Foundation

/// CPU time in seconds, of the machine and of this process.
enum MachineTime {
    /// All but idle and waiting, of all cores, since the machine's start.
    ///
    /// See proc(5), */proc/stat*.
    static var busy: Double {
        let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
        let ticks = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard ticks.count > 6 else { return .nan }
        // user, nice, system, idle, iowait, irq, softirq; what follows is in these, or somebody else's.
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    static var ownProcess: Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
