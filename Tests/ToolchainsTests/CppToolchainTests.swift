import Foundation
import GradingModel
import Testing

@testable import Toolchains

@Suite("C++ tool chain") struct CppToolchainTests {
    private let toolchain = CppToolchain()

    private func options(_ attempt: BuildAttempt) -> [String] {
        Array(attempt.command.arguments.prefix { $0 != "--" })
    }

    @Test("a program is compiled once, as it stands, by g++ alone")
    func program() throws {
        let attempts = toolchain.buildAttempts(for: .program, code: "int main() {}")
        let attempt = try #require(attempts.first)
        #expect(attempts.count == 1)
        #expect(attempt.form == "as it stands")
        #expect(attempt.command.executable == .path("/usr/bin/g++"))
        #expect(attempt.command.arguments.suffix(3) == ["main.cpp", "-o", "main"])
        #expect(attempt.command.files == [WorkFile(path: "main.cpp", contents: "int main() {}")])
        #expect(attempt.command.channel == nil)
        #expect(attempt.artefact == "main")
    }

    @Test(
        "a compilation begins with a precompiled header where the source has it first anyway",
        arguments: [
            ("#include <bits/stdc++.h>\nint main() {}", "bits/stdc++.h"),
            ("// a\n/* b */ # include<iostream> // c\nint main() {}", "iostream"),
            ("#include <cstdio>\r\n#include <iostream>\r\n", "iostream"),
            ("#include <iostream>\n#include <bits/stdc++.h>\n", "bits/stdc++.h"),
            ("#include <iostream>\n#define int long long\n", "iostream"),
            ("#define int long long\n#include <iostream>\n", nil), ("#pragma once\n#include <iostream>\n", nil),
            ("#include \"main.cpp\"\n#include <iostream>\n", nil),
            ("#include <sys/wait.h>\n#include <iostream>\n", nil),
            ("#ifdef A\n#include <iostream>\n#endif\n", nil), ("int a;\n#include <iostream>\n", nil),
            ("#include <vector>\n", nil), ("#include <iostream> x\n", nil),
            ("#include HEADER\n#include <iostream>\n", nil),
            ("#include \\\n<iostream>\n", nil), ("// \\\n#include <iostream>\n", nil), ("", nil),
        ] as [(ByteString, String?)]
    )
    func precompiledHeaders(code: ByteString, header: String?) throws {
        let attempt = try #require(toolchain.buildAttempts(for: .program, code: code).first)
        let more = header.map { name in
            let folder = name == "iostream" ? "/usr/lib/assay/precompiled" : "/usr/lib/assay/precompiled/light"
            return ["-isystem", folder, "-include", name]
        }
        #expect(attempt.command.arguments == ["g++"] + toolchain.flags + (more ?? []) + ["main.cpp", "-o", "main"])
    }

    @Test(
        "all headers are there where something of <chrono> or <format> may be named",
        arguments: [
            ("auto t = chrono::steady_clock::now();", true), ("auto s = std::format(\"{}\", 1);", true),
            ("// chrono, format\nint a; /* chrono */ const char* b = \"format ## chrono\";", false),
            ("const char* a = \"http://\"; auto t = chrono::seconds(1);", true), ("#define NOW chrono::x\n", true),
            ("#define A(a, b) a ## b\n", true), ("#define A \\\n  chr\\\nono\n", true), ("int chr\\\nono;", true),
            ("%:define A(a, b) a%:%:b\n", true), ("int \\u0063hrono;", true), ("#define A(a) #a\n", false),
            ("auto d = 2024y / 1 / 5;", true), ("auto d = 5d;", true), ("auto d = 0x5d + 0XAd + 1e9 + 10ms;", false),
            ("using namespace std::literals;", true), ("auto r = R\"(chrono)\";", false),
            ("string information(int x) { return x % 2 ? \"\\n\" : \"a\"; }", true), ("int transform = 5 % 2;", false),
        ] as [(ByteString, Bool)]
    )
    func wholeLibrary(code: ByteString, isWhole: Bool) throws {
        let source = ByteString(bytes: Array("#include <bits/stdc++.h>\n".utf8) + code.bytes)
        let attempt = try #require(toolchain.buildAttempts(for: .program, code: source).first)
        #expect(attempt.command.arguments.contains("/usr/lib/assay/precompiled") == isWhole)
        #expect(attempt.command.arguments.contains("/usr/lib/assay/precompiled/light") != isWhole)
        // What is compiled along with the submission counts too.
        let tested = toolchain.buildAttempts(
            for: .assertions(code: code, entryPoint: nil),
            code: "#include <bits/stdc++.h>\n"
        )
        #expect(tested.first?.command.arguments.contains("/usr/lib/assay/precompiled") == isWhole)
    }

