import Glibc
import LinuxSystem
import Synchronization

/// One side's stdin and stdout in a conversation, until they are passed to its jail.
final class ConversationEnds: Sendable {
    /// What the side reads.
    let input: Int32
    /// What the side writes.
    let output: Int32
    private let isOpen = Mutex(true)

    init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }

    deinit { close() }

    /// Closes both; harmless where they are closed already.
    func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        guard wasOpen else { return }
        closeDescriptor(input)
        closeDescriptor(output)
    }
}
