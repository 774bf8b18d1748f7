import Synchronization

/// Whether a run is to end early, from before it is sent to its slot.
///
/// A slot takes a request to end a run that comes before the run for one that is late.
final class RunCancellation: Sendable {
    private enum State { case waiting, sent, cancelled }

    private let state = Mutex(State.waiting)

    /// Cancels the run; answers whether it was sent, so that its slot must be told.
    func cancel() -> Bool {
        state.withLock { state in
            if state == .waiting { state = .cancelled }
            return state == .sent
        }
    }

    /// Sends the run, which must not block, or answers `nil` where it was cancelled before.
    func unlessCancelled<Result>(send: () -> Result) -> Result? {
        state.withLock { state in
            if state == .cancelled { return nil }
            state = .sent
            return send()
        }
    }
}
