import Foundation

/// What a running service holds, the jailer's processes among it; read from /proc.
public struct ServiceState: Sendable {
    /// What the processes of one name hold together.
    public struct Holding: Sendable {
        public var processes = 0
        public var descriptors = 0
        /// Of the descriptors; those of the service come and go with its clients.
        public var sockets = 0
        /// Resident memory that is not shared with files, in KiB.
        public var memoryKB = 0
    }

    /// By the processes' names: `assay`, `assay-keeper`, `assay-jailer`, `assay-template`, `fork server`, and what runs in
    /// jails; without those that stand by for a run (`assay-standby`), which a ready jail has or has not.
    public private(set) var holdings: [String: Holding] = [:]
    /// As `mnt:[4026531840]`.
    public private(set) var namespaces: Set<String> = []
    /// Control groups of the keeper and of its slots.
    public private(set) var groups: Set<String> = []
    private static let forkServer = "fork server"
    /// So many kinds of them a template keeps, started as runs ask for them.
    private static let forkServersOfTemplate = 6

    /// Mounts that the service and the jailer see.
    public private(set) var mounts = 0

    /// Reads the state of the service with this process id; what ends meanwhile is left out.
    public init(ofServiceWithProcessID pid: Int32) {
        let family = Self.family(of: pid)
        var rootDepth = 0
        for pid in family {
            guard let status = Self.text("/proc/\(pid)/status") else { continue }
            let fields = Dictionary(
                status.split(separator: "\n").compactMap { (line: Substring) -> (Substring, Substring)? in
                    line.firstIndex(of: ":").map { (line[..<$0], line[$0...].dropFirst()) }
                },
                uniquingKeysWith: { $1 }
            )
            var name = fields["Name"].map { $0.trimmingCharacters(in: .whitespaces) } ?? "?"
            // In its template's pid namespace: what runs in a jail is in one further down.
            let depth = fields["NSpid"]?.split(whereSeparator: \.isWhitespace).count ?? 0
            if pid == family.first { rootDepth = depth }
            if name == "assay-standby" { continue }
            if depth == rootDepth + 1, !name.hasPrefix("assay") { name = Self.forkServer }
            // Builds that are kept for equal submissions are bounded by their cache.
            let links = Self.links("/proc/\(pid)/fd").filter { !$0.hasPrefix("/artefact-") }
            holdings[name, default: Holding()].processes += 1
            holdings[name, default: Holding()].descriptors += links.count
            holdings[name, default: Holding()].sockets += links.count { $0.hasPrefix("socket:") }
            holdings[name, default: Holding()].memoryKB += Self.number(fields["RssAnon"])
            // They stand in their template's, or in the network that it had when they were started.
            if name == Self.forkServer { continue }
            namespaces.formUnion(Self.links("/proc/\(pid)/ns"))
            mounts += (Self.text("/proc/\(pid)/mountinfo") ?? "").count { $0 == "\n" }
        }
        groups = Self.groups(of: family)
    }

    /// What is there that was not there before, beyond what an allocator keeps for later.
    public func leaks(since before: ServiceState) -> [String] {
        var lines: [String] = []
        let servers = holdings[Self.forkServer]?.processes ?? 0
        if servers > Self.forkServersOfTemplate * (holdings["assay-template"]?.processes ?? 0) {
            lines.append("\(servers) fork servers")
        }
        // Each slot has a jail that stands ready, or has not: an init with a socket, descriptors and namespaces of its own.
        let slots = holdings["assay-jailer"]?.processes ?? 0
        let newServers = max(0, servers - (before.holdings[Self.forkServer]?.processes ?? 0))
        for (name, now) in holdings.sorted(by: { $0.key < $1.key }) where name != Self.forkServer {
            var then = before.holdings[name] ?? Holding()
            if name == "assay-jailer" {
                // The channel, what it writes, and what tells of its end.
                then.descriptors += 3 * newServers
                then.sockets += newServers
            }
            if ["assay-jailer", "assay-template"].contains(name) {
                then.processes += name == "assay-template" ? slots : 0
                then.descriptors += 10 * slots
                then.sockets += 2 * slots
            }
            if now.processes > then.processes { lines.append("\(now.processes) \(name), before \(then.processes)") }
            let (nowOpen, thenOpen) = (now.descriptors - now.sockets, then.descriptors - then.sockets)
            if nowOpen > thenOpen {
                lines.append("\(name) has \(nowOpen) descriptors that are no sockets, before \(thenOpen)")
            }
            if name != "assay" && now.sockets > then.sockets {
                lines.append("\(name) has \(now.sockets) sockets, before \(then.sockets)")
            }
            let allowed = name == "assay" ? 256 << 10 : max(1, now.processes) * (4 << 10)
            if now.memoryKB > then.memoryKB + allowed {
                lines.append("\(name) has \(now.memoryKB) KiB of memory, before \(then.memoryKB)")
            }
        }
        // Those of jails that stand ready are others after each run.
        if namespaces.count > before.namespaces.count + 6 * slots {
            lines.append("\(namespaces.count) namespaces, before \(before.namespaces.count)")
        }
        lines += groups.subtracting(before.groups).sorted().map { "control group \($0)" }
        if mounts > before.mounts + 32 * slots { lines.append("\(mounts) mounts, before \(before.mounts)") }
        return lines
    }

    // MARK: - /proc

    /// A process and all that descend from it.
    private static func family(of root: Int32) -> [Int32] {
        var family = [root]
        var index = 0
        while index < family.count {
            let pid = family[index]
            index += 1
            for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
                let children = text("/proc/\(pid)/task/\(thread)/children") ?? ""
                family += children.split(separator: " ").compactMap { Int32($0) }
            }
        }
        return family
    }

    /// Folders below any hierarchy that are named for a keeper among the processes, and what is in them.
    private static func groups(of family: [Int32]) -> Set<String> {
        let names = Set(family.map { "assay.\($0)" })
        var groups: Set<String> = []
        func walk(_ folder: String, isOurs: Bool) {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                let path = "\(folder)/\(name)"
                var status = stat()
                guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
                let isOurs = isOurs || names.contains(name)
                // Those of runs take turns: the one that is made ready is there, under either name.
                if isOurs { groups.insert(name == "run-1" ? "\(folder)/run-0" : path) }
                walk(path, isOurs: isOurs)
            }
        }
        walk("/sys/fs/cgroup", isOurs: false)
        return groups
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    private static func links(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
        }
    }

    private static func number(_ field: Substring?) -> Int {
        field?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
    }
}
