/// Why a file can't be read or written as a whole.
public struct DatasetFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
