import Glibc

/// Bytes in order, from a file or a decompressor over one.
protocol ByteSource: AnyObject {
    /// Reads some bytes, at most as many as the buffer takes; 0 is the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetFileError) -> Int
}

/// A descriptor that belongs to it.
///
/// What was read ahead to find out what the file is comes first.
final class DescriptorSource: ByteSource {
    private let descriptor: Int32
    private let name: String
    private var ahead: ArraySlice<UInt8> = []

    init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    deinit { close(descriptor) }

    /// The first bytes, up to `count`, which stay to be read.
    func peek(_ count: Int) throws(DatasetFileError) -> [UInt8] {
        var bytes = Array(ahead)
        while bytes.count < count {
            var piece = [UInt8](repeating: 0, count: count - bytes.count)
            let length = try readDescriptor(into: &piece)
            if length == 0 { break }
            bytes += piece[..<length]
        }
        ahead = bytes[...]
        return bytes
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetFileError) -> Int {
        guard ahead.isEmpty else {
            let count = min(ahead.count, buffer.count)
            buffer.copyBytes(from: ahead.prefix(count))
            ahead = ahead.dropFirst(count)
            return count
        }
        while true {
            let length = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if length >= 0 { return length }
            let error = errno
            if error != EINTR { throw DatasetFileError("\(name): \(String(cString: strerror(error)))") }
        }
    }

    private func readDescriptor(into bytes: inout [UInt8]) throws(DatasetFileError) -> Int {
        while true {
            let length = Glibc.read(descriptor, &bytes, bytes.count)
            if length >= 0 { return length }
            let error = errno
            if error != EINTR { throw DatasetFileError("\(name): \(String(cString: strerror(error)))") }
        }
    }
}
