import DatasetFormats
import Foundation
import GradingModel
import Testing

@Suite(
    "The open data as HumanEval, HumanEval-X, MBPP and MultiPL-E",
    .enabled(if: OpenData.isThere, "needs the data set in ASSAY_DATA or ../shared/data")
)
struct BenchmarkShapeTests {
    /// A program in two: what a benchmark hands out, and what a model writes.
    private func halves(_ code: ByteString) -> (Value, Value) {
        let middle = code.bytes[(code.count / 2)...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (
            .string(ByteString(bytes: Array(code.bytes[..<middle]))),
            .string(ByteString(bytes: Array(code.bytes[middle...])))
        )
    }

    private func test(_ item: Convertible) throws -> ByteString {
        guard case .assertions(let code, nil) = item.cases[0].kind else { throw Convertible.OpenDataFault() }
        return code
    }

    @Test("HumanEval-X: prompt and solution are a program")
    func humanEvalX() throws {
        let names: [Language: String] = [.python: "Python", .cpp: "CPP", .javascript: "JavaScript", .rust: "Rust"]
        for item in try Convertible.all("humaneval_x") {
            var (prompt, solution) = halves(item.code)
            var declaration: Value = ""
            if item.record.language == .rust {
                // Rust's prompts go without the declaration, which is put before them.
                (declaration, prompt) = halves(try #require(prompt.stringValue))
                guard declaration.stringValue?.text.contains("fn main") == true else { continue }
            }
            let task: Value = [
                "task_id": Value("\(try #require(names[item.record.language]))/17"), "prompt": prompt,
                "declaration": declaration, "canonical_solution": solution, "test": .string(try test(item)),
                "example_test": "",
            ]
            let record = try DatasetRecord(task)
            #expect(record.shape == .humanEvalX && record.language == item.record.language)
            #expect(record.tests == item.submission.tests)
            #expect(record.gold == .code(item.code), "\(item.record.id)")

            // Samples as CodeGeeX and HumanEval have them.
            for key in ["generation", "completion"] {
                let sample: Value = ["task_id": "Rust/17"]
                let answer = try DatasetRecord(sample.with(.map([MapEntry(key: Value(key), value: solution)])))
                #expect(answer.joined(to: record).answer == .code(item.code))
            }
            let chat = try DatasetRecord(["task_id": "Rust/17", "llm_response": item.response])
            #expect(chat.joined(to: record).answer == .completion(try #require(item.response.stringValue)))
        }
    }

    @Test("HumanEval: check(candidate) is called with the entry point")
    func humanEval() throws {
        for item in try Convertible.all("humaneval_x") where item.record.language == .python {
            let (prompt, solution) = halves(item.code)
            let text = try test(item).text
            let call = try #require(text.range(of: "\ncheck(", options: .backwards))
            let name = text[call.upperBound...].prefix { $0 != ")" }
            let record = try DatasetRecord([
                "task_id": "HumanEval/17", "prompt": prompt, "canonical_solution": solution,
                "entry_point": Value(String(name)), "test": Value(String(text[..<call.lowerBound])),
            ])
            #expect(record.shape == .humanEval && record.language == .python && record.gold == .code(item.code))
            let check = ByteString(String(text[..<call.lowerBound]))
            #expect(record.tests == .cases([TestCase(.assertions(code: check, entryPoint: String(name)))]))
        }
    }

    @Test("MBPP: each assertion is a test, behind its imports")
    func mbpp() throws {
        for item in try Convertible.all("function_call") where item.record.language == .python {
            let (inputs, outputs) = item.columns
            let function = try #require(item.function)
            let asserts = inputs.indices.map { index in
                let arguments = (inputs[index].listValue ?? []).map { PythonText.of($0) }.joined(separator: ", ")
                return "assert \(function)(\(arguments)) == \(PythonText.of(outputs[index]))"
            }
            let whole: Value = [
                "task_id": 17, "text": "Solve it.", "code": .string(item.code), "test_setup_code": "",
                "test_list": .list(asserts.map { Value($0) }), "challenge_test_list": [],
            ]
            let record = try DatasetRecord(whole)
            #expect(record.shape == .mbpp && record.gold == .code(item.code) && record.answer == nil)
            #expect(
                record.tests == .cases(asserts.map { TestCase(.assertions(code: ByteString($0), entryPoint: nil)) })
            )
            let sanitized = try DatasetRecord([
                "source_file": "Benchmark Questions Verification V2.ipynb", "task_id": 17, "prompt": "Solve it.",
                "code": .string(item.code), "test_imports": ["import math"],
                "test_list": .list(asserts.map { Value($0) }),
            ])
            guard case .cases(let cases) = sanitized.tests else {
                Issue.record("no tests")
                continue
            }
            #expect(cases[0] == TestCase(.assertions(code: ByteString("import math\n" + asserts[0]), entryPoint: nil)))

            // AceCoder and open-instruct have the same assertions as lists.
            let lists: [Value] = [
                ["id": "17", "question": "Solve it.", "test_cases": .list(asserts.map { Value($0) })],
                ["messages": [["role": "user", "content": "?"]], "ground_truth": .list(asserts.map { Value($0) })],
                ["dataset": "code", "ground_truth": JSONText.of(.list(asserts.map { Value($0) }))],
                ["dataset": "code", "ground_truth": [JSONText.of(.list(asserts.map { Value($0) }))]],
            ]
            for list in lists {
                let record = try DatasetRecord(list)
                #expect(record.shape == .assertList && record.language == .python)
                #expect(record.tests == (try DatasetRecord(whole)).tests)
            }
            let verl = try DatasetRecord([
                "reward_model": ["ground_truth": JSONText.of(["assert_case": .list(asserts.map { Value($0) })])]
            ])
            #expect(verl.shape == .prime && verl.tests == record.tests)
        }
    }

    @Test("MultiPL-E: the brace that the tests begin with ends the program")
    func multiPLE() throws {
        let names: [Language: Value] = [.python: "py", .cpp: "cpp", .javascript: "js", .rust: "rs"]
        for item in try Convertible.all("humaneval_x") where item.record.expectedVerdict == .accepted {
            var code = item.code
            var tests = try test(item)
            let isBraced = item.record.language == .cpp || item.record.language == .rust
            if isBraced {
                guard let brace = code.bytes.lastIndex(where: { $0 > 0x20 }), code.bytes[brace] == 0x7D else {
                    continue
                }
                // As a model stops before it.
                let end = code.bytes[brace - 1] == UInt8(ascii: "\n") ? brace - 1 : brace
                code = ByteString(bytes: Array(code.bytes[..<end]))
                tests = ByteString(bytes: Array("}\n".utf8) + tests.bytes)
            }
            let (prompt, completion) = halves(code)
            let record = try DatasetRecord([
                "name": "HumanEval_17_f", "language": try #require(names[item.record.language]), "prompt": prompt,
                "doctests": "transform", "prompt_terminology": "reworded", "tests": .string(tests),
                "stop_tokens": ["\n}"], "completion": completion,
            ])
            #expect(record.shape == .multiPLE && record.language == item.record.language)
            guard case .code(let program) = record.answer, case .cases(let cases) = record.tests,
                case .assertions(let assertions, nil) = cases[0].kind
            else {
                Issue.record("\(item.record.id) is not read")
                continue
            }
            #expect(trimmed(program) == trimmed(item.code), "\(item.record.id)")
            #expect(trimmed(assertions) == trimmed(try test(item)))
            let answer = try DatasetRecord(["name": "HumanEval_17_f", "completion": completion])
            #expect(answer.joined(to: record).answer == record.answer)
        }
    }

    /// Without white space, which is all that may differ.
    private func trimmed(_ text: ByteString) -> [UInt8] { text.bytes.filter { $0 > 0x20 } }
}
