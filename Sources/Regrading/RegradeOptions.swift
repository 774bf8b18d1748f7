public import DatasetFiles
public import DatasetFormats
public import GradingModel

/// What a regrade is to do, and how.
public struct RegradeOptions: Sendable {
    /// Whose verdict is stored.
    public enum Policy: Sendable, Hashable {
        /// Ours, by the comparison that each record names.
        case record
        /// Ours, by one comparison for all.
        case comparison(ComparisonOptions.Policy)
        /// What genesys would have stored; ours stands beside it, with the reasons for each difference.
        case genesys

        var name: String {
            switch self {
            case .record: "record"
            case .comparison(let policy): "comparison-\(policy.rawValue)"
            case .genesys: "genesys"
            }
        }
    }

    public var inputs: [OpenFile]
    /// Files with the problems that answers belong to.
    public var tasks: [OpenFile]
    /// A folder for what is kept until the end: the journal, the tasks' index, the output as far as it is.
    public var folder: String
    /// How the output is written.
    public var outputKind: FileKind
    public var policy = Policy.record
    /// The shape of every record; `nil`: each says it.
    public var shape: RecordShape?
    public var caps: LimitCaps
    /// Limits for all, in place of those that records state.
    public var limits = LimitOverrides()
    public var withTraces = false
    public var retryFaults = false
    public var largestRow = RowReader.largestRow
    /// Bytes of rows that may be under way at one time; one that is larger is alone.
    ///
    /// Text is held up to three times at one moment, and a value of it takes some 80 bytes (``JSONCodec/maximumValues``):
    /// 200 MB for 64 MiB of text, 2.7 GB for as much of lists of digits.
    public var bytesUnderWay = 64 << 20

    public init(
        inputs: [OpenFile],
        tasks: [OpenFile] = [],
        folder: String,
        outputKind: FileKind,
        caps: LimitCaps = .standard
    ) {
        self.inputs = inputs
        self.tasks = tasks
        self.folder = folder
        self.outputKind = outputKind
        self.caps = caps
    }

    /// The file in the folder that becomes the output.
    public static let partialName = "output.partial"

    /// What must not change between a start and the next: the results would be of two kinds.
    func identity(_ toolchains: [Language: String]) -> String {
        let files = (inputs + tasks).map { Value("\($0.name) \($0.isRegular ? "\($0.size) \($0.modified)" : "pipe")") }
        let value = Value.fields([
            ("files", .list(files)), ("inputs", Value(inputs.count)), ("policy", Value(policy.name)),
            ("shape", shape.map { Value($0.rawValue) }), ("traces", .bool(withTraces)),
            ("limits", SubmissionEncoder.encode(limits)),
            (
                "toolchains",
                .list(toolchains.sorted { $0.key.rawValue < $1.key.rawValue }.map { Value("\($0.key) \($0.value)") })
            ),
        ])
        return String(decoding: JSONCodec.serialize(value), as: UTF8.self)
    }
}
