import GradingModel

/// A light look at C++ source: its words and brackets, without comments, literals and preprocessor lines.
///
/// It only proposes; what it finds is settled by the compiler.
struct CppScan {
    /// A class that is defined outside of other classes, functions and named namespaces.
    private struct ClassDefinition {
        var name: String
        var isDerived: Bool
        /// Tokens of the body.
        var body: Range<Int>
    }

    private let source: ByteString
    private let tokens: [CppLexer.Token]
    private let includes: [Range<Int>]
    private let topLevelClasses: [ClassDefinition]
    /// Whether the source defines a function `main`.
    var hasMain: Bool { mainIndex != nil }
    /// Whether the source has a `#pragma GCC target`.
    let hasTargetPragma: Bool
    /// The macros that the source defines.
    let macros: Set<String>
    /// The headers that the source includes before anything else stands in it.
    let leadingHeaders: [String]
    /// Whether something of `<chrono>` or `<format>` may be named.
    let mayNameChronoOrFormat: Bool
    private let ranges: [Range<Int>]
    private let mainIndex: Int?

    init(_ source: ByteString) {
        var lexer = CppLexer(source.bytes)
        lexer.run()
        self.source = source
        self.tokens = lexer.tokens
        self.includes = lexer.includes
        var walk = Walk(tokens: lexer.tokens)
        walk.run()
        self.topLevelClasses = walk.classes
        self.mainIndex = walk.mainIndex
        self.macros = lexer.macros
        self.leadingHeaders = lexer.leadingHeaders
        self.mayNameChronoOrFormat = lexer.mayNameChronoOrFormat
        self.hasTargetPragma = lexer.hasTargetPragma
        self.ranges = lexer.ranges
    }

    /// Classes that may have one of the functions as a method: `Solution`, those whose text has such a name, and those
    /// that inherit.
    func classes(mentioning functions: [String]) -> [String] {
        var found: [String] = []
        for definition in topLevelClasses where !found.contains(definition.name) {
            let isMentioned = tokens[definition.body].contains { token in
                if case .word(let word) = token { functions.contains(word) } else { false }
            }
            if definition.name == "Solution" || definition.isDerived || isMentioned { found.append(definition.name) }
        }
        return found
    }

    /// Whether a class of that name is defined, at any depth.
    func defines(_ name: String) -> Bool {
        tokens.indices.contains { index in
            guard index >= 1, index + 1 < tokens.count, tokens[index] == .word(name) else { return false }
            let isClass = tokens[index - 1] == .word("struct") || tokens[index - 1] == .word("class")
            let next = tokens[index + 1]
            return isClass && (next == .mark(UInt8(ascii: "{")) || next == .mark(UInt8(ascii: ":")))
        }
    }

    /// The source's `#include` lines, and the rest with empty lines in their place.
    func separatingIncludes() -> (includes: ByteString, rest: ByteString) {
        var head: [UInt8] = []
        var rest = source.bytes
        for range in includes {
            head += source.bytes[range]
            head.append(UInt8(ascii: "\n"))
            for index in range where rest[index] != UInt8(ascii: "\n") { rest[index] = UInt8(ascii: " ") }
        }
        return (ByteString(bytes: head), ByteString(bytes: rest))
    }

    /// The source with `signed main` for `int main`, which means the same where `int` is a macro.
    func withSignedMain() -> ByteString {
        guard let mainIndex, mainIndex >= 1, tokens[mainIndex - 1] == .word("int") else { return source }
        let word = ranges[mainIndex - 1]
        var bytes = source.bytes
        bytes.replaceSubrange(word, with: Array("signed".utf8))
        return ByteString(bytes: bytes)
    }

    /// Follows the braces and keeps what stands at the outermost level.
    private struct Walk {
        let tokens: [CppLexer.Token]
        var classes: [ClassDefinition] = []
        var mainIndex: Int?

        mutating func run() {
            // For each open brace, whether what is in it still counts as outermost.
            var isTransparent: [Bool] = []
            var depth = 0
            for index in tokens.indices {
                switch tokens[index] {
                case .mark(UInt8(ascii: "{")):
                    let isOpen = depth == 0 && opensTransparentBlock(at: index)
                    isTransparent.append(isOpen)
                    if !isOpen { depth += 1 }
                case .mark(UInt8(ascii: "}")):
                    if let wasOpen = isTransparent.popLast(), !wasOpen { depth -= 1 }
                case .word("class") where depth == 0, .word("struct") where depth == 0:
                    if let definition = classDefinition(at: index) { classes.append(definition) }
                case .word("main") where depth == 0:
                    if index + 1 < tokens.count, tokens[index + 1] == .mark(UInt8(ascii: "(")) { mainIndex = index }
                default: break
                }
            }
        }

        /// `namespace {`, `inline namespace x {` is rare enough to leave out, and `extern "C" {`.
        private func opensTransparentBlock(at index: Int) -> Bool {
            guard index >= 1 else { return false }
            if tokens[index - 1] == .word("namespace") { return true }
            return index >= 2 && tokens[index - 1] == .literal && tokens[index - 2] == .word("extern")
        }

        /// `class [attributes] Name [final] { … }` or with a base clause; templates, enumerations and mere
        /// declarations are none.
        private func classDefinition(at index: Int) -> ClassDefinition? {
            if index >= 1 {
                let before = tokens[index - 1]
                guard before != .word("enum"), before != .mark(UInt8(ascii: ">")), before != .mark(UInt8(ascii: "<")),
                    before != .mark(UInt8(ascii: ","))
                else { return nil }
            }
            var name: String?
            var position = index + 1
            while position < tokens.count {
                switch tokens[position] {
                case .word("final"): break
                case .word("alignas"), .word("__attribute__"):
                    position = skipBrackets(after: position)
                case .word(let word):
                    guard name == nil else { return nil }
                    name = word
                case .mark(UInt8(ascii: "[")): position = skipBrackets(after: position - 1)
                case .mark(UInt8(ascii: "{")), .mark(UInt8(ascii: ":")):
                    guard let name, CppName.isIdentifier(name) else { return nil }
                    let isDerived = tokens[position] == .mark(UInt8(ascii: ":"))
                    return ClassDefinition(name: name, isDerived: isDerived, body: position..<endOfBody(from: position))
                default: return nil
                }
                position += 1
            }
            return nil
        }

        /// The index of the bracket that closes the one after `position`.
        private func skipBrackets(after position: Int) -> Int {
            var depth = 0
            for index in tokens.indices.dropFirst(position + 1) {
                switch tokens[index] {
                case .mark(UInt8(ascii: "(")), .mark(UInt8(ascii: "[")): depth += 1
                case .mark(UInt8(ascii: ")")), .mark(UInt8(ascii: "]")):
                    depth -= 1
                    if depth == 0 { return index }
                default: if depth == 0 { return index }
                }
            }
            return tokens.count
        }

        private func endOfBody(from position: Int) -> Int {
            var depth = 0
            for index in position..<tokens.count {
                if tokens[index] == .mark(UInt8(ascii: "{")) { depth += 1 }
                if tokens[index] == .mark(UInt8(ascii: "}")) {
                    depth -= 1
                    if depth == 0 { return index }
                }
            }
            return tokens.count
        }
    }
}
