"""Sets the interpreter up as a submission expects it, and runs the request."""

import builtins
import posix
import sys

import sitecustomize as _  # tracebacks as in all programs of the image

from . import ending, values
from .channel import Channel
from .submission import Submission

_RECURSION_LIMIT = 50_000
PACKAGES = ("/usr/local/lib/python3/dist-packages", "/usr/lib/python3/dist-packages")


def main(limit):
    """Runs one request; `limit` is that of the response, in bytes. Does not return."""
    channel = Channel()
    try:
        request = values.decode(channel.request)
        folder = posix.getcwd()
        prepare(folder)
        submission = Submission(folder)
        if "expression" in request:
            from . import evaluation as mode
        else:
            from . import calls as mode
    except BaseException as error:
        ending.refused(channel, "harness", ending.describe(error))
    mode.run(channel, request, submission, limit)


def prepare(folder):
    """What `python3 main.py` in `folder` would find; the interpreter was started without `site` for speed.

    Without a folder (None) nothing is imported but the image's libraries.
    """
    from _sitebuiltins import Quitter, _Helper

    builtins.exit = Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.quit = Quitter("quit", "Ctrl-D (i.e. EOF)")
    builtins.help = _Helper()
    sys.argv = ["main.py"]
    if folder is not None:
        sys.path.insert(0, folder)
    sys.path += [path for path in PACKAGES if path not in sys.path]
    sys.setrecursionlimit(_RECURSION_LIMIT)
    sys.set_int_max_str_digits(0)
    sys.meta_path.insert(0, ForkByDefault)


class ForkByDefault:
    """Makes `multiprocessing` fork unless told otherwise.

    Since 3.14 it starts fresh interpreters, which would load the submission again, as a main program and without the
    preamble.
    """

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "multiprocessing.context":
            return None
        sys.meta_path.remove(cls)
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            module._default_context._default_context = module._concrete_contexts["fork"]

        spec.loader.exec_module = exec_module
        return spec
