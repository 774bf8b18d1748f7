public import GradingModel

/// How C++ programs are compiled and run: GCC, one static program for each target.
///
/// For `function_call` and `assertions` the script `/usr/lib/assay/build` (Runners/cpp) compiles it together with the
/// harness. Types of arguments and results are the compiler's business; here stands only a light scan for what has to
/// be known before it runs: names of classes, and whether a test's source is a program of its own.
public struct CppToolchain: Toolchain {
    public let language = Language.cpp
    public let image = "cpp"

    /// The flags of every compilation.
    ///
    /// GNU C++20: all C++ of the open data set compiles as C++17 and as C++20 alike, and newer programs need it.
    /// Static: the start of a program costs no relocations, and threads work since glibc 2.34. Gold links in half the
    /// time. `ONLINE_JUDGE` is what contest programs ask for before they open files. `Runners/cpp/install.sh` has those
    /// flags that the headers were compiled with.
    public let flags = [
        "-O2", "-std=gnu++20", "-static", "-s", "-fuse-ld=gold", "-pipe", "-DONLINE_JUDGE", "-Wno-unused-result",
        "-fmax-errors=20", "-fdiagnostics-color=never",
    ]

    public init() {}

    public func buildAttempts(for target: BuildTarget, code: ByteString) -> [BuildAttempt] {
        // GCC passes over a NUL with a warning.
        guard !code.bytes.contains(0) else { return [refusal("error: the source has a NUL byte")] }
        switch target {
        case .program: return [programAttempt(code: code)]
        case .calls(let functions): return callAttempts(functions: functions, code: code)
        case .assertions(let test, _): return testAttempts(test: test, code: code)
        case .evaluation(let call, let typeCheck):
            return evaluationAttempts(call: call, typeCheck: typeCheck ?? "", code: code)
        }
    }

    public func command(
        for test: TestCase,
        code: ByteString,
        limits: Limits,
        comparison: ComparisonOptions
    ) -> JailCommand {
        var command = JailCommand(executable: .artefact, arguments: ["main"])
        switch test.kind {
        case .stdinStdout: break
        case .functionCall(let function, let arguments, _):
            command.channel = RunnerRequest.call(
                function: function,
                arguments: arguments,
                inPlace: comparison.inPlace
            )
        case .assertions, .assertedCall:
            // The test is compiled in: the request says nothing, but there is a channel for the answer.
            command.channel = "{}"
        }
        return command
    }

    /// The flags for one source.
    ///
    /// A header that the image holds compiled is included first where the source includes it anyway, before anything
    /// that could change its meaning: headers of the standard library may come in any order, and each counts once.
    ///
    /// GCC 14 cannot inline `std::allocator` into functions for another processor if it saw the class under the pragma
    /// too, as programs have it that put `#pragma GCC target` first: here it sees the class before. `_GLIBCXX_DEBUG`
    /// must come before any header.
    private func flags(for scan: CppScan, besides others: [CppScan] = [], behindPrelude: Bool = false) -> [String] {
        if let header = CppHeaders.precompiled(for: [scan] + others, behindPrelude: behindPrelude) {
            return flags + ["-isystem", header.folder, "-include", header.name]
        }
        let isFixed = scan.hasTargetPragma && !scan.macros.contains(Self.debugMacro)
        return flags + (isFixed ? ["-include", "bits/allocator.h"] : [])
    }

    private static let debugMacro = "_GLIBCXX_DEBUG"

    private func programAttempt(code: ByteString) -> BuildAttempt {
        BuildAttempt(
            form: Form.asItStands,
            command: JailCommand(
                executable: .path("/usr/bin/g++"),
                arguments: ["g++"] + flags(for: CppScan(code)) + ["main.cpp", "-o", "main"],
                files: [WorkFile(path: "main.cpp", contents: code)]
            ),
            artefact: "main"
        )
    }

