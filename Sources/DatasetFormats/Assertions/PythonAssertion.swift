import GradingModel

/// `assert f(1) == 2`, and the forms that mean the like: `2 == f(1)`, `is None`, `f(1)`, `not f(1)`, with a message.
enum PythonAssertion {
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> AssertedCall? {
        var parser = PythonLiteralParser(bytes: bytes)
        return try? parser.parseAssertion()
    }
}

extension PythonLiteralParser {
    private enum Operand {
        /// Where it stands.
        case call(Range<Int>)
        case literal(ExactValue)
    }

    private static let keywords: Set<String> = [
        "and", "as", "assert", "async", "await", "class", "def", "del", "elif", "else", "except", "finally", "for",
        "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield", "break", "continue", "False", "None", "True",
        // Their arguments are programs, and so may hold the expected value.
        "eval", "exec",
    ]

    /// The whole text as one assertion; throws for anything else.
    fileprivate mutating func parseAssertion() throws(Fault) -> AssertedCall {
        try skipSpace(lineEnds: true)
        // What is indented does not compile.
        guard position == 0 || bytes[position - 1] == UInt8(ascii: "\n") || bytes[position - 1] == UInt8(ascii: "\r")
        else { throw fault("an indented statement") }
        let start = position
        guard takeWord("assert") else { throw fault("no assertion") }
        let (call, expectation) = try parseCondition()
        var end = position
        try skipSpace()
        var says: ByteString?
        if take(UInt8(ascii: ",")) {
            try skipSpace()
            guard stringPrefixLength() != nil else { throw fault("a message is a string here") }
            let message = try parseText()
            guard !message.isBytes else { throw fault("a message is a string here") }
            says = message.text
        }
        while end > start, [UInt8(ascii: " "), UInt8(ascii: "\t")].contains(bytes[end - 1]) { end -= 1 }
        _ = take(UInt8(ascii: ";"))
        try skipSpace()
        guard position == bytes.count || lineEndLength(at: position) != nil else {
            throw fault("more than an assertion")
        }
        try skipSpace(lineEnds: true)
        guard position == bytes.count else { throw fault("a second statement") }
        return AssertedCall(
            call: ByteString(bytes: bytes[call]),
            expectation: expectation,
            message: AssertedCallReader.message(bytes, start..<end, says: says)
        )
    }

    private mutating func parseCondition() throws(Fault) -> (Range<Int>, AssertedCall.Expectation) {
        try skipSpace()
        let start = position
        if peek == UInt8(ascii: "(") {
            // Either brackets around it all, or a tuple or number in brackets that is compared.
            let before = depth
            try enter()
            if let condition = try? parseCondition() {
                try skipSpace()
                if take(UInt8(ascii: ")")) {
                    depth = before
                    return condition
                }
            }
            depth = before
            position = start
        }
        if takeWord("not") {
            try skipSpace()
            guard case .call(let call) = try parseOperand() else { throw fault("no call") }
            return (call, .truth(false))
        }
        let left = try parseOperand()
        try skipSpace()
        if take(UInt8(ascii: "=")) {
            guard take(UInt8(ascii: "=")) else { throw fault("no comparison") }
            switch (left, try parseOperand()) {
            case (.call(let call), .literal(let value)), (.literal(let value), .call(let call)):
                return (call, .pythonEqual(value))
            default: throw fault("one side is a call, the other a literal")
            }
        }
        guard case .call(let call) = left else { throw fault("no call") }
        if takeWord("is") {
            guard case .literal(let value) = try parseOperand() else { throw fault("no literal") }
            switch value {
            case .none, .bool: return (call, .identical(value))
            default: throw fault("identity of a literal")
            }
        }
        return (call, .truth(true))
    }

    private mutating func parseOperand() throws(Fault) -> Operand {
        try skipSpace()
        let start = position
        guard stringPrefixLength() == nil, let name = peekName(), !Self.keywords.contains(name),
            !Self.isDigit(bytes[start])
        else { return .literal(try parseExact()) }
        position += name.utf8.count
        guard name.utf8.count < 64, name.utf8.allSatisfy({ $0 < 0x80 }) else { throw fault("a name of another kind") }
        if name == "Solution", bytes[position...].starts(with: "().".utf8) {
            position += 3
            guard let method = peekName(), method.utf8.count < 64, !Self.isDigit(bytes[position]) else {
                throw fault("no method")
            }
            position += method.utf8.count
        }
        guard peek == UInt8(ascii: "(") else { throw fault("a name") }
        let before = depth
        try enter()
        while !take(UInt8(ascii: ")")) {
            _ = try parseExact()
            try skipSpace()
            guard take(UInt8(ascii: ",")) || peek == UInt8(ascii: ")") else { throw fault("no literal") }
            try skipSpace()
        }
        depth = before
        return .call(start..<position)
    }

