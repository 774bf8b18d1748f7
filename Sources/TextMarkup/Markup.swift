/// Foreign text inside of XML and HTML, Markdown tables and workflow commands.
public enum Markup {
    /// For XML 1.0 and HTML, in an element or inside of quotes.
    ///
    /// Tabs and lines' ends stay. All other control characters and Unicode's noncharacters become U+FFFD: XML forbids
    /// some of them even as references (2.2, *Char*), HTML the rest (13.2.3.5, *preprocessing the input stream*).
    public static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
            default: escaped.unicodeScalars.append(isForbidden(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return escaped
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0xFDD0...0xFDEF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }

    /// For one cell of a table in GitHub's and GitLab's Markdown.
    public static func cell(_ text: String) -> String {
        var cell = ""
        for character in text {
            switch character {
            case "|", "\\", "`", "*", "_", "[", "]", "#", "~": cell += "\\\(character)"
            case "<": cell += "&lt;"
            case ">": cell += "&gt;"
            case "&": cell += "&amp;"
            case "\n", "\r", "\r\n": cell += " "
            // No mention of anybody, whatever a program puts out.
            case "@": cell += "@\u{200B}"
            default: cell.append(character)
            }
        }
        return cell
    }

    /// For the message of a workflow command of GitHub Actions.
    public static func workflowMessage(_ text: String) -> String { percentEncoded(text, ["%", "\r", "\n"]) }

    /// For a property of a workflow command.
    public static func workflowProperty(_ text: String) -> String {
        percentEncoded(text, ["%", "\r", "\n", ":", ","])
    }

    // Scalar by scalar: to a `String`, a line's end of two characters is a third one, which equals neither.
    private static func percentEncoded(_ text: String, _ special: Set<Unicode.Scalar>) -> String {
        var encoded = ""
        for scalar in text.unicodeScalars {
            if special.contains(scalar) {
                encoded += "%" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
            } else {
                encoded.unicodeScalars.append(scalar)
            }
        }
        return encoded
    }
}
