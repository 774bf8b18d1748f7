import Glibc

/// Rows of a Parquet file, each as JSON, by a helper process that reads some rows at a time.
final class ParquetSource: RowSource {
    private let helper: HelperProcess
    private let pipe: FrameReader
    private let largestRow: Int
    private var number: Int
    private var isAtEnd = false
    /// How many rows the file has, by its index.
    let count: Int

    init(_ file: OpenFile, skipping: Int, largestRow: Int) throws(DatasetFileError) {
        guard file.isRegular else {
            throw DatasetFileError("\(file.name) is Parquet, which can't be read from a pipe: its index is at the end")
        }
        let input = try file.duplicate()
        defer { close(input) }
        let ends = try HelperProcess.makePipe()
        pipe = FrameReader(ends.read)
        // Ours is closed before anything is read: the pipe ends with the helper.
        helper = try Self.start(file, skipping: skipping, input: input, output: ends.write)
        self.largestRow = largestRow
        number = skipping
        guard let first = pipe.next(), let count = Int(String(decoding: first.bytes, as: UTF8.self)) else {
            try helper.finish()
            throw DatasetFileError("\(file.name): the Parquet helper stopped too soon")
        }
        self.count = count
    }

    private static func start(
        _ file: OpenFile,
        skipping: Int,
        input: Int32,
        output: Int32
    ) throws(DatasetFileError) -> HelperProcess {
        defer { close(output) }
        return try HelperProcess(["read", String(skipping)], descriptors: [(input, 0), (output, 1)], name: file.name)
    }

    func next() throws(DatasetFileError) -> Row? {
        guard !isAtEnd else { return nil }
        guard let frame = pipe.next() else {
            isAtEnd = true
            try helper.finish()
            throw DatasetFileError("\(helper.name): the Parquet helper stopped too soon")
        }
        switch frame.kind {
        case UInt8(ascii: "E"):
            isAtEnd = true
            try helper.finish()
            return nil
        case UInt8(ascii: "F"):
            number += 1
            return Row(number: number, content: .unreadable(reason: String(decoding: frame.bytes, as: UTF8.self)))
        default:
            number += 1
            guard frame.bytes.count <= largestRow else {
                let reason = "the row has \(frame.bytes.count) bytes, more than \(largestRow)"
                return Row(number: number, content: .unreadable(reason: reason))
            }
            return Row(number: number, content: .json(frame.bytes))
        }
    }
}

/// Frames from a pipe: a byte for the kind, eight for the length (little-endian), then as many bytes.
final class FrameReader {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The next frame; `nil` where the pipe ends, also within one.
    func next() -> (kind: UInt8, bytes: [UInt8])? {
        guard let head = read(9) else { return nil }
        let length = head[1...].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard let bytes = read(length) else { return nil }
        return (head[0], bytes)
    }

    private func read(_ count: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count, let base = buffer.baseAddress {
                let length = Glibc.read(descriptor, base + initialized, count - initialized)
                if length < 0, errno == EINTR { continue }
                guard length > 0 else { return }
                initialized += length
            }
        }
        return bytes.count == count ? bytes : nil
    }
}
