import CLibFuzzer
import Glibc

private nonisolated(unsafe) var checked: (FuzzInput) -> Void = { _ in }

/// Hands the process to libFuzzer, which calls `check` with one input after the other.
///
/// `check` ends the process where something does not hold.
public func runFuzzer(_ check: @escaping (FuzzInput) -> Void) -> Never {
    checked = check
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
        LLVMFuzzerRunDriver(&count, &arguments) { start, count in
            checked(FuzzInput(UnsafeBufferPointer(start: start, count: count)))
            return 0
        }
    )
}
