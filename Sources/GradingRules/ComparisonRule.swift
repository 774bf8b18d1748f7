/// The rules that can decide a comparison, by the name they have in a trace.
///
/// Where several had a part in an answer being right, the one named last here is reported: it is the most lenient.
enum ComparisonRule: String, Comparable, CaseIterable {
    /// Byte for byte, or equal as values.
    case equal
    /// Equal but for white space.
    case whitespace
    /// Equal as a sequence of tokens, lines ignored (policy `tokens`).
    case tokens
    /// Equal line by line after stripping, as `genesys` and `lcb` do.
    case lines
    /// Equal without empty lines.
    case blankLines = "blank_lines"
    /// Equal as decimal numbers of any precision (policy `lcb`).
    case decimals
    /// Some numbers are equal only within the tolerance, or are written differently.
    case tolerance
    /// `007` for `7`, `+5` for `5` (policy `lenient`).
    case numberForm = "number_form"
    /// `YES` for `yes` (policy `lenient`).
    case letterCase = "letter_case"
    /// A set against a list, compared as sets.
    case sets
    /// A map with integer keys against an object.
    case integerKeys = "integer_keys"
    /// A value against the text of itself (policy `lenient`).
    case textOfValue = "text_of_value"
    /// Lines equal as sets of tokens, in any order and number (policy `apps`).
    case tokenSets = "token_sets"
    /// The same, with numbers rounded to three decimals (policy `apps`).
    case roundedTokenSets = "rounded_token_sets"
    /// What Python prints is equal (policy `genesys`).
    case printed
    /// `x` where `[x]` is expected.
    case unwrapped
    /// The output is not UTF-8, which the policy's source cannot read.
    case undecodable
    /// The equality of the language, of an assertion that was compared outside of the jail.
    case assertion
    case different

    private var leniency: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    static func < (left: ComparisonRule, right: ComparisonRule) -> Bool {
        left.leniency < right.leniency
    }
}
