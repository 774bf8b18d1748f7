public import GradingModel

/// What one build makes.
///
/// Tests with the same target share one build.
public enum BuildTarget: Sendable, Hashable {
    /// The submission as a program of its own, for `stdin_stdout`.
    case program
    /// A harness that can call each of these functions, for `function_call`. Sorted, each name once.
    case calls(functions: [String])
    /// The submission with one test's source, for `assertions`.
    case assertions(code: ByteString, entryPoint: String?)
    /// The submission with the call of one assertion, which hands out its value. `typeCheck` as in `AssertedCall`.
    case evaluation(call: ByteString, typeCheck: ByteString?)

    /// The target that a test needs, given all tests of its submission.
    public static func target(for test: TestCase, among tests: [TestCase]) -> BuildTarget {
        switch test.kind {
        case .stdinStdout: return .program
        case .functionCall:
            let names = tests.compactMap { test -> String? in
                guard case .functionCall(let function, _, _) = test.kind else { return nil }
                return function
            }
            return .calls(functions: Set(names).sorted())
        case .assertions(let code, let entryPoint): return .assertions(code: code, entryPoint: entryPoint)
        case .assertedCall(let assertion):
            return .evaluation(call: assertion.call, typeCheck: assertion.typeCheck)
        }
    }
}

/// A file that is put into the work folder before a command starts.
public struct WorkFile: Sendable, Hashable {
    /// Path relative to the work folder; folders on the way are made.
    public var path: String
    public var contents: ByteString
    public var isExecutable: Bool

    public init(path: String, contents: ByteString, isExecutable: Bool = false) {
        self.path = path
        self.contents = contents
        self.isExecutable = isExecutable
    }
}

/// An interpreter that is started once, loads what programs need, and is forked for each run.
///
/// It must run nothing but our own code, and ends in `assay_fork_server` of `Runners/fork`.
public struct ForkServer: Sendable, Hashable {
    /// An absolute path in the image.
    public var executable: String
    /// The server's `argv`; a run's own arguments are handed to its child.
    public var arguments: [String]
    /// Added to the jail's own environment: all that the run would have, since its child is born with it.
    public var environment: [String: String]
    /// Whether its children adjust themselves to the limit of their stack, so that it serves runs under any; otherwise
    /// it serves runs under the limit that it was started with.
    public var servesAnyStack: Bool

    public init(
        executable: String,
        arguments: [String],
        environment: [String: String],
        servesAnyStack: Bool = false
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.servesAnyStack = servesAnyStack
    }
}

/// One process to be run in a jail.
public struct JailCommand: Sendable, Hashable {
    /// What is executed.
    public enum Executable: Sendable, Hashable {
        /// An absolute path in the image.
        case path(String)
        /// The artefact of the test's build.
        case artefact
    }

    /// A second process in the same jail, of another user, which runs the test's code against the program.
    ///
    /// See `JailSpec.Examiner` for how the two are joined; the channel is the examiner's.
    public struct Examiner: Sendable, Hashable {
        /// An absolute path in the image.
        public var executable: String
        /// `argv`, its first element included.
        public var arguments: [String]
        /// Added to the jail's own environment.
        public var environment: [String: String]
        /// What may be forked instead of starting the executable, with the same effect; `nil`: there is no such thing.
        public var forkServer: ForkServer?

        public init(
            executable: String,
            arguments: [String],
            environment: [String: String] = [:],
            forkServer: ForkServer? = nil
        ) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
            self.forkServer = forkServer
        }
    }

    public var executable: Executable
    /// `argv`, its first element included.
    public var arguments: [String]
    /// Added to the jail's own environment.
    public var environment: [String: String]
    public var files: [WorkFile]
    /// The request on descriptor 3; `nil`: the command has no channel, and descriptors 3 and 4 are closed.
    public var channel: ByteString?
    public var examiner: Examiner?
    /// What may be forked instead of starting the executable, with the same effect; `nil`: there is no such thing.
    public var forkServer: ForkServer?

    public init(
        executable: Executable,
        arguments: [String],
        environment: [String: String] = [:],
        files: [WorkFile] = [],
        channel: ByteString? = nil,
        examiner: Examiner? = nil,
        forkServer: ForkServer? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.files = files
        self.channel = channel
        self.examiner = examiner
        self.forkServer = forkServer
    }
}

/// One way to build a target.
public struct BuildAttempt: Sendable, Hashable {
    /// Which form of the program this compiles, as `compile.form` in the trace: `as it stands`, `with prelude`.
    public var form: String
    public var command: JailCommand
    /// Path in the work folder of the one file that the build makes; `nil` for a mere check.
    public var artefact: String?
    /// A check that says nothing about a source of which a test was seen to end well: it need not be made then.
    public var isShownByTests: Bool

    public init(form: String, command: JailCommand, artefact: String? = nil, isShownByTests: Bool = false) {
        self.form = form
        self.command = command
        self.artefact = artefact
        self.isShownByTests = isShownByTests
    }
}

/// How a language's programs are compiled and run.
///
/// Plans only: nothing here starts a process.
public protocol Toolchain: Sendable {
    var language: Language { get }
    /// The image's name, as in `Images/<name>`.
    var image: String { get }
    /// Compile and run flags, as shown in `/v1/languages` and in every result.
    var flags: [String] { get }

    /// The ways to build `target`, tried in order until one succeeds; the diagnostics of the first are shown if none does.
    ///
    /// An attempt whose response frame is `{"invalid_test": "…"}` means that the test's own source cannot be run
    /// as it is written (`invalid_problem`); such an attempt must not execute code of the submission.
    func buildAttempts(for target: BuildTarget, code: ByteString) -> [BuildAttempt]

    /// The command that runs one test. `limits` are the test's own, for interpreter flags such as stack sizes.
    func command(for test: TestCase, code: ByteString, limits: Limits, comparison: ComparisonOptions) -> JailCommand
}

/// The requests that go to a runner on descriptor 3.
public enum RunnerRequest {
    /// Names a function and its arguments; expected values never enter the jail.
    public static func call(function: String, arguments: [Value], inPlace: Bool) -> ByteString {
        let request = Value.map([
            MapEntry(key: "function", value: .string(ByteString(function))),
            MapEntry(key: "arguments", value: .list(arguments.map(\.tagged))),
            MapEntry(key: "in_place", value: .bool(inPlace)),
        ])
        return ByteString(bytes: JSONCodec.serialize(request))
    }

    /// The call of an assertion, for the interpreted languages.
    public static func evaluation(call: ByteString) -> ByteString {
        ByteString(bytes: JSONCodec.serialize([.string("expression"): .string(call)]))
    }

    /// The test's source, for the interpreted languages.
    public static func assertions(code: ByteString, entryPoint: String?) -> ByteString {
        let request = Value.map([
            MapEntry(key: "test", value: .string(code)),
            MapEntry(key: "entry_point", value: entryPoint.map { .string(ByteString($0)) } ?? .null),
        ])
        return ByteString(bytes: JSONCodec.serialize(request))
    }
}
