"""A child of a fork server is like a fresh start: the same bytes, the same status, the same state of the interpreter."""

import re
import unittest

import harness
from harness import HarnessTest

# What a program can see of the interpreter that it runs in; one line a fact.
STATE = r'''
import sys
first = list(sys.modules)
print("modules", first)
print("argv", sys.argv, sys.orig_argv, sys.path, sys.flags, sys.executable, sys.prefix)
print("caches", sorted(sys.path_importer_cache), sys.meta_path, sys.path_hooks, sys.path_importer_cache[sys.path[-1]])
print("main", {k: v if isinstance(v, str) else type(v) for k, v in globals().items()}, __loader__.path)
print("sys", sorted(vars(sys)), [len(vars(sys)[k]) for k in sorted(vars(sys)) if isinstance(vars(sys)[k], dict) and k != "modules"])
import builtins
print("builtins", sorted(vars(builtins)), builtins.__import__, sys.modules["site"].__dict__.keys())
print("sitecustomize", sorted(vars(sys.modules["sitecustomize"])))
for stream in (sys.stdin, sys.stdout, sys.stderr):
    print("stream", stream, stream.line_buffering, stream.write_through, stream.errors, stream.newlines, stream.isatty(),
          stream.seekable(), stream.buffer, stream.buffer.raw, stream.fileno(), stream.mode, sorted(vars(stream)))
import signal
print("signals", [signal.getsignal(n) for n in range(1, 65)], signal.pthread_sigmask(signal.SIG_BLOCK, []))
import os
print("environment", dict(os.environ), os.getcwd(), sorted(os.listdir("/proc/self/fd")), os.getpid() == int(os.readlink("/proc/self")))
print("limits", sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits(), sys.getdlopenflags(), sys.gettrace(),
      sys.getprofile(), sys.exception(), sys.excepthook is not sys.__excepthook__, sys._getframe().f_back)
import gc
print("gc", gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage)
import atexit, threading, contextvars, random, warnings, codecs
print("rest", atexit._ncallbacks(), threading.enumerate(), threading.main_thread() is threading.current_thread(),
      threading.get_native_id() == os.getpid() == threading.main_thread().native_id, len(contextvars.copy_context()), warnings.filters, hash("x"), hash((1, "y")))
print("frames", len(sys._current_frames()), sys.is_finalizing(), len(os.listdir("/proc/self/task")))
print("modules", list(sys.modules)[len(first):])
import resource, time
print("stack", resource.getrlimit(resource.RLIMIT_STACK), time.process_time() < 5, threading.stack_size())
import re, decimal, locale, json, collections, typing
print("registries", sorted(str(k) for k in __import__("copyreg").dispatch_table), decimal.getcontext(), locale.getlocale(), sys.stdin.read())
'''

