public import GradingModel

/// Grades `code_output_prediction`: a model says in JSON what a program writes.
///
/// Equal is what Python's `==` says, without any tolerance: what is expected is text as a rule.
///
/// **Which JSON counts.** The answer begins behind the model's thinking (see `Extraction`). For the key `output` it is
/// the first fenced block that is an object with the key, as in genesys; else what stands from the first `{` to the
/// last `}`; else the last such object anywhere. For the key `code_output` (SYNTHETIC-2) it is the last such object. An
/// answer without one scores 0: that is the model's fault, and none of ours.
///
/// **Policy `genesys`** does as its source: thinking counts, the first fence alone is looked at, and where that is no
/// JSON, or lacks the key, there is no score.
public enum OutputPrediction {
    /// How an answer was graded.
    public struct Outcome: Sendable, Hashable {
        /// 1 or 0; `nil` only in the policy `genesys`, where its source fails.
        public var score: Double?
        /// Where the JSON was found.
        public var rule: Rule?
        /// What the model says.
        public var predicted: Value?
        /// Why there is no prediction.
        public var failure: String?
    }

    /// Where an answer's JSON was found.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        case fencedBlock = "fenced_block"
        case outerBraces = "outer_braces"
        case lastObject = "last_object"
    }

    /// `failure` of an answer that holds no JSON object with the key.
    public static let noJSON = "no_json_in_response"

    /// Grades an answer.
    ///
    /// - Parameters:
    ///   - response: The model's whole answer.
    ///   - expected: What the program writes.
    ///   - key: The key of the prediction in the answer's JSON, `output` or `code_output`.
    ///   - policy: `genesys`, or any other for the rules of this project.
    /// - Returns: Score, prediction, and where it was found.
    public static func grade(
        _ response: ByteString,
        expected: Value,
        key: String,
        policy: ComparisonOptions.Policy = .default
    ) -> Outcome {
        let found: (Value, Rule)?
        if key == "output", policy == .genesys {
            switch GenesysJSON.find(in: response.bytes, key: key) {
            case .success(let success): found = success
            case .failure(let fault): return Outcome(score: nil, failure: fault.message)
            }
        } else {
            let text = policy == .genesys ? response.bytes : Extraction.answer(in: response)
            found = find(key, in: text)
        }
        guard let (predicted, rule) = found else { return Outcome(score: 0, failure: noJSON) }
        let comparison = Comparison.compare(
            value: predicted,
            with: [expected],
            ComparisonOptions(policy: .lcb, outputsWrapped: false),
            in: Comparison.Context(language: .python)
        )
        return Outcome(score: comparison.isEqual ? 1 : 0, rule: rule, predicted: predicted)
    }

    // MARK: - Finding

    private static func find(_ key: String, in text: [UInt8]) -> (Value, Rule)? {
        if key == "output" {
            for block in JSONSpans.fenced(text) {
                if let value = JSONSpans.object(text[block])?[key] { return (value, .fencedBlock) }
            }
            if let braces = JSONSpans.outerBraces(text), let value = JSONSpans.object(text[braces])?[key] {
                return (value, .outerBraces)
            }
        }
        return JSONSpans.lastObject(in: text, with: key).map { ($0, .lastObject) }
    }
}

/// The pieces of a text that may be JSON.
enum JSONSpans {
    private static let fence = Array("```".utf8)
    /// What the search for the last object may look at, in bytes: braces in braces would take quadratic time.
    private static let searchBudget = 1 << 24

    /// What genesys' expression ```` ```(?:json)?\s*([\s\S]*?)\s*``` ```` matches, one after the other.
    static func fenced(_ text: [UInt8]) -> [Range<Int>] {
        var blocks: [Range<Int>] = []
        var position = 0
        while let opening = nextFence(in: text, from: position) {
            var start = opening + fence.count
            if text[start...].starts(with: "json".utf8) { start += 4 }
            guard let end = nextFence(in: text, from: start) else { break }
            blocks.append(
                text.withUnsafeBufferPointer { bytes in
                    let content = PythonText.stripped(bytes[start..<end])
                    return content.startIndex..<content.endIndex
                }
            )
            position = end + fence.count
        }
        return blocks
    }

