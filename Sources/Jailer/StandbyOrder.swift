import CJail
import JailProtocol

/// A run for a jail whose program's process is there already: it has entered the jail, and has only to take its
/// descriptors and limits, and to execute (`cjail_stand_by`).
///
/// The slot says it to that process itself. The init has no part in it, and gave up before what it must not have beside a
/// program.
struct StandbyOrder {
    let message: [UInt8]
    let descriptors: [Int32]

    /// Whether such a process can make the run.
    ///
    /// Not where there is something for the init to do, files, an examiner, forks, or an artefact to bring back, nor where
    /// the command line is longer than it has room for.
    static func serves(_ spec: JailSpec) -> Bool {
        if case .fork = spec.executable { return false }
        guard spec.files.isEmpty, spec.examiner == nil, spec.artefact == nil else { return false }
        let strings = strings(of: spec)
        return strings.count <= STANDBY_MAX_STRINGS
            && strings.reduce(0) { $0 + $1.utf8.count + 1 } <= STANDBY_MAX_STRINGS_SIZE
            && !strings.contains { $0.utf8.contains(0) }
    }

    /// `pipes` are the ends of pipes, by the number that the program has them at, `passed` the descriptors that the spec
    /// indexes.
    init(for spec: JailSpec, pipes: [(target: UInt32, end: Int32)], passed: [Int32]) {
        var descriptors = pipes.map(\.end)
        var order = standby_order()
        order.executable = -1
        if case .descriptor(let index) = spec.executable {
            order.executable = Int32(descriptors.count)
            descriptors.append(passed[Int(index)])
        }
        order.argument_count = UInt32(spec.arguments.count)
        var place: Int32 = -1
        order.identity = member_identity(
            user: JailRoot.programID,
            folder: JailRoot.programFolder,
            limits: spec.limits,
            descriptors: pipes
        ) { _ in
            place += 1
            return place
        }
        var message = withUnsafeBytes(of: order) { Array($0) }
        for string in Self.strings(of: spec) {
            message += string.utf8
            message.append(0)
        }
        self.message = message
        self.descriptors = descriptors
    }

    private static func strings(of spec: JailSpec) -> [String] {
        var strings = spec.arguments + spec.environment
        if case .path(let path) = spec.executable { strings.insert(path, at: 0) }
        return strings
    }
}
