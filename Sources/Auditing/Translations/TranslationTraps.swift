import BigInt
import GradingModel

/// What makes a translation differ, of the things that make translations differ.
struct Trap: Hashable {
    var code: FindingCode
    /// What was seen that tells.
    var reason: String
    var suggestion: String
    /// Whether it can hardly be anything else.
    var isCertain: Bool
}

/// One input to which a translation gave another answer than the original.
struct Divergence {
    var question: TestCase.Kind
    var expected: Answer
    var result: TestResult
    var language: Language
    var program: ByteString

    /// The trap that the translation fell into, if it is one that can be told.
    func trap() -> Trap? {
        if let trap = recursion() ?? overflowError() ?? parsing() { return trap }
        guard result.verdict == .wrongAnswer, let actual = Answer(result, to: question) else { return nil }
        let (left, right) = (expected.parts, actual.parts)
        if let trap = overflow(left, right) { return trap }
        if let trap = text(left, right) ?? order(actual) { return trap }
        guard left.count == right.count, let (wanted, given) = zip(left, right).first(where: { !isSame($0, $1) }) else {
            return nil
        }
        return precision(wanted, given) ?? division(wanted, given) ?? modulo(wanted, given)
            ?? guessedOverflow(wanted, given)
    }

    private func isSame(_ left: AnswerPart, _ right: AnswerPart) -> Bool {
        if left == right { return true }
        guard let left = left.double, let right = right.double else { return false }
        return abs(left - right) <= 1e-6 * max(1, abs(left))
    }

    // MARK: - What the run says

    private var said: String { (result.message ?? "") + "\n" + result.stderr.text }

    private func recursion() -> Trap? {
        guard result.verdict == .runtimeError || result.verdict == .memoryLimitExceeded else { return nil }
        let words = [
            "Maximum call stack", "RecursionError", "maximum recursion depth", "stack overflow", "overflowed its stack",
        ]
        let isStated = words.contains { said.contains($0) }
        // A crash in a program that calls itself, on an input that the original masters.
        let isCrash = result.signal == "SIGSEGV" && callsItself
        guard isStated || isCrash else { return nil }
        return Trap(
            code: .recursionDepth,
            reason: isStated ? "it runs out of stack" : "it ends with SIGSEGV, and its functions call themselves",
            suggestion: "turn the recursion into a loop, or run it on a thread with a larger stack",
            isCertain: isStated
        )
    }

    private var callsItself: Bool {
        FunctionFinder(source: program, language: language).definitions.contains { definition in
            guard let body = definition.body else { return false }
            return SourceLexer.tokens(of: ByteString(bytes: Array(program.bytes[body])), language).contains {
                $0.kind == .word
                    && program.bytes[body][
                        (body.lowerBound + $0.range.lowerBound)..<(body.lowerBound + $0.range.upperBound)
                    ]
                    .elementsEqual(definition.name.utf8)
            }
        }
    }

    private func overflowError() -> Trap? {
        guard result.verdict == .runtimeError,
            [
                "with overflow", "PosOverflow", "NegOverflow", "number too large to fit", "out_of_range", "stoi",
                "stol",
                "Cannot mix BigInt", "TryFromIntError",
            ].contains(where: { said.contains($0) })
        else { return nil }
        return Trap(
            code: .integerOverflow,
            reason: "it ends with an overflow: \(firstLine(said))",
            suggestion: Self.wider(language),
            isCertain: true
        )
    }

    private func parsing() -> Trap? {
        guard case .stdinStdout = question else { return nil }
        let words = [
            "ParseIntError", "ParseFloatError", "invalid digit", "cannot parse", "SyntaxError: Cannot convert",
            "ValueError: invalid literal", "could not convert string", "ValueError: not enough values",
            "ValueError: too many values", "EOFError",
        ]
        if result.verdict == .runtimeError, words.contains(where: { said.contains($0) }) {
            return parsingTrap("it cannot read it: \(firstLine(said))")
        }
        guard result.verdict == .wrongAnswer, !expected.parts.isEmpty else { return nil }
        let output = result.stdout.text
        guard let word = ["NaN", "undefined"].first(where: { output.contains($0) && !expected.shown.contains($0) })
        else {
            return nil
        }
        return parsingTrap("it prints \(word)")
    }

    private func parsingTrap(_ reason: String) -> Trap {
        Trap(
            code: .inputParsing,
            reason: reason,
            suggestion: "read the input as a sequence of tokens, whatever white space there is between and behind them",
            isCertain: true
        )
    }