    @Test("behind the prelude, whatever the submission is, a compilation begins with all headers")
    func precompiledPrelude() {
        let attempts = toolchain.buildAttempts(for: .calls(functions: ["f"]), code: "#define int long long\nint f();")
        #expect(attempts.map { $0.command.arguments.last } == [toolchain.flags.last, "bits/stdc++.h"])
    }

    @Test("the image's headers are compiled with the flags of every compilation")
    func flagsOfHeaders() throws {
        let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let script = try String(contentsOf: project.appendingPathComponent("Runners/cpp/install.sh"), encoding: .utf8)
        let ofLinker = ["-static", "-s", "-fuse-ld=gold", "-pipe"]
        let flags = toolchain.flags.filter { !ofLinker.contains($0) }.joined(separator: " ")
        #expect(script.contains("\nflags='\(flags)'\n"))
    }

    @Test("calls are built as they stand, then behind the prelude")
    func calls() {
        let attempts = toolchain.buildAttempts(
            for: .calls(functions: ["add", "mul"]),
            code: "class Solution { int add(int); }; struct Other { void mul(); }; struct Third { void div(); };"
        )
        #expect(attempts.map(\.form) == ["as it stands", "with prelude"])
        let names = ["--function", "add", "--function", "mul", "--class", "Solution", "--class", "Other"]
        #expect(options(attempts[0]) == ["build", "calls"] + names)
        #expect(options(attempts[1]) == ["build", "calls", "--prelude"] + names)
        #expect(attempts.allSatisfy { $0.artefact == "main" && $0.command.executable == .path("/usr/lib/assay/build") })
        let flags = attempts.map { $0.command.arguments.drop { $0 != "--" }.dropFirst() }
        #expect(flags.allSatisfy { Array($0.prefix(toolchain.flags.count)) == toolchain.flags })
    }

    @Test("a name of the C library's gets an attempt in which it is another, and one that looks in classes only")
    func sharedNames() {
        let attempts = toolchain.buildAttempts(for: .calls(functions: ["remove", "solve"]), code: "")
        #expect(attempts.map(\.form) == ["as it stands", "as it stands", "with prelude", "with prelude"])
        #expect(options(attempts[0]).suffix(2) == ["--rename", "remove"])
        #expect(options(attempts[1]).suffix(2) == ["--method", "remove"])
        #expect(!options(attempts[2]).contains("--method"))
    }

    @Test("the prelude leaves out nodes that the submission defines")
    func ownNodes() {
        let code: ByteString = "// struct TreeNode {\nstruct ListNode { int val; ListNode *next; };"
        let attempts = toolchain.buildAttempts(for: .calls(functions: ["f"]), code: code)
        #expect(options(attempts[1]).prefix(5) == ["build", "calls", "--prelude", "--own", "LIST_NODE"])
        #expect(!options(attempts[1]).contains("TREE_NODE"))
        #expect(!options(attempts[0]).contains("--own"))
    }

    @Test(
        "a name that is no identifier never reaches a compiler",
        arguments: [
            "", "a b", "f(1); int g", "f\"", "f;", "1f", "operator+", "S::f", "f\n", "int", "main", "assay_x", "a-b",
            "$f", "f\0", "$(id)", "--class", "`id`", "a'b",
        ]
    )
    func badNames(name: String) throws {
        let attempts = toolchain.buildAttempts(for: .calls(functions: ["good", name]), code: "int good();")
        #expect(attempts.count == 1)
        let command = try #require(attempts.first).command
        #expect(command.executable == .path("/bin/sh"))
        #expect(command.files.isEmpty)
        #expect(command.arguments.count == 5)
        #expect(command.arguments.allSatisfy { !$0.utf8.contains(0) })
        #expect(command.arguments[4].hasPrefix("error: '"))
    }

    @Test("letters beyond ASCII are left to the compiler")
    func otherLetters() {
        #expect(toolchain.buildAttempts(for: .calls(functions: ["größe"]), code: "").count == 2)
    }

