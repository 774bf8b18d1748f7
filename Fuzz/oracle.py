"""Says what texts mean to Python: JSON by the json module, literals by ast.literal_eval.

Read from stdin: a letter (J or P), four bytes of length, the text. Written to stdout: a letter (V value, E refused,
S skipped), then two byte strings with four bytes of length before each: for V the value as JSON with the tags $float,
$set and $map, and its repr; for E the reason.
"""
import ast
import json
import re
import struct
import sys
import warnings

sys.set_int_max_str_digits(0)
sys.setrecursionlimit(20_000)
warnings.simplefilter("ignore")

SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Skip(Exception):
    """What the two sides are known to read in different ways."""


def tagged(node):
    """The value of a literal's node, as JSON text with tags; sets in the order of the text."""
    if isinstance(node, ast.Constant):
        return scalar(node.value)
    if isinstance(node, (ast.List, ast.Tuple)):
        return "[" + ",".join(map(tagged, node.elts)) + "]"
    if isinstance(node, ast.Set):
        return '{"$set":[' + ",".join(map(tagged, unique(node.elts).values())) + "]}"
    if isinstance(node, ast.Dict):
        keys = unique(node.keys)
        values = {ast.literal_eval(key): value for key, value in zip(node.keys, node.values)}
        pairs = (f"[{tagged(node)},{tagged(values[key])}]" for key, node in keys.items())
        return '{"$map":[' + ",".join(pairs) + "]}"
    if isinstance(node, ast.Call):
        return '{"$set":[]}'
    if isinstance(node, ast.UnaryOp):
        value = ast.literal_eval(node)
        return scalar(value)
    raise Skip  # arithmetic: complex numbers


def unique(nodes):
    """The first of equal nodes, by value."""
    first = {}
    for node in nodes:
        key = ast.literal_eval(node)
        if holds_bytes(key):
            raise Skip  # b'a' and 'a' are one key to us
        first.setdefault(key, node)
    return first


def holds_bytes(key):
    return isinstance(key, bytes) or isinstance(key, tuple) and any(map(holds_bytes, key))


def scalar(value):
    if value is None or isinstance(value, (bool, str)):
        if isinstance(value, str) and SURROGATE_PAIR.search(value):
            raise Skip  # a pair of escapes is one character to us
        return json.dumps(value)
    if isinstance(value, bytes):
        return json.dumps(value.decode("ascii", "surrogateescape"))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value:
            return '{"$float":"nan"}'
        if value in (float("inf"), float("-inf")):
            return '{"$float":"%s"}' % value
        return repr(value)
    raise Skip  # complex numbers, ellipsis


def literal(text):
    try:
        value = ast.literal_eval(text)
    except (MemoryError, RecursionError):
        raise Skip from None
    return tagged(ast.parse(text.lstrip(" \t"), mode="eval").body), repr(value)


def plain(value):
    """A value of the json module, as JSON text with tags."""
    if isinstance(value, list):
        return "[" + ",".join(map(plain, value)) + "]"
    if isinstance(value, dict):
        return '{"$map":[' + ",".join(f"[{plain(key)},{plain(item)}]" for key, item in value.items()) + "]}"
    return scalar(value)


def refuse(word):
    raise ValueError(f"{word} is not JSON")


def answer(kind, text):
    try:
        text = text.decode()
        if kind == b"P":
            return b"V", *literal(text)
        value = json.loads(text, parse_constant=refuse)
        return b"V", plain(value), ""
    except (Skip, RecursionError):
        return b"S", "", ""
    except Exception as error:  # whatever it is, it is Python's no
        return b"E", f"{type(error).__name__}: {error}", ""


def main():
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(5):
        text = source.read(struct.unpack(">I", head[1:])[0])
        kind, *parts = answer(head[:1], text)
        sink.write(kind)
        for part in parts:
            part = part.encode("utf-8", "surrogatepass")
            sink.write(struct.pack(">I", len(part)) + part)
        sink.flush()


main()
