import GradingModel

/// Lists of assertions, as open-instruct and AceCoder have them.
enum AssertionList {
    /// Whether a value is such a list: text that asserts, maybe as a list's text.
    static func isOne(_ value: Value) -> Bool {
        guard case .text(let text)? = first(value) else { return false }
        return FormattedAssertion.isAssertion(text)
    }

    /// The list itself, out of the texts and lists of one element that are around it.
    static func unwrapped(_ value: Value) -> Value {
        var value = value
        for _ in 0..<4 {
            if let text = value.stringValue, isListText(text), let inner = LiteralText.value(of: text) {
                value = inner
            } else if let elements = value.listValue, elements.count == 1, isNested(elements[0]) {
                value = elements[0]
            } else {
                break
            }
        }
        return value
    }

    private enum First {
        case text(ByteString)
        case other
    }

    private static func first(_ value: Value) -> First? {
        guard let elements = unwrapped(value).listValue, let first = elements.first else { return nil }
        return first.stringValue.map { .text($0) } ?? .other
    }

    private static func isNested(_ value: Value) -> Bool {
        value.listValue != nil || value.stringValue.map(isListText) == true
    }

    /// Whether text begins like a list of texts: `["` or `['`.
    private static func isListText(_ text: ByteString) -> Bool {
        let start = text.bytes.lazy.filter { $0 > 0x20 }.prefix(2)
        return start.count == 2 && start.first == UInt8(ascii: "[")
            && start.dropFirst().allSatisfy { [0x22, 0x27].contains($0) }
    }
}
