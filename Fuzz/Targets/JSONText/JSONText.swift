import DatasetFormats
import FuzzSupport
import GradingModel

private nonisolated(unsafe) let oracle = Oracle()

/// JSON: means what it means to Python, and survives being written and read again.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    var input = input
    let choices = input.byte()
    let options = JSONCodec.Options(allowNonFinite: choices & 1 != 0, allowRawSurrogates: choices & 2 != 0)
    let text = input.rest
    let value = try? JSONCodec.parse(text, options: options)
    if choices & 3 == 0 { compareWithPython(value, text) }
    if choices & 0xFC == 0xFC {
        let long = [UInt8(ascii: "[")] + repeated(text, toSize: 1 << 16, separator: [UInt8(ascii: ",")]) + [0x5D]
        requireLinearTime(size: long.count, "parse") {
            if let value = try? JSONCodec.parse(long, options: options) { _ = JSONCodec.serialize(value) }
        }
    }
    guard let value else { return }

    let deep = JSONCodec.Options(maximumDepth: 4096)
    func read(_ bytes: [UInt8]) -> Value {
        do { return try JSONCodec.parse(bytes, options: deep) } catch { fatalError("written, but not read: \(error)") }
    }
    let written = JSONCodec.serialize(value)
    require(JSONCodec.serialize(read(written)) == written, "what is written is read as the same")
    require(Value(tagged: read(JSONCodec.serialize(value.tagged))) == value, "tags keep a value")
    require(value.hashValue == Value(tagged: value.tagged).hashValue, "equal values have one hash")
    let resolved = Value(tagged: value)
    require(Value(tagged: read(JSONCodec.serialize(resolved.tagged))) == resolved, "tags keep sets and maps")
    let readable = ResultEncoder.readable(resolved)
    require(read(JSONCodec.serialize(readable)) == readable, "what clients read is plain JSON")
}

private func compareWithPython(_ value: Value?, _ text: [UInt8]) {
    // Python's strings need not be UTF-8; a byte order mark is an error there, and too many digits are one here.
    guard ByteString(bytes: text).isValidUTF8, !text.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
    switch oracle.ask(.json, text) {
    case .skipped: break
    case .value(let expected, _): require(value == expected, "\(value as Any) is \(expected)")
    case .refused(let reason): require(value == nil, "Python refuses what is read as \(value as Any): \(reason)")
    }
}
