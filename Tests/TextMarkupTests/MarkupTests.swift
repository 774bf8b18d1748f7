import Testing
import TextMarkup

@Suite("Foreign text in markup") struct MarkupTests {
    @Test(
        "in XML and HTML it stays text, also inside of quotes",
        arguments: [
            ("plain ä 😀", "plain ä 😀"),
            ("<b a='1' c=\"2\">&amp;</b>", "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;&lt;/b&gt;"),
            ("a\tb\r\nc", "a\tb\r\nc"),
            ("\u{0}\u{1}\u{B}\u{1B}[31m", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}[31m"),
            ("\u{7F}\u{85}\u{9F}\u{A0}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{A0}"),
        ]
    )
    func escaped(text: String, expected: String) {
        #expect(Markup.escaped(text) == expected)
    }

    @Test("noncharacters, which no literal can have, are replaced too", arguments: [0xFDD0, 0xFFFE, 0x1FFFF])
    func noncharacters(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        #expect(Markup.escaped("a\(scalar)b") == "a\u{FFFD}b")
    }

    @Test("in a cell of a table it is one line, without emphasis, links, or mentions")
    func cell() {
        #expect(Markup.cell("a|b\\`c`\r\n*d* [e](f)") == "a\\|b\\\\\\`c\\` \\*d\\* \\[e\\](f)")
        #expect(Markup.cell("<i>&@all") == "&lt;i&gt;&amp;@\u{200B}all")
    }

    @Test("in a workflow command it ends neither the line nor the property")
    func workflow() {
        #expect(Markup.workflowMessage("100%\r\n::error::") == "100%25%0D%0A::error::")
        #expect(Markup.workflowProperty("a,b:c%\n") == "a%2Cb%3Ac%25%0A")
    }
}
