import BigInt
import GradingModel
import Testing
import Toolchains

@Suite("JavaScript toolchain") struct JavaScriptToolchainTests {
    private let toolchain = JavaScriptToolchain()
    private let code: ByteString = "console.log(1)\n"

    private func command(
        _ kind: TestCase.Kind,
        limits: Limits = Limits(),
        comparison: ComparisonOptions = ComparisonOptions()
    ) -> JailCommand {
        toolchain.command(for: TestCase(kind), code: code, limits: limits, comparison: comparison)
    }

    @Test("a program runs as main.js without a channel")
    func program() {
        let command = command(.stdinStdout(input: "", expected: ["1\n"]))
        #expect(command.executable == .path("/usr/bin/node"))
        #expect(command.arguments.first == "node")
        #expect(command.arguments.last == "main.js")
        #expect(command.arguments.contains("--require=/usr/lib/assay/stdio.js"))
        #expect(command.files == [WorkFile(path: "main.js", contents: code)])
        #expect(command.channel == nil)
        #expect(command.environment.isEmpty)
    }

    @Test("a call carries the function, its arguments and nothing expected", arguments: [true, false])
    func call(inPlace: Bool) throws {
        let big: BigInt = 9_007_199_254_740_993
        let command = command(
            .functionCall(function: "f", arguments: [.integer(big), .float(.nan)], expected: [.string("secret")]),
            limits: Limits(outputKB: 100),
            comparison: ComparisonOptions(inPlace: inPlace)
        )
        #expect(Array(command.arguments.suffix(3)) == ["/usr/lib/assay/runner.js", "call", "100"])
        #expect(command.arguments.contains("--experimental-vm-modules"))
        let text = try #require(command.channel).text
        #expect(text.contains("9007199254740993"))
        #expect(text.contains("$float"))
        #expect(text.contains(inPlace ? "true" : "false"))
        #expect(!text.contains("secret"))
    }

    @Test("assertions have an examiner, which gets the test's source and entry point", arguments: [nil, "add"])
    func assertions(entryPoint: String?) {
        let command = command(.assertions(code: "check", entryPoint: entryPoint))
        #expect(Array(command.arguments.suffix(2)) == ["/usr/lib/assay/runner.js", "serve"])
        #expect(command.examiner?.executable == "/usr/bin/node")
        #expect(command.examiner?.arguments.last == "examine")
        #expect(command.examiner?.forkServer == command.forkServer)
        #expect(command.examiner?.arguments.dropLast() == command.arguments.dropLast())
        #expect(command.channel == RunnerRequest.assertions(code: "check", entryPoint: entryPoint))
    }

    @Test(
        "V8's limits follow the jail's",
        arguments: [
            // memory, stack, then the flags of stack (KiB), old space and semi-space (MiB)
            (512, 512, 229_376, 640, 16),
            (256, 256, 114_688, 320, 16),
            (64, 64, 28_672, 80, 4),
            (512, 8, 7_168, 640, 16),
            (4096, 4096, 229_376, 5_120, 16),
            (8, 1, 896, 10, 1),
        ]
    )
    func limits(memoryMB: Int, stackMB: Int, stackKB: Int, oldSpaceMB: Int, semiSpaceMB: Int) {
        let limits = Limits(memoryMB: memoryMB, stackMB: stackMB)
        let arguments = command(.stdinStdout(input: "", expected: []), limits: limits).arguments
        #expect(arguments.contains("--stack-size=\(stackKB)"))
        #expect(arguments.contains("--max-old-space-size=\(oldSpaceMB)"))
        #expect(arguments.contains("--max-semi-space-size=\(semiSpaceMB)"))
    }

    @Test(
        "a build only checks, in one attempt",
        arguments: [
            (BuildTarget.program, "program", false),
            (.calls(functions: ["f"]), "calls", false),
            (.assertions(code: "check", entryPoint: nil), "assertions", true),
        ]
    )
    func build(target: BuildTarget, mode: String, hasChannel: Bool) throws {
        let attempts = toolchain.buildAttempts(for: target, code: code)
        #expect(attempts.count == 1)
        let attempt = try #require(attempts.first)
        #expect(Array(attempt.command.arguments.suffix(2)) == ["/usr/lib/assay/check.js", mode])
        #expect((attempt.command.channel != nil) == hasChannel)
        #expect(attempt.command.files == [WorkFile(path: "main.js", contents: code)])
        #expect(attempt.artefact == nil)
        #expect(attempt.form == "as it stands")
    }

    @Test(
        "a run's fork server has its command line, up to the script",
        arguments: [
            (TestCase.Kind.stdinStdout(input: "", expected: []), "3"),
            (.functionCall(function: "f", arguments: [], expected: []), "7"),
            (.assertions(code: "check", entryPoint: nil), "7"),
        ]
    )
    func forkServer(kind: TestCase.Kind, descriptors: String) throws {
        for limits in [Limits(), Limits(memoryMB: 64, stackMB: 8)] {
            let command = command(kind, limits: limits)
            let server = try #require(command.forkServer)
            #expect(.path(server.executable) == command.executable)
            #expect(server.arguments == Array(command.arguments.prefix(server.arguments.count)))
            #expect(command.arguments.dropFirst(server.arguments.count).allSatisfy { !$0.hasPrefix("-") })
            #expect(
                server.environment == [
                    "LD_PRELOAD": "/usr/lib/assay/node_fork.node",
                    "ASSAY_FORK_DESCRIPTORS": descriptors,
                ]
            )
        }
    }

    @Test(
        "where node itself can hardly start, it is not forked either",
        arguments: [Limits(memoryMB: 63), Limits(processes: 15)]
    )
    func smallLimits(limits: Limits) {
        #expect(command(.stdinStdout(input: "", expected: []), limits: limits).forkServer == nil)
        let assertions = command(.assertions(code: "check", entryPoint: nil), limits: limits)
        #expect(assertions.forkServer == nil)
        #expect(assertions.examiner?.forkServer == nil)
    }

    @Test("all calls and assertions under the same limits share a fork server")
    func sharedForkServer() {
        let call = command(.functionCall(function: "f", arguments: [], expected: []), limits: Limits(outputKB: 1))
        #expect(call.forkServer == command(.assertions(code: "check", entryPoint: nil)).forkServer)
        #expect(call.forkServer != command(.stdinStdout(input: "", expected: [])).forkServer)
    }

    @Test("source bytes are handed on as they are")
    func bytes() throws {
        let code = ByteString(bytes: [0x27, 0xFF, 0x00, 0x27])
        let attempt = try #require(toolchain.buildAttempts(for: .program, code: code).first)
        #expect(attempt.command.files.first?.contents == code)
    }

    @Test("the flags that are shown are those of the default limits")
    func shownFlags() {
        #expect(
            toolchain.flags == ["--stack-size=229376", "--max-old-space-size=640", "--max-semi-space-size=16"]
        )
    }
}
