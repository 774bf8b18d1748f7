import ArgumentParser
import Foundation

/// A file of measures beside their goals, which the plot is drawn from: a line each, fields divided by tabs.
struct Measures {
    /// `nil`: nothing is kept.
    var path: String?

    /// Adds a measure: `goal` is what the value should be at most, or at least where `isRate`; `best` the best that is known
    /// of a peer, in the same unit.
    func add(_ name: String, _ value: Double, goal: Double, best: Double? = nil, isRate: Bool = false) throws {
        guard let path else { return }
        let fields = [
            name, "\(value)", "\(goal)", best.map { "\($0)" } ?? "", isRate ? "at least" : "at most",
        ]
        guard let file = fopen(path, "a") else { throw ValidationError("\(path) cannot be written") }
        defer { fclose(file) }
        fputs(fields.joined(separator: "\t") + "\n", file)
    }
}
