import CSeccomp
import Glibc
import JailProtocol
import LinuxSystem
import Testing

@testable import Jailer

/// The filters that are loaded decide as libseccomp's own would, compiled from the same lists.
@Suite("System call filters")
struct SeccompFilterTests {
    enum Kind: CaseIterable {
        case program
        case initProcess
        case jailer

        func ours() throws -> SeccompFilter {
            switch self {
            case .program: try .program()
            case .initProcess: try .initProcess()
            case .jailer: try .jailer()
            }
        }

        func theirs() throws -> [UInt8] {
            switch self {
            case .program: try Reference.program()
            case .initProcess:
                try Reference.compile { try $0.add(SystemCalls.initProcess, cseccomp_action_allow()) }
            case .jailer:
                try Reference.compile(otherwise: cseccomp_action_trace()) {
                    try $0.add(SystemCalls.allowed + SystemCalls.jailer, cseccomp_action_allow())
                }
            }
        }
    }

    @Test("every call of every architecture is decided as by libseccomp", arguments: Kind.allCases)
    func agrees(kind: Kind) throws {
        let (ours, theirs) = (try kind.ours().instructions, try kind.theirs())
        #expect(try Self.differences(ours, theirs) == [])
        // What a shorter one is written for.
        #expect(ours.count < theirs.count, "\(ours.count / 8) instructions, libseccomp's \(theirs.count / 8)")
    }

    @Test("a filter that lacks one call, or one condition, is told from libseccomp's")
    func differs() throws {
        let theirs = try Reference.program()
        let missing = try Reference.compile {
            try $0.add(SystemCalls.allowed.filter { $0 != "read" }, cseccomp_action_allow())
            try $0.add(SystemCalls.refused, cseccomp_action_notify())
            try $0.addConditions()
        }
        let told = try Self.differences(missing, theirs)
        #expect(!told.isEmpty && told.allSatisfy { $0.hasPrefix("call 0 of c000003e, ") })
        let unconditional = try Reference.compile {
            try $0.add(SystemCalls.allowed, cseccomp_action_allow())
            try $0.add(SystemCalls.refused, cseccomp_action_notify())
        }
        #expect(try Self.differences(unconditional, theirs).contains("call 41 of c000003e, [1, 0, 0]"))
    }

    @Test("a call that is listed twice, and a list whose jumps are too long, are refused")
    func refuses() throws {
        var assembler = FilterAssembler(architecture: 1, foreign: 2, otherwise: 3)
        try assembler.add(7, [.init(matches: [], action: 4)])
        #expect(throws: JailFailure.self) { try assembler.add(7, [.init(matches: [], action: 4)]) }
        for call in 0..<300 { try assembler.add(UInt32(10 + 2 * call), [.init(matches: [], action: 4)]) }
        #expect(throws: JailFailure.self) { _ = try assembler.assemble() }
    }

    /// Calls that two filters decide differently.
    private static func differences(_ first: [UInt8], _ second: [UInt8]) throws -> [String] {
        let native = seccomp_arch_native()
        let (first, second) = (try FilterMachine(first), try FilterMachine(second))
        var found: [String] = []
        func compare(_ call: UInt32, _ architecture: UInt32, _ arguments: [UInt64]) throws {
            let decisions = try [first, second].map { try $0.decide(call, architecture, arguments) }
            guard decisions[0] != decisions[1] else { return }
            found.append("call \(call) of \(String(architecture, radix: 16)), \(arguments)")
        }
        var numbers: [UInt32] = Array(0..<1024) + [0x3fff_ffff, 0x8000_0000, .max - 1, .max]
        numbers += (0..<1024).map { $0 | FilterAssembler.x32 }
        for number in numbers {
            for architecture in [native, 0x4000_0003, 0xc000_00b7, 0] { try compare(number, architecture, [0, 0, 0]) }
        }
        // What conditions look at, and its neighbours; what is above the low 32 bits does not count.
        var values = (0..<64).map { UInt64(1) << $0 } + (0..<64).map { UInt64($0) }
        values += [0xffff_ffff, 0xffff_ffff_ffff_ffff, 0x0004_0001, 0x1_0000_0001, 0x7e02_0000, 0x0100_0011]
        for name in ["clone", "socket", "socketpair", "personality", "read", "mount"] {
            let number = UInt32(seccomp_syscall_resolve_name(name))
            for value in values {
                for third: UInt64 in [0, 1, 15, 0x1_0000_0000] { try compare(number, native, [value, 0, third]) }
            }
        }
        return found
    }
}

