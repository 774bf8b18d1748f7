import Corpus
import GradingModel
import Testing

@Suite("The corpus's files")
struct CorpusFileTests {
    let corpus: Corpus

    init() throws { corpus = try Corpus(folder: CorpusFixture.folder + "/Corpus") }

    @Test("each can be read, and every key in it is known") func faults() {
        for fault in corpus.faults { Issue.record("\(fault)") }
    }

    @Test("there are at least 120, of every class and in every language") func coverage() {
        #expect(corpus.cases.count >= 120)
        for kind in CorpusCase.Class.allCases {
            let count = corpus.cases.count { $0.kind == kind }
            #expect(count > 0, "\(kind)")
        }
        for language in Language.allCases {
            let count = corpus.cases.count { $0.language == language }
            #expect(count >= 10, "\(language)")
        }
    }

    @Test("no two of them are the same program") func duplicates() {
        for (_, same) in Dictionary(grouping: corpus.cases, by: { $0.request }) where same.count > 1 {
            Issue.record("\(same.map(\.name).sorted())")
        }
    }

    @Test("on a slow host work, limits and bounds grow alike") func slowness() throws {
        let item = try #require(
            try Corpus(folder: CorpusFixture.folder + "/Corpus", filter: "accounting/cpu-before-main", slowness: 10)
                .cases.first
        )
        #expect(item.source.contains("CLOCKS_PER_SEC / 2 * 10)"))
        #expect(item.request["code"]?.textValue == item.source)
        #expect(item.request["limits"]?["cpu_time_s"] == .float(20))
        #expect(item.request["limits"]?["wall_time_s"] == .float(150))
        #expect(item.request["limits"]?["compile_time_s"] == .float(300))
        #expect(item.request["limits"]?["memory_mb"] == 64)
        let tests = try #require(item.request["tests"]?.listValue)
        #expect(tests.count == 2 && tests[0]["limits"] == nil)
        #expect(tests[1]["limits"] == .map([MapEntry(key: "cpu_time_s", value: .float(2))]))
        func mismatches(_ first: Double, _ second: Double) throws -> [String] {
            item.expectation.mismatches(
                in: try JSONCodec.parse(
                    Array(
                        """
                        {"verdict": "time_limit_exceeded", "tests": [{"verdict": "accepted", "cpu_time_s": \(first)}, \
                        {"verdict": "time_limit_exceeded", "message": "CPU time", "cpu_time_s": \(second)}]}
                        """.utf8
                    )
                )
            )
        }
        #expect(try mismatches(5.2, 2.1) == [])
        #expect(try mismatches(0.5, 2.1).count == 1)
        #expect(try mismatches(5.2, 11).count == 1)
    }
}
