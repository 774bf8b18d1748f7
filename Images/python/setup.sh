#!/bin/sh
# Runs once in the tree, after the packages are installed and before what is not needed is removed.
set -eu

# While Debian moves to the next Python, packages hold their extension modules for both.
suffix=$(python3 -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
find /usr/lib/python3/dist-packages -name '*.cpython-*.so' ! -name "*$suffix" -delete

# The standard library's sitecustomize is a link into /etc. The runner's caps how many frames an uncaught exception
# prints: with a raised recursion limit that would otherwise take longer than the program.
for folder in /etc/python3.*; do
    ln -sf /usr/lib/assay/sitecustomize.py "$folder/sitecustomize.py"
done
# What was compiled of the one that was there before is of no use to this one, which the runner compiles.
for compiled in /usr/lib/python3.*/__pycache__/sitecustomize.*.pyc; do
    ln -sf "/usr/lib/assay/__pycache__/${compiled##*/}" "$compiled"
done
