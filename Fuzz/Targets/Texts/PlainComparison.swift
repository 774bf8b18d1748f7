import BigInt

/// A tolerance as a float, and as the decimal `digits × 10^exponent` that it is written as.
struct TestTolerance {
    var double: Double
    var digits: BigInt
    var exponent: Int

    static let all: [TestTolerance?] = [
        nil, nil,
        TestTolerance(double: 0, digits: 0, exponent: 0),
        TestTolerance(double: 1e-9, digits: 1, exponent: -9),
        TestTolerance(double: 1e-6, digits: 1, exponent: -6),
        TestTolerance(double: 0.5, digits: 5, exponent: -1),
        TestTolerance(double: 1, digits: 1, exponent: 0),
        TestTolerance(double: 2.25, digits: 225, exponent: -2),
    ]
}

/// The policy `default` in the simplest words, with integers of any size for all numbers.
struct PlainComparison {
    var absolute: TestTolerance?
    var relative: TestTolerance?

    /// `nil` where a number is too long for this way of reckoning.
    func areEqual(_ expected: [UInt8], _ actual: [UInt8]) -> Bool? {
        let (wanted, given) = (Self.lines(expected), Self.lines(actual))
        guard wanted.map(\.count) == given.map(\.count) else { return false }
        var answer: Bool? = true
        for (wanted, given) in zip(wanted.joined(), given.joined()) {
            switch agree(wanted, given) {
            case false?: return false
            case nil: answer = nil
            case true?: break
            }
        }
        return answer
    }

    /// Tokens line by line, without blank lines at the start and the end.
    private static func lines(_ text: [UInt8]) -> [[[UInt8]]] {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            line.split { $0 == 0x20 || $0 >= 0x09 && $0 <= 0x0D }.map(Array.init)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return Array(lines.drop(while: \.isEmpty))
    }

    private enum Number {
        case finite(digits: BigInt, exponent: Int)
        case other(String)
    }

    private func agree(_ expected: [UInt8], _ actual: [UInt8]) -> Bool? {
        if expected == actual { return true }
        guard max(expected.count, actual.count) <= 80 else { return nil }
        guard let (wanted, wantedIsDecimal) = Self.number(expected), let (given, givenIsDecimal) = Self.number(actual)
        else { return false }
        let isExplicit = absolute != nil || relative != nil
        guard wantedIsDecimal || givenIsDecimal || isExplicit else { return false }
        switch (wanted, given) {
        case (.other(let left), .other(let right)): return left == right
        case (.finite(let left, let leftExponent), .finite(let right, let rightExponent)):
            guard abs(leftExponent) <= 400, abs(rightExponent) <= 400 else { return nil }
            // Everything as a whole multiple of the same power of ten.
            let least = min(leftExponent, rightExponent, -9) - 9
            func scaled(_ digits: BigInt, _ exponent: Int) -> BigInt { digits * BigInt(10).power(exponent - least) }
            let expected = scaled(left, leftExponent)
            let distance = (expected - scaled(right, rightExponent)).magnitude
            let standard = isExplicit ? nil : TestTolerance(double: 1e-6, digits: 1, exponent: -6)
            if let tolerance = absolute ?? standard,
                distance <= scaled(tolerance.digits, tolerance.exponent).magnitude
            {
                return true
            }
            guard let tolerance = relative ?? (wantedIsDecimal ? standard : nil) else { return distance.isZero }
            let scale = BigUInt(10).power(-min(tolerance.exponent, 0))
            return distance * scale <= expected.magnitude * tolerance.digits.magnitude
        default: return false
        }
    }

    private static func number(_ token: [UInt8]) -> (Number, isDecimal: Bool)? {
        var text = String(decoding: token, as: UTF8.self).lowercased()
        guard text.utf8.count == token.count, token.allSatisfy({ $0 < 0x80 }) else { return nil }
        var sign = ""
        if let first = text.first, first == "+" || first == "-" { sign = String(text.removeFirst()) }
        if text == "nan" { return (.other("nan"), true) }
        if text == "inf" || text == "infinity" { return (.other(sign == "-" ? "-inf" : "inf"), true) }
        let halves = text.split(separator: "e", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return nil }
        let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, !parts.joined().isEmpty, parts.joined().allSatisfy(isDigit) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        var exponent = 0
        if halves.count == 2 {
            let digits = halves[1].first == "+" || halves[1].first == "-" ? halves[1].dropFirst() : halves[1]
            guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
            exponent = Int(halves[1]) ?? 1_000_000
        }
        guard let digits = BigInt(sign + parts.joined(), radix: 10) else { return nil }
        // An exponent that is out of reach here stays so.
        let shifted = abs(exponent) > 100_000 ? exponent : exponent - fraction.count
        return (.finite(digits: digits, exponent: shifted), parts.count == 2 || halves.count == 2)
    }

    private static func isDigit(_ character: Character) -> Bool { character >= "0" && character <= "9" }
}
