import BigInt
import GradingModel
import Testing
import Toolchains

@Suite("Python toolchain")
struct PythonToolchainTests {
    private let toolchain = PythonToolchain()
    private let code: ByteString = "def add(a, b):\n    return a + b\n"

    private static let kinds: [TestCase.Kind] = [
        .stdinStdout(input: "1 2\n", expected: ["3\n"]),
        .functionCall(function: "add", arguments: [.integer(1), .integer(2)], expected: [.integer(3)]),
        .assertions(code: "assert add(1, 2) == 3", entryPoint: nil),
    ]

    private func command(
        _ kind: TestCase.Kind,
        limits: Limits = Limits(),
        comparison: ComparisonOptions = ComparisonOptions()
    ) -> JailCommand {
        toolchain.command(for: TestCase(kind), code: code, limits: limits, comparison: comparison)
    }

    @Test("every command brings the source, and settings that make runs alike", arguments: kinds)
    func commonParts(kind: TestCase.Kind) {
        let command = command(kind)
        #expect(command.executable == .path("/usr/bin/python3"))
        #expect(command.files == [WorkFile(path: "main.py", contents: code)])
        #expect(command.environment == ["PYTHONHASHSEED": "0", "PYTHONINTMAXSTRDIGITS": "0"])
        #expect((command.examiner != nil) == (kind == Self.kinds[2]))
    }

    @Test("a program is run as it would be by hand, without a channel")
    func program() {
        let command = command(Self.kinds[0])
        #expect(command.arguments == ["python3", "main.py"])
        #expect(command.channel == nil)
    }

    @Test(
        "a run's fork server has its environment but for the linker's part; programs have one, all of the harness another",
        arguments: kinds
    )
    func forkServer(kind: TestCase.Kind) throws {
        let command = command(kind)
        let server = try #require(command.forkServer)
        #expect(.path(server.executable) == command.executable)
        #expect(server.environment.filter { !$0.key.hasPrefix("LD_") } == command.environment)
        #expect(server.servesAnyStack)
        let script = kind == Self.kinds[0] ? ["python3", "main.py"] : Self.serverArguments
        #expect(server.arguments == script)
        if let examiner = command.examiner { #expect(examiner.forkServer == server) }
    }

    private static let serverArguments = ["python3", "-s", "-S", "-P", "/usr/lib/assay/serve_forks.py"]

    @Test("numpy is loaded by servers of its own, for what names it anywhere")
    func numpy() {
        let source: ByteString = "import numpy as np\n"
        for kind in Self.kinds {
            let server = toolchain.command(
                for: TestCase(kind),
                code: source,
                limits: Limits(),
                comparison: ComparisonOptions()
            ).forkServer
            #expect(server?.environment["ASSAY_FORK_MODULES"] == "numpy")
        }
        let test = command(.assertions(code: "import numpy", entryPoint: nil))
        #expect(test.forkServer?.environment["ASSAY_FORK_MODULES"] == "numpy")
        #expect(test.examiner?.forkServer == test.forkServer)
        for attempt in toolchain.buildAttempts(for: .program, code: source) {
            #expect(attempt.command.forkServer?.arguments == Self.serverArguments)
            #expect(attempt.command.forkServer?.environment["ASSAY_FORK_MODULES"] == nil)
        }
    }

    @Test("a call's request has the arguments and not the expected value", arguments: [true, false])
    func call(inPlace: Bool) throws {
        let command = command(Self.kinds[1], comparison: ComparisonOptions(inPlace: inPlace))
        let request = try JSONCodec.parse(#require(command.channel).bytes)
        #expect(
            request
                == .map([
                    MapEntry(key: .string("function"), value: .string("add")),
                    MapEntry(key: .string("arguments"), value: .list([.integer(1), .integer(2)])),
                    MapEntry(key: .string("in_place"), value: .bool(inPlace)),
                ])
        )
    }

    @Test("the harness is told the output limit of the test", arguments: [1, 4096])
    func outputLimit(kilobytes: Int) {
        let arguments = command(Self.kinds[1], limits: Limits(outputKB: kilobytes)).arguments
        #expect(arguments == ["python3", "-s", "-S", "-P", "/usr/lib/assay/run.py", "\(kilobytes)"])
    }

    @Test("the interpreter is never told to ignore its settings", arguments: kinds)
    func settingsAreRead(kind: TestCase.Kind) {
        #expect(!command(kind).arguments.contains("-I"))
        #expect(!command(kind).arguments.contains("-E"))
    }

    @Test("the test goes to the examiner and to nothing that the submission could read", arguments: [nil, "add"])
    func assertions(entryPoint: String?) throws {
        let limits = Limits(outputKB: 64)
        let command = command(.assertions(code: "assert True", entryPoint: entryPoint), limits: limits)
        #expect(command.arguments == ["python3", "-s", "-S", "-P", "/usr/lib/assay/serve.py"])
        let examiner = try #require(command.examiner)
        #expect(examiner.executable == "/usr/bin/python3")
        #expect(examiner.arguments == ["python3", "-s", "-S", "-P", "/usr/lib/assay/examine.py", "64"])
        #expect(examiner.environment == command.environment)
        let request = try JSONCodec.parse(#require(command.channel).bytes)
        #expect(
            request
                == .map([
                    MapEntry(key: .string("test"), value: .string("assert True")),
                    MapEntry(
                        key: .string("entry_point"),
                        value: entryPoint.map { .string(ByteString($0)) } ?? .null
                    ),
                ])
        )
    }

    @Test(
        "a build is one check of the source without an artefact",
        arguments: [BuildTarget.program, .calls(functions: ["add"])]
    )
    func build(target: BuildTarget) throws {
        let attempts = toolchain.buildAttempts(for: target, code: code)
        let attempt = try #require(attempts.first)
        #expect(attempts.count == 1)
        #expect(attempt.artefact == nil)
        #expect(attempt.command.arguments == ["python3", "-I", "-S", "/usr/lib/assay/check.py"])
        #expect(attempt.command.files == [WorkFile(path: "main.py", contents: code)])
        #expect(attempt.command.channel == nil)
    }

    @Test("the build for assertions also looks at the test")
    func buildOfAssertions() throws {
        let target = BuildTarget.assertions(code: "def check(f): pass", entryPoint: "add")
        let command = try #require(toolchain.buildAttempts(for: target, code: code).first).command
        #expect(command.arguments.last == "--test")
        #expect(command.channel == RunnerRequest.assertions(code: "def check(f): pass", entryPoint: "add"))
    }

    @Test("the source goes in byte by byte", arguments: [[0x00], [0xFF, 0xFE], Array("# é\n".utf8)] as [[UInt8]])
    func bytes(of source: [UInt8]) {
        let command = toolchain.command(
            for: TestCase(Self.kinds[0]),
            code: ByteString(bytes: source),
            limits: Limits(),
            comparison: ComparisonOptions()
        )
        #expect(command.files.first?.contents.bytes == source)
    }
}
