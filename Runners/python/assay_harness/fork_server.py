"""A fork server: loads what programs use, then gives each run a child that is like a fresh start.

`ASSAY_FORK_SERVER` has the number of the socket that `assay_fork_server` of `Runners/fork` serves, and
`ASSAY_FORK_MODULES` names of modules to be loaded beside the usual ones. `LD_BIND_NOW` spares each child the search for
the C functions that it calls, and `LD_PRELOAD` lets the library lay out the memory. No code of a submission runs in the server.

A program's server is `python3 main.py` itself, stopped in `sitecustomize`: in the child the interpreter goes on, opens
the program and runs it. The server of the harness's modes is `serve_forks.py`, whose child runs the entry that the
run's arguments name.
"""

import posix
import sys
from _io import DEFAULT_BUFFER_SIZE

from .stash import Stash

_FOLDER = "/work"
_HERE = "/usr/lib/assay"
_LIBRARY = f"{_HERE}/libassay_fork.so"
_ARGUMENTS_SIZE = 1 << 16

# What solutions import, by count in public ones. Not in it: what starts threads, draws random numbers, registers exit
# handlers or remembers the time when it is imported (multiprocessing, uuid, logging).
_USUAL = """
    abc array bisect calendar cmath collections collections.abc contextlib copy dataclasses datetime decimal enum
    fractions functools gc heapq inspect io itertools json math numbers operator os pprint queue random re
    signal sortedcontainers statistics string struct sys textwrap threading time traceback types typing unicodedata
    warnings weakref
""".split()

_HARNESS = [f"assay_harness.{name}" for name in """
    annotations assertions calls channel ending evaluation examiner main nodes peer preamble program recording
    submission test_source values wire
""".split()] + ["_sitebuiltins", "_symtable"]

_PACKAGES = ["/usr/local/lib/python3/dist-packages", "/usr/lib/python3/dist-packages"]  # as in main.py

_STREAMS = ((0, "stdin", "rb"), (1, "stdout", "wb"), (2, "stderr", "wb"))


def serve_programs():
    """For `sitecustomize`; does not return: each child runs the program, and then is gone."""
    start = _Start()
    kept = _forget_harness()
    _finish_start()
    stash = Stash()
    stash.load(_USUAL + start.modules)
    server = _Server(stash)
    path = f"{_FOLDER}/{sys.argv[0]}"
    serve = server.library.assay_python_serve_programs
    serve.argtypes = [server.integer, server.text, *[server.object] * 3]
    ours = stash.all()
    server.settle()
    _prepare_main(path)
    serve(start.channel, path.encode(), _adopt_streams, server.exit_handlers, ours)


def _finish_start():
    """What follows `sitecustomize` in a start, for which there will be no return to it."""
    sys.modules["_frozen_importlib_external"].PathFinder.find_spec("usercustomize")  # there is none, but the search leaves its traces
    for name in ("sitecustomize", "site"):
        sys.modules[name] = module = sys.modules.pop(name)
        module.__spec__._initializing = False
    for constant in module.__loader__.get_code("site").co_consts:
        if getattr(constant, "co_name", None) == "_script":  # stands behind the call of `main`
            module._script = type(_finish_start)(constant, vars(module))
    del sys.modules["sitecustomize"]._serve
    sys.modules["_frozen_importlib"]._module_locks.clear()
    for path in list(sys.path_importer_cache):
        if path.startswith(_HERE):
            del sys.path_importer_cache[path]


def _prepare_main(path):
    """The main module as it is when its program begins.

    A new one: what was frozen is never collected, not even at the end, when finalisers of the program's objects run.
    """
    sys.path_importer_cache[path] = None
    sys.path.insert(0, path.rpartition("/")[0])
    module = type(sys)("__main__")
    namespace = vars(module)
    namespace.update(vars(sys.modules["__main__"]))
    namespace["__file__"] = path
    namespace["__cached__"] = None
    namespace["__loader__"] = sys.modules["_frozen_importlib_external"].SourceFileLoader("__main__", path)
    sys.modules["__main__"] = module


