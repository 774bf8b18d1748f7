extension JailSpec {
    /// An interpreter that is started once in a slot, loads what programs need, and is forked for each run.
    ///
    /// It runs as root of the jails' user namespace, outside of every jail, and must execute nothing but our own code. See
    /// `Runners/fork`.
    public struct ForkServer: Sendable, Hashable {
        /// An absolute path in the image.
        public var executable: String
        public var arguments: [String]
        /// `NAME=value`; all that a run has, since its process is born with it.
        public var environment: [String]
        /// RLIMIT_STACK, which settles where its memory lies; the same as the run's.
        public var stackBytes: UInt64

        public init(executable: String, arguments: [String], environment: [String], stackBytes: UInt64) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
            self.stackBytes = stackBytes
        }

        /// The environment variable that tells the number of the descriptor to serve on.
        public static let variable = "ASSAY_FORK_SERVER"

        func encode(to writer: inout WireWriter) {
            writer.text(executable)
            writer.list(arguments) { $0.text($1) }
            writer.list(environment) { $0.text($1) }
            writer.integer(stackBytes)
        }

        init(from reader: inout WireReader) throws(WireError) {
            self.init(
                executable: try reader.text("fork server's path"),
                arguments: try reader.list("fork server's arguments") { reader throws(WireError) in
                    try reader.text("argument")
                },
                environment: try reader.list("fork server's environment") { reader throws(WireError) in
                    try reader.text("variable")
                },
                stackBytes: try reader.integer("fork server's stack")
            )
        }

        func validate() throws(WireError) {
            guard executable.hasPrefix("/") else {
                throw WireError(field: "fork server's path", reason: "not absolute")
            }
            guard !arguments.isEmpty else { throw WireError(field: "fork server's arguments", reason: "empty") }
        }
    }
}

extension JailSpec.Executable {
    func encode(to writer: inout WireWriter) {
        switch self {
        case .path(let path):
            writer.integer(UInt8(0))
            writer.text(path)
        case .descriptor(let index):
            writer.integer(UInt8(1))
            writer.integer(index)
        case .fork(let server):
            writer.integer(UInt8(2))
            server.encode(to: &writer)
        }
    }

    init(from reader: inout WireReader) throws(WireError) {
        switch try reader.integer("executable", as: UInt8.self) {
        case 0: self = .path(try reader.text("executable path"))
        case 1: self = .descriptor(try reader.integer("executable descriptor"))
        case 2: self = .fork(try JailSpec.ForkServer(from: &reader))
        default: throw WireError(field: "executable", reason: "unknown kind")
        }
    }
}
