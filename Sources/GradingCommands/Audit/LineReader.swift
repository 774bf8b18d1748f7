import Foundation

/// The lines of a file, in bounded memory.
final class LineReader {
    /// The number of the line that was read last, from 1.
    private(set) var number = 0
    private let handle: FileHandle?
    private let name: String
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    /// Opens a file; `-` is standard input.
    /// - Throws: ``UsageError`` where it cannot be read.
    init(_ name: String) throws {
        self.name = name
        guard let handle = name == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: name) else {
            throw UsageError("\(name): cannot be read")
        }
        self.handle = handle
    }

    /// Reads a text.
    init(_ text: [UInt8]) {
        name = "text"
        handle = nil
        buffer = text
    }

    /// The next line without its end; `nil` behind the last one.
    func next() throws -> [UInt8]? {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[start..<end])
                start = end + 1
                number += 1
                return line
            }
            guard try fill() else {
                guard start < buffer.count else { return nil }
                let line = Array(buffer[start...])
                start = buffer.count
                number += 1
                return line
            }
        }
    }

    private func fill() throws -> Bool {
        guard let handle, !isAtEnd else { return false }
        buffer.removeFirst(start)
        start = 0
        guard let data = try handle.read(upToCount: 1 << 20), !data.isEmpty else {
            isAtEnd = true
            return false
        }
        buffer += data
        return true
    }
}
