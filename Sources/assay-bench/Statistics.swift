/// What several measurements of one thing come to.
struct Sample {
    private var values: [Double]

    init(values: [Double] = []) { self.values = values }

    mutating func add(_ value: Double) { values.append(value) }

    static func + (one: Sample, other: Sample) -> Sample { Sample(values: one.values + other.values) }

    var count: Int { values.count }

    /// The value below which the given share of all lies.
    func quantile(_ share: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    var median: Double { quantile(0.5) }

    /// `median [p10–p90]` in milliseconds; values are seconds.
    var milliseconds: String {
        "\(fixed(median * 1000, 2)) [\(fixed(quantile(0.1) * 1000, 2))–\(fixed(quantile(0.9) * 1000, 2))]"
    }
}

/// A number with this many decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((value * scale).rounded())
    if decimals == 0 { return String(scaled) }
    var fraction = String(abs(scaled) % Int(scale))
    fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
    return "\(scaled < 0 ? "-" : "")\(abs(scaled) / Int(scale)).\(fraction)"
}

/// A table in Markdown.
struct Table {
    private var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        func line(_ row: [String]) -> String {
            "| " + zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ")
                + " |"
        }
        let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|"
        return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
    }
}

func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) * 1e-18
}
