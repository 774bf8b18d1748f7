import CJail
import Glibc
import GradingModel
import LinuxSystem
import Synchronization

/// Where built programs are kept: a folder in memory, in no mount namespace, that the jailer made for this service.
final class ArtefactFolder: Sendable {
    private let descriptor: Int32
    private let count = Atomic<UInt64>(0)

    init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { closeDescriptor(descriptor) }

    /// Keeps what a jail has brought back, in a file that no jail ever had and that nobody can write to any more.
    func keep(_ contents: ByteString) throws(SandboxError) -> Artefact {
        let name = "artefact-\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
        do throws(SyscallError) {
            let file = try check(
                cjail_open_beneath(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o555),
                "openat2",
                name
            )
            defer { closeDescriptor(file) }
            defer { unlinkat(descriptor, name, 0) }
            try TextFile.writeAll(file, contents.bytes, name)
            // While somebody has it open for writing, it cannot be executed: execve(2), ETXTBSY.
            let kept = try check(cjail_open_beneath(descriptor, name, O_RDONLY | O_CLOEXEC, 0), "openat2", name)
            return Artefact(owning: kept, size: contents.bytes.count)
        } catch {
            throw SandboxError.resources(error.description)
        }
    }
}
