import Glibc

/// The bytes of one execution, taken apart from the front.
public struct FuzzInput {
    public private(set) var rest: [UInt8]

    init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = Array(bytes) }

    /// The next byte, 0 at the end: choices come first, what is chosen for behind them.
    public mutating func byte() -> UInt8 { rest.isEmpty ? 0 : rest.removeFirst() }

    /// One of `choices`, which is not empty.
    public mutating func choice<Choice>(of choices: [Choice]) -> Choice { choices[Int(byte()) % choices.count] }

    /// The rest in two parts, around the first byte 01; the second is empty where there is none.
    public var halves: ([UInt8], [UInt8]) {
        guard let middle = rest.firstIndex(of: 1) else { return (rest, []) }
        return (Array(rest[..<middle]), Array(rest[(middle + 1)...]))
    }
}

/// Stops the fuzzer at a finding: something that must hold does not.
public func require(_ holds: Bool, _ claim: @autoclosure () -> String) {
    guard holds else { fatalError("does not hold: \(claim())") }
}

/// Fails where work takes much more CPU time than work linear in its size could.
///
/// `size` in bytes; one byte may take two microseconds on top of half a second, in a build with sanitizers.
public func requireLinearTime(size: Int, _ claim: String, _ work: () -> Void) {
    let start = cpuMicroseconds()
    work()
    let duration = cpuMicroseconds() - start
    require(duration < 500_000 + 2 * size, "\(claim): \(size) bytes took \(duration) µs")
}

private func cpuMicroseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}

/// `bytes` again and again: at least `size` bytes, less than twice as many.
public func repeated(_ bytes: [UInt8], toSize size: Int, separator: [UInt8] = []) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    var result = bytes
    while result.count < size { result += separator + result }
    return result
}
