import Glibc
public import GradingModel

/// Python itself, as a process beside the fuzzer that says what a text means: `Fuzz/oracle.py`.
public final class Oracle {
    public enum Answer {
        /// The value, and Python's `repr` of it.
        case value(Value, representation: [UInt8])
        case refused(reason: String)
        /// Something that is known to mean another thing here, or nothing.
        case skipped
    }

    public enum Question: UInt8 {
        case json = 0x4A
        case pythonLiteral = 0x50
    }

    private let input: UnsafeMutablePointer<FILE>
    private let output: UnsafeMutablePointer<FILE>

    /// Starts the script that `ASSAY_FUZZ_ORACLE` names.
    public init() {
        guard let script = getenv("ASSAY_FUZZ_ORACLE").map({ String(cString: $0) }) else {
            fatalError("ASSAY_FUZZ_ORACLE must name oracle.py; ops/fuzz sets it")
        }
        var questions: [Int32] = [0, 0]
        var answers: [Int32] = [0, 0]
        guard pipe(&questions) == 0, pipe(&answers) == 0 else { fatalError("pipe: \(errno)") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, questions[0], 0)
        posix_spawn_file_actions_adddup2(&actions, answers[1], 1)
        // So that the oracle sees the fuzzer's end.
        for descriptor in questions + answers { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var arguments = Self.cStrings(["python3", "-I", script])
        var variables: [String] = []
        for name in ["PATH", "HOME"] {
            if let value = getenv(name) { variables.append(name + "=" + String(cString: value)) }
        }
        var environment = Self.cStrings(variables)
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, "python3", &actions, nil, &arguments, &environment)
        guard status == 0 else { fatalError("python3 does not start: error \(status)") }
        close(questions[0])
        close(answers[1])
        guard let input = fdopen(questions[1], "w"), let output = fdopen(answers[0], "r") else {
            fatalError("fdopen: \(errno)")
        }
        self.input = input
        self.output = output
    }

    /// What Python says of a text.
    public func ask(_ question: Question, _ text: [UInt8]) -> Answer {
        let frame = [question.rawValue] + Self.bytes(of: text.count) + text
        guard fwrite(frame, 1, frame.count, input) == frame.count, fflush(input) == 0 else {
            fatalError("the oracle has ended")
        }
        let kind = read(1)[0]
        let first = read(count())
        let second = read(count())
        switch kind {
        case UInt8(ascii: "V"):
            do {
                let options = JSONCodec.Options(maximumDepth: 4096)
                let value = Value(tagged: try JSONCodec.parse(first, options: options))
                return .value(value, representation: second)
            } catch {
                fatalError("the oracle's answer is not JSON: \(error)")
            }
        case UInt8(ascii: "E"): return .refused(reason: String(decoding: first, as: UTF8.self))
        default: return .skipped
        }
    }

    /// A null-terminated array of C strings; never freed, since the oracle lives as long as the fuzzer.
    private static func cStrings(_ strings: [String]) -> [UnsafeMutablePointer<CChar>?] {
        var pointers: [UnsafeMutablePointer<CChar>?] = []
        for string in strings { pointers.append(strdup(string)) }
        pointers.append(nil)
        return pointers
    }

    private static func bytes(of count: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
    }

    private func count() -> Int { read(4).reduce(0) { $0 << 8 | Int($1) } }

    private func read(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard count == 0 || fread(&bytes, 1, count, output) == count else { fatalError("the oracle has ended") }
        return bytes
    }
}
