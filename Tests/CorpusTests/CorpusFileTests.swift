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
}
