/// What a statement says of the answers that are accepted.
enum StatementRules {
    /// The words that say that several answers are right.
    static func severalAnswers(in statement: String) -> String? {
        let text = statement.lowercased().split { $0.isWhitespace }.joined(separator: " ")
        return phrases.first { text.contains($0) }
    }

    private static let phrases = [
        "print any of them", "output any of them", "return any of them", "print any one of them", "print any one",
        "output any one", "any valid answer", "any valid solution", "any of the valid", "any correct answer",
        "any correct solution", "any such ", "any solution is accepted", "any answer is accepted",
        "multiple answers", "multiple solutions", "multiple possible answers", "multiple possible solutions",
        "multiple correct answers", "multiple optimal", "several answers", "several solutions", "several possible",
        "more than one answer", "more than one solution", "more than one correct", "more than one valid",
        "many solutions", "many answers", "return the answer in any order", "in any order you like",
        "output them in any order", "print them in any order", "return them in any order", "you may print any",
        "you may output any", "you can print any", "you can output any", "you can return any", "you may return any",
        "may return the answer in any order",
    ]

    /// The largest number that the constraints name, as `10^9` or `1000000`, with a comparison before it.
    static func largestBound(in statement: String) -> Double? {
        var largest: Double?
        let text = normalized(statement)
        for index in text.indices where text[index] == "≤" {
            if let number = number(text, index + 1) { largest = max(largest ?? number, number) }
        }
        return largest
    }

    private static func normalized(_ statement: String) -> [Unicode.Scalar] {
        var text = statement
        for sign in ["\\leqslant", "\\leq", "\\le", "&le;", "<=", "⩽", "≦", "<"] {
            text = text.replacing(sign, with: "≤")
        }
        return Array(text.unicodeScalars.filter { !"\\{},_ $\n".unicodeScalars.contains($0) })
    }

    /// `2*10^5`, `2cdot10^5`, `10^9-1`, `10**9`, `1e9`, `100000`.
    private static func number(_ text: [Unicode.Scalar], _ start: Int) -> Double? {
        var index = start
        func digits() -> Double? {
            let from = index
            while index < text.count, ("0"..."9").contains(text[index]) { index += 1 }
            guard index > from, index - from < 40 else { return nil }
            return Double(String(String.UnicodeScalarView(text[from..<index])))
        }
        guard var value = digits() else { return nil }
        func matches(_ word: String) -> Bool {
            let word = Array(word.unicodeScalars)
            guard index + word.count <= text.count, Array(text[index..<index + word.count]) == word else {
                return false
            }
            index += word.count
            return true
        }
        if matches("cdot") || matches("times") || matches("·") || matches("×") || matches("*10^") || matches("*10**") {
            if index > 2, text[index - 1] == "^" || text[index - 1] == "*", let exponent = digits() {
                return value * power(10, exponent)
            }
            guard let base = digits() else { return value }
            value *= base
            if matches("^") || matches("**"), let exponent = digits() { value = value / base * power(base, exponent) }
            return value
        }
        if matches("^") || matches("**"), let exponent = digits() { return power(value, exponent) }
        if matches("e"), let exponent = digits() { return value * power(10, exponent) }
        return value
    }

    private static func power(_ base: Double, _ exponent: Double) -> Double {
        guard exponent <= 100 else { return .infinity }
        return (0..<Int(exponent)).reduce(1) { value, _ in value * base }
    }
}
