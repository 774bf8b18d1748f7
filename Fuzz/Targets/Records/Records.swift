import DatasetFormats
import FuzzSupport
import GradingModel

/// Records of public data sets: read in the shape that their fields tell, or in one that is forced, or refused with the
/// field.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    var input = input
    let shape = input.choice(of: [nil] + RecordShape.allCases)
    let line = input.rest
    do throws(RecordFault) {
        let record = try RecordReader(shape: shape).read(line: line)
        require(shape == nil || record.shape == shape, "a shape that is forced is kept")
        if case .cases(let tests) = record.tests { require(!tests.isEmpty, "a record's tests are some") }
        require(record.truncatedTests.allSatisfy { $0 >= 0 }, "indexes are indexes")
        for language in Language.allCases {
            let limits = record.limits(for: language).resolved(defaults: Limits())
            let largest = LimitCaps.standard.largest
            require(limits.cpuTime > 0 && limits.cpuTime <= largest.cpuTime, "CPU time within the caps")
            require(limits.wallTime > 0 && limits.wallTime <= largest.wallTime, "wall time within the caps")
            require(limits.memoryMB > 0 && limits.memoryMB <= largest.memoryMB, "memory within the caps")
        }
        if let result = VerificationResult(predictionOf: record) {
            require(result.score == 0 || result.score == 1 || record.comparison.policy == .genesys, "0 or 1")
        }
        guard let answer = record.answer, let submission = record.submission(of: answer),
            let request = record.request(of: answer)
        else { return }
        // What a server makes of a record is what is graded here; or it says why not.
        guard let sent = try? JSONCodec.parse(JSONCodec.serialize(request), options: .init(maximumDepth: 4096)),
            let read = try? SubmissionDecoder.decode(sent)
        else { return }
        if case .cases = submission.tests { require(read == submission, "\(read) is \(submission)") }
    } catch {
        require(!error.reason.isEmpty, "a fault has a reason")
        let size = error.description.utf8.count
        require(size <= 4000 + line.count, "\(size) bytes of fault for \(line.count) bytes")
    }
}
