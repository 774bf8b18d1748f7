"""Small problems, each in four languages: what the sound problems and the planted defects are made of."""

# name: (statement, inputs of the tests, solutions by language). Expected values are what the Python solution returns.
CALLS = {
    "sum_squares": (
        "Return the sum of the squares of the numbers. -1000 <= x <= 1000.",
        [[[1, 2, 3]], [[]], [[-4, 5, 0]], [[10, -10, 7, 3]], [[1000, 1, -1000]]],
        {
            "python": "def sum_squares(xs):\n    total = 0\n    for x in xs:\n        total += x * x\n    return total\n",
            "javascript": "function sum_squares(xs) {\n  let total = 0;\n  for (const x of xs) total += x * x;\n  return total;\n}\n",
            "cpp": "#include <vector>\nlong long sum_squares(std::vector<int> xs) {\n    long long total = 0;\n    for (int x : xs) total += (long long)x * x;\n    return total;\n}\n",
            "rust": "fn sum_squares(xs: Vec<i64>) -> i64 {\n    let mut total = 0;\n    for x in xs {\n        total += x * x;\n    }\n    total\n}\n",
        },
    ),
    "count_vowels": (
        "Return how many vowels (aeiou) the text has.",
        [["hello"], [""], ["rhythm"], ["aeiou"], ["banana split"]],
        {
            "python": "def count_vowels(text):\n    count = 0\n    for c in text:\n        if c in 'aeiou':\n            count += 1\n    return count\n",
            "javascript": "function count_vowels(text) {\n  let count = 0;\n  for (const c of text) {\n    if ('aeiou'.includes(c)) count += 1;\n  }\n  return count;\n}\n",
            "cpp": "#include <string>\nint count_vowels(std::string text) {\n    int count = 0;\n    for (char c : text) {\n        if (std::string(\"aeiou\").find(c) != std::string::npos) count += 1;\n    }\n    return count;\n}\n",
            "rust": "fn count_vowels(text: String) -> i64 {\n    let mut count = 0;\n    for c in text.chars() {\n        if \"aeiou\".contains(c) {\n            count += 1;\n        }\n    }\n    count\n}\n",
        },
    ),
    "running_max": (
        "Return the list of the largest number so far at each place.",
        [[[3, 1, 4, 1, 5]], [[]], [[-5, -7, -2]], [[2, 2, 1]], [[9, 8, 10, 3]]],
        {
            "python": "def running_max(xs):\n    out = []\n    for x in xs:\n        if not out or x > out[-1]:\n            out.append(x)\n        else:\n            out.append(out[-1])\n    return out\n",
            "javascript": "function running_max(xs) {\n  const out = [];\n  for (const x of xs) {\n    if (out.length === 0 || x > out[out.length - 1]) out.push(x);\n    else out.push(out[out.length - 1]);\n  }\n  return out;\n}\n",
            "cpp": "#include <vector>\nstd::vector<int> running_max(std::vector<int> xs) {\n    std::vector<int> out;\n    for (int x : xs) {\n        if (out.empty() || x > out.back()) out.push_back(x);\n        else out.push_back(out.back());\n    }\n    return out;\n}\n",
            "rust": "fn running_max(xs: Vec<i64>) -> Vec<i64> {\n    let mut out: Vec<i64> = Vec::new();\n    for x in xs {\n        let best = match out.last() {\n            Some(&y) if y >= x => y,\n            _ => x,\n        };\n        out.push(best);\n    }\n    out\n}\n",
        },
    ),
    "greatest_divisor": (
        "Return the greatest common divisor of two positive numbers.",
        [[12, 18], [7, 13], [100, 75], [9, 9], [1, 50]],
        {
            "python": "def greatest_divisor(a, b):\n    while b != 0:\n        a, b = b, a % b\n    return a\n",
            "javascript": "function greatest_divisor(a, b) {\n  while (b !== 0) {\n    [a, b] = [b, a % b];\n  }\n  return a;\n}\n",
            "cpp": "int greatest_divisor(int a, int b) {\n    while (b != 0) {\n        int t = a % b;\n        a = b;\n        b = t;\n    }\n    return a;\n}\n",
            "rust": "fn greatest_divisor(mut a: i64, mut b: i64) -> i64 {\n    while b != 0 {\n        let t = a % b;\n        a = b;\n        b = t;\n    }\n    a\n}\n",
        },
    ),
    "run_lengths": (
        "Return the text with each run of a letter written as the letter and the run's length.",
        [["aaab"], ["abc"], ["zzzzzzzzzzzz"], ["aabbaa"], ["x"]],
        {
            "python": "def run_lengths(text):\n    out = ''\n    i = 0\n    while i < len(text):\n        j = i\n        while j < len(text) and text[j] == text[i]:\n            j += 1\n        out += text[i] + str(j - i)\n        i = j\n    return out\n",
            "javascript": "function run_lengths(text) {\n  let out = '';\n  let i = 0;\n  while (i < text.length) {\n    let j = i;\n    while (j < text.length && text[j] === text[i]) j += 1;\n    out += text[i] + (j - i);\n    i = j;\n  }\n  return out;\n}\n",
            "cpp": "#include <string>\nstd::string run_lengths(std::string text) {\n    std::string out;\n    size_t i = 0;\n    while (i < text.size()) {\n        size_t j = i;\n        while (j < text.size() && text[j] == text[i]) j += 1;\n        out += text[i] + std::to_string(j - i);\n        i = j;\n    }\n    return out;\n}\n",
            "rust": "fn run_lengths(text: String) -> String {\n    let chars: Vec<char> = text.chars().collect();\n    let mut out = String::new();\n    let mut i = 0;\n    while i < chars.len() {\n        let mut j = i;\n        while j < chars.len() && chars[j] == chars[i] {\n            j += 1;\n        }\n        out.push(chars[i]);\n        out += &(j - i).to_string();\n        i = j;\n    }\n    out\n}\n",
        },
    ),
    "is_mirror": (
        "Return whether the text reads the same backwards.",
        [["level"], ["ab"], [""], ["abca"], ["noon"]],
        {
            "python": "def is_mirror(text):\n    return text == text[::-1]\n",
            "javascript": "function is_mirror(text) {\n  return text === [...text].reverse().join('');\n}\n",
            "cpp": "#include <string>\nbool is_mirror(std::string text) {\n    return text == std::string(text.rbegin(), text.rend());\n}\n",
            "rust": "fn is_mirror(text: String) -> bool {\n    text == text.chars().rev().collect::<String>()\n}\n",
        },
    ),
    "floor_half": (
        "Return a divided by b, rounded down. -100 <= a <= 100, 1 <= b <= 10.",
        [[9, 3], [-8, 2], [-7, 2], [0, 5], [10, 4]],
        {
            "python": "def floor_half(a, b):\n    return a // b\n",
            "javascript": "function floor_half(a, b) {\n  return Math.floor(a / b);\n}\n",
            "cpp": "int floor_half(int a, int b) {\n    int q = a / b;\n    if (a % b != 0 && (a < 0) != (b < 0)) q -= 1;\n    return q;\n}\n",
            "rust": "fn floor_half(a: i64, b: i64) -> i64 {\n    a.div_euclid(b)\n}\n",
        },
    ),
    "clock_hour": (
        "A clock has b hours, from 0 to b - 1. Return the hour a hours after midnight; a may be negative.",
        [[5, 12], [27, 12], [-1, 12], [-30, 24], [0, 7]],
        {
            "python": "def clock_hour(a, b):\n    return a % b\n",
            "javascript": "function clock_hour(a, b) {\n  return ((a % b) + b) % b;\n}\n",
            "cpp": "int clock_hour(int a, int b) {\n    return ((a % b) + b) % b;\n}\n",
            "rust": "fn clock_hour(a: i64, b: i64) -> i64 {\n    a.rem_euclid(b)\n}\n",
        },
    ),
    "area": (
        "Return the area of a rectangle. 1 <= a, b <= 10^9.",
        [[3, 4], [1, 1], [20, 50], [7, 1], [300, 200]],
        {
            "python": "def area(a, b):\n    return a * b\n",
            "javascript": "function area(a, b) {\n  const product = BigInt(a) * BigInt(b);\n  return product;\n}\n",
            "cpp": "long long area(long long a, long long b) {\n    return a * b;\n}\n",
            "rust": "fn area(a: i64, b: i64) -> i64 {\n    a * b\n}\n",
        },
    ),
    "in_order_of_size": (
        "Return the numbers in ascending order.",
        [[[3, 1, 2]], [[]], [[9, 8, 7, 7]], [[5]], [[4, 6, 5, 1]]],
        {
            "python": "def in_order_of_size(xs):\n    return sorted(xs)\n",
            "javascript": "function in_order_of_size(xs) {\n  return xs.sort((a, b) => a - b);\n}\n",
            "cpp": "#include <algorithm>\n#include <vector>\nstd::vector<int> in_order_of_size(std::vector<int> xs) {\n    std::sort(xs.begin(), xs.end());\n    return xs;\n}\n",
            "rust": "fn in_order_of_size(mut xs: Vec<i64>) -> Vec<i64> {\n    xs.sort();\n    xs\n}\n",
        },
    ),
    "first_seen": (
        "Return the different numbers in the order in which they come first.",
        [[[3, 1, 3, 2]], [[]], [[5, 5, 5]], [[9, 8, 9, 7]], [[1, 2]]],
        {
            "python": "def first_seen(xs):\n    seen = {}\n    for x in xs:\n        seen[x] = True\n    return list(seen)\n",
            "javascript": "function first_seen(xs) {\n  return [...new Set(xs)].map((x) => x);\n}\n",
            "cpp": "#include <algorithm>\n#include <vector>\nstd::vector<int> first_seen(std::vector<int> xs) {\n    std::vector<int> out;\n    for (int x : xs) {\n        if (std::find(out.begin(), out.end(), x) == out.end()) out.push_back(x);\n    }\n    return out;\n}\n",
            "rust": "fn first_seen(xs: Vec<i64>) -> Vec<i64> {\n    let mut out: Vec<i64> = Vec::new();\n    for x in xs {\n        if !out.contains(&x) {\n            out.push(x);\n        }\n    }\n    out\n}\n",
        },
    ),
    "text_length": (
        "Return how many characters the text has.",
        [["hello"], ["na\u00efve"], [""], ["a\U0001f600b"], ["\u4f60\u597d"]],
        {
            "python": "def text_length(text):\n    return len(text)\n",
            "javascript": "function text_length(text) {\n  return [...text].length;\n}\n",
            "cpp": "#include <string>\nint text_length(std::string text) {\n    int count = 0;\n    for (unsigned char c : text) {\n        if ((c & 0xC0) != 0x80) count += 1;\n    }\n    return count;\n}\n",
            "rust": "fn text_length(text: String) -> i64 {\n    text.chars().count() as i64\n}\n",
        },
    ),
    "sum_to": (
        "Return 1 + 2 + … + n. 0 <= n <= 10^6.",
        [[1], [10], [0], [100], [7]],
        {
            "python": "def sum_to(n):\n    total = 0\n    for i in range(1, n + 1):\n        total += i\n    return total\n",
            "javascript": "function sum_to(n) {\n  let total = 0;\n  for (let i = 1; i <= n; i++) total += i;\n  return total;\n}\n",
            "cpp": "long long sum_to(long long n) {\n    long long total = 0;\n    for (long long i = 1; i <= n; i++) total += i;\n    return total;\n}\n",
            "rust": "fn sum_to(n: i64) -> i64 {\n    let mut total = 0;\n    for i in 1..=n {\n        total += i;\n    }\n    total\n}\n",
        },
    ),
}

