import CJail
import Glibc
import JailProtocol

/// The calls that the program's filter tells the init of.
struct Refusals {
    private var counts: [Int32: UInt64] = [:]
    private var usesNetwork = false

    /// Answers the next call that `listener` tells of.
    ///
    /// Sockets of the internet are made, and their jail's network is not used again. Everything else is refused.
    /// - Returns: What is worth telling: of refusals the first of its number, the second, the fourth and so on, so that
    ///   a flood of them is none of messages.
    mutating func answerNext(of listener: Int32) -> InitMessage? {
        var id: UInt64 = 0
        var call: Int32 = 0
        var argument: UInt64 = 0
        // Its process may be gone by now, which is no error of ours.
        guard cjail_seccomp_next(listener, &id, &call, &argument) == 0 else { return nil }
        if SeccompFilter.isInternetSocket(call, argument) {
            // Said before it is made: nothing of it can be there without the jailer's knowledge.
            _ = cjail_seccomp_continue(listener, id)
            defer { usesNetwork = true }
            return usesNetwork ? nil : .usesNetwork
        }
        _ = cjail_seccomp_refuse(listener, id, SeccompFilter.refusal(of: call))
        let count = counts[call, default: 0] + 1
        counts[call] = count
        return count.nonzeroBitCount == 1 ? .denied(call: call, count: count) : nil
    }
}
