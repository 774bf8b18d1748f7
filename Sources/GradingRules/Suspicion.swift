/// What is odd about a run: telemetry for whoever trains the program's author.
///
/// An entry says what was seen, not that somebody cheated: a library may try a denied call and live without it. No verdict
/// depends on it.
public enum Suspicion {
    /// A system call that the jail's filter refused: `denied_call: ptrace`.
    public static func deniedCall(_ name: String) -> String { "denied_call: \(name)" }

    /// The program ended with status 0 although a result was due, and none came.
    public static let earlyExit = "early_exit"
    /// More came on the result channel than one response.
    public static let severalFrames = "several_frames"
    /// What came on the result channel is no response of a runner.
    public static let malformedFrame = "malformed_frame"

    /// The entries of a run: each at most once, denied calls first and by name.
    static func entries(of facts: RunFacts, due: Classifier.Due) -> [String] {
        var entries = Set(facts.deniedCalls).sorted().map(deniedCall)
        switch facts.frame {
        case .none where due != .output && facts.ending == .exited(status: 0),
            .complete(.error(.ended, _)) where facts.ending == .exited(status: 0):
            entries.append(earlyExit)
        case .extra: entries.append(severalFrames)
        case .malformed: entries.append(malformedFrame)
        case .none, .complete, .oversized: break
        }
        return entries
    }
}
