/// Where the building of a jail failed: the service's fault, never the program's.
public struct JailFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step, for example `mount /proc`.
    public var stage: String
    /// The error number, 0 where none applies.
    public var errno: Int32
    public var detail: String

    public init(stage: String, errno: Int32, detail: String = "") {
        self.stage = stage
        self.errno = errno
        self.detail = detail
    }

    public var description: String {
        "\(stage): errno \(errno)\(detail.isEmpty ? "" : " (\(detail))")"
    }
}

/// What a run in a jail came to: facts, no verdict.
public struct JailReport: Sendable, Hashable {
    /// How the main process ended.
    public enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signaled(Int32)
        /// execve(2) or execveat(2) refused the executable: error number.
        case notExecuted(Int32)
    }

    /// Why the jailer ended the run before the main process ended by itself.
    public enum Kill: UInt8, Sendable, Hashable {
        case cpuTime = 1, wallTime, output, memory, cancelled
    }

    /// What came through one output.
    public struct OutputUsage: Sendable, Hashable {
        public var target: UInt32
        public var bytes: UInt64
        /// There was more than the cap.
        public var isTruncated: Bool

        public init(target: UInt32, bytes: UInt64, isTruncated: Bool) {
            self.target = target
            self.bytes = bytes
            self.isTruncated = isTruncated
        }
    }

    /// What became of the artefact that was asked for.
    public enum ArtefactOutcome: Sendable, Hashable {
        case notAsked
        case copied(bytes: UInt64)
        /// The file is not there, is no regular file, or is over the cap.
        case missing(errno: Int32)
    }

    /// A system call that the filter refused and that no ordinary program makes.
    public struct DeniedCall: Sendable, Hashable {
        /// As in syscalls(2).
        public var name: String
        /// At least this often: of many, only each doubling is told.
        public var count: UInt64

        public init(name: String, count: UInt64) {
            self.name = name
            self.count = count
        }
    }

    public var ending: Ending
    public var kill: Kill?
    /// User and system time of everything in the jail, the jail's own building not counted.
    public var cpuMicroseconds: UInt64
    public var wallMicroseconds: UInt64
    public var memoryPeakBytes: UInt64
    /// Processes that the kernel killed because the jail was out of memory.
    public var oomKills: UInt32
    public var outputs: [OutputUsage]
    public var artefact: ArtefactOutcome
    public var deniedCalls: [DeniedCall]
    /// Its processes are forks of warm interpreters, all of them.
    public var isWarm: Bool
    /// A run with a fork in it crashed (`InitMessage.ended`): by the program's fault, or by something that a fork lacks.
    public var hasForkCrashed: Bool

    public init(
        ending: Ending,
        kill: Kill?,
        cpuMicroseconds: UInt64,
        wallMicroseconds: UInt64,
        memoryPeakBytes: UInt64,
        oomKills: UInt32,
        outputs: [OutputUsage],
        artefact: ArtefactOutcome,
        deniedCalls: [DeniedCall] = [],
        isWarm: Bool = false,
        hasForkCrashed: Bool = false
    ) {
        self.ending = ending
        self.kill = kill
        self.cpuMicroseconds = cpuMicroseconds
        self.wallMicroseconds = wallMicroseconds
        self.memoryPeakBytes = memoryPeakBytes
        self.oomKills = oomKills
        self.outputs = outputs
        self.artefact = artefact
        self.deniedCalls = deniedCalls
        self.isWarm = isWarm
        self.hasForkCrashed = hasForkCrashed
    }
}

/// One protection that the host must give, and whether it does.
public struct HostCheck: Sendable, Hashable {
    public var name: String
    public var passed: Bool
    /// What was found.
    public var detail: String
    /// How to get it; empty where it passed.
    public var remedy: String

    public init(name: String, passed: Bool, detail: String, remedy: String = "") {
        self.name = name
        self.passed = passed
        self.detail = detail
        self.remedy = remedy
    }
}

/// The end of a slot by its own decision.
public struct SlotEnding: Sendable, Hashable {
    /// The slot's index: its control group, and its host ids.
    public var slot: UInt32
    public var reason: JailFailure
    /// Its group could not be put in order: the keeper never uses the index again.
    public var isRetired: Bool

    public init(slot: UInt32, reason: JailFailure, isRetired: Bool) {
        self.slot = slot
        self.reason = reason
        self.isRetired = isRetired
    }
}

/// What the jailer sends.
public enum JailerMessage: Sendable, Hashable {
    /// The first message of the keeper: what the host gives. A failed check means that no slot can be had.
    case hello(cgroup: String, kernel: String, checks: [HostCheck])
    /// The first message of a slot: it takes runs.
    case ready
    case report(JailReport)
    /// The run could not be made, or the slot could not be set up.
    case failure(JailFailure)
    /// The slot ends: after the answer to the present run, which follows, or where that was given already, at once.
    case ending(SlotEnding)
}

