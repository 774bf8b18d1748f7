/// Why a record cannot be read: which field, and what is wrong with it.
///
/// What is wrong with the *tests* alone is no fault of the record: it is in `DatasetRecord.tests`.
public struct RecordFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field, with the way to it, as `metadata.time_limit`; empty for the record as a whole.
    public var field: String
    /// What is wrong, and what would be right.
    public var reason: String

    public init(field: String, reason: String) {
        self.field = field
        self.reason = reason
    }

    public var description: String { field.isEmpty ? reason : "\(field): \(reason)" }
}
