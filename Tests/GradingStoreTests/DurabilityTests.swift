import Foundation
import GradingModel
import GradingStore
import Testing

@Suite("Crashes, restarts and retention") struct DurabilityTests {
    @Test("what was answered survives kill -9: queued stays queued, running is queued again in its old place")
    func killed() async throws {
        try await StoreFixture.with { path in
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                let store = try SubmissionStore(path: path)
                for number in UInt8(0)..<4 {
                    _ = try await store.enqueue(language: .javascript, body: [number], idempotencyKey: "key \(number)")
                }
                let claimed = try await store.claim(limit: 2)
                try await store.finish(claimed[0].id, .accepted("kept"))
                kill(getpid(), SIGKILL)
            }
            let store = try SubmissionStore(path: path)
            let finished = try await store.list(limit: 10, verdict: .accepted).records
            #expect(finished.count == 1)
            #expect(try await store.submission(try #require(finished.first).id)?.answer == Array("kept".utf8))
            let claimed = try await store.claim(limit: 10)
            #expect(claimed.map(\.body) == [[1], [2], [3]])
            #expect(claimed.map(\.attempts) == [2, 1, 1])
            let replay = try await store.enqueue(language: .javascript, body: [3], idempotencyKey: "key 3")
            #expect(!replay.isNew)
        }
    }

    @Test("a transaction that was cut off by kill -9 leaves nothing behind, and nothing before it is lost")
    func killedInTheMiddle() async throws {
        try await StoreFixture.with { path in
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                let store = try SubmissionStore(path: path)
                let acknowledged = open(path + ".acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<2000 {
                        group.addTask {
                            let body = Array(repeating: UInt8(number & 255), count: 5000)
                            let id = try await store.enqueue(language: .cpp, body: body).record.id
                            let line = Array((id + "\n").utf8)
                            _ = write(acknowledged, line, line.count)
                            if number == 700 { kill(getpid(), SIGKILL) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let store = try SubmissionStore(path: path)
            let acknowledged = try String(contentsOfFile: path + ".acknowledged", encoding: .utf8)
                .split(separator: "\n").map(String.init)
            #expect(!acknowledged.isEmpty)
            let claimed = try await store.claim(limit: 5000)
            #expect(Set(acknowledged).isSubset(of: claimed.map(\.id)))
            #expect(claimed.allSatisfy { $0.body.count == 5000 && Set($0.body).count == 1 })
        }
    }

    @Test(
        "what ran is queued again after a close as well, with either durability",
        arguments: StoreOptions.Durability.allCases
    )
    func reopened(durability: StoreOptions.Durability) async throws {
        try await StoreFixture.with { path in
            let options = StoreOptions(durability: durability)
            do {
                let store = try SubmissionStore(path: path, options: options)
                _ = try await store.enqueue(language: .python, body: [5], isClaimed: true)
                try store.close()
            }
            let store = try SubmissionStore(path: path, options: options)
            let claimed = try await store.claim(limit: 10)
            #expect(claimed.map(\.body) == [[5]])
            #expect(claimed.map(\.attempts) == [2])
        }
    }

    @Test("a database that is open is not opened a second time")
    func locked() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            let error = #expect(throws: StoreError.self) { try SubmissionStore(path: path) }
            #expect(error?.code == .locked)
            _ = try await store.enqueue(language: .python, body: [])
        }
    }

    @Test("a file that is no database, and a folder that cannot be made, are told as such")
    func unusable() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path)
            try store.close()
            let folder = (path as NSString).deletingLastPathComponent
            try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: folder + "/text"))
            for path in [folder + "/text", folder + "/text/below/x.sqlite"] {
                let error = #expect(throws: StoreError.self) { try SubmissionStore(path: path) }
                #expect(error?.code == .cannotOpen)
            }
        }
    }

    @Test("retention removes the oldest of what is final, with body and answer, and never what waits or runs")
    func retention() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path, options: StoreOptions(retainedSubmissions: 10))
            let waiting = try await store.enqueue(language: .python, body: []).record.id
            for number in 0..<150 {
                let id = try await store.enqueue(language: .python, body: [], isClaimed: true).record.id
                if number % 2 == 0 {
                    try await store.finish(id, .accepted())
                } else {
                    _ = try await store.cancel(id)
                }
            }
            try await store.prune(keeping: 10)
            let rest = try await store.list(limit: 200).records
            #expect(rest.count == 11)
            #expect(rest.last?.id == waiting)
            try await store.prune(keeping: 0)
            #expect(try await store.list(limit: 200).records.map(\.id) == [waiting])
        }
    }

    @Test("retention happens by itself as submissions end")
    func retentionByItself() async throws {
        try await StoreFixture.with { path in
            let store = try SubmissionStore(path: path, options: StoreOptions(retainedSubmissions: 10))
            for _ in 0..<256 {
                let id = try await store.enqueue(language: .python, body: [], isClaimed: true).record.id
                try await store.finish(id, .accepted())
            }
            #expect(try await store.list(limit: 200).records.count == 10)
        }
    }
}
