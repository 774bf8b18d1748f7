import Glibc
import GradingModel
import LinuxSystem

/// Moves what a program and an interactor say to each other, takes down what the program says, and notes who leaves first.
///
/// Each direction has a buffer of its own and waits for nothing of the other, so two sides that both write before they
/// read get on as they would with larger pipes.
struct ConversationRelay {
    /// The service's ends.
    struct Ends: Sendable {
        /// What the program writes, and where the interactor reads it.
        var said, told: Int32
        /// What the interactor writes, and where the program reads it.
        var asked, heard: Int32
    }

    private var fromProgram: Direction
    private var fromInteractor: Direction
    private let cap: Int
    private var record = ConversationRecord()

    init(_ ends: Ends, cap: Int) {
        fromProgram = Direction(source: ends.said, target: ends.told)
        fromInteractor = Direction(source: ends.asked, target: ends.heard)
        self.cap = cap
    }

    mutating func close() {
        fromProgram.close()
        fromInteractor.close()
    }

    /// Runs until both sources are at their end and what came from them is delivered.
    mutating func run() throws(SyscallError) -> ConversationRecord {
        // A write to a side that has left says so by its result; the signal stays with this thread.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        for end in fromProgram.ends + fromInteractor.ends { try Descriptor.setNonBlocking(end) }
        while !fromProgram.isOver || !fromInteractor.isOver { try step() }
        return record
    }

    private mutating func step() throws(SyscallError) {
        var polls = [
            fromProgram.sourcePoll, fromProgram.targetPoll, fromInteractor.sourcePoll, fromInteractor.targetPoll,
        ]
        guard poll(&polls, nfds_t(polls.count), -1) >= 0 else {
            if errno == EINTR { return }
            throw SyscallError("poll", errno: errno)
        }
        // The interactor's news first: where both have left by now, neither did because of the other.
        if polls[2].revents != 0, try fromInteractor.take() == nil { leave(.interactor) }
        if polls[0].revents != 0 { try listen() }
        // One that reads no more has left, if it is the interactor; a program may just want to know no more.
        if try !fromProgram.give(failed: polls[1].revents & Int16(POLLERR) != 0) { leave(.interactor) }
        _ = try fromInteractor.give(failed: polls[3].revents & Int16(POLLERR) != 0)
    }

    private mutating func listen() throws(SyscallError) {
        guard let bytes = try fromProgram.take() else { return leave(.program) }
        let room = cap - record.said.count
        record.said.bytes.append(contentsOf: bytes.prefix(room))
        guard bytes.count > room else { return }
        record.isCut = true
        leave(.program)
        fromProgram.close()
    }

    private mutating func leave(_ side: ConversationRecord.Side) {
        record.firstToLeave = record.firstToLeave ?? side
    }
}

/// One direction of a conversation.
private struct Direction {
    /// Bytes that may be on their way, beside what the pipes hold.
    private static let bufferSize = 64 << 10

    /// -1 once it is closed.
    private var source: Int32
    private var target: Int32
    private var buffer: [UInt8] = []

    init(source: Int32, target: Int32) {
        self.source = source
        self.target = target
    }

    var ends: [Int32] { [source, target] }
    var isOver: Bool { source < 0 && target < 0 }

    /// See poll(2): one that is below zero is passed over.
    var sourcePoll: pollfd {
        pollfd(fd: buffer.count < Self.bufferSize ? source : -1, events: Int16(POLLIN), revents: 0)
    }

    var targetPoll: pollfd { pollfd(fd: target, events: buffer.isEmpty ? 0 : Int16(POLLOUT), revents: 0) }

    mutating func close() {
        closeSource()
        closeTarget()
    }

    /// Reads what is there; `nil` at the source's end.
    mutating func take() throws(SyscallError) -> ArraySlice<UInt8>? {
        guard source >= 0 else { return [] }
        var chunk = [UInt8](repeating: 0, count: Self.bufferSize)
        let count = read(source, &chunk, chunk.count)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return [] }
        guard count >= 0 else { throw SyscallError("read", "conversation", errno: errno) }
        guard count > 0 else {
            closeSource()
            return nil
        }
        if target >= 0 { buffer += chunk[..<count] }
        return chunk[..<count]
    }

    /// Writes what can be written, and closes the target after the source's last byte.
    ///
    /// `false` when it turns out that nobody reads there any more; what comes after that is dropped.
    mutating func give(failed: Bool) throws(SyscallError) -> Bool {
        guard target >= 0 else { return true }
        if !buffer.isEmpty, !failed {
            let count = write(target, buffer, buffer.count)
            if count >= 0 {
                buffer.removeFirst(count)
            } else if errno == EPIPE {
                closeTarget()
                return false
            } else if errno != EAGAIN && errno != EINTR {
                throw SyscallError("write", "conversation", errno: errno)
            }
        }
        if failed {
            closeTarget()
            return false
        }
        if source < 0 && buffer.isEmpty { closeTarget() }
        return true
    }

    private mutating func closeSource() {
        if source >= 0 { closeDescriptor(source) }
        source = -1
    }

    private mutating func closeTarget() {
        if target >= 0 { closeDescriptor(target) }
        target = -1
        buffer = []
    }
}
