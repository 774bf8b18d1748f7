import DatasetFiles
import Foundation

/// Asks git what a file was.
///
/// Without Foundation's `Process`, which starts threads: this runs before the process has any.
enum GitHistory {
    /// A file as it was at a revision, opened; `nil` where it was not there yet.
    /// - Throws: ``UsageError`` where there is no such revision, or no repository.
    static func file(_ file: String, at revision: String) throws -> OpenFile? {
        guard let content = try content(of: file, at: revision) else { return nil }
        var path = Array((NSTemporaryDirectory() + "/assay-XXXXXX").utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw UsageError("a temporary file: \(String(cString: strerror(errno)))") }
        let name = path.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        // The name is gone at once; the open file stays.
        defer { unlink(name) }
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: Data(content))
        return try ProblemSource.open(name)
    }

    private static func content(of file: String, at revision: String) throws -> [UInt8]? {
        let folder = (file as NSString).deletingLastPathComponent
        let name = (file as NSString).lastPathComponent
        let git = ["git", "-C", folder.isEmpty ? "." : folder]
        guard
            try run(git + ["rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}"]).status == 0
        else { throw UsageError("--since \(revision): git knows no such revision of \(folder.isEmpty ? "." : folder)") }
        guard try run(git + ["cat-file", "-e", "\(revision):./\(name)"], isQuiet: true).status == 0 else { return nil }
        let (status, output) = try run(git + ["cat-file", "blob", "\(revision):./\(name)"])
        guard status == 0 else { throw UsageError("\(file): git cannot show it at \(revision)") }
        return output
    }

    private static func run(_ arguments: [String], isQuiet: Bool = false) throws -> (status: Int32, output: [UInt8]) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw UsageError("git: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        if isQuiet { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
        var child = pid_t()
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let fault = posix_spawnp(&child, arguments[0], &actions, nil, &words, environ)
        close(ends[1])
        guard fault == 0 else {
            close(ends[0])
            throw UsageError("git cannot be started: \(String(cString: strerror(fault)))")
        }
        let output = [UInt8](FileHandle(fileDescriptor: ends[0], closeOnDealloc: true).readDataToEndOfFile())
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return (status, output)
    }
}
