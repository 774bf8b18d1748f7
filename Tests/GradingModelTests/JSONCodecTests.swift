import BigInt
import Testing

@testable import GradingModel

@Suite("JSON codec") struct JSONCodecTests {
    private func parse(_ text: String, allowNonFinite: Bool = false) throws -> Value {
        try JSONCodec.parse(Array(text.utf8), allowNonFinite: allowNonFinite)
    }

    private func write(_ value: Value) -> String {
        String(decoding: JSONCodec.serialize(value), as: UTF8.self)
    }

    // MARK: - Reading

    @Test(
        "values of each kind are read",
        arguments: [
            ("null", .null), ("true", true), ("false", false), ("0", 0), ("-0", 0), ("-17", -17),
            ("9223372036854775807", .integer(BigInt(Int64.max))),
            ("-9223372036854775808", .integer(BigInt(Int64.min))),
            ("18446744073709551616", .integer(BigInt(1) << 64)),
            ("-340282366920938463463374607431768211456", .integer(-(BigInt(1) << 128))),
            ("1.0", 1.0), ("1e2", 100.0), ("1E+2", 100.0), ("-0.0", .float(-0.0)), ("0.1", 0.1),
            ("5e-324", .float(.leastNonzeroMagnitude)),
            ("1.7976931348623157e308", .float(.greatestFiniteMagnitude)), ("1e999", .float(.infinity)),
            ("123456789012345678.5", 123456789012345678.5), ("9007199254740993.0", 9007199254740992.0),
            ("\"\"", ""), ("\"a\\n\\t\\\"\\\\\\/\\b\\f\\r\"", "a\n\t\"\\/\u{8}\u{c}\r"), ("\"\\u00e9\\u20AC\"", "é€"),
            ("\"\\ud83d\\ude00\"", "😀"), ("\"é€😀\"", "é€😀"), ("[]", []), (" [ 1 , [ 2 ] ] ", [1, [2]]),
            ("{}", [:]), ("{\"a\":1,\"b\":{\"c\":null}}", ["a": 1, "b": ["c": .null]]), ("\u{FEFF}1", 1),
        ] as [(String, Value)]
    )
    func reading(text: String, value: Value) throws {
        #expect(try parse(text) == value)
    }

    @Test("integers of many digits are exact", arguments: [19, 20, 38, 39, 57, 1000, 4301, 20_000])
    func manyDigits(count: Int) throws {
        var digits = ""
        for index in 0..<count { digits += String(index * index % 9 + 1) }
        guard case .integer(let integer) = try parse("-" + digits) else {
            Issue.record("not an integer")
            return
        }
        #expect(integer == -(try #require(BigInt(digits))))
        #expect(write(.integer(integer)) == "-" + digits)
        let round = "1" + String(repeating: "0", count: count)
        #expect(write(try parse(round)) == round)
    }

    @Test("an integer of too many digits is a clear error, not a long wait")
    func tooManyDigits() throws {
        let digits = String(repeating: "7", count: JSONCodec.maximumIntegerDigits + 1)
        let error = #expect(throws: JSONSyntaxError.self) { try parse("[" + digits + "]") }
        #expect(error?.message == "an integer has 100001 digits, more than 100000")
        #expect(error?.offset == 1)
        #expect(try parse("0." + digits) == .float(0.7777777777777778))
    }

    @Test("of duplicate keys the last value counts, at the first place", arguments: [0, 20])
    func duplicateKeys(others: Int) throws {
        var text = "{\"a\":1,\"b\":2,\"a\":3"
        for index in 0..<others { text += ",\"k\(index)\":0" }
        let value = try parse(text + "}")
        #expect(value.mapValue?.count == 2 + others)
        #expect(value.mapValue?.first == MapEntry(key: "a", value: 3))
    }

