import GradingModel

/// A piece of a program that a mutation may touch.
struct SourceToken: Hashable {
    enum Kind: Hashable {
        case word, number, symbol
        /// Text, with its quotes.
        case string
        /// A comment, or a line of the preprocessor.
        case comment
        case lineEnd
    }

    var kind: Kind
    /// Bytes of the source.
    var range: Range<Int>
}

/// Cuts a program into tokens: enough to tell code from texts and comments, in all four languages.
///
/// No grammar: where one would be needed (regular expressions of JavaScript, nested templates), a mutant may turn out
/// not to compile, and does not count.
struct SourceLexer {
    private let bytes: [UInt8]
    private let language: Language
    private var position = 0
    private var tokens: [SourceToken] = []

    static func tokens(of source: ByteString, _ language: Language) -> [SourceToken] {
        var lexer = SourceLexer(bytes: source.bytes, language: language)
        lexer.run()
        return lexer.tokens
    }

    private init(bytes: [UInt8], language: Language) {
        self.bytes = bytes
        self.language = language
    }

    private static let symbols: [[UInt8]] = [
        ">>>=", "===", "!==", "**=", "//=", "<<=", ">>=", "...", "..=", ">>>", "&&=", "||=", "??=",
        "==", "!=", "<=", ">=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
        "->", "=>", "::", "**", "//", "..", "??", "?.", ":=",
    ].map { Array($0.utf8) }

    private mutating func run() {
        while position < bytes.count {
            let start = position
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\n"):
                position += 1
                add(.lineEnd, start)
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: "#") where language == .python || language == .cpp && isFirstOfLine(start):
                skipLine(continues: language == .cpp)
                add(.comment, start)
            case UInt8(ascii: "/") where language != .python && peek(1) == UInt8(ascii: "/"):
                skipLine(continues: false)
                add(.comment, start)
            case UInt8(ascii: "/") where language != .python && peek(1) == UInt8(ascii: "*"):
                position += 2
                while position < bytes.count, !(bytes[position] == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
                    position += 1
                }
                position = min(position + 2, bytes.count)
                add(.comment, start)
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
                if language == .rust, byte == UInt8(ascii: "'"), isLifetime() {
                    position += 1
                    skipWord()
                    add(.word, start)
                } else if byte == UInt8(ascii: "`"), language != .javascript {
                    position += 1
                } else {
                    skipString(byte)
                    add(.string, start)
                }
            case _ where Self.isDigit(byte):
                skipNumber()
                add(.number, start)
            case _ where Self.isWord(byte):
                skipWord()
                add(.word, start)
            default:
                let symbol = Self.symbols.first { bytes[position...].starts(with: $0) }
                position += symbol?.count ?? 1
                add(.symbol, start)
            }
        }
    }

    private mutating func add(_ kind: SourceToken.Kind, _ start: Int) {
        tokens.append(SourceToken(kind: kind, range: start..<position))
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private func isFirstOfLine(_ index: Int) -> Bool {
        var index = index
        while index > 0, bytes[index - 1] == UInt8(ascii: " ") || bytes[index - 1] == UInt8(ascii: "\t") { index -= 1 }
        return index == 0 || bytes[index - 1] == UInt8(ascii: "\n")
    }

    private func isLifetime() -> Bool {
        guard let next = peek(1), Self.isWord(next), !Self.isDigit(next) else { return false }
        return peek(2) != UInt8(ascii: "'")
    }

    private mutating func skipLine(continues: Bool) {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            // A line of the preprocessor goes on behind a backslash.
            if continues, bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
            position += 1
        }
        position = min(position, bytes.count)
    }

    private mutating func skipString(_ quote: UInt8) {
        if language == .python, peek(1) == quote, peek(2) == quote {
            position += 3
            while position < bytes.count {
                if bytes[position] == UInt8(ascii: "\\") {
                    position += 2
                } else if bytes[position] == quote, peek(1) == quote, peek(2) == quote {
                    position += 3
                    return
                } else {
                    position += 1
                }
            }
            position = min(position, bytes.count)
            return
        }
        let mayHaveLines = quote == UInt8(ascii: "`") || language == .rust
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 2
            case quote:
                position += 1
                return
            case UInt8(ascii: "\n") where !mayHaveLines: return
            default: position += 1
            }
        }
        position = min(position, bytes.count)
    }

    private mutating func skipNumber() {
        while position < bytes.count {
            let byte = bytes[position]
            let isExponentSign =
                (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"))
                && (bytes[position - 1] | 0x20) == UInt8(ascii: "e")
            // `1..n` of Rust is a range, `1.max(2)` a call.
            let isPoint =
                byte == UInt8(ascii: ".") && peek(1).map { Self.isDigit($0) || !Self.isWord($0) } ?? true
                && peek(1) != UInt8(ascii: ".")
            guard Self.isWord(byte) || isPoint || isExponentSign else { return }
            position += 1
        }
    }

    private mutating func skipWord() {
        while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "$") || byte >= 0x80
    }
}
