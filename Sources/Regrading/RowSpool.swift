import DatasetFiles
import Foundation
import Synchronization

/// Keeps the rows of an input that can't be read twice.
final class RowSpool: Sendable {
    private let descriptor: Int32
    private let writer: Mutex<RowWriter>

    init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DatasetFileError("\(path): \(String(cString: strerror(errno)))") }
        writer = Mutex(try RowWriter(descriptor, kind: .jsonLines(.zstd), name: path, folder: ""))
    }

    deinit { close(descriptor) }

    func append(_ row: Row) throws {
        // A row that can't be read keeps its place.
        let bytes: [UInt8] = if case .json(let bytes) = row.content { bytes } else { Array("unreadable".utf8) }
        try writer.withLock { try $0.write([bytes[...]]) }
    }

    func finish() throws {
        try writer.withLock { try $0.finish() }
        guard fsync(descriptor) == 0 else { throw DatasetFileError("fsync: \(String(cString: strerror(errno)))") }
    }
}
