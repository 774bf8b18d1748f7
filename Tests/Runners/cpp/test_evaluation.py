"""The call of an assertion in C++: what goes over the channel, and what does not compile."""

import unittest

from runner import Program, is_available

CODE = """
#include <optional>
#include <string>
#include <vector>
enum Color { red, green };
struct Any { template <class T> bool operator==(const T&) const { return true; } operator bool() const { return true; } };
template <class T> T id(T value) { return value; }
const int& first(const std::vector<int>& values) { return values[0]; }
unsigned char byte() { return 255; }
unsigned natural() { return -1; }
unsigned long size() { return -1; }
float tenth() { return 0.1f; }
long double precise() { return 0.1L; }
Color color() { return green; }
Any any() { return {}; }
std::vector<std::string> words(std::string word) { return {word}; }
std::optional<int> maybe(bool is) { if (is) return 3; return std::nullopt; }
int raises() { throw 1; }
"""
# call, comparison, value
CARRIED = [
    ("id(3)", "assay_value == 0", 3),
    ("id('a')", "assay_value == ' '", 97),
    ("id(true)", "assay_value == false", True),
    ("first({4, 5})", "assay_value == 0", 4),
    ("byte()", "assay_value == 0", 255),
    ("natural()", "0 == assay_value", {"$unsigned": [32, 4294967295]}),
    ("size()", "assay_value == 0", {"$unsigned": [64, 18446744073709551615]}),
    ("tenth()", "assay_value == 0.0", 0.10000000149011612),
    ("precise()", "assay_value == 0.0", {"$other": ["long double", True]}),
    ("color()", "assay_value == 0", 1),
    ("any()", "assay_value == 0", {"$other": ["class of its own", True]}),
    ("words(\"a\")", "assay_value == std::vector<std::string>{}", ["a"]),
    ("maybe(false)", "assay_value == 0", None),
    ("bool(id(2))", "assay_value", True),
]
REFUSED = [("missing(1)", "assay_value == 0"), ("id(3)", "assay_value == \"\""), ("id(3)); (id(4)", "assay_value == 0")]


@unittest.skipUnless(is_available(), "needs a tree with g++ and the runner, ASSAY_CPP_ROOT, and root")
class Evaluation(unittest.TestCase):
    def build(self, call, check):
        return Program("evaluation", CODE, more={"call.cpp": call, "check.cpp": check})

    def test_values(self):
        for call, check, expected in CARRIED:
            with self.subTest(call), self.build(call, check) as program:
                self.assertEqual(program.status, 0, program.stderr)
                frame, status, _, _ = program.run(b"{}")
                self.assertEqual((frame, status), ({"evaluated": expected}, 0))

    def test_an_exception(self):
        with self.build("raises()", "assay_value == 0") as program:
            self.assertEqual(program.run(b"{}")[0], {"error": "exception", "message": "int"})

    def test_what_does_not_compile(self):
        for call, check in REFUSED:
            with self.subTest(call), self.build(call, check) as program:
                self.assertNotEqual(program.status, 0)


if __name__ == "__main__":
    unittest.main()
