"""assertions: forms of tests, and whose fault an end is."""

from harness import HarnessTest, has_module, unittest, version

ADD = "def add(a, b): return a + b"
WRONG = "def add(a, b): return a - b"


class Forms(HarnessTest):
    """Each form passes with the right program, fails with the wrong one, and errs with one that raises."""

    def assert_tells(self, test, entry_point=None):
        self.assert_passes(ADD, test, entry_point)
        message = self.assert_fails(WRONG, test, entry_point)
        self.assertRegex(message, r"^line \d+: ")
        self.assertEqual(
            self.assert_errs("def add(a, b): raise ValueError('x')", test, entry_point),
                "ValueError: x")
        self.assertEqual(
            self.assert_errs("import sys\ndef add(a, b): sys.exit(0)", test, entry_point), "SystemExit: 0")

    def test_statements(self):
        self.assert_tells("assert add(1, 2) == 3")
        self.assert_tells("for a in range(3):\n    assert add(a, 1) == a + 1, f'add({a}, 1)'")
        self.assert_tells("if __name__ == '__main__':\n    assert add(1, 2) == 3")
        self.assert_tells("import unittest\nunittest.TestCase().assertEqual(add(1, 2), 3)")

    def test_check_with_an_entry_point(self):
        self.assert_tells("METADATA = {}\n\ndef check(candidate):\n    assert candidate(1, 2) == 3\n", "add")
        self.assert_tells("async def check(candidate):\n    assert candidate(1, 2) == 3\n", "add")

    def test_check_called_by_the_test_is_called_once(self):
        for test in ("def check(f):\n    print('once')\n    assert f(1, 2) == 3\ncheck(add)",
                     "def check(f):\n    print('once')\n    assert f(1, 2) == 3\nif __name__ == '__main__':\n"
                     "    check(add)",
                     "def check(f):\n    print('once')\n    assert f(1, 2) == 3\nlist(map(check, [add]))"):
            for entry_point in (None, "add"):
                with self.subTest(test, entry_point=entry_point):
                    outcome = self.assert_passes(ADD, test, entry_point)
                    self.assertEqual(outcome.stdout, b"once\n")

    def test_the_candidate_is_found_as_in_calls(self):
        check = "def check(f):\n    assert f(1, 2) == 3"
        self.assert_passes("class Solution:\n    def add(self, a, b): return a + b", check, "add")
        message = self.assert_errs("def plus(a, b): return a + b", check, "add", "entry_not_found")
        self.assertIn("plus", message)

    def test_unittest(self):
        case = ("import unittest\nclass T(unittest.TestCase):\n    def test_add(self):\n"
               "        self.assertEqual(add(1, 2), 3)\n")
        self.assert_tells(case + "unittest.main()")
        self.assert_tells(case + "if __name__ == '__main__':\n    unittest.main()")
        self.assert_tells(case + "if __name__ == '__main__':\n    unittest.main(argv=['x'], exit=False)")
        self.assert_tells(case)
        self.assert_tells(case + "unittest.TextTestRunner().run(unittest.TestLoader().loadTestsFromTestCase(T))")
        self.assert_tells(case.replace("self.assertEqual(add(1, 2), 3)", "assert add(1, 2) == 3") + "unittest.main()")
        self.assert_tells("from unittest import TestCase, main\nclass T(TestCase):\n    def test_add(self):\n"
                          "        with self.subTest(1):\n            self.assertTrue(add(1, 2) == 3)\nmain()")

    def test_unittest_that_expects_an_exception(self):
        test = ("import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n"
                "        with self.assertRaises(ValueError):\n            f(1)\nunittest.main()")
        self.assert_passes("def f(x): raise ValueError", test)
        self.assertIn("ValueError not raised", self.assert_fails("def f(x): pass", test))
        self.assertEqual(self.assert_errs("def f(x): raise KeyError(1)", test), "KeyError: 1")

    def test_pytest_style_functions(self):
        self.assert_tells("def test_add():\n    assert add(1, 2) == 3")
        self.assert_tells("async def test_add():\n    assert add(1, 2) == 3")
        self.assert_tells("class TestAdd:\n    def setup_method(self): self.x = 1\n    def test_add(self):\n"
                          "        assert add(self.x, 2) == 3")
        self.assert_tells("from main import add as plus\ndef test_add():\n    assert plus(1, 2) == 3")
        self.assert_tells("from solution import *\ndef test_add():\n    assert add(1, 2) == 3")

    def test_functions_that_the_test_calls_are_called_once(self):
        outcome = self.assert_passes(ADD, "def test_a(): print('a')\ndef test_b(): print('b')\n"
                                          "def helper(): test_a()\nhelper()")
        self.assertEqual(outcome.stdout, b"a\nb\n")

    def test_functions_of_the_submission_are_not_tests(self):
        self.assert_passes("def test_x(): assert False\nclass TestY:\n"
                           "    def test_y(self): assert False\n" + ADD, "assert add(1, 2) == 3")

    @unittest.skipUnless(has_module("pytest"), "pytest is not installed")
    def test_pytest_itself(self):
        self.assert_tells("import pytest\n@pytest.mark.parametrize('a,b,c', [(1, 2, 3), (0, 1, 1)])\n"
                          "def test_add(a, b, c):\n    assert add(a, b) == c")
        raises = "import pytest\ndef test_it():\n    with pytest.raises(ValueError):\n        f(1)"
        self.assert_passes("def f(x): raise ValueError", raises)
        self.assertIn("DID NOT RAISE", self.assert_fails("def f(x): pass", raises))
        self.assert_passes("def f(): return 0.1 + 0.2", "import pytest\ndef test_it():\n"
                                                        "    assert f() == pytest.approx(0.3)")
        self.assert_passes(ADD, "import pytest\ndef test_it():\n    pytest.skip('later')")

    def test_a_mere_mention_of_a_library_is_none(self):
        self.assert_passes(ADD, "# as pytest or unittest would\nassert add(1, 2) == 3")

    def test_a_test_that_asserts_nothing_passes(self):
        self.assert_passes(ADD, "")
        self.assert_passes(ADD, "x = add(1, 2)")


