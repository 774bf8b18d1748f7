import BigInt

/// Appends values as compact JSON.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Takes what was written so far as soon as it is much; `nil`: all is kept.
    private let sink: ((UnsafeRawBufferPointer) -> Void)?
    private static let piece = 1 << 16

    init(sink: ((UnsafeRawBufferPointer) -> Void)? = nil) { self.sink = sink }

    /// Hands on what is left.
    mutating func finish() {
        guard let sink else { return }
        bytes.withUnsafeBytes(sink)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func write(_ value: Value) {
        if bytes.count >= Self.piece { finish() }
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): DecimalText.append(value, to: &bytes)
        case .float(let value):
            // The shortest text that reads back as the same float; it always has a point or an exponent.
            guard value.isFinite else { return write(Value.float(value).tagged) }
            bytes.append(contentsOf: value.description.utf8)
        case .string(let value): writeString(value)
        case .list(let elements): write(elements)
        case .set(let elements):
            append("{\"$set\":")
            write(elements)
            append("}")
        case .map(let entries): write(entries)
        }
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func write(_ elements: [Value]) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ entries: [MapEntry]) {
        guard Value.hasOnlyStringKeys(entries) else {
            append("{\"$map\":")
            write(entries.map { .list([$0.key, $0.value]) })
            append("}")
            return
        }
        bytes.append(UInt8(ascii: "{"))
        for (index, entry) in entries.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(entry.key)
            bytes.append(UInt8(ascii: ":"))
            write(entry.value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    // MARK: - Strings

    private mutating func writeString(_ string: ByteString) {
        bytes.append(UInt8(ascii: "\""))
        string.bytes.withUnsafeBufferPointer { text in
            var position = 0
            while position < text.count {
                let runStart = position
                while position < text.count {
                    let byte = text[position]
                    if byte >= 0x80 {
                        let length = UTF8Sequence.length(at: position, in: text)
                        if length == 0 { break }
                        position += length
                    } else if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                        break
                    } else {
                        position += 1
                    }
                }
                appendRun(UnsafeBufferPointer(rebasing: text[runStart..<position]))
                if position < text.count { position += writeEscape(at: position, in: text) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendRun(_ run: UnsafeBufferPointer<UInt8>) {
        guard let sink, bytes.count + run.count >= Self.piece else { return bytes.append(contentsOf: run) }
        finish()
        sink(UnsafeRawBufferPointer(run))
    }

    /// Escapes what starts at `position`, and returns how many bytes that was.
    private mutating func writeEscape(at position: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        let byte = text[position]
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case 0x08: append("\\b")
        case 0x0C: append("\\f")
        case ..<0x20: writeCodeUnit(UInt16(byte))
        default:
            guard let surrogate = UTF8Sequence.surrogate(at: position, in: text) else {
                writeCodeUnit(0xDC00 | UInt16(byte))
                return 1
            }
            if surrogate < 0xDC00 { return writeHighSurrogates(from: position, in: text) }
            // U+DC80 to U+DCFF stand for raw bytes, so their own three bytes are written one by one.
            if (0xDC80...0xDCFF).contains(surrogate) {
                writeBytes(text[position..<position + 3])
            } else {
                writeCodeUnit(surrogate)
            }
            return 3
        }
        return 1
    }

    /// Writes a run of high surrogates, and returns its length in bytes.
    ///
    /// Before what gets an escape from U+DC00 on, a high surrogate would read back as half of a pair. Then it is
    /// written as its bytes, which begin with such an escape too, so that the whole run before it must follow.
    private mutating func writeHighSurrogates(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        var end = start
        while let surrogate = UTF8Sequence.surrogate(at: end, in: text), surrogate < 0xDC00 { end += 3 }
        if end < text.count, UTF8Sequence.length(at: end, in: text) == 0 {
            writeBytes(text[start..<end])
        } else {
            for position in stride(from: start, to: end, by: 3) {
                if let surrogate = UTF8Sequence.surrogate(at: position, in: text) { writeCodeUnit(surrogate) }
            }
        }
        return end - start
    }

    /// Writes each byte (80 to FF) as the lone surrogate that stands for it.
    private mutating func writeBytes(_ raw: Slice<UnsafeBufferPointer<UInt8>>) {
        for byte in raw { writeCodeUnit(0xDC00 | UInt16(byte)) }
    }

    private mutating func writeCodeUnit(_ unit: UInt16) {
        append("\\u")
        for shift in [12, 8, 4, 0] as [UInt16] {
            let digit = UInt8(unit >> shift & 0xF)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