PROGRAMS = {
    "nothing": "",
    "uncaught": "def f(n):\n    return 1 // n\n\nf(0)\n",
    "chained": "try:\n    {}['x']\nexcept KeyError as e:\n    raise ValueError('y') from e\n",
    "syntax": "print(1)\nif True print(2)\n",
    "indentation": "def f():\nreturn 1\n",
    "missing_module": "import nothing_of_that_name\n",
    "missing_submodule": "import json.nothing\n",
    "missing_name": "from collections import nothing\n",
    "encoding": b"# -*- coding: latin-1 -*-\nprint('\xe9')\n",
    "bad_encoding": b"print('\xe9')\n",
    "null_byte": b"print(1)\n\0\n",
    "bom": b"\xef\xbb\xbfprint('x')\n",
    "crlf": b"print('a')\r\nprint('b')\r\n",
    "no_newline": "print(1, end='')",
    "exit": "import sys\nsys.exit()\n",
    "exit_3": "import sys\nprint('x')\nsys.exit(3)\n",
    "exit_true": "raise SystemExit(True)\n",
    "exit_minus_1": "raise SystemExit(-1)\n",
    "exit_large": "raise SystemExit(1 << 80)\n",
    "exit_text": "import sys\nsys.exit('a message')\n",
    "exit_object": "class A:\n    def __index__(self): return 4\n    def __str__(self): return 'an A'\nraise SystemExit(A())\n",
    "exit_in_function": "def f():\n    x = [1]\n    quit(2)\nf()\n",
    "os_exit": "import os\nprint('lost')\nos._exit(5)\n",
    "abort": "import os\nos.abort()\n",
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
    "interrupt": "raise KeyboardInterrupt\n",
    "signal": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n",
    "alarm": "import signal\nsignal.signal(signal.SIGALRM, lambda *a: print('rung'))\nsignal.alarm(1)\nsignal.pause()\n",
    "handlers": "import atexit\natexit.register(print, 'first')\natexit.register(print, 'second')\nprint('main')\n",
    "failing_handler": "import atexit\natexit.register(lambda: 1 / 0)\nprint('main')\n",
    "exit_in_handler": "import atexit, sys\natexit.register(lambda: sys.exit(3))\nprint('main')\n",
    "handler_sees_file": "import atexit\natexit.register(lambda: print('__file__' in globals()))\n",
    "finalisers": "class A:\n    def __init__(self, n): self.n = n\n    def __del__(self): print('gone', self.n)\n"
                  "a = A('a')\n_b = A('b')\ndef f(): return a\nc = [A('c')]\nc.append(c)\nimport sys\nsys.x = A('late')\nprint('end')\n",
    "finalisers_without_functions": "class A:\n    def __del__(self): print('gone', id(self) != 0)\nx = A()\ny = A()\n",
    "finaliser_fails": "class A:\n    def __del__(self): 1 / 0\na = A()\n",
    "finaliser_imports": "class A:\n    def __del__(self):\n        import fractions\na = A()\n",
    "finaliser_uses_modules": "import os, json\nclass A:\n    def __del__(self):\n        print(json.dumps([os.sep]))\na = A()\n",
    "finalising": "import sys\nclass A:\n    def __del__(self): print(sys.is_finalizing())\na = A()\n",
    "finaliser_at_exit": "import sys\nclass A:\n    def __del__(self): print('gone')\na = A()\nsys.exit(2)\n",
    "weak": "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, print, 'finalised')\n",
    "thread": "import threading, time\ndef f():\n    time.sleep(0.1)\n    print('thread')\nthreading.Thread(target=f).start()\nprint('main')\n",
    "thread_fails": "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='mine')\nt.start()\nt.join()\n",
    "daemon": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\nprint('main')\n",
    "deep_thread": "import threading, sys\nsys.setrecursionlimit(10**6)\nthreading.stack_size(64 << 20)\n"
                   "def f(n): return 0 if n == 0 else 1 + f(n - 1)\n"
                   "t = threading.Thread(target=lambda: print(f(50000)))\nt.start()\nt.join()\n",
    "executor": "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(3) as e: print(list(e.map(str, range(5))))\n",
    "processes": "import multiprocessing as m\nif __name__ == '__main__':\n    with m.Pool(2) as p: print(p.map(abs, [-1, 2, -3]))\n",
    "processes_by_fork": "import multiprocessing as m\nm.set_start_method('fork')\nq = m.Queue()\np = m.Process(target=q.put, args=([1],))\np.start()\nprint(q.get())\np.join()\nprint(p.exitcode)\n",
    "fork": "import os, sys\nprint('before', flush=True)\npid = os.fork()\nif pid == 0:\n    print('child')\n    sys.exit(3)\nprint(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n",
    "fork_with_thread": "import os, threading, time\nthreading.Thread(target=lambda: time.sleep(0.5)).start()\npid = os.fork()\nif pid == 0:\n    threading.Thread(target=print, args=('x',)).start()\nelse: print(os.waitpid(pid, 0)[1])\n",
    "subprocess": "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'import sys; print(len(sys.modules), sys.argv)'], capture_output=True, text=True).stdout)\n",
    "shell": "import os\nprint(os.popen('echo x; env | sort').read())\n",
    "environment": "import os\nprint(sorted(os.environ.items()), os.getenv('ASSAY_FORK_SERVER'))\n",
    "stdin_lines": "import sys\nfor line in sys.stdin: print(repr(line))\n",
    "input": "print(input('? '), input())\nprint(input())\ninput()\n",
    "stdin_bytes": "import sys\nprint(sys.stdin.buffer.read())\n",
    "descriptor_0": "import os\nprint(os.read(0, 100))\n",
    "open_0": "print(open(0).read())\n",
    "dev_stdin": "print(open('/dev/stdin').read())\n",
    "readline": "import sys\ninput = sys.stdin.readline\nprint(input(), sys.stdin.read())\n",
    "stderr": "import sys\nprint('a', file=sys.stderr)\nsys.stderr.write('b')\nprint('c')\n",
    "unbuffered": "import os, sys\nprint('first')\nos.write(1, b'second\\n')\nprint('third', flush=True)\nos.write(1, b'fourth\\n')\n",
    "closed_stdout": "import sys\nprint('x')\nsys.stdout.close()\n",
    "closed_descriptor": "import os\nprint('x')\nos.close(1)\n",
    "detached": "import sys\nprint('x')\nsys.stdout.detach().write(b'y\\n')\n",
    "own_stdout": "import sys\nclass S:\n    def write(self, s): sys.__stdout__.write(s.upper())\n    def flush(self): sys.__stdout__.write('F')\nsys.stdout = S()\nprint('x')\n",
    "wrapped_stdout": "import sys, io\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='latin-1')\nprint('\\xe9')\n",
    "surrogates": "print('\\udc80')\n",
    "surrogates_out": "import sys\nsys.stdout.reconfigure(errors='surrogateescape')\nprint('\\udc80')\n",
    "recursion": "import sys\ndef f(n):\n    try: return f(n + 1)\n    except RecursionError: return n\nprint(f(0))\n",
    "recursion_of_c": "import json\nx = []\nfor _ in range(10**6): x = [x]\ntry: json.dumps(x)\nexcept RecursionError as e: print(e)\n",
    "recursion_uncaught": "def f(n): return f(n + 1)\nf(0)\n",
    "deep": "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f(200000))\n",
    "deep_key": "import functools, sys\nsys.setrecursionlimit(10**6)\n@functools.cache\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f(20000))\n",
    "stack_of_frames": "import traceback, sys\ndef f(): traceback.print_stack(); print(sys._getframe(1).f_back)\nf()\n",
    "own_module": "open('own.py', 'w').write('import json\\nx = json.dumps([1])\\n')\nimport own\nprint(own.x, own.__file__)\n",
    "own_failing_module": "open('own.py', 'w').write('1 / 0\\n')\nimport own\n",
    "shadow": "open('heapq.py', 'w').write('x = 5\\n')\nimport heapq, sys\nprint(heapq.x, heapq.__file__)\n",
    "shadow_of_dependency": "open('reprlib.py', 'w').write('raise ImportError(\"mine\")\\n')\nimport collections\n",
    "shadow_in_folder": "import os, sys\nos.mkdir('lib')\nopen('lib/queue.py', 'w').write('x = 6\\n')\nsys.path.insert(0, 'lib')\nimport queue\nprint(queue.x)\n",
    "finder": "import sys\nclass F:\n    @staticmethod\n    def find_spec(name, path=None, target=None): print('asked', name)\nsys.meta_path.insert(0, F)\nimport bisect, json\nprint(bisect.__spec__)\n",
    "replaced": "import sys, types\nsys.modules['random'] = types.ModuleType('random')\nimport statistics\n",
    "blocked": "import sys\nsys.modules['json'] = None\nimport json\n",
    "again": "import sys, json\nold = json\ndel sys.modules['json']\nimport json\nprint(json is old, json.decoder is old.decoder)\n",
    "reload": "import importlib, string\nprint(importlib.reload(string) is string)\n",
    "specs": "import json, heapq, math, collections.abc\nfor m in (json, heapq, math, collections.abc): print(m.__spec__, m.__loader__, m.__dict__.keys())\n",
    "submodules": "import importlib, os, concurrent, xml, unittest\nfor m in (importlib, os, concurrent, xml, unittest): print(sorted(vars(m)))\n",
    "import_all": "from math import *\nfrom collections import *\nfrom typing import *\nprint(sorted(globals()))\n",
    "random_seeded": "import random\nrandom.seed(5)\nprint(random.random(), random.sample(range(100), 5), random.Random(3).random())\n",
    "sets": "print({'a', 'b', 'c', 'd'}, hash('abc'), {object, int, str} and 1)\n",
    "pickle": "import pickle\nclass A: pass\nprint(pickle.dumps(A()), pickle.loads(pickle.dumps(A())).__class__)\n",
    "dataclass": "from dataclasses import dataclass\n@dataclass(order=True)\nclass A:\n    x: int\n    y: 'list[int]'\nprint(A(1, [2]) < A(2, [1]), A.__annotations__)\n",
    "classes_of_C": "import collections, _collections, datetime, _datetime, functools, _functools, random, _random, math\n"
                    "print(collections.deque is _collections.deque, datetime.date is _datetime.date, functools.partial is _functools.partial, random.Random.__base__ is _random.Random)\n",
    "ctypes": "import ctypes\nprint(ctypes.CDLL(None).abs(-4), ctypes.sizeof(ctypes.c_long))\n",
    "warning": "import warnings\nwarnings.warn('careful')\nx = 1 is 1\nprint('\\d')\n",
    "timing": "import time\nprint(time.process_time() < 5, time.perf_counter() > 0, time.strftime('%Z'))\n",
    "asyncio": "import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    return 4\nprint(asyncio.run(f()))\n",
    "inspect": "import inspect\ndef f(x, y=1): pass\nprint(inspect.getsource(f), inspect.signature(f), inspect.stack()[0].filename, len(inspect.stack()))\n",
    "help": "help(len)\n",
    "trace": "import sys\ndef t(f, e, a):\n    if e == 'call': print(f.f_code.co_name)\nsys.settrace(t)\ndef g(): pass\ng()\n",
    "tempfile": "import tempfile, os\nwith tempfile.NamedTemporaryFile() as f: print(os.path.dirname(f.name))\n",
    "numpy": "import numpy as np\nprint(np.arange(5).sum(), np.linalg.det(np.eye(3)), np.random.default_rng(3).random(), np.__version__)\n",
    "numpy_seeded": "import numpy as np\nnp.random.seed(4)\nprint(np.random.rand(3), np.random.get_state()[0])\n",
    "numpy_modules": "import sys\na = list(sys.modules)\nimport numpy\nprint(list(sys.modules)[len(a):])\nprint(sorted(vars(numpy)))\nimport numpy.random\nprint(len(sys.modules))\n",
    "numpy_fails": "import numpy as np\nnp.zeros(3) + np.zeros(4)\n",
    "numpy_threads": "import numpy as np, os\nnp.ones((200, 200)) @ np.ones((200, 200))\nprint(len(os.listdir('/proc/self/task')))\n",
    "numpy_text_only": "print('numpy')\n",
    "own_numpy": "open('numpy.py', 'w').write('x = 7\\n')\nimport numpy\nprint(numpy.x)\n",
}

