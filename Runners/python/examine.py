"""Entry of the examiner of assertions: `python3 -s -S -P examine.py OUTPUT_KB`. See assay_harness/examiner.py."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0])
from assay_harness import examiner

del sys.path[0]
examiner.main(int(sys.argv[1]) * 1024)
