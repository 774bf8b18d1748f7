import GradingModel

/// Programs that define what the tests of assertions use, and compute nothing.
struct ConstantPrograms {
    let problem: AuditProblem
    let gold: ByteString

    /// A program that has nothing in it.
    var empty: ByteString {
        switch problem.language {
        case .python, .javascript: "\n"
        case .cpp: "int assay_audit_nothing;\n"
        case .rust: "#[allow(dead_code)] fn assay_audit_nothing() {}\n"
        }
    }

    /// Programs whose functions always return the same, with what they return.
    func constants() -> [(what: String, program: ByteString)] {
        let functions = usedFunctions()
        guard !functions.isEmpty else { return [] }
        switch problem.language {
        case .python:
            return (["None", "True", "False", "0", "\"\"", "[]"] + literals()).map { constant in
                // Behind the gold solution: what a test decides with may be a function of it too.
                let lines = functions.map { "\n\ndef \($0)(*args, **kwargs):\n    return \(constant)\n" }
                return (constant, ByteString(bytes: gold.bytes + lines.joined().utf8))
            }
        case .javascript:
            return (["undefined", "true", "false", "0", "\"\"", "[]"] + literals()).map { constant in
                let lines = functions.map { "function \($0)(...values) {\n  return \(constant);\n}\n" }
                return (constant, ByteString(lines.joined(separator: "\n")))
            }
        case .cpp: return [("{}", withBodies("{ return {}; }", functions))]
        case .rust: return [("Default::default()", withBodies("{ Default::default() }", functions))]
        }
    }

    /// The functions of the gold solution that a test calls.
    private func usedFunctions() -> [String] {
        var used: Set<String> = []
        var isEntryPoint: Set<String> = []
        for test in problem.tests {
            guard case .assertions(let code, let entryPoint) = test.kind else { return [] }
            if let entryPoint { isEntryPoint.insert(entryPoint) }
            for token in SourceLexer.tokens(of: code, problem.language) where token.kind == .word {
                used.insert(String(decoding: code.bytes[token.range], as: UTF8.self))
            }
        }
        let names = FunctionFinder(source: gold, language: problem.language).definitions.map(\.name)
        if !isEntryPoint.isEmpty { return names.filter(isEntryPoint.contains) }
        // The last one: those before it are its helpers, and may be what the test decides with.
        return names.last { used.contains($0) && $0 != "main" && $0 != "check" }.map { [$0] } ?? []
    }

    /// The two literals that the tests compare with most often.
    private func literals() -> [String] {
        var counts: [String: Int] = [:]
        for test in problem.tests {
            guard case .assertions(let code, _) = test.kind else { continue }
            let tokens = SourceLexer.tokens(of: code, problem.language)
            for (index, token) in tokens.enumerated().dropLast() where token.kind == .symbol {
                let symbol = String(decoding: code.bytes[token.range], as: UTF8.self)
                let next = tokens[index + 1]
                guard ["==", "==="].contains(symbol), next.kind == .number || next.kind == .string else { continue }
                counts[String(decoding: code.bytes[next.range], as: UTF8.self), default: 0] += 1
            }
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(2).map(\.key)
    }

    private func withBodies(_ body: String, _ functions: [String]) -> ByteString {
        var program = gold.bytes
        // From the end, so that places before stay what they are.
        for definition in FunctionFinder(source: gold, language: problem.language).definitions.reversed()
        where functions.contains(definition.name) {
            if let range = definition.body { program.replaceSubrange(range, with: body.utf8) }
        }
        return ByteString(bytes: program)
    }
}

/// Finds where a program defines functions, by their form.
struct FunctionFinder {
    struct Definition: Hashable {
        var name: String
        /// The body with its braces, in languages that have some.
        var body: Range<Int>?
    }

    let source: ByteString
    let language: Language
    private let tokens: [SourceToken]

    init(source: ByteString, language: Language) {
        self.source = source
        self.language = language
        tokens = SourceLexer.tokens(of: source, language).filter { $0.kind != .comment && $0.kind != .lineEnd }
    }

    /// All definitions, in the order of the source.
    var definitions: [Definition] {
        var found: [Definition] = []
        for index in tokens.indices.dropLast() {
            let word = text(index)
            switch (language, word) {
            case (.python, "def"): found.append(Definition(name: text(index + 1)))
            case (.rust, "fn"), (.javascript, "function"):
                guard tokens[index + 1].kind == .word else { continue }
                found.append(Definition(name: text(index + 1), body: body(from: index + 2)))
            case (.javascript, "const"), (.javascript, "let"), (.javascript, "var"):
                guard index + 3 < tokens.count, text(index + 2) == "=", isFunction(index + 3) else { continue }
                found.append(Definition(name: text(index + 1), body: body(from: index + 3)))
            case (.cpp, _):
                guard tokens[index].kind == .word, text(index + 1) == "(", index > 0,
                    tokens[index - 1].kind == .word && !["return", "else", "new"].contains(text(index - 1))
                        || [">", "*", "&"].contains(text(index - 1)),
                    let end = matching(index + 1), end + 1 < tokens.count, text(end + 1) == "{"
                else { continue }
                found.append(Definition(name: word, body: body(from: end + 1)))
            default: continue
            }
        }
        return found
    }

    private func text(_ index: Int) -> String { String(decoding: source.bytes[tokens[index].range], as: UTF8.self) }

    private func isFunction(_ index: Int) -> Bool {
        switch text(index) {
        case "function", "async", "(": return true
        default: return index + 1 < tokens.count && text(index + 1) == "=>"
        }
    }

    private func matching(_ open: Int) -> Int? {
        let pairs = ["(": ")", "{": "}", "[": "]"]
        let (opening, closing) = (text(open), pairs[text(open)])
        var depth = 0
        for index in tokens[open...].indices {
            if text(index) == opening { depth += 1 }
            if text(index) == closing {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }

    private func body(from index: Int) -> Range<Int>? {
        guard let open = tokens[index...].indices.first(where: { text($0) == "{" }), let close = matching(open) else {
            return nil
        }
        return tokens[open].range.lowerBound..<tokens[close].range.upperBound
    }
}

/// Programs that print a text and read nothing.
enum PrintingProgram {
    static func source(of text: ByteString, in language: Language) -> ByteString {
        let numbers = text.bytes.map { "\($0)" }.joined(separator: ",")
        switch language {
        case .python: return ByteString("import sys\nsys.stdout.buffer.write(bytes([\(numbers)]))\n")
        case .javascript: return ByteString("process.stdout.write(Buffer.from([\(numbers)]));\n")
        case .cpp:
            return ByteString(
                "#include <cstdio>\nint main() {\n    const unsigned char text[] = {\(numbers)\(numbers.isEmpty ? "0" : ",0")};\n"
                    + "    std::fwrite(text, 1, sizeof text - 1, stdout);\n}\n"
            )
        case .rust:
            return ByteString(
                "use std::io::Write;\nfn main() {\n    let text: &[u8] = &[\(numbers)];\n"
                    + "    std::io::stdout().write_all(text).unwrap();\n}\n"
            )
        }
    }
}
