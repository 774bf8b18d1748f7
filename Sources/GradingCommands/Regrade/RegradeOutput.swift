import DatasetFiles
import Foundation
import Regrading
import Sandbox

/// Where a regrade's output goes, and the folder beside it that holds what is kept until the end.
///
/// The service's user writes into that folder, but may not write beside it. So a shell is started before privileges are
/// dropped, which waits to be told to put the finished file in its place: it does nothing else, and ends with this process.
struct RegradeOutput: Sendable {
    /// `-` is standard output.
    var path: String
    var kind: FileKind
    var folder: String
    /// The file that becomes the output.
    var descriptor: Int32
    private var publisher: Publisher?

    /// Makes the folder and opens the file, with the privileges that the process was started with.
    ///
    /// - Throws: ``UsageError`` where it can't be done, or must not.
    init(path: String, overwrites: Bool, owner: ServiceUser?) throws {
        self.path = path
        do {
            kind = path == "-" ? .jsonLines(.none) : try FileKind(name: path)
        } catch {
            throw UsageError("--output \(error.description)")
        }
        if path == "-" {
            folder = NSTemporaryDirectory() + "assay-regrade-\(UUID().uuidString)"
        } else {
            if !overwrites, FileManager.default.fileExists(atPath: path) {
                throw UsageError("\(path) is there already; --overwrite replaces it once the new one is whole")
            }
            folder = path + ".regrade"
        }
        if !folder.hasPrefix("/") { folder = FileManager.default.currentDirectoryPath + "/" + folder }
        if let owner {
            try owner.makeFolder(folder)
        } else if mkdir(folder, 0o755) != 0, errno != EEXIST {
            throw UsageError("\(folder): \(String(cString: strerror(errno)))")
        }
        let partial = folder + "/" + RegradeOptions.partialName
        if path == "-" {
            descriptor = STDOUT_FILENO
        } else {
            descriptor = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw UsageError("\(partial): \(String(cString: strerror(errno)))") }
        }
        publisher = try Publisher(partial: partial, path: path, folder: folder)
    }

    /// Puts the finished file in its place, in one step.
    func publish() throws { if path != "-" { try publisher?.tell("publish") } }

    /// Removes the folder: there is nothing left to go on with.
    func removeFolder() throws { try publisher?.tell("remove") }
}

/// A shell that puts a file in its place when told to.
private final class Publisher: Sendable {
    private let input: Int32
    private let output: Int32
    private let path: String

    private static let script = """
        while read -r word; do
            case $word in
            publish) chown -h "$(id -u):$(id -g)" "$1" && mv -fT "$1" "$2" && sync "$(dirname "$2")" || exit 1 ;;
            remove) rm -rf "$3" || exit 1 ;;
            esac
            echo done
        done
        """

    init(partial: String, path: String, folder: String) throws {
        self.path = path
        var requests: [Int32] = [0, 0]
        var answers: [Int32] = [0, 0]
        guard pipe(&requests) == 0, pipe(&answers) == 0 else {
            throw UsageError("pipe: \(String(cString: strerror(errno)))")
        }
        (input, output) = (requests[1], answers[0])
        for descriptor in requests + answers { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, requests[0], 0)
        posix_spawn_file_actions_adddup2(&actions, answers[1], 1)
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        let arguments = ["sh", "-c", Self.script, "sh", partial, absolute, folder]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
        defer { for pointer in pointers + environment { free(pointer) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, "/bin/sh", &actions, nil, &pointers, &environment)
        close(requests[0])
        close(answers[1])
        guard error == 0 else { throw UsageError("/bin/sh: \(String(cString: strerror(error)))") }
    }

    deinit {
        close(input)
        close(output)
    }

    func tell(_ word: String) throws {
        let line = Array((word + "\n").utf8)
        guard write(input, line, line.count) == line.count else { throw PublishError(path: path) }
        var answer = [UInt8](repeating: 0, count: 5)
        guard read(output, &answer, 5) == 5 else { throw PublishError(path: path) }
    }
}

/// The output is whole but could not be put in its place.
private struct PublishError: Error, CustomStringConvertible {
    var path: String

    var description: String { "\(path): the finished file could not be put there; it is in \(path).regrade" }
}
