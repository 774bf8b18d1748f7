import GradingModel
import Testing
import Toolchains

@Suite("Plans for checkers and interactors") struct JuryToolchainTests {
    static let cpp = JuryToolchain(JuryProgram(language: .cpp, code: "c"))
    static let python = JuryToolchain(JuryProgram(language: .python, code: "p"))

    @Test("C++ is compiled with our testlib.h, as C++17 first") func compilation() throws {
        let attempts = Self.cpp.buildAttempts()
        #expect(attempts.map(\.form) == ["gnu++17", "gnu++20"])
        let first = try #require(attempts.first)
        #expect(first.command.arguments.contains("-I/usr/lib/assay/testlib"))
        #expect(first.command.files == [WorkFile(path: "jury.cpp", contents: "c")])
        #expect(first.artefact == "jury")
        #expect(Self.python.buildAttempts().map(\.artefact) == [nil])
    }

    @Test("a checker's files are named in the order of its form") func order() {
        func arguments(_ form: Checker.Form) -> [String] {
            Self.cpp.command(input: "i", output: "o", answer: "a", form: form).arguments
        }
        #expect(arguments(.testlib) == ["jury", "input", "output", "answer"])
        #expect(arguments(.openR1) == ["jury", "input", "answer", "output"])
        let python = Self.python.command(input: "i", output: "o", answer: "a", form: .testlib)
        #expect(python.arguments.suffix(4) == ["jury.py", "input", "output", "answer"])
        #expect(python.files.map(\.path) == ["jury.py", "input", "output", "answer"])
        #expect(python.files.map(\.contents) == ["p", "i", "o", "a"])
    }

    @Test("an interactor has no output before it writes one") func interactor() {
        let command = Self.cpp.command(input: "i", answer: "a")
        #expect(command.executable == .artefact)
        #expect(command.arguments == ["jury", "input", "output", "answer"])
        #expect(command.files.map(\.path) == ["input", "answer"])
        #expect(command.channel == nil)
    }
}
