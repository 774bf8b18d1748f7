"""The examiner's side of a test of assertions: runs the test, which alone says what is right, away from the submission.

The request comes on descriptor 3 and the response goes to descriptor 4, as for any runner; answers of the program come
on descriptor 5, calls to it go to descriptor 6. What the program asks of objects that the test has handed to it is done
only where it is a call of what can be called, a public attribute, or one of the methods that Python itself calls.
"""

import builtins
import sys
from _operator import is_

import sitecustomize as _  # tracebacks as in all programs of the image

from . import calls, channel, ending, nodes, values
from .peer import BINARY, Peer, is_remote

_OPERATORS = frozenset(
    [*BINARY, "and_", "or_", "eq", "ne", "lt", "le", "gt", "ge"] + ["i" + name for name in BINARY])
_METHODS = frozenset(f"__{name}__" for name in (
    "len", "iter", "next", "getitem", "setitem", "delitem", "contains", "str", "repr", "format", "hash", "bool", "int",
    "float", "index", "complex", "abs", "neg", "pos", "invert", "round", "trunc", "floor", "ceil", "enter", "exit",
    "reversed", "divmod", "bytes", "length_hint",
    "aiter", "anext", "aenter", "aexit", "fspath")) | {"send", "throw", "close"}
_ENDING = ("__next__", "__anext__", "send", "throw")
_HOOKS = ("load_tests", "setUpModule", "tearDownModule", "setup_module", "teardown_module")  # unittest looks for them
_INNER = ("gi_", "cr_", "ag_", "f_", "tb_", "co_", "func_", "im_")
_input, _print, _streams = input, print, (sys.stdin, sys.stdout, sys.stderr)


def main(limit):
    """Runs one test; `limit` is that of what an iterable of the test may give, in bytes. Does not return."""
    wire = channel.Channel()
    try:
        request = values.decode(wire.request)
        from .main import prepare

        prepare(None)
        examiner = _Examiner(channel.moved(5), channel.moved(6))
        from . import assertions
    except BaseException as error:
        ending.refused(wire, "harness", ending.describe(error))
    assertions.run(wire, request, examiner, limit)


