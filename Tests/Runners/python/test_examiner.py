"""assertions: what of the submission's a test can use from its own process, as if it were there."""

from harness import HarnessTest, has_module, unittest

VALUES = """
None, True, False, 0, -1, 10**400, 1.5, -0.0, 1e300, float('inf'), 1+2j, '', 'a\\u20ac\\U0001f600', '\\ud83d\\ude00\\udc80',
b'\\x00\\xff', bytearray(b'ab'), [], [1, [2, []]], (), (1,), (1, [2]), {}, {'a': 1}, {1: 'a', (1, 2): [3], None: 0, 1.5: 2},
set(), {1, 'a', (2,)}, frozenset({1}), range(1, 10, 2), slice(1, None, 2), Ellipsis, NotImplemented, int, ValueError,
Decimal('1.50'), Fraction(1, 3), date(2020, 1, 2), time(1, 2, 3, 4), datetime(2020, 1, 2, 3, 4, 5, 6, timezone.utc),
timedelta(days=-1, microseconds=5), timezone(timedelta(hours=2), 'x'), deque([1, 2], 3), OrderedDict([('b', 1), ('a', 2)]),
Counter('aab'), defaultdict(list, {'a': [1]}), {'$': {'#': 1}}, {'t': [1]}, {'b': 1}.keys(), {'b': 1}.items(), 'x' * 70000
"""
IMPORTS = ("from decimal import Decimal\nfrom fractions import Fraction\n"
           "from datetime import date, time, datetime, timedelta, timezone\n"
           "from collections import deque, OrderedDict, Counter, defaultdict\n")

POINT = """
import functools

@functools.total_ordering
class Point:
    \"\"\"A point.\"\"\"
    count = 0
    def __init__(self, x, y=0):
        self.x, self.y = x, y
        Point.count += 1
    def __eq__(self, other): return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)
    def __lt__(self, other): return self.x < other.x
    def __hash__(self): return hash((self.x, self.y))
    def __add__(self, other): return Point(self.x + other.x, self.y + other.y)
    def __mul__(self, k): return Point(self.x * k, self.y * k)
    __rmul__ = __mul__
    def __neg__(self): return Point(-self.x, -self.y)
    def __abs__(self): return (self.x ** 2 + self.y ** 2) ** 0.5
    def __repr__(self): return f"Point({self.x}, {self.y})"
    def __iter__(self): return iter((self.x, self.y))
    def __len__(self): return 2
    def __getitem__(self, i): return (self.x, self.y)[i]
    def __setitem__(self, i, v): setattr(self, "xy"[i], v)
    def __bool__(self): return bool(self.x or self.y)
    def __call__(self, k): return self.x + k
    @property
    def norm(self): return abs(self)
    @classmethod
    def origin(cls): return cls(0)
    @staticmethod
    def double(k): return 2 * k
    def moved(self, *, by): return Point(self.x + by, self.y)
class Sub(Point): pass
class Other: pass
def make(x, y=0): return Point(x, y)
"""


