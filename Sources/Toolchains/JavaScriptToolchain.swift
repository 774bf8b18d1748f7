public import GradingModel

/// JavaScript on Node.js.
///
/// Node finds out by itself whether a file is a CommonJS or an ES module, so every submission is `main.js`.
/// A build is a mere syntax check: nothing of the submission runs before its tests.
public struct JavaScriptToolchain: Toolchain {
    public let language = Language.javascript
    public let image = "javascript"

    public init() {}

    /// The flags of a run under the default limits; those that depend on limits follow each test's own.
    public var flags: [String] { Self.runFlags(for: Limits()) }

    public func buildAttempts(for target: BuildTarget, code: ByteString) -> [BuildAttempt] {
        let mode: String
        var channel: ByteString?
        switch target {
        case .program: mode = "program"
        // The call of an assertion is known to parse.
        case .calls, .evaluation: mode = "calls"
        case .assertions(let test, let entryPoint):
            mode = "assertions"
            // The test's own syntax is looked at too: a test that does not parse is the problem's fault.
            channel = RunnerRequest.assertions(code: test, entryPoint: entryPoint)
        }
        // Source text may nest deeply, and a build's stack is 8 MiB at least.
        let script = Script(
            flags: ["--stack-size=4000"] + Self.moduleFlags,
            path: Self.harness + "check.js",
            limits: nil,
            descriptors: 5
        )
        return [
            BuildAttempt(
                form: "as it stands",
                command: Self.node(script, [mode], code: code, channel: channel),
                // Node reads all of a source before it runs any of it; a NUL is a fault to the check alone.
                isShownByTests: channel == nil && !code.bytes.contains(0)
            )
        ]
    }

    public func command(
        for test: TestCase,
        code: ByteString,
        limits: Limits,
        comparison: ComparisonOptions
    ) -> JailCommand {
        let flags = Self.runFlags(for: limits)
        let runner = Script(
            flags: flags + Self.moduleFlags,
            path: Self.harness + "runner.js",
            limits: limits,
            descriptors: 7
        )
        switch test.kind {
        case .stdinStdout:
            let preload = ["--require=\(Self.harness)stdio.js", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"]
            let program = Script(
                flags: flags + preload,
                path: Self.fileName,
                limits: limits,
                descriptors: 3
            )
            return Self.node(program, code: code)
        case .functionCall(let function, let arguments, _):
            let request = RunnerRequest.call(
                function: function,
                arguments: arguments,
                inPlace: comparison.inPlace
            )
            return Self.node(runner, ["call", String(limits.outputKB)], code: code, channel: request)
        case .assertions(let testCode, let entryPoint):
            let request = RunnerRequest.assertions(code: testCode, entryPoint: entryPoint)
            var command = Self.node(runner, ["serve"], code: code, channel: request)
            command.examiner = JailCommand.Examiner(
                executable: Self.executable,
                arguments: runner.arguments + ["examine"],
                forkServer: runner.forkServer
            )
            return command
        case .assertedCall(let assertion):
            let request = RunnerRequest.evaluation(call: assertion.call)
            return Self.node(runner, ["evaluation"], code: code, channel: request)
        }
    }

    private static let fileName = "main.js"
    private static let executable = "/usr/bin/node"
    private static let harness = "/usr/lib/assay/"

    /// The harness compiles ES modules through `node:vm`, which node calls experimental on stderr.
    private static let moduleFlags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"]

    /// A script with node's flags, and the fork server for its runs: the same command line, with the library that makes
    /// node one (`Runners/fork/node.c`).
    private struct Script {
        var flags: [String]
        var path: String
        /// Of its runs; `nil`: those of a build.
        var limits: Limits?
        /// How many descriptors its runs have, at most.
        var descriptors: Int

        var arguments: [String] { ["node"] + flags + [path] }

        /// Where node itself can hardly start under the limits, it is to fail as it does: a child needs less memory.
        var forkServer: ForkServer? {
            if let limits, limits.memoryMB < 64 || limits.processes < 16 { return nil }
            return ForkServer(
                executable: executable,
                arguments: arguments,
                environment: [
                    "LD_PRELOAD": harness + "node_fork.node",
                    "ASSAY_FORK_DESCRIPTORS": String(descriptors),
                ]
            )
        }
    }

    private static func node(
        _ script: Script,
        _ arguments: [String] = [],
        code: ByteString,
        channel: ByteString? = nil
    ) -> JailCommand {
        JailCommand(
            executable: .path(executable),
            arguments: script.arguments + arguments,
            files: [WorkFile(path: fileName, contents: code)],
            channel: channel,
            forkServer: script.forkServer
        )
    }

    /// V8's own limits, derived from the jail's so that the jail's decide.
    private static func runFlags(for limits: Limits) -> [String] {
        [
            "--stack-size=\(stackKB(for: limits))",
            "--max-old-space-size=\(oldSpaceMB(for: limits))",
            "--max-semi-space-size=\(semiSpaceMB(for: limits))",
        ]
    }

    /// Where V8 throws its RangeError, in KiB.
    ///
    /// An eighth of the stack is left to native code, which V8 does not count. Half of the memory at most, or a
    /// program that recurses without end would run out of memory before it ran out of stack; and no more than
    /// 256 MiB, more than two million simple frames, or it would take seconds to get there.
    private static func stackKB(for limits: Limits) -> Int {
        let stackKB = min(limits.stackMB * 1024, limits.memoryMB * 1024 / 2, 256 * 1024)
        return stackKB / 8 * 7
    }

    /// The limit of V8's heap, in MiB: above the jail's memory.
    ///
    /// V8 gives up when it collects in vain at four fifths of its limit; the jail's memory must end before that.
    private static func oldSpaceMB(for limits: Limits) -> Int { (limits.memoryMB * 5 + 3) / 4 }

    /// The space for young objects, in MiB.
    ///
    /// V8 takes three times as much, and newer versions let it grow until a program with 60 MB of live objects
    /// takes 500 MB; 16 MiB is where it used to stop.
    private static func semiSpaceMB(for limits: Limits) -> Int { max(1, min(16, limits.memoryMB / 16)) }
}
