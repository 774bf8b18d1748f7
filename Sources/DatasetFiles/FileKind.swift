/// What a file holds, by its first bytes or, where it is yet to be written, by its name.
public enum FileKind: Sendable, Hashable {
    case jsonLines(Compression)
    case parquet

    /// How JSON Lines are compressed.
    public enum Compression: String, Sendable, Hashable, CaseIterable {
        case none, gzip, zstd
    }

    /// How many bytes ``init(firstBytes:name:)`` wants to see.
    static let signatureLength = 8

    /// Recognises a file.
    ///
    /// - Throws: ``DatasetFileError`` where it is known to be something else, such as a pickle, which only the
    ///   program that wrote it may read: reading one runs what is in it.
    init(firstBytes bytes: [UInt8], name: String) throws(DatasetFileError) {
        if bytes.starts(with: "PAR1".utf8) {
            self = .parquet
        } else if bytes.starts(with: [0x1F, 0x8B]) {
            self = .jsonLines(.gzip)
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) || Self.isSkippableFrame(bytes) {
            self = .jsonLines(.zstd)
        } else if let first = bytes.first, first == 0x80, bytes.count > 1, (2...5).contains(bytes[1]) {
            throw DatasetFileError(
                "\(name) is a Python pickle, which is refused: reading one runs what is in it; write it as JSON Lines"
            )
        } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            throw DatasetFileError("\(name) is a zip archive (or a pickled tensor file); take the JSON Lines out of it")
        } else if bytes.starts(with: "ARROW1".utf8) {
            throw DatasetFileError("\(name) is an Arrow file; write it as Parquet")
        } else if bytes.starts(with: "BZh".utf8) || bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) {
            throw DatasetFileError("\(name) is compressed with bzip2 or xz; gzip and zstd can be read")
        } else if bytes.starts(with: "version https://git".prefix(FileKind.signatureLength).utf8) {
            throw DatasetFileError("\(name) is a pointer of Git LFS, not the file itself; git lfs pull fetches it")
        } else {
            self = .jsonLines(.none)
        }
    }

    private static func isSkippableFrame(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 4 && bytes[0] & 0xF0 == 0x50 && bytes[1...3].elementsEqual([0x2A, 0x4D, 0x18])
    }

    /// The kind that a file's name stands for.
    ///
    /// - Throws: ``DatasetFileError`` where it stands for none.
    public init(name: String) throws(DatasetFileError) {
        let lower = name.lowercased()
        for (compression, suffix) in [(Compression.none, ""), (.gzip, ".gz"), (.zstd, ".zst"), (.zstd, ".zstd")]
        where [".jsonl", ".ndjson", ".json"].contains(where: { lower.hasSuffix($0 + suffix) }) {
            self = .jsonLines(compression)
            return
        }
        guard lower.hasSuffix(".parquet") else {
            throw DatasetFileError(
                "\(name): the name must end in .jsonl, .jsonl.gz, .jsonl.zst or .parquet, which says how it is written"
            )
        }
        self = .parquet
    }
}