    private mutating func takeWord(_ word: String) -> Bool {
        guard peekName() == word else { return false }
        position += word.utf8.count
        return true
    }

    // MARK: - Literals

    /// A literal as Python has it: only what is one to the language, with tuples and bytes as such.
    private mutating func parseExact() throws(Fault) -> ExactValue {
        try skipSpace()
        guard let byte = peek else { throw fault("a literal is due") }
        isHashable = true
        switch byte {
        case UInt8(ascii: "["):
            let elements = try parseExactElements(until: UInt8(ascii: "]")).elements
            isHashable = false
            return .list(elements)
        case UInt8(ascii: "("):
            let (elements, hasComma) = try parseExactElements(until: UInt8(ascii: ")"))
            if elements.count == 1, !hasComma { return elements[0] }
            return .tuple(elements)
        case UInt8(ascii: "{"): return try parseExactBraces()
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            position += 1
            try skipSpace()
            guard peek.map(Self.isDigit) == true || peek == UInt8(ascii: ".") else { throw fault("no number") }
            let isNegative = byte == UInt8(ascii: "-")
            switch try parseExact() {
            case .integer(let value): return .integer(isNegative ? -value : value)
            case .float(let value): return .float(isNegative ? -value : value)
            default: throw fault("a sign stands before a number")
            }
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
            guard byte != UInt8(ascii: ".") || peek(1).map(Self.isDigit) == true else { throw fault("no literal") }
            switch try parseNumber() {
            case .integer(let value): return .integer(value)
            // What is written to be infinite is no number that can be shown.
            case .float(let value) where value.isFinite: return .float(value)
            default: throw fault("a number out of range")
            }
        default: return try parseExactWord()
        }
    }

    private mutating func parseExactWord() throws(Fault) -> ExactValue {
        if stringPrefixLength() != nil {
            let start = position
            let (text, isBytes) = try parseText()
            if isBytes { return .bytes(text.bytes) }
            // Half a surrogate pair is a character of its own in Python, and here it is not.
            let source = ByteString(bytes: bytes[start..<position]).text.lowercased()
            guard !source.contains("\\ud") else { throw fault("a surrogate") }
            return .string(text)
        }
        for (word, value) in [("None", ExactValue.none), ("True", .bool(true)), ("False", .bool(false))]
        where takeWord(word) {
            return value
        }
        throw fault("no literal")
    }

    private mutating func parseExactElements(
        until end: UInt8
    ) throws(Fault) -> (elements: [ExactValue], hasComma: Bool) {
        try enter()
        let (elements, hasComma, isHashable) = try parseElements(
            until: end,
            of: end == UInt8(ascii: "]") ? "list" : "tuple"
        ) { parser throws(Fault) in try parser.parseExact() }
        self.isHashable = isHashable
        return (elements, hasComma)
    }

    private mutating func parseExactBraces() throws(Fault) -> ExactValue {
        try enter()
        defer {
            depth -= 1
            isHashable = false
        }
        var keys: [ExactValue] = []
        var values: [ExactValue] = []
        while !take(UInt8(ascii: "}")) {
            keys.append(try parseExact())
            guard isHashable else { throw fault("a key that can't be hashed") }
            try skipSpace()
            if take(UInt8(ascii: ":")) {
                values.append(try parseExact())
                try skipSpace()
            }
            guard take(UInt8(ascii: ",")) || peek == UInt8(ascii: "}") else { throw fault("a bracket is due") }
            try skipSpace()
        }
        if values.isEmpty, !keys.isEmpty { return .set(keys) }
        guard keys.count == values.count else { throw fault("half a dict") }
        let entries = zip(keys, values).map { ExactValue.Entry(key: $0, value: $1) }
        // `{1: "a", True: "b"}` has one key: rare enough to be left to Python.
        guard Self.areDistinct(keys) else { throw fault("a key twice") }
        return .map(entries)
    }

    /// Whether no two keys can be equal: `1`, `1.0` and `True` are, and so are tuples of them.
    private static func areDistinct(_ keys: [ExactValue]) -> Bool {
        keys.count <= 1 || keys.allSatisfy(isTold) && Set(keys).count == keys.count
    }

    private static func isTold(_ key: ExactValue) -> Bool {
        switch key {
        case .integer, .string, .bytes, .none: true
        case .tuple(let elements): elements.allSatisfy(isTold)
        default: false
        }
    }
}
