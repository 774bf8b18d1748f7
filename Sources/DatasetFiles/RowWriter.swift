import Glibc

/// Writes rows: JSON Lines (plain, gzip or zstd) or Parquet.
///
/// Blocks while it writes; used by one thread at a time.
public final class RowWriter {
    private enum Target {
        case lines(any ByteSink)
        case parquet(ParquetSink)
    }

    private let target: Target

    /// Begins to write.
    ///
    /// - Parameters:
    ///   - descriptor: Where to; it stays the caller's.
    ///   - kind: How.
    ///   - name: The file's name, for messages.
    ///   - folder: A folder for what is in between on the way to Parquet.
    /// - Throws: ``DatasetFileError`` where the helper for Parquet can't be started.
    public init(_ descriptor: Int32, kind: FileKind, name: String, folder: String) throws(DatasetFileError) {
        let sink = DescriptorSink(descriptor, name: name)
        switch kind {
        case .jsonLines(.none): target = .lines(sink)
        case .jsonLines(.gzip): target = .lines(try GzipSink(sink))
        case .jsonLines(.zstd): target = .lines(try ZstdSink(sink))
        case .parquet:
            target = .parquet(try ParquetSink(["write", folder], output: descriptor, inputs: [], name: name))
        }
    }

    /// Begins to write the rows of Parquet files with columns added; all else stays as it is.
    ///
    /// - Parameters:
    ///   - descriptor: Where to; it stays the caller's.
    ///   - inputs: The files. For each of their rows, ``write(_:)`` takes the new columns as one JSON object, and an
    ///     empty piece leaves the row out.
    ///   - columns: The names of the columns, which replace those that are there: `score` is a number, all others text.
    ///   - name: The file's name, for messages.
    /// - Throws: ``DatasetFileError`` where the helper for Parquet can't be started.
    public init(
        _ descriptor: Int32,
        addingTo inputs: [OpenFile],
        columns: [String],
        name: String
    ) throws(DatasetFileError) {
        target = .parquet(
            try ParquetSink(["add", String(inputs.count)] + columns, output: descriptor, inputs: inputs, name: name)
        )
    }

    /// Writes one row, in pieces that together are one JSON object without a line's end in it.
    public func write(_ pieces: [ArraySlice<UInt8>]) throws {
        switch target {
        case .lines(let sink):
            for piece in pieces {
                try piece.withUnsafeBytes { bytes in try sink.write(bytes) }
            }
            try withUnsafeBytes(of: UInt8(ascii: "\n")) { bytes in try sink.write(bytes) }
        case .parquet(let sink): try sink.write(pieces)
        }
    }

    /// Writes what is held back and waits for it.
    public func finish() throws {
        switch target {
        case .lines(let sink): try sink.finish()
        case .parquet(let sink): try sink.finish()
        }
    }
}

/// The helper process that writes Parquet, with the pipe to it.
private final class ParquetSink {
    private let helper: HelperProcess
    private let pipe: DescriptorSink
    private var descriptor: Int32

    init(
        _ arguments: [String],
        output: Int32,
        inputs: [OpenFile],
        name: String
    ) throws(DatasetFileError) {
        let ends = try HelperProcess.makePipe()
        descriptor = ends.write
        pipe = DescriptorSink(ends.write, name: name)
        defer { close(ends.read) }
        var descriptors: [(own: Int32, theirs: Int32)] = [(ends.read, 0), (output, 1)]
        for (index, input) in inputs.enumerated() { descriptors.append((try input.duplicate(), Int32(3 + index))) }
        defer { for pair in descriptors[2...] { close(pair.own) } }
        helper = try HelperProcess(arguments, descriptors: descriptors, name: name)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ pieces: [ArraySlice<UInt8>]) throws {
        do {
            try writeHead("R", length: pieces.reduce(0) { $0 + $1.count })
            for piece in pieces {
                try piece.withUnsafeBytes { bytes in try pipe.write(bytes) }
            }
        } catch {
            // The helper knows better why it reads no more.
            try helper.finish()
            throw error
        }
    }

    func finish() throws {
        do {
            try writeHead("E", length: 0)
            try pipe.finish()
        } catch {
            try helper.finish()
            throw error
        }
        close(descriptor)
        descriptor = -1
        try helper.finish()
    }

    private func writeHead(_ kind: Character, length: Int) throws {
        var head = [kind.asciiValue ?? 0]
        for shift in stride(from: 0, to: 64, by: 8) { head.append(UInt8(truncatingIfNeeded: length >> shift)) }
        try head.withUnsafeBytes { bytes in try pipe.write(bytes) }
    }
}
