import DatasetFormats
import GradingModel

extension SubmissionDecoder {
    /// Reads a submission from a request's body.
    /// - Throws: `JSONSyntaxError`, or the `Problem` 422 with every fault.
    static func submission(fromBody body: [UInt8], caps: LimitCaps) throws -> Submission {
        try submission(from: try JSONCodec.parse(body), caps: caps)
    }

    /// Reads a submission from a body's value.
    /// - Throws: The `Problem` 422 with every fault.
    static func submission(from value: Value, caps: LimitCaps) throws -> Submission {
        do {
            return try decode(value, caps: caps)
        } catch {
            throw Problem.invalid(error.faults.map { Problem.Fault(pointer: $0.pointer, detail: $0.detail) })
        }
    }
}
