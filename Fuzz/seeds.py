"""Writes seeds for the fuzzers: seeds.py FOLDER, run in the repository's root; ops/fuzz does it.

They come from the strings in the tests, from ops/examples, and from the open data set beside the repository where it
is there. A seed is at most 4 KB; what is longer starts no useful search.
"""
import gzip
import json
import pathlib
import re
import struct
import sys

LIMIT = 4096
DATA = pathlib.Path("../shared/data")
STRING = re.compile(r'"""\n(.*?)"""|#"(.*?)"#|"((?:[^"\\\n]|\\.)+)"', re.DOTALL)
ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]+\}|.)", re.DOTALL)


def main(folder):
    def write(target, seeds):
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        for index, seed in enumerate(sorted({seed for seed in seeds if len(seed) <= LIMIT})):
            (place / f"{index:05}").write_bytes(seed)

    rules, formats, model = (list(strings(f"Tests/{name}Tests")) for name in ("GradingRules", "DatasetFormats", "GradingModel"))
    records = list(open_data())
    bodies = [path.read_bytes() for path in pathlib.Path("ops/examples").glob("*.json")]
    values = [json.dumps(test.get(key)).encode() for record in records for test in record["tests"][:3] for key in ("args", "expected")]
    infos = [record["verification_info"].encode() for record in records if record.get("verification_info")]
    outputs = [test["expected"].encode() for record in records for test in record["tests"][:3] if record["kind"] == "stdin_stdout"]

    write("JailMessages", messages())
    write("JSONText", prefixed(b"\x00", formats + model + values + bodies))
    write("Requests", formats + bodies + infos + [request(record) for record in records])
    known = [json.dumps(record).encode() for record in records]
    answers = [answer(info.decode()) for info in infos] + [request(record) for record in records]
    write("Records", prefixed(b"\x00", formats + known + answers))
    write("PythonLiterals", prefixed(b"\x00", formats + values + infos + [repr(json.loads(value)).encode() for value in values]))
    fenced = [f"Here:\n```{record['language']}\n{record['code']}\n```\n".encode() for record in records]
    write("Completions", prefixed(b"\x00", rules + fenced))
    pairs = [one + b"\x01" + other for one, other in zip(rules, rules[1:])] + [output + b"\x01" + output for output in outputs]
    write("Texts", prefixed(b"\x00\x00\x00", pairs))
    jsons = [text for text in rules + model if is_json(text)] + values
    pairs = [one + b"\x01" + other for one, other in zip(jsons, jsons[1:])] + [text + b"\x01" + text for text in jsons]
    write("Values", prefixed(b"\x00\x00\x00\x00", pairs))
    write("Frames", rules + [b'{"returned":' + value + b"}" for value in jsons])


def answer(info):
    """A record of SYNTHETIC-1, as bytes."""
    return json.dumps({
        "problem_id": "1", "task_type": "verifiable_code", "verification_info": info, "llm_response": "```\nx\n```",
        "metadata": "{'time_limit': '2 seconds', 'memory_limit': None}", "score": 1.0,
    }).encode()


def strings(folder):
    """What stands in string literals of Swift sources, as bytes."""
    for path in sorted(pathlib.Path(folder).glob("*.swift")):
        for match in STRING.finditer(path.read_text()):
            block, raw, plain = match.groups()
            if plain is not None:
                plain = ESCAPE.sub(lambda escape: unescaped(escape[1]), plain)
            yield (block or raw or plain or "").encode("utf-8", "surrogatepass")


def unescaped(escape):
    if escape.startswith("u{"):
        return chr(int(escape[2:-1], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(escape, escape)


def open_data():
    for path in sorted(DATA.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            yield from map(json.loads, lines)


def request(record):
    fields = {"stdin_stdout": {"input": "stdin", "output": "expected"}, "assertions": {"code": "code"}}
    names = fields.get(record["kind"], {"fn_name": "fn_name", "input": "args", "output": "expected"})
    tests = [{"type": record["kind"]} | {ours: test.get(theirs) for ours, theirs in names.items()} for test in record["tests"][:2]]
    return json.dumps({"language": record["language"], "code": record["code"], "tests": tests}).encode()


def is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def prefixed(choices, seeds):
    return [choices + seed for seed in seeds]


def messages():
    """Messages as Sources/JailProtocol writes them; the first two bytes are the kind and the number of descriptors."""

    def text(string):
        return struct.pack("<I", len(string.encode())) + string.encode()

    def many(*elements):
        return struct.pack("<I", len(elements)) + b"".join(elements)

    limits = struct.pack("<QQQIQQII", 1_500_000, 8_000_000, 256 << 20, 64, 64 << 20, 256 << 20, 1024, 32768)
    for examiner in (b"\0", b"\1" + text("/usr/bin/python3") + many(text("python3")) + many(text("A=b"))):
        yield b"\0\x08" + text("python/3f2a") + b"\0" + text("/bin/true") + many(text("true")) + many(text("PATH=/bin")) + many(
            text("main.py") + struct.pack("<IB", 0, 1)
        ) + many(struct.pack("<II", 0, 2)) + many(struct.pack("<IIQ", 1, 3, 1 << 20)) + b"\1" + text("main") + struct.pack(
            "<IQ", 4, 9
        ) + examiner + limits
    check = text("cgroup") + b"\1" + text("v2") + text("")
    yield b"\1\0\0" + text("v2") + text("6.18") + many(check, check)
    yield b"\1\0\1"
    report = struct.pack("<BiBQQQI", 0, 1, 2, 3, 4, 5, 6)
    yield b"\1\0\2" + report + many(struct.pack("<IQB", 1, 2, 0)) + b"\0" + many(text("ptrace") + struct.pack("<Q", 1))
    yield b"\1\0\3" + text("mount /proc") + struct.pack("<i", 1) + text("detail")
    yield b"\2\0\0" + struct.pack("<Q", 9)
    yield b"\2\0\1" + struct.pack("<BiBQ", 1, 9, 1, 77)
    yield b"\2\0\2" + text("execute") + struct.pack("<i", 2) + text("detail")
    yield b"\2\0\3" + struct.pack("<iQ", 101, 4)
    yield b"\3\0" + "path/ü/e\u0301/👩‍💻".encode() * 16


main(pathlib.Path(sys.argv[1]))
