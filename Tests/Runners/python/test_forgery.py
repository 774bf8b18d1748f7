"""assertions: programs that would be accepted if they shared the test's process, and are not."""

import subprocess
import sys
import tempfile

from harness import HarnessTest, unittest

EVIL = """
class Evil:
    def _same(self, *_): return self
    def _true(self, *_): return True
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = _true
    def __ne__(self, other): return False
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __truediv__ = __mod__ = __abs__ = __round__ = __neg__ = _same
    __and__ = __or__ = __xor__ = __pow__ = __floordiv__ = __rmul__ = __getitem__ = _same
    def __hash__(self): return hash(3)
    def __float__(self): return 0.0
    def __int__(self): return 0
    def __index__(self): return 0
    def __len__(self): return 0
    def __getattr__(self, name): return self
    def __call__(self, *_, **__): return self
    def __iter__(self): return iter(())
"""


def accepted_in_one_process(code, test):
    """Whether the test passes where it runs in the submission's namespace, as a test harness of ten lines has it."""
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/main.py", "w") as file:
            file.write(code)
        script = ("import sys\nsys.path.insert(0, '.')\nimport main\nnames = vars(main)\n"
                  "exec(compile(sys.argv[1], '<test>', 'exec'), names)\n"
                  "if 'check' in names: names['check'](names['f'])\n")
        done = subprocess.run([sys.executable, "-c", script, test], cwd=folder, capture_output=True, timeout=20)
        return done.returncode == 0