    private func firstLine(_ text: String) -> String {
        String((text.split(separator: "\n").first { !$0.allSatisfy(\.isWhitespace) } ?? "").prefix(160))
    }

    // MARK: - What the answers say

    private static func wider(_ language: Language) -> String {
        switch language {
        case .cpp: "use long long (or __int128) for what the constraints allow to be this large"
        case .rust: "use i64, u64 or i128 for what the constraints allow to be this large"
        case .javascript: "use BigInt for integers beyond 2^53, and no bit operators on those beyond 2^31"
        case .python: "do not go through floats or fixed-width arrays"
        }
    }

    private func overflow(_ left: [AnswerPart], _ right: [AnswerPart]) -> Trap? {
        guard left.count == right.count else { return nil }
        for case (.integer(let wanted), let given) in zip(left, right) {
            guard let number = integer(given), number != wanted else { continue }
            if let bits = [32, 64].first(where: { bits in
                let modulus = BigInt(1) << bits
                let (low, high) = (-(modulus >> 1), modulus)
                return (wanted < low || wanted >= modulus >> 1) && number >= low && number < high
                    && (wanted - number) % modulus == 0
            }) {
                return overflowTrap("\(number) is \(wanted) modulo 2^\(bits)")
            }
            let exact = BigInt(1) << 53
            if wanted.magnitude > exact.magnitude,
                BigInt(exactly: Double(wanted).rounded()) == number || isNearest(wanted, number)
            {
                return overflowTrap("\(number) is \(wanted) as a float of 53 bits")
            }
        }
        return nil
    }

    private func overflowTrap(_ reason: String) -> Trap {
        Trap(code: .integerOverflow, reason: reason, suggestion: Self.wider(language), isCertain: true)
    }

    /// Whether the difference is what floats lose: some units of the last of 53 bits.
    private func isNearest(_ wanted: BigInt, _ given: BigInt) -> Bool {
        abs(wanted - given).magnitude << 50 <= wanted.magnitude
    }

    private func integer(_ part: AnswerPart) -> BigInt? {
        switch part {
        case .integer(let integer): integer
        case .float(let float): BigInt(exactly: float)
        default: nil
        }
    }

    private func text(_ left: [AnswerPart], _ right: [AnswerPart]) -> Trap? {
        guard language != .python, hasWideCharacters, left != right else { return nil }
        let unit = language == .javascript ? "UTF-16 units" : "bytes"
        let isCount = zip(left, right).contains { integer($0) != nil && integer($1) != nil && !isSame($0, $1) }
        let isMangled = result.stdout.text.unicodeScalars.contains("\u{FFFD}") || !result.stdout.isValidUTF8
        guard isCount || isMangled || left.count == right.count else { return nil }
        return Trap(
            code: .textLength,
            reason: "the input has characters of several \(unit), which the original counts as one",
            suggestion: language == .javascript
                ? "go through the characters with for…of or [...text]"
                : language == .rust ? "go through chars(), not bytes or byte indices" : "decode UTF-8 before counting",
            isCertain: isCount || isMangled
        )
    }

    private var hasWideCharacters: Bool {
        let limit: UInt32 = language == .javascript ? 0xFFFF : 0x7F
        return inputTexts.contains { $0.text.unicodeScalars.contains { $0.value > limit } }
    }

    private func order(_ actual: Answer) -> Trap? {
        let isOrder =
            switch (expected, actual) {
            case (.text(let left), .text(let right)): AnswerOrder.isSameButForOrder(left, right)
            case (.value(let left), .value(let right)): AnswerOrder.isSameButForOrder(left, right)
            default: false
            }
        guard isOrder else { return nil }
        return Trap(
            code: .outputOrder,
            reason: "the same elements come in another order",
            suggestion: language == .javascript
                ? "sort numbers with (a, b) => a - b, and do not rely on the order of object keys"
                : language == .cpp
                    ? "use stable_sort where equal elements keep their order, and no unordered_map where order shows"
                    : "sort by all that decides, and use a map that keeps the order of insertion where it shows",
            isCertain: true
        )
    }

