import ArgumentParser
import DatasetFormats
import Foundation
import GradingModel
import Logging

/// `assay grade`: one program, here and now, without a service.
struct GradeCommand: JailingCommand {
    static let configuration = CommandConfiguration(
        commandName: "grade",
        abstract: "Grade one program and show what happened in each test.",
        discussion: """
            The tests file is JSON: a list of tests as in the API, an object with "tests" (or "verification_info") \
            and any of "language", "limits", "comparison", "checker", "interactor", "input_mode" and \
            "stop_on_failure", or a bare verification_info.

            Examples:
              assay grade solution.py --tests tests.json
              assay grade - --language rust --tests tests.json < solution.rs
              assay grade answer.md --completion --language cpp --tests tests.json
              assay grade a.py -t tests.json --limit memory_mb=64 --policy strict
              assay grade a.py -t tests.json --json | jq .verdict
              assay grade a.py -t tests.json --checker check.cpp

            A tests.json:
              [{"type": "stdin_stdout", "input": "1 2\\n", "output": "3\\n"},
               {"type": "function_call", "fn_name": "add", "input": [1, 2], "output": 3},
               {"type": "assertions", "code": "assert add(2, 2) == 4"}]

            Exit status: 0 accepted, 1 not accepted, 2 wrong usage, 3 our own fault (internal_error).
            """
    )

    @Argument(help: ArgumentHelp("The program; - reads standard input.", valueName: "file"))
    var file: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The tests; - reads standard input.", valueName: "file"))
    var tests: String

    @Option(
        name: .shortAndLong,
        help: "python, javascript, rust or cpp (default: by the file's extension, else by the tests)."
    )
    var language: String?

    @Flag(help: "The file is a model's whole answer; the program is taken out of it.")
    var completion = false

    @Option(help: "The comparison: \(ComparisonOptions.Policy.allCases.map(\.rawValue).joined(separator: ", ")).")
    var policy: String?

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            """
            A limit, as in the API: cpu_time_s, wall_time_s, memory_mb, output_kb, processes, file_size_mb, stack_mb, \
            compile_time_s, compile_memory_mb. May be repeated.
            """,
            valueName: "name=value"
        )
    )
    var limits: [String] = []

    @Option(
        help: ArgumentHelp(
            "A program of the problem's author that decides, in C++ (testlib.h is there) or Python.",
            valueName: "file"
        )
    )
    var checker: String?

    @Option(help: "How the checker is called: \(Checker.Form.allCases.map(\.rawValue).joined(separator: ", ")).")
    var checkerForm: String?

    @Option(help: ArgumentHelp("A program of the problem's author that talks with the program.", valueName: "file"))
    var interactor: String?

    @Flag(help: "Skip the tests after the first that is not accepted.")
    var stopOnFailure = false

    @Flag(help: "Print the result as JSON, as the API answers it.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show the output of accepted tests and the compiler's too.")
    var verbose = false

    @Option(name: Setting.user.flagName, help: Setting.user.help) var user: String?
    @Option(name: Setting.jailer.flagName, help: Setting.jailer.help) var jailer: String?
    @OptionGroup var options: SettingsOptions
    @OptionGroup var colours: ColourOptions

    /// What ``readInputs(_:)`` read.
    private var submission: Submission?

    private enum CodingKeys: CodingKey {
        case file, tests, language, completion, policy, limits, checker, checkerForm, interactor, stopOnFailure, json,
            verbose, user, jailer, options, colours
    }

    var purpose: ProcessPurpose { .grading }

    func validate() throws {
        if file == "-" && tests == "-" { throw ValidationError("only one of the program and the tests can be -") }
    }

    func loadSettings() throws -> Settings {
        // Grading one program is quiet, but for what goes wrong.
        var options = options
        options.logLevel = options.logLevel ?? "warning"
        return try options.load([(.user, user), (.jailer, jailer)])
    }

    mutating func readInputs(_ settings: Settings) throws {
        let request = GradeRequest(
            program: try readFile(file),
            isCompletion: completion,
            fileName: file,
            language: language,
            policy: policy,
            limits: limits,
            stopOnFailure: stopOnFailure,
            checker: try checker.map { .init(name: $0, code: try readFile($0)) },
            checkerForm: checkerForm,
            interactor: try interactor.map { .init(name: $0, code: try readFile($0)) }
        )
        submission = try request.submission(tests: try readFile(tests), caps: LimitCaps(settings.largestLimits))
    }

    func run(_ settings: Settings, _ process: PreparedProcess) async throws -> CommandStatus {
        guard let submission else { return .ourFault }
        let result = try await withGrader(settings, process, languages: submission.languages) { grader in
            try await grader.grade(submission) { _ in }
        }
        let text =
            json
            ? JSONCodec.serialize(ResultEncoder.encode(result, id: "local")) + [0x0A]
            : Array(TracePrinter(style: colours.style, isVerbose: verbose).text(result).utf8)
        FileHandle.standardOutput.write(Data(text))
        return CommandStatus(result.verdict)
    }

    private func readFile(_ path: String) throws -> [UInt8] {
        if path == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
        // By a handle, so that a pipe such as the shell's <(…) can be read too.
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.readToEnd() ?? Data() else {
            throw UsageError("\(path): cannot be read")
        }
        return [UInt8](data)
    }
}

extension CommandStatus {
    init(_ verdict: Verdict) {
        switch verdict {
        case .accepted: self = .accepted
        case .internalError: self = .ourFault
        default: self = .notAccepted
        }
    }
}
