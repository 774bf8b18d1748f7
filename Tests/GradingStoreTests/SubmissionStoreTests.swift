import GradingModel
import GradingStore
import Testing

@Suite("Submission store") struct SubmissionStoreTests {
    @Test("a submission goes from queued to running to finished, with its body and answer byte for byte")
    func life() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            let body: [UInt8] = [0, 255, 10, 0x80] + Array(repeating: 7, count: 300_000)
            let (record, isNew) = try await store.enqueue(language: .rust, body: body)
            #expect(isNew)
            #expect(record.status == .queued)
            #expect(SubmissionID.isWellFormed(record.id))
            #expect(try await store.queueDepth() == 1)

            let claimed = try await store.claim(limit: 5)
            #expect(claimed.map(\.id) == [record.id])
            #expect(claimed.first?.body == body)
            #expect(claimed.first?.attempts == 1)
            #expect(claimed.first?.language == .rust)
            #expect(try await store.submission(record.id)?.status == .running)
            #expect(try await store.queueDepth() == 0)

            let end = FinishedSubmission(
                verdict: .wrongAnswer,
                score: 0.5,
                passed: 1,
                total: 2,
                answer: [123, 0, 200, 125]
            )
            #expect(try await store.finish(record.id, end))
            let stored = try #require(try await store.submission(record.id))
            #expect(stored.status == .finished)
            #expect(stored.verdict == .wrongAnswer)
            #expect(stored.score == 0.5)
            #expect(stored.passed == 1)
            #expect(stored.total == 2)
            #expect(stored.answer == [123, 0, 200, 125])
        }
    }

    @Test("bodies that the caller has already are not read again")
    func knownBodies() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            let known = try await store.enqueue(language: .rust, body: [1]).record.id
            _ = try await store.enqueue(language: .rust, body: [2])
            #expect(try await store.claim(limit: 2, withoutBodiesOf: [known]).map(\.body) == [[], [2]])
            #expect(try await store.requeue(known))
            #expect(try await store.claim(limit: 2).map(\.body) == [[1]])
        }
    }

    @Test("a score of null stays null and a score of 0 stays 0")
    func scores() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            for score in [nil, 0.0] {
                let id = try await store.enqueue(language: .cpp, body: [], isClaimed: true).record.id
                let end = FinishedSubmission(
                    verdict: score == nil ? .invalidProblem : .noCode,
                    score: score,
                    passed: 0,
                    total: 0,
                    answer: []
                )
                #expect(try await store.finish(id, end))
                #expect(try await store.submission(id)?.score == score)
            }
        }
    }

    @Test("the queue is taken in the order of arrival, and each submission once, by any number of takers")
    func order() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            var ids: [String] = []
            for number in 0..<40 {
                ids.append(try await store.enqueue(language: .python, body: [UInt8(number)]).record.id)
            }
            #expect(ids == ids.sorted())
            #expect(try await store.claim(limit: 3).map(\.id) == Array(ids[0..<3]))
            let taken = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<20 { group.addTask { try await store.claim(limit: 3).map(\.id) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(taken.sorted() == Array(ids[3...]))
            #expect(try await store.claim(limit: 3).isEmpty)
        }
    }

    @Test("hundreds of submissions at once are all stored, each with its own body")
    func concurrentSubmissions() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            let ids = try await withThrowingTaskGroup(of: (String, UInt16).self) { group in
                for number in UInt16(0)..<400 {
                    group.addTask {
                        let body = [UInt8(number >> 8), UInt8(number & 255)]
                        return (try await store.enqueue(language: .python, body: body).record.id, number)
                    }
                }
                return try await group.reduce(into: [String: UInt16]()) { $0[$1.0] = $1.1 }
            }
            #expect(ids.count == 400)
            let claimed = try await store.claim(limit: 1000)
            #expect(claimed.count == 400)
            for submission in claimed {
                let number = try #require(ids[submission.id])
                #expect(submission.body == [UInt8(number >> 8), UInt8(number & 255)])
            }
        }
    }

    @Test("only the first end of a submission counts")
    func finishedOnce() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            let id = try await store.enqueue(language: .python, body: [], isClaimed: true).record.id
            let stored = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<20 { group.addTask { try await store.finish(id, .accepted("\(number)")) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(stored == 1)
            #expect(try await store.finish("sub_00000000000000000000000000", .accepted()) == false)
        }
    }

    @Test("a submission that still waits cannot be finished")
    func finishNeedsClaim() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            let id = try await store.enqueue(language: .python, body: []).record.id
            #expect(try await store.finish(id, .accepted()) == false)
            #expect(try await store.submission(id)?.status == .queued)
        }
    }

    @Test("a submission that is claimed as it is handed in is not in the queue")
    func claimedAtOnce() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            let record = try await store.enqueue(language: .python, body: [1], isClaimed: true).record
            #expect(record.status == .running)
            #expect(try await store.claim(limit: 10).isEmpty)
            #expect(try await store.requeue(record.id))
            let again = try await store.claim(limit: 10)
            #expect(again.map(\.attempts) == [1])
        }
    }

    @Test("cancelling ends what waits and what runs, and leaves what is finished alone")
    func cancelling() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            let waiting = try await store.enqueue(language: .python, body: []).record.id
            #expect(try await store.cancel(waiting)?.status == .cancelled)
            #expect(try await store.claim(limit: 1).isEmpty)

            let running = try await store.enqueue(language: .python, body: [], isClaimed: true).record.id
            #expect(try await store.cancel(running)?.status == .cancelled)
            #expect(try await store.finish(running, .accepted()) == false)
            #expect(try await store.submission(running)?.status == .cancelled)

            let finished = try await store.enqueue(language: .python, body: [], isClaimed: true).record.id
            #expect(try await store.finish(finished, .accepted()))
            #expect(try await store.cancel(finished)?.status == .finished)
            #expect(try await store.cancel("sub_00000000000000000000000000") == nil)
        }
    }

    @Test("a name that is none is simply not found", arguments: ["", "sub_", "x", "sub_' OR 1=1 --aaaaaaaaaaaaaaa"])
    func strangeNames(id: String) async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            #expect(try await store.submission(id) == nil)
            #expect(try await store.cancel(id) == nil)
        }
    }
}

@Suite("Submission names") struct SubmissionIDTests {
    @Test("names made within one millisecond are different and ascend")
    func ascending() {
        let names = (0..<5000).map { _ in SubmissionID.make(at: 1_900_000_000_000) }
        #expect(Set(names).count == names.count)
        #expect(names == names.sorted())
        #expect(names.allSatisfy(SubmissionID.isWellFormed))
    }

    @Test("a clock that goes back does not break the order")
    func clockBackwards() {
        let first = SubmissionID.make(at: 2_000_000_000_000)
        let second = SubmissionID.make(at: 1_000_000_000_000)
        #expect(first < second)
    }
}