/// What the service sends to the keeper: one byte.
public enum JailerCommand: UInt8, Sendable {
    /// With one descriptor: serve `SlotRequest`s on it.
    case openSlot = 1
}

/// What the jail's init tells the jailer, over a socket that the program does not have.
public enum InitMessage: Sendable, Hashable {
    /// The jail stands, and waits for a run.
    case ready
    /// The program is about to start.
    ///
    /// CPU time that went into it since `ready`, and the time on the monotonic clock, in microseconds.
    case starting(cpuMicroseconds: UInt64, at: UInt64)
    /// What a process on standby comes to: it is about to execute the program, or failed at a step, or, where `step` is
    /// empty, at that.
    ///
    /// The CPU time since its order came, and the time on the monotonic clock, in microseconds. C writes it
    /// (`cjail_stand_by`).
    case began(error: Int32, step: String, cpuMicroseconds: UInt64, at: UInt64)
    /// A process of the jail asked for an internet socket: its network namespace may hold something of it.
    case usesNetwork
    /// A call of this number was refused, for the `count`th time.
    case denied(call: Int32, count: UInt64)
    /// The main process ended, at this time on the monotonic clock, in microseconds.
    ///
    /// `isAlone`: no other process is left in the jail. `hasCrashed`: the program or its examiner ended by a signal that
    /// tells of a fault in it, as SIGSEGV does.
    case ended(JailReport.Ending, JailReport.ArtefactOutcome, at: UInt64, isAlone: Bool, hasCrashed: Bool)
    case failure(JailFailure)

    /// Largest message, in bytes.
    public static let maximumSize = 1024

    public func encoded() -> [UInt8] {
        var writer = WireWriter()
        switch self {
        case .starting(let cpuMicroseconds, let time):
            writer.integer(UInt8(0))
            writer.integer(cpuMicroseconds)
            writer.integer(time)
        case .ended(let ending, let artefact, let time, let isAlone, let hasCrashed):
            writer.integer(UInt8(1))
            ending.encode(to: &writer)
            artefact.encode(to: &writer)
            writer.integer(time)
            writer.flag(isAlone)
            writer.flag(hasCrashed)
        case .failure(let failure):
            writer.integer(UInt8(2))
            JailFailure(stage: Self.cut(failure.stage), errno: failure.errno, detail: Self.cut(failure.detail))
                .encode(to: &writer)
        case .denied(let call, let count):
            writer.integer(UInt8(3))
            writer.integer(call)
            writer.integer(count)
        case .ready: writer.integer(UInt8(4))
        case .usesNetwork: writer.integer(UInt8(5))
        case .began(let error, let step, let cpuMicroseconds, let time):
            writer.integer(UInt8(6))
            writer.integer(error)
            writer.integer(cpuMicroseconds)
            writer.integer(time)
            writer.text(Self.cut(step))
        }
        return writer.bytes
    }

    /// The beginning of a text, in bytes: one character may have any number of them.
    private static func cut(_ text: String) -> String {
        text.utf8.count <= 200 ? text : String(decoding: text.utf8.prefix(200), as: UTF8.self)
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        switch try reader.integer("kind", as: UInt8.self) {
        case 0: self = .starting(cpuMicroseconds: try reader.integer("cpu time"), at: try reader.integer("time"))
        case 1:
            self = .ended(
                try JailReport.Ending(from: &reader),
                try JailReport.ArtefactOutcome(from: &reader),
                at: try reader.integer("time"),
                isAlone: try reader.flag("alone"),
                hasCrashed: try reader.flag("crashed")
            )
        case 2: self = .failure(try JailFailure(from: &reader))
        case 3: self = .denied(call: try reader.integer("call"), count: try reader.integer("count"))
        case 4: self = .ready
        case 5: self = .usesNetwork
        case 6:
            let error: Int32 = try reader.integer("error")
            let (cpu, time): (UInt64, UInt64) = (try reader.integer("cpu time"), try reader.integer("time"))
            self = .began(error: error, step: try reader.text("step"), cpuMicroseconds: cpu, at: time)
        default: throw WireError(field: "kind", reason: "unknown")
        }
        try reader.finish()
    }
}

