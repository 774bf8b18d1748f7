import CJail
import Glibc
import GradingModel
import LinuxSystem

/// Bytes in a file in memory, the form in which they go to and from the jailer.
///
/// See memfd_create(2).
enum MemoryFile {
    /// A file with these contents.
    static func make(_ name: String, _ contents: ByteString = "") throws(SandboxError) -> Descriptor {
        do throws(SyscallError) {
            let file = try Descriptor.memoryFile(name)
            try TextFile.writeAll(file.number, contents.bytes, name)
            return file
        } catch {
            throw SandboxError.resources(error.description)
        }
    }

    /// The first `count` bytes.
    static func contents(of file: Int32, count: Int) throws(SandboxError) -> ByteString {
        if count == 0 { return "" }
        var offset = 0
        var failure: SyscallError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while offset < count {
                let result = pread(file, buffer.baseAddress.map { $0 + offset }, count - offset, off_t(offset))
                if result < 0 && errno == EINTR { continue }
                if result <= 0 {
                    failure = SyscallError("pread", "output", errno: result == 0 ? EIO : errno)
                    break
                }
                offset += result
            }
            initialized = offset
        }
        if let failure { throw SandboxError.resources(failure.description) }
        return ByteString(bytes: bytes)
    }
}

func closeDescriptor(_ number: Int32) { close(number) }
