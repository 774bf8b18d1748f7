public import GradingModel

/// How checkers and interactors are compiled and run.
///
/// C++ finds `testlib.h` of our own (Runners/cpp/testlib). It is C++17 first, which published programs are written in, or for:
/// newer ones have a `std::format` that takes the place of testlib's behind `using namespace std`.
public struct JuryToolchain: Sendable {
    /// Names of the files that the programs are called with.
    public enum FileName {
        public static let input = "input"
        public static let output = "output"
        public static let answer = "answer"
        static let arguments = [input, output, answer]
    }

    public var program: JuryProgram

    public init(_ program: JuryProgram) { self.program = program }

    /// The ways to build the program, as `Toolchain.buildAttempts`.
    public func buildAttempts() -> [BuildAttempt] {
        switch program.language {
        case .cpp: ["gnu++17", "gnu++20"].map(compilation)
        case .python: PythonToolchain().buildAttempts(for: .program, code: program.code)
        }
    }

    /// Has the program decide on an output; for a C++ program, the artefact is executed.
    ///
    /// Of all that is in a work folder, the program finds its files there and nothing else.
    public func command(input: ByteString, output: ByteString, answer: ByteString, form: Checker.Form) -> JailCommand {
        let (second, third) =
            switch form {
            case .testlib: (FileName.output, FileName.answer)
            case .openR1: (FileName.answer, FileName.output)
            }
        return command(
            arguments: [FileName.input, second, third],
            files: [
                WorkFile(path: FileName.input, contents: input),
                WorkFile(path: FileName.output, contents: output),
                WorkFile(path: FileName.answer, contents: answer),
            ]
        )
    }

    /// Has the program talk on stdin and stdout; what it writes to the file `output` is for a checker.
    public func command(input: ByteString, answer: ByteString) -> JailCommand {
        command(
            arguments: FileName.arguments,
            files: [
                WorkFile(path: FileName.input, contents: input),
                WorkFile(path: FileName.answer, contents: answer),
            ]
        )
    }

    private func command(arguments: [String], files: [WorkFile]) -> JailCommand {
        switch program.language {
        case .cpp: JailCommand(executable: .artefact, arguments: ["jury"] + arguments, files: files)
        case .python:
            JailCommand(
                executable: .path("/usr/bin/python3"),
                arguments: ["python3", "/usr/lib/assay/jury.py", "jury.py"] + arguments,
                environment: ["PYTHONHASHSEED": "0"],
                files: [WorkFile(path: "jury.py", contents: program.code)] + files
            )
        }
    }

    private func compilation(standard: String) -> BuildAttempt {
        BuildAttempt(
            form: standard,
            command: JailCommand(
                executable: .path("/usr/bin/g++"),
                arguments: [
                    "g++", "-O2", "-std=\(standard)", "-static", "-s", "-fuse-ld=gold", "-w", "-fmax-errors=20",
                    "-fdiagnostics-color=never", "-I/usr/lib/assay/testlib", "jury.cpp", "-o", "jury",
                ],
                files: [WorkFile(path: "jury.cpp", contents: program.code)]
            ),
            artefact: "jury"
        )
    }
}
