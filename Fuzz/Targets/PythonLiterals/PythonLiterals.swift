import DatasetFormats
import FuzzSupport
import GradingModel

private nonisolated(unsafe) let oracle = Oracle()

/// Python literals: mean what they mean to `ast.literal_eval`.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    var input = input
    let isLong = input.byte() == 0xFF
    let text = input.rest
    let value: Value?
    let fault: PythonLiteralError?
    do throws(PythonLiteralError) {
        (value, fault) = (try PythonLiteral.parse(text), nil)
    } catch {
        (value, fault) = (nil, error)
    }
    if isLong {
        let long = [UInt8(ascii: "[")] + repeated(text, toSize: 1 << 16, separator: [UInt8(ascii: ",")]) + [0x5D]
        requireLinearTime(size: long.count, "parse") { _ = try? PythonLiteral.parse(long) }
    }
    guard ByteString(bytes: text).isValidUTF8 else { return }
    switch oracle.ask(.pythonLiteral, text) {
    case .skipped: break
    case .value(let expected, let representation):
        guard let value else {
            let isKnown = fault?.message.contains("by name") == true
            require(isKnown, "refused: \(fault as Any), where Python reads \(expected)")
            return
        }
        require(value == expected, "\(value) is \(expected)")
        let again = try? PythonLiteral.parse(representation)
        require(again != nil, "what Python writes can be read: \(String(decoding: representation, as: UTF8.self))")
    case .refused(let reason):
        guard let value else { break }
        require(mayBeMore(text), "Python refuses what is read as \(value): \(reason)")
    }
}

/// Whether a text has something that is read here and not by Python: the words of non-finite floats, white space in
/// front, NUL and form feeds, and after them a line end.
private func mayBeMore(_ text: [UInt8]) -> Bool {
    let string = String(decoding: text, as: UTF8.self)
    return string.contains("nan") || string.contains("inf") || text.contains(0) || text.contains(0x0C)
        || text.contains(UInt8(ascii: "\n")) || text.contains(UInt8(ascii: "\r"))
}
