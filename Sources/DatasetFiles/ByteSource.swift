import Glibc
import Synchronization

/// Bytes in order, from a file or a decompressor over one.
protocol ByteSource: AnyObject {
    /// Reads some bytes, at most as many as the buffer takes; 0 is the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetFileError) -> Int
}

/// A descriptor that belongs to it.
///
/// What was read ahead to find out what the file is comes first.
final class DescriptorSource: ByteSource, Sendable {
    private let descriptor: Int32
    private let isRegular: Bool
    private let name: String
    private let ahead = Mutex<ArraySlice<UInt8>>([])
    /// How many bytes have been read.
    let position = Atomic<Int>(0)

    /// Begins at the start of a regular file, wherever the descriptor's offset is: that is shared with other readers.
    init(_ descriptor: Int32, isRegular: Bool, name: String) {
        self.descriptor = descriptor
        self.isRegular = isRegular
        self.name = name
    }

    deinit { close(descriptor) }

    /// The first bytes, up to `count`, which stay to be read.
    func peek(_ count: Int) throws(DatasetFileError) -> [UInt8] {
        try ahead.withLock { ahead throws(DatasetFileError) in
            while ahead.count < count {
                var piece = [UInt8](repeating: 0, count: count - ahead.count)
                let length = try readDescriptor(into: &piece, piece.count)
                if length == 0 { break }
                ahead += piece[..<length]
            }
            return Array(ahead)
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetFileError) -> Int {
        let taken = ahead.withLock { ahead in
            let count = min(ahead.count, buffer.count)
            buffer.copyBytes(from: ahead.prefix(count))
            ahead = ahead.dropFirst(count)
            return count
        }
        if taken > 0 { return taken }
        guard let base = buffer.baseAddress else { return 0 }
        return try readDescriptor(into: base, buffer.count)
    }

    private func readDescriptor(into bytes: UnsafeMutableRawPointer, _ count: Int) throws(DatasetFileError) -> Int {
        while true {
            let place = position.load(ordering: .relaxed)
            let length = isRegular ? pread(descriptor, bytes, count, place) : Glibc.read(descriptor, bytes, count)
            if length >= 0 {
                position.store(place + length, ordering: .relaxed)
                return length
            }
            let error = errno
            if error != EINTR { throw DatasetFileError("\(name): \(String(cString: strerror(error)))") }
        }
    }
}
