"""Runs a checker or an interactor: the program of a problem's author, with its own arguments.

`python3 jury.py PROGRAM ARGUMENT…`. It runs as by itself, but that an exception which nobody caught ends it by SIGABRT: the
status 1 that Python has for that is a verdict here.
"""

import os
import runpy
import signal
import sys


def crash(kind, error, trace):
    own = trace
    while own and own.tb_frame.f_code.co_filename != sys.argv[0]:
        own = own.tb_next
    trace = own or trace
    sys.__excepthook__(kind, error.with_traceback(trace), trace)
    sys.stderr.flush()
    signal.signal(signal.SIGABRT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGABRT)


sys.excepthook = crash
sys.argv = sys.argv[1:]
sys.path[0] = os.getcwd()
sys.set_int_max_str_digits(0)
runpy.run_path(sys.argv[0], run_name="__main__")
