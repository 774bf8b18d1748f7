import DatasetFiles
import Foundation
import Testing

@Suite("Files of JSON Lines") struct LineFileTests {
    @Test("what is written is read, in every compression", arguments: ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
    func roundTrip(name: String) throws {
        let files = try FileFixture()
        // Larger than any buffer in between, and hard to compress.
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<300_000).map { _ in String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 36) }
        let rows = [#"{"a":1}"#, "{\"b\":\"\(noise.joined())\"}", #"{"c":"é\n"}"#]
        let path = try files.write(rows: rows, to: name)
        let read = try files.rows(path)
        #expect(read.map(\.text) == rows)
        #expect(read.map(\.number) == [1, 2, 3])
    }

    @Test("gzip and zstd of the system's tools are read, also several parts in one file")
    func tools() throws {
        let files = try FileFixture()
        let plain = try files.write(Array("{\"a\":1}\n{\"a\":2}".utf8), to: "plain")
        let gzip = [UInt8](try FileFixture.run(["gzip", "-c", plain]))
        // The second member goes on in the first one's last line.
        let path = try files.write(gzip + gzip + [0, 0, 0], to: "two.gz")
        #expect(try files.rows(path).map(\.text) == [#"{"a":1}"#, #"{"a":2}{"a":1}"#, #"{"a":2}"#])
        let zstd = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try files.write(rows: ["{}"], to: "x.jsonl.zst"))))
        #expect(try files.rows(try files.write(zstd + zstd, to: "two")).map(\.text) == ["{}", "{}"])
    }

    @Test("empty lines are passed over and counted; the last line needs no end")
    func lines() throws {
        let files = try FileFixture()
        let path = try files.write(Array("\n{\"a\":1}\r\n  \n{\"a\":2}".utf8), to: "x.jsonl")
        let rows = try files.rows(path)
        #expect(rows.map(\.number) == [2, 4])
        #expect(rows.map(\.text) == ["{\"a\":1}\r", "{\"a\":2}"])
        #expect(try files.rows(try files.write([], to: "empty")).isEmpty)
    }

    @Test("rows of very different sizes come whole, in order", arguments: ["a.jsonl", "a.jsonl.gz"])
    func sizes(name: String) throws {
        let files = try FileFixture()
        let rows = [1, 3_000_000, 2, 1 << 20, (1 << 20) - 8, 5, 1_500_000, 700_000, 9_000_000, 3].enumerated().map {
            "{\"\($0.offset)\":\"\(String(repeating: "abcdefghi".randomElement() ?? "x", count: $0.element))\"}"
        }
        #expect(try files.rows(try files.write(rows: rows, to: name)).map(\.text) == rows)
    }

    @Test("a row above the limit is reported and passed over", arguments: [400_000, 3_000_000])
    func tooLong(length: Int) throws {
        let files = try FileFixture()
        let long = String(repeating: "x", count: length)
        let path = try files.write(Array("{\"a\":1}\n\(long)\n{\"a\":2}\n\(long)".utf8), to: "x.jsonl")
        let rows = try files.rows(path, largestRow: 300_000)
        #expect(rows.map(\.number) == [1, 2, 3, 4])
        #expect(rows.map(\.text) == [#"{"a":1}"#, nil, #"{"a":2}"#, nil])
        #expect(rows[1].reason == "the row has \(length) bytes, more than 300000")
        #expect(rows[3].reason == "the row has \(length) bytes, more than 300000")
    }

    @Test("what can be read of a file that is cut short is read", arguments: ["a.jsonl.gz", "a.jsonl.zst"])
    func cut(name: String) throws {
        let files = try FileFixture()
        let rows = (0..<50_000).map { "{\"a\":\"\($0 &* 2_654_435_761 % 1_000_003)\"}" }
        let path = try files.write(rows: rows, to: name)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let read = try files.rows(try files.write(Array(bytes[..<(bytes.count / 2)]), to: "cut"))
        #expect(read.count > 1000)
        #expect(read.dropLast().map(\.text) == rows.prefix(read.count - 1).map(Optional.some))
        #expect(try #require(read.last?.reason).contains("end too soon"))
        var damaged = bytes
        for index in 100..<200 { damaged[index] ^= 0x55 }
        #expect(try #require(files.rows(try files.write(damaged, to: "damaged")).last?.reason).contains("damaged"))
    }

    @Test(
        "what is something else is refused by name",
        arguments: [
            ([0x80, 0x04, 0x95, 0, 0, 0, 0, 0, 0], "pickle"), (Array("PK\u{3}\u{4}abcd".utf8), "zip"),
            (Array("ARROW1\0\0".utf8), "Arrow"), (Array("BZh91AY".utf8), "bzip2"),
            (Array("version https://git-lfs".utf8), "Git LFS"),
        ] as [([UInt8], String)]
    )
    func refused(bytes: [UInt8], word: String) throws {
        let files = try FileFixture()
        let path = try files.write(bytes, to: "x")
        let error = #expect(throws: DatasetFileError.self) { try files.rows(path) }
        #expect(try #require(error).description.contains(word))
    }

    @Test("files that are not there and folders are errors that name them")
    func missing() {
        #expect(throws: DatasetFileError("/nowhere/x: No such file or directory")) { try OpenFile(path: "/nowhere/x") }
        #expect(throws: DatasetFileError("/tmp is a folder, not a file")) { try OpenFile(path: "/tmp") }
        #expect(throws: DatasetFileError.self) { try FileKind(name: "a.csv") }
    }
}
