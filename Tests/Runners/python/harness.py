"""Runs submissions through the Python harness with real pipes, as the jail does.

    python3 -m unittest discover -s Tests/Runners/python
    ASSAY_PYTHON=/path/to/python3 …          another interpreter (3.11 or newer)
    ASSAY_PYTHON_ROOT=/path/to/rootfs …      the interpreter and harness of a built image (needs root)
    ASSAY_PYTHON_WARM=1 …                    with that: as children of fork servers
"""

import fcntl
import functools
import json
import os
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
from dataclasses import dataclass

import forks

sys.set_int_max_str_digits(0)

ROOT = os.environ.get("ASSAY_PYTHON_ROOT")
PYTHON = os.environ.get("ASSAY_PYTHON", "/usr/bin/python3")
RUNNERS = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../../Runners/python"))
WARM = ROOT is not None and os.environ.get("ASSAY_PYTHON_WARM") == "1"
TIMEOUT_S = 30
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/work", "TMPDIR": "/tmp", "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONINTMAXSTRDIGITS": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
USERS = (61_000, 61_001)  # of program and examiner, where root runs the tests; nobody else's

_ENTER = """
mount --make-rprivate /
mount --bind "$2" "$1/work"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/dev"
mkdir -m 1777 "$1/dev/shm"
for node in null zero full random urandom; do : > "$1/dev/$node"; mount --bind "/dev/$node" "$1/dev/$node"; done
root=$1; user=$3; cwd=$4; shift 4
exec /usr/sbin/chroot --userspec="$user:$user" "$root" /usr/bin/env -u PWD -C "$cwd" "$@"
"""


@dataclass
class Outcome:
    status: int
    frame: object
    stdout: bytes
    stderr: str

    def __getattr__(self, name):
        """`outcome.returned`, `outcome.error`, …: a member of the frame; fails where there is none."""
        if isinstance(self.frame, dict) and name in self.frame:
            return self.frame[name]
        raise AssertionError(f"no `{name}` in {self}")


def version():
    return tuple(map(int, _answer("import sys; print(*sys.version_info[:2])").split()))


def has_module(name):
    return _answer(f"import importlib.util as u; print(u.find_spec({name!r}) is not None)").strip() == "True"


def _answer(code):
    python = ["/usr/sbin/chroot", ROOT, "python3"] if ROOT else [PYTHON]
    return subprocess.run([*python, "-c", code], capture_output=True, text=True, check=True).stdout


def _entering(folder, user):
    return ["unshare", "--mount", "sh", "-euc", _ENTER, "sh", ROOT, folder, str(user), "/work" if user == 1000 else "/"]


def _command(arguments, folder, user=1000):
    if ROOT:
        return [*_entering(folder, user), *arguments]
    return [PYTHON, *(argument.replace("/usr/lib/assay", RUNNERS) for argument in arguments[1:])]


@functools.cache
def _servers():
    return forks.Warm(os.path.realpath(ROOT), ENVIRONMENT)


def run(arguments, code, request=None, stdin=b"", stack_mb=512, files=(), examiner=None, warm=WARM):
    """Runs `python3` with `arguments` in a folder that holds `code` as main.py; `request` makes a channel.

    With `examiner`, the arguments of a second process, the request and the channel are that one's.
    """
    if warm:
        files = [(name, contents.encode("utf-8", "surrogateescape") if isinstance(contents, str) else contents)
                 for name, contents in [("main.py", code), *files]]
        servers = _servers()
        servers.fill(files)
        source = files[0][1] + json.dumps(request).encode()
        return _run((arguments, servers.server(arguments, source), 1000), None, request, stdin, stack_mb,
                    examiner and (examiner, servers.server(examiner, source, "examiner"), 1001))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        for name, contents in [("main.py", code), *files]:
            if isinstance(contents, str):
                contents = contents.encode("utf-8", "surrogateescape")
            with open(os.path.join(folder, name), "wb") as file:
                file.write(contents)
        return _run(_command(arguments, folder), folder, request, stdin, stack_mb,
                    examiner and _command(examiner, folder, user=1001))


def _run(command, folder, request, stdin, stack_mb, examiner=None):
    """One process with the request as its channel, or, where there is an examiner, that with the channel beside it."""
    (request_read, request_write), (response_read, response_write) = os.pipe(), os.pipe()
    ends = [request_read, response_write]
    if examiner is not None:
        (call_read, call_write), (answer_read, answer_write) = os.pipe(), os.pipe()
        ends += [call_read, answer_write, answer_read, call_write]
    # As root under users of their own, so that what the program could do to the examiner is tried too.
    program_user, examiner_user = [
        {"user": user, "group": user} if examiner and os.geteuid() == 0 and not ROOT else {} for user in USERS]
    process = _start(command, folder, stack_mb, ends[2:4] if examiner else ends if request is not None else [],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                     **program_user)
    processes = [process]
    if examiner is not None:
        processes.append(_start(examiner, "/", stack_mb, ends[:2] + ends[4:], stdin=subprocess.DEVNULL,
                                stdout=process.inherited[0], stderr=process.inherited[1], **examiner_user))
    for end in {*ends, *(end for each in processes for end in getattr(each, "inherited", ()))}:
        os.close(end)
    response = []
    readers = [
        threading.Thread(target=_feed, args=(request_write, json.dumps(request).encode() if request else b"")),
        threading.Thread(target=_collect, args=(response_read, response)),
    ]
    for reader in readers:
        reader.start()
    try:
        stdout, stderr = process.communicate(stdin, timeout=TIMEOUT_S)
        for other in processes:
            other.wait(timeout=TIMEOUT_S)
    finally:
        for each in processes:
            each.kill() if isinstance(each, forks.Process) else _kill(each)
    for reader in readers:
        reader.join()
    outcome = Outcome(process.returncode, _frame(b"".join(response)), stdout, stderr.decode("utf-8", "replace"))
    if processes[-1].returncode and examiner is not None:
        raise AssertionError(f"the examiner ended with {processes[-1].returncode}: {outcome}")
    return outcome


