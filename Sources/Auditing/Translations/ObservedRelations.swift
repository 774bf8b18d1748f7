import GradingModel

/// What holds between the arguments of every call of the tests, and so must for those that are made up.
///
/// A constraint such as "both lists have the same length" or "k is at most n" is said in the statement, for people. A
/// call that breaks it has no right answer, so that a translation may give another one.
struct ObservedRelations {
    /// Arguments that have the same length, by index.
    private var equallyLong: [(Int, Int)] = []
    /// Integers that are never above an argument's length.
    private var withinLength: [(number: Int, text: Int)] = []
    /// Lists whose elements have the same length.
    private var rectangular: [Int] = []

    init(_ rows: [[Value]]) {
        // Of one call everything holds.
        guard rows.count > 1, let count = rows.first?.count, rows.allSatisfy({ $0.count == count }) else { return }
        for one in 0..<count {
            if rows.allSatisfy({ Self.isRectangular($0[one]) }) { rectangular.append(one) }
            for other in 0..<count where other != one {
                if one < other, rows.allSatisfy({ Self.areEquallyLong($0[one], $0[other]) }) {
                    equallyLong.append((one, other))
                }
                if rows.allSatisfy({ Self.isWithin($0[one], lengthOf: $0[other]) }) {
                    withinLength.append((one, other))
                }
            }
        }
    }

    /// Whether all of it holds for a call.
    func hold(for row: [Value]) -> Bool {
        equallyLong.allSatisfy { Self.areEquallyLong(row[$0.0], row[$0.1]) }
            && withinLength.allSatisfy { Self.isWithin(row[$0.number], lengthOf: row[$0.text]) }
            && rectangular.allSatisfy { Self.isRectangular(row[$0]) }
    }

    private static func length(_ value: Value) -> Int? {
        switch value {
        case .string(let text): text.text.unicodeScalars.count
        case .list(let elements): elements.count
        default: nil
        }
    }

    private static func areEquallyLong(_ one: Value, _ other: Value) -> Bool {
        guard let left = length(one), let right = length(other) else { return false }
        return left == right
    }

    private static func isWithin(_ number: Value, lengthOf other: Value) -> Bool {
        guard case .integer(let integer) = number, let length = length(other) else { return false }
        return integer <= length
    }

    private static func isRectangular(_ value: Value) -> Bool {
        guard let lengths = value.listValue?.map(length), let first = lengths.first, first != nil else { return false }
        return lengths.allSatisfy { $0 == first }
    }
}
