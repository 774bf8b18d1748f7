/// One thing that can be configured.
///
/// All there are stand in ``all``, which is what help texts, `assay settings`,
/// the environment and the configuration file go by.
struct Setting: Sendable, Hashable {
    /// What a value must be.
    enum Kind: Sendable, Hashable {
        case text
        case integer(ClosedRange<Int>)
        /// A decimal number.
        case number(ClosedRange<Double>)
        case choice([String])
    }

    /// The name in the configuration file, where a dot goes one level down: `http.port`.
    var name: String
    /// The flag without its dashes; `nil`: only `--set name=value`.
    var flag: String?
    /// The value where nothing else is said.
    var fallback: String
    /// The unit of a number, or what kind of text it is.
    var unit: String
    var kind: Kind
    var summary: String

    init(
        _ name: String,
        flag: String? = nil,
        fallback: String,
        unit: String,
        kind: Kind,
        _ summary: String
    ) {
        self.name = name
        self.flag = flag
        self.fallback = fallback
        self.unit = unit
        self.kind = kind
        self.summary = summary
    }

    /// The name in the environment: `ASSAY_HTTP_PORT`.
    var environmentName: String {
        "ASSAY_" + name.uppercased().replacing(".", with: "_")
    }

    /// Why a text is no value of this setting; `nil` where it is one.
    func fault(in text: String) -> String? {
        switch kind {
        case .text: return text.isEmpty ? "must not be empty" : nil
        case .integer(let range):
            guard let value = Int(text), range.contains(value) else {
                let upper = range.upperBound == .max ? "up" : "to \(range.upperBound)"
                return "must be a whole number from \(range.lowerBound) \(upper), not \(text)"
            }
            return nil
        case .number(let range):
            guard let value = Double(text), range.contains(value) else {
                return "must be a number from \(range.lowerBound) to \(range.upperBound), not \(text)"
            }
            return nil
        case .choice(let choices):
            return choices.contains(text) ? nil : "must be one of \(choices.joined(separator: ", ")), not \(text)"
        }
    }
}

// MARK: The settings there are

extension Setting {
    static let host = Setting(
        "http.host",
        flag: "host",
        fallback: "127.0.0.1",
        unit: "address",
        kind: .text,
        "The address to listen on."
    )
    static let port = Setting(
        "http.port",
        flag: "port",
        fallback: "8080",
        unit: "port",
        kind: .integer(0...65535),
        "The port to listen on; 0 takes any free one."
    )
    static let bodyLimit = Setting(
        "http.body_limit_mb",
        flag: "body-limit",
        fallback: "64",
        unit: "MiB",
        kind: .integer(1...1024),
        "The largest body of a request."
    )
    static let bodiesLimit = Setting(
        "http.bodies_limit_mb",
        fallback: "512",
        unit: "MiB",
        kind: .integer(1...65536),
        "The most memory that all bodies that are being received take together."
    )
    static let idleTimeout = Setting(
        "http.idle_timeout_s",
        fallback: "60",
        unit: "s",
        kind: .integer(1...3600),
        "How long a connection may be silent while a request is read, or between two."
    )
    static let shutdownGrace = Setting(
        "shutdown_grace_s",
        flag: "shutdown-grace",
        fallback: "30",
        unit: "s",
        kind: .integer(0...3600),
        "How long what runs may go on after SIGTERM or SIGINT; what is not finished by then is graded at the next start."
    )
    static let database = Setting(
        "database.path",
        flag: "database",
        fallback: "/var/lib/assay/assay.sqlite",
        unit: "path",
        kind: .text,
        "The SQLite file that holds submissions and results."
    )
    static let durability = Setting(
        "database.durability",
        fallback: "full",
        unit: "word",
        kind: .choice(["full", "normal"]),
        "What a stored submission survives: full, a power failure too; normal, the end of the process (kill -9 included)."
    )
    static let retained = Setting(
        "database.retain",
        fallback: "100000",
        unit: "submissions",
        kind: .integer(0...Int.max),
        "How many finished submissions are kept, the newest; 0 keeps all."
    )
    static let images = Setting(
        "images.path",
        flag: "images",
        fallback: "/var/lib/assay/images",
        unit: "path",
        kind: .text,
        "The folder of the built images."
    )
    static let recipes = Setting(
        "images.recipes",
        flag: "recipes",
        fallback: "Images",
        unit: "path",
        kind: .text,
        "The folder of the image recipes, for assay image build."
    )
    static let runners = Setting(
        "images.runners",
        flag: "runners",
        fallback: "Runners",
        unit: "path",
        kind: .text,
        "The folder of the test harnesses that are built into the images."
    )
    static let workers = Setting(
        "workers",
        flag: "workers",
        fallback: "0",
        unit: "jails",
        kind: .integer(0...1024),
        "How many jails run at one time; 0: as many as there are cores."
    )
    static let queueLimit = Setting(
        "queue_limit",
        flag: "queue-limit",
        fallback: "10000",
        unit: "submissions",
        kind: .integer(1...10_000_000),
        "How many submissions may wait; more are answered with 503."
    )
    static let buildCache = Setting(
        "cache.builds_mb",
        fallback: "512",
        unit: "MiB",
        kind: .integer(0...1_048_576),
        "The most memory that compiled programs and the results of checks take that are kept for equal submissions; 0: "
            + "none is kept."
    )
    static let user = Setting(
        "user",
        flag: "user",
        fallback: "assay",
        unit: "user",
        kind: .text,
        "The user that the service runs as once the jailer is started."
    )
    static let jailer = Setting(
        "jailer",
        flag: "jailer",
        fallback: "assay-jailer",
        unit: "path",
        kind: .text,
        "The jailer's executable; a mere name is looked for beside assay itself."
    )
    static let idBase = Setting(
        "jails.id_base",
        fallback: "0",
        unit: "user id",
        kind: .integer(0...4_000_000_000),
        "The first of the 4096 host ids of the jails' users; no user of the host, and no other service, may have one. "
            + "0: 1778384896 where assay is started by root, else the user's first subordinate id."
    )
    static let warm = Setting(
        "jails.warm",
        fallback: "true",
        unit: "word",
        kind: .choice(["true", "false"]),
        "Whether interpreters are forked from warm ones. false: each run starts its own, to the same effect."
    )
    static let logLevel = Setting(
        "log_level",
        flag: "log-level",
        fallback: "info",
        unit: "word",
        kind: .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        "How much is logged, to stderr."
    )

