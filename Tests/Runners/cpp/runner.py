"""Builds programs with the C++ runner and runs them through real pipes on descriptors 3 and 4.

ASSAY_CPP_ROOT names a Debian tree with g++ whose /usr/lib/assay holds Runners/cpp after its install.sh; commands run in
it through chroot, so this needs root. Without the variable the host itself must be such a system.
"""

import fcntl
import json
import os
import pathlib
import resource
import shutil
import struct
import subprocess
import tempfile

ROOT = os.environ.get("ASSAY_CPP_ROOT", "/")
# The same as in CppToolchain.swift.
FLAGS = [
    "-O2", "-std=gnu++20", "-static", "-s", "-fuse-ld=gold", "-pipe", "-DONLINE_JUDGE", "-Wno-unused-result",
    "-fmax-errors=20", "-fdiagnostics-color=never",
]
PRECOMPILED = ["-isystem", "/usr/lib/assay/precompiled/light", "-include"]


def is_available():
    return os.path.exists(os.path.join(ROOT, "usr/lib/assay/channel.o")) and (ROOT == "/" or os.geteuid() == 0)


class Program:
    """One build; `status` and `stderr` are the compiler's."""

    def __init__(self, kind, code, options=(), test=None, head="", flags=(), more=()):
        self.folder = tempfile.mkdtemp(prefix="cpp-runner-", dir=os.path.join(ROOT, "tmp"))
        files = {"main.cpp": code}
        if test is not None:
            files.update({"test.cpp": test, "test_head.cpp": head})
        files.update(more)
        for name, text in files.items():
            pathlib.Path(self.folder, name).write_bytes(text.encode() if isinstance(text, str) else text)
        inside = os.path.join("/tmp", os.path.basename(self.folder))
        if "--prelude" in options or "--rename" in options:
            flags = [*PRECOMPILED, "bits/stdc++.h", *flags]
        command = ["/usr/lib/assay/build", kind, *options, "--", *FLAGS, *flags]
        done = subprocess.run(
            ["chroot", ROOT, "sh", "-c", 'cd "$0" && exec "$@"', inside, *command], capture_output=True, timeout=120
        )
        self.status = done.returncode
        self.stderr = done.stderr.decode(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def run(self, request, cpu_seconds=10):
        """Answers (frame, wait status, stdout, stderr). The frame is decoded JSON, None if there is none."""
        if not isinstance(request, bytes):
            request = json.dumps(request).encode()
        request_read, request_write = os.pipe()
        answer_read, answer_write = os.pipe()
        outputs = [os.path.join(self.folder, name) for name in ("stdout", "stderr")]
        child = os.fork()
        if child == 0:
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 50) for end in (request_read, answer_write)]
            streams = [os.open("/dev/null", os.O_RDONLY)]
            streams += [os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC) for path in outputs]
            streams = [fcntl.fcntl(stream, fcntl.F_DUPFD, 50) for stream in streams]
            for target, source in enumerate(streams + ends):
                os.dup2(source, target)
            os.closerange(5, 256)
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.execv(os.path.join(self.folder, "main"), ["main"])
        os.close(request_read)
        os.close(answer_write)
        try:
            while request:
                request = request[os.write(request_write, request):]
        except BrokenPipeError:
            pass
        os.close(request_write)
        answer = b""
        while piece := os.read(answer_read, 1 << 16):
            answer += piece
        os.close(answer_read)
        status = os.waitpid(child, 0)[1]
        texts = [pathlib.Path(path).read_bytes() for path in outputs]
        return self.frame(answer), status, *texts

    @staticmethod
    def frame(answer):
        if not answer:
            return None
        (length,) = struct.unpack(">I", answer[:4])
        assert length == len(answer) - 4, f"frame of {length} bytes, {len(answer) - 4} came"
        return json.loads(answer[4:].decode("utf-8"))

    def call(self, function, *arguments, in_place=False):
        return self.run({"function": function, "arguments": list(arguments), "in_place": in_place})