    @Test("bare words for non-finite numbers are read only where asked for")
    func nonFinite() throws {
        #expect(
            try parse("[NaN,Infinity,-Infinity]", allowNonFinite: true)
                == [.float(.nan), .float(.infinity), .float(-.infinity)]
        )
        for word in ["NaN", "Infinity", "-Infinity"] {
            #expect(throws: JSONSyntaxError.self) { try parse(word) }
        }
    }

    @Test(
        "faults say where they are",
        arguments: [
            ("", 0, 1, 1), ("  ", 2, 1, 3), ("{", 1, 1, 2), ("[1,\n 2,\n x]", 9, 3, 2), ("[1 2]", 3, 1, 4),
            ("[1,]", 3, 1, 4), ("{\"a\" 1}", 5, 1, 6), ("{a:1}", 1, 1, 2), ("{\"a\":1,}", 7, 1, 8), ("01", 0, 1, 1),
            ("-", 1, 1, 2), ("1.", 2, 1, 3), ("1e", 2, 1, 3), (".5", 0, 1, 1), ("+1", 0, 1, 1), ("nul", 0, 1, 1),
            ("nulx", 0, 1, 1), ("'a'", 0, 1, 1), ("\"a", 0, 1, 1), ("\"\\x\"", 1, 1, 2), ("\"\\u12g4\"", 1, 1, 2),
            ("\"a\nb\"", 2, 1, 3), ("1 2", 2, 1, 3), ("]", 0, 1, 1), ("\"\\", 1, 1, 2), ("1\n\n#", 3, 3, 1),
        ]
    )
    func faults(text: String, offset: Int, line: Int, column: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try parse(text) }
        #expect(error?.offset == offset)
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test(
        "invalid UTF-8 in the text is a fault at its first byte",
        arguments: [
            [0x80], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xE0, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xFF],
        ] as [[UInt8]]
    )
    func invalidUTF8(bytes: [UInt8]) {
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONCodec.parse(Array("[\"ab".utf8) + bytes + Array("\"]".utf8))
        }
        #expect(error?.offset == 4)
        #expect(error?.message.contains("invalid UTF-8") == true)
    }

    @Test("nesting is bounded, not a crash")
    func depth() throws {
        let deepest = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(throws: Never.self) { try parse(deepest) }
        for bomb in ["[", "{\"a\":", "[{\"a\":"] {
            let error = #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: bomb, count: 1_000_000)) }
            #expect(error?.message == "nested deeper than 512 levels")
        }
    }

    // MARK: - Strings that are not Unicode

    @Test(
        "lone surrogates are bytes, and are written back",
        arguments: [
            ("\\udcff", [0xFF]), ("\\udc80\\udc81", [0x80, 0x81]), ("\\ud800", [0xED, 0xA0, 0x80]),
            ("\\udfff", [0xED, 0xBF, 0xBF]), ("\\udc7f", [0xED, 0xB1, 0xBF]), ("\\udd00", [0xED, 0xB4, 0x80]),
            ("a\\ud800b", [0x61, 0xED, 0xA0, 0x80, 0x62]), ("\\ud800\\ud800", [0xED, 0xA0, 0x80, 0xED, 0xA0, 0x80]),
            // The three bytes of U+DC80 itself.
            ("\\udced\\udcb2\\udc80", [0xED, 0xB2, 0x80]),
            // A high surrogate's bytes, then a raw byte: as `\ud800\udc80` it would read as a pair.
            ("\\udced\\udca0\\udc80\\udc80", [0xED, 0xA0, 0x80, 0x80]),
            ("\\udced\\udca0\\udc80\\udfff", [0xED, 0xA0, 0x80, 0xED, 0xBF, 0xBF]),
        ] as [(String, [UInt8])]
    )
    func surrogates(json: String, bytes: [UInt8]) throws {
        let text = "\"" + json + "\""
        #expect(try parse(text) == .string(ByteString(bytes: bytes)))
        #expect(write(.string(ByteString(bytes: bytes))) == text)
    }

    @Test("escapes that make up a character are that character")
    func escapedCharacter() throws {
        #expect(try parse("\"\\udcc3\\udca9\"") == "é")
        #expect(write("é\u{1}\u{7F}\u{2028}") == "\"é\\u0001\u{7F}\u{2028}\"")
    }

    @Test("raw surrogate bytes are read only where asked for")
    func rawSurrogates() throws {
        let text: [UInt8] = [0x22, 0xED, 0xA0, 0x80, 0x22]
        #expect(throws: JSONSyntaxError.self) { try JSONCodec.parse(text) }
        let value = try JSONCodec.parse(text, options: JSONCodec.Options(allowRawSurrogates: true))
        #expect(value == .string(ByteString(bytes: [0xED, 0xA0, 0x80])))
    }

    // MARK: - Writing

    @Test(
        "floats are written so that they read back as the same float",
        arguments: [
            0, -0.0, 1, -1, 0.1, 1e16, 1e22, 1e-7, 123456789.125, .greatestFiniteMagnitude,
            0.30000000000000004, 9007199254740992, .leastNormalMagnitude, 1e21, 4.35, .leastNonzeroMagnitude,
        ] as [Double]
    )
    func floats(value: Double) throws {
        let text = write(.float(value))
        #expect(text.contains { $0 == "." || $0 == "e" })
        #expect(try parse(text) == .float(value))
    }

    @Test("what JSON cannot write gets its tag")
    func tags() throws {
        let value: Value = [
            "numbers": [.float(.nan), .float(.infinity), .float(-.infinity)], "set": .set([1, "a"]),
            "map": .map([MapEntry(key: 1, value: "x"), MapEntry(key: [1, 2], value: .set([]))]),
        ]
        let text = write(value)
        #expect(
            text == #"{"numbers":[{"$float":"nan"},{"$float":"inf"},{"$float":"-inf"}],"set":{"$set":[1,"a"]},"#
                + #""map":{"$map":[[1,"x"],[[1,2],{"$set":[]}]]}}"#
        )
        #expect(Value(tagged: try parse(text)) == value)
        #expect(value.tagged == (try parse(text)))
    }

    @Test("maps whose only key looks like a tag survive tagging")
    func tagLookalikes() {
        for value in [["$float": "nan"], ["$set": [1]], ["$map": [[1, 2]]], ["$": .null]] as [Value] {
            #expect(value.tagged != value)
            #expect(Value(tagged: value.tagged) == value)
        }
        for value in [["$float": 3], ["$map": [1]], ["$set": 1], ["$float": "nan", "a": 1]] as [Value] {
            #expect(Value(tagged: value) == value)
        }
        let test: Value = ["a": ["$set": [["$float": "inf"]]]]
        #expect(Value(tagged: test, tags: .floats) == ["a": ["$set": [.float(.infinity)]]])
    }

    // MARK: - Hostile input

    @Test("random bytes never crash the reader", arguments: 0..<20)
    func randomBytes(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let alphabet =
            Array("[]{}\",:\\u0019dDcCeE+-.truefalsn \n\u{1}é😀NaInfity".utf8) + [0x80, 0xC3, 0xED, 0xA0, 0xFF]
        for _ in 0..<1000 {
            let length = Int(random.next() % 60)
            let bytes = (0..<length).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            for options in [JSONCodec.Options(), .init(allowNonFinite: true, allowRawSurrogates: true)] {
                if let value = try? JSONCodec.parse(bytes, options: options) {
                    let text = JSONCodec.serialize(value.tagged)
                    #expect(Value(tagged: try JSONCodec.parse(text)) == Value(tagged: value.tagged))
                }
            }
        }
    }

    @Test("random byte strings survive", arguments: 0..<20)
    func randomStrings(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let alphabet: [UInt8] = [0xED, 0xA0, 0xAF, 0xB0, 0xB2, 0xB3, 0xBF, 0x80, 0x9F, 0x41, 0xC3, 0xA9, 0xF0, 0x90]
        for _ in 0..<1000 {
            let length = Int(random.next() % 16)
            let bytes = (0..<length).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            let value = Value.string(ByteString(bytes: bytes))
            let text = JSONCodec.serialize(value)
            #expect(ByteString(bytes: text).isValidUTF8)
            #expect(try JSONCodec.parse(text) == value)
        }
    }

    @Test("random values survive", arguments: 0..<20)
    func randomValues(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        for _ in 0..<200 {
            let value = random.value(depth: 4)
            #expect(Value(tagged: try JSONCodec.parse(JSONCodec.serialize(value.tagged))) == value)
        }
    }

    @Test("a text may have as many values as it is said, and no more")
    func count() throws {
        let text = Array(#"[1, [], {"a": null}, "x"]"#.utf8)
        #expect(throws: Never.self) { try JSONCodec.parse(text, options: .init(maximumValues: 6)) }
        let fault = #expect(throws: JSONSyntaxError.self) {
            try JSONCodec.parse(text, options: .init(maximumValues: 5))
        }
        #expect(fault?.message == "more than 5 values")
    }

    @Test("written piece by piece it is the same text, and no piece is much larger than the others but a long run")
    func pieces() {
        let run = ByteString(String(repeating: "x", count: 300_000))
        let lines = ByteString(String(repeating: "12345 é\n", count: 50_000))
        let value: Value = [
            .list(Array(repeating: 7, count: 50_000)), .string(lines), .map([MapEntry(key: .string(run), value: 1.5)]),
        ]
        var pieces: [[UInt8]] = []
        JSONCodec.serialize(value) { pieces.append(Array($0)) }
        #expect(Array(pieces.joined()) == JSONCodec.serialize(value))
        #expect(pieces.count > 10)
        #expect(pieces.count { $0.count > 100_000 } == 1)
        pieces = []
        JSONCodec.serialize(.null) { pieces.append(Array($0)) }
        #expect(pieces.joined().elementsEqual("null".utf8))
    }

    @Test("megabytes are read and written in linear time", .timeLimit(.minutes(1)))
    func large() throws {
        let line = ByteString(String(repeating: "12345 é\n", count: 50_000))
        let value: Value = [.string(line), .list(Array(repeating: 7, count: 50_000)), .string(line)]
        let text = JSONCodec.serialize(value)
        #expect(try JSONCodec.parse(text) == value)
        let surrogates = ByteString(bytes: Array(repeating: [0xED, 0xA0, 0x80], count: 50_000).flatMap { $0 } + [0x80])
        #expect(try JSONCodec.parse(JSONCodec.serialize(.string(surrogates))) == .string(surrogates))
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func value(depth: Int) -> Value {
        switch next() % (depth > 0 ? 9 : 6) {
        case 0: return .null
        case 1: return .bool(next() % 2 == 0)
        case 2: return .integer(BigInt(Int64(truncatingIfNeeded: next())) * BigInt(Int64(next() % 3)))
        case 3: return .integer(BigInt(Int64(truncatingIfNeeded: next())) * BigInt(next()) * BigInt(next()))
        case 4: return .float(Double(bitPattern: next()))
        case 5: return .string(ByteString(bytes: (0..<next() % 8).map { _ in UInt8(truncatingIfNeeded: next()) }))
        case 6: return .list((0..<next() % 5).map { _ in value(depth: depth - 1) })
        case 7: return .set((0..<next() % 5).map { _ in value(depth: depth - 1) })
        default:
            let useStrings = next() % 2 == 0
            let keys: [Value] = ["$set", "a", "b", "$float", "c"]
            return .map(
                (0..<Int(next() % 5)).map { index in
                    let key = useStrings ? keys[index] : [Value(index), value(depth: depth - 1)]
                    return MapEntry(key: key, value: value(depth: depth - 1))
                }
            )
        }
    }
}
