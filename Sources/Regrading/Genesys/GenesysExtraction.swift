import GradingModel

/// Takes the program out of an answer as genesys does: ```` ```(?:\w+)?\n(.*?)``` ````, DOTALL, the last match, stripped.
///
/// A fence with anything but word characters behind it (`c++`, a space, a carriage return) opens nothing; then prose
/// between two fences may be taken for the program.
enum GenesysExtraction {
    static func program(in text: ByteString) -> ByteString? {
        let bytes = text.bytes
        var found: Range<Int>?
        var position = 0
        // Without another fence no match is possible, so that this is found once and not at each place.
        while let opening = fence(from: position, in: bytes) {
            var start = opening + 3
            while start < bytes.count, isWord(bytes[start]) { start += 1 }
            guard start < bytes.count, bytes[start] == 0x0A else {
                position = opening + 1
                continue
            }
            guard let closing = fence(from: start + 1, in: bytes) else { break }
            found = start + 1..<closing
            position = closing + 3
        }
        return found.map { stripped(bytes[$0]) }
    }

    private static func fence(from start: Int, in bytes: [UInt8]) -> Int? {
        var position = start
        while position + 3 <= bytes.count {
            if bytes[position] == 0x60, bytes[position + 1] == 0x60, bytes[position + 2] == 0x60 { return position }
            position += 1
        }
        return nil
    }

    /// Letters beyond ASCII are words to Python too.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private static func stripped(_ text: ArraySlice<UInt8>) -> ByteString {
        var text = text
        while let first = text.first, isSpace(first) { text.removeFirst() }
        while let last = text.last, isSpace(last) { text.removeLast() }
        return ByteString(bytes: text)
    }

    /// Python's white space in ASCII.
    static func isSpace(_ byte: UInt8) -> Bool { (0x09...0x0D).contains(byte) || (0x1C...0x20).contains(byte) }
}
