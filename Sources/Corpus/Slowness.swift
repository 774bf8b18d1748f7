import BigInt
import GradingModel

/// A case for a host that is so many times slower, emulated ones above all.
///
/// Limits and bounds of time are so much larger, and a program that works or waits for a fixed time does so longer:
/// `SLOWNESS` in its source stands for the factor. So each case says the same on a slow host as on any other.
extension CorpusCase {
    func slowed(by factor: Int) -> CorpusCase {
        var slower = self
        slower.source = source.replacing("SLOWNESS", with: "\(factor)")
        slower.request = request.with("code", Value(slower.source))
        guard factor > 1 else { return slower }
        let factor = Double(factor)
        // What is not given is so much larger all the same; that of wall time follows from that of CPU time.
        let limits = request["limits"]?.mapValue == nil ? .map([]) : request["limits"] ?? .null
        slower.request = slower.request.with(
            "limits",
            limits.scaled(by: factor, ["cpu_time_s": 5, "compile_time_s": 30, "wall_time_s": nil])
        )
        let tests = (request["tests"]?.listValue ?? []).map { test in
            guard let limits = test["limits"] else { return test }
            return test.with("limits", limits.scaled(by: factor, ["cpu_time_s": nil, "wall_time_s": nil]))
        }
        slower.request = slower.request.with("tests", .list(tests))
        slower.expectation.tests = expectation.tests.map { $0.map { $0.slowed(by: factor) } }
        return slower
    }
}

extension CorpusExpectation.Check {
    fileprivate func slowed(by factor: Double) -> Self {
        var slower = self
        guard isAboutTime else { return self }
        switch condition {
        case .below(let bound): slower.condition = .below(bound * factor)
        case .above(let bound): slower.condition = .above(bound * factor)
        case .isOneOf, .contains, .lacks, .hasEach: break
        }
        return slower
    }
}

extension Value {
    /// The map with another value at a key, which need not be there.
    fileprivate func with(_ key: String, _ value: Value) -> Value {
        var entries = mapValue ?? []
        let entry = MapEntry(key: Value(key), value: value)
        if let index = entries.firstIndex(where: { $0.key == entry.key }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
        return .map(entries)
    }

    /// The map with its numbers at these keys multiplied; where there is none, the default is, if any.
    fileprivate func scaled(by factor: Double, _ defaults: KeyValuePairs<String, Double?>) -> Value {
        var scaled = self
        for (key, standard) in defaults {
            guard let number = self[key]?.doubleValue ?? standard else { continue }
            scaled = scaled.with(key, .float(number * factor))
        }
        return scaled
    }
}
