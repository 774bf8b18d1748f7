"""Entry of the harness for function_call: `python3 -s -S -P run.py OUTPUT_KB`."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0])
from assay_harness import main

del sys.path[0]
main.main(int(sys.argv[1]) * 1024)
