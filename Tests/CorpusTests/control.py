"""Runs one program of Tests/Corpus outside a jail: as root in an image's tree, with the host's /proc, /sys, /dev, /run
and /var/tmp, and with things to find: HONEY in the environment, descriptor 9 on the honey file, a controlling terminal.

    unshare --mount --propagation private python3 control.py IMAGE-TREE LANGUAGE FOLDER run|compile

FOLDER has `source` and `input`; stdout and stderr are written to files of these names there. The exit status is the
program's or the compiler's, 124 if it took more than 60 s.
"""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time

LIMIT = 60
FILES = {"python": "main.py", "javascript": "main.js", "cpp": "main.cpp", "rust": "main.rs"}
COMPILERS = {
    "python": ["python3", "-m", "py_compile", "main.py"],
    "javascript": ["node", "--check", "main.js"],
    "cpp": ["g++", "-O2", "-std=gnu++20", "-w", "main.cpp", "-o", "main"],
    "rust": ["rustc", "--edition", "2021", "-O", "-A", "warnings", "main.rs", "-o", "main"],
}
PROGRAMS = {"python": ["python3", "main.py"], "javascript": ["node", "main.js"], "cpp": ["./main"], "rust": ["./main"]}


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def make_tree(image, folder):
    """The image's tree below a layer in memory: a program that is let out would write to the image itself."""
    layer, root = folder + "/layer", folder + "/root"
    os.mkdir(layer)
    os.mkdir(root)
    mount("-t", "tmpfs", "tmpfs", layer)
    os.mkdir(layer + "/upper")
    os.mkdir(layer + "/work")
    mount("-t", "overlay", "-o", f"lowerdir={image},upperdir={layer}/upper,workdir={layer}/work", "overlay", root)
    for name in ["proc", "sys", "dev", "run", "var/tmp"]:
        os.makedirs(f"{root}/{name}", exist_ok=True)
        mount("--rbind", "/" + name, f"{root}/{name}")
    for name in ["tmp", "work"]:
        os.makedirs(f"{root}/{name}", exist_ok=True)
        os.chmod(f"{root}/{name}", 0o1777)
    return root


def kill_all(root):
    """Kills what was started in the tree, whatever session or group it is in now."""
    for _ in range(100):
        left = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/root") == root:
                    left.append(int(pid))
            except OSError:
                pass  # It has ended meanwhile.
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)
    sys.exit(f"control: {left} cannot be killed")


def run(root, command, folder):
    secret = os.open("/var/tmp/assay-honey/secret", os.O_RDONLY)
    terminal, end = pty.openpty()

    def enter():
        os.setsid()
        fcntl.ioctl(end, termios.TIOCSCTTY, 0)
        os.dup2(secret, 9)
        os.chroot(root)
        os.chdir("/work")

    environment = os.environ | {"PATH": "/usr/bin:/bin", "HOME": "/root", "HONEY": "HONEY-7f3a"}
    with open(folder + "/input") as stdin, open(folder + "/stdout", "wb") as stdout, open(
        folder + "/stderr", "ab"
    ) as stderr:
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=environment,
            preexec_fn=enter,
            pass_fds=(9,),
        )
        try:
            return process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            return 124
        finally:
            kill_all(root)
            process.wait()
            os.close(terminal)
            os.close(end)
            os.close(secret)


def main():
    image, language, folder, what = sys.argv[1:]
    root = make_tree(os.path.realpath(image), os.path.realpath(folder))
    with open(folder + "/source", "rb") as source, open(f"{root}/work/{FILES[language]}", "wb") as file:
        file.write(source.read())
    status = 0
    if what == "compile" or language in ("cpp", "rust"):
        status = run(root, COMPILERS[language], folder)
    if what == "run" and status == 0:
        status = run(root, PROGRAMS[language], folder)
    sys.exit(status if status >= 0 else 128 - status)


main()
