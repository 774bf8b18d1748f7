import Foundation

/// A file that a command writes to at its end.
///
/// Opened before the process gives up its privileges: a folder that the caller may write to need not be the service
/// user's.
struct OutputFile: Sendable {
    /// The name on the command line; `-` is standard output.
    let name: String
    private let descriptor: Int32

    /// Creates the file, or empties it; `appends` leaves what is there.
    /// - Throws: ``UsageError`` where it cannot be written.
    init(_ name: String, appends: Bool = false) throws {
        self.name = name
        guard name != "-" else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : O_TRUNC), 0o644)
        if descriptor < 0 { throw UsageError("\(name): cannot be written: \(String(cString: strerror(errno)))") }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) throws {
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: Data(bytes))
    }
}
