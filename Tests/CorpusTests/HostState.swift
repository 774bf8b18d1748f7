import Foundation
import TestService

/// What jails could leave on the host, as lines to be compared.
struct HostState {
    private var entries: Set<String>

    /// Reads it; but for mounts, only what the jails' users own, whose host ids are given.
    static func now(ids: Range<UInt32>) -> HostState {
        var entries = Set(JailProcesses.list(ids: ids))
        for line in lines(of: "/proc/self/mountinfo") {
            let fields = line.split(separator: " ")
            if fields.count > 4 { entries.insert("mount \(fields[4]) of \(fields[3])") }
        }
        for folder in ["/tmp", "/dev/shm", "/var/tmp", "/var/tmp/assay-honey", "/var/tmp/assay-honey/writable"] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                var status = stat()
                guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
                if ids.contains(status.st_uid) || folder.hasPrefix("/var/tmp/assay-honey") {
                    entries.insert("file \(folder)/\(name)")
                }
            }
        }
        // System V: each row names its owner and creator.
        for kind in ["shm", "msg", "sem"] {
            for line in lines(of: "/proc/sysvipc/\(kind)") {
                let numbers = line.split(separator: " ").compactMap { UInt32($0) }
                if numbers.contains(where: ids.contains) { entries.insert("sysvipc \(kind) \(line)") }
            }
        }
        for line in posixQueues()
        where line.split(separator: " ").first.flatMap({ UInt32($0) }).map(ids.contains) == true {
            entries.insert("message queue \(line)")
        }
        // "1000:     4 4/4 4/200 100/20000": the second is the number of keys.
        for line in lines(of: "/proc/key-users") {
            let fields = line.split(whereSeparator: { " :/".contains($0) }).compactMap { UInt32($0) }
            if fields.count > 2, ids.contains(fields[0]), fields[2] > 0 { entries.insert("keys of user \(fields[0])") }
        }
        return HostState(entries: entries)
    }

    func leaks(since before: HostState) -> [String] { entries.subtracting(before.entries).sorted() }

    private static func lines(of file: String) -> [Substring] {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n")
    }

    /// Owner and name of each message queue of the host, which need not have them mounted.
    private static func posixQueues() -> [Substring] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "unshare", "--mount", "sh", "-c", "mount -t mqueue mqueue /mnt && find /mnt -type f -printf '%U %f\\n'",
        ]
        let output = Pipe()
        process.standardOutput = output
        guard (try? process.run()) != nil else { return [] }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0
            ? String(decoding: data, as: UTF8.self).split(separator: "\n") : ["\(UInt32.max) cannot be listed"]
    }
}

/// Processes of the jails' users.
enum JailProcesses {
    static func list(ids: Range<UInt32>) -> [String] { list { id, _ in ids.contains(id) } }

    /// Without those of the jails' root, templates, jails that stand ready and fork servers, and without what stands by in
    /// such a jail: they are there between runs.
    static func programs(ids: Range<UInt32>) -> [String] {
        list { id, name in ids.contains(id) && (id - ids.lowerBound) % 4 != 0 && name != "assay-standby" }
    }

    // By ids and name.
    private static func list(_ isWanted: (UInt32, String) -> Bool) -> [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.filter { $0.allSatisfy(\.isNumber) }.compactMap { pid in
            guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return nil }
            let lines = status.split(separator: "\n")
            let name = lines[0].dropFirst(5).trimmingCharacters(in: .whitespaces)
            guard let line = lines.first(where: { $0.hasPrefix("Uid:") }) else { return nil }
            let ids = line.split(whereSeparator: \.isWhitespace).compactMap { UInt32($0) }
            guard ids.contains(where: { isWanted($0, name) }) else { return nil }
            return "process \(pid) \(name) of a jail's user"
        }
    }
}
