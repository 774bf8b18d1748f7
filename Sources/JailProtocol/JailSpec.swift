/// What one run in a jail is allowed to use.
///
/// All limits are always set; zero means none of it.
public struct JailLimits: Sendable, Hashable {
    /// CPU time of all processes in the jail, in microseconds.
    public var cpuMicroseconds: UInt64
    /// Time on the monotonic clock from the start of the program, in microseconds.
    public var wallMicroseconds: UInt64
    /// Memory of the jail as a whole: heaps, files in memory, kernel buffers.
    ///
    /// Swap is off.
    public var memoryBytes: UInt64
    /// Processes and threads at one time.
    public var processes: UInt32
    /// RLIMIT_FSIZE.
    public var fileSizeBytes: UInt64
    /// RLIMIT_STACK.
    public var stackBytes: UInt64
    /// RLIMIT_NOFILE.
    public var openFiles: UInt32
    /// Inodes of each file system in memory.
    public var inodes: UInt32

    public init(
        cpuMicroseconds: UInt64,
        wallMicroseconds: UInt64,
        memoryBytes: UInt64,
        processes: UInt32,
        fileSizeBytes: UInt64,
        stackBytes: UInt64,
        openFiles: UInt32 = 1024,
        inodes: UInt32 = 32768
    ) {
        self.cpuMicroseconds = cpuMicroseconds
        self.wallMicroseconds = wallMicroseconds
        self.memoryBytes = memoryBytes
        self.processes = processes
        self.fileSizeBytes = fileSizeBytes
        self.stackBytes = stackBytes
        self.openFiles = openFiles
        self.inodes = inodes
    }
}

/// One run in a jail: plain data, sent to the jailer beside the descriptors that it indexes.
///
/// What is not said here is not given: no environment, no file, no descriptor, no device beyond the fixed minimum.
public struct JailSpec: Sendable, Hashable {
    /// What a process of the jail is.
    public enum Executable: Sendable, Hashable {
        /// An absolute path in the image.
        case path(String)
        /// A passed descriptor, by index. See execveat(2).
        case descriptor(UInt32)
        /// A child of a warm interpreter. Where that is not up, its executable is started with the run's own arguments
        /// and environment, to the same effect.
        case fork(ForkServer)
    }

    /// A file for the work folder, copied from a passed descriptor before the start.
    public struct File: Sendable, Hashable {
        /// Relative to the work folder, without `.` and `..`.
        public var path: String
        public var descriptor: UInt32
        public var isExecutable: Bool

        public init(path: String, descriptor: UInt32, isExecutable: Bool) {
            self.path = path
            self.descriptor = descriptor
            self.isExecutable = isExecutable
        }
    }

    /// A pipe that the program reads at `target`, fed from a passed file.
    public struct Input: Sendable, Hashable {
        public var target: UInt32
        public var descriptor: UInt32

        public init(target: UInt32, descriptor: UInt32) {
            self.target = target
            self.descriptor = descriptor
        }
    }

    /// A pipe that the program writes at `target`, drained into a passed file up to `capBytes`.
    ///
    /// One byte more ends the run.
    public struct Output: Sendable, Hashable {
        public var target: UInt32
        public var descriptor: UInt32
        public var capBytes: UInt64

        public init(target: UInt32, descriptor: UInt32, capBytes: UInt64) {
            self.target = target
            self.descriptor = descriptor
            self.capBytes = capBytes
        }
    }

    /// A passed end of a pipe that the program has at `target` itself: nobody moves or counts what goes through it.
    ///
    /// The jail's side keeps no other copy, so that the pipe's end is the program's end.
    public struct Link: Sendable, Hashable {
        public var target: UInt32
        public var descriptor: UInt32

        public init(target: UInt32, descriptor: UInt32) {
            self.target = target
            self.descriptor = descriptor
        }
    }

    /// A second process beside the program, of another user: the program can neither see, signal nor trace it.
    ///
    /// It starts in the image's root folder, where the program can write nothing. Inputs and outputs from descriptor
    /// 3 on are the examiner's; stdout and stderr are both's; two pipes join them: what the examiner writes to
    /// `Examiner.calls` the program reads at 3, what the program writes to 4 the examiner reads at
    /// `Examiner.answers`. The run is over when both have ended; how the program ended is what is reported.
    public struct Examiner: Sendable, Hashable {
        /// A path or a fork.
        public var executable: Executable
        public var arguments: [String]
        /// `NAME=value`.
        public var environment: [String]

        public init(executable: Executable, arguments: [String], environment: [String]) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
        }

