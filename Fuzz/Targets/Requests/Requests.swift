import DatasetFormats
import FuzzSupport
import GradingModel

/// Bodies of requests: read or refused with faults that say where, at a size that follows from the body's.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    let text = input.rest
    let asText = VerificationInfo.decode(.string(ByteString(bytes: text)))
    guard let body = try? JSONCodec.parse(text) else { return }

    do throws(RequestFaults) {
        let submission = try SubmissionDecoder.decode(body)
        if case .cases(let tests) = submission.tests { require(!tests.isEmpty, "a submission has tests") }
        let limits = submission.limits.resolved(defaults: Limits())
        require(limits.cpuTime > 0 && limits.wallTime > 0 && limits.memoryMB > 0, "limits are above zero")
    } catch {
        require(!error.faults.isEmpty, "a refused body has faults")
        let size = error.faults.reduce(0) { $0 + $1.pointer.utf8.count + $1.detail.utf8.count }
        require(size <= 2000 + 400 * text.count, "\(size) bytes of faults for \(text.count) bytes")
        require(error.faults.allSatisfy { $0.pointer.isEmpty || $0.pointer.hasPrefix("/") }, "pointers are pointers")
    }

    // The same tests, as an object and as its text.
    let asValue = VerificationInfo.decode(body)
    require(asText == asValue || isTooDeep(asText) || isTooDeep(asValue), "\(asText) is \(asValue)")
    _ = try? OpenDataRecord(body)
}

private func isTooDeep(_ info: VerificationInfo) -> Bool {
    guard case .invalid(let reason) = info.tests else { return false }
    return reason.contains("too many levels")
}
