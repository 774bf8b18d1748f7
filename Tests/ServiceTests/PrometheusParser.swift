/// A strict reader of Prometheus' text format, version 0.0.4: takes what Prometheus takes, and only in the order and form
/// in which a service should write it.
struct PrometheusParser {
    struct Fault: Error, CustomStringConvertible {
        var line: Int
        var description: String
    }

    struct Series: Hashable {
        var name: String
        var labels: [String: String]
    }

    private(set) var samples: [Series: Double] = [:]
    private(set) var kinds: [String: String] = [:]
    private var helps: Set<String> = []
    private var family = ""
    private var line = 0

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Fault(line: 0, description: "no line feed at the end") }
        for text in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            line += 1
            if text.hasPrefix("# ") { try description(text.dropFirst(2)) } else { try sample(text) }
        }
        for (name, kind) in kinds where kind == "histogram" { try checkHistogram(name) }
    }

    /// The value of one series; `nil` where it is not there.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples[Series(name: name, labels: labels)]
    }

    // MARK: Lines

    private func fault(_ text: String) -> Fault { Fault(line: line, description: "line \(line): \(text)") }

    private mutating func description(_ text: Substring) throws {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isName(parts[1]), !parts[2].isEmpty else { throw fault("not a description") }
        let name = String(parts[1])
        switch parts[0] {
        case "HELP":
            guard helps.insert(name).inserted else { throw fault("\(name) is described twice") }
            family = name
        case "TYPE":
            guard family == name, kinds[name] == nil else { throw fault("TYPE does not follow its HELP") }
            let kind = String(parts[2])
            guard ["counter", "gauge", "histogram"].contains(kind) else { throw fault("kind \(kind)") }
            guard (kind == "counter") == name.hasSuffix("_total") else { throw fault("\(name) is a \(kind)") }
            kinds[name] = kind
        default: throw fault("unknown comment")
        }
    }

    private mutating func sample(_ text: Substring) throws {
        var rest = text
        let name = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
        guard Self.isName(name[...]), kinds[family] != nil else { throw fault("no metric") }
        let suffixes = kinds[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { name == family + $0 }) else { throw fault("\(name) stands below \(family)") }
        let labels = try labels(&rest)
        guard rest.first == " " else { throw fault("no blank before the value") }
        let number = rest.dropFirst()
        let isSpecial = ["+Inf", "-Inf", "NaN"].contains(number)
        guard isSpecial || number.allSatisfy({ "0123456789+-.e".contains($0) }),
            let value = Double(number.replacing("Inf", with: "infinity"))
        else { throw fault("\(number) is no number") }
        if kinds[family] != "gauge", !(value >= 0) { throw fault("a count of \(value)") }
        let series = Series(name: name, labels: labels)
        guard samples.updateValue(value, forKey: series) == nil else { throw fault("\(series) is there twice") }
    }

    private func labels(_ rest: inout Substring) throws -> [String: String] {
        var labels: [String: String] = [:]
        guard rest.first == "{" else { return labels }
        repeat {
            rest.removeFirst()
            let name = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" }
            guard Self.isName(name[...]), rest.hasPrefix("=\"") else { throw fault("no label") }
            rest.removeFirst(2)
            var value = ""
            while let character = rest.popFirst(), character != "\"" {
                guard character == "\\" else {
                    value.append(character)
                    continue
                }
                switch rest.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                default: throw fault("unknown escape")
                }
            }
            guard labels.updateValue(value, forKey: name) == nil else { throw fault("label \(name) is there twice") }
        } while rest.first == ","
        guard rest.popFirst() == "}" else { throw fault("labels do not end") }
        return labels
    }

    private func take(_ rest: inout Substring, while isPart: (Character) -> Bool) -> String {
        let part = rest.prefix(while: isPart)
        rest = rest[part.endIndex...]
        return String(part)
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
            && !first.isNumber
    }

    // MARK: Histograms

    /// Buckets grow with their bounds, up to the count.
    private func checkHistogram(_ name: String) throws {
        var buckets: [[String: String]: [(bound: Double, count: Double)]] = [:]
        for (series, value) in samples where series.name == name + "_bucket" {
            var labels = series.labels
            guard
                let bound = labels.removeValue(forKey: "le")
                    .flatMap({ Double($0.replacing("Inf", with: "infinity")) })
            else { throw fault("\(series) has no bound") }
            buckets[labels, default: []].append((bound, value))
        }
        for (labels, unsorted) in buckets {
            let sorted = unsorted.sorted { $0.bound < $1.bound }
            guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0.count <= $1.count }),
                sorted.last?.bound == .infinity, value(name + "_count", labels) == sorted.last?.count,
                value(name + "_sum", labels) != nil
            else { throw fault("\(name) \(labels) is no histogram") }
        }
    }
}
