public import GradingModel

/// One program with what must come of it: a file of `Tests/Corpus`.
public struct CorpusCase: Sendable {
    /// What a program is about; the name of its folder.
    public enum Class: String, Sendable, CaseIterable {
        case escape, exfiltration, denial, accounting, forgery, legitimate
    }

    /// What the same program does outside a jail, which shows that it would tell.
    public enum Control: Sendable, Equatable {
        /// This is in its stdout. Where `hostMayRefuse`, a host that forbids the act itself may keep it from that.
        case prints(String, hostMayRefuse: Bool)
        /// It compiles.
        case compiles
    }

    /// Folder and file without its ending, as `forgery/early-exit-py`.
    public var name: String
    public var kind: Class
    public var intent: String
    public var language: Language
    public var source: String
    /// The body of `POST /v1/submissions`.
    public var request: Value
    public var expectation: CorpusExpectation
    public var control: Control?

    /// A program that tries something, as against one that must simply be accepted.
    public var isHostile: Bool { kind != .legitimate }
}
