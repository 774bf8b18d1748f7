import DatasetFiles
import Foundation
import GradingModel
import Testing

/// Runs Python with pyarrow, as installed by `ops/setup-parquet`.
private enum Arrow {
    static let python = "/usr/local/lib/assay/parquet/bin/python3"
    static let isThere =
        FileManager.default.isExecutableFile(atPath: python)
        || ProcessInfo.processInfo.environment["ASSAY_REQUIRE_JAILS"] != nil

    @discardableResult
    static func run(_ script: String, _ arguments: String...) throws -> String {
        String(decoding: try FileFixture.run([python, "-c", script] + arguments), as: UTF8.self)
    }
}

@Suite("Parquet", .enabled(if: Arrow.isThere, "needs pyarrow: run ops/setup-parquet")) struct ParquetTests {
    /// A file as Hugging Face publishes them: nested columns, several row groups.
    private static let make = """
        import sys, datetime, decimal, pyarrow as pa, pyarrow.parquet as pq
        rows = [{
            "problem_id": f"vcp_{i}", "n": i, "score": 0.5 if i % 2 else None, "text": "é" * i,
            "info": {"language": "python", "test_cases": [{"input": "1\\n", "output": "2", "fn_name": None}] * (i % 3)},
            "day": datetime.datetime(2026, 1, 2, 3, 4, 5), "price": decimal.Decimal("1.50"), "raw": bytes([0x61, 0xff]),
            "tags": ["a", None], "nan": float("nan"),
        } for i in range(250)]
        table = pa.Table.from_pylist(rows)
        table = table.replace_schema_metadata({"huggingface": "{}", "own": "kept"})
        pq.write_table(table, sys.argv[1], compression=sys.argv[2], row_group_size=100)
        """

    @Test("rows of nested columns are read as JSON", arguments: ["snappy", "zstd"])
    func reads(compression: String) throws {
        let files = try FileFixture()
        try Arrow.run(Self.make, files.path("x.parquet"), compression)
        let rows = try files.rows(files.path("x.parquet"))
        #expect(rows.map(\.number) == Array(1...250))
        let row = try JSONCodec.parse(Array(try #require(rows[2].text).utf8), allowNonFinite: true)
        #expect(row["problem_id"] == "vcp_2" && row["n"] == 2 && row["score"] == .null && row["text"] == "éé")
        #expect(row["info"]?["test_cases"]?.listValue?.count == 2)
        #expect(row["info"]?["test_cases"]?.listValue?.first?["fn_name"] == .null)
        #expect(row["day"] == "2026-01-02T03:04:05" && row["price"] == "1.50" && row["tags"] == ["a", .null])
        #expect(row["raw"] == .string(ByteString(bytes: [0x61, 0xFF])))
        for skipping in [0, 99, 100, 249, 250, 400] {
            let rest = try files.rows(files.path("x.parquet"), skipping: skipping)
            #expect(rest == Array(rows.dropFirst(skipping)))
        }
    }

    @Test("columns are added and replaced, rows left out, and all else stays as it was")
    func adds() throws {
        let files = try FileFixture()
        try Arrow.run(Self.make, files.path("x.parquet"), "snappy")
        let output = open(files.path("y.parquet"), O_WRONLY | O_CREAT, 0o644)
        defer { close(output) }
        let input = try OpenFile(path: files.path("x.parquet"))
        let writer = try RowWriter(output, addingTo: [input, input], columns: ["score", "result"], name: "y")
        for index in 0..<500 {
            let text = index == 3 ? "" : #"{"score":\#(index == 4 ? "null" : "0.25"),"result":{"verdict":"accepted"}}"#
            try writer.write([Array(text.utf8)[...]])
        }
        try writer.finish()
        let difference = try Arrow.run(
            """
            import sys, pyarrow as pa, pyarrow.parquet as pq
            a, b = (pq.read_table(path) for path in sys.argv[1:])
            a = pa.concat_tables([a, a])
            a = a.take([i for i in range(500) if i != 3])
            assert b.column_names == a.column_names + ["result"], b.column_names
            for name in a.column_names:
                if name not in ("score", "nan"): assert a[name].to_pylist() == b[name].to_pylist(), name
                assert a.schema.field(name).type == b.schema.field(name).type, name
            assert b["score"].to_pylist()[:5] == [0.25, 0.25, 0.25, None, 0.25], b["score"].to_pylist()[:5]
            assert b["result"].to_pylist() == ['{"verdict":"accepted"}'] * 499
            print(pq.ParquetFile(sys.argv[2]).metadata.row_group(0).column(0).compression)
            """,
            files.path("x.parquet"),
            files.path("y.parquet")
        )
        #expect(difference == "SNAPPY\n")
    }

    @Test("rows of JSON become columns of one type, whatever order the types come in")
    func writes() throws {
        let files = try FileFixture()
        let rows = [
            #"{"a":null,"b":1,"c":{"x":[1]},"d":{},"e":"\udcff"}"#,
            #"{"a":"text","b":2.5,"c":{"x":[2],"y":"z"},"d":{},"f":[{"k":1}]}"#,
            #"{"a":null,"b":true,"c":null,"e":"plain"}"#,
        ]
        let path = try files.write(rows: rows, to: "x.parquet")
        let table = try Arrow.run(
            "import sys, json, pyarrow.parquet as pq; print(json.dumps(pq.read_table(sys.argv[1]).to_pylist()))",
            path
        )
        let read = try #require(try JSONCodec.parse(Array(table.utf8)).listValue)
        #expect(read.map { $0["a"] } == [.null, "text", .null])
        // A column of numbers and booleans has no type but text.
        #expect(read.map { $0["b"] } == ["1", "2.5", "true"])
        #expect(read[1]["c"] == ["x": [2], "y": "z"])
        #expect(read[0]["d"] == "{}" && read[2]["d"] == .null)
        #expect(read[0]["e"] == "\\udcff" && read[2]["e"] == "plain")
        #expect(read[1]["f"] == [["k": 1]])
        #expect(try files.rows(path).count == 3)
    }

    @Test("a file that is cut short is an error that says so; without pyarrow the error says what to do")
    func damaged() throws {
        let files = try FileFixture()
        try Arrow.run(Self.make, files.path("x.parquet"), "zstd")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: files.path("x.parquet"))))
        let cut = try files.write(Array(bytes[..<(bytes.count / 2)]), to: "cut.parquet")
        let error = #expect(throws: DatasetFileError.self) { try files.rows(cut) }
        #expect(try #require(error).description.contains("not a whole Parquet file"))
    }

    @Test("a damaged row group costs its rows, not the others")
    func damagedGroup() throws {
        let files = try FileFixture()
        try Arrow.run(Self.make, files.path("x.parquet"), "snappy")
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: files.path("x.parquet"))))
        for index in 40..<400 { bytes[index] = 0xFF }
        let rows = try files.rows(try files.write(bytes, to: "y.parquet"))
        #expect(rows.count == 250 && rows.map(\.number) == Array(1...250))
        #expect(try #require(rows.first?.reason).contains("damaged"))
        #expect(rows[100...].allSatisfy { $0.reason == nil })
    }
}