class Forgery(HarnessTest):
    def assert_forged_only_in_one_process(self, code, test, entry_point=None, **options):
        self.assertTrue(accepted_in_one_process(code, test), "the control is not accepted: the test shows nothing")
        outcome = self.run_test(code, test, entry_point, **options)
        self.assertNotEqual(outcome.frame, {"assertions": "passed"}, outcome)
        self.assertIsNotNone(outcome.frame, outcome)
        return outcome

    def test_objects_that_equal_everything(self):
        code = EVIL + "def f(*_): return Evil()"
        for test in ("assert f(2) == 5", "assert 5 == f(2)", "assert not f(2) != 5", "assert f(2) in [5]",
                     "assert f(2) in (5, 6)", "assert 5 in f(2)", "assert f(2) >= 5", "assert 5 <= f(2)",
                     "assert abs(f(2) - 1.5) < 1e-6", "assert abs(1.5 - f(2)) < 1e-6", "assert -1e-9 < f(2) - 1.5 < 1e-9",
                     "assert round(f(2) - 1.5, 3) == 0", "assert not f(2) != 5 and f(2) == 5",
                     "assert [f(2)] == [5]", "assert {'a': f(2)} == {'a': 5}", "assert f(2) in {3}",
                     "assert (f(2), f(3)) == (5, 6)", "assert f(2) * 2 == 10", "assert f(2)[0] == 5",
                     "assert f(2).x == 5", "assert f(2).m() == 5", "assert all(f(i) == i * i for i in range(5))",
                     "import operator\nassert operator.eq(f(2), 5)", "from math import isclose\nassert isclose(f(2), 1.5, "
                     "abs_tol=.1) or f(2) == 1.5", "import unittest\nunittest.TestCase().assertEqual(f(2), 5)",
                     "import unittest\nunittest.TestCase().assertAlmostEqual(f(2), 1.5)",
                     "import unittest\nunittest.TestCase().assertIn(5, f(2))",
                     "import unittest\nunittest.TestCase().assertListEqual([f(2)], [5])",
                     "import unittest\nunittest.TestCase().assertGreater(f(2), 5)",
                     "expected = 5\nif not f(2) == expected: raise AssertionError",
                     "def check(candidate):\n    assert candidate(2) == 5"):
            with self.subTest(test):
                self.assert_forged_only_in_one_process(code, test, "f" if "check" in test else None)

    def test_values_of_derived_types(self):
        for base, test in (("int", "assert f() == 5"), ("str", "assert f() == 'a'"), ("float", "assert abs(f() - 1.5) < 1"),
                           ("list", "assert f() == [1]"), ("dict", "assert f() == {1: 2}"), ("tuple", "assert f() == (1,)"),
                           ("set", "assert f() == {1}"), ("bytes", "assert f() == b'a'"), ("int", "assert 5 == f()")):
            evil = "".join(f"    __{name}__ = lambda *_: True\n" for name in ("eq", "lt", "le", "contains"))
            code = (f"class E({base}):\n{evil}    __hash__ = {base}.__hash__\n    __sub__ = __rsub__ = lambda *_: 0.0\n"
                    "def f(): return E()")
            with self.subTest(base):
                self.assert_forged_only_in_one_process(code, test)

    def test_keys_of_the_tests_are_not_looked_up_in_an_object(self):
        code = ("class Counter:\n    __module__ = 'collections'\n    asked = 0\n"
                "    def __iter__(self): return iter(())\n"
                "    def __getitem__(self, key):\n        print('asked for', key)\n        return 2\n"
                "Counter.__qualname__ = 'Counter'\ndef f(): return Counter()")
        outcome = self.run_test(code, "import collections\nassert f() == collections.Counter(secret=2)")
        self.assertEqual((outcome.assertions, outcome.stdout), ("failed", b""))

    def test_replaced_builtins_and_libraries(self):
        for code, test in (
            ("import builtins\nbuiltins.abs = lambda x: 0\ndef f(): return 9.0", "assert abs(f() - 1.5) < 1e-6"),
            ("def abs(x): return 0\ndef f(): return 9.0", "assert abs(f() - 1.5) < 1e-6"),
            ("def all(x): return True\ndef f(i): return 9", "assert all(f(i) == i for i in range(3))"),
            ("def len(x): return 3\nrange = lambda n: []", "for i in range(3): assert f(i) == i\nassert len([1]) == 3"),
            ("isinstance = lambda *_: True\ndef f(): return 9", "assert isinstance(f(), str)"),
            ("class AssertionError(Exception): pass\ndef print(*_): pass\ndef f(): return 9",
             "try: assert f() == 5\nexcept AssertionError: raise\nexcept BaseException: pass"),
            ("import builtins\nbuiltins.AssertionError = None\nimport math\nmath.isclose = lambda *_, **__: True\n"
             "def f(): return 9", "import math\nassert math.isclose(f(), 5)"),
            ("class math:\n    isclose = lambda *_: True\ndef f(): return 9", "assert math.isclose(f(), 5)"),
            ("class Counter:\n    __init__ = lambda *_: None\n    __eq__ = lambda *_: True\ndef f(): return 9",
             "assert Counter(str(f())) == Counter('5')"),
            ("import unittest\nunittest.TestCase.assertEqual = lambda *_: None\ndef f(): return 9",
             "import unittest\nunittest.TestCase().assertEqual(f(), 5)"),
            ("import sys\nsys.modules['math'] = sys.modules['main']\ndef isclose(*_): return True\ndef f(): return 9",
             "import math\nassert math.isclose(f(), 5)"),
            ("def all(*_): return True\ndef f(): return 9", "from main import *\nassert all([f() == 5])"),
            ("import operator\noperator.eq = lambda *_: True\ndef f(): return 9", "import operator\nassert operator.eq(f(), 5)"),
            ("import sys, types\nsys.setprofile(None)\nimport atexit, os\n"
             "def f():\n    os._exit(0)", "assert f() == 5"),
            ("import sys\ndef f(): sys.exit(0)", "assert f() == 5"),
            ("def load_tests(*_):\n    import unittest\n    return unittest.TestSuite()\ndef f(): return 9",
             "import unittest, sys\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(), 5)\n"
             "globals()\nsys.modules['__main__'].__dict__.update(globals())\nunittest.main(argv=['x'], exit=False)"),
        ):
            with self.subTest(code, test=test):
                self.assert_forged_only_in_one_process(code, test)

    def test_the_tests_frames_globals_and_functions(self):
        """What a program in the same process would read the expected value from, or write the verdict to."""
        for code, test in (
            ("import sys\ndef f(): return sys._getframe(1).f_globals['expected']", "expected = 5\nassert f() == expected"),
            ("import sys\ndef f(): return sys._getframe(1).f_locals['want']",
             "def check(candidate):\n    want = 5\n    assert candidate() == want"),
            ("import gc\ndef f():\n    for o in gc.get_objects():\n        if type(o) is dict and 'expected' in o: "
             "return o['expected']", "expected = 5\nassert f() == expected"),
            ("def f(g): return g.__globals__['expected']", "expected = 5\nassert f(lambda: 0) == expected"),
            ("def f(g): return g.__closure__[0].cell_contents",
             "def outer():\n    want = 5\n    return lambda: want\nassert f(outer()) == 5"),
            ("def f(g): return g.__code__.co_consts[-1]", "assert f(lambda: 5) == 5"),
            ("def f(g): return g.__defaults__[0]", "assert f(lambda x=5: x) == 5"),
            ("def f(g): return g.gi_frame.f_globals['expected']",
             "expected = 5\ndef gen(): yield 1\nassert f(gen()) == expected"),
            ("def f(o): return type(o).__init__.__globals__['expected']",
             "expected = 5\nclass C:\n    def __init__(self): pass\nassert f(C()) == expected"),
            ("def f(o): return o.m.__func__.__globals__['expected']",
             "expected = 5\nclass C:\n    def m(self): pass\nassert f(C()) == expected"),
            ("def f(o): return o._secret", "class C: _secret = 5\nassert f(C()) == 5"),
            ("def f(o):\n    try: o()\n    except ValueError as e: return e.__traceback__.tb_next.tb_frame.f_globals['expected']",
             "expected = 5\ndef fail(): raise ValueError\nassert f(fail) == expected"),
            ("def f(o):\n    try: o(1)\n    except AssertionError as e: return int(str(e).split()[1])",
             "def fail(x): assert x == 5, f'expected 5 not {x}'\nassert f(fail) == 5"),
            ("import functools\ndef f(p): return p.args[0]", "import functools\nassert f(functools.partial(print, 5)) == 5"),
            ("def f(o): o.__class__.__eq__ = lambda *_: True\nf2 = None",
             "class C: pass\nc = C()\nf(c)\nassert c == 5"),
            ("def f(c): c.check = lambda *_: True", "class C:\n    def check(self): return False\nf(C)\nassert C().check()"),
            ("import linecache, inspect\ndef f(g): return int(g.__code__.co_consts[1])",
             "def g(): return 5\nassert f(g) == 5 or f(g) == g()"),
        ):
            with self.subTest(code, test=test):
                self.assert_forged_only_in_one_process(code, test, "f" if "check(candidate" in test else None)

    def test_exceptions_that_end_what_asks(self):
        for code, test in (
            ("def f(x): raise StopIteration", "assert all(map(lambda c: f(c) == 5, [1, 2]))"),
            ("def f(x): raise StopIteration", "assert list(map(f, [1, 2])) == []"),
            ("import contextlib\ndef f(): return contextlib.suppress(BaseException)",
             "with f(): assert 1 == 2"),
            ("def f(g):\n    try: g()\n    except AssertionError: pass", "def body(): assert 1 == 2\nf(body)"),
            ("def f(g):\n    def run():\n        try: g()\n        except BaseException: pass\n    return run",
             "@f\ndef test(): assert 1 == 2\ntest()"),
        ):
            with self.subTest(code, test=test):
                self.assert_forged_only_in_one_process(code, test)

    def test_what_an_operator_makes_of_a_value_is_no_value(self):
        code = "class N:\n    def __sub__(self, other): return Z(other)\n    __add__ = __sub__\nclass Z(float):\n" \
               "    def __abs__(self): return 0.0\n    __round__ = __lt__ = __eq__ = lambda *_: True\ndef f(): return N()"
        for test in ("assert abs(f() - 1.5) < 1e-6", "assert f() - 1.5 == 0", "assert not (f() - 1.5)",
                     "assert float(f() - 1.5) == 1.5", "assert int(f() + 2) == 2", "assert round(f() - 2) == 0",
                     "assert str(f() - 1.5) == '1.5'", "assert f'{f() - 1.5}' == '1.5'", "assert f() - 1.5 in [1.5]",
                     "assert max(f() - 1.5, 1) == 1.5", "assert [f() - 1.5] == [1.5]", "assert {f() - 1.5} == {1.5}",
                     "assert '%.1f' % (f() - 1.5) == '1.5'", "import math\nassert math.floor(f() - 1.5) == 1"):
            with self.subTest(test):
                self.assertNotEqual(self.run_test(code, test).frame, {"assertions": "passed"})