    /// The limits of a submission that names none, then the largest ones that a submission may name.
    static let limits: [Setting] =
        [
            limit("cpu_time_s", "s", default: "5", largest: "60", fraction: true, "CPU time of one test"),
            limit("memory_mb", "MiB", default: "512", largest: "4096", "memory of one test's jail"),
            limit("output_kb", "KiB", default: "4096", largest: "65536", "stdout of one test, and as much stderr"),
            limit("processes", "processes", default: "64", largest: "512", "processes and threads of one test"),
            limit("file_size_mb", "MiB", default: "64", largest: "1024", "size of any one file"),
            limit("compile_time_s", "s", default: "30", largest: "120", fraction: true, "CPU time of a compilation"),
            limit("compile_memory_mb", "MiB", default: "1024", largest: "4096", "memory of a compilation"),
        ].flatMap { $0 } + [
            Setting(
                "limits.largest.wall_time_s",
                fallback: "300",
                unit: "s",
                kind: .number(0.01...86400),
                "The largest wall time of one test; the default is 3 times the CPU time plus 5 s."
            ),
            Setting(
                "limits.largest.stack_mb",
                fallback: "4096",
                unit: "MiB",
                kind: .integer(1...1_048_576),
                "The largest stack of a program's main thread; the default is its memory."
            ),
        ]

    private static func limit(
        _ name: String,
        _ unit: String,
        default fallback: String,
        largest: String,
        fraction: Bool = false,
        _ what: String
    ) -> [Setting] {
        let kind: Kind = fraction ? .number(0.01...86400) : .integer(1...1_048_576)
        return [
            Setting(
                "limits.default.\(name)",
                fallback: fallback,
                unit: unit,
                kind: kind,
                "The \(what), where a submission does not say."
            ),
            Setting(
                "limits.largest.\(name)",
                fallback: largest,
                unit: unit,
                kind: kind,
                "The most that a submission may ask for: \(what)."
            ),
        ]
    }

    /// Every setting, in the order in which they are shown.
    static let all: [Setting] =
        [
            host, port, bodyLimit, bodiesLimit, idleTimeout, shutdownGrace, database, durability, retained, images,
            recipes, runners, workers, queueLimit, buildCache, user, jailer, idBase, warm, logLevel,
        ] + limits
}
