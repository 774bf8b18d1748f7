import Glibc
import Synchronization

/// A file that was opened, perhaps with privileges that are gone by the time it is read.
public struct OpenFile: Sendable, Hashable {
    /// What it is called in messages; `-` is standard input.
    public var name: String
    /// The descriptor, which may be read from any place: each reader begins where it must.
    public var descriptor: Int32
    /// Size in bytes and time of change, which tell whether it is still the same file.
    public var size: Int64
    public var modified: Int64
    /// Whether it can be read more than once.
    public var isRegular: Bool

    /// Opens a file for reading; `-` is standard input.
    /// - Throws: ``DatasetFileError`` with the reason.
    public init(path: String) throws(DatasetFileError) {
        let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DatasetFileError("\(path): \(String(cString: strerror(errno)))") }
        try self.init(name: path == "-" ? "standard input" : path, descriptor: descriptor)
    }

    init(name: String, descriptor: Int32) throws(DatasetFileError) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw DatasetFileError("\(name): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw DatasetFileError("\(name) is a folder, not a file") }
        self.name = name
        self.descriptor = descriptor
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }

    /// A descriptor that is the reader's own.
    ///
    /// It shares its offset with all others of the file: a regular file is to be read by pread(2).
    func duplicate() throws(DatasetFileError) -> Int32 {
        // Not opened again by path, which the present user may not be allowed to.
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw DatasetFileError("\(name): \(String(cString: strerror(errno)))") }
        return copy
    }
}

/// Reads the rows of a file one after the other: JSON Lines (plain, gzip or zstd, as the first bytes say) or Parquet.
///
/// Blocks while it reads. Memory is bounded by the largest row, in Parquet also by some megabytes of each column.
public final class RowReader: Sendable {
    public let kind: FileKind
    /// How many rows there are, where the file says it.
    public let count: Int?
    private let bytes: DescriptorSource
    private let source: Mutex<any RowSource>

    /// The largest row that is read unless it is said otherwise, in bytes.
    public static let largestRow = 1 << 30

    /// Begins to read a file.
    ///
    /// - Parameters:
    ///   - file: The file; one reader at a time.
    ///   - skipping: How many rows at the start of a Parquet file are passed over, unread where possible; in JSON Lines
    ///     nothing is passed over.
    ///   - largestRow: A row with more bytes than this is unreadable.
    /// - Throws: ``DatasetFileError`` where the file is of no kind that can be read.
    public init(
        _ file: OpenFile,
        skipping: Int = 0,
        largestRow: Int = RowReader.largestRow
    ) throws(DatasetFileError) {
        bytes = DescriptorSource(try file.duplicate(), isRegular: file.isRegular, name: file.name)
        kind = try FileKind(firstBytes: try bytes.peek(FileKind.signatureLength), name: file.name)
        let source: any RowSource
        switch kind {
        case .jsonLines(.none): source = LineSource(bytes, largestRow: largestRow)
        case .jsonLines(.gzip): source = LineSource(try GzipSource(bytes), largestRow: largestRow)
        case .jsonLines(.zstd): source = LineSource(try ZstdSource(bytes), largestRow: largestRow)
        case .parquet: source = try ParquetSource(file, skipping: skipping, largestRow: largestRow)
        }
        count = (source as? ParquetSource)?.count
        self.source = Mutex(source)
    }

    /// How many bytes of the file have been read; says nothing of Parquet.
    public var position: Int { bytes.position.load(ordering: .relaxed) }

    /// The next row; `nil` at the end.
    ///
    /// - Throws: ``DatasetFileError`` where the file can't be read on.
    public func next() throws(DatasetFileError) -> Row? {
        try source.withLock { source throws(DatasetFileError) in try source.next() }
    }
}
