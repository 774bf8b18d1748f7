import CCap
import CJail
import Glibc
import JailProtocol

/// Giving up capabilities.
///
/// See capabilities(7), cap_set_proc(3).
enum Privileges {
    /// Empties the bounding set, for this process and all that come from it; what it has itself, it passes on to programs
    /// that it executes as root, by the inheritable set.
    ///
    /// Once here, since it takes a call for each capability. Members check it before they change sides (`member_enter`).
    static func emptyBoundingSet() throws(JailFailure) {
        guard let own = cap_get_proc() else { throw JailFailure(stage: "cap_get_proc", errno: errno) }
        defer { cap_free(UnsafeMutableRawPointer(own)) }
        guard cap_fill(own, CAP_INHERITABLE, CAP_PERMITTED) == 0, cap_set_proc(own) == 0 else {
            throw JailFailure(stage: "inheritable capabilities", errno: errno)
        }
        try step("drop bounding set", cjail_drop_bounding_set())
    }

    /// Empties the effective, permitted and inheritable sets of the calling process, and the ambient set with them.
    static func dropAllCapabilities() throws(JailFailure) {
        guard let none = cap_init() else { throw JailFailure(stage: "cap_init", errno: errno) }
        defer { cap_free(UnsafeMutableRawPointer(none)) }
        guard cap_set_proc(none) == 0 else { throw JailFailure(stage: "cap_set_proc", errno: errno) }
    }
}