        /// The examiner's ends of the pipes.
        public static let answers: UInt32 = 5
        public static let calls: UInt32 = 6
        /// The program's ends.
        public static let programCalls: UInt32 = 3
        public static let programAnswers: UInt32 = 4
    }

    /// A file of the work folder that is copied to a passed descriptor after the main process's end.
    public struct Artefact: Sendable, Hashable {
        public var path: String
        public var descriptor: UInt32
        public var capBytes: UInt64

        public init(path: String, descriptor: UInt32, capBytes: UInt64) {
            self.path = path
            self.descriptor = descriptor
            self.capBytes = capBytes
        }
    }

    /// Folder of the image version below the jailer's image store, for example `python/3f2a…`.
    public var image: String
    public var executable: Executable
    public var arguments: [String]
    /// `NAME=value`.
    public var environment: [String]
    public var files: [File]
    public var inputs: [Input]
    public var outputs: [Output]
    public var links: [Link]
    public var artefact: Artefact?
    public var examiner: Examiner?
    public var limits: JailLimits

    public init(
        image: String,
        executable: Executable,
        arguments: [String],
        environment: [String],
        files: [File] = [],
        inputs: [Input] = [],
        outputs: [Output] = [],
        links: [Link] = [],
        artefact: Artefact? = nil,
        examiner: Examiner? = nil,
        limits: JailLimits
    ) {
        self.image = image
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.files = files
        self.inputs = inputs
        self.outputs = outputs
        self.links = links
        self.artefact = artefact
        self.examiner = examiner
        self.limits = limits
    }

    /// Largest message, in bytes, and most descriptors beside one (SCM_MAX_FD in the kernel).
    public static let maximumSize = 128 * 1024
    public static let maximumDescriptors = 253
    /// Descriptors of the program are numbered from 0 up to this.
    public static let maximumTarget: UInt32 = 15
}

extension JailSpec {
    public func encoded() -> [UInt8] {
        var writer = WireWriter()
        writer.text(image)
        executable.encode(to: &writer)
        writer.list(arguments) { $0.text($1) }
        writer.list(environment) { $0.text($1) }
        writer.list(files) { writer, file in
            writer.text(file.path)
            writer.integer(file.descriptor)
            writer.flag(file.isExecutable)
        }
        writer.list(inputs) { writer, input in
            writer.integer(input.target)
            writer.integer(input.descriptor)
        }
        writer.list(outputs) { writer, output in
            writer.integer(output.target)
            writer.integer(output.descriptor)
            writer.integer(output.capBytes)
        }
        writer.list(links) { writer, link in
            writer.integer(link.target)
            writer.integer(link.descriptor)
        }
        writer.optional(artefact) { writer, artefact in
            writer.text(artefact.path)
            writer.integer(artefact.descriptor)
            writer.integer(artefact.capBytes)
        }
        writer.optional(examiner) { writer, examiner in
            examiner.executable.encode(to: &writer)
            writer.list(examiner.arguments) { $0.text($1) }
            writer.list(examiner.environment) { $0.text($1) }
        }
        writer.integer(limits.cpuMicroseconds)
        writer.integer(limits.wallMicroseconds)
        writer.integer(limits.memoryBytes)
        writer.integer(limits.processes)
        writer.integer(limits.fileSizeBytes)
        writer.integer(limits.stackBytes)
        writer.integer(limits.openFiles)
        writer.integer(limits.inodes)
        return writer.bytes
    }

