import DatasetFiles
import GradingModel
import Testing

@Suite("Fields of a row") struct RowFieldsTests {
    @Test(
        "fields are replaced where they stand, added at the end, and all else stays byte for byte",
        arguments: [
            (#"{"a": 1.50, "b" : "\u00e9é\"}"}"#, #"{"a": 1.50, "b" : "\u00e9é\"}","score":0.5,"info":{}}"#),
            (#"{"score":null,"a":[1,{"score":2}]}"#, #"{"score":0.5,"a":[1,{"score":2}],"info":{}}"#),
            (#"{"info" : "{]", "score": 1e400 }"#, #"{"info" : {}, "score": 0.5 }"#),
            (#" { } "#, #"{ "score":0.5,"info":{}}"#),
            (#"{"score":1,"x":2,"score":3,"y":4}"#, #"{"score":0.5,"x":2,"y":4,"info":{}}"#),
            (#"{"score":1,"score":[2],"info":"a"}"#, #"{"score":0.5,"info":{}}"#),
            ("\u{FEFF}{\"a\":-0}\r", #"{"a":-0,"score":0.5,"info":{}}"#),
        ]
    )
    func replaces(row: String, expected: String) throws {
        let fields = try #require(RowFields(Array(row.utf8)))
        let pieces = fields.replacing([("score", Array("0.5".utf8)), ("info", Array("{}".utf8))])
        let text = String(decoding: pieces.joined(), as: UTF8.self)
        #expect(text == expected)
        #expect(try JSONCodec.parse(Array(text.utf8))["score"] == 0.5)
    }

    @Test("a field's value is found as it is written, of duplicates the last")
    func finds() throws {
        let fields = try #require(RowFields(Array(#"{"a": {"b": "}"} , "c":12,"c" : 1.0}"#.utf8)))
        #expect(fields.value(of: "a").map { String(decoding: $0, as: UTF8.self) } == #"{"b": "}"}"#)
        #expect(fields.value(of: "c").map { String(decoding: $0, as: UTF8.self) } == "1.0")
        #expect(fields.value(of: "b") == nil)
    }

    @Test(
        "what is no object has no fields",
        arguments: ["", "[]", "1", #"{"a":1"#, #"{"a" 1}"#, #"{"a":"x}"#, "{a:1}"]
    )
    func refuses(text: String) {
        #expect(RowFields(Array(text.utf8)) == nil)
    }
}
