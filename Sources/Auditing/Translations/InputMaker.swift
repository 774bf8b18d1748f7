import BigInt
import GradingModel

/// An input that was made up from those of the tests.
struct MadeInput: Hashable {
    enum Reach: Hashable {
        /// Within what the tests' inputs show.
        case observed
        /// Numbers as large as the statement allows, or, where it does not say, as they may well be.
        case stretched(isAllowed: Bool)
        /// Other white space.
        case spaced
    }

    var reach: Reach
    /// A call or a process, without what is expected.
    var question: TestCase.Kind
}

/// Makes up inputs: the same ones for the same tests.
struct InputMaker {
    let problem: AuditProblem
    private var generator: SeededGenerator
    private let bound: Double?

    init(problem: AuditProblem) {
        self.problem = problem
        generator = SeededGenerator(seed: SeededGenerator.hash(problem.id.utf8))
        bound = problem.statement.flatMap(StatementRules.largestBound)
    }

    /// At most `count` inputs that are none of `tests`' own.
    mutating func inputs(_ count: Int, from tests: [TestCase]) -> [MadeInput] {
        var rows: [String: [[Value]]] = [:]
        var order: [String] = []
        var texts: [ByteString] = []
        for test in tests {
            switch test.kind {
            case .functionCall(let function, let arguments, _):
                if rows[function] == nil { order.append(function) }
                rows[function, default: []].append(arguments)
            case .stdinStdout(let input, _): texts.append(input)
            case .assertions, .assertedCall: break
            }
        }
        var made: [MadeInput] = []
        var seen = Set(tests.map { Self.question($0.kind) })
        // A quarter of all is beyond what was observed.
        let stretched = count / 4
        for function in order {
            let values = ValueMaker(rows: rows[function] ?? [])
            add(count / order.count - stretched, .observed, to: &made, &seen) {
                .functionCall(function: function, arguments: values.row(using: &$0), expected: [])
            }
            let reach = bound ?? 1e6
            for (count, isWhole) in [
                (min(Stretch.wholeCount, stretched), true), (stretched - Stretch.wholeCount, false),
            ] {
                add(count, .stretched(isAllowed: bound != nil), to: &made, &seen) {
                    let arguments = values.stretched(to: reach, isWhole: isWhole, using: &$0)
                    return .functionCall(function: function, arguments: arguments, expected: [])
                }
            }
        }
        if !texts.isEmpty {
            let maker = TextMaker(texts: texts)
            for text in maker.spaced(texts[0]) {
                let question = TestCase.Kind.stdinStdout(input: text, expected: [])
                if seen.insert(question).inserted { made.append(MadeInput(reach: .spaced, question: question)) }
            }
            add(count - stretched, .observed, to: &made, &seen) {
                .stdinStdout(input: maker.text(using: &$0), expected: [])
            }
            let reach = bound ?? 1e6
            for (count, isWhole) in [
                (min(Stretch.wholeCount, stretched), true), (stretched - Stretch.wholeCount, false),
            ] {
                add(count, .stretched(isAllowed: bound != nil), to: &made, &seen) {
                    .stdinStdout(input: maker.stretched(to: reach, isWhole: isWhole, using: &$0), expected: [])
                }
            }
        }
        return made
    }

    private mutating func add(
        _ count: Int,
        _ reach: MadeInput.Reach,
        to made: inout [MadeInput],
        _ seen: inout Set<TestCase.Kind>,
        _ make: (inout SeededGenerator) -> TestCase.Kind
    ) {
        var added = 0
        // Few arguments have few variants.
        for _ in 0..<max(0, count) * 8 where added < count {
            let question = make(&generator)
            guard seen.insert(question).inserted else { continue }
            made.append(MadeInput(reach: reach, question: question))
            added += 1
        }
    }

    static func question(_ kind: TestCase.Kind) -> TestCase.Kind {
        switch kind {
        case .stdinStdout(let input, _): .stdinStdout(input: input, expected: [])
        case .functionCall(let function, let arguments, _):
            .functionCall(function: function, arguments: arguments, expected: [])
        case .assertions, .assertedCall: kind
        }
    }
}

/// Makes up arguments within the shape of given ones.
struct ValueMaker {
    private let rows: [[Value]]
    private let shapes: ObservedShapes
    private let relations: ObservedRelations

    init(rows: [[Value]]) {
        self.rows = rows
        shapes = ObservedShapes(rows)
        relations = ObservedRelations(rows)
    }

    /// A row of the tests with one or two changes; without any where none is found that keeps to what all rows have in
    /// common.
    func row(using generator: inout SeededGenerator) -> [Value] {
        var row: [Value] = []
        for _ in 0..<8 {
            row = changedRow(using: &generator)
            if relations.hold(for: row) { return row }
        }
        return rows.first ?? row
    }

    private func changedRow(using generator: inout SeededGenerator) -> [Value] {
        guard var row = rows.randomElement(using: &generator), !row.isEmpty else { return [] }
        // Another row's argument in this one's place, now and then.
        if row.count > 1, rows.count > 1, Int.random(in: 0..<4, using: &generator) == 0,
            let other = rows.filter({ $0.count == row.count }).randomElement(using: &generator)
        {
            let index = row.indices.randomElement(using: &generator) ?? 0
            row[index] = other[index]
        }
        for _ in 0..<Int.random(in: 1...2, using: &generator) {
            let index = row.indices.randomElement(using: &generator) ?? 0
            row[index] = changed(row[index], at: "\(index)", using: &generator)
        }
        return row
    }