class _Examiner(Peer):
    guarded = True

    def __init__(self, reading, writing):
        super().__init__(lambda size: channel.read(reading, size), lambda data: channel.write(writing, data))
        self.failure_types = (AssertionError,)
        self.failures = []  # failed assertions of the test's that the submission has caught
        self.namespace = None
        self._sent = {}

    # -- asking ------------------------------------------------------------------------------------------------------

    def before_asking(self):
        for stream in _streams[1:]:
            stream.flush()

    def surroundings(self):
        replaced = (builtins.input, builtins.print)
        streams = (sys.stdin, sys.stdout, sys.stderr)
        if all(map(is_, replaced, (_input, _print))) and all(map(is_, streams, _streams)):
            return "null"
        replaced = [new if new is not old else None for new, old in zip(replaced, (_input, _print))]
        source, output, errors = [new is not old for new, old in zip(streams, _streams)]
        from .wire import Scope

        return "[%s,%s,%s,%s]" % (
            "true" if output else "false", "true" if errors else "false",
            self.write(streams[0] if source else None, Scope()), self.write(replaced, Scope()))

    def take_news(self, news, scope):
        if news is None:
            return
        changed, output, errors = news
        changed = self.read(changed, scope)
        for name, value in changed.items():
            if name in self._sent and self.namespace.get(name, self) is self._sent[name]:
                self.namespace[name] = self._sent[name] = value
        for text, stream in ((output, sys.stdout), (errors, sys.stderr)):
            if text:
                stream.write(text)

    def load(self, names, namespace, ours):
        """Loads the submission, and puts what it has of `names` (None: all) into `namespace`, but for `ours`.

        Plain values among those are kept up to date there. The result is its module, and what stopped it.
        """
        number, there, public, found, stopped = self.ask("load", names)
        self._sent = {
            name: value for name, value in found.items()
            if (names is None or name in names) and name not in ours and name not in _HOOKS and name[:2] != "__"
        }
        self.namespace = namespace
        namespace.update(self._sent)
        return SubmissionModule(number, there, [name for name in public if name not in ours], self), stopped

    def raised(self, error, operation, operands):
        self.failures = [failure for failure in self.failures if failure is not error]
        # A call that raises StopIteration would end any `map` of the test's as if all had been well.
        if isinstance(error, (StopIteration, StopAsyncIteration, GeneratorExit)) and is_remote(error):
            if operation != "await" and (operation != "special" or operands[1] not in _ENDING):
                return self._marked(RuntimeError(f"the submission raised {type(error).__name__}"), error)
        return error

    @staticmethod
    def _marked(error, original):
        error.__dict__["_assay_own"] = original.__dict__["_assay_own"]
        return error

    def is_failure(self, error):
        return isinstance(error, self.failure_types) and not is_remote(error)

    # -- answering: less than the program does -----------------------------------------------------------------------

    def _write_exception(self, error, scope):
        if self.is_failure(error):
            self.failures.append(error)
        return super()._write_exception(error, scope)

    def enter(self, surroundings):
        if surroundings is not None:
            raise TypeError("surroundings are the examiner's")

    def do_call(self, number, arguments, named):
        target = self.object(number)
        if not callable(target):
            raise TypeError(f"'{type(target).__name__}' object is not callable")
        return target(*arguments, **named)

    def do_method(self, number, name, arguments, named):
        return self.do_get(number, name)(*arguments, **named)

    def do_get(self, number, name):
        target = self.object(number)
        self._check_public(target, name)
        return getattr(target, name)

    def do_set(self, number, name, value):
        target = self.object(number)
        self._check_public(target, name)
        if type(target).__module__ not in ("__main__", nodes.__name__):
            raise TypeError(f"attributes of '{type(target).__name__}' objects of the test cannot be set")
        setattr(target, name, value)

    def do_delete(self, number, name):
        raise TypeError("attributes of the test's objects cannot be deleted")

    def do_special(self, number, name, arguments):
        if name not in _METHODS or isinstance(self.object(number), BaseException):
            raise TypeError(f"`{name}` of the test's objects cannot be called")
        return super().do_special(number, name, arguments)

    def do_operator(self, name, left, right):
        if name not in _OPERATORS:
            raise TypeError("no operator")
        return super().do_operator(name, left, right)

    def do_await(self, number):
        value = self.object(number)
        if "asyncio" not in sys.modules:
            return calls.completed(value, _NoSource, 1 << 20)
        import asyncio
        import threading

        results = []

        def run():
            try:
                results.append((asyncio.run(_waiting(value)), None))
            except BaseException as error:
                results.append((None, error))

        # A thread of its own: in this one a loop is running that waits for the program.
        self._lock.release()
        try:
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
        finally:
            self._lock.acquire()
        (result, error), = results
        if error is not None:
            raise error
        return result

    def opaquely(self, operation, *operands):
        raise TypeError("opaque values are the examiner's")

    def _check_public(self, target, name):
        if isinstance(target, BaseException) and (name == "obj" or self.is_failure(target)):
            raise AttributeError(f"`{name}` of what the test raised is not for the submission")
        if type(name) is not str or name.startswith("_") or name.startswith(_INNER):
            raise AttributeError(f"`{name}` is not for the submission")
        if isinstance(target, _CALLED) or type(target).__module__ == "functools":
            raise AttributeError(f"'{type(target).__name__}' objects of the test can be called, no more")
        # What a class has is looked up by its instances and itself alike; a class may be one of the image's libraries.
        if isinstance(target, type) and target.__module__ not in ("__main__", nodes.__name__):
            raise AttributeError(f"`{target.__name__}` can be called, no more")

    def check_exported(self, value, kind):
        if isinstance(value, _HIDDEN) or isinstance(value, Peer):
            raise TypeError(f"'{kind.__name__}' objects cannot be handed to the submission")

    def shared_function(self, value, kind):
        """Functions of the standard library are the program's own ones there."""
        if kind not in (_Builtin, _Function, type):
            return None
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if type(module) is not str or module.partition(".")[0] not in sys.stdlib_module_names or module == "__main__":
            return None
        return f"{module}:{name}" if getattr(sys.modules.get(module), name, None) is value else None

    def module(self, name):
        """A module of the standard library or numpy, which is imported here."""
        if type(name) is not str or name.partition(".")[0] not in _IMPORTED:
            raise TypeError("not a module of the standard library")
        __import__(name)
        return sys.modules[name]


class _NoSource:
    source = b""


async def _waiting(value):
    return await value


class _Cell:
    def method(self):
        return __class__


def _generator():
    yield


async def _coroutine():
    pass


_waiting_one = _coroutine()
_waiting_one.close()
_Builtin, _Function, _Bound = type(len), type(main), type(_Cell().method)
_CALLED = (_Builtin, _Function, _Bound, type("".__len__), type(str.join), type(str.__len__),
           type(_generator()), type(_waiting_one))
_HIDDEN = (type(main.__code__), type(sys._getframe()), type(_Cell.method.__closure__[0]), type(vars(type)))
_IMPORTED = sys.stdlib_module_names | {"numpy"}


class SubmissionModule(type(sys)):
    """The module `main`, as far as a test sees it."""

    def __init__(self, number, names, public, examiner):
        super().__init__("main")
        self.__dict__.update(_number=number, _names=names, _examiner=examiner, __all__=public)

    def __getattr__(self, name):
        if name.startswith("__") and name not in ("__version__", "__author__"):
            raise AttributeError(f"module 'main' has no attribute '{name}'")
        return self._examiner.ask("get", self._number, name)

    def __setattr__(self, name, value):
        self._examiner.ask("set", self._number, name, value)

    def __delattr__(self, name):
        self._examiner.ask("delete", self._number, name)

    def __dir__(self):
        return sorted(self._names)
