/// Why what genesys stored differs from our verdict.
public enum GenesysReason: String, Sendable, Hashable, CaseIterable {
    /// `verification_info` is text that Python's `literal_eval` does not read: its whole batch is lost.
    case undecodableRecord = "undecodable_record"
    /// The pattern takes other text for the program than what is one.
    case otherProgram = "other_program"
    /// The pattern finds no program where there is one: a fence `c++`, an unclosed one, a space behind its tag.
    case fenceNotMatched = "fence_not_matched"
    /// No tests: a division by zero, no score.
    case noTests = "no_tests"
    /// Calls in JavaScript, Rust and C++ are not implemented: no score.
    case callNotImplemented = "call_not_implemented"
    /// A file's length was counted in characters: source beyond ASCII is cut short.
    case sourceCut = "source_cut"
    /// Likewise an input.
    case inputCut = "input_cut"
    /// Calls beside processes are run as processes.
    case mixedTests = "mixed_tests"
    /// A list of lines is written as Python writes a list.
    case listAsText = "list_as_text"
    /// What was written to stderr is compared too.
    case stderrMerged = "stderr_merged"
    /// The exit status does not count.
    case exitStatusIgnored = "exit_status_ignored"
    /// Output that is not UTF-8: no score.
    case undecodableOutput = "undecodable_output"
    /// 120 s for the whole sample, and no score beyond.
    case timeout
    /// A limit of ours was hit that genesys does not have.
    case noLimits = "no_limits"
    /// A one-element list is expected of a call that returns the element.
    case wrappedOutput = "wrapped_output"
    /// A call's value is compared as Python prints it, with all that the program printed before.
    case printedValue = "printed_value"
    /// Lines must be equal once they are stripped: no tolerance, no tokens.
    case textComparison = "text_comparison"
    /// The record's own rules (a checker, a tolerance) differ from genesys'.
    case ownRules = "own_rules"
}
