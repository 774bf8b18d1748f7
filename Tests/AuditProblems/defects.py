"""The planted defects: each with the codes of findings by which it is found."""
from templates import CALLS, LANGUAGES, PROGRAMS


def call(name, row, output):
    return {"type": "function_call", "fn_name": name, "input": row, "output": output}


def stdin(text, output):
    return {"type": "stdin_stdout", "input": text, "output": output}


def audit_defects(record, tests_of):
    """Yields (codes, record)."""
    number = 0

    def planted(codes, kind, language, code, tests, statement="", **fields):
        nonlocal number
        number += 1
        return codes.split(), record(f"{kind}-{number}", language, code, tests, statement, **fields)

    def gold(name, language="python"):
        return (CALLS if name in CALLS else PROGRAMS)[name][2][language]

    # Flaky: chance, the clock, the process.
    for name, change in [("sum_squares", "total += x * x"), ("greatest_divisor", "a, b = b, a % b")]:
        code = "import random\n" + gold(name).replace("    return ", "    return random.choice([0, 1]) + ")
        yield planted("gold_flaky", "flaky", "python", code, tests_of(name) * 1)
    code = "import os\ndef sum_to(n):\n    return n * (n + 1) // 2 + os.urandom(1)[0] % 2\n"
    yield planted("gold_flaky", "flaky", "python", code, tests_of("sum_to"))
    code = "import time\ndef area(a, b):\n    return a * b + time.time_ns() // 1000 % 2\n"
    yield planted("gold_flaky", "flaky", "python", code, tests_of("area"))
    code = gold("sum_to", "javascript").replace("return total", "return total + (Math.random() < 0.5 ? 1 : 0)")
    yield planted("gold_flaky", "flaky", "javascript", code, tests_of("sum_to"))
    code = gold("add_all").replace("print(sum", "import random\nprint(random.randint(0, 1) + sum")
    yield planted("gold_flaky", "flaky", "python", code, tests_of("add_all"))
    code = gold("greatest_divisor", "cpp").replace("return a;", "return a + std::chrono::steady_clock::now().time_since_epoch().count() / 1000 % 2;")
    yield planted("gold_flaky", "flaky", "cpp", "#include <chrono>\n" + code, tests_of("greatest_divisor"))

    # Vacuous: a constant is the answer to every test.
    for language in ["python", "javascript", "rust"]:
        tests = [call("count_vowels", [text], 0) for text in ["xyz", "", "rhythm"]]
        yield planted("constant_program_accepted", "constant", language, gold("count_vowels", language), tests)
    tests = [call("is_mirror", [text], True) for text in ["aa", "noon", "level", ""]]
    yield planted("constant_program_accepted", "constant", "python", gold("is_mirror"), tests)
    tests = [call("in_order_of_size", [[]], []), call("in_order_of_size", [[1, 1][:0]], [])][:1] + [call("in_order_of_size", [[]], [])]
    yield planted("constant_program_accepted duplicate_tests single_test", "constant", "python", gold("in_order_of_size"), tests)
    tests = [call("greatest_divisor", [a, b], 1) for a, b in [(3, 4), (7, 9), (1, 5), (8, 9)]]
    yield planted("constant_program_accepted", "constant", "cpp", gold("greatest_divisor", "cpp"), tests)
    tests = [stdin(f"1\n{n}\n", "ok\n") for n in range(4)]
    for language, code in [("python", "input()\ninput()\nprint('ok')\n"), ("javascript", "console.log('ok');\n")]:
        yield planted("constant_program_accepted", "constant", language, code, tests)
    tests = [stdin(f"{n}\n", "") for n in range(3)]
    yield planted("empty_program_accepted", "empty", "python", "x = input()\n", tests)
    yield planted("empty_program_accepted", "empty", "cpp", "int main() {}\n", tests)

    # Vacuous assertions.
    silent = {
        "python": "sum_to(3)\nsum_to(10)\n",
        "javascript": "sum_to(3);\nsum_to(10);\n",
        "cpp": "int main() {\n    sum_to(3);\n    sum_to(10);\n}\n",
        "rust": "fn main() {\n    sum_to(3);\n    sum_to(10);\n}\n",
    }
    for language in LANGUAGES:
        tests = [{"type": "assertions", "code": silent[language]}]
        yield planted("asserts_nothing", "silent", language, gold("sum_to", language), tests, own=True)
    for code in ["assert True\n", "assert sum_to is not None\n", "assert isinstance(sum_to(3), int)\n", "x = sum_to(4)\nassert x == x\n"]:
        tests = [{"type": "assertions", "code": code}]
        yield planted("constant_program_accepted empty_program_accepted asserts_nothing", "hollow", "python", gold("sum_to"), tests, own=True)
    tests = [{"type": "assertions", "code": "const assert = require('assert');\nassert.ok(typeof sum_to(3) === 'number');\n"}]
    yield planted("constant_program_accepted", "hollow", "javascript", gold("sum_to", "javascript"), tests, own=True)

    # Weak: the tests look at next to nothing of what the program does.
    code = ("def steps(n):\n    if n < 2:\n        return n\n    count = 0\n    best = 1\n    while n != 1 and count < 500:\n"
            "        if n % 2 == 0:\n            n = n // 2\n        else:\n            n = 3 * n + 1\n        count += 1\n"
            "        if n > best:\n            best = n + 4\n    if count > 100 or best > 1000:\n        count += best % 7\n"
            "    return count * 2 + best - 1\n")
    yield planted("weak_tests", "weak", "python", code, [call("steps", [0], 0), call("steps", [1], 1)])
    code = ("function price(count, unit, code, member) {\n  if (count < 1) return unit;\n  let total = count * unit;\n"
            "  if (code === 'TEN') total = total * 90 / 100;\n  if (member && total > 100) total -= 15;\n"
            "  if (count > 20 || total > 1000) total -= total / 20;\n  if (unit < 3) total += 2;\n  return total + 1;\n}\n")
    yield planted("weak_tests", "weak", "javascript", code, [call("price", [0, 5, "", False], 5), call("price", [0, 4, "", True], 4)])

    # Cut short.
    tests = tests_of("add_all")
    long = "200\n" + " ".join(str(n) for n in range(100)) + "..."
    yield planted("truncated_tests", "cut", "python", gold("add_all"), tests + [stdin(long, "19900\n")])
    yield planted("truncated_tests", "cut", "cpp", gold("add_all", "cpp"), tests + [stdin("2\n1 2\n", "3 ...")])
    code = "import sys\nfor n in range(int(input())):\n    print(n)\n"
    squares = "".join(f"{n}\n" for n in range(40)) + "4..."
    for mark in ["...", " ...", "…", "\n[truncated]"]:
        tests = [stdin("2\n", "0\n1\n"), stdin("3\n", "0\n1\n2\n"), stdin("90\n", squares[:-3] + mark)]
        yield planted("truncated_tests", "cut", "python", code, tests)
    tests = [call("in_order_of_size", [[2, 1]], [1, 2]), call("in_order_of_size", [[5, 4, 3]], [3, 4, "..."])]
    yield planted("truncated_tests", "cut", "python", gold("in_order_of_size"), tests)
    tests = tests_of("add_all") + [stdin("6\n1 2 3 4 5", "21\n")]
    yield planted("truncated_tests", "cut", "python", gold("add_all").replace("data[1:n + 1]", "[data[i + 1] for i in range(n)]"), tests)
    tests = tests_of("add_all") + [stdin("9\n1 2 3 4 5 6...", "45\n")]
    yield planted("truncated_tests", "cut", "python", None, tests)

    # Wrapped in a list.
    for name, language in [("sum_squares", "python"), ("run_lengths", "javascript"), ("count_vowels", "cpp"),
                           ("greatest_divisor", "rust"), ("in_order_of_size", "python")]:
        tests = [dict(test, output=[test["output"]]) for test in tests_of(name)]
        yield planted("wrapped_outputs", "wrapped", language, gold(name, language), tests)
    for name in ["sum_squares", "run_lengths"]:
        tests = tests_of(name)
        tests[1] = dict(tests[1], output=[tests[1]["output"]])
        yield planted("inconsistently_wrapped", "half-wrapped", "python", gold(name), tests)

    # The gold solution is wrong, or is no program.
    code = gold("sum_squares").replace("total += x * x", "total += x + x")
    yield planted("gold_fails", "wrong-gold", "python", code, tests_of("sum_squares"))
    code = gold("running_max", "javascript").replace("x > out", "x < out")
    yield planted("gold_fails", "wrong-gold", "javascript", code, tests_of("running_max"))
    tests = tests_of("greatest_divisor")
    tests[2] = dict(tests[2], output=26)
    yield planted("gold_fails", "wrong-test", "cpp", gold("greatest_divisor", "cpp"), tests)
    yield planted("gold_fails", "wrong-gold", "python", gold("area").replace("return a * b", "return a / 0"), tests_of("area"))
    yield planted("gold_fails", "slow-gold", "python", "def area(a, b):\n    while True:\n        a += 1\n", tests_of("area"),
                  limits={"cpu_time_s": 1})
    yield planted("gold_does_not_compile", "uncompiled", "python", "print 'hello'\n", tests_of("area"))
    yield planted("gold_does_not_compile", "uncompiled", "cpp", "long long area(long long a) { return b; }\n", tests_of("area"))
    yield planted("gold_does_not_compile", "uncompiled", "rust", "fn area(a: i64, b: i64) -> i64 { a * \"b\" }\n", tests_of("area"))
    yield planted("gold_does_not_compile", "uncompiled", "javascript", "function area(a, b { return a * b; }\n", tests_of("area"))
    for name in ["area", "add_all"]:
        yield planted("no_gold", "no-gold", "python", None, tests_of(name))

    # The tests contradict or repeat themselves, or are none.
    tests = tests_of("area")
    yield planted("duplicate_tests", "twice", "python", gold("area"), tests + tests[:1])
    yield planted("duplicate_tests", "twice", "cpp", gold("area", "cpp"), tests + tests[1:3])
    yield planted("duplicate_tests", "twice", "python", gold("add_all"), tests_of("add_all") + tests_of("add_all")[:2])
    yield planted("contradictory_tests", "contradiction", "python", gold("area"), tests + [dict(tests[0], output=13)])
    yield planted("contradictory_tests", "contradiction", "javascript", gold("add_all", "javascript"),
                  tests_of("add_all") + [stdin("3\n1 2 3\n", "7\n")])
    yield planted("invalid_tests", "no-tests", "python", gold("area"), [])
    yield planted("invalid_tests", "odd-tests", "python", gold("area"), [{"type": "riddle", "input": "1", "output": "2"}])
    tests = [{"type": "assertions", "code": "def check(f):\n    assert f(2, 3) == 6\n"}]
    yield planted("invalid_tests", "uncalled", "python", gold("area"), tests, own=True)

    # Several answers.
    code = "def divisors(n):\n    return [d for d in range(n, 0, -1) if n % d == 0]\n"
    tests = [call("divisors", [n], [d for d in range(1, n + 1) if n % d == 0]) for n in [6, 12, 7, 1]]
    yield planted("several_answers", "any-order", "python", code, tests)
    code = "n = int(input())\nfor d in range(n, 0, -1):\n    if n % d == 0:\n        print(d)\n"
    tests = [stdin(f"{n}\n", "".join(f"{d}\n" for d in range(1, n + 1) if n % d == 0)) for n in [6, 12, 7]]
    yield planted("several_answers", "any-order", "python", code, tests)
    code = "function parts(n) {\n  return [n - 1, 1];\n}\n"
    tests = [call("parts", [n], [1, n - 1]) for n in [5, 9, 3]]
    yield planted("several_answers", "any-order", "javascript", code, tests)
    for statement in ["Print two numbers whose sum is n. If there are several solutions, print any of them.",
                      "Find a pair with the sum n. You may output any valid pair. Multiple answers are accepted."]:
        code = "n = int(input())\nprint(n - 1, 1)\n"
        tests = [stdin(f"{n}\n", f"{n - 1} 1\n") for n in [5, 9, 3]]
        yield planted("several_answers", "any-answer", "python", code, tests, statement)

    # Limits.
    burn = "import time\ndef area(a, b):\n    while time.process_time() < %s:\n        pass\n    return a * b\n"
    yield planted("tight_time_limit gold_flaky gold_fails", "tight-time", "python", burn % 0.8, tests_of("area")[:3], limits={"cpu_time_s": 1})
    yield planted("tight_time_limit gold_flaky gold_fails", "tight-time", "python", burn % 1.6, tests_of("area")[:2], limits={"cpu_time_s": 2})
    fill = "def area(a, b):\n    block = b'x' * (%d << 20)\n    return a * b + len(block) * 0\n"
    yield planted("tight_memory_limit", "tight-memory", "python", fill % 110, tests_of("area")[:3], limits={"memory_mb": 128})
    yield planted("tight_memory_limit", "tight-memory", "python", fill % 230, tests_of("area")[:3], limits={"memory_mb": 256})

    # How answers are compared.
    code = "def fill(xs):\n    for i in range(len(xs)):\n        xs[i] = i\n"
    tests = [call("fill", [[5] * n], list(range(n))) for n in [2, 4, 3]]
    yield planted("in_place", "in-place", "python", code, tests)
    code = "function flip(xs) {\n  xs.reverse();\n}\n"
    tests = [call("flip", [list(range(n))], list(range(n))[::-1]) for n in [2, 4, 3]]
    yield planted("in_place", "in-place", "javascript", code, tests)
    code = "n = int(input())\nprint('Yes' if n % 2 else 'No')\n"
    tests = [stdin("3\n", "YES\n"), stdin("4\n", "NO\n"), stdin("7\n", "YES\n")]
    yield planted("comparison_too_strict", "letter-case", "python", code, tests)
    code = "n = int(input())\nprint('%.4f' % (n / 7))\n"
    tests = [stdin(f"{n}\n", f"{n / 7:.9f}\n") for n in [3, 5, 8]]
    yield planted("comparison_too_strict", "few-digits", "python", code, tests)
    code = "for n in range(int(input())):\n    print(n)\n    print()\n"
    tests = [stdin(f"{n}\n", "".join(f"{i}\n" for i in range(n))) for n in [3, 5, 2]]
    yield planted("comparison_too_strict", "blank-lines", "python", code, tests)

    # Records that are none.
    yield ["unreadable_record"], {"problem_id": f"unreadable-{number}", "language": "python"}


