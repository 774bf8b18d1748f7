"""stdin_stdout: nothing of the harness, the interpreter as users know it."""

from harness import HarnessTest, ROOT, unittest, version


class Programs(HarnessTest):
    def test_input_and_output_are_bytes(self):
        outcome = self.program("print(input())\nimport sys\n"
                               "sys.stdout.write(sys.stdin.read())", b"\xc3\xa9\xff\nx\x00\r\n\xfe")
        self.assertEqual(outcome.stdout, b"\xc3\xa9\xff\nx\x00\r\n\xfe")
        outcome = self.program("import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())", bytes(range(256)))
        self.assertEqual(outcome.stdout, bytes(range(256)))

    def test_it_is_the_main_program(self):
        outcome = self.program("import sys\nif __name__ == '__main__': print(sys.argv, sys.path[0] == __file__[:-8])")
        self.assertEqual(outcome.stdout, b"['main.py'] True\n")

    def test_the_ways_to_read_input(self):
        for code in ("print(sum(map(int, input().split())))",
                     "import sys\nprint(sum(map(int, sys.stdin.readline().split())))",
                     "print(sum(map(int, open(0).read().split())))",
                     "import os\nprint(sum(map(int, os.read(0, 99).split())))",
                     "import fileinput\nprint(sum(map(int, next(fileinput.input()).split())))",
                     "import io, os\ninput = io.BytesIO(os.read(0, os.fstat(0).st_size or 99)).readline\n"
                     "print(sum(map(int, input().split())))"):
            with self.subTest(code):
                self.assertEqual(self.program(code, b"1 2\n").stdout, b"3\n")

    def test_ends(self):
        for code, status in (("exit()", 0), ("import sys; sys.exit(3)", 3), ("raise SystemExit('x')", 1), ("1 / 0", 1),
                             ("import os; os.abort()", -6), ("input()", 1)):
            with self.subTest(code):
                self.assertEqual(self.program(code).status, status)

    def test_integers_of_any_length(self):
        self.assertEqual(self.program("print(len(str(10 ** 5000)), int('9' * 5000) % 10)").stdout, b"5001 9\n")

    def test_the_recursion_limit_is_pythons_own(self):
        self.assertEqual(self.program("import sys\nprint(sys.getrecursionlimit())").stdout, b"1000\n")

    @unittest.skipIf(version() < (3, 14), "before 3.14 calls through C count twice, or are bounded apart")
    def test_a_raised_recursion_limit_has_the_stack_to_go_with_it(self):
        head = "import sys, functools, threading\nsys.setrecursionlimit(10**6)\n"
        for code in ("def f(n): return n and 1 + f(n - 1)\nprint(f(200000))",
                     "@functools.cache\ndef f(n): return n and 1 + f(n - 1)\nprint(f(200000))",
                     "def f(n): return n and 1 + f(n - 1)\ndef main(): print(f(200000))\n"
                     "threading.stack_size(1 << 28)\n"
                     "t = threading.Thread(target=main)\nt.start()\nt.join()"):
            with self.subTest(code):
                self.assertEqual(self.program(head + code).stdout, b"200000\n")

    @unittest.skipUnless(ROOT, "the image's sitecustomize.py bounds it")
    def test_a_runaway_recursion_ends_soon(self):
        outcome = self.program("import sys\nsys.setrecursionlimit(300000)\ndef f(n): return f(n + 1)\nf(0)")
        self.assertEqual(outcome.status, 1)
        self.assertIn("[Previous line repeated 997 more times]\nRecursionError: maximum recursion", outcome.stderr)

    @unittest.skipUnless(ROOT, "numpy is the image's")
    def test_libraries_of_the_image(self):
        outcome = self.program("import numpy, sortedcontainers\n"
                               "print(numpy.arange(3).sum(), sortedcontainers.SortedList([2, 1]))")
        self.assertEqual(outcome.stdout, b"3 SortedList([1, 2])\n", outcome.stderr)

    @unittest.skipUnless(ROOT, "what is compiled there is the image's")
    def test_a_start_compiles_nothing(self):
        code = "import subprocess, sys\nsubprocess.run([sys.executable, '-v', '-c', ''], stderr=sys.stdout)"
        output = self.program(code).stdout.decode()
        self.assertIn("code object from '/usr/lib/python3", output.replace(".pyc'", ""))
        self.assertNotRegex(output, r"code object from '.*\.py'")

    def test_processes_and_threads(self):
        outcome = self.program("""
from multiprocessing import Pool
def square(x): return x * x
if __name__ == "__main__":
    with Pool(2) as pool: print(pool.map(square, [1, 2, 3]))
""")
        self.assertEqual(outcome.stdout, b"[1, 4, 9]\n", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
