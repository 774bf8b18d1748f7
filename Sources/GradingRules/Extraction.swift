public import GradingModel

/// Takes the program out of a model's whole answer.
///
/// Fences are CommonMark's (0.31.2, section 4.5), with three liberties that models' answers need: a fence may be
/// indented by any amount or stand behind a list marker; a fence at the end of the last code line closes the block;
/// and an unclosed block is better than none. Works on bytes, so that nothing of the program is altered, and takes
/// linear time.
public enum Extraction {
    /// Which block was taken, best first.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// A closed block whose tag names the submission's language.
        case fittingTag = "fitting_tag"
        /// A closed block without a tag.
        case untagged
        /// A closed block whose tag names none of the four languages.
        case foreignTag = "foreign_tag"
        case unclosedFittingTag = "unclosed_fitting_tag"
        case unclosedUntagged = "unclosed_untagged"
        case unclosedForeignTag = "unclosed_foreign_tag"
    }

    /// A program and why it was the one.
    public struct Found: Sendable, Hashable {
        public var program: ByteString
        public var rule: Rule
    }

    /// The program in `completion`, or `nil` where it holds none (verdict `no_code`).
    public static func program(from completion: ByteString, language: Language) -> ByteString? {
        find(in: completion, language: language)?.program
    }

    /// The program in `completion` with the rule that chose it.
    ///
    /// Within a rule the last block counts. Blocks that are empty, or begin with `>>>` or `$` (a transcript of a
    /// session, not a program), are passed over; so are blocks in another one of the four languages.
    public static func find(in completion: ByteString, language: Language) -> Found? {
        completion.bytes.withUnsafeBufferPointer { bytes in
            let answer = afterThinking(bytes)
            let scanner = FenceScanner(UnsafeBufferPointer(rebasing: bytes[answer...]))
            // The better the rule, the lower its index.
            var best: (rank: Int, block: FencedBlock)?
            for block in scanner.blocks() {
                guard let rank = rank(of: block, for: language), rank <= best?.rank ?? Rule.allCases.count else {
                    continue
                }
                guard scanner.isProgram(block) else { continue }
                best = (rank, block)
            }
            return best.map { Found(program: scanner.program(of: $0.block), rule: Rule.allCases[$0.rank]) }
        }
    }

    private static func rank(of block: FencedBlock, for language: Language) -> Int? {
        let rank: Int
        switch block.tag {
        case .none: rank = 1
        case .language(let tagged) where tagged == language: rank = 0
        case .language: return nil
        case .foreign: rank = 2
        }
        return block.isClosed ? rank : rank + 3
    }

    /// The completion without the model's thinking.
    static func answer(in completion: ByteString) -> [UInt8] {
        completion.bytes.withUnsafeBufferPointer { Array($0[afterThinking($0)...]) }
    }

    // MARK: - Thinking

    /// Where the answer begins: behind the model's thinking, if it shows any.
    private static func afterThinking(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var start = 0
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
        var textStart = start
        while textStart < bytes.count, FenceScanner.isWhiteSpace(bytes[textStart]) { textStart += 1 }
        if bytes[textStart...].starts(with: "<think>".utf8) {
            return FenceScanner.endOfThinking(in: bytes, from: textStart, to: bytes.count) ?? bytes.count
        }
        return FenceScanner(UnsafeBufferPointer(rebasing: bytes[start...])).endOfThinkingOutsideFences()
            .map { $0 + start } ?? start
    }
}