def translation_defects(record, tests_of):
    """Yields (codes, [original, translation]); the translation is the one that is wrong."""
    number = 0

    def planted(codes, name, language, code, tests=None, statement=None):
        nonlocal number
        number += 1
        table = CALLS if name in CALLS else PROGRAMS
        statement = table[name][0] if statement is None else statement
        tests = tests_of(name) if tests is None else tests
        original = record(f"python/{name}-{number}", "python", table[name][2]["python"], tests, statement)
        return codes.split(), [original, record(f"{language}/{name}-{number}", language, code, tests, statement)]

    def source(name, language):
        return (CALLS if name in CALLS else PROGRAMS)[name][2][language]

    def changed(codes, name, language, old, new, **fields):
        code = source(name, language)
        assert old in code, (name, language, old)
        return planted(codes, name, language, code.replace(old, new), **fields)

    # Too narrow: only inputs that the statement allows and no test has show it.
    yield changed("integer_overflow", "area", "cpp", "long long", "int")
    yield changed("integer_overflow", "area", "rust", "i64", "i32")
    yield changed("integer_overflow", "area", "rust", "a * b", "(a as i32).wrapping_mul(b as i32) as i64")
    yield changed("integer_overflow", "area", "javascript", "const product = BigInt(a) * BigInt(b);\n  return product;", "return a * b;")
    yield changed("integer_overflow", "area", "javascript", "const product = BigInt(a) * BigInt(b);\n  return product;", "return (a * b) | 0;")
    yield changed("integer_overflow", "area", "javascript", "const product = BigInt(a) * BigInt(b);\n  return product;", "return Math.imul(a, b);")
    yield changed("integer_overflow", "sum_to", "cpp", "long long total", "int total")
    code = "fn sum_to(n: i64) -> i64 {\n    let mut total: i32 = 0;\n    for i in 1..=n {\n        total = total.wrapping_add(i as i32);\n    }\n    total as i64\n}\n"
    yield planted("integer_overflow", "sum_to", "rust", code)
    large = [call("sum_squares", [[100000, 1]], 10000000001), call("sum_squares", [[2]], 4)]
    yield changed("integer_overflow", "sum_squares", "cpp", "(long long)x * x", "x * x", tests=large)

    # Division that cuts off, or does not cut at all; -7 / 2 is not among the tests.
    exact = [call("floor_half", [a, b], a // b) for a, b in [(9, 3), (-8, 2), (0, 5), (10, 4), (-100, 10), (100, 1)]]
    yield changed("integer_division", "floor_half", "cpp", "    if (a % b != 0 && (a < 0) != (b < 0)) q -= 1;\n", "", tests=exact)
    yield changed("integer_division", "floor_half", "rust", "a.div_euclid(b)", "a / b", tests=exact)
    yield changed("integer_division", "floor_half", "javascript", "Math.floor(a / b)", "Math.trunc(a / b)", tests=exact)
    whole = [test for test in exact if test["input"][0] % test["input"][1] == 0]
    yield changed("integer_division", "floor_half", "javascript", "Math.floor(a / b)", "a / b", tests=whole)
    yield changed("integer_division", "floor_half", "javascript", "Math.floor(a / b)", "a / b")
    yield changed("integer_division", "floor_half", "cpp", "    if (a % b != 0 && (a < 0) != (b < 0)) q -= 1;\n", "")

    # Remainders of negative numbers.
    hours = [call("clock_hour", [a, b], a % b) for a, b in [(5, 12), (27, 12), (-12, 12), (-24, 24), (0, 7)]]
    for language, old, new in [("cpp", "((a % b) + b) % b", "a % b"), ("javascript", "((a % b) + b) % b", "a % b"),
                               ("rust", "a.rem_euclid(b)", "a % b")]:
        yield changed("negative_modulo", "clock_hour", language, old, new, tests=hours)
        yield changed("negative_modulo", "clock_hour", language, old, new)

    # Digits.
    yield changed("float_formatting", "average", "cpp", " << std::fixed << std::setprecision(9)", "")
    yield changed("float_formatting", "average", "javascript", "toFixed(9)", "toFixed(2)")
    yield changed("float_formatting", "average", "rust", "{:.9}", "{:.3}")
    # A float of 32 bits loses the 1 beside 10^8, and here nothing else is left.
    yield changed("translation_fails", "average", "cpp", "n, x, total = 0;", "n, x;\n    float total = 0;",
                  tests=tests_of("average") + [stdin("3\n100000000 1 -100000000\n", "0.333333333\n")])

    # Order.
    few = [call("in_order_of_size", [xs], sorted(xs)) for xs in [[3, 1, 2], [], [9, 8, 7, 7], [5]]]
    many = few + [call("in_order_of_size", [[4, 10, 2, 33]], [2, 4, 10, 33])]
    yield changed("output_order", "in_order_of_size", "javascript", "xs.sort((a, b) => a - b)", "xs.sort()", tests=many)
    yield changed("output_order", "in_order_of_size", "cpp", "xs.begin(), xs.end()", "xs.rbegin(), xs.rend()")
    yield changed("output_order", "in_order_of_size", "rust", "xs.sort();", "xs.sort_by(|a, b| b.cmp(a));")
    code = "function first_seen(xs) {\n  const seen = {};\n  for (const x of xs) seen[x] = true;\n  return Object.keys(seen).map(Number);\n}\n"
    yield planted("output_order", "first_seen", "javascript", code)
    code = "#include <set>\n#include <vector>\nstd::vector<int> first_seen(std::vector<int> xs) {\n    std::set<int> seen(xs.begin(), xs.end());\n    return std::vector<int>(seen.begin(), seen.end());\n}\n"
    yield planted("output_order", "first_seen", "cpp", code)
    ascending = [call("first_seen", [xs], list(dict.fromkeys(xs))) for xs in [[1, 2, 2, 3], [4, 4], [0, 5, 9], [2, 3, 3]]]
    code = "fn first_seen(xs: Vec<i64>) -> Vec<i64> {\n    let seen: std::collections::BTreeSet<i64> = xs.into_iter().collect();\n    seen.into_iter().collect()\n}\n"
    yield planted("output_order", "first_seen", "rust", code, tests=ascending)

    # Characters that are several units.
    yield changed("text_length", "text_length", "javascript", "[...text].length", "text.length")
    yield changed("text_length", "text_length", "rust", "text.chars().count()", "text.len()")
    yield planted("text_length", "text_length", "cpp", "#include <string>\nint text_length(std::string text) { return text.size(); }\n")

    # Recursion: as deep as the statement allows, it needs more than the stack of 512 MB that there is.
    code = "function sum_to(n) {\n  return n === 0 ? 0 : n + sum_to(n - 1);\n}\n"
    deep = "Return 1 + 2 + … + n. 0 <= n <= 10^7."
    yield planted("recursion_depth", "sum_to", "javascript", code, statement=deep)
    yield planted("recursion_depth", "sum_to", "javascript", code, statement=deep,
                  tests=tests_of("sum_to") + [call("sum_to", [9000000], 40500004500000)])

    # Input.
    code = "const lines = require('fs').readFileSync(0, 'utf8').split('\\n');\nconst xs = lines[1].split(' ').map((x) => parseInt(x));\nconsole.log(String(xs.reduce((a, b) => a + b, 0)));\n"
    yield planted("input_parsing", "add_all", "javascript", code)
    code = "use std::io::Read;\nfn main() {\n    let mut text = String::new();\n    std::io::stdin().read_to_string(&mut text).unwrap();\n    let line = text.split('\\n').nth(1).unwrap();\n    let total: i64 = line.split(' ').map(|x| x.parse::<i64>().unwrap()).sum();\n    println!(\"{}\", total);\n}\n"
    yield planted("input_parsing", "add_all", "rust", code)
    code = "const data = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);\nlet total = 0;\nfor (let i = 1; i <= data[0]; i++) total += data[i];\nconsole.log(String(total));\n"
    yield planted("input_parsing", "add_all", "javascript", code)

    # Simply wrong: some fail a test, some only what is made up.
    wrong = "translation_differs translation_fails"
    yield changed(wrong, "sum_squares", "javascript", "x * x", "x * 2")
    yield changed(wrong, "sum_squares", "javascript", "of xs)", "of xs.slice(0, 4))")
    yield changed(wrong, "count_vowels", "cpp", "aeiou", "aeio")
    yield changed(wrong, "count_vowels", "rust", "count += 1;", "count = 1;")
    yield changed(wrong, "count_vowels", "javascript", "'aeiou'", "'eioua'.slice(0, 4)")
    yield changed(wrong, "running_max", "javascript", "out.length === 0 || x >", "x >")
    yield changed(wrong, "running_max", "cpp", "x > out.back()", "x < out.back()")
    yield changed(wrong, "running_max", "rust", "if y >= x", "if y > x + 1")
    yield changed(wrong, "greatest_divisor", "javascript", "return a;", "return a === 2 ? 1 : a;",
                  tests=[call("greatest_divisor", [a, b], g) for a, b, g in [(12, 18, 6), (7, 13, 1), (100, 75, 25), (9, 9, 9)]])
    yield changed(wrong, "run_lengths", "javascript", "(j - i)", "(j - i) % 10")
    yield changed(wrong, "run_lengths", "cpp", "i = j;\n    }", "i = j + 1;\n    }")
    yield changed(wrong, "is_mirror", "rust", ".rev()", "")
    yield changed(wrong, "is_mirror", "javascript", "text === ", "text[0] === text[text.length - 1] || text === ",
                  tests=[call("is_mirror", [t], t == t[::-1]) for t in ["level", "ab", "noon", "abc", "abba", "xyx"]])
    yield changed("gold_does_not_compile", "area", "cpp", "return a * b;", "return a * c;")
    yield changed("gold_does_not_compile", "area", "rust", "a * b", "a * \"b\"")
    yield planted("no_gold", "area", "javascript", None)
