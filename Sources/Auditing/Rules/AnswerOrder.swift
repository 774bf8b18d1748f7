import GradingModel
import GradingRules

/// Whether two answers are the same but for the order of their parts.
enum AnswerOrder {
    /// Lists with the same elements in another order, at any depth.
    static func isSameButForOrder(_ left: Value, _ right: Value) -> Bool {
        left != right && sorted(left) == sorted(right)
    }

    /// Texts with the same lines, or the same tokens in a line, in another order.
    static func isSameButForOrder(_ left: ByteString, _ right: ByteString) -> Bool {
        let (left, right) = (lines(left), lines(right))
        guard left != right, left.count == right.count else { return false }
        if left.map(joined).sorted() == right.map(joined).sorted() { return true }
        return zip(left, right).allSatisfy { $0.sorted() == $1.sorted() }
    }

    private static func joined(_ tokens: [ByteString]) -> ByteString {
        ByteString(bytes: Array(tokens.map(\.bytes).joined(separator: [0x20])))
    }

    private static func lines(_ text: ByteString) -> [[ByteString]] {
        text.bytes.split(separator: 0x0A).map { line in
            line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.map { ByteString(bytes: Array($0)) }
        }.filter { !$0.isEmpty }
    }

    private static func sorted(_ value: Value) -> Value {
        switch value {
        case .list(let elements), .set(let elements):
            let parts = elements.map(sorted).map { (JSONCodec.serialize($0.tagged), $0) }
            return .list(parts.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1))
        case .map(let entries):
            return .list(
                entries.map { .list([$0.key, sorted($0.value)]) }
                    .sorted { JSONCodec.serialize($0.tagged).lexicographicallyPrecedes(JSONCodec.serialize($1.tagged)) }
            )
        case .float(let number):
            guard let whole = Int(exactly: number) else { return value }
            return Value(whole)
        default: return value
        }
    }
}
