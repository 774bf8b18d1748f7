import BigInt
import GradingModel

/// Makes up a process's input from those of the tests: the same lines, with other numbers and words in them.
struct TextMaker {
    private let texts: [[[String]]]
    /// The integers at one place: line and column of the first lines, all further ones together.
    private var ranges: [String: ClosedRange<BigInt>] = [:]

    init(texts: [ByteString]) {
        self.texts = texts.map(Self.tokens)
        for text in self.texts {
            for (line, tokens) in text.enumerated() {
                for (column, token) in tokens.enumerated() {
                    guard let integer = BigInt(token) else { continue }
                    let place = Self.place(line, column, tokens.count)
                    ranges[place] =
                        ranges[place].map { min($0.lowerBound, integer)...max($0.upperBound, integer) }
                        ?? integer...integer
                }
            }
        }
    }

    private static func tokens(_ text: ByteString) -> [[String]] {
        var lines = text.text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { line in line.split { $0 == " " || $0 == "\r" || $0 == "\t" }.map(String.init) }
    }

    private static func place(_ line: Int, _ column: Int, _ count: Int) -> String {
        // A line of many numbers is a list.
        "\(min(line, 3)):\(count > 3 ? -1 : column)"
    }

    private func joined(_ lines: [[String]]) -> ByteString {
        ByteString(lines.map { $0.joined(separator: " ") }.joined(separator: "\n") + "\n")
    }

    /// The same text with other white space at its end and the ends of its lines.
    func spaced(_ text: ByteString) -> [ByteString] {
        let lines = Self.tokens(text)
        let plain = ByteString(lines.map { $0.joined(separator: " ") }.joined(separator: "\n"))
        return [
            plain,
            ByteString(plain.text + "\n\n"),
            ByteString(lines.map { $0.joined(separator: " ") + " \n" }.joined()),
        ]
    }

    func text(using generator: inout SeededGenerator) -> ByteString {
        guard var lines = texts.randomElement(using: &generator) else { return "" }
        for _ in 0..<Int.random(in: 1...3, using: &generator) { change(&lines, using: &generator) }
        return joined(lines)
    }

    private func change(_ lines: inout [[String]], using generator: inout SeededGenerator) {
        let filled = lines.indices.filter { !lines[$0].isEmpty }
        guard let line = filled.randomElement(using: &generator),
            let column = lines[line].indices.randomElement(using: &generator), !isCount(lines, line, column)
        else { return }
        let token = lines[line][column]
        if lines[line].count > 3, Int.random(in: 0..<4, using: &generator) == 0 {
            lines[line].swapAt(column, 0)
        } else if let integer = BigInt(token) {
            guard let range = ranges[Self.place(line, column, lines[line].count)] else { return }
            let step: BigInt = Bool.random(using: &generator) ? 1 : -1
            let other =
                Bool.random(using: &generator)
                ? min(max(integer + step, range.lowerBound), range.upperBound)
                : range.lowerBound
                    + BigInt(
                        BigUInt.randomInteger(
                            lessThan: (range.upperBound - range.lowerBound + 1).magnitude,
                            using: &generator
                        )
                    )
            lines[line][column] = String(other)
        } else if token.allSatisfy(\.isLetter), token.count > 1 {
            lines[line][column] = String(token.shuffled(using: &generator))
        }
    }

    /// Whether a number says how many tokens or lines follow: to change it would break the format.
    private func isCount(_ lines: [[String]], _ line: Int, _ column: Int) -> Bool {
        guard let count = Int(lines[line][column]), count > 0 else { return false }
        let following = lines[(line + 1)...]
        if following.contains(where: { $0.count == count && count > 1 }) { return true }
        // The first line's numbers often are counts, also of what comes in groups of lines.
        return line == 0 && lines.count > 1 && (following.count % count == 0 || following.count >= count)
    }

    /// A text with its integers made large, counts left out; `isWhole`: up to `bound`, else towards it.
    func stretched(to bound: Double, isWhole: Bool, using generator: inout SeededGenerator) -> ByteString {
        guard var lines = texts.randomElement(using: &generator) else { return "" }
        let target = isWhole ? Stretch.whole(bound) : Stretch.target(bound, using: &generator)
        for line in lines.indices {
            for column in lines[line].indices where !isCount(lines, line, column) {
                guard let integer = BigInt(lines[line][column]), abs(integer) > 1 else { continue }
                let size = Stretch.size(target, using: &generator)
                lines[line][column] = String(integer < 0 ? -size : size)
            }
        }
        return joined(lines)
    }
}
