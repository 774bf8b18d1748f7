import Glibc
import LinuxSystem

/// Pipes for runs, made before a run waits for them.
///
/// The program can open them by name (/dev/stdin), in its own direction only: what an examiner writes to the common stdout
/// is not for it to read. As owner it could change the mode.
final class RunPipes {
    typealias Pipe = (read: Int32, write: Int32)

    /// The program's id on the host; the jails' root is the one before it.
    private let program: UInt32
    private var inputs: [Pipe] = []
    private var outputs: [Pipe] = []

    init(program: UInt32) { self.program = program }

    /// Makes as many as most runs need.
    func refill() throws(SyscallError) {
        while inputs.count < 1 { inputs.append(try makeInput()) }
        while outputs.count < 2 { outputs.append(try makeOutput()) }
    }

    /// A pipe that the program reads; its writing end does not block.
    ///
    /// The ends are the caller's.
    func takeInput() throws(SyscallError) -> Pipe {
        if let pipe = inputs.popLast() { return pipe }
        return try makeInput()
    }

    /// A pipe that the program writes; its reading end does not block.
    ///
    /// The ends are the caller's.
    func takeOutput() throws(SyscallError) -> Pipe {
        if let pipe = outputs.popLast() { return pipe }
        return try makeOutput()
    }

    private func makeInput() throws(SyscallError) -> Pipe {
        let pipe = try make(mode: 0o040)
        try Descriptor.setNonBlocking(pipe.write)
        return pipe
    }

    private func makeOutput() throws(SyscallError) -> Pipe {
        let pipe = try make(mode: 0o020)
        try Descriptor.setNonBlocking(pipe.read)
        return pipe
    }

    private func make(mode: mode_t) throws(SyscallError) -> Pipe {
        let pipe = try Descriptor.pipe()
        try retrying("fchmod", "pipe") { fchmod(pipe.read, mode) }
        try retrying("fchown", "pipe") { fchown(pipe.read, program - 1, program) }
        return pipe
    }
}
