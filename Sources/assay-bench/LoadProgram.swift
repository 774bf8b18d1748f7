import ArgumentParser
import GradingModel

/// A trivial program in one language, the sum of two numbers, with as many tests as wanted.
struct LoadProgram: Sendable {
    /// The languages in which there is one, as options name them.
    enum Name: String, CaseIterable, ExpressibleByArgument {
        case python, javascript, cpp, rust
    }

    var name: Name
    var tests: Int

    var code: String {
        switch name {
        case .python: "a, b = map(int, input().split())\nprint(a + b)\n"
        case .javascript:
            "const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number); console.log(a + b)\n"
        case .cpp:
            "#include <bits/stdc++.h>\nusing namespace std;\nint main() { int a, b; cin >> a >> b; cout << a + b << endl; }\n"
        case .rust:
            """
            use std::io::*;
            fn main() {
                let mut text = String::new();
                stdin().read_to_string(&mut text).unwrap();
                println!("{}", text.split_whitespace().map(|word| word.parse::<i64>().unwrap()).sum::<i64>());
            }

            """
        }
    }

    /// A submission; `mark` makes its source one that was never seen, `nil` leaves it the same as all others.
    func body(mark: String?) -> [UInt8] {
        let comment = mark.map { (name == .python ? "# " : "// ") + $0 + "\n" } ?? ""
        let tests = (0..<tests).map { number -> Value in
            [
                "type": "stdin_stdout", "input": .string(ByteString("\(number) \(number + 1)")),
                "output": .string(ByteString(String(2 * number + 1))),
            ]
        }
        return JSONCodec.serialize([
            "language": .string(ByteString(name.rawValue)), "code": .string(ByteString(code + comment)),
            "tests": .list(tests),
        ])
    }
}
