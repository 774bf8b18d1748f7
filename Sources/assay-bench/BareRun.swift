import ArgumentParser
import Foundation

/// A program without any jail: posix_spawn(3) and waitid(2) with an empty environment and closed standard streams, the
/// cheapest that an unsandboxed grader could do.
enum BareRun {
    /// How long a program takes, in seconds.
    ///
    /// `root` is the image's tree that `path` is in, entered by chroot(8), whose own exec (some 0.7 ms) counts as bare;
    /// `nil`: the path is the host's.
    static func time(_ path: String, _ arguments: [String], root: String?) throws -> Double {
        let executable = root == nil ? path : "/usr/sbin/chroot"
        let arguments = root.map { ["chroot", $0] + arguments } ?? arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let began = ContinuousClock.now
        var pid: pid_t = 0
        let error = posix_spawn(&pid, executable, &actions, nil, &pointers, &environment)
        guard error == 0 else { throw ValidationError("\(executable): \(String(cString: strerror(error)))") }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let time = seconds(ContinuousClock.now - began)
        guard status == 0 else { throw ValidationError("\(arguments) ended with status \(status)") }
        return time
    }
}
