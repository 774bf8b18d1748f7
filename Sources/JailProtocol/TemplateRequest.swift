/// What a slot asks of a template, the process that its jails of one image are cloned from.
///
/// Each is one message; the answer is a 32-bit number, 0 or an error number below zero, and for `jail` and `server` a
/// descriptor of the new process (pidfd_open(2)).
public enum TemplateRequest: Sendable, Hashable {
    /// A jail whose file systems have these sizes. Descriptors: the init's socket, and where `hasGroup` the control
    /// group that it is born in, then for `Standby.fork` its server's channel. `expectsForks`: the image has fork servers,
    /// whose forks enter the jail's namespaces.
    case jail(memoryBytes: UInt64, inodes: UInt32, hasGroup: Bool, expectsForks: Bool, standby: Standby)
    /// A fork server. Descriptors: its channel, stdin, stdout, stderr.
    case server(JailSpec.ForkServer)
    /// A new network namespace for the jails to come.
    case network

    /// What is made of the program before there is a run: nothing, a process that is to execute, or a fork.
    public enum Standby: UInt8, Sendable, Hashable {
        case none = 0, executing, fork
    }

    public func encoded() -> [UInt8] {
        var writer = WireWriter()
        switch self {
        case .jail(let memoryBytes, let inodes, let hasGroup, let expectsForks, let standby):
            writer.integer(UInt8(0))
            writer.integer(memoryBytes)
            writer.integer(inodes)
            writer.flag(hasGroup)
            writer.flag(expectsForks)
            writer.integer(standby.rawValue)
        case .server(let server):
            writer.integer(UInt8(1))
            server.encode(to: &writer)
        case .network: writer.integer(UInt8(2))
        }
        return writer.bytes
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        switch try reader.integer("kind", as: UInt8.self) {
        case 0:
            self = .jail(
                memoryBytes: try reader.integer("memory"),
                inodes: try reader.integer("inodes"),
                hasGroup: try reader.flag("group"),
                expectsForks: try reader.flag("forks"),
                standby: try Self.standby(from: &reader)
            )
        case 1: self = .server(try JailSpec.ForkServer(from: &reader))
        case 2: self = .network
        default: throw WireError(field: "kind", reason: "unknown")
        }
        try reader.finish()
    }
}

extension TemplateRequest {
    fileprivate static func standby(from reader: inout WireReader) throws(WireError) -> Standby {
        guard let standby = Standby(rawValue: try reader.integer("standby")) else {
            throw WireError(field: "standby", reason: "unknown")
        }
        return standby
    }
}

/// What a slot hands to the init of a jail that stands ready: the run, and which of the descriptors beside it are what.
///
/// In this order: the ends of the pipes for inputs and outputs, the fork servers' channels, the run's control group,
/// then those that the spec indexes.
public struct InitRequest: Sendable, Hashable {
    /// The numbers that the members have the pipes' ends at: all inputs, then all outputs.
    public var pipes: [UInt32]
    /// Whether the program, and the examiner, are forks of a server whose channel is passed.
    public var isProgramForked: Bool
    public var isExaminerForked: Bool
    /// Whether a control group is passed, for forked processes to be born in.
    public var hasGroup: Bool
    public var spec: JailSpec

    public init(pipes: [UInt32], isProgramForked: Bool, isExaminerForked: Bool, hasGroup: Bool, spec: JailSpec) {
        self.pipes = pipes
        self.isProgramForked = isProgramForked
        self.isExaminerForked = isExaminerForked
        self.hasGroup = hasGroup
        self.spec = spec
    }

    public func encoded() -> [UInt8] {
        var writer = WireWriter()
        writer.list(pipes) { $0.integer($1) }
        writer.flag(isProgramForked)
        writer.flag(isExaminerForked)
        writer.flag(hasGroup)
        return writer.bytes + spec.encoded()
    }

    /// Whether any of the members is a fork.
    public var areForked: Bool { isProgramForked || isExaminerForked }

    /// Descriptors beside those that the spec indexes.
    public var ownDescriptors: Int {
        pipes.count + [isProgramForked, isExaminerForked, hasGroup].count { $0 }
    }

    /// Reads and checks a message that came with `descriptorCount` descriptors.
    public init(decoding bytes: [UInt8], descriptorCount: Int) throws(WireError) {
        var reader = WireReader(bytes)
        pipes = try reader.list("pipes") { reader throws(WireError) in try reader.integer("target") }
        isProgramForked = try reader.flag("program")
        isExaminerForked = try reader.flag("examiner")
        hasGroup = try reader.flag("group")
        let own = pipes.count + [isProgramForked, isExaminerForked, hasGroup].count { $0 }
        guard own <= descriptorCount else { throw WireError(field: "descriptors", reason: "too few") }
        spec = try JailSpec(decoding: reader.rest(), descriptorCount: descriptorCount - own)
    }
}
