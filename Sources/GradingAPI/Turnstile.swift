/// Lets one pass at a time, in the order of arrival.
///
/// Reading a very large JSON text takes seconds of a core and many times its size of memory: one at a time leaves
/// the rest of the machine to everyone else.
actor Turnstile {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Bodies above this are read one at a time, in bytes.
    private static let largeBody = 2 << 20

    /// Runs `read` on a request's body, at once where that is small.
    nonisolated func pass<Output>(body: [UInt8], _ read: () throws -> Output) async throws -> Output {
        body.count > Self.largeBody ? try await pass(read) : try read()
    }

    /// Runs `body` once all who came before are through.
    nonisolated func pass<Output>(_ body: () throws -> Output) async throws -> Output {
        await enter()
        do {
            let output = try body()
            await leave()
            return output
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        if !isTaken {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
