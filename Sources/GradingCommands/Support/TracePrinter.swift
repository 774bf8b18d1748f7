import Foundation
import GradingModel

/// A submission's result as people read it.
struct TracePrinter {
    var style: TerminalStyle
    /// Lines of stdout and stderr that are shown of one test, each.
    var outputLines = 12
    /// Show the output of accepted tests too.
    var isVerbose = false

    /// The whole trace: the compiler where it has something to say, a line for each test, a line for all.
    func text(_ result: SubmissionResult) -> String {
        var lines: [String] = []
        lines += compilation(result.compile)
        for test in result.tests { lines += self.lines(of: test) }
        lines.append(summary(result))
        return lines.joined(separator: "\n") + "\n"
    }

    private func compilation(_ compile: CompileResult) -> [String] {
        let hasFailed = compile.status != .ok && compile.status != .notNeeded
        guard hasFailed || isVerbose else { return [] }
        let sign = hasFailed ? style.red("✗") : style.green("✓")
        var head = "\(sign) compile: \(words(compile.status.rawValue))"
        if let form = compile.form { head += " (\(form))" }
        head += style.dim("  cpu \(seconds(compile.cpuTime))  wall \(seconds(compile.wallTime))")
        return [head] + block("stdout", compile.stdout, false) + block("stderr", compile.stderr, false)
    }

    /// One test: a line, and below it what explains its verdict.
    func lines(of test: TestResult) -> [String] {
        let isAccepted = test.verdict == .accepted
        let sign =
            switch test.verdict {
            case .accepted: style.green("✓")
            case .skipped: style.dim("–")
            default: style.red("✗")
            }
        var label = "\(test.index) \(test.type)"
        if let name = test.name { label += " " + ByteString(name).printable.replacing("\n", with: " ") }
        var head = "\(sign) \(label)  \(verdict(test.verdict))"
        if test.verdict != .skipped {
            head += style.dim(
                "  cpu \(seconds(test.cpuTime))  wall \(seconds(test.wallTime))  memory \(memory(test.memoryPeakKB))"
            )
        }
        var lines = [head]
        if let comparison = test.comparison, !isAccepted || isVerbose {
            lines.append("    compared by \(comparison.policy.rawValue), rule \(comparison.rule)")
        }
        if let difference = test.comparison?.difference { lines += describe(difference) }
        if let message = test.message {
            lines += ByteString(message).printable.split(separator: "\n").map { "    \($0)" }
        }
        if !isAccepted && test.verdict != .skipped {
            if let signal = test.signal {
                lines.append("    killed by \(signal)")
            } else if let code = test.exitCode, code != 0 {
                lines.append("    exit status \(code)")
            }
        }
        if !test.suspicion.isEmpty {
            let entries = test.suspicion.map { ByteString($0).printable }
            lines.append("    " + style.yellow("suspicion: " + entries.joined(separator: ", ")))
        }
        if !isAccepted || isVerbose {
            if let returned = test.returned {
                lines.append("    returned \(excerpt(returned))")
            }
            lines += block("stdout", test.stdout, test.stdoutTruncated)
            lines += block("stderr", test.stderr, test.stderrTruncated)
        }
        return lines
    }

    /// The one line that says it all.
    func summary(_ result: SubmissionResult) -> String {
        var line = verdict(result.verdict, isBold: true)
        line += ": \(result.passed) of \(result.total) test\(result.total == 1 ? "" : "s") passed"
        if let score = result.score { line += ", score \(decimal(score, 4))" } else { line += ", no score" }
        line += " (\(result.language.rawValue)"
        if let environment = result.environment { line += ", \(environment.toolchain), cgroup \(environment.cgroup)" }
        line += ", \(seconds(result.timings.total)))"
        if let message = result.message { line += "\n    " + ByteString(message).printable }
        return line
    }

    // MARK: Parts

    private func verdict(_ verdict: Verdict, isBold: Bool = false) -> String {
        let text = isBold ? style.bold(words(verdict.rawValue)) : words(verdict.rawValue)
        switch verdict {
        case .accepted: return style.green(text)
        case .skipped: return style.dim(text)
        case .internalError, .invalidProblem: return style.yellow(text)
        default: return style.red(text)
        }
    }

    private func describe(_ difference: Difference) -> [String] {
        switch difference {
        case .text(let line, let column, let expected, let actual):
            [
                "    differs at line \(line), column \(column)",
                "      expected \(style.green(quoted(expected)))",
                "      actual   \(style.red(quoted(actual)))",
            ]
        case .value(let path, let expected, let actual):
            [
                "    differs at \(path.isEmpty ? "the value itself" : ByteString(path).printable)",
                "      expected \(style.green(expected.map(excerpt) ?? "nothing"))",
                "      actual   \(style.red(actual.map(excerpt) ?? "nothing"))",
            ]
        }
    }

    private func block(_ name: String, _ output: ByteString, _ isTruncated: Bool) -> [String] {
        guard !output.isEmpty else { return [] }
        let all = output.printable.split(separator: "\n", omittingEmptySubsequences: false)
        let kept = all.last == "" ? all.dropLast() : all[...]
        var lines = ["    \(style.dim(name + (isTruncated ? " (cut at its limit)" : "")))"]
        for line in kept.prefix(outputLines) {
            lines.append("      \(line.count > 200 ? String(line.prefix(200)) + "…" : String(line))")
        }
        if kept.count > outputLines { lines.append("      … \(kept.count - outputLines) more lines") }
        return lines
    }

    private func quoted(_ text: ByteString) -> String {
        let shown = text.printable.replacing("\n", with: "\\n").replacing("\t", with: "\\t")
        return "\"" + (shown.count > 200 ? String(shown.prefix(200)) + "…" : shown) + "\""
    }

    private func excerpt(_ value: Value) -> String {
        let shown = ByteString(bytes: JSONCodec.serialize(value.tagged)).printable
        return shown.count > 300 ? String(shown.prefix(300)) + "…" : shown
    }

    private func words(_ name: String) -> String { name.replacing("_", with: " ") }
    private func seconds(_ time: Double) -> String { decimal(time, 3) + " s" }
    private func memory(_ kibibytes: Int) -> String { decimal(Double(kibibytes) / 1024, 1) + " MB" }

    private func decimal(_ number: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", number)
    }
}
