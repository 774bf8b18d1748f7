public import JailProtocol
import NIOPosix
import Synchronization

/// The slots of a service: as many runs at once as there are slots, shared out between lanes as `SlotQueue` says.
///
/// A slot that ended is replaced by a new one. Where it could not put its control group in order after a run, it is
/// retired, and the run's outcome holds; where its process ended in a run, that run throws `SandboxError.slotLost`.
public final class SlotPool: Sendable {
    private struct State {
        var free: [Slot] = []
        var waiting = SlotQueue<CheckedContinuation<Slot?, any Error>>()
        var nextID: UInt64 = 0
        /// Slots that are open or being opened.
        var count = 0
        var isStopped = false
        var account = SlotPoolAccount()
    }

    private let jailer: JailerProcess
    /// Where interactors run.
    let companions = Companions()
    /// To open a slot blocks.
    private let threads: NIOThreadPool
    private let reader: SlotReader
    private let state = Mutex(State())
    private let onEvent: @Sendable (SlotEvent) -> Void
    private let warmUps: [WarmUp]
    public let size: Int

    /// Opens the first slot, so that a jailer that cannot make any is an error at the start.
    ///
    /// Others open when wanted. `onEvent` is told when one is lost; each new slot is warmed up with `warmUps`.
    public init(
        jailer: JailerProcess,
        size: Int,
        warmUps: [WarmUp] = [],
        onEvent: @escaping @Sendable (SlotEvent) -> Void = { _ in }
    ) throws(SandboxError) {
        precondition(size > 0)
        self.jailer = jailer
        self.size = size
        self.warmUps = warmUps
        self.onEvent = onEvent
        threads = NIOThreadPool(numberOfThreads: min(size, 4))
        reader = try SlotReader()
        threads.start()
        let first = Slot(connection: try jailer.openSlot(), artefacts: jailer.artefacts)
        for warmUp in warmUps { first.warmUp(warmUp) }
        state.withLock {
            $0.count = 1
            $0.free = [first]
        }
    }

    /// Whether the jailer can still open slots.
    public var isHealthy: Bool { jailer.isAlive }

    /// What the slots did so far.
    public var account: SlotPoolAccount {
        state.withLock { state in
            var account = state.account
            account.open = state.count
            account.busy = state.count - state.free.count
            return account
        }
    }

    /// Opens a slot where none is open.
    /// - Throws: `SandboxError` where none can be had.
    public func openIfNone() async throws {
        let opens = state.withLock { state in
            guard state.count == 0, !state.isStopped else { return false }
            state.count = 1
            return true
        }
        if opens { release(try await open()) }
    }

    /// Makes a run as soon as a slot is free and it is the lane's turn.
    ///
    /// Cancelling the task ends the run, or the waiting, with `SandboxError.cancelled` or `CancellationError`.
    public func run(_ request: JailRequest, in lane: SlotLane = SlotLane()) async throws -> JailOutcome {
        try await run(request, on: try await acquire(for: lane), in: lane)
    }

    /// Makes a run on a slot that the lane acquired, and releases it.
    func run(_ request: JailRequest, on slot: Slot, in lane: SlotLane) async throws -> JailOutcome {
        let began = ContinuousClock.now
        let cancellation = RunCancellation()
        let (result, ending) = await withTaskCancellationHandler {
            await slot.run(request, cancellation: cancellation, reader: reader)
        } onCancel: {
            slot.cancel(cancellation)
        }
        // Before the slot goes to the next one.
        lane.charge(ContinuousClock.now - began)
        let isLost = if case .failure(.slotLost) = result { true } else { false }
        state.withLock { $0.account.note(result, ending, isLost: isLost) }
        if ending != nil || isLost { discard(slot) } else { release(slot) }
        if let ending, ending.isRetired {
            onEvent(.retired(slot: ending.slot, reason: ending.reason))
        } else if isLost {
            onEvent(.lost)
        }
        return try result.get()
    }

    /// Closes all slots; runs that are under way are killed.
    public func stop() async {
        let (free, waiting) = state.withLock { state in
            state.isStopped = true
            defer { state.free = [] }
            return (state.free, state.waiting.removeAll())
        }
        for slot in free { closeDescriptor(slot.connection) }
        for continuation in waiting { continuation.resume(throwing: CancellationError()) }
        await companions.stop()
        await reader.stop()
        try? await threads.shutdownGracefully()
    }

    /// A pool of as many slots again.
    func makeCompanion() async throws -> SlotPool {
        try await threads.runIfActive { [jailer, size, onEvent] in
            try SlotPool(jailer: jailer, size: size, onEvent: onEvent)
        }
    }

    // MARK: Slots

    private enum Acquisition {
        case slot(Slot)
        case open
        case wait
        case stopped
    }

    /// A free slot, as soon as there is one and it is the lane's turn; `run(_:on:in:)` gives it back.
    func acquire(for lane: SlotLane) async throws -> Slot {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let slot: Slot? = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let acquisition = state.withLock { state -> Acquisition in
                    if state.isStopped || Task.isCancelled { return .stopped }
                    if let slot = state.free.popLast() {
                        lane.withAccount { $0.underWay += 1 }
                        return .slot(slot)
                    }
                    if state.count < size {
                        state.count += 1
                        lane.withAccount { $0.underWay += 1 }
                        return .open
                    }
                    state.waiting.append(continuation, id: id, lane: lane)
                    return .wait
                }
                switch acquisition {
                case .slot(let slot): continuation.resume(returning: slot)
                case .open: continuation.resume(returning: nil)
                case .stopped: continuation.resume(throwing: CancellationError())
                case .wait: break
                }
            }
        } onCancel: {
            state.withLock { $0.waiting.remove(id) }?.resume(throwing: CancellationError())
        }
        if let slot { return slot }
        do {
            return try await open()
        } catch {
            lane.charge(.zero)
            throw error
        }
    }

    /// Opens a slot in a place that has been taken for it.
    private func open() async throws -> Slot {
        do {
            return try await threads.runIfActive { [jailer, warmUps] in
                let slot = Slot(connection: try jailer.openSlot(), artefacts: jailer.artefacts)
                for warmUp in warmUps { slot.warmUp(warmUp) }
                return slot
            }
        } catch {
            abandonPlace()
            throw error
        }
    }

    /// Gives back a slot on which no run was made.
    func release(_ slot: Slot) {
        let (next, close) = state.withLock { state -> (CheckedContinuation<Slot?, any Error>?, Bool) in
            if state.isStopped { return (nil, true) }
            if let next = state.waiting.next() { return (next, false) }
            state.free.append(slot)
            return (nil, false)
        }
        next?.resume(returning: slot)
        if close { closeDescriptor(slot.connection) }
    }

    private func discard(_ slot: Slot) {
        closeDescriptor(slot.connection)
        abandonPlace()
    }

    /// A place is free but no slot is open in it: the next waiter opens one.
    private func abandonPlace() {
        let next = state.withLock { state -> CheckedContinuation<Slot?, any Error>? in
            if !state.isStopped, let next = state.waiting.next() { return next }
            state.count -= 1
            return nil
        }
        next?.resume(returning: nil)
    }
}