class Wire(HarnessTest):
    """Programs that write to the pipes themselves. Descriptors are looked for: theirs is not where it was."""

    PIPES = """
import os, struct, stat
def pipes():
    found = []
    for fd in range(3, 1100):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode): found.append(fd)
        except OSError: pass
    return found
def say(data, header=None):
    for fd in pipes():
        try: os.write(fd, (struct.pack(">I", len(data)) if header is None else header) + data)
        except OSError: pass
def f(): return 4
"""

    def assert_not_passed(self, code, test="assert f() == 5"):
        outcome = self.run_test(self.PIPES + code, test)
        self.assertNotEqual(outcome.frame, {"assertions": "passed"}, outcome)
        self.assertIsInstance(outcome.frame, dict, outcome)
        self.assertNotEqual(outcome.frame.get("error"), "harness", outcome)
        return outcome

    def test_the_control_can_answer_with_what_it_likes(self):
        # That the frames below reach the examiner at all: the same way, with the right value.
        self.assert_passes(self.PIPES + "def f():\n    say(b'[\"=\",[],5,[],null]')\n    os._exit(0)", "assert f() == 5")

    def test_names_that_nobody_asked_for(self):
        load = ('["=",[],[1,["all"],["all","f"],{{"D":{{"f":{f},"{name}":{first}}}}},null],[],null]')
        news = '["=",[],9,[],[{{"D":{{"{name}":{evil}}}}},"",""]]'
        evil = '{{"o":[7,{{"K":[6,"function","builtins",[],{{"l":0}},[],null]}}]}}'.replace('{{"l":0}}', '["__call__"]')
        evil = evil.replace("{{", "{").replace("}}", "}")
        for name, first in (("all", "null"), ("all", evil), ("__builtins__", "null"), ("AssertionError", "null")):
            with self.subTest(name, first=first):
                frames = [load.format(f=evil.replace("7", "8", 1).replace("[6", "[5", 1), name=name, first=first),
                          news.format(name=name, evil='{"k":6}' if first == "null" else "5"),
                          '["=",[],true,[],null]', '["=",[],true,[],null]']
                code = "".join(f"say({frame.encode()!r})\n" for frame in frames)
                self.assert_not_passed(code, "x = f()\nassert all([x == 5])")

    def test_what_a_failed_assertion_says_is_not_told(self):
        said = ("import gc\ndef f(o):\n    try: o(1)\n    except AssertionError as e: pass\n"
                "    peer = [p for p in gc.get_objects() if type(p).__name__ == '_Program'][0]\n"
                "    out = []\n    for number in range(20):\n"
                "        for ask in (('get', number, 'args'), ('special', number, '__str__', ()),\n"
                "                    ('method', number, 'with_traceback', (None,), {}), ('copy', number, False)):\n"
                "            try: out.append(str(peer.ask(*ask)))\n            except Exception as e: out.append(str(e))\n"
                "    return out")
        self.assert_fails(said, "def fail(x): assert x == 5, f'SECRET {x}'\nout = f(fail)\nassert len(out) == 80, 'few'\n"
                                "assert 'SECRET' not in str(out), 'told'\nprint('clean')")
        self.assertEqual(self.run_test(said, "def fail(x): assert x == 5, f'SECRET {x}'\nout = f(fail)\n"
                                             "if 'SECRET' not in str(out) and len(out) == 80: print('clean')").stdout, b"clean\n")

    def test_frames_of_rubbish(self):
        for frame in (
            b"", b"5", b"[]", b"{}", b"[1]", b"null", b"\xff\xfe", b'["="]', b'["=",[],5]', b'["=",[],5,[],null,1]',
            b'["=",5,5,[],null]', b'["=",[],{"x":1},[],null]', b'["=",[],{"m":1},[],null]', b'["=",[],{"m":"a"},[],null]',
            b'["=",[],{"o":[1,{"k":99}]},[],null]', b'["=",[],{"o":[1,{"g":"builtins:int"}]},[],null]',
            b'["=",[],{"g":"os:system"},[],null]', b'["=",[],{"g":"unittest.case:SkipTest"},[],null]',
            b'["=",[],{"g":"assay_harness.peer:Ended"},[],null]', b'["=",[],{"g":"builtins:eval"},[],null]',
            b'["=",[],{"mod":"main"},[],null]', b'["=",[],{"#":7},[],null]', b'["=",[],{"#":-1},[],null]',
            b'["=",[],{"f":"5"},[],null]', b'["=",[],NaN,[],null]', b'["=",[],{"r":["a",1,1]},[],null]',
            b'["=",[],{"v":[1,{"g":"builtins:int"},5]},[],null]', b'["=",[],{"np":["O",[1],"aaaaaaaa"]},[],null]',
            b'["=",[],{"np":["<i8",[100000000000],"aaaaaaaa"]},[],null]', b'["=",[],5,[[0,[1]]],null]',
            b'["=",[],5,[],[{"D":{"x":1}},1,2]]', b'["!",[],5,[],null]', b'["!",[],{"e":[1,{"t":[]},{"D":{}},{"g":'
            b'"builtins:int"}]},[],null]', b'["!",[],{"g":"builtins:SystemExit"},[],null]', b'["?",[],null,"_broken",1]',
            b'["?",[],null,"opaque","operator","add",1,2]', b'["?",[],null,"ask","x"]', b'["?",[],null,"derive","x",[],{}]',
            b'["?",[],null,"call",1,{"t":[]},{"D":{}}]', b'["?",[],[1],"get",1,"x"]', b'["?",[],null,"load",null]',
            b'["=",[],{"K":[1,"a","b",[],[],[],null]},[],null]', b'["=",[],{"o":[1,{"K":["a",1,2,3,4,5,6]}]},[],null]',
            b'["=",[],' + b"[" * 100000 + b"]" * 100000 + b",[],null]", b'["=",[],' + b'{"t":[' * 60000,
            b'["=",[],{"d":[[[],1]]},[],null]', b'["=",[],{"s":[[1]]},[],null]', b'["=",[],{"dt":[0,0,0,0,0,0,0,null,0]},[],null]',
            b'["=",[],{"od":[{"D":{}}]},[],null]', b'["=",[],{"dd":[5,{"D":{}}]},[],null]',
        ):
            with self.subTest(frame[:60]):
                self.assert_not_passed(f"say({frame!r})\ndef f():\n    say({frame!r})\n    return 4")

    def test_lengths_that_are_wrong(self):
        for header in (b"\xff\xff\xff\xff", b"\x00\x00\x10\x00", b"\x00", b"\x7f\xff\xff\xff"):
            with self.subTest(header):
                outcome = self.assert_not_passed(
                    f"def f():\n    say(b'x', {header!r})\n    os._exit(0)")
                self.assertIn("ended before the test was through", outcome.message)

    def test_several_answers_and_none(self):
        answer = '["=",[],4,[],null]'
        self.assert_not_passed(f"say(b'{answer}' * 1)\nsay(b'{answer}')")
        for end in ("os._exit(0)", "os.abort()", "os.kill(os.getpid(), 9)", "os.closerange(3, 4096)",
                    "os.execv('/bin/true', ['true'])"):
            with self.subTest(end):
                outcome = self.assert_not_passed(f"def f(): {end}")
                self.assertIn("ended before the test was through", outcome.message)

    def test_a_child_that_returns_says_nothing(self):
        outcome = self.run_test(self.PIPES + "def f():\n    if os.fork() == 0: return 5\n    os.wait()\n    return 4",
                                "assert f() == 5")
        self.assertEqual(outcome.assertions, "failed")
        self.assert_passes("import os\ndef f():\n    if os.fork() == 0: os._exit(3)\n    return os.wait()[1] >> 8",
                           "assert f() == 3")
        self.assert_passes("import multiprocessing\ndef g(x): return x * x\ndef f():\n"
                           "    with multiprocessing.Pool(2) as p: return p.map(g, [1, 2, 3])", "assert f() == [1, 4, 9]")

    def test_what_it_prints_is_no_answer(self):
        frame = '{"assertions": "passed"}'
        for stream in (1, 2):
            outcome = self.assert_not_passed(f"import os\nos.write({stream}, (24).to_bytes(4, 'big') + b'{frame}')")
            self.assertEqual(outcome.assertions, "failed")

    def test_the_examiner_is_out_of_reach(self):
        # The test's source is read from nowhere, the expected value from no one's memory.
        outcome = self.run_test("""
import os
def f():
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("cmdline", "environ", "mem", "maps", "fd"):
            if int(pid) == os.getpid(): continue
            try:
                path = f"/proc/{pid}/{name}"
                data = os.listdir(path) if name == "fd" else open(path, "rb").read(1 << 16)
                if "SECRET" in str(data): found.append(path)
            except OSError: pass
    return found
""", "SECRET_5 = 5\nassert f() == []")
        self.assertEqual(outcome.frame, {"assertions": "passed"})

    def test_planted_modules_are_not_imported_by_the_examiner(self):
        names = ("math", "unittest", "json", "assay_harness", "sitecustomize", "linecache", "helper", "collections")
        files = [(f"{name}.py", "import os\nos._exit(0)") for name in names]
        self.assert_fails("def f(): return 4", "import math, unittest, json, collections\nassert f() == 5", files=files)
        outcome = self.run_test("def f(): return 4", "import helper\nassert f() == 5", files=files)
        self.assertEqual(outcome.error, "exception")

    def test_a_last_word_changes_nothing(self):
        for code in ("import atexit\natexit.register(lambda: say(b'[\"=\",[],5,[],null]'))",
                     "class D:\n    def __del__(self): raise SystemExit(0)\nd = D()",
                     "import threading, time\nthreading.Thread(target=lambda: (time.sleep(.3), say(b'x'))).start()",
                     "class E(Exception):\n    def __str__(self): raise SystemExit\ndef f(): raise E",
                     "class M(type):\n    __name__ = property(lambda c: 1 / 0)\n    __module__ = 5\n"
                     "class C(metaclass=M): pass\ndef f(): return C()",
                     "class C:\n    def __getattribute__(self, n): raise SystemExit\ndef f(): return C()",
                     "class C:\n    def __class__(self): raise SystemExit\ndef f(): return C()"):
            with self.subTest(code):
                self.assert_not_passed(code)

    def test_large_and_deep_answers(self):
        for expression in ("'x' * (80 << 20)", "eval('[' * 90 + ']' * 90)", "[[]] * 10**6",
                           "__import__('functools').reduce(lambda a, _: [a], range(200000), [])", "10 ** 100000"):
            with self.subTest(expression):
                self.assert_not_passed(f"def f(): return {expression}")


if __name__ == "__main__":
    unittest.main()
