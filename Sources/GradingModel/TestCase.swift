/// One test of a submission.
public struct TestCase: Sendable, Hashable {
    /// What a test does and what it expects.
    public enum Kind: Sendable, Hashable {
        /// The program as a process: `input` on stdin, `expected` on stdout (any one of the list).
        case stdinStdout(input: ByteString, expected: [ByteString])
        /// One call of a function with positional arguments; `expected` holds the accepted values (any one).
        case functionCall(function: String, arguments: [Value], expected: [Value])
        /// Test source in the submission's language, run after it. `entryPoint` names the function for
        /// HumanEval's `check(candidate)`.
        case assertions(code: ByteString, entryPoint: String?)
        /// `assertions` of one call, of which only the call enters a jail.
        case assertedCall(AssertedCall)
    }

    public var kind: Kind
    /// The client's label, not interpreted.
    public var name: String?
    /// Overrides of the submission's limits for this test.
    public var limits: LimitOverrides
    /// Where this test's program reads and writes; `nil`: as the submission says.
    public var files: ProgramFiles?

    public init(
        _ kind: Kind,
        name: String? = nil,
        limits: LimitOverrides = LimitOverrides(),
        files: ProgramFiles? = nil
    ) {
        self.kind = kind
        self.name = name
        self.limits = limits
        self.files = files
    }

    /// The test's type as the API names it.
    public var typeName: String {
        switch kind {
        case .stdinStdout: "stdin_stdout"
        case .functionCall: "function_call"
        case .assertions, .assertedCall: "assertions"
        }
    }
}
