public import GradingModel

/// What a checker or an interactor decided.
public enum JuryDecision: Sendable, Hashable {
    case accepts(String?)
    case rejects(String?)
    /// It says itself that the problem is at fault.
    case fails(String?)
    /// It decided nothing: it crashed, or was over a limit of its own.
    ///
    /// Whether that is the problem's fault, or comes of what it was given, is not known from this run alone.
    case breaks(String)

    /// Reads the decision from the facts of its run.
    ///
    /// - Parameters:
    ///   - facts: Its own, under its own limits.
    ///   - stdout: What it printed; an interactor's goes elsewhere.
    ///   - stderr: Where testlib's programs put their message.
    ///   - form: How it says what it decided. Exit statuses: see `Runners/cpp/README.md`.
    public init(_ facts: RunFacts, stdout: ByteString = "", stderr: ByteString, form: Checker.Form) {
        let said = Self.message(stderr) ?? (form == .testlib ? Self.message(stdout) : nil)
        // Not as a program's: a wall time or a policy changes nothing here.
        if let failure = Classifier.failure(of: facts, due: .output, policy: .genesys) {
            self = .breaks(failure.message ?? failure.verdict.rawValue)
            return
        }
        switch (facts.ending, form) {
        case (.signaled(let name), _):
            self = .breaks("it ended by signal \(name)" + (said.map { ": \($0)" } ?? ""))
        case (.exited(status: 0), .testlib): self = .accepts(said)
        case (.exited(status: 0), .openR1):
            let printed = Self.message(stdout)
            self = printed == "1" || printed == "100" ? .accepts(said) : .rejects(said ?? printed)
        case (.exited(let status), .testlib):
            switch status {
            // Points are less than all.
            case 1, 2, 4, 7, 8: self = .rejects(said)
            case 16...216 where said?.hasPrefix("partially correct") == true: self = .rejects(said)
            case 3: self = .fails(said)
            default: self = .breaks("it ended with exit status \(status)" + (said.map { ": \($0)" } ?? ""))
            }
        case (.exited(let status), .openR1):
            self = .breaks("it ended with exit status \(status)" + (said.map { ": \($0)" } ?? ""))
        case (.killed, _): self = .breaks("it was killed")
        }
    }

    /// The longest message that is kept of a program's words, in bytes.
    private static let longestMessage = 2048

    /// What a program said, without white space around it; `nil` where that is nothing.
    private static func message(_ output: ByteString) -> String? {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (9...13).contains(byte) }
        let words = output.bytes.drop(while: isBlank)
        guard let last = words.lastIndex(where: { !isBlank($0) }) else { return nil }
        let text = ByteString(bytes: words[...last])
        // A traceback ends with what happened.
        guard text.count > longestMessage else { return text.text }
        return "…" + ByteString(bytes: text.bytes.suffix(longestMessage)).text
    }
}
