import Foundation
import GradingModel
import Testing
import TestService

/// `assay audit` and `assay check-translations` as processes, in real jails.
@Suite(
    "assay audit and check-translations",
    .serialized,
    .timeLimit(.minutes(5)),
    .enabled(if: TestHost.canGrade, "needs root and the images")
)
struct AuditTests {
    private static let area = [
        "python": "def area(a, b):\n    return a * b\n",
        "javascript": "function area(a, b) {\n  return BigInt(a) * BigInt(b);\n}\n",
        "cpp": "long long area(long long a, long long b) { return a * b; }\n",
    ]

    private static func problem(
        _ id: String,
        _ code: String?,
        language: String = "python",
        tests: [(input: [Int], output: Int)] = [([3, 4], 12), ([20, 50], 1000), ([1, 7], 7), ([6, 6], 36)]
    ) -> Value {
        func map(_ fields: KeyValuePairs<String, Value>) -> Value {
            .map(fields.map { MapEntry(key: Value($0.key), value: $0.value) })
        }
        let tests = tests.map { test in
            map([
                "type": "function_call", "fn_name": "area", "input": .list(test.input.map { Value($0) }),
                "output": Value(test.output),
            ])
        }
        return map([
            "problem_id": Value(id), "language": Value(language),
            "gold_standard_solution": code.map { Value($0) } ?? .null,
            "prompt": "Return the area of a rectangle. 1 <= a, b <= 10^9.", "tests": .list(tests),
        ])
    }

    /// Runs a command on problems.
    /// - Returns: Its exit status, and the codes of what it found by the problems' ids, notes left out.
    private func run(_ command: String, _ problems: [Value]) throws -> (status: Int32, found: [String: [String]]) {
        let path = NSTemporaryDirectory() + "assay-audit-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lines = problems.map { JSONCodec.serialize($0) + [0x0A] }
        try Data(lines.joined()).write(to: URL(fileURLWithPath: path))
        let process = TestHost.grading([command, path, "--json", "--quiet"])
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        var found: [String: [String]] = [:]
        for line in data.split(separator: 0x0A) {
            let finding = try JSONCodec.parse(Array(line))
            guard finding["severity"] != "note" else { continue }
            let id = try #require(finding["problem_id"]?.textValue)
            found[id, default: []].append(try #require(finding["code"]?.textValue))
        }
        return (process.terminationStatus, found)
    }

    @Test("an audit finds what is wrong with problems, by its name, and nothing in sound ones")
    func audit() throws {
        // Not in C++: each fault that is put into it would be compiled.
        let sound = Self.area.filter { $0.key != "cpp" }.sorted { $0.key < $1.key }.map {
            Self.problem("sound-\($0.key)", $0.value, language: $0.key)
        }
        let clean = try run("audit", Array(sound.suffix(1)))
        #expect(clean.status == 0)
        #expect(clean.found.isEmpty)

        let python = try #require(Self.area["python"])
        let found = try run(
            "audit",
            sound + [
                Self.problem("wrong", python.replacing("*", with: "+")),
                Self.problem(
                    "flaky",
                    "import random\n" + python.replacing("a * b", with: "a * b + random.choice([0, 1, 1])")
                ),
                Self.problem("uncompiled", "long long area(long long a) { return b; }\n", language: "cpp"),
                Self.problem("constant", python, tests: [([3, 4], 12), ([2, 6], 12), ([1, 12], 12)]),
                Self.problem("contradiction", python, tests: [([3, 4], 12), ([20, 50], 1000), ([3, 4], 13)]),
                Self.problem("no-gold", nil),
            ]
        )
        #expect(found.status == 1)
        #expect(Set(found.found.keys) == ["wrong", "flaky", "uncompiled", "constant", "contradiction", "no-gold"])
        for (id, code) in [
            ("wrong", "gold_fails"), ("uncompiled", "gold_does_not_compile"), ("constant", "constant_program_accepted"),
            ("contradiction", "contradictory_tests"), ("no-gold", "no_gold"),
        ] {
            #expect(found.found[id]?.contains(code) == true, "\(id): \(found.found[id] ?? [])")
        }
        // Four tests by three runs: some pass and some fail, or all fail, which is a failing one to whoever looks.
        #expect(["gold_flaky", "gold_fails"].contains(found.found["flaky"]?.first))
    }

    @Test("a translation that is wrong only where no test looks is found by inputs that are made up")
    func translations() throws {
        let right = Self.area.sorted { $0.key < $1.key }.map {
            Self.problem("\($0.key)/right", $0.value, language: $0.key)
        }
        let clean = try run("check-translations", Array(right.suffix(2)))
        #expect(clean.status == 0)
        #expect(clean.found.isEmpty)

        let python = try #require(Self.area["python"])
        let cpp = try #require(Self.area["cpp"])
        let found = try run(
            "check-translations",
            right + [
                Self.problem("python/narrow", python),
                Self.problem("cpp/narrow", cpp.replacing("long long", with: "int"), language: "cpp"),
                Self.problem("python/floats", python),
                Self.problem("javascript/floats", "function area(a, b) { return a * b; }\n", language: "javascript"),
                Self.problem("python/sum", python),
                Self.problem("javascript/sum", "function area(a, b) { return a + b; }\n", language: "javascript"),
            ]
        )
        #expect(found.status == 1)
        #expect(
            found.found == [
                "cpp/narrow": ["integer_overflow"], "javascript/floats": ["integer_overflow"],
                "javascript/sum": ["translation_fails"],
            ]
        )
    }
}
