import Foundation
import FoundationXML
import GradingModel
import Testing

@testable import Auditing

@Suite("Reports of findings") struct ReportTests {
    private static let nasty = "<b>&\"'\u{1}]]> |`x`| @all\n::error::%0A"

    private func entries() -> [ReportEntry] {
        func finding(_ code: FindingCode) -> Finding {
            Finding(
                code,
                problem: "a/1",
                language: .cpp,
                origin: Origin(file: "dir/ä b.jsonl", line: 7),
                test: 2,
                reason: Self.nasty,
                suggestion: "mend it"
            )
        }
        let origin = Origin(file: "dir/ä b.jsonl", line: 7)
        return [
            ReportEntry(
                ProblemReport(
                    problem: "a/1",
                    language: .cpp,
                    origin: origin,
                    tests: 3,
                    findings: [finding(.goldFails), finding(.weakTests)]
                )
            ),
            ReportEntry(
                ProblemReport(
                    problem: "b",
                    language: .python,
                    origin: origin,
                    tests: 1,
                    findings: [finding(.singleTest)]
                )
            ),
            ReportEntry(
                ProblemReport(problem: "c", language: .rust, origin: origin, tests: 1, findings: [finding(.notAudited)])
            ),
            ReportEntry(ProblemReport(problem: "d", language: .rust, origin: origin, tests: 1, findings: [])),
        ]
    }

    @Test("JUnit XML is well-formed, and its counts are those of its elements")
    func junit() throws {
        let document = try XMLDocument(xmlString: JUnitReport.document(entries(), suite: "assay.audit"))
        let root = try #require(document.rootElement())
        #expect(root.name == "testsuites")
        let suite = try #require(root.elements(forName: "testsuite").first)
        let cases = suite.elements(forName: "testcase")
        for (name, count) in [
            ("tests", cases.count), ("failures", cases.count { !$0.elements(forName: "failure").isEmpty }),
            ("errors", cases.count { !$0.elements(forName: "error").isEmpty }),
            ("skipped", cases.count { !$0.elements(forName: "skipped").isEmpty }),
        ] {
            #expect(suite.attribute(forName: name)?.stringValue == "\(count)")
            #expect(root.attribute(forName: name)?.stringValue == "\(count)")
        }
        #expect(cases.count == 4)
        for item in cases {
            #expect(item.attribute(forName: "name")?.stringValue?.isEmpty == false)
            #expect(item.attribute(forName: "classname")?.stringValue?.hasPrefix("assay.audit.") == true)
            // The schema has at most one of these in a case.
            #expect(["failure", "error", "skipped"].reduce(0) { $0 + item.elements(forName: $1).count } <= 1)
        }
        let failure = try #require(cases[0].elements(forName: "failure").first)
        #expect(failure.attribute(forName: "type")?.stringValue == "gold_fails")
    }

    @Test("SARIF has every field that 2.1.0 and GitHub require")
    func sarif() throws {
        let findings = entries().flatMap(\.findings)
        let bytes = JSONCodec.serialize(SARIFReport.document(findings, version: "0.1.0"))
        let document = try JSONCodec.parse(bytes)
        #expect(document["version"] == "2.1.0")
        #expect(document["$schema"]?.textValue?.hasSuffix("sarif-2.1.0.json") == true)
        let run = try #require(document["runs"]?.listValue?.first)
        let driver = try #require(run["tool"]?["driver"])
        #expect(driver["name"] == "assay")
        let rules = try #require(driver["rules"]?.listValue)
        #expect(Set(rules.compactMap { $0["id"]?.textValue }).count == rules.count)
        let results = try #require(run["results"]?.listValue)
        #expect(results.count == findings.count)
        for result in results {
            let index = try #require(result["ruleIndex"]?.intValue)
            #expect(rules[index]["id"] == result["ruleId"])
            #expect(["error", "warning", "note"].contains(result["level"]?.textValue))
            #expect(result["message"]?["text"]?.textValue?.isEmpty == false)
            let place = try #require(result["locations"]?.listValue?.first?["physicalLocation"])
            #expect(place["artifactLocation"]?["uri"] == "dir/%C3%A4%20b.jsonl")
            #expect(place["region"]?["startLine"] == 7)
            #expect(result["partialFingerprints"]?["assayFinding/v1"]?.textValue?.isEmpty == false)
        }
    }

    @Test("annotations are one line each, and nothing that a program put out can add one")
    func annotations() {
        let lines = GitHubReport.annotations(entries().flatMap(\.findings)).split(separator: "\n")
        #expect(lines.count == 4)
        for line in lines {
            #expect(
                line.hasPrefix("::error file=dir/ä b.jsonl,line=7,title=") || line.hasPrefix("::warning ")
                    || line.hasPrefix("::notice ")
            )
        }
        #expect(lines[0].contains("%0A::error::%250A"))
    }

    @Test("Markdown and HTML show what a program put out as text")
    func markup() {
        let markdown = MarkdownReport.document(entries(), title: "Audit")
        #expect(!markdown.contains("<b>") && !markdown.contains(" @all"))
        let table = markdown.split(separator: "\n").filter { $0.hasPrefix("| ❌") || $0.hasPrefix("| ⚠️") }
        #expect(table.count == 3)
        let html = HTMLReport.document(entries(), title: "Audit")
        #expect(!html.contains("<b>&\""))
        // It stands alone.
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("src="))
        #expect(html.contains("gold_fails"))
    }

    @Test("a finding is read back from its line of JSON")
    func lines() {
        for finding in entries().flatMap(\.findings) { #expect(Finding(finding.value) == finding) }
    }
}