    private func changed(_ value: Value, at place: String, using generator: inout SeededGenerator) -> Value {
        let shape = shapes[place]
        switch value {
        case .null: return .null
        case .bool(let flag): return .bool(!flag)
        case .integer(let integer):
            guard let range = shape.integers else { return value }
            if Bool.random(using: &generator) {
                return .integer(clamp(integer + (Bool.random(using: &generator) ? 1 : -1), range))
            }
            return .integer(random(in: range, using: &generator))
        case .float(let float):
            guard let range = shape.floats, range.lowerBound < range.upperBound else { return value }
            let other = Double.random(in: range, using: &generator)
            return .float(((other * 100).rounded() / 100) == float ? other : (other * 100).rounded() / 100)
        case .string(let text):
            let other = changed(text.text, shape, using: &generator)
            return shape.allows(other) ? .string(ByteString(other)) : value
        case .list(let elements): return .list(changed(elements, at: place, shape, using: &generator))
        case .set(let elements): return .set(elements)
        case .map(var entries):
            guard let index = entries.indices.randomElement(using: &generator) else { return value }
            entries[index].value = changed(entries[index].value, at: place + "{}", using: &generator)
            return .map(entries)
        }
    }

    private func clamp(_ value: BigInt, _ range: ClosedRange<BigInt>) -> BigInt {
        min(max(value, range.lowerBound), range.upperBound)
    }

    private func random(in range: ClosedRange<BigInt>, using generator: inout SeededGenerator) -> BigInt {
        let width = range.upperBound - range.lowerBound + 1
        return range.lowerBound + BigInt(BigUInt.randomInteger(lessThan: width.magnitude, using: &generator))
    }

    private func changed(_ text: String, _ shape: ObservedShape, using generator: inout SeededGenerator) -> String {
        var scalars = Array(text.unicodeScalars)
        let lengths = shape.stringLengths ?? scalars.count...scalars.count
        let index = scalars.indices.randomElement(using: &generator)
        let other = shape.alphabet.randomElement(using: &generator)
        switch (Int.random(in: 0..<5, using: &generator), index, other) {
        case (0, let index?, _) where scalars.count > lengths.lowerBound: scalars.remove(at: index)
        case (1, let index?, let other?) where scalars.count < lengths.upperBound: scalars.insert(other, at: index)
        case (2, _, _): scalars.reverse()
        case (3, let index?, _): scalars.swapAt(index, scalars.count - 1)
        case (_, let index?, let other?): scalars[index] = other
        default: break
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private func changed(
        _ elements: [Value],
        at place: String,
        _ shape: ObservedShape,
        using generator: inout SeededGenerator
    ) -> [Value] {
        var elements = elements
        guard let index = elements.indices.randomElement(using: &generator) else { return elements }
        var lengths = shape.listLengths ?? elements.count...elements.count
        // What has several lengths may have more; what has always the same is a pair, or a board.
        if lengths.lowerBound < lengths.upperBound, lengths.upperBound > 2 {
            lengths = lengths.lowerBound...lengths.upperBound + 2
        }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0 where elements.count > max(1, lengths.lowerBound): elements.remove(at: index)
        case 1 where elements.count < lengths.upperBound: elements.insert(elements[index], at: index)
        case 2: elements.reverse()
        case 3: elements.swapAt(index, 0)
        default: elements[index] = changed(elements[index], at: place + "[]", using: &generator)
        }
        return elements
    }

    /// A row with its integers made large, `isWhole`: all of them up to `bound`, else towards it, one of them or all.
    func stretched(to bound: Double, isWhole: Bool, using generator: inout SeededGenerator) -> [Value] {
        guard let row = rows.randomElement(using: &generator), !row.isEmpty else { return [] }
        let target = isWhole ? Stretch.whole(bound) : Stretch.target(bound, using: &generator)
        let only = isWhole || Bool.random(using: &generator) ? nil : row.indices.randomElement(using: &generator)
        return row.enumerated().map { index, value in
            only == nil || only == index ? stretched(value, at: "\(index)", target, using: &generator) : value
        }
    }

    private func stretched(
        _ value: Value,
        at place: String,
        _ target: BigInt,
        using generator: inout SeededGenerator
    ) -> Value {
        switch value {
        case .integer(let integer):
            // What is 0 or 1 in all tests is a flag, or an end.
            guard let range = shapes[place].integers, range.upperBound > 1 || range.lowerBound < -1 else {
                return value
            }
            let isNegative = integer < 0 || range.lowerBound < 0 && Int.random(in: 0..<3, using: &generator) == 0
            let size = Stretch.size(target, using: &generator)
            return .integer(isNegative ? -size : size)
        case .list(let elements):
            return .list(elements.map { stretched($0, at: place + "[]", target, using: &generator) })
        default: return value
        }
    }
}