CALLS = {
    "plain": "import json, sys\ndef f(n):\n    print(list(sys.modules))\n    return [n, sys.argv, sys.path, sys.flags.safe_path, list(map(str, sys.meta_path)), sys.getrecursionlimit()]\n",
    "depth": "import sys\ndef f(n):\n    frame, k = sys._getframe(), 0\n    while frame: frame, k = frame.f_back, k + 1\n    return k\n",
    "preamble": "def f(n): return [heapq.nlargest(1, [n, 3]), Counter([n]), sqrt(4), deque([1]), len(accumulate([1, 2]).__class__.__name__)]\n",
    "fails": "def f(n):\n    return [][n]\n",
    "leaves": "import sys\ndef f(n): sys.exit(4)\n",
    "handlers": "import atexit, threading, time\natexit.register(print, 'bye')\ndef f(n):\n    threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()\n    return n\n",
    "processes": "import multiprocessing as m\ndef f(n):\n    with m.Pool(2) as p: return p.map(abs, [-n, n])\n",
    "recursion": "def f(n): return f(n + 1)\n",
    "deep": "def f(n): return 0 if n == 30000 else 1 + f(n + 1)\n",
    "streams": "import sys\ndef f(n): return [sys.stdin.read(), sys.stdout.isatty(), sys.stdin.seekable()]\n",
    "numpy": "import numpy as np\ndef f(n): return np.arange(n)\n",
    "interrupt": "def f(n): raise KeyboardInterrupt\n",
}

