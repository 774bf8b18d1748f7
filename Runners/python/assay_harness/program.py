"""The program's side of a test of assertions: runs the submission, and does with it what the examiner asks.

Calls come on descriptor 3, answers go to descriptor 4. The examiner's end is the program's: then it ends as any Python
program does. Nothing that happens in here can be more than an answer.
"""

import builtins
import posix
import sys

from . import calls, channel, ending, values, wire
from .peer import Peer
from .submission import NotFound, Submission

_LIMIT = 1 << 30
_input, _print = input, print


def main():
    """Serves until the examiner ends. Does not return."""
    from .main import prepare

    reading, writing = channel.moved(3), channel.moved(4)
    folder = posix.getcwd()
    prepare(folder)
    program = _Program(reading, writing, Submission(folder))
    posix.register_at_fork(after_in_child=lambda: (_close(reading), _close(writing)))
    program.serve_forever()
    ending.finish(_Silent, None, 0)


_close = posix.close


class _Silent:
    """There is no response of the program's own."""

    @staticmethod
    def end(response, status):
        channel.leave(status)


class _Program(Peer):
    def __init__(self, reading, writing, submission):
        super().__init__(lambda size: channel.read(reading, size), lambda data: channel.write(writing, data))
        self._submission = submission
        self._watched = {}
        self._runner = None

    # -- what only the examiner asks -----------------------------------------------------------------------------------

    def do_load(self, names):
        """Runs the submission. All its names, those of `names` with their values, and what stopped it."""
        stopped = self._submission.load()
        module = self._submission.module
        namespace = module.__dict__
        for alias in ("solution", "submission"):
            sys.modules.setdefault(alias, module)
        found = {name: namespace[name] for name in (namespace if names is None else names)
                 if name in namespace and not name.startswith("__")}
        self._watched = {name: (value, _seen(value)) for name, value in found.items() if _is_watched(value)}
        public = namespace.get("__all__")
        if type(public) not in (list, tuple):
            public = [name for name in namespace if not name.startswith("_")]
        return [self.number_of(module), list(namespace), list(public), found, stopped]

    def do_find(self, name):
        """The function to be tested; a text if there is none."""
        try:
            return [self._submission.function(name)]
        except NotFound as error:
            return str(error)

    def do_derive(self, name, bases, body):
        """A class that the test derives from the submission's."""
        import types

        namespace = {key: getattr(builtins, kind)(*parts) if kind else parts[0]
                     for key, (kind, *parts) in body.items()}
        return types.new_class(name, bases, exec_body=lambda own: own.update(namespace, __module__="__main__"))

    def do_await(self, number):
        value = self.object(number)
        if b"asyncio" in self._submission.source or "asyncio" in sys.modules:
            if self._runner is None:
                import asyncio

                self._runner = asyncio.Runner()
            return self._runner.run(_waiting(value))
        return calls.completed(value, self._submission, _LIMIT)

    def do_trace(self, error):
        """Prints the traceback of an exception of ours."""
        ending.report(error)

    def module(self, name):
        __import__(name)
        return sys.modules[name]

    def _global(self, name):
        """Whatever the test has handed over by its name."""
        module, _, path = name.partition(":")
        if path in ("NotImplemented", "Ellipsis"):
            return super()._global(name)
        __import__(module)
        value = sys.modules[module]
        for part in path.split("."):
            value = getattr(value, part)
        return value

    # -- surroundings --------------------------------------------------------------------------------------------------

    def enter(self, surroundings):
        """Puts streams and functions in place that the test has put in place of its own."""
        if surroundings is None:
            return None
        takes_output, takes_errors, source, replaced = [self.read(raw, wire.Scope()) for raw in surroundings]
        before = (sys.stdout, sys.stderr, sys.stdin, builtins.input, builtins.print)
        from _io import StringIO

        output, errors = StringIO() if takes_output else None, StringIO() if takes_errors else None
        sys.stdout, sys.stderr = output or sys.stdout, errors or sys.stderr
        sys.stdin = source or sys.stdin
        builtins.input, builtins.print = replaced[0] or builtins.input, replaced[1] or builtins.print
        return before, output, errors

    def leave(self, state, scope):
        texts = ("", "")
        if state is not None:
            before, output, errors = state
            sys.stdout, sys.stderr, sys.stdin, builtins.input, builtins.print = before
            texts = [stream.getvalue() if stream is not None and not stream.closed else ""
                     for stream in (output, errors)]
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        changed = {}
        namespace = self._submission.module.__dict__
        for name, (value, seen) in self._watched.items():
            now = namespace.get(name)
            if now is not value or seen is not None and wire.differs(seen, wire.content(now)):
                changed[name] = now
        if not changed and texts[0] == texts[1] == "":
            return "null"
        self._watched.update({name: (value, _seen(value)) for name, value in changed.items()})
        return "[%s,%s,%s]" % (self.write(changed, scope), *map(values.quote, texts))


async def _waiting(value):
    return await value


def _is_watched(value):
    return type(value) in wire.PLAIN


def _seen(value):
    return wire.content(value) if type(value) in (list, dict, set, bytearray) else None
