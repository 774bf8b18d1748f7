import BigInt
import GradingModel

/// What the values at one place of the tests' inputs look like.
struct ObservedShape {
    var integers: ClosedRange<BigInt>?
    var floats: ClosedRange<Double>?
    var alphabet: [Unicode.Scalar] = []
    var stringLengths: ClosedRange<Int>?
    var listLengths: ClosedRange<Int>?
    private var texts: TextTraits?

    mutating func observe(integer: BigInt) {
        integers = integers.map { min($0.lowerBound, integer)...max($0.upperBound, integer) } ?? integer...integer
    }

    mutating func observe(float: Double) {
        guard float.isFinite else { return }
        floats = floats.map { min($0.lowerBound, float)...max($0.upperBound, float) } ?? float...float
    }

    mutating func observe(text: String) {
        texts = texts.map { $0.intersection(TextTraits(text)) } ?? TextTraits(text)
        let length = text.unicodeScalars.count
        stringLengths = stringLengths.map { min($0.lowerBound, length)...max($0.upperBound, length) } ?? length...length
        for scalar in text.unicodeScalars where alphabet.count < 256 && !alphabet.contains(scalar) {
            alphabet.append(scalar)
        }
    }

    /// Whether a text is made as all those that were observed.
    func allows(_ text: String) -> Bool { texts.map { TextTraits(text).isSuperset(of: $0) } ?? true }

    mutating func observe(listLength length: Int) {
        listLengths = listLengths.map { min($0.lowerBound, length)...max($0.upperBound, length) } ?? length...length
    }
}

/// What is right about a text that is written in some format.
struct TextTraits: OptionSet {
    var rawValue: UInt8

    /// Every bracket is closed, in order.
    static let balanced = TextTraits(rawValue: 1)
    /// So it is in each word.
    static let balancedWords = TextTraits(rawValue: 2)
    /// A word with brackets is one group of them.
    static let groupedWords = TextTraits(rawValue: 4)
    /// There is no space at the ends, and never more than one.
    static let spacedOnce = TextTraits(rawValue: 8)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ text: String) {
        self = []
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        if Self.groups(text[...]) != nil { insert(.balanced) }
        let groups = words.map(Self.groups)
        if groups.allSatisfy({ $0 != nil }) { insert(.balancedWords) }
        if groups.allSatisfy({ $0.map { $0 <= 1 } ?? false }) { insert(.groupedWords) }
        if text.isEmpty || !words.contains("") { insert(.spacedOnce) }
    }

    /// How many groups of brackets, and pieces between them, a text is; 0 without brackets, `nil` where one is not closed.
    private static func groups(_ text: Substring) -> Int? {
        let closing: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}", "<": ">"]
        var open: [Unicode.Scalar] = []
        var (groups, hasBrackets, isInPiece) = (0, false, false)
        for scalar in text.unicodeScalars {
            if let end = closing[scalar] {
                if open.isEmpty { groups += 1 }
                open.append(end)
                (hasBrackets, isInPiece) = (true, false)
            } else if closing.values.contains(scalar) {
                guard open.popLast() == scalar else { return nil }
            } else if open.isEmpty, !isInPiece {
                groups += 1
                isInPiece = true
            }
        }
        return open.isEmpty ? (hasBrackets ? groups : 0) : nil
    }
}

/// The shapes of all places of the arguments; the elements of a list share one place.
struct ObservedShapes {
    private var shapes: [String: ObservedShape] = [:]

    init(_ rows: [[Value]]) {
        for row in rows {
            for (index, value) in row.enumerated() { observe(value, at: "\(index)") }
        }
    }

    subscript(place: String) -> ObservedShape { shapes[place] ?? ObservedShape() }

    private mutating func observe(_ value: Value, at place: String) {
        switch value {
        case .integer(let integer): shapes[place, default: ObservedShape()].observe(integer: integer)
        case .float(let float): shapes[place, default: ObservedShape()].observe(float: float)
        case .string(let text): shapes[place, default: ObservedShape()].observe(text: text.text)
        case .list(let elements), .set(let elements):
            shapes[place, default: ObservedShape()].observe(listLength: elements.count)
            for element in elements { observe(element, at: place + "[]") }
        case .map(let entries):
            for entry in entries { observe(entry.value, at: place + "{}") }
        case .null, .bool: break
        }
    }
}

/// How large a number is made when it is made large.
enum Stretch {
    /// How many of the inputs that are made large have all their numbers near the bound: products overflow only then.
    static let wholeCount = 2

    /// The bound, or a round part of it.
    static func target(_ bound: Double, using generator: inout SeededGenerator) -> BigInt {
        let parts: [Double] = [1, 1, 2, 10, 100]
        let part = parts.randomElement(using: &generator) ?? 1
        let size = (min(bound, 1e18) / part).rounded(.down)
        return BigInt(max(size, 2))
    }

    /// The bound itself.
    static func whole(_ bound: Double) -> BigInt { BigInt(max(min(bound, 1e18).rounded(.down), 2)) }

    /// The target itself, where programs are off by one, or something below it of any parity and last digits, since a
    /// round number hides what depends on them.
    static func size(_ target: BigInt, using generator: inout SeededGenerator) -> BigInt {
        guard Int.random(in: 0..<4, using: &generator) > 0 else { return target }
        let most = Int(min(target / 2, 999))
        return target - BigInt(Int.random(in: 0...most, using: &generator))
    }
}
