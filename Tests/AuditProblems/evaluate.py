#!/usr/bin/env python3
"""Compares findings with what was planted: evaluate.py FOLDER, as ops/audit-check leaves it."""
import collections
import json
import os
import sys


def records(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    failed = False
    print(f"{'set':22} {'problems':>8} {'right':>8} {'by its own code':>16} {'wrong':>6}")
    for name in ["audit-planted", "translations-planted", "audit-sound", "translations-sound"]:
        path = os.path.join(folder, name + ".findings")
        if not os.path.exists(path):
            continue
        found = collections.defaultdict(set)
        for finding in records(path):
            if finding["severity"] != "note":
                # A record that cannot be read has no id but its line.
                found[finding["problem_id"]].add(finding["code"])
        if name.endswith("planted"):
            wanted = expected[name.split("-")[0]]
            lines = {f"line {i}": r["problem_id"] for i, r in enumerate(records(path.replace(".findings", ".jsonl")), 1)}
            for line, identifier in lines.items():
                found[identifier] |= found.pop(line, set())
            wrong = [f"{key}: nothing found" for key in wanted if not found[key]]
            named = sum(bool(found[key] & set(codes)) for key, codes in wanted.items())
            other = [f"{key}: {', '.join(sorted(found[key]))} instead of {' or '.join(codes)}"
                     for key, codes in wanted.items() if found[key] and not found[key] & set(codes)]
            total = len(wanted)
        else:
            total = len(records(os.path.join(folder, name + ".jsonl")))
            wrong = [f"{key}: {', '.join(sorted(codes))}" for key, codes in found.items() if codes]
            named, other = "", []
        print(f"{name:22} {total:8} {total - len(wrong):8} {named:>16} {len(wrong):6}")
        for line in wrong + other:
            print("    " + line)
        failed = failed or bool(wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
