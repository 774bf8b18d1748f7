import Glibc
import GradingModel

/// One kept-alive connection to a service, as plain as can be: the client shares the cores with what it measures.
///
/// Its calls block.
final class HTTPConnection {
    private let descriptor: Int32
    private let host: String
    private var buffer: [UInt8] = []

    struct Answer {
        var status: Int
        var body: [UInt8]
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Connects to `http://address:port`, an IPv4 address.
    init(server: String) throws {
        let parts = server.split(separator: "/").last.map { $0.split(separator: ":") } ?? []
        guard server.hasPrefix("http://"), parts.count == 2, let port = UInt16(parts[1]) else {
            throw Failure(description: "\(server): must be http://ADDRESS:PORT")
        }
        host = parts.joined(separator: ":")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, String(parts[0]), &address.sin_addr) == 1 else {
            throw Failure(description: "\(parts[0]): must be an IPv4 address")
        }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "socket: errno \(errno)") }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let error = errno
            close(descriptor)
            throw Failure(description: "connect(\(host)): errno \(error)")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Posts a JSON body and reads the answer.
    func post(_ path: String, _ body: [UInt8]) throws -> Answer {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        try send(Array(head.utf8) + body)
        let end = try readHead()
        let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
        buffer.removeFirst(end + 4)
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
            let length = lines.lazy.compactMap({ Self.length(in: $0) }).first
        else { throw Failure(description: "an answer without status or length") }
        while buffer.count < length { try receive() }
        defer { buffer.removeFirst(length) }
        return Answer(status: status, body: Array(buffer[..<length]))
    }

    private static func length(in line: Substring) -> Int? {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
        return Int(parts[1].drop { $0 == " " })
    }

    private func send(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Failure(description: "send: errno \(errno)") }
            offset += count
        }
    }

    /// Reads until the head is there; its length without the empty line.
    private func readHead() throws -> Int {
        var from = 0
        while true {
            for index in from..<max(from, buffer.count - 3)
            where buffer[index..<index + 4].elementsEqual([13, 10, 13, 10]) { return index }
            from = max(0, buffer.count - 3)
            try receive()
        }
    }

    private func receive() throws {
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Failure(description: "the connection ended: errno \(count < 0 ? errno : 0)") }
            buffer += chunk[..<count]
            return
        }
    }
}
