public import GradingModel

/// The gold solution with one small fault put into it.
public struct Mutant: Sendable, Hashable {
    public enum Operator: String, Sendable, Hashable, CaseIterable {
        /// What is returned is replaced by the type's empty value.
        case emptyResult = "empty result"
        case comparison
        case arithmetic
        case offByOne = "off by one"
        case logic
        case boolean
        case droppedStatement = "dropped statement"
    }

    public var `operator`: Operator
    /// The line of the fault, from 1.
    public var line: Int
    /// What was replaced, and by what.
    public var change: String
    public var program: ByteString
}
