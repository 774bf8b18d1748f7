/// The kinds of findings there are; the raw values are stable.
public enum FindingCode: String, Sendable, Hashable, CaseIterable {
    // The record.
    case unreadableRecord = "unreadable_record"
    case invalidTests = "invalid_tests"
    case noGold = "no_gold"

    // The gold solution.
    case goldDoesNotCompile = "gold_does_not_compile"
    case goldFails = "gold_fails"
    case goldFlaky = "gold_flaky"
    case goldUnstableOutput = "gold_unstable_output"
    case tightTimeLimit = "tight_time_limit"
    case tightMemoryLimit = "tight_memory_limit"

    // The tests.
    case truncatedTests = "truncated_tests"
    case duplicateTests = "duplicate_tests"
    case contradictoryTests = "contradictory_tests"
    case assertsNothing = "asserts_nothing"
    case emptyProgramAccepted = "empty_program_accepted"
    case constantProgramAccepted = "constant_program_accepted"
    case singleTest = "single_test"
    case weakTests = "weak_tests"

    // How answers are compared.
    case wrappedOutputs = "wrapped_outputs"
    case inconsistentlyWrapped = "inconsistently_wrapped"
    case inPlace = "in_place"
    case comparisonTooStrict = "comparison_too_strict"
    case severalAnswers = "several_answers"

    // Translations.
    case unmatched = "unmatched"
    case ambiguousMatch = "ambiguous_match"
    case originalFails = "original_fails"
    case translationFails = "translation_fails"
    case translationDiffers = "translation_differs"
    case integerOverflow = "integer_overflow"
    case integerDivision = "integer_division"
    case negativeModulo = "negative_modulo"
    case floatFormatting = "float_formatting"
    case outputOrder = "output_order"
    case textLength = "text_length"
    case recursionDepth = "recursion_depth"
    case inputParsing = "input_parsing"

    // Our own faults.
    case notAudited = "not_audited"

    /// How much it matters unless the finding says otherwise.
    public var severity: Severity {
        switch self {
        case .singleTest, .unmatched: .note
        case .noGold, .goldUnstableOutput, .tightTimeLimit, .tightMemoryLimit, .duplicateTests, .weakTests,
            .wrappedOutputs, .comparisonTooStrict, .severalAnswers:
            .warning
        default: .error
        }
    }

    /// What it means, in one line, for reports that list the rules.
    public var summary: String {
        switch self {
        case .unreadableRecord: "The record cannot be read."
        case .invalidTests: "The tests cannot be run as they are written."
        case .noGold: "There is no gold solution to check the tests with."
        case .goldDoesNotCompile: "The gold solution does not compile."
        case .goldFails: "The gold solution does not pass the problem's tests."
        case .goldFlaky: "The gold solution passes a test in one run and not in another."
        case .goldUnstableOutput: "The gold solution's answer to a test changes from run to run."
        case .tightTimeLimit: "The gold solution needs most of the time limit."
        case .tightMemoryLimit: "The gold solution needs most of the memory limit."
        case .truncatedTests: "A test's input or expected output is cut short."
        case .duplicateTests: "Tests are there more than once."
        case .contradictoryTests: "The same input is there with different expected outputs."
        case .assertsNothing: "A test asserts nothing."
        case .emptyProgramAccepted: "A program that does nothing passes all tests."
        case .constantProgramAccepted: "A program that always gives the same answer passes all tests."
        case .singleTest: "There is one test, so that the answer alone passes."
        case .weakTests: "Most faults that are put into the gold solution pass all tests."
        case .wrappedOutputs: "Expected values are wrapped in a one-element list."
        case .inconsistentlyWrapped: "Some expected values are wrapped in a one-element list, some are not."
        case .inPlace: "The function is to change its first argument, and what it returns is compared."
        case .comparisonTooStrict: "The gold solution passes under a more lenient comparison only."
        case .severalAnswers: "There is more than one right answer, and one of them is expected."
        case .unmatched: "A problem has no counterpart in another language."
        case .ambiguousMatch: "Several problems of one language have the same id."
        case .originalFails: "The original's gold solution does not pass its own tests."
        case .translationFails: "The translation does not pass the tests."
        case .translationDiffers: "The translation's answers differ from the original's."
        case .integerOverflow: "An integer of the translation is too narrow."
        case .integerDivision: "The translation's integer division rounds another way."
        case .negativeModulo: "The translation's remainder has another sign."
        case .floatFormatting: "The translation writes numbers another way."
        case .outputOrder: "The translation gives the same elements in another order."
        case .textLength: "The translation counts the characters of a text another way."
        case .recursionDepth: "The translation's stack does not hold the recursion."
        case .inputParsing: "The translation reads its input another way."
        case .notAudited: "The problem could not be examined, which is no fault of its own."
        }
    }
}
