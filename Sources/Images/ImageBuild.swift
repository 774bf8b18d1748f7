import Dispatch
import Glibc

/// One image's build, from the lock to the switch of `current`.
struct ImageBuild: Sendable {
    private let store: ImageStore
    private let host: any BuildHost
    private let recipe: Recipe
    private let runner: RunnerFiles
    private let recipeDigest: String
    private let force: Bool
    private let progress: @Sendable (String) -> Void

    init(
        builder: ImageBuilder,
        recipe: Recipe,
        force: Bool,
        progress: @escaping @Sendable (String) -> Void
    ) throws(ImageError) {
        store = builder.store
        host = builder.host
        self.recipe = recipe
        runner =
            if let folder = recipe.runner {
                try RunnerFiles(folder, in: builder.runners)
            } else {
                RunnerFiles()
            }
        recipeDigest = runner.digest(with: recipe)
        self.force = force
        self.progress = { line in progress("\(recipe.name): \(line)") }
    }

    func result() async -> Result<BuildOutcome, any Error> {
        do {
            return .success(try await run())
        } catch {
            return .failure(error)
        }
    }

    private func run() async throws -> BuildOutcome {
        let clock = ContinuousClock()
        let start = clock.now
        func outcome(_ action: BuildOutcome.Action, _ record: ImageRecord) -> BuildOutcome {
            let seconds = (clock.now - start) / .seconds(1)
            return BuildOutcome(name: recipe.name, action: action, image: record, seconds: seconds)
        }
        if !force, case .upToDate(let image) = try await offPool({ try assess(quietly: true) }) {
            progress("up to date (\(image.toolchain), \(image.digest))")
            return outcome(.upToDate, image.record)
        }
        guard !host.needsRoot || geteuid() == 0 else {
            throw ImageError(.notRoot, "building image \(recipe.name) needs root; run it with sudo")
        }
        let lock = try await acquireLock()
        defer { withExtendedLifetime(lock) {} }
        // Whoever held the lock may have built just this.
        let staging = store.stagingFolder(recipe.name)
        let base: Base
        // The current version is let go again at the end of this statement: it is removed once the new one is in place.
        switch try await offPool({ try assess(quietly: force) }) {
        case .upToDate(let image) where !force:
            progress("up to date (\(image.toolchain), \(image.digest))")
            return outcome(.upToDate, image.record)
        case .runnerChanged(let image) where !force:
            progress("only the runner changed; keeping the packages")
            base = try await offPool {
                try prepare(staging)
                return try copyBase(of: image, to: staging + "/rootfs")
            }
        default:
            try await offPool { try prepare(staging) }
            base = try await makeBase(at: staging + "/rootfs")
        }
        let record = try await finish(base, staging)
        progress(
            "done in \(Int(((clock.now - start) / .seconds(1)).rounded())) s (\(record.toolchain), \(record.digest))"
        )
        return outcome(base.isFresh ? .full : .runnerLayer, record)
    }

    /// How the current version stands to the recipe.
    private enum State {
        case upToDate(Image)
        case runnerChanged(Image)
        case outdated
    }

    private func assess(quietly: Bool) throws(ImageError) -> State {
        let image: Image
        do {
            image = try store.current(recipe.name)
            guard image.record.baseDigest == recipe.digest else {
                if !quietly { progress("the recipe changed since the image was built") }
                return .outdated
            }
            try store.verify(image)
        } catch let error where error.code == .notFound {
            return .outdated
        } catch let error where error.code == .altered {
            if !quietly { progress(error.message) }
            return .outdated
        }
        return image.record.recipeDigest == recipeDigest ? .upToDate(image) : .runnerChanged(image)
    }

