import HTTPTypes
import Hummingbird

/// Which methods each path has, so that a wrong one is answered with 405 and `Allow` rather than with 404.
struct RouteTable: Sendable {
    private struct Entry: Sendable {
        /// Path segments; one that begins with `:` stands for any.
        var segments: [String]
        var methods: [HTTPRequest.Method]
    }

    private var entries: [Entry] = []

    /// Notes a route; `GET` brings `HEAD`.
    mutating func add(_ method: HTTPRequest.Method, _ path: String) {
        let methods: [HTTPRequest.Method] = method == .get ? [.get, .head] : [method]
        let segments = Self.segments(of: path)
        if let index = entries.firstIndex(where: { $0.segments == segments }) {
            entries[index].methods += methods
        } else {
            entries.append(Entry(segments: segments, methods: methods))
        }
    }

    /// The methods of a path; `nil` where there is nothing at it.
    func methods(of path: String) -> [HTTPRequest.Method]? {
        entry(of: path)?.methods
    }

    /// The route that answers a path, as `/v1/submissions/{id}`; `nil` where there is nothing at it.
    func route(of path: String) -> String? {
        entry(of: path).map { entry in
            entry.segments.map { "/" + ($0.hasPrefix(":") ? "{\($0.dropFirst())}" : $0) }.joined()
        }
    }

    private func entry(of path: String) -> Entry? {
        let segments = Self.segments(of: path)
        return entries.first { entry in
            entry.segments.count == segments.count
                && zip(entry.segments, segments).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
        }
    }

    private static func segments(of path: String) -> [String] {
        path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    }
}
