import Auditing
import Crypto
import DatasetFormats
import Foundation
import GradingModel

/// A problem in several languages, and whether it has to be looked at.
struct TranslationPlan: Sendable {
    var group: ProblemGroup
    /// The records of all languages, whatever order they stand in.
    var fingerprint: String
    var isUnchanged = false
}

/// Reads the problems, matches them, and leaves out what did not change.
struct TranslationPlanner {
    let matcher: ProblemMatcher
    private(set) var plans: [TranslationPlan] = []
    private(set) var findings: [Finding] = []

    init(matcher: ProblemMatcher) { self.matcher = matcher }

    /// Reads all problems; they are held in memory.
    mutating func read(_ source: ProblemSource) throws {
        let (problems, digests, faults) = try all(of: source)
        let matches = matcher.match(problems)
        findings = faults + matches.findings
        plans = matches.groups.map { group in
            TranslationPlan(group: group, fingerprint: Self.fingerprint(group, digests))
        }
    }

    private func all(of source: ProblemSource) throws -> ([AuditProblem], [Origin: String], [Finding]) {
        var problems: [AuditProblem] = []
        var digests: [Origin: String] = [:]
        var faults: [Finding] = []
        while let item = try source.next() {
            switch item {
            case .fault(let finding): faults.append(finding)
            case .problem(var problem, let record):
                if let field = matcher.field { problem.addKey(field, from: record) }
                digests[problem.origin] = Self.digest(JSONCodec.serialize(record.value))
                problems.append(problem)
            }
        }
        return (problems, digests, faults)
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func fingerprint(_ group: ProblemGroup, _ digests: [Origin: String]) -> String {
        let parts = group.problems.map { "\($0.language.rawValue) \(digests[$0.origin] ?? "")" }.sorted()
        return digest(Array((group.original.language.rawValue + "\n" + parts.joined(separator: "\n")).utf8))
    }

    // MARK: - What did not change

    /// Marks the groups that were the same in an earlier state of the files.
    mutating func keepChanged(since source: ProblemSource) throws {
        let (problems, digests, _) = try all(of: source)
        let known = Set(matcher.match(problems).groups.map { Self.fingerprint($0, digests) })
        for index in plans.indices where known.contains(plans[index].fingerprint) { plans[index].isUnchanged = true }
    }

    /// Marks the groups that passed before.
    mutating func dropKnown(_ cache: TranslationCache) {
        for index in plans.indices where cache.knows(plans[index].fingerprint) { plans[index].isUnchanged = true }
    }
}

/// Which groups passed, in a file of one line each.
struct TranslationCache: Sendable {
    private let known: Set<String>
    private let salt: String
    private let file: OutputFile

    /// Opens the cache, or makes it.
    ///
    /// `salt` is what the verdicts rest on besides the records: toolchains, options.
    /// - Throws: ``UsageError`` where it cannot be written.
    init(folder: String, salt: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw UsageError("\(folder): cannot be made: \(error.localizedDescription)")
        }
        let path = folder + "/translations"
        known = Set(
            (FileManager.default.contents(atPath: path) ?? Data()).split(separator: UInt8(ascii: "\n"))
                .map { String(decoding: $0, as: UTF8.self) }
        )
        self.salt = SHA256.hash(data: Array(salt.utf8)).prefix(8).map { String($0, radix: 16) }.joined()
        file = try OutputFile(path, appends: true)
    }

    func knows(_ fingerprint: String) -> Bool { known.contains(line(fingerprint)) }

    /// Remembers that a group passed.
    func remember(_ fingerprint: String) throws { try file.write(line(fingerprint) + "\n") }

    private func line(_ fingerprint: String) -> String { "\(salt) \(fingerprint)" }
}