def _kill(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _start(command, folder, stack_mb, descriptors, **options):
    """A process with `descriptors` as 3, 4 and so on."""
    if isinstance(command, tuple):
        return _fork(*command, stack_mb, descriptors, options)

    def prepare():
        # Moved up first: either end may stand where another has to go.
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, 200) for end in descriptors]
        for number, end in enumerate(high):
            os.dup2(end, 3 + number)
        os.closerange(3 + len(high), 400)
        resource.setrlimit(resource.RLIMIT_STACK, (stack_mb << 20, stack_mb << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.setsid()

    inherited = []
    for name in ("stdout", "stderr"):
        if options[name] is subprocess.PIPE:
            read, write = os.pipe()
            options[name] = write
            inherited.append((read, write))
    process = subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, close_fds=False, preexec_fn=prepare, **options)
    if inherited:
        process.inherited = [write for _, write in inherited]
        process.stdout, process.stderr = [os.fdopen(read, "rb") for read, _ in inherited]
    return process


def _fork(arguments, server, user, stack_mb, descriptors, options):
    """As `_start`, but by a fork server."""
    ends, ours, inherited = [], {}, []
    for name in ("stdin", "stdout", "stderr"):
        if options[name] == subprocess.PIPE:
            read, write = os.pipe()
            ends.append(read if name == "stdin" else write)
            ours[name] = os.fdopen(write, "wb") if name == "stdin" else os.fdopen(read, "rb")
        else:
            ends.append(os.open("/dev/null", os.O_RDONLY) if options[name] == subprocess.DEVNULL
                        else os.dup(options[name]))
    process = forks.Process(server, arguments, ends + list(descriptors), user, stack_mb << 20)
    vars(process).update(ours)
    os.close(ends[0])
    process.inherited = ends[1:]
    return process


def _feed(descriptor, data):
    try:
        while data:
            data = data[os.write(descriptor, data):]
    except BrokenPipeError:
        pass
    os.close(descriptor)


def _collect(descriptor, parts):
    while part := os.read(descriptor, 1 << 16):
        parts.append(part)
    os.close(descriptor)


def _frame(data):
    """The one frame; None for none; the raw bytes where they are anything else."""
    if not data:
        return None
    if len(data) < 4 or len(data) != 4 + struct.unpack(">I", data[:4])[0]:
        return data
    return json.loads(data[4:].decode("utf-8"))


class HarnessTest(unittest.TestCase):
    """What the tests of this folder share."""

    maxDiff = None

    def call(self, code, function, *arguments, in_place=False, output_kb=4096, **options):
        request = {"function": function, "arguments": list(arguments), "in_place": in_place}
        return run(["python3", "-s", "-S", "-P", "/usr/lib/assay/run.py", str(output_kb)], code, request, **options)

    def run_test(self, code, test, entry_point=None, **options):
        request = {"test": test, "entry_point": entry_point}
        return run(["python3", "-s", "-S", "-P", "/usr/lib/assay/serve.py"], code, request,
                   examiner=["python3", "-s", "-S", "-P", "/usr/lib/assay/examine.py", "4096"], **options)

    def evaluate(self, code, expression, **options):
        request = {"expression": expression}
        return run(["python3", "-s", "-S", "-P", "/usr/lib/assay/run.py", "4096"], code, request, **options)

    def check(self, code, test=None, entry_point=None):
        command = ["python3", "-I", "-S", "/usr/lib/assay/check.py"]
        if test is None:
            return run(command, code)
        return run([*command, "--test"], code, {"test": test, "entry_point": entry_point})

    def program(self, code, stdin=b"", **options):
        return run(["python3", "main.py"], code, stdin=stdin, **options)

    def assert_returns(self, expected, code, function="f", *arguments, **options):
        outcome = self.call(code, function, *arguments, **options)
        self.assertEqual((outcome.frame, outcome.status), ({"returned": expected}, 0), outcome.stderr)
        return outcome

    def assert_passes(self, code, test, entry_point=None, **options):
        outcome = self.run_test(code, test, entry_point, **options)
        self.assertEqual((outcome.frame, outcome.status), ({"assertions": "passed"}, 0), outcome.stderr)
        return outcome

    def assert_fails(self, code, test, entry_point=None, **options):
        """A failed assertion; returns its message."""
        outcome = self.run_test(code, test, entry_point, **options)
        self.assertEqual((outcome.assertions, outcome.status), ("failed", 0), outcome)
        return outcome.message

    def assert_error(self, outcome, kind="exception", status=1):
        """An error frame; returns its message."""
        self.assertEqual((outcome.error, outcome.status), (kind, status), outcome)
        return outcome.message

    def assert_errs(self, code, test, entry_point=None, kind="exception", **options):
        """An error frame of a test, whose program then ends well; returns its message."""
        return self.assert_error(self.run_test(code, test, entry_point, **options), kind, status=0)

    def assert_no_frame(self, outcome):
        self.assertIsNone(outcome.frame, outcome)
