import CZlib

/// Decompresses gzip (RFC 1952), also several members one after the other.
final class GzipSource: ByteSource {
    private let source: any ByteSource
    private var stream = z_stream()
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    private var isInMember = true
    private var isAtEnd = false

    init(_ source: any ByteSource) throws(DatasetFileError) {
        self.source = source
        // 16 above the window's size: a gzip header is due.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DatasetFileError("zlib could not be set up")
        }
    }

    deinit {
        inflateEnd(&stream)
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetFileError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(min(buffer.count, 1 << 30))
        let room = stream.avail_out
        while stream.avail_out == room {
            if stream.avail_in == 0, !isAtEnd {
                let count = try source.read(into: input)
                isAtEnd = count == 0
                stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_in = UInt32(count)
            }
            if stream.avail_in == 0 {
                guard !isInMember else { throw DatasetFileError("the gzip data end too soon") }
                return 0
            }
            if !isInMember {
                // Padding after the last member is all zeros.
                if stream.next_in.pointee == 0 {
                    stream.next_in += 1
                    stream.avail_in -= 1
                    continue
                }
                inflateReset(&stream)
                isInMember = true
            }
            switch inflate(&stream, Z_NO_FLUSH) {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: isInMember = false
            default:
                let reason = stream.msg.map { String(cString: $0) } ?? "unknown"
                throw DatasetFileError("the gzip data are damaged (\(reason))")
            }
        }
        return Int(room - stream.avail_out)
    }
}
