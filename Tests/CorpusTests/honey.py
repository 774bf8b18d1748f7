"""What the probes of Tests/Corpus look for on the host: things with the text HONEY-7f3a in every place that has a name.

Root. Says "ready" on stdout when all of it stands, and takes it down when stdin ends or SIGTERM comes. Only one runs at a time: the
next waits. Being a root process called assay-honey, with HONEY in its environment, it is one of these things itself.
"""

import ctypes
import fcntl
import os
import selectors
import shutil
import signal
import socket
import sys

TEXT = b"HONEY-7f3a"
FOLDER = "/var/tmp/assay-honey"
PORT = 47811
SHM_KEY = 0x61737361

libc = ctypes.CDLL(None, use_errno=True)
KEYCTL, ADD_KEY = 250, 248
KEYCTL_UNLINK, USER_KEYRING = 9, -4
PR_SET_NAME = 15
IPC_RMID, IPC_CREAT = 0, 0o1000


def check(result, what):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), what)
    return result


def write(path, mode):
    with open(path, "wb") as file:
        file.write(TEXT)
    os.chmod(path, mode)


def add_shared_memory():
    libc.shmat.restype = ctypes.c_void_p
    stale = libc.shmget(SHM_KEY, 0, 0)
    if stale >= 0:
        libc.shmctl(stale, IPC_RMID, None)
    segment = check(libc.shmget(SHM_KEY, ctypes.c_size_t(4096), IPC_CREAT | 0o666), "shmget")
    address = libc.shmat(segment, None, 0)
    ctypes.memmove(address, TEXT, len(TEXT))
    libc.shmdt(ctypes.c_void_p(address))
    return segment


def add_queue():
    libc.mq_unlink(b"/assay-honey")
    os.umask(0)
    queue = check(libc.mq_open(b"/assay-honey", os.O_RDWR | os.O_CREAT, 0o666, None), "mq_open")
    check(libc.mq_send(queue, TEXT, ctypes.c_size_t(len(TEXT)), 0), "mq_send")
    os.umask(0o022)


def listeners():
    os.umask(0)
    for family, kind, address in [
        (socket.AF_UNIX, socket.SOCK_STREAM, FOLDER + "/socket"),
        (socket.AF_UNIX, socket.SOCK_STREAM, "\0assay-honey"),
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", PORT)),
    ]:
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen(64)
        yield listener
    os.umask(0o022)


def answer(listener):
    try:
        if listener.type == socket.SOCK_DGRAM:
            _, sender = listener.recvfrom(4096)
            listener.sendto(TEXT, sender)
        else:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(TEXT)
    except OSError:
        pass  # A client that is gone again is no concern of ours.


def main():
    if "HONEY" not in os.environ:
        # What stands in /proc/PID/environ is what a process was started with.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"HONEY": TEXT.decode()})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    libc.prctl(PR_SET_NAME, b"assay-honey", 0, 0, 0)
    lock = open("/run/assay-honey.lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX)

    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER + "/writable")
    os.chmod(FOLDER, 0o755)
    os.chmod(FOLDER + "/writable", 0o777)
    write(FOLDER + "/secret", 0o644)
    write("/dev/shm/assay-honey", 0o644)
    segment = add_shared_memory()
    add_queue()
    key = libc.syscall(ADD_KEY, b"user", b"assay-honey", TEXT, ctypes.c_size_t(len(TEXT)), USER_KEYRING)
    try:
        with selectors.DefaultSelector() as selector:
            for listener in listeners():
                selector.register(listener, selectors.EVENT_READ)
            selector.register(0, selectors.EVENT_READ)
            print("ready" if key >= 0 else "ready, but the host has no keyrings", flush=True)
            while True:
                for ready, _ in selector.select():
                    if ready.fileobj == 0:
                        if not os.read(0, 4096):
                            return
                    else:
                        answer(ready.fileobj)
    finally:
        shutil.rmtree(FOLDER)
        os.unlink("/dev/shm/assay-honey")
        libc.shmctl(segment, IPC_RMID, None)
        libc.mq_unlink(b"/assay-honey")
        if key >= 0:
            libc.syscall(KEYCTL, KEYCTL_UNLINK, key, USER_KEYRING)


main()
