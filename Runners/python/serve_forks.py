"""The fork server of all other entries: `python3 -s -S -P serve_forks.py`. See assay_harness/fork_server.py."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0])
from assay_harness import fork_server

script, arguments = fork_server.serve_harness()

# In a child, and at the depth of the script that the run names.
if script.endswith("/run.py"):
    from assay_harness import main

    main.main(int(arguments[0]) * 1024)
elif script.endswith("/serve.py"):
    from assay_harness import program

    program.main()
elif script.endswith("/examine.py"):
    from assay_harness import examiner

    examiner.main(int(arguments[0]) * 1024)
else:
    with open(script, "rb") as file:
        exec(compile(file.read(), script, "exec"), {"__name__": "__main__", "__file__": script})
