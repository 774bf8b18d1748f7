import GradingModel
import Testing

@testable import Auditing

@Suite("Programs with a fault put into them") struct MutatorTests {
    private let program: ByteString = """
        # 1 < 2 in a comment
        def f(a, b):
            '''a + b'''
            if a < b and a > 10:
                print("a < b")
            return a + b

        """

    @Test("each differs from the program in one place, outside of texts and comments, and they are the same each time")
    func places() throws {
        let mutants = Mutator(source: program, language: .python).mutants(50)
        #expect(mutants == Mutator(source: program, language: .python).mutants(50))
        #expect(Set(mutants.map(\.program)).count == mutants.count)
        let text = program.text
        for mutant in mutants {
            let changed = mutant.program.text
            #expect(changed != text)
            #expect(changed.contains("# 1 < 2 in a comment") && changed.contains("'''a + b'''"))
            #expect(mutant.line == 4 || mutant.line == 5 || mutant.line == 6)
        }
        let kinds = Set(mutants.map(\.operator))
        #expect(kinds == [.emptyResult, .comparison, .arithmetic, .offByOne, .logic, .droppedStatement])
    }

    @Test("types of C++ and Rust are no comparisons")
    func generics() {
        let cpp: ByteString = "std::vector<int> f(std::vector<int> a) {\n    return a;\n}\n"
        #expect(Mutator(source: cpp, language: .cpp).mutants(20).map(\.operator) == [.emptyResult])
        let rust: ByteString = "fn f(a: Vec<i64>) -> Vec<i64> {\n    a\n}\n"
        #expect(Mutator(source: rust, language: .rust).mutants(20).isEmpty)
    }

    @Test(
        "functions are found by their form",
        arguments: [
            (Language.python, "def f(x):\n    return x\n", ["f"]),
            (.javascript, "const g = (x) => { return x; };", ["g"]),
            (.javascript, "function f(x) { return x; }", ["f"]), (.cpp, "int f(int x) { return x; }", ["f"]),
            (.rust, "pub fn f(x: i64) -> i64 { x }", ["f"]), (.cpp, "int main() { return f(1) + g(2); }", ["main"]),
        ]
    )
    func functions(language: Language, code: String, names: [String]) {
        let finder = FunctionFinder(source: ByteString(code), language: language)
        #expect(finder.definitions.map(\.name) == names)
    }
}
