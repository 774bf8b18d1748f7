"""Entry of the program under test in assertions: `python3 -s -S -P serve.py`. See assay_harness/program.py."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0])
from assay_harness import program

del sys.path[0]
program.main()
