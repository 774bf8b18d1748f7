import Glibc
import JailProtocol

/// Writes a system call filter as a search tree over ranges of calls: the fewest instructions for what most of a list is,
/// runs of neighbours with one answer.
///
/// The kernel translates a filter anew each time that a process loads it, which is a good part of what starting a jail
/// costs, so its length counts. libseccomp compares each call by itself, at four times the length. See seccomp(2) and
/// Documentation/networking/filter.rst; `struct seccomp_data` holds the number at 0, the architecture at 4 and
/// the arguments from 16 on, eight bytes each.
struct FilterAssembler {
    /// What an argument's low 32 bits must be, under the mask.
    struct Match {
        var argument: UInt32
        var mask = UInt32.max
        var value: UInt32
    }

    /// An answer to a call all of whose arguments match.
    struct Case {
        var matches: [Match]
        var action: UInt32
    }

    /// As AUDIT_ARCH_*; calls of any other are answered with `foreign`.
    var architecture: UInt32
    var foreign: UInt32
    /// The answer to every call that has no rule, and to arguments that match no case.
    var otherwise: UInt32
    /// The first case that matches decides.
    private var rules: [UInt32: [Case]] = [:]

    init(architecture: UInt32, foreign: UInt32, otherwise: UInt32) {
        self.architecture = architecture
        self.foreign = foreign
        self.otherwise = otherwise
    }

    /// Adds a rule; a call has one.
    mutating func add(_ call: UInt32, _ cases: [Case]) throws(JailFailure) {
        guard rules.updateValue(cases, forKey: call) == nil else {
            throw JailFailure(stage: "seccomp", errno: EEXIST, detail: "call \(call) is listed twice")
        }
    }

    /// The program for the kernel: `struct sock_filter`, 8 bytes each.
    ///
    /// - Throws: where a jump would be longer than the 255 instructions that it can be.
    func assemble() throws(JailFailure) -> [UInt8] {
        var program = Program()
        program.load(.architecture)
        program.branch(.equal, architecture, then: .next, otherwise: .action(foreign))
        program.load(.number)
        program.emitTree(over: ranges()[...])
        for call in rules.keys.sorted() {
            guard case .rule = place(of: call), let cases = rules[call] else { continue }
            program.emit(cases, of: call, otherwise: otherwise)
        }
        program.emitActions()
        return try program.encoded()
    }

    private typealias Range = (start: UInt32, place: Place)

    /// Where each range of numbers goes; a range ends where the next starts.
    private func ranges() -> [Range] {
        var ranges: [Range] = [(0, .action(otherwise))]
        func begin(_ start: UInt32, _ place: Place) {
            if ranges.last?.start == start { ranges.removeLast() }
            if ranges.last?.place != place { ranges.append((start, place)) }
        }
        for call in rules.keys.sorted() {
            begin(call, place(of: call))
            begin(call + 1, .action(otherwise))
        }
        // x32: the same architecture to the kernel, with numbers of its own. The last number is no call: see ptrace(2).
        begin(Self.x32, .action(foreign))
        begin(.max, .action(otherwise))
        return ranges
    }

    /// The bit that tells x32's calls from x86-64's.
    static let x32: UInt32 = 0x4000_0000

    private func place(of call: UInt32) -> Place {
        guard let cases = rules[call] else { return .action(otherwise) }
        if let first = cases.first, first.matches.isEmpty { return .action(first.action) }
        return .rule(call, 0)
    }

    // MARK: The program

    /// Something that can be jumped to.
    private enum Place: Hashable {
        case next
        case action(UInt32)
        /// A case of a call, by its index.
        case rule(UInt32, Int)
        /// The part of the tree for numbers from here on.
        case from(UInt32)
    }

    private enum Field {
        case number
        case architecture
        case argument(UInt32)

        var offset: UInt32 {
            switch self {
            case .number: 0
            case .architecture: 4
            case .argument(let index): 16 + 8 * index
            }
        }
    }

