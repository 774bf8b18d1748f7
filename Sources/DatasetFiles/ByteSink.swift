import CZlib
import CZstd
import Glibc

/// Where bytes go in order.
protocol ByteSink: AnyObject {
    func write(_ bytes: UnsafeRawBufferPointer) throws
    /// Writes what is held back; nothing may be written afterwards.
    func finish() throws
}

/// A descriptor that stays the caller's, behind a buffer.
final class DescriptorSink: ByteSink {
    private let descriptor: Int32
    private let name: String
    private var held: [UInt8] = []
    private static let capacity = 1 << 18

    init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        held.reserveCapacity(Self.capacity)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        if held.count + bytes.count > Self.capacity { try flush() }
        if bytes.count >= Self.capacity {
            try writeAll(bytes)
        } else {
            held.append(contentsOf: bytes)
        }
    }

    func finish() throws { try flush() }

    private func flush() throws {
        let bytes = held
        held.removeAll(keepingCapacity: true)
        try bytes.withUnsafeBytes { bytes in try writeAll(bytes) }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let buffer = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 {
                let error = errno
                if error == EINTR { continue }
                throw DatasetFileError("\(name): \(String(cString: strerror(error)))")
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// Compresses with gzip (RFC 1952), at the level that gzip(1) has.
final class GzipSink: ByteSink {
    private let sink: any ByteSink
    private var stream = z_stream()
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    init(_ sink: any ByteSink) throws(DatasetFileError) {
        self.sink = sink
        let status = deflateInit2_(
            &stream,
            6,
            Z_DEFLATED,
            15 + 16,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { throw DatasetFileError("zlib could not be set up") }
    }

    deinit {
        deflateEnd(&stream)
        output.deallocate()
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            try deflate(piece, Z_NO_FLUSH)
            rest = rest.dropFirst(piece.count)
        }
    }

    func finish() throws {
        try deflate(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH)
        try sink.finish()
    }

    private func deflate(_ bytes: UnsafeRawBufferPointer, _ flush: Int32) throws {
        stream.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = UInt32(bytes.count)
        while true {
            stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_out = UInt32(output.count)
            let status = CZlib.deflate(&stream, flush)
            let count = output.count - Int(stream.avail_out)
            try sink.write(UnsafeRawBufferPointer(rebasing: output[..<count]))
            if status == Z_STREAM_END || stream.avail_out > 0 { return }
        }
    }
}

/// Compresses with Zstandard (RFC 8878), at zstd(1)'s level.
final class ZstdSink: ByteSink {
    private let sink: any ByteSink
    private let context: OpaquePointer
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 16)

    init(_ sink: any ByteSink) throws(DatasetFileError) {
        self.sink = sink
        guard let context = ZSTD_createCCtx() else { throw DatasetFileError("zstd could not be set up") }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 3)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit {
        ZSTD_freeCCtx(context)
        output.deallocate()
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws { try compress(bytes, ZSTD_e_continue) }

    func finish() throws {
        try compress(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end)
        try sink.finish()
    }

    private func compress(
        _ bytes: UnsafeRawBufferPointer,
        _ directive: ZSTD_EndDirective
    ) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            var room = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let left = ZSTD_compressStream2(context, &room, &input, directive)
            if ZSTD_isError(left) != 0 { throw DatasetFileError("zstd: \(String(cString: ZSTD_getErrorName(left)))") }
            try sink.write(UnsafeRawBufferPointer(rebasing: output[..<room.pos]))
            if directive == ZSTD_e_end ? left == 0 : input.pos == input.size { return }
        }
    }
}
