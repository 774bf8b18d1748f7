import GradingModel

/// Makes mutants of a program: lexical changes of the kind that people make by mistake.
///
/// They are taken from all kinds in turn and from all over the program, and are the same for the same program. Changes
/// that often leave a program equivalent (`<` to `<=`) are not among them.
struct Mutator {
    private struct Edit: Hashable {
        var kind: Mutant.Operator
        var range: Range<Int>
        var replacement: String
    }

    private let source: ByteString
    private let language: Language
    private let tokens: [SourceToken]

    init(source: ByteString, language: Language) {
        self.source = source
        self.language = language
        tokens = SourceLexer.tokens(of: source, language)
    }

    /// At most `count` mutants.
    func mutants(_ count: Int) -> [Mutant] {
        var edits = tokenEdits() + statementEdits()
        edits = Array(Set(edits)).sorted {
            ($0.range.lowerBound, $0.kind.rawValue) < ($1.range.lowerBound, $1.kind.rawValue)
        }
        // Spread over the program by a fixed shuffle, then one kind after the other.
        var generator = SeededGenerator(seed: SeededGenerator.hash(source.bytes))
        edits.shuffle(using: &generator)
        var byKind: [[Edit]] = Mutant.Operator.allCases.map { kind in edits.filter { $0.kind == kind } }
        var chosen: [Edit] = []
        while chosen.count < count, byKind.contains(where: { !$0.isEmpty }) {
            for index in byKind.indices where !byKind[index].isEmpty && chosen.count < count {
                chosen.append(byKind[index].removeFirst())
            }
        }
        return chosen.map(mutant)
    }

