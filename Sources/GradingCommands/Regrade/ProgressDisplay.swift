import Foundation
import GradingModel
import Regrading

/// Shows on standard error how far a regrade is: a line that changes on a terminal, else a line now and then.
struct ProgressDisplay: Sendable {
    var progress: RegradeProgress
    var isTerminal = isatty(STDERR_FILENO) == 1
    var interval = Duration.seconds(30)

    /// Runs until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            if isTerminal { write("\r\u{1B}[K" + Self.line(progress.status)) }
            do { try await Task.sleep(for: isTerminal ? .milliseconds(500) : interval) } catch { break }
            if !isTerminal { write(Self.line(progress.status) + "\n") }
        }
        if isTerminal { write("\r\u{1B}[K") }
    }

    static func line(_ status: RegradeStatus) -> String {
        guard status.phase == .grading else { return "\(status.phase.rawValue): \(status.done) rows" }
        var parts = ["\(status.done) rows"]
        if let fraction = status.fraction { parts[0] += " (\(Int(fraction * 100)) %)" }
        parts.append(String(format: "%.1f rows/s", status.rate))
        if let remaining = status.remaining { parts.append(duration(remaining) + " left") }
        let counts = Verdict.allCases.compactMap { verdict in
            status.verdicts[verdict].map { "\(verdict.shortCode) \($0)" }
        }
        if !counts.isEmpty { parts.append(counts.joined(separator: " ")) }
        parts.append("\(status.underWay) under way")
        if status.repeated > 0 { parts.append("\(status.repeated) repeated") }
        if status.unreadable > 0 { parts.append("\(status.unreadable) unreadable") }
        return parts.joined(separator: ", ")
    }

    static func duration(_ seconds: Double) -> String {
        let minutes = Int((seconds / 60).rounded(.up))
        return minutes < 2 ? "\(Int(seconds.rounded(.up))) s" : minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h"
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