    private static func nextFence(in text: [UInt8], from start: Int) -> Int? {
        var position = start
        while position + fence.count <= text.count {
            if text[position] == fence[0], text[position + 1] == fence[0], text[position + 2] == fence[0] {
                return position
            }
            position += 1
        }
        return nil
    }

    /// From the first `{` to the last `}`.
    static func outerBraces(_ text: [UInt8]) -> Range<Int>? {
        guard let start = text.firstIndex(of: UInt8(ascii: "{")), let end = text.lastIndex(of: UInt8(ascii: "}")),
            start < end
        else { return nil }
        return start..<(end + 1)
    }

    /// The value of `key` in the last object that has it, of those that do not lie in one another.
    static func lastObject(in text: [UInt8], with key: String) -> Value? {
        var budget = searchBudget
        var position = text.count
        while budget > 0, let start = text[..<position].lastIndex(of: UInt8(ascii: "{")) {
            position = start
            guard let end = endOfObject(in: text, from: start, &budget) else { continue }
            if let value = object(text[start..<end])?[key] { return value }
        }
        return nil
    }

    /// Where the object that begins at `start` ends, braces in its strings aside.
    private static func endOfObject(in text: [UInt8], from start: Int, _ budget: inout Int) -> Int? {
        var depth = 0
        var isInString = false
        var position = start
        while position < text.count, budget > 0 {
            budget -= 1
            switch text[position] {
            case UInt8(ascii: "\\") where isInString: position += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{") where !isInString: depth += 1
            case UInt8(ascii: "}") where !isInString:
                depth -= 1
                if depth == 0 { return position + 1 }
            default: break
            }
            position += 1
        }
        return nil
    }

    /// The JSON object in bytes; `nil` where they are anything else.
    static func object(_ bytes: ArraySlice<UInt8>) -> Value? {
        guard let value = json(bytes), value.mapValue != nil else { return nil }
        return value
    }

    /// What Python's `json.loads` reads.
    static func json(_ bytes: ArraySlice<UInt8>) -> Value? {
        do throws(JSONSyntaxError) {
            return try JSONCodec.parse(Array(bytes), allowNonFinite: true)
        } catch {
            return nil
        }
    }
}

/// `extract_json` of genesys, and what becomes of its result, with the messages of its exceptions.
private enum GenesysJSON {
    struct Fault: Error { var message: String }

    static func find(in text: [UInt8], key: String) -> Result<(Value, OutputPrediction.Rule), Fault> {
        let span: Range<Int>
        let rule: OutputPrediction.Rule
        if let block = JSONSpans.fenced(text).first {
            (span, rule) = (block, .fencedBlock)
        } else if let braces = JSONSpans.outerBraces(text) {
            (span, rule) = (braces, .outerBraces)
        } else {
            return .failure(Fault(message: "No JSON-like content found in the markdown"))
        }
        guard let value = JSONSpans.json(text[span]) else {
            return .failure(Fault(message: "Failed to parse JSON from the extracted content"))
        }
        switch value {
        case .map:
            guard let predicted = value[key] else { return .failure(Fault(message: "'\(key)'")) }
            return .success((predicted, rule))
        case .list: return .failure(Fault(message: "list indices must be integers or slices, not str"))
        case .string: return .failure(Fault(message: "string indices must be integers, not 'str'"))
        default:
            let type =
                switch value {
                case .null: "NoneType"
                case .bool: "bool"
                case .integer: "int"
                default: "float"
                }
            return .failure(Fault(message: "'\(type)' object is not subscriptable"))
        }
    }
}
