/// What a slot is to have ready before a run asks for it: an image's template, and fork servers in it.
public struct WarmUp: Sendable, Hashable {
    /// As in `JailSpec`.
    public var image: String
    public var servers: [JailSpec.ForkServer]

    public init(image: String, servers: [JailSpec.ForkServer]) {
        self.image = image
        self.servers = servers
    }
}

/// What the service asks of a slot.
public enum SlotRequest: Sendable, Hashable {
    case run(JailSpec)
    case warmUp(WarmUp)
    /// End the run that is under way.
    case cancel

    public func encoded() -> [UInt8] {
        switch self {
        case .cancel: return [0]
        case .run(let spec): return [1] + spec.encoded()
        case .warmUp(let warmUp):
            var writer = WireWriter()
            writer.integer(UInt8(2))
            writer.text(warmUp.image)
            writer.list(warmUp.servers) { $1.encode(to: &$0) }
            return writer.bytes
        }
    }

    /// Reads and checks a message that came with `descriptorCount` descriptors.
    public init(decoding bytes: [UInt8], descriptorCount: Int) throws(WireError) {
        switch bytes.first {
        case 0 where bytes.count == 1: self = .cancel
        case 1: self = .run(try JailSpec(decoding: Array(bytes.dropFirst()), descriptorCount: descriptorCount))
        case 2:
            var reader = WireReader(Array(bytes.dropFirst()))
            let warmUp = WarmUp(
                image: try reader.text("image"),
                servers: try reader.list("servers") { reader throws(WireError) in try JailSpec.ForkServer(from: &reader)
                }
            )
            try reader.finish()
            try JailSpec.checkPath(warmUp.image, "image")
            for server in warmUp.servers { try server.validate() }
            self = .warmUp(warmUp)
        default: throw WireError(field: "request", reason: "unknown kind")
        }
    }
}