    private func callAttempts(functions: [String], code: ByteString) -> [BuildAttempt] {
        for function in functions {
            if let fault = CppName.fault(of: function) { return [refusal("error: \(fault)")] }
        }
        let scan = CppScan(code)
        let names = functions.flatMap { ["--function", $0] }
        let classes = scan.classes(mentioning: functions).flatMap { ["--class", $0] }
        let shared = CppName.sharedWithLibrary(functions)
        var attempts: [BuildAttempt] = []
        for form in [Form.asItStands, Form.withPrelude] {
            let options = preludeOptions(form: form, scan: scan) + names + classes
            // `remove(std::string)` would be an overload of the library's `remove(const char*)`: under another name
            // it is not. If the renaming itself breaks the program, only methods can be told from the library's.
            if !shared.isEmpty {
                let renames = options + shared.flatMap { ["--rename", $0] }
                attempts.append(harnessAttempt(form, "calls", renames, code: code, scan: scan))
            }
            let methods = options + shared.flatMap { ["--method", $0] }
            attempts.append(harnessAttempt(form, "calls", methods, code: code, scan: scan))
            // The harness's header is ahead of the submission's `#define`, which would come too late then.
            if scan.macros.contains(Self.debugMacro) {
                var attempt = harnessAttempt(form, "calls", methods, code: code, scan: scan)
                attempt.command.arguments.append("-D\(Self.debugMacro)=")
                attempts.append(attempt)
            }
        }
        return attempts
    }

    private func testAttempts(test: ByteString, code: ByteString) -> [BuildAttempt] {
        guard !test.bytes.contains(0) else { return [refusal("error: the test's source has a NUL byte")] }
        let testScan = CppScan(test)
        let scan = CppScan(code)
        // `#define int long long` is common; the test goes with the submission's types, but for its main.
        let main = scan.macros.contains("int") ? testScan.withSignedMain() : test
        var files = [WorkFile(path: "test.cpp", contents: main)]
        var options: [String] = []
        if !testScan.hasMain {
            let parts = testScan.separatingIncludes()
            files = [
                WorkFile(path: "test.cpp", contents: parts.rest),
                WorkFile(path: "test_head.cpp", contents: parts.includes),
            ]
            options = ["--bare"]
        }
        return [Form.asItStands, Form.withPrelude].map { form in
            let options = preludeOptions(form: form, scan: scan) + options
            return harnessAttempt(form, "tests", options, code: code, scan: scan, files: files)
        }
    }

    private func evaluationAttempts(call: ByteString, typeCheck: ByteString, code: ByteString) -> [BuildAttempt] {
        let scan = CppScan(code)
        let files = [
            WorkFile(path: "call.cpp", contents: call),
            WorkFile(path: "check.cpp", contents: typeCheck),
        ]
        return [Form.asItStands, Form.withPrelude].map { form in
            let options = preludeOptions(form: form, scan: scan)
            return harnessAttempt(form, "evaluation", options, code: code, scan: scan, files: files)
        }
    }

    private func preludeOptions(form: String, scan: CppScan) -> [String] {
        guard form == Form.withPrelude else { return [] }
        let own = [("ListNode", "LIST_NODE"), ("TreeNode", "TREE_NODE")].filter { scan.defines($0.0) }
        return ["--prelude"] + own.flatMap { ["--own", $0.1] }
    }

    private func harnessAttempt(
        _ form: String,
        _ kind: String,
        _ options: [String],
        code: ByteString,
        scan: CppScan,
        files: [WorkFile] = []
    ) -> BuildAttempt {
        BuildAttempt(
            form: form,
            command: JailCommand(
                executable: .path("/usr/lib/assay/build"),
                arguments: ["build", kind] + options + ["--"]
                    + flags(
                        for: scan,
                        besides: files.map { CppScan($0.contents) },
                        behindPrelude: options.contains("--prelude") || options.contains("--rename")
                    ),
                files: [WorkFile(path: "main.cpp", contents: code)] + files
            ),
            artefact: "main"
        )
    }

    /// A build that fails with a message, for what must not reach the compiler.
    private func refusal(_ message: String) -> BuildAttempt {
        BuildAttempt(
            form: Form.asItStands,
            command: JailCommand(
                executable: .path("/bin/sh"),
                arguments: ["sh", "-c", "printf '%s\\n' \"$1\" >&2; exit 1", "sh", message]
            )
        )
    }

    /// The values of `compile.form`.
    private enum Form {
        static let asItStands = "as it stands"
        static let withPrelude = "with prelude"
    }
}
