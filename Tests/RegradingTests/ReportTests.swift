import DatasetFiles
import Foundation
import GradingModel
import Regrading
import Testing

/// A browser that draws pages without a screen.
private enum Browser {
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static var isThere: Bool { path != nil || ProcessInfo.processInfo.environment["ASSAY_REQUIRE_JAILS"] != nil }

    /// The page's elements as the browser has them, `fragment` being followed.
    static func elements(of page: String, fragment: String = "") throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? "/usr/bin/chromium")
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--timeout=60000", "--dump-dom",
            "--user-data-dir=\(NSTemporaryDirectory())assay-browser-\(UUID().uuidString)", "file://\(page)\(fragment)",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}

@Suite("The report", .timeLimit(.minutes(5))) struct ReportTests {
    private func page(in fixture: RegradeFixture) async throws -> String {
        let lines = (0..<30).map { index in
            RegradeFixture.row(
                index == 0 ? "<script>alert(1)</script>" : "p\(index)",
                code: "\(index % 3 == 0 ? "wrong" : "right")\(index)",
                score: "1.0"
            )
        }
        let input = try fixture.write(lines, to: "in.jsonl")
        _ = try await fixture.run(try fixture.options([input]))
        var data = ReportData()
        try data.add(try OpenFile(path: fixture.folder + "/out.jsonl"))
        return ReportPage.html(data)
    }

    @Test("it needs nothing from outside, and every link leads to rows that are there")
    func links() async throws {
        let fixture = try RegradeFixture()
        let page = try await page(in: fixture)
        for word in ["http://", "https://", "src=", "@import", "<script", "url("] { #expect(!page.contains(word)) }
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        let links = page.matches(of: #/href="#([^"]+)"/#).map { String($0.1) }
        #expect(links.count > 8)
        for link in links { #expect(page.contains("id=\"\(link)\"")) }
        #expect(page.contains("stored 1, now 0: 10"))
        // Strictly: it is XML but for the first line.
        let document = page.split(separator: "\n", maxSplits: 1)[1]
            .replacing("<meta charset=\"utf-8\">", with: "")
            .replacing(#/<meta name="viewport"[^>]*>/#, with: "")
        let parser = XMLCheck()
        #expect(parser.accepts(String(document)), "\(parser.fault)")
    }

    @Test("a browser draws it", .enabled(if: Browser.isThere, "needs chromium"))
    func browser() async throws {
        let fixture = try RegradeFixture()
        let path = fixture.folder + "/page.html"
        try Data(try await page(in: fixture).utf8).write(to: URL(fileURLWithPath: path))
        let elements = try Browser.elements(of: path, fragment: "#rows-1")
        #expect(elements.contains("<h1>out.jsonl</h1>"))
        #expect(elements.matches(of: #/<rect /#).count >= 6)
        #expect(elements.matches(of: #/<section class="rows"/#).count >= 6)
    }
}

/// Whether every element of a text is closed, in order, and every attribute quoted.
private final class XMLCheck {
    var fault = ""

    func accepts(_ text: String) -> Bool {
        var open: [Substring] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            if rest[..<start].contains(">") { return fail("a stray > before \(rest[start...].prefix(40))") }
            guard let end = rest[start...].firstIndex(of: ">") else { return fail("an open tag") }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return fail("</\(tag.dropFirst())> closes nothing") }
            } else {
                if tag.filter({ $0 == "\"" }).count % 2 != 0 { return fail("a quote in <\(tag)>") }
                if !tag.hasSuffix("/") { open.append(tag.prefix { !$0.isWhitespace }) }
            }
        }
        return open.isEmpty || fail("\(open) not closed")
    }

    private func fail(_ reason: String) -> Bool {
        fault = reason
        return false
    }
}
