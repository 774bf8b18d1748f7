import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// A jail that stands ready for one run, from the slot's side: its init, and the socket to it.
final class Jail {
    /// See pidfd_open(2); readable once nothing of the jail is left.
    let pidfd: Int32
    let socket: Int32
    let memoryBytes: UInt64
    let inodes: UInt32
    /// The control group for forked processes to be born in; the cgroup driver's.
    let group: Int32?
    let standby: Standby

    /// What of the program is there before there is a run.
    enum Standby: Equatable {
        case none
        /// A process that waits to execute it: what is sent to the jail goes to it (`MemberOrder`), not to the init.
        case executing
        case fork(JailSpec.ForkServer)
    }

    init(
        pidfd: Int32,
        socket: Int32,
        memoryBytes: UInt64,
        inodes: UInt32,
        group: Int32?,
        standby: Standby
    ) {
        self.pidfd = pidfd
        self.socket = socket
        self.memoryBytes = memoryBytes
        self.inodes = inodes
        self.group = group
        self.standby = standby
    }

    deinit {
        close(pidfd)
        close(socket)
    }

    /// A jail that is not up after this time is a fault of the host: 20 s, in milliseconds.
    static let setupLimit: Int32 = 20_000

    private static let late = JailFailure(stage: "set up jail", errno: ETIMEDOUT)

    private var isReady = false

    /// Waits until it stands; in the usual case it has for long.
    func waitUntilReady() throws(JailFailure) {
        if isReady { return }
        switch try receive(within: Self.setupLimit) {
        case .ready?: isReady = true
        case .failure(let failure)?: throw failure
        default: throw JailFailure(stage: "set up jail", errno: 0, detail: "the init ended without a word")
        }
    }

    /// The init's next message, `nil` where it has ended; waits so many milliseconds for it.
    ///
    /// Throws also where none came in time.
    func receive(within milliseconds: Int32) throws(JailFailure) -> InitMessage? {
        var polls = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard milliseconds == 0 || poll(&polls, 1, milliseconds) != 0 else { throw Self.late }
        var buffer = [UInt8](repeating: 0, count: InitMessage.maximumSize)
        var none: Int32 = -1
        var count = 0
        let length = cjail_receive(socket, &buffer, buffer.count, &none, &count, true)
        if length == 0 || length == -Int(ECONNRESET) { return nil }
        if length == -Int(EAGAIN) { throw Self.late }
        guard length > 0, let message = try? InitMessage(decoding: Array(buffer[..<length])) else {
            throw JailFailure(stage: "read from the jail's init", errno: length < 0 ? Int32(-length) : EPROTO)
        }
        return message
    }

    /// Whether nothing of it is left.
    var hasEnded: Bool { waitForEnd(milliseconds: 0) }

    /// Waits at most so long (-1: for ever) until nothing of it is left.
    ///
    /// - Returns: whether that is so.
    @discardableResult
    func waitForEnd(milliseconds: Int32) -> Bool {
        var polls = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        while poll(&polls, 1, milliseconds) < 0 && errno == EINTR {}
        return polls.revents != 0
    }

    /// Waits until nothing of it is left, or something comes on this connection.
    ///
    /// - Returns: whether that came.
    func waitForEnd(orInterruptedBy connection: Int32) -> Bool {
        var polls = [pidfd, connection].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&polls, nfds_t(polls.count), Run.teardownLimit) < 0 && errno == EINTR {}
        return polls[1].revents != 0
    }

    func kill() { _ = cjail_pidfd_send_signal(pidfd, SIGKILL) }

    /// Kills it and waits until nothing of it is left.
    func discard() {
        kill()
        waitForEnd(milliseconds: -1)
    }
}
