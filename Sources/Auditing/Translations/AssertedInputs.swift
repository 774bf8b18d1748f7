import DatasetFormats
import GradingModel

/// The arguments with which a test of assertions calls the function, where they are literals.
///
/// `assert candidate([1, 2], 3) == 4` gives `[[1, 2], 3]`: an input on which all languages can be compared.
struct AssertedInputs {
    let problem: AuditProblem
    /// The most that are taken.
    private static let maximum = 40

    /// The function that the tests call.
    var function: String? {
        guard let gold = problem.gold else { return nil }
        let defined = FunctionFinder(source: gold, language: problem.language).definitions.map(\.name)
        for test in problem.tests {
            guard case .assertions(let code, let entryPoint) = test.kind else { continue }
            if let entryPoint { return entryPoint }
            let words = Set(words(of: code))
            if let called = defined.last(where: { words.contains($0) && $0 != "main" && $0 != "check" }) {
                return called
            }
        }
        return nil
    }

    /// One call a set of arguments.
    func calls() -> [TestCase] {
        guard problem.language == .python || problem.language == .javascript, let function else { return [] }
        var calls: [TestCase] = []
        var seen: Set<[Value]> = []
        for test in problem.tests {
            guard case .assertions(let code, _) = test.kind else { continue }
            let tokens = SourceLexer.tokens(of: code, problem.language)
            for index in tokens.indices.dropLast() where calls.count < Self.maximum {
                let word = text(code, tokens[index])
                guard word == function || word == "candidate", text(code, tokens[index + 1]) == "(",
                    let end = closing(code, tokens, index + 1)
                else { continue }
                let inner = code.bytes[tokens[index + 1].range.upperBound..<tokens[end].range.lowerBound]
                let list = [UInt8(ascii: "[")] + inner + [UInt8(ascii: "]")]
                guard let value = (try? PythonLiteral.parse(list)) ?? (try? JSONCodec.parse(list)),
                    let arguments = value.listValue, seen.insert(arguments).inserted
                else { continue }
                calls.append(TestCase(.functionCall(function: function, arguments: arguments, expected: [])))
            }
        }
        return calls
    }

    private func words(of code: ByteString) -> [String] {
        SourceLexer.tokens(of: code, problem.language).filter { $0.kind == .word }.map { text(code, $0) }
    }

    private func text(_ code: ByteString, _ token: SourceToken) -> String {
        String(decoding: code.bytes[token.range], as: UTF8.self)
    }

    private func closing(_ code: ByteString, _ tokens: [SourceToken], _ open: Int) -> Int? {
        var depth = 0
        for index in tokens[open...].indices where tokens[index].kind == .symbol {
            switch text(code, tokens[index]) {
            case "(", "[", "{": depth += 1
            case ")", "]", "}":
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
        }
        return nil
    }
}

/// The name of a function in another language: `has_close_elements` is `hasCloseElements` there.
struct FunctionNames {
    let translation: AuditProblem

    /// The translation's name for a function of the original; `nil` where it has none like it.
    func name(for function: String) -> String? {
        var called: Set<String> = []
        for test in translation.tests {
            if case .functionCall(let name, _, _) = test.kind { called.insert(name) }
        }
        if called.contains(function) { return function }
        let alike = called.filter { Self.plain($0) == Self.plain(function) }
        if let name = alike.first ?? (called.count == 1 ? called.first : nil) { return name }
        guard let gold = translation.gold else { return nil }
        let defined = FunctionFinder(source: gold, language: translation.language).definitions.map(\.name)
        return defined.last { $0 == function } ?? defined.last { Self.plain($0) == Self.plain(function) }
    }

    private static func plain(_ name: String) -> String { name.lowercased().replacing("_", with: "") }
}
