public import GradingModel

/// What came on a runner's result channel (descriptor 4).
///
/// A frame is a length of four bytes, most significant first, and as many bytes of JSON. Exactly one complete frame is an
/// answer; its content is a claim of the program, no more. Nothing that stands in a frame can make a verdict better than
/// a wrong or a right answer, and nothing can make it the service's fault.
public enum RunnerFrame: Sendable, Hashable {
    /// Nothing came.
    case none
    /// One frame, and nothing after it.
    case complete(Content)
    /// A whole frame and then something more.
    case extra
    /// Not a frame, cut short, or not what a runner says.
    case malformed(reason: String)
    /// More than the service reads. Set by whoever reads the channel, never by `parse`.
    case oversized

    public enum Content: Sendable, Hashable {
        /// What a call returned (or left in its first argument). `printed` is what the language's own `print` writes for
        /// it, where the runner says so.
        case returned(Value, printed: ByteString?)
        /// What the call of an assertion came to.
        case evaluated(ExactValue)
        case assertionsPassed
        case assertionsFailed(message: String)
        case error(ErrorKind, message: String)
        /// The test's own source cannot be run as it is written; only a build that runs no code of the submission is
        /// believed.
        case invalidTest(message: String)
    }

    public enum ErrorKind: String, Sendable, Hashable {
        /// An exception, a panic or a rejected promise that nobody caught.
        case exception
        /// The submission's process ended before the examiner was through with it.
        case ended
        /// The function is not there; the message lists what is.
        case entryNotFound = "entry_not_found"
        /// An argument does not fit the declared type.
        case argument
        /// The result is of a type that cannot be carried.
        case result
        /// The runner itself gave up.
        case harness
    }

    /// The deepest nesting of a returned value; less than that of requests, so that a stored result can be read back.
    public static let maximumDepth = 500

    /// Reads all bytes that came on the channel.
    public static func parse(_ channel: ByteString) -> RunnerFrame {
        let bytes = channel.bytes
        guard !bytes.isEmpty else { return .none }
        guard bytes.count >= 4 else { return .malformed(reason: "the response is cut short") }
        let length = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 4 + length else { return .malformed(reason: "the response is cut short") }
        guard bytes.count == 4 + length else { return .extra }
        let options = JSONCodec.Options(allowNonFinite: true, allowRawSurrogates: true, maximumDepth: maximumDepth)
        do throws(JSONSyntaxError) {
            return try content(JSONCodec.parse(Array(bytes[4...]), options: options))
        } catch {
            return .malformed(reason: "the response is not JSON: \(error)")
        }
    }

    private static func content(_ frame: Value) -> RunnerFrame {
        let unknown = RunnerFrame.malformed(reason: "the response is none that a runner gives")
        guard case .map = frame else { return unknown }
        let message = frame["message"]?.stringValue?.text ?? ""
        if let returned = frame["returned"] {
            return .complete(.returned(Value(tagged: returned), printed: frame["printed"]?.stringValue))
        }
        if let evaluated = frame["evaluated"] {
            return ExactValue(wire: evaluated).map { .complete(.evaluated($0)) } ?? unknown
        }
        if let text = frame["assertions"]?.textValue {
            switch text {
            case "passed": return .complete(.assertionsPassed)
            case "failed": return .complete(.assertionsFailed(message: message))
            default: return unknown
            }
        }
        if let kind = frame["error"]?.textValue.flatMap(ErrorKind.init(rawValue:)) {
            return .complete(.error(kind, message: message))
        }
        if let reason = frame["invalid_test"]?.stringValue { return .complete(.invalidTest(message: reason.text)) }
        return unknown
    }
}
