import NIOPosix
import Synchronization

/// What came of a conversation.
public struct ConversationOutcome: Sendable {
    /// The program's run; its stdout is in `record`.
    public var program: JailOutcome
    public var interactor: JailOutcome
    public var record: ConversationRecord
}

extension SlotPool {
    /// Runs a program and an interactor, each in a jail of its own, what one writes on stdout being what the other reads
    /// on stdin.
    ///
    /// The program waits for a slot as any run does. The interactor has one beyond the pool's size: were it to wait for one
    /// of those, programs could hold them all and wait for interactors. What the program may write is its `outputCap`.
    /// Cancelling the task ends both.
    public func converse(
        _ program: JailRequest,
        with interactor: JailRequest,
        in lane: SlotLane = SlotLane()
    ) async throws -> ConversationOutcome {
        let slot = try await acquire(for: lane)
        let others = SlotLane()
        let other: Slot
        let place: Companions.Place
        do {
            place = try await companions.place(for: self)
            other = try await place.pool.acquire(for: others)
        } catch {
            lane.charge(.zero)
            release(slot)
            throw error
        }
        let conversation: Conversation
        do throws(SandboxError) {
            conversation = try Conversation(cap: program.outputCap)
        } catch {
            lane.charge(.zero)
            release(slot)
            place.pool.release(other)
            throw error
        }
        var (program, interactor) = (program, interactor)
        program.streams = conversation.programEnds
        interactor.streams = conversation.interactorEnds
        // A pool that was stopped makes no run, and passes no ends on.
        defer {
            conversation.programEnds.close()
            conversation.interactorEnds.close()
        }
        async let interactorOutcome = place.pool.run(interactor, on: other, in: others)
        async let programOutcome = run(program, on: slot, in: lane)
        async let record = place.relays.runIfActive { try conversation.relay() }
        return try await ConversationOutcome(
            program: programOutcome,
            interactor: interactorOutcome,
            record: record
        )
    }
}

/// Slots for interactors, opened with the first conversation.
final class Companions: Sendable {
    struct Place: Sendable {
        /// As many slots as there are programs at one time.
        var pool: SlotPool
        /// As many threads: moving the bytes blocks.
        var relays: NIOThreadPool
    }

    private struct State {
        var place: Place?
        var isStopped = false
    }

    private let state = Mutex(State())

    /// - Throws: `SandboxError` where no slot can be had; `CancellationError` where the pool was stopped.
    func place(for programs: SlotPool) async throws -> Place {
        if let place = state.withLock({ $0.place }) { return place }
        let pool = try await programs.makeCompanion()
        let relays = NIOThreadPool(numberOfThreads: programs.size)
        relays.start()
        let made = Place(pool: pool, relays: relays)
        let used = state.withLock { state -> Place? in
            if state.isStopped { return nil }
            state.place = state.place ?? made
            return state.place
        }
        if used?.pool !== pool { await Self.stop(made) }
        guard let used else { throw CancellationError() }
        return used
    }

    func stop() async {
        let place = state.withLock { state in
            state.isStopped = true
            defer { state.place = nil }
            return state.place
        }
        if let place { await Self.stop(place) }
    }

    private static func stop(_ place: Place) async {
        await place.pool.stop()
        try? await place.relays.shutdownGracefully()
    }
}
