/// Counters of one name, one for each combination of label values that came up.
public struct LabelledCounter: Sendable {
    private let name: String
    private let help: String
    private let labels: [String]
    private var values: [[String]: Double] = [:]

    public init(_ name: String, _ help: String, labels: [String]) {
        self.name = name
        self.help = help
        self.labels = labels
    }

    /// Counts; `values` are those of the labels, in their order, and must be of a bounded set.
    public mutating func add(_ amount: Int = 1, _ values: String...) {
        precondition(values.count == labels.count)
        self.values[values, default: 0] += Double(amount)
    }

    public var family: MetricFamily {
        let samples = values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, value in
            MetricFamily.Sample(labels: zip(labels, key).map { .init($0, $1) }, value: value)
        }
        return MetricFamily(name: name, help: help, kind: .counter, samples: samples)
    }
}

/// Histograms of one name, one for each value of one label that came up.
public struct LabelledHistogram: Sendable {
    private struct Counts {
        /// One for each bound, and one for what is above the last.
        var buckets: [Int]
        var sum = 0.0
    }

    private let name: String
    private let help: String
    private let label: String
    private let bounds: [Double]
    private var values: [String: Counts] = [:]

    /// `bounds` are the buckets' upper ends, included, in ascending order.
    public init(_ name: String, _ help: String, label: String, bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<))
        self.name = name
        self.help = help
        self.label = label
        self.bounds = bounds
    }

    /// Counts an observation; `labelValue` must be of a bounded set.
    public mutating func observe(_ value: Double, _ labelValue: String) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        var counts = values[labelValue] ?? Counts(buckets: Array(repeating: 0, count: bounds.count + 1))
        counts.buckets[bucket] += 1
        counts.sum += value
        values[labelValue] = counts
    }

    public var family: MetricFamily {
        var samples: [MetricFamily.Sample] = []
        for (value, counts) in values.sorted(by: { $0.key < $1.key }) {
            let own = MetricFamily.Label(label, value)
            var total = 0
            // Each bucket holds what the smaller ones hold too.
            for (bound, count) in zip(bounds + [.infinity], counts.buckets) {
                total += count
                let limit = MetricFamily.Label("le", PrometheusText.number(bound))
                samples.append(.init(suffix: "_bucket", labels: [own, limit], value: Double(total)))
            }
            samples.append(.init(suffix: "_sum", labels: [own], value: counts.sum))
            samples.append(.init(suffix: "_count", labels: [own], value: Double(total)))
        }
        return MetricFamily(name: name, help: help, kind: .histogram, samples: samples)
    }
}