class Values(HarnessTest):
    def test_values_arrive_as_they_are(self):
        same = ("def same(a, b):\n"
                "    return type(a) is type(b) and repr(a) == repr(b) and (a == b or a != a)\n")
        self.assert_passes(
            IMPORTS + f"def f(): return [{VALUES}]\ndef g(x): return x",
            IMPORTS + same + f"expected = [{VALUES}]\ngot = f()\nassert len(got) == len(expected)\n"
            "for a, b in zip(got, expected): assert same(a, b), b\n"
            "for b in expected: assert same(g(b), b), b\nassert same(g(expected), expected)\n"
            "assert f()[8] == float('inf') or True\nassert g(float('nan')) != g(float('nan'))\n"
            "assert str(g(-0.0)) == '-0.0' and list(g({2: 0, 1: 0})) == [2, 1]")

    def test_a_value_keeps_its_wrong_type(self):
        for wrong, right in (("(1, 2)", "[1, 2]"), ("'1'", "1"), ("{1}", "[1]"), ("b'a'", "'a'"), ("[1]", "{1}"),
                             ("{1: 2}", "{'1': 2}"), ("'\\ud83d\\ude00'", "'\\U0001f600'"), ("2**53 + 1", "2.0**53")):
            with self.subTest(wrong):
                self.assert_fails(f"def f(): return {wrong}", f"assert f() == {right}")

    def test_arguments_that_are_changed_in_place(self):
        for code, before, after in (
            ("x.sort()", "[3, 1, 2]", "[1, 2, 3]"), ("x[0] = 1", "[True]", "[1]"), ("x.clear()", "{'a': 1}", "{}"),
            ("x['b'] = [2]", "{'a': 1}", "{'a': 1, 'b': [2]}"), ("x.add(2)", "{1}", "{1, 2}"),
            ("x[0].append(x.pop())", "[[1], 2]", "[[1, 2]]"), ("x[:] = [x[1], x[0]]", "[[1], [2]]", "[[2], [1]]"),
            ("x.appendleft(0)", "deque([1])", "deque([0, 1])"), ("x[0] = 98", "bytearray(b'a')", "bytearray(b'b')"),
            ("x[0][0].append(1)", "([[]],)", "([[1]],)"), ("x['k'].append(1)", "defaultdict(list)",
                                                           "defaultdict(list, k=[1])"),
            ("x.update('a')", "Counter()", "Counter('a')"), ("x.move_to_end('a')", "OrderedDict(a=1, b=2)",
                                                             "OrderedDict(b=2, a=1)"),
        ):
            with self.subTest(code):
                self.assert_passes(IMPORTS + f"def f(x): {code}", IMPORTS + f"x = {before}\nassert f(x) is None\n"
                                   f"assert x == {after} and str(x) == str({after}), x")
        self.assert_fails("def f(x): sorted(x)", "x = [2, 1]\nf(x)\nassert x == [1, 2]")

    def test_identity_sharing_and_cycles(self):
        self.assert_passes("def f(x): return x\ndef g(x): return [x, x]", """
a = [1]
assert f(a) is a and f([a, a])[0] is a
x = g(a)
assert x[0] is a and x[1] is a
a.append(a)
assert f(a) is a
y = g([])
assert y[0] is y[1]
""")
        self.assert_passes("def f():\n    a = [1]\n    a.append(a)\n    return a", "a = f()\nassert a[1] is a")

    @unittest.skipUnless(has_module("numpy"), "numpy is not installed")
    def test_numpy(self):
        self.assert_passes("import numpy as np\ndef f(): return np.arange(6, dtype=np.int16).reshape(2, 3)\n"
                           "def g(x): x[0] = 7\ndef h(): return np.float64(1.5)", """
a = f()
assert isinstance(a, np.ndarray) and a.dtype == np.int16 and a.shape == (2, 3) and (a == [[0, 1, 2], [3, 4, 5]]).all()
x = np.zeros(2)
g(x)
assert x.tolist() == [7, 0]
assert isinstance(h(), np.float64) and h() == 1.5
np.testing.assert_allclose(f() / 2, [[0, .5, 1], [1.5, 2, 2.5]])
""")

    def test_derived_from_plain_types(self):
        self.assert_passes("""
from collections import namedtuple, UserDict
from enum import Enum, IntEnum
from typing import NamedTuple
P = namedtuple("P", "x y")
class Q(NamedTuple):
    a: int
    b: int = 2
    def total(self): return self.a + self.b
class Color(Enum):
    RED = 1
    BLUE = 2
class Level(IntEnum):
    LOW = 1
class Stack(list):
    def push(self, x): self.append(x)
class Celsius(float):
    def warm(self): return self > 20
class Name(str):
    def __str__(self): return "Mr " + str.__str__(self)
class Cache(dict):
    def __missing__(self, key): return key * 2
def f(): return P(1, 2)
def color(): return Color.RED
""", """
p = f()
assert p == (1, 2) == p and p.x == 1 and p._replace(x=3) == (3, 2) and isinstance(p, tuple) and isinstance(p, P)
assert {p: 1}[1, 2] == 1 and str(p) == "P(x=1, y=2)" and P(1, 2) == p and p != (1, 3) and [*p] == [1, 2]
x, y = p
assert x == 1 and P._fields == ("x", "y") and p._asdict() == {"x": 1, "y": 2}
assert Q(1).total() == 3 and Q(1) == (1, 2) and Q(1)[1] == 2
assert color() is Color.RED and color() == Color.RED != Color.BLUE and color().value == 1 and color() != 1
assert Color(2) is Color.BLUE and Color["RED"] == Color.RED and [c.name for c in Color] == ["RED", "BLUE"]
assert len(Color) == 2 and {Color.RED: 5}[color()] == 5 and isinstance(color(), Color) and str(color()) == "Color.RED"
assert Level.LOW == 1 and Level.LOW + 1 == 2 and Level.LOW.name == "LOW" and isinstance(Level.LOW, int)
s = Stack()
s.push(1)
s.append(2)
assert s == [1, 2] and [1, 2] == s and s != [1] and len(s) == 2 and s[0] == 1 and isinstance(s, list) and 2 in s
assert s.pop() == 2 and [1] == list(s) and not s == [1, 2] and isinstance(s, Stack)
assert Celsius(21).warm() and Celsius(1.5) == 1.5 and Celsius(2) < 3 and abs(Celsius(1.5) - 1.5) < 1e-9
assert Name("x") == "x" and str(Name("x")) == "Mr x" and Name("x").upper() == "X"
assert Cache()["a"] == "aa" and Cache(a=1) == {"a": 1}
""")


