import GradingModel

/// Calls as C++ and Rust write them: their arguments are for the compiler, and only looked over here.
extension AssertionScanner {
    /// A call of a function, or of a method of `Solution` behind `receiver`; only literals and what makes values of
    /// them (`words`) stand between its brackets.
    mutating func call(receiver: String, reserved: Set<String>, words: Set<String>) throws(Mismatch) -> Range<Int> {
        skipSpace()
        let start = position
        _ = take(receiver)
        guard let name = name(), !reserved.contains(name), peek == UInt8(ascii: "(") else { throw Mismatch() }
        var open: [UInt8] = []
        repeat {
            skipSpace()
            guard let byte = peek else { throw Mismatch() }
            switch byte {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
                open.append(byte)
                position += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard let last = open.popLast(), byte == last + (last == UInt8(ascii: "(") ? 1 : 2) else {
                    throw Mismatch()
                }
                position += 1
            case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = try string(byte)
            case 0x30...0x39: guard number() != nil else { throw Mismatch() }
            case _ where ",&<>:-.!;".utf8.contains(byte): position += 1
            default: guard let word = self.name(), words.contains(word) else { throw Mismatch() }
            }
        } while !open.isEmpty
        return start..<position
    }
}