class Ends(HarnessTest):
    def test_the_tests_own_exit_with_zero_ends_it(self):
        for leave in ("import sys; sys.exit(0)", "import sys; sys.exit()", "exit()", "quit()", "raise SystemExit",
                      "import sys\ndef end(): sys.exit(0)\nend()", "import sys\nadd(lambda: sys.exit(0), 1)"):
            with self.subTest(leave):
                code = ADD if "lambda" not in leave else "def add(a, b): a()"
                self.assert_passes(code, f"{leave}\nassert False")

    def test_the_tests_own_exit_with_another_status_is_an_error(self):
        for leave, status in (("import sys; sys.exit(3)", 3), ("exit('no')", "no")):
            with self.subTest(leave):
                self.assertEqual(self.assert_errs(ADD, leave), f"SystemExit: {status}")

    def test_the_submissions_exit_is_none(self):
        test = "assert add(1, 2) == 3"
        for code in ("import sys\nsys.exit(0)", "exit()", "import os\nos._exit(0)", "def add(a, b): exit(0)",
                     "import os\ndef add(a, b): os._exit(0)", "def add(a, b): raise SystemExit",
                     "class E:\n    def __bool__(self): exit(0)\ndef add(a, b): return not E()",
                     "import threading, os\ndef add(a, b):\n"
                     "    threading.Thread(target=os._exit, args=(0,)).start()\n    import time; time.sleep(5)"):
            with self.subTest(code):
                outcome = self.run_test(code, test)
                said = {"exception": "SystemExit", "ended": "ended before the test was through"}
                self.assertIn(outcome.error, said, outcome)
                self.assertIn(said[outcome.error], outcome.message)
                self.assertEqual(outcome.status, 0)

    def test_an_exit_that_looks_like_the_tests_is_still_the_submissions(self):
        source = "'def add(a, b):\\n    raise SystemExit'"
        for code in (f"exec({source})", f"exec(compile({source}, '<test>', 'exec'))",
                     f"import _sitebuiltins\nexec(compile({source}, _sitebuiltins.__file__, 'exec'))",
                     f"import unittest.main\nd = vars(unittest.main)\n"
                     f"exec(compile({source}, unittest.main.__file__, 'exec'), d)\nadd = d['add']",
                     "import unittest\ndef add(a, b): unittest.main()",
                     "import functools, sys\nclass E:\n    __bool__ = staticmethod(functools.partial(sys.exit, 0))\n"
                     "    def __eq__(self, other): return self\ndef add(a, b): return E()",
                     "import unittest\ndef add(a, b): unittest.main(argv=['x', 'unittest.TestCase'])"):
            for test in ("assert add(1, 2) == 3", "import unittest\nassert add(1, 2) == 3"):
                with self.subTest(code, test=test):
                    self.assertNotEqual(self.run_test(code, test).frame, {"assertions": "passed"})

    def test_a_skip_of_the_submission_is_no_skip(self):
        case = ("import unittest\nclass T(unittest.TestCase):\n"
                "    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n")
        for skip in ("unittest.SkipTest", "unittest.case._ShouldStop", "unittest.case._UnexpectedSuccess"):
            self.assert_errs(f"import unittest\ndef add(a, b): raise {skip}('x')", case)
        self.assert_passes(ADD, case.replace("self.assertEqual(add(1, 2), 3)", "self.skipTest('x')"))
        self.assert_passes(ADD, case.replace("    def", "    @unittest.skip('x')\n    def"))
        if has_module("pytest"):
            self.assert_errs("import pytest\ndef add(a, b): pytest.skip('x')",
                             "import pytest\ndef test_add(): assert add(1, 2) == 3")

    def test_the_preamble_does_not_stand_in_for_what_is_tested(self):
        for code in ("def plus(a, b): return a + b", "def plus(a, b): return add(a, b)", "from operator import sub",
                     "n = input()\ndef add(a, b): return a + b"):
            for test in ("assert add(1, 2) == 3", "def test_add(): assert add(1, 2) == 3",
                         "def check(f): assert f(1, 2) == 3\ncheck(add)"):
                with self.subTest(code, test=test):
                    message = self.assert_errs(code, test)
                    self.assertIn(message, ("NameError: name 'add' is not defined",
                        "EOFError: EOF when reading a line"))
        # What the test brings along by itself is its own.
        self.assert_passes("def f(): return gcd(4, 6)", "from math import gcd\nassert f() == gcd(2, 2)")
        self.assert_passes("def f(): return gcd(4, 6)", "from math import *\nassert f() == gcd(2, 2)")
        self.assert_passes("def f(): return gcd(4, 6)", "def gcd(a, b): return 2\nassert f() == gcd(2, 2)")

    def test_a_failed_assertion_of_the_submission_is_an_exception(self):
        self.assertEqual(
            self.assert_errs("def add(a, b): assert a < 0, 'low'", "assert add(1, 2) == 3"),
                "AssertionError: low")
        self.assertEqual(
            self.assert_errs("assert 1 == 2\n" + ADD, "assert add(1, 2) == 3"), "AssertionError")
        self.assert_errs("def add(a, b): assert 0", "import unittest\nclass T(unittest.TestCase):\n"
                         "    def test(self): self.assertEqual(add(1, 2), 3)\nunittest.main()")

    def test_an_assertion_of_the_tests_callback_is_the_tests(self):
        self.assert_fails("def each(f): f(1)", "def callback(x): assert x == 2\neach(callback)")

    def test_a_name_that_is_missing_is_an_error(self):
        self.assertEqual(
            self.assert_errs("def plus(a, b): pass", "assert add(1, 2) == 3"),
            "NameError: name 'add' is not defined")

    def test_the_message_tells_the_line(self):
        for test, expected in (
            ("x = 1\nassert add(x, 2) == 3", "line 2: assert add(x, 2) == 3"),
            ("assert add(1, 2) == 3, 'sum'", "line 1: assert add(1, 2) == 3, 'sum' (sum)"),
            ("assert add(1,\n  2) == 3", "line 1: assert add(1, 2) == 3"),
        ):
            with self.subTest(test):
                self.assertEqual(self.assert_fails(WRONG, test), expected)

    @unittest.skipIf(version() < (3, 13), "only files were quoted before")
    def test_the_traceback_quotes_the_test(self):
        outcome = self.run_test(WRONG, "def check(f):\n    assert f(1, 2) == 3\ncheck(add)")
        self.assertIn('File "<test>", line 2, in check\n    assert f(1, 2) == 3\n', outcome.stderr)
        self.assertNotIn("assay", outcome.stderr)

    def test_the_submission_is_a_module_and_the_test_the_main_program(self):
        self.assert_passes(
            "name = __name__\nran = False\nif __name__ == '__main__': ran = True\ndef f(): pass",
            "import sys\nassert name == 'main' and not ran and __name__ == '__main__'\nassert f.__module__ == 'main'\n"
            "import __main__\nassert __main__.f is f")

    def test_the_main_function_of_the_test_runs(self):
        outcome = self.assert_passes("def main(): print('submission')\nif __name__ == '__main__': main()",
                                     "def main(): print('test')\nif __name__ == '__main__': main()")
        self.assertEqual(outcome.stdout, b"test\n")

    def test_top_level_that_reads_input_is_set_aside(self):
        self.assert_passes(ADD + "\nprint(add(*map(int, input().split())))", "assert add(1, 2) == 3")
        self.assertEqual(self.assert_errs("x = input()\n" + ADD, "assert add(1, 2) == 3"),
                         "EOFError: EOF when reading a line")

    def test_endless_recursion_is_an_exception(self):
        message = self.assert_errs("def add(a, b): return add(a, b)", "assert add(1, 2) == 3")
        self.assertIn("RecursionError", message)


if __name__ == "__main__":
    unittest.main()