    private func acquireLock() async throws -> FileLock {
        try SmallFile.makeFolders(store.root)
        let path = store.lockPath(recipe.name)
        var isFirst = true
        while true {
            if let lock = try FileLock.attempt(path, .exclusive, create: true) { return lock }
            if isFirst { progress("waiting for another build of this image") }
            isFirst = false
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// An empty staging folder; what an interrupted build left there is removed.
    private func prepare(_ staging: String) throws(ImageError) {
        if SmallFile.exists(staging) {
            progress("removing what an interrupted build left")
            try Tree(root: staging).remove()
        }
        try SmallFile.makeFolders(staging)
    }

    /// A tree without runner.
    private struct Base: Sendable {
        /// Whether its packages were installed just now.
        var isFresh: Bool
        var packages: [String]
        /// Nothing in the tree is newer; nanoseconds since 1970.
        var epoch: Int64
    }

    private func makeBase(at root: String) async throws -> Base {
        let startedAt = SystemClock.now()
        progress("installing \(recipe.packages.joined(separator: ", ")) from \(recipe.suite)")
        try await host.bootstrap(recipe, root: root, progress: progress)
        let epoch = try await offPool { try TreeEditor(root: root).newestChange(before: startedAt) }
        if let script = recipe.setupScript {
            progress("running setup.sh")
            let place: EntryPath = "usr/lib/assay/setup.sh"
            try await offPool {
                try TreeEditor(root: root).write(place, script, isExecutable: true)
                try SystemFiles.addMountPoints(to: TreeEditor(root: root))
            }
            let output = try await host.run(
                ["/usr/lib/assay/setup.sh"],
                in: root,
                folder: "/",
                writable: .everything,
                epoch: epoch / 1_000_000_000
            )
            report(output)
        }
        return try await offPool {
            let editor = TreeEditor(root: root)
            let database = PackageDatabase(editor)
            let packages = try database.packages()
            try cleanUp(editor, database)
            try editor.normalise()
            try editor.clampTimes(to: epoch)
            return Base(isFresh: true, packages: packages, epoch: epoch)
        }
    }

    private func cleanUp(_ editor: TreeEditor, _ database: PackageDatabase) throws(ImageError) {
        progress("removing what programs in a jail never need")
        // What all images share fits none of them exactly; the recipe's own lists should.
        for package in recipe.shared.packages { _ = try database.deleteFiles(of: package) }
        for package in recipe.own.packages where try !database.deleteFiles(of: package) {
            progress("note: remove_packages names \(package), which is not installed")
        }
        let unused = Set(try editor.remove(matching: recipe.shared.paths + recipe.own.paths))
        for pattern in recipe.own.paths where unused.contains(pattern) {
            progress("note: nothing matches \(pattern) of remove")
        }
        try editor.remove(RunnerFiles.location)
        try SystemFiles.write(to: editor)
        for (path, target) in recipe.links.sorted(by: { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }) {
            try editor.makeLink(path, to: target)
        }
    }

    /// The current version's tree without its runner: exactly its base, since a runner's `install.sh` can write nowhere
    /// else.
    private func copyBase(of image: Image, to root: String) throws(ImageError) -> Base {
        try TreeCopy(source: Tree(root: image.rootfs), destination: root, excluded: RunnerFiles.location).run()
        let epoch = try TreeEditor(root: root).newestChange(before: .max)
        return Base(isFresh: false, packages: image.record.packages, epoch: epoch)
    }

    private func finish(_ base: Base, _ staging: String) async throws -> ImageRecord {
        let root = staging + "/rootfs"
        try await offPool { try addRunner(to: TreeEditor(root: root)) }
        for library in runner.libraries {
            progress("compiling \(library.name)")
            let place = RunnerFiles.location.appending(Array(library.name.utf8))
            try await host.compile(library, sourceFolder: runner.sourceFolder, to: root + place.display)
        }
        try await offPool {
            let editor = TreeEditor(root: root)
            try editor.normalise(below: RunnerFiles.location)
            // Before install.sh, so that what it makes from these files remembers the times that they keep.
            try editor.clampTimes(below: RunnerFiles.location, to: base.epoch)
        }
        if runner.hasInstallScript {
            progress("running the runner's install.sh")
            let location = "/\(String(decoding: RunnerFiles.location.bytes, as: UTF8.self))"
            let output = try await host.run(
                ["./install.sh"],
                in: root,
                folder: location,
                writable: .runner,
                epoch: base.epoch / 1_000_000_000
            )
            report(output)
            try await offPool {
                let editor = TreeEditor(root: root)
                try editor.remove(EntryPath("\(location)/install.sh"))
                try editor.normalise(below: RunnerFiles.location)
                try editor.clampTimes(below: RunnerFiles.location, to: base.epoch)
            }
        }
        let toolchain = try await toolchainVersion(in: root, base)
        return try await offPool {
            progress("making the manifest")
            let publication = Publication(store: store, name: recipe.name, progress: progress)
            return try publication.publish(staging) { manifest, digest in
                ImageRecord(
                    name: recipe.name,
                    digest: digest,
                    toolchain: toolchain,
                    suite: recipe.suite,
                    sizeBytes: manifest.totalSize,
                    entryCount: manifest.entries.count,
                    builtAt: SystemClock.now() / 1_000_000_000,
                    recipeDigest: recipeDigest,
                    baseDigest: recipe.digest,
                    packages: base.packages
                )
            }
        }
    }

    private func addRunner(to editor: TreeEditor) throws(ImageError) {
        let location = RunnerFiles.location
        try editor.makeFolder(location)
        for folder in runner.folders {
            try editor.makeFolder(EntryPath(bytes: location.appending(folder.bytes).bytes))
        }
        for file in runner.files {
            let isExecutable = file.isExecutable || file.path == RunnerFiles.installScript
            try editor.write(location.appending(file.path.bytes), file.contents, isExecutable: isExecutable)
        }
    }

    private func toolchainVersion(in root: String, _ base: Base) async throws -> String {
        let probe = recipe.toolchain
        let output = try await host.run(
            probe.command,
            in: root,
            folder: "/",
            writable: .nothing,
            epoch: base.epoch / 1_000_000_000
        )
        let pattern = try Regex(probe.pattern, as: (Substring, Substring).self)
        guard let match = try pattern.firstMatch(in: output) else {
            throw ImageError(
                .invalidRecipe,
                "image \(recipe.name): `toolchain.pattern` \(probe.pattern) does not match what"
                    + " \(probe.command.joined(separator: " ")) printed: \(output.prefix(200))"
            )
        }
        return "\(probe.name) \(match.output.1)"
    }

    private func report(_ output: String) {
        for line in output.split(separator: "\n") { progress(String(line)) }
    }
}

/// Runs blocking work on a thread of its own, away from the cooperative pool.
private func offPool<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(with: Result { try work() })
        }
    }
}

private enum SystemClock {
    /// Nanoseconds since 1970.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
