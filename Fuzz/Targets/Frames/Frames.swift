import FuzzSupport
import GradingModel
import GradingRules

/// What comes on a runner's result channel: exactly one whole frame is an answer, whose value is carried unchanged.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    let bytes = input.rest
    let frame = RunnerFrame.parse(ByteString(bytes: bytes))
    require(bytes.isEmpty == (frame == .none), "only an empty channel says nothing")
    check(frame, bytes)
    // The same bytes as the content of a frame.
    let whole = framed(bytes)
    check(RunnerFrame.parse(ByteString(bytes: whole)), whole)
}

private func framed(_ content: [UInt8]) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: content.count >> $0) } + content
}

private func check(_ frame: RunnerFrame, _ bytes: [UInt8]) {
    guard case .complete(let content) = frame else { return }
    require(RunnerFrame.parse(ByteString(bytes: bytes + [0])) == .extra, "one byte more is extra")
    for end in Set([1, 3, 4, bytes.count / 2, bytes.count - 1]) where end < bytes.count {
        guard case .malformed = RunnerFrame.parse(ByteString(bytes: bytes[..<end])) else {
            fatalError("a frame that is cut after \(end) bytes is read")
        }
    }
    guard case .returned(let value, let printed) = content else { return }
    var fields = [MapEntry(key: "returned", value: value.tagged)]
    if let printed { fields.append(MapEntry(key: "printed", value: .string(printed))) }
    let again = RunnerFrame.parse(ByteString(bytes: framed(JSONCodec.serialize(.map(fields)))))
    // Tags nest deeper than what they stand for.
    if case .malformed(let reason) = again, reason.contains("nested") { return }
    require(again == frame, "\(again) is \(frame)")
}
