import CJail
import Glibc

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
