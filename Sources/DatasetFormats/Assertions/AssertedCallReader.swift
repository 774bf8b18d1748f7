public import GradingModel

/// Tells tests that are nothing but one assertion of one call from all others.
///
/// `assert f(1, 2) == 3` is such a test: the call of a function with literals on one side, a literal on the other. Only
/// the call needs to run, so that the expected value need not enter the jail. What is not plainly of that form stays
/// as it is: names and operators (but a sign), keyword arguments, formatted strings, a second statement.
public enum AssertedCallReader {
    /// The longest test that is looked at, in bytes: a longer one is hardly a single assertion.
    private static let lengthLimit = 1 << 20

    /// The test as `assertedCall` if it is of that form, else as it is.
    public static func read(_ test: TestCase, language: Language) -> TestCase {
        // With an entry point it is a `check(candidate)`.
        guard case .assertions(let code, nil) = test.kind, code.count <= lengthLimit, code.isValidUTF8,
            let assertion = read(code, language)
        else { return test }
        return TestCase(.assertedCall(assertion), name: test.name, limits: test.limits)
    }

    private static func read(_ code: ByteString, _ language: Language) -> AssertedCall? {
        code.bytes.withUnsafeBufferPointer { bytes in
            switch language {
            case .python: PythonAssertion.read(bytes)
            case .javascript: JavaScriptAssertion.read(bytes)
            case .cpp: CppAssertion.read(bytes)
            case .rust: RustAssertion.read(bytes)
            }
        }
    }

    /// `line 3: assert f(1) == 2 (what it says)`, the source on one line and at most 300 bytes long.
    static func message(_ bytes: UnsafeBufferPointer<UInt8>, _ statement: Range<Int>, says: ByteString?) -> String {
        let line = bytes[..<statement.lowerBound].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let source = ByteString(bytes: bytes[statement])
        let lines = source.text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: " ").joined(separator: " ")
        }
        let whole = ByteString(lines.joined(separator: " "))
        let shown = whole.count > 300 ? whole.prefix(300).text + "…" : whole.text
        return "line \(line): \(shown)" + (says.map { " (\($0.text))" } ?? "")
    }
}
