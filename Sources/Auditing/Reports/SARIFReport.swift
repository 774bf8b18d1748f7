public import GradingModel

/// Findings as SARIF 2.1.0 (OASIS, 27 March 2020), which GitHub's code scanning and others read.
public enum SARIFReport {
    public static func document(_ findings: [Finding], version: String) -> Value {
        let codes = FindingCode.allCases.filter { code in findings.contains { $0.code == code } }
        let rules = codes.map { code in
            object([
                ("id", Value(code.rawValue)),
                ("shortDescription", object([("text", Value(code.summary))])),
                ("defaultConfiguration", object([("level", Value(level(code.severity)))])),
            ])
        }
        let driver = object([
            ("name", "assay"), ("semanticVersion", Value(version)), ("rules", .list(rules)),
        ])
        let run = object([
            ("tool", object([("driver", driver)])),
            ("columnKind", "utf16CodeUnits"),
            ("results", .list(findings.map { result($0, rule: codes.firstIndex(of: $0.code) ?? 0) })),
        ])
        return object([
            ("$schema", "https://json.schemastore.org/sarif-2.1.0.json"), ("version", "2.1.0"), ("runs", .list([run])),
        ])
    }

    private static func result(_ finding: Finding, rule: Int) -> Value {
        let location = object([
            (
                "physicalLocation",
                object([
                    ("artifactLocation", object([("uri", Value(uri(finding.origin.file)))])),
                    ("region", object([("startLine", Value(max(1, finding.origin.line)))])),
                ])
            ),
            (
                "logicalLocations",
                .list([object([("name", Value(finding.problem)), ("kind", "object")])])
            ),
        ])
        let language = finding.language.map { " (\($0.rawValue))" } ?? ""
        return object([
            ("ruleId", Value(finding.code.rawValue)), ("ruleIndex", Value(rule)),
            ("level", Value(level(finding.severity))),
            (
                "message",
                object([("text", Value("\(finding.problem)\(language): \(finding.reason). \(finding.suggestion)."))])
            ),
            ("locations", .list([location])),
            // The same finding in the same problem is the same alert, wherever the record moves to.
            (
                "partialFingerprints",
                object([
                    (
                        "assayFinding/v1",
                        Value("\(finding.code.rawValue)/\(finding.language?.rawValue ?? "")/\(finding.problem)")
                    )
                ])
            ),
        ])
    }

    private static func level(_ severity: Severity) -> String { severity.rawValue }

    /// A path as a URI reference (RFC 3986): what is no unreserved character is escaped.
    static func uri(_ path: String) -> String {
        var uri = path.hasPrefix("/") ? "file://" : ""
        for byte in path.utf8 {
            let isPlain =
                byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
                || "-._~/".utf8.contains(byte)
            if isPlain {
                uri.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                uri += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return uri
    }

    private static func object(_ fields: [(String, Value)]) -> Value {
        .map(fields.map { MapEntry(key: Value($0.0), value: $0.1) })
    }
}