TESTS = {
    "assert f(1) == 2\n": "def f(x): return x + 1\n",
    "assert f(1) == 3, 'three'\n": "def f(x): return x + 1\n",
    "import unittest\nclass T(unittest.TestCase):\n    def test_f(self): self.assertEqual(f(1), 2)\n": "def f(x): return x + 1\n",
    "import pytest\ndef test_f():\n    with pytest.raises(ValueError): f(1)\n": "def f(x): raise ValueError\n",
    "def check(c):\n    assert c(2) == 4\n    assert f\n": "def f(x): return x * x\n",
    "from main import f\nassert f({1: [2]}) is None\n": "import sys\ndef f(x): print(sys.modules.keys(), x)\n",
    "import numpy as np\nassert (f(3) == np.arange(3)).all()\n": "import numpy as np\ndef f(x): return np.arange(x)\n",
    "print(len(f('x')))\nassert f\n": "def f(x): 1 / 0\n",
}

MODULES = """
    abc array asyncio bisect calendar cmath collections collections.abc contextlib copy csv ctypes dataclasses datetime decimal enum
    fractions functools gc hashlib heapq importlib.util inspect io itertools json json.decoder logging math multiprocessing numbers
    operator os os.path pickle pprint queue random re signal sortedcontainers statistics string struct sys tempfile textwrap
    threading time traceback types typing unicodedata unittest urllib.parse uuid warnings weakref concurrent.futures
    xml.etree.ElementTree importlib.resources _collections _heapq
""".split()


def _without_chance(text):
    """Without what differs between any two runs: addresses, process ids, times, where the stack starts."""
    return re.sub(r"0x[0-9a-f]{9,}|pid=\d+|in \d\.\d{3}s|used \d+ kB|started \d+", "…", text)


