import FuzzSupport
import GradingModel
import GradingRules

/// Answers of models: what is taken out stood in the answer, in linear time.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    var input = input
    let choices = input.byte()
    let language = Language.allCases[Int(choices & 3)]
    check(ByteString(bytes: input.rest), language)
    if choices & 0xFC == 0xFC {
        let long = ByteString(bytes: repeated(input.rest, toSize: 1 << 18))
        requireLinearTime(size: long.count, "extract") { check(long, language) }
    }
}

private func check(_ completion: ByteString, _ language: Language) {
    guard let found = Extraction.find(in: completion, language: language) else { return }
    let program = found.program
    require(!program.bytes.allSatisfy(isBlank), "a program is more than white space")
    // A tab that the fence's indent cuts in two becomes at most three spaces.
    require(program.count <= 3 * completion.count, "a program is no longer than the answer")
    require(
        contains(completion.bytes.filter { !isBlank($0) }, program.bytes.filter { !isBlank($0) }),
        "a program stands in the answer, apart from white space"
    )
    require(Extraction.program(from: completion, language: language) == program, "the program is the one found")
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

/// Whether `part` is in `whole`, in linear time (Knuth, Morris, Pratt).
private func contains(_ whole: [UInt8], _ part: [UInt8]) -> Bool {
    var table = [0]
    var matched = 0
    for index in part.indices.dropFirst() {
        while matched > 0, part[index] != part[matched] { matched = table[matched - 1] }
        if part[index] == part[matched] { matched += 1 }
        table.append(matched)
    }
    matched = 0
    for byte in whole {
        while matched > 0, byte != part[matched] { matched = table[matched - 1] }
        if byte == part[matched] { matched += 1 }
        if matched == part.count { return true }
    }
    return part.isEmpty
}
