import Glibc

/// Rows of JSON Lines: one a line, empty lines are passed over.
///
/// Memory is bounded by the longest line: a buffer that grew for one is given back with it. A line above `largestRow` is passed over and reported, and so is where
/// the bytes end because a compressed file is damaged or cut short: it is the last row.
final class LineSource: RowSource {
    private let source: any ByteSource
    private let largestRow: Int
    private var buffer = UnsafeMutableRawBufferPointer(start: malloc(capacity), count: capacity)
    /// The buffer's size for lines that fit in it, and the most that is read at one time.
    private static let capacity = 1 << 20
    /// What of the buffer is filled and not yet taken.
    private var filled = 0..<0
    private var line = 0
    private var isAtEnd = false

    init(_ source: any ByteSource, largestRow: Int) {
        self.source = source
        self.largestRow = largestRow
    }

    deinit { free(buffer.baseAddress) }

    func next() throws(DatasetFileError) -> Row? {
        while !isAtEnd || !filled.isEmpty {
            line += 1
            do throws(DatasetFileError) {
                guard let content = try nextLine() else { continue }
                return Row(number: line, content: content)
            } catch {
                isAtEnd = true
                filled = 0..<0
                return Row(number: line, content: .unreadable(reason: "\(error); what follows is lost"))
            }
        }
        return nil
    }

    /// The line, or `nil` where it is empty.
    private func nextLine() throws(DatasetFileError) -> Row.Content? {
        var searched = 0
        while true {
            if let length = newline(from: searched) {
                return take(length)
            }
            searched = filled.count
            if searched > largestRow { return try skipLine(already: searched) }
            if isAtEnd { return take(searched) }
            try fill()
        }
    }

    private func newline(from offset: Int) -> Int? {
        guard let base = buffer.baseAddress, filled.count > offset else { return nil }
        let start = base + filled.lowerBound
        guard let found = memchr(start + offset, 0x0A, filled.count - offset) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(start)
    }

    private func take(_ length: Int) -> Row.Content? {
        let bytes = buffer[filled.lowerBound..<filled.lowerBound + length]
        defer {
            // What was read behind the line is less than was read at one time.
            if buffer.count > Self.capacity {
                moveToStart()
                resize(Self.capacity)
            }
        }
        filled = min(filled.lowerBound + length + 1, filled.upperBound)..<filled.upperBound
        if length > largestRow { return Self.tooLong(length, largestRow) }
        guard bytes.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { return nil }
        return .json(Array(bytes))
    }

    private func skipLine(already: Int) throws(DatasetFileError) -> Row.Content {
        var length = already
        filled = 0..<0
        while true {
            try fill()
            if let rest = newline(from: 0) {
                length += rest
                filled = filled.lowerBound + rest + 1..<filled.upperBound
                break
            }
            length += filled.count
            if isAtEnd {
                filled = 0..<0
                break
            }
            filled = 0..<0
        }
        return Self.tooLong(length, largestRow)
    }

    private static func tooLong(_ length: Int, _ largest: Int) -> Row.Content {
        .unreadable(reason: "the row has \(length) bytes, more than \(largest)")
    }

    /// Gives the buffer another size; what is filled begins at 0 and fits in it.
    private func resize(_ size: Int) {
        // For large sizes mremap(2): nothing is copied.
        buffer = UnsafeMutableRawBufferPointer(start: realloc(buffer.baseAddress, size), count: size)
    }

    private func moveToStart() {
        guard filled.lowerBound > 0 else { return }
        if !filled.isEmpty, let base = buffer.baseAddress {
            memmove(base, base + filled.lowerBound, filled.count)
        }
        filled = 0..<filled.count
    }

    /// Reads more behind what is filled.
    private func fill() throws(DatasetFileError) {
        moveToStart()
        if filled.count == buffer.count { resize(buffer.count * 2) }
        let room = buffer[filled.upperBound...].prefix(Self.capacity)
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: room))
        if count == 0 { isAtEnd = true }
        filled = 0..<filled.upperBound + count
    }
}
