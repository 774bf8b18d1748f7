import Glibc
import Synchronization

@testable import Images

/// Stands in for mmdebstrap and chroot: makes small trees without network and without root.
final class FakeBuildHost: BuildHost {
    struct Failure: Error {}

    struct State {
        var bootstraps = 0
        var commands: [[String]] = []
        var failsNextBootstrap = false
        var version = "Tool 1.2.3\n"
    }

    private let state = Mutex(State())

    let needsRoot: Bool

    init(needsRoot: Bool = false) {
        self.needsRoot = needsRoot
    }

    var bootstraps: Int { state.withLock(\.bootstraps) }
    var commands: [[String]] { state.withLock(\.commands) }

    func failNextBootstrap() { state.withLock { $0.failsNextBootstrap = true } }
    func print(version: String) { state.withLock { $0.version = version } }

    func bootstrap(_ recipe: Recipe, root: String, progress: @Sendable (String) -> Void) async throws {
        let editor = TreeEditor(root: root)
        try SmallFile.makeFolders(root)
        try editor.write("usr/bin/tool", Array("#!/bin/sh\n".utf8), isExecutable: true)
        try editor.write("usr/bin/perl", Array("perl".utf8), isExecutable: true)
        try editor.write("usr/share/doc/tool/README", Array("read me".utf8))
        try editor.write("etc/passwd", Array("secret:x:0:0::/:/bin/sh\n".utf8))
        try editor.write(
            "var/lib/dpkg/status",
            Array(
                """
                Package: tool
                Version: 1.2.3-1
                Description: a tool
                 with more lines

                Package: perl-base
                Version: 5.40

                """.utf8
            )
        )
        try editor.write("var/lib/dpkg/info/perl-base.list", Array("/.\n/usr\n/bin\n/bin/perl\n".utf8))
        try editor.makeLink("bin", to: "usr/bin")
        let shouldFail = state.withLock { state in
            state.bootstraps += 1
            defer { state.failsNextBootstrap = false }
            return state.failsNextBootstrap
        }
        if shouldFail { throw Failure() }
    }

    func run(
        _ command: [String],
        in root: String,
        folder: String,
        writable: WritablePart,
        epoch: Int64
    ) async throws -> String {
        if command == ["./install.sh"] {
            try TreeEditor(root: root).write("usr/lib/assay/installed", Array("yes".utf8))
        }
        return state.withLock { state in
            state.commands.append(command)
            return state.version
        }
    }

    func compile(_ library: RunnerLibrary, sourceFolder: String, to output: String) async throws {
        var contents: [UInt8] = []
        for source in library.sources { contents += try SmallFile.read("\(sourceFolder)/\(source)") }
        try SmallFile.replace(output, with: contents)
        state.withLock { $0.commands.append(["compile", library.name] + library.sources) }
    }
}

/// A store, one recipe named `tool` and its runner, in a temporary folder.
struct BuildFixture {
    let folder: TemporaryFolder
    let host: FakeBuildHost

    static let recipe = """
        suite: trixie
        packages: [tool]
        runner: tool
        toolchain: {command: [tool, --version], pattern: 'Tool (\\S+)', name: Tool}
        remove_packages: [perl-base]
        remove: [/usr/share/doc, /var/lib/dpkg]
        links: {/usr/bin/t: tool}
        """

    static func with(
        host: FakeBuildHost = FakeBuildHost(),
        _ body: (BuildFixture) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("Images/tool/recipe.yaml", recipe)
            try folder.write("Runners/tool/run.txt", "run")
            try await body(BuildFixture(folder: folder, host: host))
        }
    }

    var store: ImageStore { ImageStore(root: folder.path + "/store") }

    var builder: ImageBuilder {
        ImageBuilder(
            store: store,
            recipes: folder.path + "/Images",
            runners: folder.path + "/Runners",
            host: host
        )
    }

    /// Builds the one image and says what was done.
    @discardableResult
    func build(force: Bool = false, progress: @escaping @Sendable (String) -> Void = { _ in }) async throws
        -> BuildOutcome.Action?
    {
        try await builder.build(["tool"], force: force, progress: progress).first?.action
    }

    var versions: [String] {
        get throws { try folder.names(in: "/store/tool").filter { $0 != "current" } }
    }
}