    /// Reads and checks a message that came with `descriptorCount` descriptors.
    public init(decoding bytes: [UInt8], descriptorCount: Int) throws(WireError) {
        var reader = WireReader(bytes)
        let image = try reader.text("image")
        let executable = try Executable(from: &reader)
        let arguments = try reader.list("arguments") { reader throws(WireError) in try reader.text("argument") }
        let environment = try reader.list("environment") { reader throws(WireError) in try reader.text("variable") }
        let files = try reader.list("files") { reader throws(WireError) in
            File(
                path: try reader.text("file path"),
                descriptor: try reader.integer("file descriptor"),
                isExecutable: try reader.flag("file mode")
            )
        }
        let inputs = try reader.list("inputs") { reader throws(WireError) in
            Input(target: try reader.integer("input target"), descriptor: try reader.integer("input descriptor"))
        }
        let outputs = try reader.list("outputs") { reader throws(WireError) in
            Output(
                target: try reader.integer("output target"),
                descriptor: try reader.integer("output descriptor"),
                capBytes: try reader.integer("output cap")
            )
        }
        let links = try reader.list("links") { reader throws(WireError) in
            Link(target: try reader.integer("link target"), descriptor: try reader.integer("link descriptor"))
        }
        let artefact = try reader.optional("artefact") { reader throws(WireError) in
            Artefact(
                path: try reader.text("artefact path"),
                descriptor: try reader.integer("artefact descriptor"),
                capBytes: try reader.integer("artefact cap")
            )
        }
        let examiner = try reader.optional("examiner") { reader throws(WireError) in
            Examiner(
                executable: try Executable(from: &reader),
                arguments: try reader.list("examiner arguments") { reader throws(WireError) in
                    try reader.text("argument")
                },
                environment: try reader.list("examiner environment") { reader throws(WireError) in
                    try reader.text("variable")
                }
            )
        }
        let limits = JailLimits(
            cpuMicroseconds: try reader.integer("cpu time"),
            wallMicroseconds: try reader.integer("wall time"),
            memoryBytes: try reader.integer("memory"),
            processes: try reader.integer("processes"),
            fileSizeBytes: try reader.integer("file size"),
            stackBytes: try reader.integer("stack"),
            openFiles: try reader.integer("open files"),
            inodes: try reader.integer("inodes")
        )
        try reader.finish()
        self.init(
            image: image,
            executable: executable,
            arguments: arguments,
            environment: environment,
            files: files,
            inputs: inputs,
            outputs: outputs,
            links: links,
            artefact: artefact,
            examiner: examiner,
            limits: limits
        )
        try validate(descriptorCount: descriptorCount)
    }

    /// Checks what the codec alone does not: indexes, targets, and that no path can leave its folder.
    private func validate(descriptorCount: Int) throws(WireError) {
        func checkIndex(_ index: UInt32, _ field: String) throws(WireError) {
            guard index < descriptorCount else {
                throw WireError(field: field, reason: "no descriptor \(index) was passed")
            }
        }
        try Self.checkPath(image, "image")
        guard !arguments.isEmpty else { throw WireError(field: "arguments", reason: "empty") }
        func checkExecutable(_ executable: Executable, _ field: String) throws(WireError) {
            switch executable {
            case .path(let path):
                guard path.hasPrefix("/") else { throw WireError(field: "\(field) path", reason: "not absolute") }
            case .descriptor(let index): try checkIndex(index, "\(field) descriptor")
            case .fork(let server): try server.validate()
            }
        }
        try checkExecutable(executable, "executable")
        for file in files {
            try Self.checkPath(file.path, "file path")
            try checkIndex(file.descriptor, "file descriptor")
        }
        var targets: Set<UInt32> = []
        let ends =
            inputs.map { ($0.target, $0.descriptor) } + outputs.map { ($0.target, $0.descriptor) }
            + links.map { ($0.target, $0.descriptor) }
        for (target, index) in ends {
            try checkIndex(index, "descriptor of \(target)")
            guard target <= Self.maximumTarget, targets.insert(target).inserted else {
                throw WireError(field: "target", reason: "\(target) is too large or there twice")
            }
        }
        // A link is closed once the jail has it.
        var others = files.map(\.descriptor) + inputs.map(\.descriptor) + outputs.map(\.descriptor)
        if let artefact { others.append(artefact.descriptor) }
        if case .descriptor(let index) = executable { others.append(index) }
        let linked = Set(links.map(\.descriptor))
        guard linked.count == links.count, linked.isDisjoint(with: others) else {
            throw WireError(field: "link descriptor", reason: "a link's descriptor is of use for nothing else")
        }
        if let examiner {
            if case .descriptor = examiner.executable {
                throw WireError(field: "examiner", reason: "neither a path nor a fork")
            }
            try checkExecutable(examiner.executable, "examiner")
            guard !examiner.arguments.isEmpty else { throw WireError(field: "examiner arguments", reason: "empty") }
            guard targets.isDisjoint(with: [Examiner.answers, Examiner.calls]) else {
                throw WireError(field: "target", reason: "5 and 6 are the examiner's pipes to the program")
            }
        }
        if let artefact {
            try Self.checkPath(artefact.path, "artefact path")
            try checkIndex(artefact.descriptor, "artefact descriptor")
        }
        guard limits.memoryBytes > 0, limits.processes > 0, limits.wallMicroseconds > 0, limits.cpuMicroseconds > 0
        else {
            throw WireError(field: "limits", reason: "memory, processes and times must be above zero")
        }
    }

    /// Nothing that leads out of the folder it is relative to.
    static func checkPath(_ path: String, _ field: String) throws(WireError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw WireError(field: field, reason: "\"\(path)\" is not a plain relative path")
        }
    }
}