extension JailerMessage {
    public func encoded() -> [UInt8] {
        var writer = WireWriter()
        switch self {
        case .hello(let cgroup, let kernel, let checks):
            writer.integer(UInt8(0))
            writer.text(cgroup)
            writer.text(kernel)
            writer.list(checks) { writer, check in
                writer.text(check.name)
                writer.flag(check.passed)
                writer.text(check.detail)
                writer.text(check.remedy)
            }
        case .ready: writer.integer(UInt8(1))
        case .report(let report):
            writer.integer(UInt8(2))
            report.encode(to: &writer)
        case .failure(let failure):
            writer.integer(UInt8(3))
            failure.encode(to: &writer)
        case .ending(let ending):
            writer.integer(UInt8(4))
            writer.integer(ending.slot)
            ending.reason.encode(to: &writer)
            writer.flag(ending.isRetired)
        }
        return writer.bytes
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        switch try reader.integer("kind", as: UInt8.self) {
        case 0:
            self = .hello(
                cgroup: try reader.text("cgroup"),
                kernel: try reader.text("kernel"),
                checks: try reader.list("checks") { reader throws(WireError) in
                    HostCheck(
                        name: try reader.text("name"),
                        passed: try reader.flag("passed"),
                        detail: try reader.text("detail"),
                        remedy: try reader.text("remedy")
                    )
                }
            )
        case 1: self = .ready
        case 2: self = .report(try JailReport(from: &reader))
        case 3: self = .failure(try JailFailure(from: &reader))
        case 4:
            self = .ending(
                SlotEnding(
                    slot: try reader.integer("slot"),
                    reason: try JailFailure(from: &reader),
                    isRetired: try reader.flag("retired")
                )
            )
        default: throw WireError(field: "kind", reason: "unknown")
        }
        try reader.finish()
    }
}

extension JailReport {
    fileprivate func encode(to writer: inout WireWriter) {
        ending.encode(to: &writer)
        writer.integer(kill?.rawValue ?? 0)
        writer.integer(cpuMicroseconds)
        writer.integer(wallMicroseconds)
        writer.integer(memoryPeakBytes)
        writer.integer(oomKills)
        writer.list(outputs) { writer, output in
            writer.integer(output.target)
            writer.integer(output.bytes)
            writer.flag(output.isTruncated)
        }
        artefact.encode(to: &writer)
        writer.list(deniedCalls) { writer, call in
            writer.text(call.name)
            writer.integer(call.count)
        }
        writer.flag(isWarm)
        writer.flag(hasForkCrashed)
    }

    fileprivate init(from reader: inout WireReader) throws(WireError) {
        let ending = try Ending(from: &reader)
        let killCode = try reader.integer("kill", as: UInt8.self)
        let kill = Kill(rawValue: killCode)
        guard kill != nil || killCode == 0 else { throw WireError(field: "kill", reason: "unknown") }
        self.init(
            ending: ending,
            kill: kill,
            cpuMicroseconds: try reader.integer("cpu time"),
            wallMicroseconds: try reader.integer("wall time"),
            memoryPeakBytes: try reader.integer("memory peak"),
            oomKills: try reader.integer("oom kills"),
            outputs: try reader.list("outputs") { reader throws(WireError) in
                OutputUsage(
                    target: try reader.integer("target"),
                    bytes: try reader.integer("bytes"),
                    isTruncated: try reader.flag("truncated")
                )
            },
            artefact: try ArtefactOutcome(from: &reader),
            deniedCalls: try reader.list("denied calls") { reader throws(WireError) in
                DeniedCall(name: try reader.text("name"), count: try reader.integer("count"))
            },
            isWarm: try reader.flag("warm"),
            hasForkCrashed: try reader.flag("crashed")
        )
    }
}

extension JailFailure {
    fileprivate func encode(to writer: inout WireWriter) {
        writer.text(stage)
        writer.integer(errno)
        writer.text(detail)
    }

    fileprivate init(from reader: inout WireReader) throws(WireError) {
        self.init(
            stage: try reader.text("stage"),
            errno: try reader.integer("errno"),
            detail: try reader.text("detail")
        )
    }
}

extension JailReport.Ending {
    fileprivate func encode(to writer: inout WireWriter) {
        let (kind, status): (UInt8, Int32) =
            switch self {
            case .exited(let code): (0, code)
            case .signaled(let signal): (1, signal)
            case .notExecuted(let errno): (2, errno)
            }
        writer.integer(kind)
        writer.integer(status)
    }

    fileprivate init(from reader: inout WireReader) throws(WireError) {
        let kind = try reader.integer("ending", as: UInt8.self)
        let status = try reader.integer("status", as: Int32.self)
        switch kind {
        case 0: self = .exited(status)
        case 1: self = .signaled(status)
        case 2: self = .notExecuted(status)
        default: throw WireError(field: "ending", reason: "unknown")
        }
    }
}

extension JailReport.ArtefactOutcome {
    fileprivate func encode(to writer: inout WireWriter) {
        switch self {
        case .notAsked: writer.integer(UInt8(0))
        case .copied(let bytes):
            writer.integer(UInt8(1))
            writer.integer(bytes)
        case .missing(let errno):
            writer.integer(UInt8(2))
            writer.integer(errno)
        }
    }

    fileprivate init(from reader: inout WireReader) throws(WireError) {
        switch try reader.integer("artefact", as: UInt8.self) {
        case 0: self = .notAsked
        case 1: self = .copied(bytes: try reader.integer("artefact size"))
        case 2: self = .missing(errno: try reader.integer("artefact errno"))
        default: throw WireError(field: "artefact", reason: "unknown outcome")
        }
    }
}
