import CZstd

/// Decompresses Zstandard (RFC 8878), also several frames one after the other.
///
/// Frames with windows above 128 MiB are refused by the library, so that memory stays bounded.
final class ZstdSource: ByteSource {
    private let source: any ByteSource
    private let context: OpaquePointer
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ZSTD_DStreamInSize(), alignment: 16)
    private var input: ZSTD_inBuffer
    private var isInFrame = false
    private var isAtEnd = false

    init(_ source: any ByteSource) throws(DatasetFileError) {
        self.source = source
        guard let context = ZSTD_createDCtx() else { throw DatasetFileError("zstd could not be set up") }
        self.context = context
        input = ZSTD_inBuffer(src: buffer.baseAddress, size: 0, pos: 0)
    }

    deinit {
        ZSTD_freeDCtx(context)
        buffer.deallocate()
    }

    func read(into destination: UnsafeMutableRawBufferPointer) throws(DatasetFileError) -> Int {
        guard !destination.isEmpty else { return 0 }
        var output = ZSTD_outBuffer(dst: destination.baseAddress, size: destination.count, pos: 0)
        while output.pos == 0 {
            if input.pos == input.size, !isAtEnd {
                let count = try source.read(into: buffer)
                isAtEnd = count == 0
                input = ZSTD_inBuffer(src: buffer.baseAddress, size: count, pos: 0)
            }
            let wasAtEnd = isAtEnd
            if wasAtEnd, !isInFrame { return 0 }
            let left = ZSTD_decompressStream(context, &output, &input)
            if ZSTD_isError(left) != 0 {
                throw DatasetFileError("the zstd data are damaged (\(String(cString: ZSTD_getErrorName(left))))")
            }
            isInFrame = left != 0
            if wasAtEnd, output.pos == 0, isInFrame { throw DatasetFileError("the zstd data end too soon") }
        }
        return output.pos
    }
}
