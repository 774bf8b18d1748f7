import Glibc

/// How many descriptors the process may have.
enum DescriptorLimit {
    /// Raises the limit as far as that needs no privilege, and returns it.
    ///
    /// The usual 1024 are there for programs that use select(2), which this one does not. See setrlimit(2).
    static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        var raised = limit
        raised.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, 65536))
        return Int(clamping: setrlimit(resource, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur)
    }
}
