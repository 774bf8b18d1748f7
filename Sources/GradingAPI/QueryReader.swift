import GradingModel
import HTTPTypes
import Hummingbird

/// Reads query parameters and collects what is wrong with them.
///
/// An empty one is the same as none.
struct QueryReader {
    private let parameters: Parameters
    private var faults: [Problem.Fault] = []

    init(_ request: Request) { parameters = request.uri.queryParameters }

    func text(_ name: String) -> String? {
        guard let value = parameters[Substring(name)], !value.isEmpty else { return nil }
        return String(value)
    }

    /// `true`, `false`, `1` or `0`.
    mutating func flag(_ name: String, default fallback: Bool) -> Bool {
        switch text(name)?.lowercased() {
        case nil: return fallback
        case "true", "1": return true
        case "false", "0": return false
        default:
            fault(name, "must be true or false")
            return fallback
        }
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let text = text(name) else { return fallback }
        guard let value = Int(text), range.contains(value) else {
            fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return value
    }

    mutating func verdict(_ name: String) -> Verdict? {
        guard let text = text(name) else { return nil }
        guard let verdict = Verdict(rawValue: text) else {
            fault(name, "must be one of " + Verdict.allCases.map(\.rawValue).joined(separator: ", "))
            return nil
        }
        return verdict
    }

    mutating func language(_ name: String) -> Language? {
        guard let text = text(name) else { return nil }
        guard let language = Language(name: text) else {
            fault(name, "must be one of " + Language.acceptedNames.joined(separator: ", "))
            return nil
        }
        return language
    }

    /// The header `Idempotency-Key`: 1 to 255 printable ASCII characters.
    mutating func idempotencyKey(of request: Request) -> String? {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headers[name] else { return nil }
        if !(1...255).contains(key.utf8.count) || !key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            fault("Idempotency-Key", "must be 1 to 255 printable ASCII characters")
        }
        return key
    }

    mutating func fault(_ name: String, _ detail: String) {
        faults.append(Problem.Fault(detail: "\(name) \(detail)", parameter: name))
    }

    /// Throws everything that was wrong.
    func finish() throws {
        if !faults.isEmpty { throw Problem.invalid(faults) }
    }
}
