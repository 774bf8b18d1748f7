public import GradingModel

/// Rust, compiled by `rustc` alone.
///
/// Every build is one call of `assay-rust-build` in the image: it finds the functions that the tests name, writes
/// what calls them, and runs the compiler. `Runners/rust/README.md` says how.
public struct RustToolchain: Toolchain {
    public let language = Language.rust
    public let image = "rust"

    /// The compiler's flags: the same list as in the runner's `build/compile.rs`.
    ///
    /// One code generation unit costs two thirds of the CPU time at the same speed of the program, and mold's linking
    /// a third to a half of that of binutils; overflow checks are off, as in every optimised build. A program that has the C
    /// library in it starts in two thirds of the time.
    public let flags = [
        "--edition", "2021", "-O", "-C", "codegen-units=1", "-C", "strip=symbols", "-C", "link-arg=-fuse-ld=mold",
        "-C", "target-feature=+crt-static", "-A", "warnings",
    ]

    public init() {}

    private static let buildCommand = "/usr/lib/assay/assay-rust-build"
    private static let artefact = "main"

    public func buildAttempts(for target: BuildTarget, code: ByteString) -> [BuildAttempt] {
        switch target {
        case .program:
            let command = Self.build(["program"], files: [WorkFile(path: "main.rs", contents: code)])
            return [BuildAttempt(form: "as it stands", command: command, artefact: Self.artefact)]
        case .calls(let functions):
            let files = [WorkFile(path: "submission.rs", contents: code)]
            return Self.attempts(mode: "calls", arguments: functions.map(Self.argument), files: files, channel: nil)
        case .assertions(let test, _):
            let files = [
                WorkFile(path: "submission.rs", contents: code),
                WorkFile(path: "assertions.rs", contents: test),
            ]
            // The channel takes `invalid_test`.
            return Self.attempts(mode: "assertions", arguments: [], files: files, channel: ByteString(bytes: []))
        case .evaluation(let call, let typeCheck):
            let files = [
                WorkFile(path: "submission.rs", contents: code),
                WorkFile(path: "call.rs", contents: call),
                WorkFile(path: "check.rs", contents: typeCheck ?? ""),
            ]
            return Self.attempts(mode: "evaluation", arguments: [], files: files, channel: nil)
        }
    }

    public func command(
        for test: TestCase,
        code: ByteString,
        limits: Limits,
        comparison: ComparisonOptions
    ) -> JailCommand {
        JailCommand(executable: .artefact, arguments: [Self.artefact], channel: Self.request(for: test, comparison))
    }

    private static func request(for test: TestCase, _ comparison: ComparisonOptions) -> ByteString? {
        switch test.kind {
        case .stdinStdout: nil
        case .functionCall(let function, let arguments, _):
            RunnerRequest.call(function: argument(function), arguments: arguments, inPlace: comparison.inPlace)
        // The test is compiled in: there is nothing to say.
        case .assertions, .assertedCall: ByteString(bytes: [])
        }
    }

    private static func attempts(
        mode: String,
        arguments: [String],
        files: [WorkFile],
        channel: ByteString?
    ) -> [BuildAttempt] {
        [("as it stands", [mode]), ("with prelude", [mode, "--prelude"])].map { form, start in
            let command = build(start + arguments, files: files, channel: channel)
            return BuildAttempt(form: form, command: command, artefact: artefact)
        }
    }

    private static func build(_ arguments: [String], files: [WorkFile], channel: ByteString? = nil) -> JailCommand {
        JailCommand(
            executable: .path(buildCommand),
            arguments: [buildCommand] + arguments,
            files: files,
            channel: channel
        )
    }

    /// A function's name as an argument of the build: nothing but identifiers, and `::` between them.
    ///
    /// Other characters are written out, so that such a name is that of no function and the diagnostics show it.
    static func argument(_ name: String) -> String {
        let parts = name.unicodeScalars.map { scalar in
            scalar == "_" || scalar == ":" || scalar.properties.isIDContinue
                ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return parts.isEmpty ? "\\" : parts.joined()
    }
}