    private func mutant(_ edit: Edit) -> Mutant {
        var program = source.bytes
        program.replaceSubrange(edit.range, with: edit.replacement.utf8)
        let line = 1 + source.bytes[..<edit.range.lowerBound].count { $0 == UInt8(ascii: "\n") }
        let old = text(edit.range).split(separator: "\n").first.map(String.init) ?? ""
        let new = edit.replacement.isEmpty ? "nothing" : "`\(edit.replacement)`"
        return Mutant(
            operator: edit.kind,
            line: line,
            change: "`\(old.count > 60 ? old.prefix(60) + "…" : old)` to \(new)",
            program: ByteString(bytes: program)
        )
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: source.bytes[range], as: UTF8.self) }

    // MARK: - Single tokens

    private func tokenEdits() -> [Edit] {
        var edits: [Edit] = []
        for (index, token) in tokens.enumerated() {
            let word = text(token.range)
            switch token.kind {
            case .number:
                guard let value = Int(word), value < 1_000_000, !isStructural(index) else { continue }
                edits.append(Edit(kind: .offByOne, range: token.range, replacement: String(value + 1)))
            case .word:
                if let other = Self.words[word], language == .python || !["and", "or"].contains(word) {
                    edits.append(Edit(kind: other.0, range: token.range, replacement: other.1))
                }
            case .symbol:
                guard let other = Self.symbols[word], isBinary(index, word) else { continue }
                edits.append(Edit(kind: other.0, range: token.range, replacement: other.1))
            case .string, .comment, .lineEnd: continue
            }
        }
        return edits
    }

    private static let words: [String: (Mutant.Operator, String)] = [
        "and": (.logic, "or"), "or": (.logic, "and"),
        "True": (.boolean, "False"), "False": (.boolean, "True"),
        "true": (.boolean, "false"), "false": (.boolean, "true"),
    ]

    private static let symbols: [String: (Mutant.Operator, String)] = [
        "<": (.comparison, ">"), ">": (.comparison, "<"), "<=": (.comparison, ">"), ">=": (.comparison, "<"),
        "==": (.comparison, "!="), "!=": (.comparison, "=="), "===": (.comparison, "!=="), "!==": (.comparison, "==="),
        "+": (.arithmetic, "-"), "-": (.arithmetic, "+"), "*": (.arithmetic, "+"), "//": (.arithmetic, "*"),
        "/": (.arithmetic, "*"), "%": (.arithmetic, "*"), "+=": (.arithmetic, "-="), "-=": (.arithmetic, "+="),
        "&&": (.logic, "||"), "||": (.logic, "&&"),
    ]

    /// Whether an operator stands between two operands, with spaces around it where it could be something else.
    private func isBinary(_ index: Int, _ symbol: String) -> Bool {
        guard index > 0, index + 1 < tokens.count else { return false }
        let (before, after) = (tokens[index - 1], tokens[index + 1])
        guard before.kind != .lineEnd, before.kind != .comment, after.kind != .lineEnd, after.kind != .comment else {
            return false
        }
        // The signature `def f(a, *, b)`, `**rest`, `&mut`, generics and `#include <x>` have operators of no kind.
        let left = text(before.range)
        let isOperand =
            before.kind == .number || before.kind == .string || left == ")" || left == "]"
            || before.kind == .word && !Self.keywords.contains(left)
        guard isOperand else { return false }
        let hasSpaces =
            before.range.upperBound < tokens[index].range.lowerBound
            && tokens[index].range.upperBound < after.range.lowerBound
        if symbol == "<" || symbol == ">", language != .python {
            return hasSpaces
        }
        // `auto *p`, `int *p`, `|| {` of Rust's closures.
        if symbol == "*", language == .cpp { return hasSpaces || before.kind == .number || left == ")" }
        if symbol == "||", language == .rust { return hasSpaces && text(after.range) != "{" }
        return true
    }

    private static let keywords: Set<String> = [
        "return", "in", "not", "and", "or", "if", "elif", "else", "while", "for", "print", "yield", "lambda", "import",
        "from", "is", "assert", "match", "let", "mut", "const", "typeof", "new", "case", "await", "auto",
    ]

    /// Whether a number is part of something that is not a computation: a type, an array's size, a version.
    private func isStructural(_ index: Int) -> Bool {
        guard index > 0 else { return false }
        let before = text(tokens[index - 1].range)
        return before == "." || before == "edition"
    }

    // MARK: - Whole lines

    private func statementEdits() -> [Edit] {
        var edits: [Edit] = []
        var line: [SourceToken] = []
        var depth = 0
        var depthAtStart = 0
        for token in tokens + [SourceToken(kind: .lineEnd, range: source.count..<source.count)] {
            guard token.kind == .lineEnd else {
                if token.kind != .comment { line.append(token) }
                if token.kind == .symbol {
                    let symbol = text(token.range)
                    if symbol == "(" || symbol == "[" { depth += 1 }
                    if symbol == ")" || symbol == "]" { depth -= 1 }
                }
                continue
            }
            // Only a statement that begins and ends on this line.
            if depth == depthAtStart, depth == 0, let first = line.first, let last = line.last {
                edits += lineEdits(line, first.range.lowerBound..<last.range.upperBound)
            }
            line = []
            depthAtStart = depth
        }
        return edits
    }

    private func lineEdits(_ line: [SourceToken], _ range: Range<Int>) -> [Edit] {
        let first = text(line[0].range)
        let last = text(line[line.count - 1].range)
        if first == "return" { return returnEdits(line, last) }
        guard line[0].kind == .word, !Self.openers.contains(first) else { return [] }
        let symbols = line.filter { $0.kind == .symbol }.map { text($0.range) }
        guard !symbols.contains("{"), !symbols.contains("}"), !symbols.contains("=>") else { return [] }
        let isUpdate = symbols.contains {
            ["+=", "-=", "*=", "/=", "|=", "&=", "^=", "%=", "//=", "++", "--"].contains($0)
        }
        // A call for its effect, such as `stack.push(x)` or `print(x)`; an assignment may be the variable's first.
        let isCall = !symbols.contains("=") && symbols.contains("(")
        guard isUpdate || isCall else { return [] }
        if language == .python {
            guard last != ":", last != "\\", !line.contains(where: { text($0.range) == "for" }) else { return [] }
            return [Edit(kind: .droppedStatement, range: range, replacement: "pass")]
        }
        guard last == ";" else { return [] }
        // `vector<int> a(n);` declares.
        if language == .cpp, !isUpdate, line.count > 1, line[1].kind == .word || text(line[1].range) == "<" {
            return []
        }
        return [Edit(kind: .droppedStatement, range: range, replacement: ";")]
    }

    private static let openers: Set<String> = [
        "def", "class", "import", "from", "if", "elif", "else", "for", "while", "with", "try", "except", "finally",
        "let", "const", "var", "use", "fn", "pub", "struct", "enum", "impl", "using", "typedef", "template", "case",
        "break", "continue", "pass", "global", "nonlocal", "raise", "throw", "assert", "module", "exports", "export",
        "int", "long", "double", "float", "bool", "char", "auto", "string", "do", "switch", "match", "static", "async",
    ]

    private func returnEdits(_ line: [SourceToken], _ last: String) -> [Edit] {
        let hasSemicolon = last == ";"
        let operand = line.dropFirst().prefix(line.count - 1 - (hasSemicolon ? 1 : 0))
        guard let from = operand.first?.range.lowerBound, let to = operand.last?.range.upperBound else { return [] }
        guard language == .python || hasSemicolon || language == .javascript else { return [] }
        // A bracket that is opened here and closed on a later line.
        guard !operand.contains(where: { ["{", "}"].contains(text($0.range)) }) else { return [] }
        let replacement =
            switch language {
            case .python: "None"
            case .javascript: "undefined"
            case .cpp: "{}"
            case .rust: "Default::default()"
            }
        guard text(from..<to) != replacement else { return [] }
        return [Edit(kind: .emptyResult, range: from..<to, replacement: replacement)]
    }
}
