"""Fork servers of the image's Python, without a jail: `plain_fork.c` stands in for the jail's part.

`Warm` runs a command as a child of the server that `PythonToolchain.swift` would choose; see harness.py.
"""

import array
import atexit
import os
import resource
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

HERE = os.path.dirname(os.path.realpath(__file__))
RUNNERS = os.path.join(HERE, "../../../Runners/fork")

_ENTER = """
mount --make-rprivate /
mount --bind "$2" "$1/work"
mount --bind "$3" "$1/usr/lib/assay/libassay_fork.so"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/dev"
mkdir -m 1777 "$1/dev/shm"
for node in null zero full random urandom; do : > "$1/dev/$node"; mount --bind "/dev/$node" "$1/dev/$node"; done
root=$1; shift 3
exec /usr/sbin/chroot "$root" /usr/bin/env -u PWD -C /work LD_BIND_NOW=1 LD_PRELOAD=/usr/lib/assay/libassay_fork.so "$@"
"""


class ForkServer:
    """One server; its children find the folder as /work."""

    def __init__(self, root, folder, library, arguments, environment):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        command = ["unshare", "--mount", "sh", "-euc", _ENTER, "sh", root, folder, library, *arguments]
        self.process = subprocess.Popen(
            command, env={**environment, "ASSAY_FORK_SERVER": str(number)}, pass_fds=[number], cwd="/",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (4 << 30, 4 << 30)))
        theirs.close()
        self.busy = threading.Lock()
        self.is_closed = False

    def start(self, arguments, descriptors, user, stack):
        """Has a child forked; `wait` gives its status."""
        self.busy.acquire()
        data = struct.pack("=QQ", user, stack) + b"".join(os.fsencode(argument) + b"\0" for argument in arguments)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        try:
            self.socket.sendmsg([data], rights)
        except BrokenPipeError:
            self._gone()

    def _gone(self):
        self.is_closed = True
        raise AssertionError(f"the fork server is gone: {self.process.communicate()[1].decode()}")

    def wait(self, timeout=None):
        """Return code as `subprocess` has it, and CPU time in seconds."""
        self.socket.settimeout(timeout)
        try:
            answer = self.socket.recv(24)
        except ConnectionResetError:
            answer = b""
        self.busy.release()
        if not answer:
            self._gone()
        status, cpu, self.faults = struct.unpack("=qqq", answer)
        return os.waitstatus_to_exitcode(status), cpu / 1e6

    def close(self):
        self.is_closed = True
        self.process.kill()
        self.process.communicate()
        self.socket.close()


class Warm:
    """Servers that are started when first needed, and a folder that all of them have as /work."""

    def __init__(self, root, environment):
        self.root = root
        self.environment = environment
        self.folder = tempfile.mkdtemp()
        self._library = os.path.join(tempfile.mkdtemp(), "libplain_fork.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self._library, "-fvisibility=hidden", "-I", RUNNERS,
                        os.path.join(HERE, "plain_fork.c"), os.path.join(RUNNERS, "python.c"),
                        os.path.join(RUNNERS, "huge_pages.c"), os.path.join(RUNNERS, "huge_text.c")], check=True)
        self._servers = {}
        atexit.register(self.close)

    def server(self, arguments, source, which=""):
        """The server for a run; an examiner needs another one than the program beside it."""
        modules = "numpy" if b"numpy" in source else ""
        command = ["python3", "main.py"] if arguments[1] == "main.py" else [
            "python3", "-s", "-S", "-P", "/usr/lib/assay/serve_forks.py"]
        key = (tuple(command), modules, which)
        if key not in self._servers or self._servers[key].is_closed:
            environment = {**self.environment, "ASSAY_FORK_MODULES": modules} if modules else self.environment
            self._servers[key] = ForkServer(self.root, self.folder, self._library, command, environment)
        return self._servers[key]

    def fill(self, files):
        """The next run's work folder."""
        for entry in os.scandir(self.folder):
            shutil.rmtree(entry) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)
        os.chmod(self.folder, 0o777)
        for name, contents in files:
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(contents)

    def close(self):
        for server in self._servers.values():
            server.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(os.path.dirname(self._library), ignore_errors=True)


class Process:
    """A child of a server, with as much of `subprocess.Popen` as harness.py uses."""

    def __init__(self, server, arguments, descriptors, user, stack):
        self._server = server
        self._ended = None
        self.cpu = self.returncode = None
        server.start(arguments, descriptors, user, stack)

    def wait(self, timeout=None):
        if self.returncode is None:
            self.returncode, self.cpu = self._server.wait(timeout)
        return self.returncode

    def kill(self):
        """A child that has not ended goes with its server."""
        if self.returncode is None:
            self._server.close()

    def communicate(self, data, timeout=None):
        parts = {}

        def drain(name):
            with getattr(self, name) as stream:
                parts[name] = stream.read()

        def feed():
            try:
                self.stdin.write(data)
                self.stdin.close()
            except BrokenPipeError:
                pass

        threads = [threading.Thread(target=drain, args=(name,)) for name in ("stdout", "stderr")]
        threads += [threading.Thread(target=feed)]
        for thread in threads:
            thread.start()
        self.wait(timeout)
        for thread in threads:
            thread.join()
        return parts["stdout"], parts["stderr"]
