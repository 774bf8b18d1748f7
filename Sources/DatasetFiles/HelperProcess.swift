import Glibc
import LinuxSystem

/// The Python process that reads and writes Parquet, with pipes to and from it.
///
/// There is no Parquet library for Swift; pyarrow is the one that Hugging Face's own tools use. The process is trusted:
/// it runs none of the data.
final class HelperProcess {
    private var pid: pid_t
    let name: String
    private let errors: Int32

    /// Where `ops/setup-parquet` installs pyarrow.
    static let installed = "/usr/local/lib/assay/parquet/bin/python3"

    /// Starts it.
    ///
    /// - Parameters:
    ///   - arguments: What it is to do.
    ///   - descriptors: Its descriptors 0, 1 and from 3 on, by its own numbers. They stay the caller's.
    ///   - name: What it works on, for messages.
    /// - Throws: ``DatasetFileError`` where it can't be started.
    init(_ arguments: [String], descriptors: [(own: Int32, theirs: Int32)], name: String) throws(DatasetFileError) {
        self.name = name
        // A helper that ended is told by the write's error.
        signal(SIGPIPE, SIG_IGN)
        let ends = try Self.makePipe()
        errors = ends.read
        defer { close(ends.write) }
        // Out of the way of the numbers that they are to get, since dup2(2) closes what was there.
        var moved: [(own: Int32, theirs: Int32)] = []
        defer { for pair in moved { close(pair.own) } }
        for pair in descriptors + [(ends.write, 2)] {
            moved.append((fcntl(pair.own, F_DUPFD_CLOEXEC, 64), pair.theirs))
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if !descriptors.contains(where: { $0.theirs == 0 }) {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        for pair in moved { posix_spawn_file_actions_adddup2(&actions, pair.own, pair.theirs) }
        let python = Self.python
        let script = String(decoding: PackageResources.parquet_py, as: UTF8.self)
        // Isolated: no modules from the folder that the command is called in.
        var pointers: [UnsafeMutablePointer<CChar>?] = ([python, "-I", "-c", script] + arguments).map { strdup($0) }
        pointers.append(nil)
        var environment: [UnsafeMutablePointer<CChar>?] = [
            strdup("PATH=/usr/local/bin:/usr/bin:/bin"), strdup("LC_ALL=C.UTF-8"), strdup("PYTHONDONTWRITEBYTECODE=1"),
            nil,
        ]
        defer { for pointer in pointers + environment { free(pointer) } }
        pid = 0
        let error = posix_spawnp(&pid, python, &actions, nil, &pointers, &environment)
        // What was opened is closed at the end of this object, which comes with the error.
        guard error == 0 else {
            throw DatasetFileError("\(python): \(String(cString: strerror(error))); \(Self.advice)")
        }
    }

    deinit {
        if pid > 0 {
            kill(pid, SIGKILL)
            _ = wait()
        }
        close(errors)
    }

    static func makePipe() throws(DatasetFileError) -> (read: Int32, write: Int32) {
        do throws(SyscallError) {
            return try Descriptor.pipe()
        } catch {
            throw DatasetFileError(error.description)
        }
    }

    /// Waits for its end and says what went wrong, if anything.
    func finish() throws(DatasetFileError) {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while text.count < 1 << 16 {
            let count = read(errors, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        let status = wait()
        guard status != 0 else { return }
        let said = String(decoding: text, as: UTF8.self).split(separator: "\n").last.map(String.init)
        // See parquet.py for the status.
        if status >> 8 == 5 {
            throw DatasetFileError("Parquet needs Python's pyarrow, which \(Self.python) does not have; \(Self.advice)")
        }
        throw DatasetFileError("\(name): \(said ?? "the Parquet helper ended with status \(status)")")
    }

    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        pid = 0
        return status
    }

    /// `ASSAY_PYTHON`, else where `ops/setup-parquet` puts it, else the first on the path.
    private static var python: String {
        if let named = getenv("ASSAY_PYTHON") { return String(cString: named) }
        return access(installed, X_OK) == 0 ? installed : "python3"
    }

    private static let advice = "run ops/setup-parquet, or name a Python that has it in ASSAY_PYTHON"
}
