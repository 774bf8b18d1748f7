"""Read by every `python3` in the image at its start.

Tracebacks are documented to show 1000 levels at most (`sys.tracebacklimit`). Since 3.13 Python code prints them, and
all of them: 70 µs a level, over a minute for a runaway recursion under `sys.setrecursionlimit(10**6)`, which made a
time limit of what is a RecursionError.

It is also where the fork server of programs stays: before the interpreter looks at its script.
"""

import sys

_print = sys.__excepthook__


def excepthook(kind, error, trace):
    shown = error
    for _ in range(100):
        if shown is None:
            break
        shown.__traceback__ = last_levels(shown.__traceback__)
        shown = shown.__cause__ or shown.__context__
    _print(kind, error, error.__traceback__)


def last_levels(trace, limit=1000):
    """The part of a traceback that is printed."""
    first = ahead = trace
    for _ in range(limit):
        if ahead is None:
            return first
        ahead = ahead.tb_next
    while ahead is not None:
        first, ahead = first.tb_next, ahead.tb_next
    return first


sys.excepthook = excepthook


def _serve():
    import posix

    if b"ASSAY_FORK_SERVER" in posix.environ:
        sys.path.insert(0, "/usr/lib/assay")
        from assay_harness import fork_server

        del sys.path[0]
        fork_server.serve_programs()


_serve()
del _serve