    @Test(
        "a source with NUL is refused",
        arguments: [BuildTarget.program, .calls(functions: ["f"]), .assertions(code: "", entryPoint: nil)]
    )
    func nul(target: BuildTarget) {
        let attempts = toolchain.buildAttempts(for: target, code: "int f();\0")
        #expect(attempts.map(\.command.executable) == [.path("/bin/sh")])
        #expect(attempts.allSatisfy { $0.artefact == nil })
    }

    @Test("a test with a main is a file of its own")
    func testWithMain() {
        let test: ByteString = "#include <cassert>\nint main() { assert(f() == 1); }"
        let attempts = toolchain.buildAttempts(for: .assertions(code: test, entryPoint: nil), code: "int f();")
        #expect(attempts.map(\.form) == ["as it stands", "with prelude"])
        #expect(options(attempts[0]) == ["build", "tests"])
        #expect(options(attempts[1]) == ["build", "tests", "--prelude"])
        #expect(attempts[0].command.files.map(\.path) == ["main.cpp", "test.cpp"])
        #expect(attempts[0].command.files.last?.contents == test)
    }

    @Test("bare statements keep their lines, and their includes go ahead of them")
    func bareStatements() {
        let test: ByteString = "// main(\n#include <vector>\nassert(f() == 1);"
        let attempts = toolchain.buildAttempts(for: .assertions(code: test, entryPoint: nil), code: "int f();")
        #expect(options(attempts[0]) == ["build", "tests", "--bare"])
        let files = attempts[0].command.files
        #expect(files.map(\.path) == ["main.cpp", "test.cpp", "test_head.cpp"])
        #expect(files[1].contents == "// main(\n                 \nassert(f() == 1);")
        #expect(files[2].contents == "#include <vector>\n")
    }

    @Test("a test's main keeps its type where the submission redefines int")
    func redefinedInt() {
        let test: ByteString = "int x;\nint main() { return 0; }"
        let target = BuildTarget.assertions(code: test, entryPoint: nil)
        let plain = toolchain.buildAttempts(for: target, code: "int f();")
        #expect(plain[0].command.files[1].contents == test)
        let redefined = toolchain.buildAttempts(for: target, code: "# define int long long\nint f();")
        #expect(redefined[0].command.files[1].contents == "int x;\nsigned main() { return 0; }")
    }

    @Test("a target pragma is compiled behind the allocator, and the library's debug mode is on from the start")
    func pragmasAndDebugMode() {
        let pragma: ByteString = "# pragma GCC target(\"avx2\")\n#include <vector>\nint f();"
        let debug: ByteString = "#define _GLIBCXX_DEBUG\n#include <vector>\nint f();"
        for target in [BuildTarget.program, .calls(functions: ["f"]), .assertions(code: "", entryPoint: nil)] {
            let attempts = toolchain.buildAttempts(for: target, code: pragma)
            // All headers have the allocator's in them.
            let first = attempts.map { $0.form == "with prelude" ? "bits/stdc++.h" : "bits/allocator.h" }
            #expect(zip(attempts, first).allSatisfy { $0.command.arguments.contains($1) })
            let plain = toolchain.buildAttempts(for: target, code: "#pragma GCC optimize(\"O3\")\nint f();")
            #expect(plain.allSatisfy { !$0.command.arguments.contains("bits/allocator.h") })
        }
        let attempts = toolchain.buildAttempts(for: .calls(functions: ["f"]), code: debug)
        #expect(attempts.map { $0.command.arguments.last == "-D_GLIBCXX_DEBUG=" } == [false, true, false, true])
    }

    @Test("only calls and assertions have a channel")
    func commands() {
        let limits = Limits()
        let tests: [TestCase] = [
            TestCase(.stdinStdout(input: "", expected: [""])),
            TestCase(.functionCall(function: "f", arguments: [.bool(true)], expected: [.null])),
            TestCase(.assertions(code: "", entryPoint: nil)),
        ]
        let commands = tests.map {
            toolchain.command(for: $0, code: "", limits: limits, comparison: ComparisonOptions(inPlace: true))
        }
        #expect(commands.allSatisfy { $0.executable == .artefact && $0.arguments == ["main"] && $0.files.isEmpty })
        #expect(commands[0].channel == nil)
        #expect(commands[1].channel == "{\"function\":\"f\",\"arguments\":[true],\"in_place\":true}")
        #expect(commands[2].channel == "{}")
    }
}
