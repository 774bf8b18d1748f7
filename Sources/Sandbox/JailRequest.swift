public import GradingModel
public import JailProtocol

/// A finished build's one file: in memory, open for nobody's writing, closed with its last user (`ArtefactFolder`).
public final class Artefact: Sendable {
    let descriptor: Int32
    /// Size in bytes.
    public let size: Int

    init(owning descriptor: Int32, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    deinit { closeDescriptor(descriptor) }

    /// Reads the whole file.
    public func contents() throws(SandboxError) -> ByteString {
        try MemoryFile.contents(of: descriptor, count: size)
    }
}

/// One run of one process in a jail, as the service asks for it.
public struct JailRequest: Sendable {
    /// What is executed.
    public enum Executable: Sendable {
        /// An absolute path in the image.
        case path(String)
        case artefact(Artefact)
        /// A child of a warm interpreter, or what it would be cold, where the slot's is not up.
        case fork(JailSpec.ForkServer)
    }

    /// A file for the work folder.
    public struct File: Sendable {
        public var path: String
        public var contents: ByteString
        public var isExecutable: Bool

        public init(path: String, contents: ByteString, isExecutable: Bool) {
            self.path = path
            self.contents = contents
            self.isExecutable = isExecutable
        }
    }

    /// A second process of another user beside the program, see `JailSpec.Examiner`.
    public struct Examiner: Sendable {
        /// A path or a fork.
        public var executable: JailSpec.Executable
        public var arguments: [String]
        /// Added to the jail's own environment, see `JailEnvironment`.
        public var environment: [String: String]

        public init(
            executable: JailSpec.Executable,
            arguments: [String],
            environment: [String: String] = [:]
        ) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
        }
    }

    /// Folder of the image's version below the store.
    public var image: String
    public var executable: Executable
    public var arguments: [String]
    /// Added to the jail's own environment, see `JailEnvironment`.
    public var environment: [String: String]
    public var files: [File]
    public var stdin: ByteString
    /// Whose stdin and stdout the program has instead of `stdin` and an stdout that is kept.
    var streams: ConversationEnds?
    /// The request on descriptor 3, the examiner's where there is one; `nil`: descriptors 3 and 4 are closed.
    public var channel: ByteString?
    public var examiner: Examiner?
    /// Bytes of stdout, and as many of stderr.
    public var outputCap: Int
    /// Bytes of the response on descriptor 4.
    public var responseCap: Int
    /// A file of the work folder to bring back, and its largest size in bytes.
    public var artefact: (path: String, cap: Int)?
    public var limits: JailLimits

    public init(
        image: String,
        executable: Executable,
        arguments: [String],
        environment: [String: String] = [:],
        files: [File] = [],
        stdin: ByteString = "",
        channel: ByteString? = nil,
        examiner: Examiner? = nil,
        outputCap: Int,
        responseCap: Int = 64 << 20,
        artefact: (path: String, cap: Int)? = nil,
        limits: JailLimits
    ) {
        self.image = image
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.files = files
        self.stdin = stdin
        self.channel = channel
        self.examiner = examiner
        self.outputCap = outputCap
        self.responseCap = responseCap
        self.artefact = artefact
        self.limits = limits
    }
}

/// What a run came to.
public struct JailOutcome: Sendable {
    public var report: JailReport
    public var stdout: ByteString
    public var stderr: ByteString
    public var stdoutTruncated: Bool
    public var stderrTruncated: Bool
    /// What came on descriptor 4; empty where there was no channel.
    public var response: ByteString
    public var responseTruncated: Bool
    public var artefact: Artefact?
}

/// The environment of every jail; nothing of the service's own is in it.
public enum JailEnvironment {
    public static let variables = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/work", "TMPDIR": "/tmp", "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8", "TZ": "UTC",
    ]

    /// `NAME=value` of all variables, with `own` ones that are added or take their place.
    public static func list(adding own: [String: String]) -> [String] {
        variables.merging(own) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
    }
}

extension JailRequest {
    /// The same run without forks: what a server would have forked is executed.
    public var cold: JailRequest {
        var request = self
        if case .fork(let server) = executable { request.executable = .path(server.executable) }
        if case .fork(let server)? = examiner?.executable { request.examiner?.executable = .path(server.executable) }
        return request
    }
}
