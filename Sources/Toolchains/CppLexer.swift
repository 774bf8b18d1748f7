/// Splits C++ source into words and marks; comments and preprocessor lines vanish, literals become one token.
struct CppLexer {
    enum Token: Hashable {
        case word(String)
        /// One byte of punctuation.
        case mark(UInt8)
        /// A number, string or character.
        case literal
    }

    private let bytes: [UInt8]
    private var position = 0
    private(set) var tokens: [Token] = []
    /// Where each token stands.
    private(set) var ranges: [Range<Int>] = []
    /// Where the `#include` lines are, without their line ends.
    private(set) var includes: [Range<Int>] = []
    /// Whether there is a `#pragma GCC target`.
    private(set) var hasTargetPragma = false
    /// What `#define` lines define.
    private(set) var macros: Set<String> = []
    /// What `#include <…>` lines name before anything else stands in the source, comments apart.
    private(set) var leadingHeaders: [String] = []
    /// Whether something of `<chrono>` or `<format>` may be named: a word that has one of these in it, as all their names
    /// have or are behind, a year or day (`2024y`), or what puts words together.
    private(set) var mayNameChronoOrFormat = false
    private var isLeading = true

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func run() {
        var isLineStart = true
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\n"):
                isLineStart = true
                position += 1
                continue
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
                position += 1
                continue
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                skipLine()
                continue
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
                skipBlockComment()
                continue
            case UInt8(ascii: "#") where isLineStart: readDirective()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): readQuoted(byte)
            default:
                if CppName.isDigit(byte) {
                    readNumber()
                } else if CppName.isNameByte(byte) {
                    readWord()
                } else {
                    // A word that goes on in the next line, or a directive under another name.
                    if byte == UInt8(ascii: "\\") || (byte == UInt8(ascii: "%") && peek(1) == UInt8(ascii: ":")) {
                        mayNameChronoOrFormat = true
                    }
                    append(.mark(byte), from: position, to: position + 1)
                }
            }
            isLineStart = false
        }
    }

    private mutating func append(_ token: Token, from start: Int, to end: Int) {
        tokens.append(token)
        ranges.append(start..<end)
        position = end
    }

    private func peek(_ offset: Int) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    /// To the line's end, over lines that a backslash continues.
    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            let isContinued = bytes[position] == UInt8(ascii: "\\")
            position += 1
            guard isContinued else { continue }
            if peek(0) == UInt8(ascii: "\r") { position += 1 }
            if peek(0) == UInt8(ascii: "\n") { position += 1 }
        }
    }

    private mutating func skipBlockComment() {
        position += 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                position += 2
                return
            }
            position += 1
        }
    }

    private mutating func readDirective() {
        let start = position
        skipLine()
        let word = bytes[start..<position].dropFirst().drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        isLeading = isLeading && tokens.isEmpty && noteLeadingHeader(word)
        if word.starts(with: Array("include".utf8)) { includes.append(start..<position) }
        if word.starts(with: Array("pragma".utf8)) {
            let words = word.split { !CppName.isNameByte($0) }
            if words.count > 2, words[1].elementsEqual("GCC".utf8), words[2].elementsEqual("target".utf8) {
                hasTargetPragma = true
            }
        }
        if word.starts(with: Array("define".utf8)) {
            let name = word.dropFirst(6).drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            macros.insert(String(decoding: name.prefix(while: CppName.isNameByte), as: UTF8.self))
        }
        // A word may go on behind a backslash at the line's end.
        noteNames(of: bytes[start..<position].filter { !Array("\\\r\n".utf8).contains($0) })
    }

    private static let namesOfChronoOrFormat = ["chrono", "format", "literals", "##"].map { Array($0.utf8) }

    /// Looks for names of `<chrono>` and `<format>` in a word or directive.
    private mutating func noteNames(of text: [UInt8]) {
        // The shortest name has six letters, and a directive that puts words together is longer.
        guard !mayNameChronoOrFormat, text.count >= 6 else { return }
        mayNameChronoOrFormat = Self.namesOfChronoOrFormat.contains { text.contains($0) }
    }

    /// Keeps the name of an `include <name>`; whether the line is one and nothing else.
    private mutating func noteLeadingHeader(_ line: ArraySlice<UInt8>) -> Bool {
        let isBlank: (UInt8) -> Bool = {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
        }
        guard line.starts(with: Array("include".utf8)) else { return false }
        let rest = line.dropFirst(7).drop(while: isBlank)
        guard rest.first == UInt8(ascii: "<"), let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
        let after = rest[(end + 1)...].drop(while: isBlank)
        guard after.isEmpty || after.starts(with: Array("//".utf8)) else { return false }
        leadingHeaders.append(String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self))
        return true
    }

    /// A string or character with its escapes; ends with its line if it is not closed.
    private mutating func readQuoted(_ quote: UInt8) {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != quote, bytes[position] != UInt8(ascii: "\n") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        append(.literal, from: start, to: min(position + 1, bytes.count))
    }

    private mutating func readNumber() {
        let start = position
        while let byte = peek(0) {
            let isSeparator = byte == UInt8(ascii: "'") && peek(1).map(CppName.isNameByte) == true
            let isSign =
                (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"))
                && [UInt8(ascii: "e"), UInt8(ascii: "p")].contains(bytes[position - 1] | 0x20)
            guard CppName.isNameByte(byte) || byte == UInt8(ascii: ".") || isSeparator || isSign else { break }
            position += 1
        }
        append(.literal, from: start, to: position)
        let number = bytes[start..<position]
        let isHexadecimal = number.dropFirst().first.map { $0 | 0x20 } == UInt8(ascii: "x")
        if !isHexadecimal, number.last == UInt8(ascii: "y") || number.last == UInt8(ascii: "d") {
            mayNameChronoOrFormat = true
        }
    }

    private mutating func readWord() {
        let start = position
        while let byte = peek(0), CppName.isNameByte(byte) { position += 1 }
        noteNames(of: Array(bytes[start..<position]))
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        if peek(0) == UInt8(ascii: "\""), ["R", "u8R", "uR", "UR", "LR"].contains(word) {
            readRawString()
        } else {
            append(.word(word), from: start, to: position)
        }
    }

    /// `"delimiter( … )delimiter"`, which ends only at its own delimiter.
    private mutating func readRawString() {
        let open = position + 1
        guard let bracket = bytes[open...].firstIndex(of: UInt8(ascii: "(")), bracket - open <= 16 else {
            return readQuoted(UInt8(ascii: "\""))
        }
        let end = [UInt8(ascii: ")")] + bytes[open..<bracket] + [UInt8(ascii: "\"")]
        position = bracket + 1
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: ")"), bytes[position...].starts(with: end) {
                position += end.count
                break
            }
            position += 1
        }
        append(.literal, from: open - 1, to: position)
    }
}
