/// One row of a file, or why it can't be read.
public struct Row: Sendable, Hashable {
    /// Its line in a file of JSON Lines, its place in a Parquet file; from 1.
    public var number: Int
    /// The row as one JSON object, byte for byte where it came as JSON, or what is wrong with it.
    public var content: Content

    public enum Content: Sendable, Hashable {
        case json([UInt8])
        case unreadable(reason: String)
    }

    public init(number: Int, content: Content) {
        self.number = number
        self.content = content
    }

    /// The row's size in bytes, for budgets.
    public var size: Int {
        if case .json(let bytes) = content { bytes.count } else { 0 }
    }
}

/// Rows in order.
protocol RowSource: AnyObject {
    /// The next row; `nil` at the end.
    func next() throws(DatasetFileError) -> Row?
}