class Objects(HarnessTest):
    def test_what_can_be_done_with_an_object(self):
        self.assert_passes(POINT, """
p = Point(1, 2)
assert p == make(1, 2) and p != make(1, 3) and not p == Other() and p == p
assert p.x == 1 and p.norm == 5 ** 0.5 and abs(p) == p.norm and p.moved(by=2).x == 3 and Point.double(2) == 4
p.z = [1]
assert p.z == [1] and hasattr(p, "z") and not hasattr(p, "q") and getattr(p, "q", 3) == 3
del p.z
assert not hasattr(p, "z") and p.__dict__ == {"x": 1, "y": 2} and vars(p) == {"x": 1, "y": 2}
assert isinstance(p, Point) and not isinstance(p, Other) and isinstance(Sub(1), Point) and issubclass(Sub, Point)
assert type(p) is Point and type(Sub(1)).__name__ == "Sub" and Point.__name__ == "Point" and Sub.__mro__[1] is Point
assert p.__class__ is Point and p.__class__.__name__ == "Point" and p.__doc__ == "A point." == Point.__doc__
assert repr(p) == str(p) == f"{p}" == "Point(1, 2)" and list(p) == [1, 2] and len(p) == 2 and p[1] == 2
a, b = p
assert (a, b) == (1, 2) and p and not Point(0) and p(5) == 6 and callable(p) and not callable(Other())
p[0] = 7
assert p.x == 7 and hash(Point(1, 2)) == hash((1, 2)) and len({Point(1), Point(1)}) == 1 and Point(1) in [Point(1)]
assert sorted([Point(3), Point(1)])[0] == Point(1) and max(Point(1), Point(2)).x == 2 and Point(1) <= Point(2)
assert Point(1) + Point(2) == Point(3) and (-Point(1)).x == -1 and (Point(1) * 3).x == 3 and (2 * Point(1)).x == 2
assert Point(1) * 3 == Point(3) and Point.origin() == Point(0) and 2 in Point(1, 2) and 3 not in Point(1, 2)
assert [Point(1), {"k": Point(2)}] == [make(1), {"k": make(2)}] and Point.count > 10
Point.tag = "t"
assert Point(1).tag == "t" and p.moved.__name__ == "moved"
import copy
q = copy.deepcopy(p)
q.x = 0
assert p.x == 7 and q is not p
try: Other() < Other()
except TypeError: pass
else: assert False
try: hash(type("N", (), {"__eq__": lambda a, b: True, "__hash__": None})())
except TypeError: pass
""")

    def test_iterators_generators_and_functions(self):
        self.assert_passes("""
import functools, re
def gen(n):
    got = yield 0
    while True: got = yield (n, got)
def count():
    for i in range(3): yield i
@functools.lru_cache
def fib(n: int = 1) -> int:
    \"\"\"Doc.\"\"\"
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def compose(*fs): return lambda x: functools.reduce(lambda a, f: f(a), fs, x)
def counter():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    return inc
def word(s): return re.match(r"(\\w+)", s)
def pairs(): return zip([1, 2], "ab")
""", """
import types, inspect
from collections.abc import Iterator, Generator, Iterable, Callable
g = gen(5)
assert next(g) == 0 and g.send("x") == (5, "x") and g is iter(g)
g.close()
assert list(count()) == [0, 1, 2] and sum(count()) == 3 and isinstance(count(), types.GeneratorType)
assert isinstance(count(), Iterator) and isinstance(count(), Generator) and not isinstance(gen, Iterable)
it = count()
assert [x for x in it] == [0, 1, 2] and next(it, None) is None
assert list(pairs()) == [(1, "a"), (2, "b")] and dict(pairs()) == {1: "a", 2: "b"}
assert fib(30) == 832040 and fib.__doc__ == "Doc." and fib.cache_info().hits > 0 and isinstance(fib, Callable)
assert compose(lambda x: x + 1, str)(1) == "2" and list(map(fib, range(4))) == [0, 1, 1, 2]
c = counter()
assert c() == 1 and c() == 2 and counter()() == 1 and isinstance(c, types.FunctionType)
assert word("ab c").group(1) == "ab" and word("ab c")[0] == "ab" and word("!") is None
assert list(inspect.signature(compose).parameters) == ["fs"] and inspect.isfunction(compose)
assert inspect.isgeneratorfunction(gen) and gen.__name__ == "gen"
""")

    def test_exceptions(self):
        self.assert_passes("""
class MyError(ValueError):
    def __init__(self, message, code=3):
        super().__init__(message)
        self.code = code
class Worse(MyError):
    def __str__(self): return "worse"
import json, queue
def f(kind, *args): raise kind(*args)
def g(i): raise (MyError("m"), Worse("w"), KeyError("k"), OSError(2, "no", "file"), queue.Empty(),
                 UnicodeDecodeError("utf-8", b"x", 0, 1, "r"))[i]
def parse(s): return json.loads(s)
def passing(f): return f()
def wrapped():
    try: 1 / 0
    except ZeroDivisionError as e: raise MyError("x") from e
""", """
import json, queue, unittest
def raised(f, *args):
    try: f(*args)
    except Exception as error: return error
e = raised(g, 0)
assert isinstance(e, MyError) and isinstance(e, ValueError) and str(e) == "m" and e.code == 3 and e.args == ("m",)
assert type(e) is MyError and str(raised(g, 1)) == "worse" and isinstance(raised(g, 1), MyError)
e = raised(g, 2)
assert type(e) is KeyError and e.args == ("k",)
e = raised(g, 3)
assert type(e) is FileNotFoundError and e.errno == 2 and e.filename == "file"
assert type(raised(g, 4)) is queue.Empty and type(raised(g, 5)) is UnicodeDecodeError
assert type(raised(parse, "{")) is json.JSONDecodeError
assert type(raised(f, ZeroDivisionError, 1)) is ZeroDivisionError
class Mine(Exception): pass
mine = Mine("a", 1)
def throw(): raise mine
assert raised(passing, throw) is mine and type(raised(f, Mine, 1)) is Mine
assert type(raised(f, MyError, "x")) is MyError
try: raise MyError("y", code=5)
except MyError as error: assert error.code == 5 and str(error) == "y"
assert isinstance(wrapped, object) and type(raised(wrapped)) is MyError
case = unittest.TestCase()
with case.assertRaisesRegex(MyError, "^m$"): g(0)
with case.assertRaises(KeyError) as context: g(2)
assert context.exception.args == ("k",)
""")

    def test_names_of_the_submission(self):
        self.assert_passes("LIMIT = 10\nTABLE = {'a': [1]}\nimport math as m, os.path as path, numbers\nlog = []\n"
                           "def f(x):\n    global LIMIT\n    LIMIT += 1\n    log.append(x)\n    return x\n_hidden = 4", """
import main, solution as s
from submission import TABLE as table, _hidden
assert LIMIT == 10 == main.LIMIT and table == TABLE == {"a": [1]} and _hidden == 4
import math
assert m is math and m.pi > 3 and path.basename("a/b") == "b"
assert f(1) == 1 and LIMIT == 11 == s.LIMIT and log == [1]
f(2)
assert log == [1, 2] and len(log) == 2
def inner(): return LIMIT
f(3)
assert inner() == 13
main.LIMIT = 50
f(4)
assert LIMIT == 51
try: main.nothing
except AttributeError: pass
else: assert False
""")

    def test_names_are_replaced_for_the_submission(self):
        self.assert_passes("import os\ndef helper(): return 1\ndef f(): return helper() + 1\n"
                           "class C:\n    def m(self): return 1\n    def n(self): return self.m()\n"
                           "def ask(): return input('? ').strip()\ndef say(): print('said', 1)", """
from unittest.mock import patch, Mock
with patch("main.helper", return_value=5) as fake:
    assert f() == 6
    fake.assert_called_once_with()
assert f() == 2
with patch.object(C, "m", lambda self: 7): assert C().n() == 7
assert C().n() == 1
with patch("builtins.input", side_effect=[" a ", "b"]): assert ask() == "a" and ask() == "b"
with patch("builtins.print") as out: say()
out.assert_called_once_with("said", 1)
""")

    def test_streams_of_the_test(self):
        self.assert_passes("import sys\ndef say(x):\n    print('said', x)\n    print('err', file=sys.stderr)\n"
                           "def ask(): return input(), sys.stdin.readline(), sys.stdin.read()", """
import io, sys, contextlib
out, err = io.StringIO(), io.StringIO()
with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
    print("a")
    say(1)
    print("b")
assert out.getvalue() == "a\\nsaid 1\\nb\\n" and err.getvalue() == "err\\n"
before, sys.stdin = sys.stdin, io.StringIO("one\\ntwo\\nthree\\nfour")
assert ask() == ("one", "two\\n", "three\\nfour")
sys.stdin = before
""")
        outcome = self.assert_passes("def f(x): print('f', x)", "print('a')\nf(1)\nprint('b')\nf(2)\nprint('c')")
        self.assertEqual(outcome.stdout, b"a\nf 1\nb\nf 2\nc\n")

    def test_what_the_test_hands_over(self):
        self.assert_passes("""
import heapq
def apply(f, *args, **named): return f(*args, **named)
def twice(f): return lambda *a: f(*a) * 2
def size(x): return len(x), list(x), x[0], 2 in x, bool(x)
def smallest(xs): return min(xs)
def push(xs, x):
    heapq.heappush(xs, x)
    return xs
def area(s): return s.area() + s.width
def paint(s):
    s.color = "red"
    return s
def rev(head):
    last = None
    while head:
        head.next, last, head = last, head, head.next
    return last
def depth(t): return 0 if t is None else 1 + max(depth(t.left), depth(t.right))
def same(a, b): return a is b, a == b
def each(xs, f):
    for x in xs: f(x)
def total(it): return sum(it)
def use(c):
    with c as x: return x
class Shape:
    def area(self): return 0
    def twice(self): return 2 * self.area()
""", """
seen = []
each([1, 2], seen.append)
assert seen == [1, 2] and apply(lambda a, b=1: a + b, 1, b=5) == 6 and apply(sorted, [2, 1], reverse=True) == [2, 1]
@twice
def g(x): return x + 1
assert g(1) == 4 and apply(len, "abc") == 3 and apply(int, "3") == 3 and apply(max, [1, 2], key=lambda x: -x) == 1
class Seq:
    def __len__(self): return 2
    def __getitem__(self, i): return [1, 2][i]
assert size(Seq()) == (2, [1, 2], 1, True, True)
import functools
@functools.total_ordering
class N:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __lt__(self, o): return self.n < o.n
ns = [N(2), N(1)]
assert smallest(ns) is ns[1] and push([N(3)], N(1))[0].n == 1 and same(ns[0], ns[0]) == (True, True)
assert same(N(1), N(1)) == (False, True)
class Square:
    width = 2
    def area(self): return self.width ** 2
s = Square()
assert area(s) == 6 and paint(s) is s and s.color == "red"
class ListNode:
    def __init__(self, val=0, next=None): self.val, self.next = val, next
def values(node):
    out = []
    while node: out.append(node.val); node = node.next
    return out
assert values(rev(ListNode(1, ListNode(2, ListNode(3))))) == [3, 2, 1]
class TreeNode:
    def __init__(self, val=0, left=None, right=None): self.val, self.left, self.right = val, left, right
assert depth(TreeNode(1, TreeNode(2), TreeNode(3, TreeNode(4)))) == 3
assert total(x * x for x in range(4)) == 14
class Context:
    def __enter__(self): return 5
    def __exit__(self, *_): self.left = True
c = Context()
assert use(c) == 5 and c.left
def callback(x): raise ValueError(x)
try: each([1], callback)
except ValueError as error: assert error.args == (1,)
else: assert False
""")

    def test_nodes_of_the_preamble(self):
        self.assert_passes("class Solution:\n    def add(self, a: Optional[ListNode]) -> Optional[ListNode]:\n"
                           "        dummy = ListNode(0, a)\n        dummy.next = ListNode(5, a)\n        return dummy.next",
                           "n = Solution().add(ListNode(1, ListNode(2)))\nassert (n.val, n.next.val, n.next.next.val) == "
                           "(5, 1, 2) and n.next.next.next is None")
        self.assert_passes("class TreeNode:\n    def __init__(self, val=0, left=None, right=None):\n"
                           "        self.val, self.left, self.right = val, left, right\n"
                           "def f(t): return TreeNode(t.val + 1, t.left)",
                           "t = f(TreeNode(1, TreeNode(2)))\nassert t.val == 2 and t.left.val == 2 and t.right is None")

    def test_coroutines(self):
        self.assert_passes("""
import asyncio
class Room:
    async def __aenter__(self): return self
    async def __aexit__(self, *_): self.left = True
    async def __aiter__(self):
        for i in range(3):
            await asyncio.sleep(0)
            yield i
async def f(x):
    await asyncio.sleep(0.001)
    return x * 2
async def both(g): return await g(1), await asyncio.gather(f(1), f(2))
async def fail(): raise KeyError("a")
""", """
import asyncio, inspect
assert asyncio.run(f(2)) == 4 and inspect.iscoroutinefunction(f)
async def mine(x):
    await asyncio.sleep(0.001)
    return x + 1
async def main():
    assert await f(1) == 2 and await asyncio.gather(f(1), f(2)) == [2, 4] and await both(mine) == (2, [2, 4])
    room = Room()
    async with room as r: assert [x async for x in r] == [0, 1, 2]
    assert room.left
    try: await fail()
    except KeyError: return 5
assert asyncio.run(main()) == 5
async def test_async(): assert await f(4) == 8
""")
        self.assert_passes("async def f(x): return x", "async def test_f(): assert await f(1) == 1")

    def test_classes_that_the_test_derives(self):
        self.assert_passes("""
from abc import ABC, abstractmethod
class Shape(ABC):
    def __init__(self, name="s"): self.name = name
    @abstractmethod
    def area(self): ...
    def twice(self): return 2 * self.area()
""", """
class Square(Shape):
    sides = 4
    def __init__(self, w):
        super().__init__("square")
        self.w = w
    def area(self): return self.w ** 2
    @property
    def half(self): return self.area() / 2
s = Square(3)
assert s.twice() == 18 and s.name == "square" and s.w == 3 and isinstance(s, Shape) and isinstance(s, Square)
assert s.sides == 4 and s.half == 4.5 and issubclass(Square, Shape)
try: Shape()
except TypeError: pass
else: assert False
class Bad(Shape): pass
try: Bad()
except TypeError: pass
else: assert False
""")

    def test_parametrised_like_pytest_and_with_subtests(self):
        self.assert_passes("def f(a, b): return a + b", "import unittest\nclass T(unittest.TestCase):\n"
                           "    def setUp(self): self.k = 1\n    def test(self):\n"
                           "        for a, b, c in [(1, 2, 3), (0, 0, 0)]:\n            with self.subTest(a=a):\n"
                           "                self.assertEqual(f(a, b), c)\n        self.assertAlmostEqual(f(.1, .2), .3)\n"
                           "        self.assertCountEqual([f(1, 1), f(0, 1)], [1, 2])\nunittest.main()")

    def test_builtins_that_are_the_task(self):
        for code, test in (("def pow(x, n): return 1 if n == 0 else x * pow(x, n - 1)", "assert pow(2, 3) == 8"),
                           ("class Counter:\n    def hit(self): return 1", "c = Counter()\nassert c.hit() == 1"),
                           ("def sum(*a): return 7", "from solution import *\nassert sum(1) == 7"),
                           ("def sum(*a): return 7", "from main import sum\nassert sum(1) == 7"),
                           ("def sum(*a): return 7", "import main\nassert main.sum(1) == 7 and sum([1]) == 1")):
            with self.subTest(code):
                self.assert_passes(code, test)
        self.assert_passes("def sum(*a): return 7", "def check(f): assert f() == 7", "sum")
        self.assert_fails("def pow(x, n): return 0", "assert pow(2, 3) == 8")

    def test_threads_of_the_test(self):
        self.assert_passes("class C:\n    n = 0\n    def inc(self): self.n += 1", """
import threading
c = C()
threads = [threading.Thread(target=c.inc) for _ in range(10)]
for t in threads: t.start()
for t in threads: t.join()
assert c.n == 10
""")


if __name__ == "__main__":
    unittest.main()
