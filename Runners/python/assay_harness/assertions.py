"""assertions: the test's source, run by the examiner; what it names of the submission's are stand-ins (`peer.py`).

A test is plain statements, a `check(candidate)`, unittest cases, pytest-style functions, or a mixture. What fails is
judged by where it was raised: a failed assertion of the test's is the submission's wrong answer, one of the
submission's is an exception like any other; likewise `sys.exit(0)` ends the test only if the test says it.
"""

import builtins
import sys
from itertools import islice

from . import calls, ending, preamble, recording
from .peer import Ended, is_remote
from .test_source import TEST_FILE, definitions_and_references

_SNIPPET_LIMIT = 300
_MODULES = ("main", "solution", "submission")
_Module = type(sys)
_HARNESS = __file__.rpartition("/")[0]


class NotFound(Exception):
    """The submission has no function of the entry point's name."""


def run(channel, request, examiner, limit):
    """Has the submission loaded, runs the test, answers. Does not return."""
    try:
        test = _Test(request["test"], request["entry_point"], examiner, limit)
    except BaseException as error:  # the build has seen that it compiles
        ending.refused(channel, "harness", ending.describe(error))
    try:
        frame = ending.frame(**_outcome(test, examiner))
    except BaseException as error:  # the test has broken what reports on it
        frame = ending.frame(error="exception", message=ending.describe(error))
    if examiner.ended is not None:
        frame = _ended(examiner)
    ending.finish(channel, frame, 0)


def _ended(examiner):
    message = f"the submission ended before the test was through: {examiner.ended}"
    return ending.frame(error="ended", message=message)


def _outcome(test, examiner):
    """The members of the response."""
    try:
        test.run()
    except SystemExit as error:
        if is_remote(error) or ending.status_of(error) != 0:
            return {"error": "exception", "message": ending.describe(error)}
    except recording.Failed as error:
        return {"assertions": "failed", "message": str(error)}
    except recording.Errored as error:
        return {"error": "exception", "message": str(error)}
    except NotFound as error:
        return {"error": "entry_not_found", "message": str(error)}
    except Ended:
        return {}
    except BaseException as error:
        test.show_source()
        message = test.message(error, error.__traceback__)
        test.report(error)
        if examiner.is_failure(error):
            return {"assertions": "failed", "message": message}
        return {"error": "exception", "message": ending.describe(error)}
    if examiner.failures:  # the submission caught it
        error = examiner.failures[0]
        return {"assertions": "failed", "message": test.message(error, error.__traceback__)}
    return {"assertions": "passed"}


