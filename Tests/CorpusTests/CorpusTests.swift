import Corpus
import Foundation
import GradingModel
import TestService
import Testing

@Suite(
    "The corpus of hostile and legitimate programs",
    .serialized,
    .enabled(if: CorpusFixture.canGrade, "needs root and built images: ops/test")
)
struct CorpusTests {
    @Test("one at a time, each comes out as it must, and the host is clean afterwards") func alone() async throws {
        let cases = try CorpusFixture.cases()
        // Two workers: tests of one program may run side by side.
        try await CorpusFixture.withService(workers: 2) { service in
            let began = ContinuousClock.now
            var times: [(name: String, time: Duration)] = []
            for item in cases {
                let began = ContinuousClock.now
                try await CorpusFixture.check(item, with: service)
                times.append((item.name, ContinuousClock.now - began))
                if TestHost.slowness > 1 { print("corpus, \(item.name): \(shown(ContinuousClock.now - began))") }
            }
            let slowest = times.sorted { $0.time > $1.time }.prefix(5).map { "\($0.name) \(shown($0.time))" }
            print("corpus, one at a time: \(cases.count) programs in \(shown(ContinuousClock.now - began))")
            print("corpus, the slowest: \(slowest.joined(separator: ", "))")
        }
    }

    @Test("a jail shows nothing of those before it, in this submission or another") func fresh() async throws {
        // They look for what they then leave; one slot serves all of them.
        let cases = try CorpusFixture.cases().filter { $0.name.contains("/fresh-") }
        if CorpusFixture.filter == nil { #expect(cases.count >= 4) }
        try await CorpusFixture.withService(workers: 1) { service in
            for item in cases {
                for _ in 0..<2 { try await CorpusFixture.check(item, with: service) }
            }
        }
    }

    @Test("eight hostile ones at once, and plain submissions beside them stay accepted and quick")
    func together() async throws {
        let hostile = Queue(try CorpusFixture.cases().filter(\.isHostile))
        try await CorpusFixture.withService(workers: 10) { service in
            var alone: [Duration] = []
            for round in 0..<20 { alone.append(try await plain(round, service)) }
            var beside: [Duration] = []
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while let item = await hostile.next() {
                            try await CorpusFixture.check(item, with: service, timing: false)
                        }
                    }
                }
                for round in 0... {
                    beside.append(try await plain(round, service))
                    if await hostile.isEmpty && round > 20 { break }
                }
                try await group.waitForAll()
            }
            print("corpus, plain submissions alone: \(summary(alone))")
            print("corpus, plain submissions beside 8 hostile ones: \(summary(beside))")
            // On as few cores as one: eight that spin, and twice as much for a compiler that lost its caches.
            let bound = alone.sorted()[alone.count / 2] * 40 + .seconds(5)
            let median = beside.sorted()[beside.count / 2]
            #expect(median < bound)
        }
    }

    private func plain(_ round: Int, _ service: any ServiceConnection) async throws -> Duration {
        let item = PlainSubmission.all[round % PlainSubmission.all.count]
        let began = ContinuousClock.now
        let answer = try await service.post(item.body)
        #expect(answer.verdict == "accepted", "a plain submission in \(item.language): \(answer.body)")
        return ContinuousClock.now - began
    }

    private func summary(_ times: [Duration]) -> String {
        let sorted = times.sorted()
        return "\(times.count), median \(shown(sorted[times.count / 2])), p95 \(shown(sorted[times.count * 95 / 100]))"
    }
}

/// Hands out what is to be done, to whoever asks.
private actor Queue<Element: Sendable> {
    private var elements: [Element]

    init(_ elements: [Element]) { self.elements = elements.reversed() }

    var isEmpty: Bool { elements.isEmpty }

    func next() -> Element? { elements.popLast() }
}

func shown(_ time: Duration) -> String {
    String(format: "%.2f s", Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
}
