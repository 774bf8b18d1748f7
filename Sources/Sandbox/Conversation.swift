import Glibc
public import GradingModel
import LinuxSystem

/// What was said between a program and an interactor, each in a jail of its own.
public struct ConversationRecord: Sendable, Hashable {
    public enum Side: Sendable, Hashable { case program, interactor }

    /// What the program wrote on stdout, whole unless it is cut.
    public var said = ByteString()
    /// The program wrote more than it may; the rest was not handed on.
    public var isCut = false
    /// Who ended first, or closed the stream that the other reads: nothing of that had reached the other by then.
    public var firstToLeave: Side?
}

/// The pipes between a program and an interactor, which all go through here.
///
/// So an end of one side is known here before the other side can notice it, and which of the two failed because of the
/// other is no question of clocks. Who writes to a side that has left is neither held up nor killed by SIGPIPE.
final class Conversation: Sendable {
    let programEnds: ConversationEnds
    let interactorEnds: ConversationEnds
    private let ours: ConversationRelay.Ends
    private let cap: Int

    /// Opens the pipes; the program may write `cap` bytes.
    init(cap: Int) throws(SandboxError) {
        do throws(SyscallError) {
            // What is open when a later one fails is lost with a service that is out of descriptors anyway.
            let said = try Self.pipe()
            let heard = try Self.pipe()
            let asked = try Self.pipe()
            let told = try Self.pipe()
            programEnds = ConversationEnds(input: heard.read, output: said.write)
            interactorEnds = ConversationEnds(input: told.read, output: asked.write)
            ours = .init(said: said.read, told: told.write, asked: asked.read, heard: heard.write)
        } catch {
            throw SandboxError.resources(error.description)
        }
        self.cap = cap
    }

    /// Moves bytes until both sides have left, once; closes this side's ends.
    ///
    /// Blocks. The sides' own ends must have been passed to jails, or be closed.
    func relay() throws(SandboxError) -> ConversationRecord {
        var relay = ConversationRelay(ours, cap: cap)
        defer { relay.close() }
        do throws(SyscallError) {
            return try relay.run()
        } catch {
            throw SandboxError.resources(error.description)
        }
    }

    /// A pipe that either side can also open by name (`/dev/stdin`), whatever its user is; nobody else can find it.
    private static func pipe() throws(SyscallError) -> (read: Int32, write: Int32) {
        let pipe = try Descriptor.pipe()
        try retrying("fchmod", "pipe") { fchmod(pipe.read, 0o666) }
        return pipe
    }
}