    /// See bpf_common.h: BPF_JMP | BPF_K with the comparison.
    private enum Comparison: UInt16 {
        case equal = 0x15
        case atLeast = 0x35
    }

    private struct Program {
        private struct Instruction {
            var code: UInt16
            var value: UInt32
            var jumps: (then: Place, otherwise: Place)?
        }

        // BPF_LD | BPF_W | BPF_ABS, BPF_ALU | BPF_AND | BPF_K, BPF_RET | BPF_K
        private static let (loadWord, and, answer): (UInt16, UInt16, UInt16) = (0x20, 0x54, 0x06)

        private var instructions: [Instruction] = []
        private var positions: [Place: Int] = [:]

        mutating func load(_ field: Field) { append(Self.loadWord, field.offset) }

        mutating func branch(_ comparison: Comparison, _ value: UInt32, then: Place, otherwise: Place) {
            instructions.append(Instruction(code: comparison.rawValue, value: value, jumps: (then, otherwise)))
        }

        mutating func emitTree(over ranges: ArraySlice<Range>) {
            guard ranges.count > 1 else { return }
            let middle = ranges.startIndex + ranges.count / 2
            let (lower, upper) = (ranges[..<middle], ranges[middle...])
            func root(_ part: ArraySlice<Range>) -> Place {
                part.count == 1 ? part[part.startIndex].place : .from(part[part.startIndex].start)
            }
            // Of the two, the lower part follows.
            branch(
                .atLeast,
                ranges[middle].start,
                then: root(upper),
                otherwise: lower.count == 1 ? root(lower) : .next
            )
            emitTree(over: lower)
            if upper.count > 1 { positions[root(upper)] = instructions.count }
            emitTree(over: upper)
        }

        mutating func emit(_ cases: [Case], of call: UInt32, otherwise: UInt32) {
            for (index, one) in cases.enumerated() {
                positions[.rule(call, index)] = instructions.count
                let failed: Place = index + 1 < cases.count ? .rule(call, index + 1) : .action(otherwise)
                for (position, match) in one.matches.enumerated() {
                    let isLast = position == one.matches.count - 1
                    load(.argument(match.argument))
                    if match.mask != .max { append(Self.and, match.mask) }
                    branch(.equal, match.value, then: isLast ? .action(one.action) : .next, otherwise: failed)
                }
                // Whatever the arguments are.
                if one.matches.isEmpty { append(Self.answer, one.action) }
            }
        }

        /// Ends with an instruction for each answer.
        mutating func emitActions() {
            var actions: Set<UInt32> = []
            for jumps in instructions.compactMap(\.jumps) {
                for case .action(let action) in [jumps.then, jumps.otherwise] { actions.insert(action) }
            }
            for action in actions.sorted() {
                positions[.action(action)] = instructions.count
                append(Self.answer, action)
            }
        }

        private mutating func append(_ code: UInt16, _ value: UInt32) {
            instructions.append(Instruction(code: code, value: value))
        }

        func encoded() throws(JailFailure) -> [UInt8] {
            var bytes: [UInt8] = []
            for (index, instruction) in instructions.enumerated() {
                var distances: (then: UInt8, otherwise: UInt8) = (0, 0)
                if let jumps = instruction.jumps {
                    distances = (
                        try distance(from: index, to: jumps.then), try distance(from: index, to: jumps.otherwise)
                    )
                }
                bytes += withUnsafeBytes(of: instruction.code) { Array($0) }
                bytes += [distances.then, distances.otherwise]
                bytes += withUnsafeBytes(of: instruction.value) { Array($0) }
            }
            return bytes
        }

        private func distance(from index: Int, to place: Place) throws(JailFailure) -> UInt8 {
            if place == .next { return 0 }
            guard let position = positions[place], let distance = UInt8(exactly: position - index - 1) else {
                throw JailFailure(stage: "seccomp", errno: E2BIG, detail: "a jump out of reach")
            }
            return distance
        }
    }
}
