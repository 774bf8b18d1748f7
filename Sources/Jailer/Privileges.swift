import CCap
import Glibc
import JailProtocol

/// Giving up capabilities.
///
/// See capabilities(7), cap_set_proc(3).
enum Privileges {
    /// Empties the effective, permitted and inheritable sets of the calling process, and the ambient set with them.
    static func dropAllCapabilities() throws(JailFailure) {
        guard let none = cap_init() else { throw JailFailure(stage: "cap_init", errno: errno) }
        defer { cap_free(UnsafeMutableRawPointer(none)) }
        guard cap_set_proc(none) == 0 else { throw JailFailure(stage: "cap_set_proc", errno: errno) }
    }
}