class _Test:
    def __init__(self, source, entry_point, examiner, limit):
        self._source = source
        self.source = source.encode("utf-8", "surrogatepass")
        self._entry_point = entry_point
        self._examiner = examiner
        self._limit = limit
        self._code = compile(source, TEST_FILE, "exec", dont_inherit=True)
        self._unittest = recording.Recorder(self) if "unittest" in source else None
        self._skip_types = ()
        if "pytest" in source:
            try:
                from _pytest import outcomes
            except ImportError:  # a mere mention; an import would not have passed the build
                return
            examiner.failure_types = (AssertionError, outcomes.Failed)
            self._skip_types = (outcomes.Skipped,)

    def run(self):
        module = sys.modules["__main__"] = _Module("__main__")
        namespace = module.__dict__
        namespace["__builtins__"] = builtins
        mentions = preamble.Mentions(self._source, TEST_FILE)
        stopped = self._supply(mentions, namespace)
        try:
            preamble.prepare_test(self._source, mentions, namespace)
            exec(self._code, namespace)
            self._run_what_is_left(namespace)
        except NameError as error:
            raise stopped or error from None
        except SystemExit:
            if self._unittest is not None:
                self._unittest.conclude()
            raise
        if self._unittest is not None:
            self._unittest.conclude()

    def _supply(self, mentions, namespace):
        """Has the submission loaded, and puts what the test names of it into the test's namespace."""
        names = mentions.code | mentions.annotations
        everything = not names.isdisjoint(("exec", "eval", "globals", "vars", "locals", "dir"))
        ours = self._ours(names, mentions)
        module, stopped = self._examiner.load(None if everything else sorted(names), namespace, ours)
        for alias in _MODULES:
            sys.modules[alias] = module
        return stopped

    def _ours(self, names, mentions):
        """Names that are not taken from the submission, though it has them: those of builtins and the preamble.

        It could replace `abs` or `all` otherwise. Only a test that names nothing else that could be the submission's
        is about a function with such a name.
        """
        supplied = {*dir(builtins), *filter(preamble.is_for_tests, preamble.TABLE)} - {self._entry_point}
        free = names - mentions.bound
        if not self._entry_point and not (free - supplied) and not any(
                f"{word} {name}" in self._source for word in ("from", "import") for name in _MODULES
                if f"from {name} import *" not in self._source):
            return frozenset()
        return supplied

    def _run_what_is_left(self, namespace):
        """Calls what the test has defined to be called by a harness, and does not call itself."""
        source = self._source
        definitions = references = None
        if "check" in source or "test" in source or "Test" in source:
            definitions, references = definitions_and_references(source)
        if not definitions:
            return
        if self._entry_point and "check" in definitions and "check" not in references:
            found = self._examiner.ask("find", self._entry_point)
            if type(found) is not list:
                raise NotFound(found)
            self._completed(namespace["check"](found[0]))
        for hook in ("setup_module", "setUpModule"):
            if hook in definitions and hook not in references and self._unittest is None:
                namespace[hook]()
        for name in definitions:
            value = namespace.get(name)
            if name in references:
                continue
            if name.startswith("test") and callable(value) and not isinstance(value, type):
                self._call(value)
            elif isinstance(value, type) and not self._is_case(value) and name.startswith("Test"):
                self._call_methods(value)
        if self._unittest is not None and not self._unittest.has_run:
            self._unittest.run([
                value for value in namespace.values() if self._is_case(value)
            ])

    def _is_case(self, value):
        return self._unittest is not None and isinstance(value, type) and issubclass(value, self._unittest.case)

    def _call_methods(self, cls):
        for name in dir(cls):
            if name.startswith("test") and callable(getattr(cls, name)):
                instance = cls()
                getattr(instance, "setup_method", int)()
                self._call(getattr(instance, name))
                getattr(instance, "teardown_method", int)()

    def _call(self, function):
        for arguments in _parameter_sets(function):
            try:
                self._completed(function(**arguments))
            except self._skip_types as error:
                if is_remote(error):
                    raise

    def _completed(self, value):
        return calls.completed(value, self, self._limit)

    def is_failure(self, error):
        return self._examiner.is_failure(error)

    def report(self, error):
        """Prints the traceback of an exception that nobody has caught: where it was raised, and where it came from."""
        if is_remote(error):
            try:
                self._examiner.ask("trace", error)
            except BaseException:
                pass
        error.__traceback__ = _without_harness(error.__traceback__)
        ending.report(error)

    def message(self, error, trace):
        """The line of the test that failed, and what the assertion says."""
        last = None
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == TEST_FILE:
                last = trace
            trace = trace.tb_next
        first, lines = self._position(last) if last is not None else (0, [])
        snippet = " ".join(line.strip() for line in lines)
        if len(snippet) > _SNIPPET_LIMIT:
            snippet = snippet[:_SNIPPET_LIMIT] + "…"
        said = ending.describe(error).partition(": ")[2]
        return f"line {first}: {snippet}" + (f" ({said})" if said else "")

    def _position(self, trace):
        """The first line number of what was running, and its lines."""
        position = next(islice(trace.tb_frame.f_code.co_positions(), trace.tb_lasti // 2, None), (None,) * 4)
        first, end = position[:2]
        if first is None:
            first = end = trace.tb_lineno
        return first, self._source.splitlines()[first - 1:end or first]

    def show_source(self):
        """Lets tracebacks quote the test, which is no file."""
        try:
            import linecache

            linecache.cache[TEST_FILE] = (
                len(self._source), None, self._source.splitlines(keepends=True), TEST_FILE)
        except Exception:
            pass


def _parameter_sets(function):
    """The keyword arguments of each run: one without, or those of `pytest.mark.parametrize`."""
    sets = [{}]
    for mark in getattr(function, "pytestmark", ()):
        if mark.name != "parametrize":
            continue
        names, rows = mark.args[0], mark.args[1]
        if isinstance(names, str):
            names = [name.strip() for name in names.split(",")]
        rows = [getattr(row, "values", row) if type(row).__name__ == "ParameterSet" else
                ((row,) if len(names) == 1 else row) for row in rows]
        sets = [{**row_before, **dict(zip(names, row))} for row in rows for row_before in sets]
    return sets


def _without_harness(trace):
    """The same traceback without the frames that carry a call to the submission."""
    frames = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_HARNESS):
            frames.append(trace)
        trace = trace.tb_next
    kept = None
    for trace in reversed(frames):
        kept = type(trace)(kept, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
    return kept