# name: (statement, inputs, solutions). Expected outputs are what the Python program prints.
PROGRAMS = {
    "add_all": (
        "The first line has n, the second n numbers. Print their sum.",
        ["3\n1 2 3\n", "1\n-5\n", "4\n10 20 30 40\n", "2\n7 -7\n"],
        {
            "python": "import sys\ndata = sys.stdin.read().split()\nn = int(data[0])\nprint(sum(int(x) for x in data[1:n + 1]))\n",
            "javascript": "const data = require('fs').readFileSync(0, 'utf8').split(/\\s+/).filter((x) => x !== '').map(Number);\nlet total = 0;\nfor (let i = 1; i <= data[0]; i++) total += data[i];\nconsole.log(String(total));\n",
            "cpp": "#include <iostream>\nint main() {\n    long long n, x, total = 0;\n    std::cin >> n;\n    for (int i = 0; i < n; i++) {\n        std::cin >> x;\n        total += x;\n    }\n    std::cout << total << \"\\n\";\n}\n",
            "rust": "use std::io::Read;\nfn main() {\n    let mut text = String::new();\n    std::io::stdin().read_to_string(&mut text).unwrap();\n    let data: Vec<i64> = text.split_whitespace().map(|x| x.parse().unwrap()).collect();\n    let n = data[0] as usize;\n    println!(\"{}\", data[1..=n].iter().sum::<i64>());\n}\n",
        },
    ),
    "average": (
        "The first line has n, the second n numbers. Print their average.",
        ["3\n1 2 6\n", "2\n1 2\n", "4\n10 20 30 41\n", "3\n1000 2000 1\n"],
        {
            "python": "import sys\ndata = sys.stdin.read().split()\nn = int(data[0])\nprint('%.9f' % (sum(int(x) for x in data[1:n + 1]) / n))\n",
            "javascript": "const data = require('fs').readFileSync(0, 'utf8').split(/\\s+/).filter((x) => x !== '').map(Number);\nlet total = 0;\nfor (let i = 1; i <= data[0]; i++) total += data[i];\nconsole.log((total / data[0]).toFixed(9));\n",
            "cpp": "#include <iomanip>\n#include <iostream>\nint main() {\n    long long n, x, total = 0;\n    std::cin >> n;\n    for (int i = 0; i < n; i++) {\n        std::cin >> x;\n        total += x;\n    }\n    std::cout << std::fixed << std::setprecision(9) << (double)total / n << \"\\n\";\n}\n",
            "rust": "use std::io::Read;\nfn main() {\n    let mut text = String::new();\n    std::io::stdin().read_to_string(&mut text).unwrap();\n    let data: Vec<i64> = text.split_whitespace().map(|x| x.parse().unwrap()).collect();\n    let n = data[0] as usize;\n    println!(\"{:.9}\", data[1..=n].iter().sum::<i64>() as f64 / n as f64);\n}\n",
        },
    ),
}

LANGUAGES = ["python", "javascript", "cpp", "rust"]
