import BigInt
import DatasetFormats
import GradingModel
import Testing

@Suite("Python literals") struct PythonLiteralTests {
    static func parse(_ text: String) throws(PythonLiteralError) -> Value { try PythonLiteral.parse(Array(text.utf8)) }

    // MARK: - Values

    static let scalars: [(String, Value)] = [
        ("None", .null), ("True", true), ("False", false), (" 1", 1), ("1\n\n", 1), ("\n1", 1), ("1 # one", 1),
        ("0", 0), ("00", 0), ("0_0", 0), ("-1", -1), ("+1", 1), ("- 1", -1), ("-0", 0), ("1_000", 1000), ("(((1)))", 1),
        ("0x1F", 31), ("0X_ff", 255), ("0o17", 15), ("0b101", 5), ("-0x10", -16), ("0xdead_beef", 0xDEAD_BEEF),
        ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("1e5", 100000.0), ("1E+5", 100000.0), ("1.e-3", 0.001),
        ("1_0.0_1", 10.01),
        ("-0.0", -0.0), ("1e400", .float(.infinity)), ("-1e400", .float(-.infinity)), ("00.5", 0.5), ("09.5", 9.5),
        ("1e1_0", 1e10), ("5e-324", 5e-324), ("0.1", 0.1), ("nan", .float(.nan)), ("inf", .float(.infinity)),
        ("-inf", .float(-.infinity)),
    ]

    @Test("scalars", arguments: scalars)
    func readsScalars(text: String, value: Value) throws {
        #expect(try Self.parse(text) == value)
    }

    @Test("integers have any number of digits")
    func largeIntegers() throws {
        let digits = String(repeating: "1234567890", count: 1000)
        #expect(try Self.parse("-" + digits) == .integer(-(try #require(BigInt(digits)))))
        #expect(try Self.parse("0x" + digits) == .integer(try #require(BigInt(digits, radix: 16))))
        #expect(try Self.parse("9223372036854775808") == .integer(BigInt(Int.max) + 1))
        #expect(throws: PythonLiteralError.self) { try Self.parse(String(repeating: "1", count: 100_001)) }
    }

    static let strings: [(String, ByteString)] = [
        ("'a'", "a"), ("\"a\"", "a"), ("''", ""), ("''''''", ""), ("'''a\nb'''", "a\nb"), ("\"\"\"a\"b\"\"\"", "a\"b"),
        ("'''a''b'''", "a''b"), ("'it\"s'", "it\"s"), ("'a\\'b'", "a'b"), ("'\\\\'", "\\"),
        ("'\\a\\b\\t\\n\\v\\f\\r'", ByteString(bytes: [7, 8, 9, 10, 11, 12, 13])), ("'\\x41\\xe9'", "Aé"),
        ("'\\101\\0\\08'", "A\0\08"), ("'\\777'", "ǿ"), ("'\\u00e9\\U0001F600'", "é😀"), ("'\\q\\8'", "\\q\\8"),
        ("'a\\\nb'", "ab"), ("'a\\\r\nb'", "ab"), ("'''a\r\nb\rc'''", "a\nb\nc"), ("r'\\n'", "\\n"), ("R'\\''", "\\'"),
        ("u'x'", "x"), ("b'a\\xff'", ByteString(bytes: [0x61, 0xFF])), ("rb'\\x'", "\\x"), ("Br'\\u'", "\\u"),
        ("b'\\u0041'", "\\u0041"), ("b'\\777'", ByteString(bytes: [0xFF])), ("'a' 'b'", "ab"),
        ("'a' r'\\n' \"c\"", "a\\nc"),
        ("('a'\n  'b' # c\n  'd')", "abd"), ("'a'\\\n'b'", "ab"), ("'é😀'", "é😀"),
        ("'\\ud83d\\ude00'", "😀"), ("'\\udc80'", ByteString(bytes: [0x80])),
        ("'\\ud83d'", ByteString(bytes: [0xED, 0xA0, 0xBD])),
        ("'\\ude00\\ud83d'", ByteString(bytes: [0xED, 0xB8, 0x80, 0xED, 0xA0, 0xBD])),
    ]

    @Test("strings", arguments: strings)
    func readsStrings(text: String, value: ByteString) throws {
        #expect(try Self.parse(text) == .string(value))
    }

