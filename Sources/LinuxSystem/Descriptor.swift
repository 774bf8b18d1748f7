import CJail
import Glibc

/// A file descriptor that is closed when its owner goes.
public struct Descriptor: ~Copyable, Sendable {
    /// The number, valid as long as the owner lives.
    public let number: Int32

    /// Takes over an open descriptor.
    public init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// Gives the descriptor away without closing it.
    public consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    /// Opens a file, close-on-exec.
    public static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0) throws(SyscallError) -> Descriptor {
        Descriptor(owning: try retrying("open", path) { Glibc.open(path, flags | O_CLOEXEC, mode) })
    }

    /// Makes a pipe, close-on-exec; its ends block.
    ///
    /// The caller owns both numbers.
    public static func pipe() throws(SyscallError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        try check(cjail_pipe(&ends), "pipe2")
        return (ends[0], ends[1])
    }

    /// Makes a file in memory, close-on-exec.
    ///
    /// See memfd_create(2).
    public static func memoryFile(_ name: String) throws(SyscallError) -> Descriptor {
        Descriptor(owning: try check(cjail_memfd(name), "memfd_create", name))
    }

    /// A pair of connected SOCK_SEQPACKET sockets with room for messages of `messageSize` bytes.
    ///
    /// The caller owns both.
    public static func socketPair(messageSize: Int32) throws(SyscallError) -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        try check(cjail_socket_pair(&ends, messageSize), "socketpair")
        return (ends[0], ends[1])
    }

    /// Reads and writes of `number` do not block from now on.
    public static func setNonBlocking(_ number: Int32) throws(SyscallError) {
        let flags = try retrying("fcntl", "F_GETFL") { fcntl(number, F_GETFL) }
        try retrying("fcntl", "F_SETFL") { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }
}

/// Reading and writing whole small files, such as the control files of procfs and cgroupfs.
public enum TextFile {
    /// Reads a file to its end, `limit` bytes at most.
    public static func read(_ path: String, limit: Int = 1 << 20) throws(SyscallError) -> String {
        let file = try Descriptor.open(path, O_RDONLY)
        return String(decoding: try readAll(file.number, path, limit: limit), as: UTF8.self)
    }

    /// Writes `text` in one write(2), as control files want it.
    public static func write(_ path: String, _ text: String) throws(SyscallError) {
        let file = try Descriptor.open(path, O_WRONLY)
        let bytes = Array(text.utf8)
        try retrying("write", "\(path), \"\(text)\"") { Glibc.write(file.number, bytes, bytes.count) }
    }

    /// Reads a descriptor to its end, `limit` bytes at most.
    public static func readAll(_ fd: Int32, _ name: String, limit: Int) throws(SyscallError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while bytes.count < limit {
            let count = try retrying("read", name) { Glibc.read(fd, &chunk, min(chunk.count, limit - bytes.count)) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }

    /// Writes all bytes to a blocking descriptor.
    public static func writeAll(_ fd: Int32, _ bytes: [UInt8], _ name: String) throws(SyscallError) {
        var offset = 0
        while offset < bytes.count {
            offset += try retrying("write", name) {
                bytes.withUnsafeBytes { Glibc.write(fd, $0.baseAddress.map { $0 + offset }, bytes.count - offset) }
            }
        }
    }
}

/// The monotonic clock, in microseconds.
///
/// See clock_gettime(2).
public func monotonicMicroseconds() -> UInt64 { microseconds(CLOCK_MONOTONIC) }

/// CPU time of the calling process, in microseconds.
public func processCPUMicroseconds() -> UInt64 { microseconds(CLOCK_PROCESS_CPUTIME_ID) }

private func microseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
}