    private func precision(_ wanted: AnswerPart, _ given: AnswerPart) -> Trap? {
        guard let left = wanted.double, let right = given.double else { return nil }
        if case .integer = wanted, case .integer = given { return nil }
        if case .integer = wanted, right != right.rounded() { return nil }
        guard abs(left - right) <= 1e-3 * max(abs(left), 1e-3) else { return nil }
        return Trap(
            code: .floatFormatting,
            reason: "\(shown(given)) instead of \(shown(wanted)): digits are lost",
            suggestion: language == .cpp
                ? "print with setprecision(10) or more, and use double, not float"
                : "print as many digits as the original, and use f64, not f32",
            isCertain: true
        )
    }

    private func shown(_ part: AnswerPart) -> String {
        switch part {
        case .none: "nothing"
        case .bool(let flag): "\(flag)"
        case .integer(let integer): "\(integer)"
        case .float(let float): "\(float)"
        case .text(let text): excerpt(text)
        }
    }

    private func division(_ wanted: AnswerPart, _ given: AnswerPart) -> Trap? {
        guard case .integer(let quotient) = wanted, has("/") else { return nil }
        if case .float(let fraction) = given, fraction.isFinite, fraction != fraction.rounded(),
            BigInt(exactly: fraction.rounded(.down)) == quotient
                || BigInt(exactly: fraction.rounded(.towardZero)) == quotient
        {
            return divisionTrap("\(fraction) instead of \(quotient): it divides with a fraction", isCertain: true)
        }
        // Only where a quotient is negative do rounding down and cutting off differ.
        guard case .integer(let other) = given, hasNegativeInput, other - quotient == 1, quotient < 0 else {
            return nil
        }
        return divisionTrap(
            "\(other) instead of \(quotient): it cuts off where the original rounds down",
            isCertain: true
        )
    }

    private func divisionTrap(_ reason: String, isCertain: Bool) -> Trap {
        Trap(
            code: .integerDivision,
            reason: reason,
            suggestion: language == .javascript
                ? "use Math.floor(a / b) (or Math.trunc where the original cuts off)"
                : language == .rust
                    ? "use div_euclid, or round down by hand" : "round down by hand where a and b differ in sign",
            isCertain: isCertain
        )
    }

    private func modulo(_ wanted: AnswerPart, _ given: AnswerPart) -> Trap? {
        guard case .integer(let remainder) = wanted, let other = integer(given), has("%"), hasNegativeInput,
            remainder >= 0 && other < 0 || remainder < 0 && other > 0
        else { return nil }
        return Trap(
            code: .negativeModulo,
            reason: "\(other) instead of \(remainder): the remainder of a negative number has another sign here",
            suggestion: language == .rust ? "use rem_euclid" : "use ((a % b) + b) % b",
            isCertain: true
        )
    }

    private func guessedOverflow(_ wanted: AnswerPart, _ given: AnswerPart) -> Trap? {
        guard language == .cpp || language == .rust, integer(wanted) != nil, integer(given) != nil,
            language == .cpp ? hasWord(["int"]) : hasWord(["i32", "u32"]),
            inputIntegers.contains(where: { $0.magnitude >= 1 << 15 })
        else { return nil }
        return Trap(
            code: .integerOverflow,
            reason:
                "numbers of the input are so large that products of them do not fit 32 bits, which the program uses",
            suggestion: Self.wider(language),
            isCertain: false
        )
    }

    // MARK: - What the input and the program have

    private func has(_ symbol: String) -> Bool {
        SourceLexer.tokens(of: program, language).contains {
            $0.kind == .symbol && program.bytes[$0.range].starts(with: symbol.utf8)
        }
    }

    private func hasWord(_ words: [String]) -> Bool {
        SourceLexer.tokens(of: program, language).contains {
            $0.kind == .word && words.contains(String(decoding: program.bytes[$0.range], as: UTF8.self))
        }
    }

    private var inputValue: Value {
        switch question {
        case .functionCall(_, let arguments, _): .list(arguments)
        case .stdinStdout(let input, _):
            .list(input.bytes.split { $0 <= 0x20 }.map { Value.string(ByteString(bytes: Array($0))) })
        case .assertions, .assertedCall: .null
        }
    }

    private var inputIntegers: [BigInt] {
        Answer.value(inputValue).parts.compactMap { part in
            if case .text(let text) = part { return text.count < 40 ? BigInt(text.text) : nil }
            return integer(part)
        }
    }

    private var inputTexts: [ByteString] {
        Answer.value(inputValue).parts.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    private var hasNegativeInput: Bool {
        inputIntegers.contains { $0 < 0 } || inputTexts.contains { $0.bytes.first == 0x2D }
    }
}
