/// One metric with all its samples, as Prometheus reads it.
///
/// See prometheus.io/docs/concepts/data_model.
public struct MetricFamily: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// A number that only grows.
        case counter
        case gauge
        /// Observations counted in buckets.
        case histogram
    }

    public struct Label: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public struct Sample: Sendable, Hashable {
        /// Follows the family's name: `_bucket`, `_sum` and `_count` of a histogram, else empty.
        public var suffix: String
        public var labels: [Label]
        public var value: Double

        public init(suffix: String = "", labels: [Label] = [], value: Double) {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

    /// With the unit at its end (`_seconds`, `_bytes`), and `_total` after it where it is a counter.
    public var name: String
    /// One sentence.
    public var help: String
    public var kind: Kind
    public var samples: [Sample]

    public init(name: String, help: String, kind: Kind, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// A family with one sample without labels.
    public static func counter(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
        MetricFamily(name: name, help: help, kind: .counter, samples: [Sample(value: Double(value))])
    }

    /// A family with one sample without labels.
    public static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name: name, help: help, kind: .gauge, samples: [Sample(value: value)])
    }
}
