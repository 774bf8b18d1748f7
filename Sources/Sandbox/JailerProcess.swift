import CJail
import Glibc
public import JailProtocol
import LinuxSystem
import Synchronization

/// The jailer's keeper as the service sees it: started once, asked for slots.
public final class JailerProcess: Sendable {
    /// How to start it.
    public struct Configuration: Sendable {
        /// Path of `assay-jailer`.
        public var executable: String
        public var imageStore: String
        /// First host id of the jails' users; 0 leaves it to the jailer.
        public var idBase: UInt32

        public init(executable: String, imageStore: String, idBase: UInt32 = 0) {
            self.executable = executable
            self.imageStore = imageStore
            self.idBase = idBase
        }
    }

    /// The keeper's process id.
    public let pid: Int32
    /// `v1` or `v2`.
    public let cgroup: String
    public let kernel: String
    /// What the host was found to give.
    public let checks: [HostCheck]
    private let control: Mutex<Int32>
    let artefacts: ArtefactFolder

    private init(
        pid: pid_t,
        control: Int32,
        artefacts: ArtefactFolder,
        cgroup: String,
        kernel: String,
        checks: [HostCheck]
    ) {
        self.pid = pid
        self.control = Mutex(control)
        self.artefacts = artefacts
        self.cgroup = cgroup
        self.kernel = kernel
        self.checks = checks
    }

    deinit { stop() }

    /// Starts the jailer and reads what it found of the host.
    ///
    /// Blocks for some 20 ms.
    ///
    /// Failed checks are in `checks`; the jailer has ended then, and `openSlot` throws.
    public static func launch(_ configuration: Configuration) throws(SandboxError) -> JailerProcess {
        let (near, far): (Int32, Int32)
        do throws(SyscallError) {
            (near, far) = try Descriptor.socketPair(messageSize: Int32(JailSpec.maximumSize))
        } catch {
            throw SandboxError.jailerUnavailable(error.description)
        }
        defer { close(far) }
        let pid: pid_t
        do throws(SandboxError) {
            pid = try spawn(configuration, control: far)
        } catch {
            close(near)
            throw error
        }
        do throws(SandboxError) {
            var folder: Int32 = -1
            guard case .hello(let cgroup, let kernel, let checks) = try receive(from: near, with: &folder) else {
                throw SandboxError.jailerUnavailable("unexpected first message")
            }
            return JailerProcess(
                pid: pid,
                control: near,
                artefacts: ArtefactFolder(owning: folder),
                cgroup: cgroup,
                kernel: kernel,
                checks: checks
            )
        } catch {
            close(near)
            throw SandboxError.jailerUnavailable("\(configuration.executable) did not start: \(error)")
        }
    }

    /// Asks for a slot; the answer is its connection, which takes runs.
    ///
    /// Blocks until it is up.
    func openSlot() throws(SandboxError) -> Int32 {
        guard checks.allSatisfy(\.passed) else { throw SandboxError.hostUnfit(checks) }
        let (near, far): (Int32, Int32)
        do throws(SyscallError) {
            (near, far) = try Descriptor.socketPair(messageSize: Int32(JailSpec.maximumSize))
        } catch {
            throw SandboxError.resources(error.description)
        }
        let sent = control.withLock { control in
            let command = [JailerCommand.openSlot.rawValue]
            var connection = far
            return cjail_send(control, command, 1, &connection, 1)
        }
        // At once, so that a keeper that dies with the message is an end of the connection.
        close(far)
        do throws(SandboxError) {
            guard sent == 1 else {
                throw SandboxError.jailerUnavailable("keeper: \(SyscallError.text(Int32(-sent)))")
            }
            switch try Self.receive(from: near) {
            case .ready: return near
            case .failure(let failure): throw SandboxError.jailFailed(failure)
            default: throw SandboxError.jailerUnavailable("unexpected message of a slot")
            }
        } catch {
            close(near)
            throw error
        }
    }

    /// Whether the keeper still listens.
    public var isAlive: Bool {
        control.withLock { control in
            var polls = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
            return control >= 0 && poll(&polls, 1, 0) == 0
        }
    }

    /// Closes the control socket, upon which the jailer ends everything it started, and waits for it.
    public func stop() {
        let wasOpen = control.withLock { control in
            guard control >= 0 else { return false }
            close(control)
            control = -1
            return true
        }
        guard wasOpen else { return }
        var exited = false
        var status: Int32 = 0
        _ = cjail_wait(pid, false, &exited, &status)
    }

    private static func spawn(_ configuration: Configuration, control: Int32) throws(SandboxError) -> pid_t {
        let target: Int32 = 3
        let arguments = [
            configuration.executable, configuration.imageStore, String(configuration.idBase), String(target),
        ]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if control == target {
            // dup2(2) onto itself would leave it close-on-exec.
            throw SandboxError.jailerUnavailable("descriptor 3 must be free")
        }
        posix_spawn_file_actions_adddup2(&actions, control, target)
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var none: [UnsafeMutablePointer<CChar>?] = [nil]
        var pid: pid_t = 0
        let error = posix_spawn(&pid, configuration.executable, &actions, nil, &pointers, &none)
        guard error == 0 else {
            throw SandboxError.jailerUnavailable("\(configuration.executable): \(SyscallError.text(error))")
        }
        return pid
    }

    /// Reads one message; a jailer that says nothing for 30 s is taken for dead.
    ///
    /// Where `descriptor` is there, one may come along.
    private static func receive(
        from connection: Int32,
        with descriptor: UnsafeMutablePointer<Int32>? = nil
    ) throws(SandboxError) -> JailerMessage {
        var polls = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
        guard poll(&polls, 1, 30_000) == 1 else { throw SandboxError.jailerUnavailable("no answer within 30 s") }
        guard let message = try receiveNext(from: connection, with: descriptor) else {
            throw SandboxError.jailerUnavailable("it closed the connection")
        }
        return message
    }

    /// Reads one message, however long it takes; `nil` at the end of the connection.
    ///
    /// Where `descriptor` is there, one may come along.
    static func receiveNext(
        from connection: Int32,
        with descriptor: UnsafeMutablePointer<Int32>? = nil
    ) throws(SandboxError) -> JailerMessage? {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var passed: Int32 = -1
        var count = descriptor == nil ? 0 : 1
        var length = cjail_receive(connection, &buffer, buffer.count, &passed, &count, false)
        // The other side ended without reading all, which is told once, before what it sent last.
        if length == -Int(ECONNRESET) {
            length = cjail_receive(connection, &buffer, buffer.count, &passed, &count, false)
        }
        if count == 1 { descriptor?.pointee = passed }
        if length == 0 || length == -Int(ECONNRESET) { return nil }
        guard length > 0 else { throw SandboxError.jailerUnavailable(SyscallError.text(Int32(-length))) }
        do {
            return try JailerMessage(decoding: Array(buffer[..<length]))
        } catch {
            throw SandboxError.jailerUnavailable("\(error)")
        }
    }
}
