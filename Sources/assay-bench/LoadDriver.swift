import Foundation
import GradingModel
import Synchronization

/// Posts submissions from several threads, each with a connection of its own.
struct LoadDriver {
    var server: String

    struct Outcome {
        var latencies = Sample()
        /// Answers that were not `200` with the verdict `accepted`.
        var failures = 0
        /// From the first request to the last answer, in seconds.
        var time = 0.0
    }

    /// Posts `count` bodies, `width` at a time; `body` gives the one with a number.
    ///
    /// Throws the `HTTPConnection.Failure` of the first connection that failed.
    func run(count: Int, width: Int, body: @escaping @Sendable (Int) -> [UInt8]) throws -> Outcome {
        let shared = Shared()
        // All are connected before the first posts.
        let connections = try (0..<min(width, count)).map { _ in Connection(try HTTPConnection(server: server)) }
        let done = DispatchSemaphore(value: 0)
        let began = ContinuousClock.now
        for connection in connections {
            let thread = Thread {
                defer { done.signal() }
                do {
                    while true {
                        let number = shared.state.withLock { state -> Int? in
                            guard state.next < count, state.fault == nil else { return nil }
                            defer { state.next += 1 }
                            return state.next
                        }
                        guard let number else { return }
                        let bytes = body(number)
                        let began = ContinuousClock.now
                        let answer = try connection.http.post("/v1/submissions", bytes)
                        let latency = seconds(ContinuousClock.now - began)
                        let isRight = answer.status == 200 && Self.isAccepted(answer.body)
                        shared.state.withLock { state in
                            state.outcome.latencies.add(latency)
                            if !isRight { state.outcome.failures += 1 }
                        }
                    }
                } catch {
                    shared.state.withLock { $0.fault = $0.fault ?? error }
                }
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        for _ in connections { done.wait() }
        let time = seconds(ContinuousClock.now - began)
        return try shared.state.withLock { state in
            if let fault = state.fault { throw fault }
            state.outcome.time = time
            return state.outcome
        }
    }

    private final class Shared: Sendable {
        struct State {
            var outcome = Outcome()
            var next = 0
            var fault: (any Error)?
        }

        let state = Mutex(State())
    }

    private static func isAccepted(_ body: [UInt8]) -> Bool {
        guard let answer = try? JSONCodec.parse(body) else { return false }
        return answer["verdict"] == .string("accepted")
    }

    /// One thread has it at a time: it is made here, and handed to the thread that uses it.
    private final class Connection: @unchecked Sendable {
        let http: HTTPConnection

        init(_ http: HTTPConnection) { self.http = http }
    }
}
