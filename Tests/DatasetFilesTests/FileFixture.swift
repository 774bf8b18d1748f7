import DatasetFiles
import Foundation

/// A folder of its own for a test's files.
final class FileFixture {
    let folder = NSTemporaryDirectory() + "assay-files-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// Writes rows as the file's name says.
    func write(rows: [String], to name: String) throws -> String {
        let file = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        defer { close(file) }
        let writer = try RowWriter(file, kind: try FileKind(name: name), name: name, folder: folder)
        for row in rows { try writer.write([Array(row.utf8)[...]]) }
        try writer.finish()
        return path(name)
    }

    func rows(_ path: String, skipping: Int = 0, largestRow: Int = RowReader.largestRow) throws -> [Row] {
        let reader = try RowReader(try OpenFile(path: path), skipping: skipping, largestRow: largestRow)
        var rows: [Row] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    /// Runs a program of the host, and returns what it puts out.
    @discardableResult
    static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw DatasetFileError("\(arguments[0]) ended with \(process.terminationStatus)")
        }
        return data
    }
}

extension Row {
    var text: String? {
        guard case .json(let bytes) = content else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    var reason: String? {
        guard case .unreadable(let reason) = content else { return nil }
        return reason
    }
}
