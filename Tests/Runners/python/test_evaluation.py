"""The call of an assertion: what goes over the channel, and that it tells values apart as Python's `==` does."""

import json

from harness import HarnessTest, unittest

CODE = """
import collections, decimal, enum, fractions
P = collections.namedtuple("P", "x y")
class E(enum.IntEnum): A = 1
class L(list): pass
class Same(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
class False_:
    def __bool__(self): return False
def f(*values): return values[0] if len(values) == 1 else values
def get(name): return globals()[name]
pair, one, own, same, nothing = P(1, 2), E.A, L([1]), Same(7), False_()
counts, ordered = collections.Counter("aab"), collections.OrderedDict(a=1)
half, whole, third = decimal.Decimal("0.5"), fractions.Fraction(4, 2), fractions.Fraction(1, 3)
surrogates, keys, items = "\\ud83d\\ude00", {1: 2}.keys(), {1: 2}.items()
cyclic = []
cyclic.append(cyclic)
"""

# expression · what is carried
CARRIED = {
    "f(1, 1.0, True, None)": {"$tuple": [1, 1.0, True, None]},
    "f([1, ['a']])": [1, ["a"]],
    "f(b'a\\xff', bytearray(b'b'))": {"$tuple": [{"$bytes": [97, 255]}, {"$bytes": [98]}]},
    "f({'a': 1, 2: (3,)})": {"$map": [["a", 1], [2, {"$tuple": [3]}]]},
    "f({'$set': [1]})": {"$map": [["$set", [1]]]},
    "f({(1, 'x')})": {"$set": [{"$tuple": [1, "x"]}]},
    "f(frozenset([1]))": {"$set": [1]},
    "f(-0.0, 1e400)": {"$tuple": [-0.0, {"$float": "inf"}]},
    "f(2j, 2 + 0j)": {"$tuple": [{"$other": ["complex", True]}, 2.0]},
    "get('pair')": {"$tuple": [1, 2]},
    "get('one')": 1,
    "get('own')": [1],
    "get('same')": {"$other": ["Same", True]},
    "get('nothing')": {"$other": ["False_", False]},
    "get('counts')": {"$map": [["a", 2], ["b", 1]]},
    "get('ordered')": {"$map": [["a", 1]]},
    "get('half')": 0.5,
    "get('whole')": 2,
    "get('third')": {"$other": ["fractions.Fraction", True]},
    "get('surrogates')": {"$other": ["str", True]},
    "f(['a', get('surrogates')])": ["a", {"$other": ["str", True]}],
    "get('keys')": {"$set": [1]},
    "get('items')": {"$set": [{"$tuple": [1, 2]}]},
    "get('cyclic')": [{"$other": ["list", True]}],
    "range(2)": {"$other": ["range", True]},
    "f(__name__)": "__main__",
}


class Evaluation(HarnessTest):
    def test_values_keep_their_kind(self):
        for expression, expected in CARRIED.items():
            with self.subTest(expression):
                outcome = self.evaluate(CODE, expression)
                self.assertEqual(json.dumps(outcome.evaluated), json.dumps(expected))
                self.assertEqual(outcome.status, 0)

    def test_names_are_those_that_an_assertion_finds(self):
        for expression in ("sqrt(4)", "missing(1)", "method(1)"):
            outcome = self.evaluate("class C:\n    def method(self, x): return x", expression)
            self.assertRegex(self.assert_error(outcome), "^NameError: ")
        self.assertEqual(self.evaluate("", "len([1, 2])").evaluated, 2)

    def test_nothing_is_converted_or_awaited(self):
        outcome = self.evaluate("from typing import Set\ndef f(x: Set[int]): return x", "f([1])")
        self.assertEqual(outcome.evaluated, [1])
        outcome = self.evaluate("async def f(): return 1", "f()")
        self.assertEqual(outcome.evaluated, {"$other": ["coroutine", True]})

    def test_ends_without_a_value(self):
        self.assert_error(self.evaluate("def f(): raise ValueError('x')", "f()"))
        self.assert_error(self.evaluate("def f(): assert False", "f()"))
        self.assert_no_frame(self.evaluate("import sys\ndef f(): sys.exit(0)", "f()"))
        self.assert_no_frame(self.evaluate("import os\ndef f(): os._exit(0)", "f()"))


if __name__ == "__main__":
    unittest.main()
