/// Text inside of XML and HTML, Markdown tables and workflow commands.
enum Markup {
    /// For XML 1.0 and HTML, also inside of quotes; characters that XML does not allow become U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// For one cell of a table in GitHub's and GitLab's Markdown.
    static func cell(_ text: String) -> String {
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
    static func workflowMessage(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    /// For a property of a workflow command.
    static func workflowProperty(_ text: String) -> String {
        workflowMessage(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
