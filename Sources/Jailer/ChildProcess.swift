import CJail
import Glibc
import JailProtocol

/// Closes whatever a child has open of its parent's, which would keep others from seeing the end of a pipe.
func closeDescriptors(except kept: [Int32]) throws(JailFailure) {
    var next: UInt32 = 0
    for descriptor in kept.map(UInt32.init).sorted() {
        if descriptor > next { try step("close_range", cjail_close_range(next, descriptor - 1, false)) }
        next = descriptor + 1
    }
    try step("close_range", cjail_close_range(next, .max, false))
}

/// A NULL-terminated array of C strings, for execve(2); lives as long as the process.
struct CStringArray {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [String]) {
        pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
        pointers[strings.count] = nil
    }
}

/// Waits for a child; `nil` where a signal ended it.
func exitStatus(of child: Int) -> Int32? {
    var exited = false
    var status: Int32 = 0
    _ = cjail_wait(pid_t(child), false, &exited, &status)
    return exited ? status : nil
}