    @Test("bytes that are no UTF-8 pass through a string")
    func rawBytes() throws {
        #expect(
            try PythonLiteral.parse([0x27, 0xFF, 0xC3, 0x5C, 0xFE, 0x27])
                == .string(ByteString(bytes: [0xFF, 0xC3, 0x5C, 0xFE]))
        )
    }

    static let containers: [(String, Value)] = [
        ("[]", []), ("[1]", [1]), ("[1,]", [1]), ("[ 1 , 2 ]", [1, 2]), ("()", []), ("(1,)", [1]), ("(1, 2)", [1, 2]),
        ("1,", [1]), ("1, 2", [1, 2]), ("[1\n,# a\n 2\n]", [1, 2]), ("[(1, 2), [3]]", [[1, 2], [3]]),
        ("{}", .map([])), ("{1}", .set([1])), ("{1, 2,}", .set([1, 2])), ("{1, True, 1.0, 2}", .set([1, 2])),
        ("set()", .set([])), ("set( )", .set([])), ("{'a': 1}", ["a": 1]),
        ("{'b': 1, 'a': {2: None},}", ["b": 1, "a": [2: .null]]),
        ("{(1, 2): 3}", [[1, 2]: 3]), ("{1: 'a', True: 'b', 2: 'c'}", [1: "b", 2: "c"]), ("{'a': 1, 'a': 2}", ["a": 2]),
        ("[-1, +2, -.5]", [-1, 2, -0.5]), ("['a' 'b', 'c']", ["ab", "c"]),
        ("[nan, -inf]", [.float(.nan), .float(-.infinity)]),
    ]

    @Test("lists, tuples, sets and dicts", arguments: containers)
    func readsContainers(text: String, value: Value) throws {
        #expect(try Self.parse(text) == value)
    }

    // MARK: - Faults

    static let faults: [(String, offset: Int, words: String)] = [
        ("", 0, "unexpected end"), ("   ", 3, "unexpected end"), ("true", 0, "'true' is no literal"),
        ("null", 0, "'null' is no literal"), ("float('nan')", 0, "'float' is no literal"), ("f'x'", 0, "formatted"),
        ("ur'x'", 0, "no string prefix"), ("'\\N{DASH}'", 1, "by name"), ("1j", 0, "complex"), ("1 + 2j", 2, "complex"),
        ("007", 0, "leading zeros"), ("0b12", 0, "invalid number"), ("1__0", 0, "invalid number"), ("0x", 2, "digits"),
        ("1a", 0, "invalid number"), ("'a", 0, "no end"), ("'a\nb'", 0, "no end on its line"), ("'''a", 0, "no end"),
        ("'\\x4'", 1, "cut short"), ("'\\U00110000'", 1, "U+10FFFF"), ("'a' b'b'", 4, "joined"), ("b'é'", 2, "ASCII"),
        ("[1 2]", 3, "',' or ']'"), ("[1, 2", 5, "end of the text"), ("(1, 2]", 5, "',' or ')'"),
        ("[,]", 1, "unexpected ','"),
        ("{1: 2, 3}", 8, "':' is due"), ("{1, 2: 3}", 5, "',' or '}'"), ("{[1]: 2}", 1, "can't be a dict's key"),
        ("{1, {2}}", 4, "can't be a dict's key"), ("{([],): 1}", 1, "can't be a dict's key"),
        ("1 2", 2, "after the value"),
        ("-True", 1, "sign"), ("-'a'", 1, "sign"), ("--1", 1, "sign"), ("set(1)", 0, "empty 'set()'"),
        ("\\", 0, "'\\'"),
        ("$", 0, "'$'"), ("]", 0, "']'"), ("[1]]", 3, "after the value"), ("...", 0, "'.'"),
        ("1\n2", 2, "after the value"),
        ("{**{}}", 1, "'*'"), ("é", 0, "no literal"), ("{'a' 1}", 5, "'1'"),
    ]

    @Test("faults say what and where", arguments: faults)
    func saysFault(text: String, offset: Int, words: String) throws {
        let fault = try #require(throws: PythonLiteralError.self) { try Self.parse(text) }
        #expect(fault.message.contains(words), "\(fault)")
        #expect(fault.offset == offset)
    }

    @Test("a fault's line and column")
    func location() throws {
        let fault = try #require(throws: PythonLiteralError.self) { try Self.parse("[1,\n  2,\n  true]") }
        #expect((fault.line, fault.column, fault.offset) == (3, 3, 11))
        #expect(fault.description == "'true' is no literal at line 3, column 3 (byte 11)")
    }

    @Test("nesting is bounded", arguments: ["[", "(", "{1:", "-("])
    func depth(bracket: String) throws {
        let fault = try #require(throws: PythonLiteralError.self) {
            try Self.parse(String(repeating: bracket, count: 100_000))
        }
        #expect(fault.message.contains("deeper than 200"))
        let deepest = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(throws: Never.self) { try Self.parse(deepest) }
    }

    // MARK: - Any input

    @Test("a text may have as many values as it is said, and no more")
    func count() throws {
        let text = Array("[1, (), {'a': None}, 'x']".utf8)
        #expect(throws: Never.self) { try PythonLiteral.parse(text, maximumValues: 7) }
        let fault = #expect(throws: PythonLiteralError.self) { try PythonLiteral.parse(text, maximumValues: 5) }
        #expect(fault?.message == "more than 5 values")
    }

    @Test("random texts never crash")
    func randomTexts() {
        var random = SplitMix64(state: 11)
        let parts = [
            "[", "]", "(", ")", "{", "}", ",", ":", "'", "\"", "'''", "\\", "\\x", "\\u", "\\ud83d", "0x", "1", "0",
            "_", ".",
            "e", "-", "+", "None", "True", "set()", "nan", "b'", "r\"", "#", "\n", "\r", " ", "é", "\\N", "j",
        ]
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...16, using: &random) {
                bytes += parts[Int.random(in: 0..<parts.count, using: &random)].utf8
                if random.next() % 16 == 0 { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
            }
            do throws(PythonLiteralError) {
                _ = try PythonLiteral.parse(bytes)
            } catch {
                #expect(error.offset <= bytes.count)
            }
        }
    }
}

/// A generator with a fixed seed, so that a failure can be had again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
