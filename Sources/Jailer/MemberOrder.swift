import CJail
import Glibc
import JailProtocol

/// A run as it is said to a process that stands in the jail for it already: one that is to execute the program, or a fork.
///
/// See `member_order`.
struct MemberOrder {
    let message: [UInt8]
    let descriptors: [Int32]

    /// Whether a process that is to execute can make the run by itself, told by the slot: the init then has no part in it.
    ///
    /// Not where there is something for the init to do, files, an examiner, or an artefact to bring back, nor where the
    /// command line is longer than there is room for.
    static func suffices(for spec: JailSpec) -> Bool {
        if case .fork = spec.executable { return false }
        guard spec.files.isEmpty, spec.examiner == nil, spec.artefact == nil else { return false }
        let strings = strings(toExecute: spec)
        return strings.count <= MEMBER_MAX_STRINGS
            && strings.reduce(0) { $0 + $1.utf8.count + 1 } <= MEMBER_MAX_STRINGS_SIZE
            && !strings.contains { $0.utf8.contains(0) }
    }

    /// For one that executes.
    ///
    /// `pipes` are the ends of pipes, by the number that the program has them at, `passed` the descriptors that the spec
    /// indexes.
    init(toExecute spec: JailSpec, pipes: [(target: UInt32, end: Int32)], passed: [Int32]) {
        var executable: Int32?
        if case .descriptor(let index) = spec.executable { executable = passed[Int(index)] }
        self.init(
            equipment: pipes,
            limits: spec.limits,
            executable: executable,
            argumentCount: spec.arguments.count,
            strings: Self.strings(toExecute: spec)
        )
    }

    /// For a fork, which says on `report` when it begins.
    init(
        toForkWith arguments: [String],
        limits: JailLimits,
        descriptors: [(target: UInt32, end: Int32)],
        report: Int32?
    ) throws(JailFailure) {
        guard arguments.reduce(0, { $0 + $1.utf8.count + 1 }) <= MEMBER_MAX_STRINGS_SIZE else {
            throw JailFailure(stage: "ask for a fork", errno: E2BIG)
        }
        self.init(
            equipment: descriptors,
            limits: limits,
            report: report,
            argumentCount: arguments.count,
            strings: arguments
        )
    }

    private init(
        equipment: [(target: UInt32, end: Int32)],
        limits: JailLimits,
        report: Int32? = nil,
        executable: Int32? = nil,
        argumentCount: Int,
        strings: [String]
    ) {
        var passed: [Int32] = []
        func place(_ descriptor: Int32) -> Int32 {
            passed.append(descriptor)
            return Int32(passed.count - 1)
        }
        var order = member_order()
        order.equipment = member_equipment(limits: limits, descriptors: equipment, place)
        order.report = report.map(place) ?? -1
        order.executable = executable.map(place) ?? -1
        order.argument_count = UInt32(argumentCount)
        var message = withUnsafeBytes(of: order) { Array($0) }
        for string in strings {
            message += string.utf8
            message.append(0)
        }
        self.message = message
        descriptors = passed
    }

    private static func strings(toExecute spec: JailSpec) -> [String] {
        var strings = spec.arguments + spec.environment
        if case .path(let path) = spec.executable { strings.insert(path, at: 0) }
        return strings
    }

    /// Sends it; the descriptors stay the caller's.
    ///
    /// - Returns: 0, or an error number below zero.
    func send(on socket: Int32) -> Int32 {
        let sent = cjail_send(socket, message, message.count, descriptors, descriptors.count)
        return sent == message.count ? 0 : Int32(min(-1, sent))
    }
}

extension member_identity {
    init(user: uid_t, folder: String) {
        self.init()
        self.user = user
        withUnsafeMutableBytes(of: &self.folder) { $0.copyBytes(from: Array(folder.utf8) + [0]) }
    }

    /// The program's.
    static var program: member_identity { member_identity(user: JailRoot.programID, folder: "/work") }
}

extension member_equipment {
    /// `descriptors`: what a member has, by the number that it has it at; `place` answers what stands for one of them in a
    /// message.
    init(limits: JailLimits, descriptors: [(target: UInt32, end: Int32)], _ place: (Int32) -> Int32) {
        self.init()
        descriptor_count = UInt32(descriptors.count)
        withUnsafeMutableBytes(of: &self.descriptors) { bytes in
            let places = bytes.bindMemory(to: Int32.self)
            for (index, descriptor) in descriptors.enumerated() { places[index] = place(descriptor.end) }
        }
        withUnsafeMutableBytes(of: &targets) { bytes in
            let targets = bytes.bindMemory(to: Int32.self)
            for (index, descriptor) in descriptors.enumerated() { targets[index] = Int32(descriptor.target) }
        }
        let limits = ResourceLimits.all(of: limits)
        limit_count = UInt32(limits.count)
        withUnsafeMutableBytes(of: &limit_names) { bytes in
            let names = bytes.bindMemory(to: Int32.self)
            for (index, limit) in limits.enumerated() { names[index] = limit.resource }
        }
        withUnsafeMutableBytes(of: &limit_values) { bytes in
            let values = bytes.bindMemory(to: UInt64.self)
            for (index, limit) in limits.enumerated() { values[index] = limit.value }
        }
    }
}
