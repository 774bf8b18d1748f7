import BigInt
import GradingModel
import Yams

/// YAML to values: what is a number, a text or null follows YAML's own rules.
enum YAMLValue {
    /// - Throws: `YamlError` with the line, or a `CorpusFault` for what is no value.
    static func read(_ text: String) throws -> Value {
        guard let node = try Yams.compose(yaml: text) else { throw CorpusFault(key: "the file", reason: "is empty") }
        return try value(node)
    }

    private static func value(_ node: Node) throws(CorpusFault) -> Value {
        switch node {
        case .scalar(let scalar):
            switch Tag.Name(rawValue: node.tag.description) {
            case .null: return .null
            case .bool: return .bool(node.bool ?? false)
            case .int:
                guard let number = BigInt(scalar.string.filter { $0 != "_" }) else { break }
                return .integer(number)
            case .float:
                guard let number = node.float else { break }
                return .float(number)
            case .str: return Value(scalar.string)
            default: break
            }
            throw CorpusFault(
                key: "line \(scalar.mark?.line ?? 0)",
                reason: "\(scalar.string) is no text and no decimal number"
            )
        case .sequence(let sequence):
            var elements: [Value] = []
            for element in sequence { elements.append(try value(element)) }
            return .list(elements)
        case .mapping(let mapping):
            var entries: [MapEntry] = []
            for (key, element) in mapping { entries.append(MapEntry(key: try value(key), value: try value(element))) }
            return .map(entries)
        case .alias:
            throw CorpusFault(key: "the file", reason: "aliases are not read")
        }
    }
}
