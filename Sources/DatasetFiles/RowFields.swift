/// Where the fields of a JSON object stand in its text.
///
/// Made to change some fields of a row and leave each other byte as it is: numbers keep their digits, text its escapes.
/// The text must be JSON; it is not checked again.
public struct RowFields: Sendable {
    /// One field, with its key's and its value's place in the text.
    private struct Field {
        var key: Range<Int>
        var value: Range<Int>
    }

    private let bytes: [UInt8]
    private var fields: [Field] = []
    /// Behind `{`, and at `}`.
    private var interior: Range<Int>

    /// Finds the fields of an object; `nil` where the text is none.
    public init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        interior = 0..<0
        guard scan() else { return nil }
    }

    /// The text of a field's value; of duplicates the last counts.
    public func value(of name: String) -> ArraySlice<UInt8>? {
        fields.last { has($0, name) }.map { bytes[$0.value] }
    }

    /// The row with some fields replaced, where they stood, or else added at the end.
    ///
    /// - Parameter replacements: Names, which need no escape, with the new values' JSON, in the order in which they are
    ///   added.
    /// - Returns: Pieces of the row, in order, without a line's end.
    public func replacing(_ replacements: [(name: String, json: [UInt8])]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = [[UInt8(ascii: "{")]]
        var done: Set<String> = []
        var copied = interior.lowerBound
        for (index, field) in fields.enumerated() {
            guard let replacement = replacements.first(where: { has(field, $0.name) }) else { continue }
            if done.insert(replacement.name).inserted {
                pieces += [bytes[copied..<field.value.lowerBound], replacement.json[...]]
                copied = field.value.upperBound
            } else {
                // A duplicate goes, with the comma before it.
                pieces.append(bytes[copied..<fields[index - 1].value.upperBound])
                copied = max(copied, field.value.upperBound)
            }
        }
        pieces.append(bytes[copied..<interior.upperBound])
        var needsComma = !fields.isEmpty
        for replacement in replacements where !done.contains(replacement.name) {
            pieces.append(Array("\(needsComma ? "," : "")\"\(replacement.name)\":".utf8)[...])
            pieces.append(replacement.json[...])
            needsComma = true
        }
        pieces.append([UInt8(ascii: "}")])
        return pieces.filter { !$0.isEmpty }
    }

    private func has(_ field: Field, _ name: String) -> Bool {
        bytes[field.key].elementsEqual(name.utf8)
    }

    // MARK: - Scan

    private mutating func scan() -> Bool {
        var fields: [Field] = []
        let found: Range<Int>? = bytes.withUnsafeBufferPointer { text in
            var scanner = JSONScanner(text: text)
            scanner.skipByteOrderMark()
            guard scanner.take(UInt8(ascii: "{")) else { return nil }
            let start = scanner.position
            if scanner.peek() == UInt8(ascii: "}") { return start..<scanner.position }
            while true {
                guard scanner.peek() == UInt8(ascii: "\""), let key = scanner.skipString(),
                    scanner.take(UInt8(ascii: ":")), let value = scanner.skipValue()
                else { return nil }
                fields.append(Field(key: key.lowerBound + 1..<key.upperBound - 1, value: value))
                if scanner.take(UInt8(ascii: ",")) { continue }
                guard scanner.peek() == UInt8(ascii: "}") else { return nil }
                return start..<scanner.position
            }
        }
        guard let found else { return false }
        self.fields = fields
        interior = found
        return true
    }
}

/// Moves over JSON that is known to be right, without reading it.
private struct JSONScanner {
    let text: UnsafeBufferPointer<UInt8>
    var position = 0

    init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

    mutating func skipByteOrderMark() {
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { position = 3 }
    }

    /// The next byte that is no white space.
    mutating func peek() -> UInt8? {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return text[position]
            }
        }
        return nil
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// The place of a string, its quotes included.
    mutating func skipString() -> Range<Int>? {
        let start = position
        position += 1
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                position += 1
                return start..<position
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return nil
    }

    mutating func skipValue() -> Range<Int>? {
        guard let first = peek() else { return nil }
        let start = position
        switch first {
        case UInt8(ascii: "\""): return skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var depth = 0
            while position < text.count {
                switch text[position] {
                case UInt8(ascii: "\""):
                    guard skipString() != nil else { return nil }
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth == 0 {
                        position += 1
                        return start..<position
                    }
                default: break
                }
                position += 1
            }
            return nil
        default:
            while position < text.count {
                switch text[position] {
                case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09:
                    return start..<position
                default: position += 1
                }
            }
            return nil
        }
    }
}
