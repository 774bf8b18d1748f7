import Glibc
import Synchronization
import Testing

@testable import Images

@Suite("Building images") struct ImageBuilderTests {
    @Test("a build leaves what the recipe says")
    func tree() async throws {
        try await BuildFixture.with { fixture in
            try fixture.folder.write("Runners/tool/install.sh", "#!/bin/sh\n")
            try fixture.folder.write("Runners/tool/part/x.pyc", "")
            try fixture.folder.write("Runners/tool/tests/y", "")
            try fixture.folder.write("Runners/tool/.hidden", "")
            try fixture.folder.write("Runners/tool/README.md", "")
            try #expect(await fixture.build() == .full)
            let image = try fixture.store.current("tool")
            let manifest = try #require(Manifest(text: SmallFile.read(image.manifestPath)))
            let paths = manifest.entries.map { String(decoding: $0.path.bytes, as: UTF8.self) }
            #expect(
                paths == [
                    "bin", "dev", "dev/shm", "etc", "etc/group", "etc/hostname", "etc/hosts", "etc/machine-id",
                    "etc/passwd", "etc/resolv.conf", "proc", "run", "sys", "tmp", "usr", "usr/bin", "usr/bin/t",
                    "usr/bin/tool", "usr/lib", "usr/lib/assay", "usr/lib/assay/installed", "usr/lib/assay/part",
                    "usr/lib/assay/run.txt", "usr/share", "var", "var/lib", "work",
                ]
            )
            #expect(image.toolchain == "Tool 1.2.3")
            #expect(image.record.packages == ["perl-base=5.40", "tool=1.2.3-1"])
            #expect(image.record.suite == "trixie")
            #expect(fixture.host.commands == [["./install.sh"], ["tool", "--version"]])
            try #expect(fixture.store.list().map(\.digest) == [image.digest])
            let passwd = String(decoding: try SmallFile.read(image.rootfs + "/etc/passwd"), as: UTF8.self)
            #expect(passwd.contains("user:x:1000:1000:user:/work:") && !passwd.contains("secret"))
        }
    }

    @Test("a second build does nothing")
    func upToDate() async throws {
        try await BuildFixture.with { fixture in
            try await fixture.build()
            try #expect(await fixture.build() == .upToDate)
            #expect(fixture.host.bootstraps == 1)
        }
    }

    @Test("equal inputs give equal digests")
    func reproducible() async throws {
        try await BuildFixture.with { fixture in
            try await fixture.build()
            let first = try fixture.store.current("tool").digest
            try #expect(await fixture.build(force: true) == .full)
            try #expect(fixture.store.current("tool").digest == first)
        }
    }

    @Test("a changed runner keeps the packages")
    func runnerLayer() async throws {
        try await BuildFixture.with { fixture in
            try fixture.folder.write("Runners/tool/old.txt", "old")
            try await fixture.build()
            let before = try fixture.store.current("tool").digest
            try fixture.folder.editor.remove("Runners/tool/old.txt")
            try fixture.folder.write("Runners/tool/run.txt", "run faster")
            try #expect(await fixture.build() == .runnerLayer)
            #expect(fixture.host.bootstraps == 1)
            let image = try fixture.store.current("tool")
            #expect(image.digest != before)
            #expect(image.record.packages.count == 2)
            try #expect(SmallFile.read(image.rootfs + "/usr/lib/assay/run.txt") == Array("run faster".utf8))
            #expect(!SmallFile.exists(image.rootfs + "/usr/lib/assay/old.txt"))
            try fixture.store.verify(image, full: true)
            // From scratch it would have become the very same.
            try await fixture.build(force: true)
            try #expect(fixture.store.current("tool").digest == image.digest)
        }
    }

    @Test("a runner's libraries are compiled into the image, and their sources belong to the runner")
    func libraries() async throws {
        try await BuildFixture.with { fixture in
            try fixture.folder.write("Runners/tool/libraries.yaml", "libone.so: [one.c, two.c]\n")
            try fixture.folder.write("Runners/fork/one.c", "1")
            try fixture.folder.write("Runners/fork/two.c", "2")
            try await fixture.build()
            let place = "/usr/lib/assay/libone.so"
            var image = try fixture.store.current("tool")
            try #expect(SmallFile.read(image.rootfs + place) == Array("12".utf8))
            #expect(!SmallFile.exists(image.rootfs + "/usr/lib/assay/libraries.yaml"))
            #expect(fixture.host.commands.first == ["compile", "libone.so", "one.c", "two.c"])
            try #expect(await fixture.build() == .upToDate)
            // Headers count too.
            try fixture.folder.write("Runners/fork/one.h", "3")
            try #expect(await fixture.build() == .runnerLayer)
            try fixture.folder.write("Runners/fork/two.c", "4")
            try #expect(await fixture.build() == .runnerLayer)
            image = try fixture.store.current("tool")
            try #expect(SmallFile.read(image.rootfs + place) == Array("14".utf8))
            #expect(fixture.host.bootstraps == 1)
        }
    }

    @Test(
        "a list of libraries that cannot be used says where and why",
        arguments: [
            ("libone.so: one.c", "libraries.yaml:1: must map"), ("\nlibone.so: []", "libraries.yaml:2: must map"),
            ("../one.so: [one.c]", "libraries.yaml:1: must map"), ("a.so: [one.h]", "libraries.yaml:1: must map"),
            ("[a]", "libraries.yaml:1: must map"), ("", "libraries.yaml:1: must map"),
            ("a.so: [none.c]", "there is no none.c in"), ("a.so: [", "libraries.yaml: "),
        ]
    )
    func badLibraries(text: String, message: String) async throws {
        try await BuildFixture.with { fixture in
            try fixture.folder.write("Runners/tool/libraries.yaml", text)
            try fixture.folder.write("Runners/fork/one.c", "1")
            let error = await #expect(throws: ImageError.self) { try await fixture.build() }
            #expect(error?.code == .invalidRecipe)
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
    }

    @Test("a library is compiled by the machine's compiler; what that says of a faulty source is told")
    func realCompiler() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("good.c", "__attribute__((visibility(\"default\"))) int seen(void) { return 7; }\n")
            try folder.write("bad.c", "int f( {\n")
            let host = SystemBuildHost()
            let output = folder.path + "/lib.so"
            try await host.compile(
                RunnerLibrary(name: "lib.so", sources: ["good.c"]),
                sourceFolder: folder.path,
                to: output
            )
            let library = try #require(dlopen(output, RTLD_NOW))
            #expect(dlsym(library, "seen") != nil)
            dlclose(library)
            let error = await #expect(throws: ImageError.self) {
                try await host.compile(
                    RunnerLibrary(name: "lib.so", sources: ["bad.c"]),
                    sourceFolder: folder.path,
                    to: output
                )
            }
            #expect(error?.code == .commandFailed)
            #expect(error?.message.contains("bad.c:1") == true)
        }
    }

    @Test(
        "a changed recipe, common file or set-up script builds from scratch",
        arguments: [
            ("Images/tool/recipe.yaml", BuildFixture.recipe + "\n# a comment\n"),
            ("Images/common.yaml", "remove: [/usr/games]\n"), ("Images/tool/setup.sh", "#!/bin/sh\n"),
        ] as [(EntryPath, String)]
    )
    func changedRecipe(path: EntryPath, text: String) async throws {
        try await BuildFixture.with { fixture in
            try await fixture.build()
            try fixture.folder.write(path, text)
            try #expect(await fixture.build() == .full)
            try #expect(await fixture.build() == .upToDate)
        }
    }

    @Test("an altered image is built again")
    func altered() async throws {
        try await BuildFixture.with { fixture in
            try await fixture.build()
            let tree = TreeEditor(root: try fixture.store.current("tool").rootfs)
            try tree.write("usr/bin/tool", Array("#!/bin/xx".utf8), isExecutable: true)
            try #expect(await fixture.build() == .full)
            try fixture.store.verify("tool", full: true)
        }
    }

    @Test("old versions go, unless someone uses them")
    func oldVersions() async throws {
        try await BuildFixture.with { fixture in
            try await fixture.build()
            var held: Image? = try fixture.store.current("tool")
            try fixture.folder.write("Runners/tool/run.txt", "2")
            try await fixture.build()
            try #expect(fixture.versions.count == 2)
            if let held { try fixture.store.verify(held, full: true) }
            held = nil
            try fixture.folder.write("Runners/tool/run.txt", "3")
            try await fixture.build()
            try #expect(fixture.versions.count == 1)
        }
    }

    @Test("a build that fails leaves the current version, and the next one removes its rest")
    func interrupted() async throws {
        try await BuildFixture.with { fixture in
            try await fixture.build()
            let digest = try fixture.store.current("tool").digest
            fixture.host.failNextBootstrap()
            await #expect(throws: FakeBuildHost.Failure.self) { try await fixture.build(force: true) }
            try #expect(fixture.store.current("tool").digest == digest)
            try #expect(fixture.folder.names(in: "/store/.staging") == ["tool"])
            try #expect(fixture.store.list().count == 1)
            let lines = Mutex<[String]>([])
            try await fixture.build(force: true) { line in lines.withLock { $0.append(line) } }
            #expect(lines.withLock { $0 }.contains("tool: removing what an interrupted build left"))
            try #expect(fixture.folder.names(in: "/store/.staging").isEmpty)
        }
    }

    @Test("all recipes are built, in the order of their names; a failing one does not stop the others")
    func several() async throws {
        try await BuildFixture.with { fixture in
            for name in ["a", "b", "c", "d"] {
                try fixture.folder.write(EntryPath("Images/\(name)/recipe.yaml"), BuildFixture.recipe)
            }
            let outcomes = try await fixture.builder.build()
            #expect(outcomes.map(\.name) == ["a", "b", "c", "d", "tool"])
            try #expect(fixture.store.list().map(\.name) == ["a", "b", "c", "d", "tool"])
            fixture.host.failNextBootstrap()
            await #expect(throws: FakeBuildHost.Failure.self) { try await fixture.builder.build(force: true) }
            #expect(fixture.host.bootstraps == 10)
        }
    }

    @Test("two builds of one image at a time: the second waits and finds it done")
    func concurrent() async throws {
        try await BuildFixture.with { fixture in
            let builder = fixture.builder
            async let first = builder.build(["tool"])
            async let second = builder.build(["tool"])
            let actions = try await [first, second].flatMap { $0 }.map(\.action)
            #expect(Set(actions) == [.full, .upToDate])
            #expect(fixture.host.bootstraps == 1)
        }
    }

    @Test("a held lock makes a build wait and say so")
    func waits() async throws {
        try await BuildFixture.with { fixture in
            try SmallFile.makeFolders(fixture.store.root)
            var lock = try FileLock.attempt(fixture.store.lockPath("tool"), .exclusive, create: true)
            #expect(lock != nil)
            try #expect(FileLock.attempt(fixture.store.lockPath("tool"), .shared) == nil)
            let (lines, continuation) = AsyncStream<String>.makeStream()
            let builder = fixture.builder
            async let outcome = builder.build(["tool"]) { continuation.yield($0) }
            for await line in lines where line == "tool: waiting for another build of this image" { break }
            #expect(fixture.host.bootstraps == 0)
            lock = nil
            try #expect(await outcome.first?.action == .full)
        }
    }

    @Test("a pattern that does not match the version command's output fails with both")
    func probe() async throws {
        try await BuildFixture.with { fixture in
            fixture.host.print(version: "something else")
            let error = await #expect(throws: ImageError.self) { try await fixture.build() }
            #expect(error?.code == .invalidRecipe)
            #expect(error?.message.contains("does not match what tool --version printed: something else") == true)
            try #expect(fixture.store.list().isEmpty)
        }
    }

    @Test(
        "without root a build says so, unless there is nothing to do",
        .enabled(if: geteuid() != 0, "needs not to be root")
    )
    func notRoot() async throws {
        try await BuildFixture.with(host: FakeBuildHost(needsRoot: true)) { fixture in
            let error = await #expect(throws: ImageError.self) { try await fixture.build() }
            #expect(error?.code == .notRoot)
        }
    }

    @Test("a runner with a symbolic link is refused")
    func runnerLink() async throws {
        try await BuildFixture.with { fixture in
            try fixture.folder.editor.makeLink("Runners/tool/link", to: "/etc/passwd")
            let error = await #expect(throws: ImageError.self) { try await fixture.build() }
            #expect(error?.code == .invalidRecipe)
        }
    }
}
