import CJail
import Glibc
import LinuxSystem
import NIOPosix
import Synchronization

/// Waits for the answers of a pool's slots: one thread for all of them.
final class SlotReader: Sendable {
    private struct State {
        var waiting: [Int32: CheckedContinuation<Void, any Error>] = [:]
        var isStopped = false
    }

    private let epoll: Descriptor
    /// What is written to it wakes the thread.
    private let wake: (read: Int32, write: Int32)
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let state = Mutex(State())

    init() throws(SandboxError) {
        do throws(SyscallError) {
            epoll = Descriptor(owning: try check(cjail_epoll(), "epoll_create1"))
            wake = try Descriptor.pipe()
            try check(cjail_epoll_arm(epoll.number, wake.read), "epoll_ctl")
        } catch {
            throw SandboxError.resources(error.description)
        }
        thread.start()
        thread.submit { [self] _ in serve() }
    }

    deinit {
        close(wake.read)
        close(wake.write)
    }

    /// Returns when there is something to read from a slot's connection, or when it has ended; for one caller at a time.
    ///
    /// - Throws: `SandboxError` where it cannot be waited for.
    func waitUntilReadable(_ connection: Int32) async throws {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { $0.waiting[connection] = continuation }
            let armed = cjail_epoll_arm(epoll.number, connection)
            guard armed < 0 else { return }
            let mine = state.withLock { $0.waiting.removeValue(forKey: connection) }
            mine?.resume(throwing: SandboxError.resources("epoll_ctl: \(SyscallError.text(-armed))"))
        }
    }

    /// Ends the thread once nobody waits any more.
    func stop() async {
        state.withLock { $0.isStopped = true }
        _ = write(wake.write, [0], 1)
        try? await thread.shutdownGracefully()
    }

    private func serve() {
        var ready = [Int32](repeating: -1, count: 64)
        while true {
            let count = cjail_epoll_next(epoll.number, &ready, Int32(ready.count))
            for descriptor in ready.prefix(Int(max(0, count))) where descriptor != wake.read {
                state.withLock { $0.waiting.removeValue(forKey: descriptor) }?.resume()
            }
            if state.withLock({ $0.isStopped && $0.waiting.isEmpty }) { return }
        }
    }
}