@unittest.skipUnless(harness.ROOT, "needs the image's interpreter: ASSAY_PYTHON_ROOT")
class Alike(HarnessTest):
    def assert_alike(self, run):
        cold, warm = run(warm=False), run(warm=True)
        for outcome in (cold, warm):
            outcome.stdout = _without_chance(outcome.stdout.decode("utf-8", "backslashreplace"))
            outcome.stderr = _without_chance(outcome.stderr)
        self.assertEqual(vars(cold), vars(warm))
        return cold

    def test_the_state_of_the_interpreter(self):
        for stdin in (b"", b"some\n"):
            self.assert_alike(lambda warm: self.program(STATE, stdin, warm=warm))

    def test_programs(self):
        for name, source in PROGRAMS.items():
            with self.subTest(name):
                self.assert_alike(lambda warm: self.program(source, b"one\ntwo\nthree", warm=warm))

    def test_small_stacks(self):
        for megabytes in (1, 8, 256):
            for name in ("recursion_of_c", "deep_thread"):
                with self.subTest(name, stack=megabytes):
                    self.assert_alike(lambda warm: self.program(PROGRAMS[name], stack_mb=megabytes, warm=warm))
            with self.subTest("deep_key", stack=megabytes):
                # How deep it gets is another number each time, to some kilobytes.
                cold, warm = [self.program(PROGRAMS["deep_key"], stack_mb=megabytes, warm=warm) for warm in (False, True)]
                self.assertEqual((cold.status, cold.stdout), (warm.status, warm.stdout))
                self.assertEqual("Stack overflow (used" in cold.stderr, "Stack overflow (used" in warm.stderr)

    def test_imports(self):
        lines = "import sys\nbefore = list(sys.modules)\nimport {}\nprint(list(sys.modules)[len(before):])\n"
        for name in MODULES:
            with self.subTest(name):
                self.assert_alike(lambda warm: self.program(lines.format(name), warm=warm))
        every = "import sys\n" + "".join(f"import {name}\n" for name in MODULES) + "print(list(sys.modules))\n"
        self.assert_alike(lambda warm: self.program(every, warm=warm))

    def test_calls(self):
        for name, source in CALLS.items():
            with self.subTest(name):
                self.assert_alike(lambda warm: self.call(source, "f", 3, warm=warm))
                self.assert_alike(lambda warm: self.evaluate(source, "f(3)", warm=warm))

    def test_assertions(self):
        for test, source in TESTS.items():
            with self.subTest(test):
                entry_point = "f" if "check" in test else None
                self.assert_alike(lambda warm: self.run_test(source, test, entry_point, warm=warm))

    def test_checks(self):
        for name in ("nothing", "syntax", "indentation", "bad_encoding", "null_byte", "warning"):
            with self.subTest(name):
                command = ["python3", "-I", "-S", "/usr/lib/assay/check.py"]
                self.assert_alike(lambda warm: harness.run(command, PROGRAMS[name], warm=warm))
                request = {"test": PROGRAMS[name] if name != "bad_encoding" else "", "entry_point": None}
                if name != "null_byte":
                    self.assert_alike(lambda warm: harness.run([*command, "--test"], "", request, warm=warm))


@unittest.skipUnless(harness.ROOT, "needs the image's interpreter: ASSAY_PYTHON_ROOT")
class Fresh(HarnessTest):
    """What has to differ between two children of one server."""

    def test_random_state(self):
        for source in ("import random\nprint(random.random(), random.getrandbits(64))\n",
                       "import numpy as np\nprint(*np.random.rand(2), np.random.default_rng().random())\n",
                       "import uuid, tempfile, secrets\nprint(uuid.uuid4(), tempfile.mktemp(), secrets.token_hex())\n"):
            first, second = [self.program(source, warm=True).stdout.split() for _ in range(2)]
            self.assertTrue(first and len(first) == len(second))
            for one, other in zip(first, second):
                self.assertNotEqual(one, other)

    def test_nothing_stays_of_another_run(self):
        spoil = "import sys, json, math, builtins\njson.x = builtins.y = math.z = sys.w = 1\nsys.path.append('/x')\nprint(1)\n"
        look = "import sys, json, math, builtins\nprint(hasattr(json, 'x'), hasattr(builtins, 'y'), hasattr(math, 'z'), hasattr(sys, 'w'), sys.path[-1])\n"
        self.program(spoil, warm=True)
        self.assertEqual(b"False False False False /usr/lib/python3/dist-packages\n", self.program(look, warm=True).stdout)


if __name__ == "__main__":
    unittest.main()