/// Runs a filter as the kernel does: classic BPF, see Documentation/networking/filter.rst.
private struct FilterMachine {
    struct Fault: Error { var position: Int }

    private let instructions: [(code: UInt16, then: Int, otherwise: Int, value: UInt32)]

    init(_ bytes: [UInt8]) throws {
        try #require(bytes.count % 8 == 0)
        instructions = stride(from: 0, to: bytes.count, by: 8).map { start in
            let value = bytes[(start + 4)..<(start + 8)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let code = UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8
            return (code, Int(bytes[start + 2]), Int(bytes[start + 3]), value)
        }
    }

    func decide(_ call: UInt32, _ architecture: UInt32, _ arguments: [UInt64]) throws -> UInt32 {
        var data = [call, architecture, 0, 0]
        for argument in arguments { data += [UInt32(truncatingIfNeeded: argument), UInt32(argument >> 32)] }
        var accumulator: UInt32 = 0
        var position = 0
        while true {
            guard instructions.indices.contains(position) else { throw Fault(position: position) }
            let (code, then, otherwise, value) = instructions[position]
            var holds: Bool?
            switch code {
            case 0x20:
                guard value % 4 == 0, data.indices.contains(Int(value / 4)) else { throw Fault(position: position) }
                accumulator = data[Int(value / 4)]
            case 0x54: accumulator &= value
            case 0x05: position += Int(value)
            case 0x15: holds = accumulator == value
            case 0x25: holds = accumulator > value
            case 0x35: holds = accumulator >= value
            case 0x45: holds = accumulator & value != 0
            case 0x06: return value
            default: throw Fault(position: position)
            }
            if let holds { position += holds ? then : otherwise }
            position += 1
        }
    }
}

/// The same lists, compiled by libseccomp.
///
/// See seccomp_rule_add(3).
private struct Reference {
    struct Fault: Error { var what: String }

    private let context: scmp_filter_ctx

    static func compile(
        otherwise: UInt32 = cseccomp_action_errno(UInt16(ENOSYS)),
        _ addRules: (Reference) throws -> Void
    ) throws -> [UInt8] {
        let context = try #require(seccomp_init(otherwise))
        defer { seccomp_release(context) }
        try check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, cseccomp_action_kill_process()), "architecture")
        try check(seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2), "binary tree")
        try addRules(Reference(context: context))
        let file = try Descriptor.memoryFile("filter")
        try check(seccomp_export_bpf(context, file.number), "export")
        lseek(file.number, 0, SEEK_SET)
        return try TextFile.readAll(file.number, "filter", limit: 1 << 20)
    }

    static func program() throws -> [UInt8] {
        try compile {
            try $0.add(SystemCalls.allowed, cseccomp_action_allow())
            try $0.add(SystemCalls.refused, cseccomp_action_notify())
            try $0.addConditions()
        }
    }

    func add(_ names: [String], _ action: UInt32) throws {
        for name in names { try add(name, action, []) }
    }

    /// What `SeccompFilter` says of arguments, as libseccomp's rules.
    func addConditions() throws {
        let (allow, notify) = (cseccomp_action_allow(), cseccomp_action_notify())
        let flags = UInt64(SystemCalls.namespaceFlags)
        try add("clone", allow, [masked(0, flags, 0)])
        for flag in (0..<32).map({ UInt64(1) << $0 }) where flags & flag != 0 {
            try add("clone", notify, [masked(0, flag, flag)])
        }
        try add("socket", allow, [low(0, UInt64(AF_UNIX))])
        for domain in SystemCalls.internetDomains + SystemCalls.suspiciousDomains {
            try add("socket", notify, [low(0, UInt64(domain))])
        }
        try add("socket", allow, [low(0, UInt64(AF_NETLINK)), low(2, 0)])
        try add("socketpair", allow, [low(0, UInt64(AF_UNIX))])
        for persona: UInt64 in [0, 0x0004_0000, 0xffff_ffff] { try add("personality", allow, [low(0, persona)]) }
    }

    private func low(_ argument: UInt32, _ value: UInt64) -> scmp_arg_cmp { masked(argument, 0xffff_ffff, value) }

    private func masked(_ argument: UInt32, _ mask: UInt64, _ value: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
    }

    private func add(_ name: String, _ action: UInt32, _ comparisons: [scmp_arg_cmp]) throws {
        let number = seccomp_syscall_resolve_name(name)
        try Self.check(seccomp_rule_add_array(context, action, number, UInt32(comparisons.count), comparisons), name)
    }

    private static func check(_ result: Int32, _ what: String) throws {
        guard result == 0 else { throw Fault(what: "\(what): \(result)") }
    }
}
