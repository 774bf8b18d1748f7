public import GradingModel

/// The tests of a SYNTHETIC-1 coding record, in any of the forms in which they and their relatives are about.
///
/// Read are, each as an object or list, as JSON text or as Python-literal text, also one inside the other:
/// - SYNTHETIC-1: `{"language", "test_cases": [{"type", "fn_name", "input", "output"}]}`;
/// - APPS, TACO, verl, PRIME: `{"inputs", "outputs", "fn_name"}`, also below `input_output`;
/// - LiveCodeBench: `[{"input", "output", "testtype", "metadata"}]`, also as `public_test_cases` and
///   `private_test_cases`;
/// - verl: `{"assert_case": […]}`; open-instruct and AceCoder: a list of `assert …` strings;
/// - INTELLECT-3: `info`, `tests`, and items that are JSON once more.
///
/// In the test of a call, a list `input` is the positional arguments. A string is one argument a line, each JSON or
/// a Python literal, or else one argument as a whole; then `output`, if a string, is the text of the value.
/// In a test of a process, text may also be a list of lines.
public struct VerificationInfo: Sendable, Hashable {
    /// Its own `language`, which counts where a request names none.
    public var language: String?
    /// The tests; `.invalid` with the reason where there are none or any of them cannot be decoded.
    public var tests: Submission.Tests

    public init(language: String?, tests: Submission.Tests) {
        self.language = language
        self.tests = tests
    }

    /// Decodes the value of a record's or request's `verification_info`.
    ///
    /// Never fails: what is wrong is in `tests`.
    public static func decode(_ value: Value) -> VerificationInfo { decode(value, at: "verification_info") }

    /// Decodes a value that stands in the field `path`.
    static func decode(_ value: Value, at path: String) -> VerificationInfo {
        var decoder = VerificationInfoDecoder()
        do throws(UndecodableTests) {
            let cases = try decoder.tests(in: value, at: path)
            guard !cases.isEmpty else { throw UndecodableTests("\(path) holds no tests") }
            return VerificationInfo(language: decoder.language, tests: .cases(cases))
        } catch {
            return VerificationInfo(language: decoder.language, tests: .invalid(reason: error.reason))
        }
    }
}

/// Why tests cannot be decoded, with the place.
struct UndecodableTests: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}
