import CZstd

/// Zstandard of whole texts.
public enum Zstd {
    /// Compresses; level 3 is zstd(1)'s own.
    public static func compress(_ bytes: [UInt8], level: Int32 = 3) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            let size = ZSTD_compress(buffer.baseAddress, bound, bytes, bytes.count, level)
            // With this much room it fails for want of memory alone.
            precondition(ZSTD_isError(size) == 0, "zstd: \(String(cString: ZSTD_getErrorName(size)))")
            count = size
        }
    }

    /// Decompresses what ``compress(_:level:)`` made.
    public static func decompress(_ bytes: [UInt8]) throws(DatasetFileError) -> [UInt8] {
        let size = ZSTD_getFrameContentSize(bytes, bytes.count)
        guard size < UInt64(1) << 40 else { throw DatasetFileError("not zstd data") }
        var result = 0
        let text = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            result = ZSTD_decompress(buffer.baseAddress, buffer.count, bytes, bytes.count)
            count = ZSTD_isError(result) == 0 ? result : 0
        }
        guard ZSTD_isError(result) == 0, result == Int(size) else { throw DatasetFileError("damaged zstd data") }
        return text
    }
}
