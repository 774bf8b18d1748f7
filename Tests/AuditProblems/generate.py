#!/usr/bin/env python3
"""Writes the problems that an audit and a check of translations are tried on: sound ones, and ones with a planted defect.

    generate.py FOLDER [--data ../shared/data] [--sample N]

writes into FOLDER
    audit-planted.jsonl, audit-sound.jsonl                  for assay audit
    translations-planted.jsonl, translations-sound.jsonl    for assay check-translations
    expected.json                                           which codes may name each planted defect, by problem id

With --data, the open data set's right solutions are among the sound problems. With --sample, so many of the sound
records are taken, at random but the same each time; of translations whole problems, with as many records together.
"""
import argparse
import gzip
import json
import os
import random

from defects import audit_defects, translation_defects
from templates import CALLS, LANGUAGES, PROGRAMS


def expected_value(name, arguments):
    scope = {}
    exec(CALLS[name][2]["python"], scope)
    return scope[name](*json.loads(json.dumps(arguments)))


def expected_output(name, text):
    import contextlib
    import io
    import sys

    out, before = io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(text)
    try:
        with contextlib.redirect_stdout(out):
            exec(PROGRAMS[name][2]["python"], {})
    finally:
        sys.stdin = before
    return out.getvalue()


def tests_of(name):
    if name in CALLS:
        return [
            {"type": "function_call", "fn_name": name, "input": row, "output": expected_value(name, row)}
            for row in CALLS[name][1]
        ]
    return [{"type": "stdin_stdout", "input": text, "output": expected_output(name, text)} for text in PROGRAMS[name][1]]


def record(identifier, language, code, tests, statement="", **fields):
    """A record of SYNTHETIC-1, or of our own shape where a field is there that the former has no place for."""
    fence = {"python": "python", "javascript": "javascript", "cpp": "cpp", "rust": "rust"}[language]
    gold = None if code is None else f"```{fence}\n{code}```\n"
    common = {"problem_id": identifier, "prompt": statement, "gold_standard_solution": gold}
    if fields.pop("own", False) or fields:
        return {**common, "language": language, "tests": tests, **fields}
    return {
        **common,
        "source": "assay",
        "task_type": "verifiable_code",
        "in_source_id": None,
        "verification_info": json.dumps({"language": language, "test_cases": tests}),
        "metadata": "{}",
    }


def sound_templates():
    for name, (statement, _, solutions) in {**CALLS, **PROGRAMS}.items():
        for language in LANGUAGES:
            yield name, language, statement, solutions[language], tests_of(name)


# What the open data set has that is not sound, as the audit or the check found: by the record's id without its kind.
NOT_SOUND = {
    "hx/rust/4": "the assertions lack an abs: assert!(f(…) - 1.0 < 1e-6) holds for every small constant",
}
NOT_TRANSLATED = {
    "hx/rust/58": "keeps duplicates, of which the original keeps one",
}


def without_repeats(tests):
    """Each test once: contests' packages have samples among the secret tests again, and so has mbpp/508, as is found."""
    by_text = {}
    for test in tests:
        by_text.setdefault(json.dumps({**test, "name": None}, sort_keys=True), test)
    return list(by_text.values())


def open_data(folder):
    """The right solutions, one a problem and language."""
    for file in ["function_call", "humaneval_x", "stdin_stdout"]:
        seen = set()
        with gzip.open(os.path.join(folder, file + ".jsonl.gz"), "rt") as lines:
            for line in lines:
                known = json.loads(line)
                key = (known.get("problem") or known["id"], known["language"])
                if known["expected_verdict"] != "accepted" or known.get("needs") or key in seen:
                    continue
                if file == "function_call" and "canonical" not in known["tags"]:
                    continue
                seen.add(key)
                if file != "humaneval_x":
                    known["tests"] = without_repeats(known["tests"])
                    # The same tests once more, as text.
                    known.pop("verification_info", None)
                yield file, known


def sample(records, count, group):
    """Some groups of records that together have at least `count`, in their order."""
    groups = {}
    for value in records:
        groups.setdefault(group(value), []).append(value)
    names = sorted(groups)
    random.Random(1).shuffle(names)
    taken, chosen = 0, set()
    for name in names:
        if taken >= count:
            break
        chosen.add(name)
        taken += len(groups[name])
    return [value for value in records if group(value) in chosen]


def problem_of(value):
    """python/area and cpp/area are one problem, as are hx/python/3 and hx/js/3."""
    parts = value["problem_id"].split("/")
    return parts[-1] if len(parts) == 2 else f"{parts[0]}/{parts[-1]}"


def write(path, records):
    with open(path, "w", encoding="utf-8") as out:
        for value in records:
            out.write(json.dumps(value, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--data")
    parser.add_argument("--sample", type=int)
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)

    expected = {"audit": {}, "translations": {}}
    planted = []
    for codes, value in audit_defects(record, tests_of):
        expected["audit"][value["problem_id"]] = codes
        planted.append(value)
    write(os.path.join(options.folder, "audit-planted.jsonl"), planted)

    translations = []
    for codes, values in translation_defects(record, tests_of):
        expected["translations"][values[-1]["problem_id"]] = codes
        translations += values
    write(os.path.join(options.folder, "translations-planted.jsonl"), translations)

    sound = [record(f"{name}-{language}", language, code, tests, statement)
             for name, language, statement, code, tests in sound_templates()]
    pairs = [record(f"{language}/{name}", language, code, tests, statement)
             for name, language, statement, code, tests in sound_templates()]
    if options.data:
        for file, known in open_data(options.data):
            # The task's id without the kind of record: hx/js/0/canonical.
            task = known["id"].rsplit("/", 1)[0]
            if task not in NOT_SOUND:
                sound.append(known)
            if file == "humaneval_x" and task not in NOT_TRANSLATED:
                pairs.append(
                    record(task, known["language"], known["code"], known["tests"], known.get("prompt") or "", own=True)
                )
    if options.sample:
        sound = sample(sound, options.sample, lambda value: value.get("problem_id") or value["id"])
        pairs = sample(pairs, options.sample, problem_of)
    write(os.path.join(options.folder, "audit-sound.jsonl"), sound)
    write(os.path.join(options.folder, "translations-sound.jsonl"), pairs)
    with open(os.path.join(options.folder, "expected.json"), "w", encoding="utf-8") as out:
        json.dump(expected, out, indent=1)


if __name__ == "__main__":
    main()
