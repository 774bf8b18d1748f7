import Glibc
import Subprocess

/// What a build needs of the machine it runs on; tests put their own in its place.
protocol BuildHost: Sendable {
    /// Whether the steps below work for root only.
    var needsRoot: Bool { get }

    /// Installs a recipe's packages into a new tree at `root`.
    func bootstrap(_ recipe: Recipe, root: String, progress: @Sendable (String) -> Void) async throws

    /// Runs a command in a tree, as root, without network; everything but `/tmp` and `writable` is read-only to it.
    ///
    /// - Returns: The command's standard output.
    func run(_ command: [String], in root: String, folder: String, writable: WritablePart, epoch: Int64) async throws
        -> String

    /// Compiles a library from the C files in `sourceFolder` to the file `output`; both are paths of this machine.
    func compile(_ library: RunnerLibrary, sourceFolder: String, to output: String) async throws
}

/// The part of a tree that a command may write.
enum WritablePart: Sendable, Hashable {
    case nothing
    case runner
    case everything
}

/// mmdebstrap(1), unshare(1) and cc(1).
struct SystemBuildHost: BuildHost {
    var needsRoot: Bool { true }

    func bootstrap(_ recipe: Recipe, root: String, progress: @Sendable (String) -> Void) async throws {
        // A fixed hash seed makes Python's byte code, which packages compile when they are installed, the same each time.
        try await Command(
            "mmdebstrap",
            Self.bootstrapArguments(recipe, root: root),
            environment: ["DEBIAN_FRONTEND": "noninteractive", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"],
            package: "mmdebstrap"
        ).run { line in
            // Its own lines begin with a letter for their weight; apt's and dpkg's do not.
            if line.hasPrefix("I: ") { progress(String(line.dropFirst(3))) }
            if line.hasPrefix("W: ") { progress("warning: " + line.dropFirst(3)) }
        }
    }

    static func bootstrapArguments(_ recipe: Recipe, root: String) -> [String] {
        var arguments = [
            "--mode=root", "--format=directory", "--variant=essential", "--skip=output/dev",
            "--include=" + recipe.packages.joined(separator: ","),
            "--aptopt=APT::Install-Recommends \"false\"",
            "--aptopt=Acquire::Languages \"none\"",
            "--aptopt=Acquire::Retries \"3\"",
            // The tree is thrown away if the build is interrupted, so waiting for the disk after each file gains nothing.
            "--dpkgopt=force-unsafe-io",
        ]
        if let release = recipe.targetRelease { arguments.append("--aptopt=APT::Default-Release \"\(release)\"") }
        if recipe.acceptsExpiredLists { arguments.append("--aptopt=Acquire::Check-Valid-Until \"false\"") }
        arguments += (recipe.shared.exclude + recipe.own.exclude).map { "--dpkgopt=path-exclude=\($0)" }
        arguments += [recipe.suite, root]
        for suite in [recipe.suite] + recipe.extraSuites {
            arguments.append("deb \(recipe.mirror) \(suite) main")
        }
        return arguments + recipe.extraSources
    }

    func run(
        _ command: [String],
        in root: String,
        folder: String,
        writable: WritablePart,
        epoch: Int64
    ) async throws -> String {
        let part =
            switch writable {
            case .nothing: "none"
            case .runner: "runner"
            case .everything: "all"
            }
        let arguments =
            [
                "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child", "--propagation", "private",
                "--",
                "/bin/sh", "-euc", Self.enterScript, "sh", root, part, folder, String(epoch),
            ] + command
        return try await Command("unshare", arguments, environment: [:], package: "util-linux").output()
    }

    func compile(_ library: RunnerLibrary, sourceFolder: String, to output: String) async throws {
        _ = try await Command(
            "cc",
            library.compilerArguments(sourceFolder: sourceFolder, output: output),
            environment: ["LC_ALL": "C.UTF-8"],
            package: "gcc libc6-dev"
        ).output()
    }

    /// Mounts, in a mount namespace of its own, what programs expect, and enters the tree.
    private static let enterScript = """
        root=$1 part=$2 folder=$3 epoch=$4
        shift 4
        mount --bind "$root" "$root"
        if [ "$part" = runner ]; then mount --bind "$root/usr/lib/assay" "$root/usr/lib/assay"; fi
        mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$root/tmp"
        mount -t tmpfs -o nosuid,mode=0755 tmpfs "$root/dev"
        mkdir -m 1777 "$root/dev/shm"
        for node in null zero full random urandom; do
            : > "$root/dev/$node"
            mount --bind "/dev/$node" "$root/dev/$node"
        done
        ln -s /proc/self/fd "$root/dev/fd"
        mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
        if [ "$part" != all ]; then mount -o remount,bind,ro "$root"; fi
        exec chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/tmp TMPDIR=/tmp LANG=C.UTF-8 \\
            LC_ALL=C.UTF-8 TZ=UTC PYTHONHASHSEED=0 SOURCE_DATE_EPOCH="$epoch" \\
            /bin/sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
        """
}

/// A program of the host, run to its end.
private struct Command {
    let program: String
    let arguments: [String]
    let environment: [String: String]
    /// The Debian package that has the program.
    let package: String

    init(_ program: String, _ arguments: [String], environment: [String: String], package: String) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.package = package
    }

    /// Runs it; each line of output and errors goes to `line`.
    func run(line: @Sendable (String) -> Void) async throws {
        var last: [String] = []
        let status: TerminationStatus
        do {
            let result = try await Subprocess.run(
                .name(program),
                arguments: Arguments(arguments),
                environment: fullEnvironment,
                input: .none,
                output: .sequence,
                error: .combinedWithOutput
            ) { execution in
                var tail: [String] = []
                for try await text in execution.standardOutput.strings() {
                    let trimmed = String(text.drop { $0 == " " }.prefix { !$0.isNewline })
                    if trimmed.isEmpty { continue }
                    line(trimmed)
                    tail.append(trimmed)
                    if tail.count > 12 { tail.removeFirst() }
                }
                return tail
            }
            last = result.closureResult
            status = result.terminationStatus
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw missing
        }
        try check(status, last)
    }

    /// Runs it and collects its standard output.
    func output() async throws -> String {
        do {
            let result = try await Subprocess.run(
                .name(program),
                arguments: Arguments(arguments),
                environment: fullEnvironment,
                input: .none,
                output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 20)
            )
            let lines = (result.standardOutput + "\n" + result.standardError).split(separator: "\n").map(String.init)
            try check(result.terminationStatus, lines.suffix(12))
            return result.standardOutput
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw missing
        }
    }

    private var fullEnvironment: Environment {
        var variables: [Environment.Key: String] = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        ]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return .custom(variables)
    }

    private var missing: ImageError {
        ImageError(.missingTool, "\(program) is not installed; run apt-get install \(package), or ops/setup")
    }

    private func check(_ status: TerminationStatus, _ output: some Collection<String>) throws(ImageError) {
        guard !status.isSuccess else { return }
        let text = output.joined(separator: "\n    ")
        if text.contains("No space left on device") {
            throw ImageError(
                .diskFull,
                "\(program) found no space left on the disk; free some, or move the image store"
            )
        }
        throw ImageError(.commandFailed, "\(program) failed (\(status)); its last words:\n    \(text)")
    }
}
