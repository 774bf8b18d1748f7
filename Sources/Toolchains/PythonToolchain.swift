public import GradingModel

/// CPython: nothing is compiled, but the syntax is checked before the first test.
///
/// The harness is `Runners/python`; its README says what a submission finds in each type of test.
public struct PythonToolchain: Toolchain {
    private static let interpreter = "/usr/bin/python3"
    private static let harness = "/usr/lib/assay"
    private static let sourceFile = "main.py"

    /// Settings of the interpreter that a program cannot see in what it prints: sets iterate in the same order in each
    /// run, and integers of any length are read and written (by default 4300 digits are the most).
    private static let settings = ["PYTHONHASHSEED": "0", "PYTHONINTMAXSTRDIGITS": "0"]

    public init() {}

    public var language: Language { .python }
    public var image: String { "python" }
    public var flags: [String] { Self.settings.map { "\($0.key)=\($0.value)" }.sorted() }

    /// One attempt that compiles the submission and throws the result away; it never runs it.
    ///
    /// For assertions the test's source is looked at as well, which is why it goes along.
    public func buildAttempts(for target: BuildTarget, code: ByteString) -> [BuildAttempt] {
        // -I -S: nothing but the standard library, which is all that a check needs, and the fastest start.
        var arguments = ["python3", "-I", "-S", "\(Self.harness)/check.py"]
        var request: ByteString?
        if case .assertions(let test, let entryPoint) = target {
            arguments.append("--test")
            request = RunnerRequest.assertions(code: test, entryPoint: entryPoint)
        }
        // The call of an assertion is known to parse: it needs no more than the submission's own check.
        let command = JailCommand(
            executable: .path(Self.interpreter),
            arguments: arguments,
            files: files(code),
            channel: request,
            forkServer: Self.forkServer(.harness, mentions: [])
        )
        // The interpreter reads all of a source before it runs any of it.
        return [BuildAttempt(form: "as it stands", command: command, isShownByTests: request == nil && !hasNUL(code))]
    }

    /// `python3 main.py` as a user would type it, or the harness with its request.
    ///
    /// Assertions are run by an examiner, which asks the submission's process for what it needs of it.
    public func command(
        for test: TestCase,
        code: ByteString,
        limits: Limits,
        comparison: ComparisonOptions
    ) -> JailCommand {
        switch test.kind {
        case .stdinStdout:
            return command(["python3", Self.sourceFile], code)
        case .functionCall(let function, let arguments, _):
            let request = RunnerRequest.call(function: function, arguments: arguments, inPlace: comparison.inPlace)
            return command(Self.running("run.py", String(limits.outputKB)), code, request: request)
        case .assertions(let test, let entryPoint):
            let request = RunnerRequest.assertions(code: test, entryPoint: entryPoint)
            var command = command(Self.running("serve.py"), code, request: request)
            command.examiner = JailCommand.Examiner(
                executable: Self.interpreter,
                arguments: Self.running("examine.py", String(limits.outputKB)),
                environment: Self.settings,
                forkServer: Self.forkServer(.harness, mentions: [code, test])
            )
            command.forkServer = command.examiner?.forkServer
            return command
        case .assertedCall(let assertion):
            let request = RunnerRequest.evaluation(call: assertion.call)
            return command(Self.running("run.py", String(limits.outputKB)), code, request: request)
        }
    }

    // -s -S -P: without the search for site packages, which the harness names by itself, and without the harness's own
    // folder on the path. Not -I, which would ignore the settings above.
    private static func running(_ script: String, _ arguments: String...) -> [String] {
        ["python3", "-s", "-S", "-P", "\(harness)/\(script)"] + arguments
    }

    /// Which of the fork servers; see `Runners/python/assay_harness/fork_server.py`.
    private enum ServerKind {
        /// The interpreter stays before its script, `main.py`, and goes on in the child.
        case program
        /// A script that takes the place of all of the harness's.
        case harness

        var arguments: [String] {
            switch self {
            case .program: ["python3", PythonToolchain.sourceFile]
            case .harness: PythonToolchain.running("serve_forks.py")
            }
        }
    }

    /// The fork server for a run of these sources.
    ///
    /// numpy is large, so it is loaded by servers of its own. A source that comes to it without naming it imports it as
    /// any other module; one that names it without using it is forked from a larger process. Both are slower, no more.
    private static func forkServer(_ kind: ServerKind, mentions sources: [ByteString]) -> ForkServer {
        var environment = settings
        // See `Runners/python/assay_harness/fork_server.py`.
        environment["LD_BIND_NOW"] = "1"
        environment["LD_PRELOAD"] = "\(harness)/libassay_fork.so"
        if sources.contains(where: { $0.bytes.contains(numpy) }) { environment["ASSAY_FORK_MODULES"] = "numpy" }
        return ForkServer(
            executable: interpreter,
            arguments: kind.arguments,
            environment: environment,
            servesAnyStack: true
        )
    }

    private static let numpy = Array("numpy".utf8)

    private func command(_ arguments: [String], _ code: ByteString, request: ByteString? = nil) -> JailCommand {
        JailCommand(
            executable: .path(Self.interpreter),
            arguments: arguments,
            environment: Self.settings,
            files: files(code),
            channel: request,
            forkServer: Self.forkServer(request == nil ? .program : .harness, mentions: [code])
        )
    }

    private func hasNUL(_ code: ByteString) -> Bool { code.bytes.contains(0) }

    private func files(_ code: ByteString) -> [WorkFile] { [WorkFile(path: Self.sourceFile, contents: code)] }
}