def serve_harness():
    """For `serve_forks.py`: returns in a child only, with the script that the run is to be and its arguments."""
    start = _Start()
    kept = _forget_harness()
    path = sys.path[1:]  # before it stands this folder
    here, stash = sys.path[0], Stash(path)
    sys.path += _PACKAGES
    stash.load(_USUAL + _HARNESS + start.modules)
    sys.path[:] = path
    del kept
    stash.trust([here, *_PACKAGES], stash.hidden("assay_harness.main").ForkByDefault)
    server = _Server(stash)
    buffer, size = server.buffer(_ARGUMENTS_SIZE), _ARGUMENTS_SIZE
    serve = server.library.assay_python_serve
    serve.argtypes = [server.integer, server.text, server.size, server.object]
    server.settle()
    length = serve(start.channel, buffer, size, _adopt_streams)
    arguments = buffer.raw[:length].decode("utf-8", "surrogateescape").split("\0")[:-1]
    sys.orig_argv = arguments
    first = next(place for place, argument in enumerate(arguments) if argument.endswith(".py"))
    sys.argv = arguments[first:]
    return arguments[first], arguments[first + 1:]


class _Start:
    """What the server was started with; nothing of it is left in the environment."""

    def __init__(self):
        environment = posix.environ
        self.channel = int(environment.pop(b"ASSAY_FORK_SERVER"))
        self.modules = environment.pop(b"ASSAY_FORK_MODULES", b"").decode().split()
        environment.pop(b"LD_BIND_NOW", None), environment.pop(b"LD_PRELOAD", None)
        os = sys.modules.get("os")
        for name in ("ASSAY_FORK_SERVER", "ASSAY_FORK_MODULES", "LD_BIND_NOW", "LD_PRELOAD"):
            if os is not None:
                os.environ.pop(name, None)
            posix.unsetenv(name)


def _forget_harness():
    """Takes the modules of the server itself out of `sys.modules`, for a stash that is to be made."""
    return [sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "assay_harness"]


class _Server:
    """The library, and what has to be at hand to call it once all modules are hidden."""

    def __init__(self, stash):
        stash.install()
        import atexit
        import ctypes
        import gc

        # PyDLL: the interpreter's lock is held while the server waits, so that the child has it too.
        self.library = ctypes.PyDLL(_LIBRARY)
        self.integer, self.size, self.text, self.object = ctypes.c_int, ctypes.c_size_t, ctypes.c_char_p, ctypes.py_object
        self.buffer = ctypes.create_string_buffer
        self.exit_handlers = atexit._run_exitfuncs
        self._share = self.library.assay_python_share
        self._share.argtypes = [self.object]
        self._stash = stash
        self._collector = gc
        stash.take_back()

    def settle(self):
        """The last thing before children are forked."""
        self._stash.is_child = True
        self._collector.collect()
        # But for the streams: they flush what they hold when they are freed.
        streams = [part for _, name, _ in _STREAMS for text in [getattr(sys, name)]
                   for part in (text, text.buffer, text.buffer.raw)]
        self._share(streams)
        streams.clear()
        self._collector.freeze()


def _adopt_streams():
    """Makes standard streams fit their descriptors where these are no pipes, as the server's own are."""
    for number, name, mode in _STREAMS:
        if posix.fstat(number).st_mode & 0o170000 != 0o010000:
            text = getattr(sys, name)
            buffer, raw = text.buffer, text.buffer.raw
            raw.__init__(number, mode, closefd=False)
            raw.name = f"<{name}>"
            buffer.__init__(raw, max(min(raw._blksize, 1 << 23), DEFAULT_BUFFER_SIZE))
            text.__init__(buffer, text.encoding, text.errors, "\n", text.line_buffering, text.write_through)
