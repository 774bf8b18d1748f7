"""What examiner and program say to each other: frames of JSON, in which plain values travel by value.

A frame is four bytes of length, then one JSON array. In it a list is an array, and each other compound is an object
with one member, whose name is its tag:

    {"t": [...]} tuple   {"d": [[k, v], ...]} dict   {"s": [...]} set   {"f": "nan"} float   {"b": "latin-1"} bytes
    {"#": n} the n-th mutable container of this call, arguments first   …   see `_TAGS` and `Codec.tagged`

What is not plain is left where it is; `peer.py` sends references to it. Nothing here trusts what it reads: whatever
is not as it should be raises `Malformed`, whether it has the wrong shape, type, size or depth.
"""

import sys
from _json import encode_basestring as _quoted, make_scanner
from _operator import is_ as _is

MAX_FRAME = 64 << 20

_SCALARS = frozenset((int, str, bool, type(None), float))
PLAIN = _SCALARS | {complex, bytes, tuple, frozenset, list, dict, set, bytearray}
_KEYS = dict.fromkeys
_VIEWS = {type({}.keys()): "dk", type({}.values()): "dv", type({}.items()): "di"}
_BYTES = {bytes: "b", bytearray: "ba"}
_SINGLES = {type(Ellipsis): "Ellipsis", type(NotImplemented): "NotImplemented"}


class Malformed(Exception):
    """A message that is none."""


class _Reading:
    strict = True
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = int
    memo = {}

    @staticmethod
    def parse_constant(name):
        raise Malformed(f"`{name}` is not JSON")


_scan = make_scanner(_Reading())


def parse(data):
    """The JSON array of a frame."""
    text = data.decode("utf-8", "surrogatepass")
    value, end = _scan(text, 0)
    if end != len(text) or type(value) is not list:
        raise Malformed("not one JSON array")
    return value


class Scope:
    """The mutable containers of one call, numbered as they come: by them sharing, cycles and changes are told."""

    __slots__ = ("items", "numbers", "seen")

    def __init__(self):
        self.items = []
        self.numbers = {}
        self.seen = None

    def add(self, container):
        self.numbers[id(container)] = len(self.items)
        self.items.append(container)

    def remember(self):
        """Keeps what is in the containers now, for `changed`."""
        self.seen = [content(item) for item in self.items]

    def changed(self):
        """Numbers of those that have other contents than when they were remembered."""
        return [
            number for number, before in enumerate(self.seen)
            if differs(before, content(self.items[number]))
        ]


def content(container):
    """What is in a mutable container, for `differs`."""
    if isinstance(container, dict):
        entries = [*container, *container.values()]
        factory = getattr(container, "default_factory", None)
        return entries if factory is None else [*entries, factory]
    if isinstance(container, set):
        return sorted(container, key=id)
    if isinstance(container, bytearray):
        return bytes(container)
    if hasattr(container, "dtype"):
        return container.tobytes()
    return list(container)


def differs(before, after):
    """Whether other objects are in a container than before."""
    if type(before) is bytes:
        return before != after
    return len(before) != len(after) or not all(map(_is, before, after))


class Codec:
    """Writes and reads values; `reference` and `dereferenced` are those that are not plain."""

    def reference(self, value, scope):
        raise NotImplementedError

    def dereferenced(self, tag, content, scope):
        raise NotImplementedError

    # -- writing -----------------------------------------------------------------------------------------------------

    def write(self, value, scope):
        kind = type(value)
        if kind is int:
            return int.__repr__(value)
        if kind is str:
            return _quoted(value)
        if value is None:
            return "null"
        if kind is bool:
            return "true" if value else "false"
        if kind is float:
            return _float(value)
        if kind is list:
            number = scope.numbers.get(id(value))
            if number is not None:
                return '{"#":%d}' % number
            scope.add(value)
            return self.write_items(value, scope)
        if kind is tuple:
            return '{"t":' + self.write_items(value, scope) + "}"
        return self._write_compound(value, kind, scope)

    def write_items(self, items, scope):
        items = list(items)
        kinds = set(map(type, items))
        if len(kinds) == 1:
            only = kinds.pop()
            if only is int:
                return "[" + ",".join(map(int.__repr__, items)) + "]"
            if only is str:
                return "[" + ",".join(map(_quoted, items)) + "]"
        return "[" + ",".join([self.write(item, scope) for item in items]) + "]"

    def _write_entries(self, value, scope):
        entries = list(value.items())
        if all(type(key) is str for key, _ in entries):
            return '{"D":{' + ",".join([_quoted(key) + ":" + self.write(item, scope) for key, item in entries]) + "}}"
        return '{"d":[' + ",".join([
            "[" + self.write(key, scope) + "," + self.write(item, scope) + "]" for key, item in entries]) + "]}"

    def _write_compound(self, value, kind, scope):
        number = scope.numbers.get(id(value))
        if number is not None:
            return '{"#":%d}' % number
        if kind is dict:
            scope.add(value)
            return self._write_entries(value, scope)
        if kind is set:
            scope.add(value)
            return '{"s":' + self.write_items(value, scope) + "}"
        if kind is frozenset:
            return '{"fs":' + self.write_items(value, scope) + "}"
        if kind in _BYTES:
            if kind is bytearray:
                scope.add(value)
            return '{"%s":%s}' % (_BYTES[kind], _quoted(value.decode("latin-1")))
        if kind is complex:
            return '{"c":[%s,%s]}' % (_float(value.real), _float(value.imag))
        if kind in _VIEWS:
            items = value if kind is not type({}.items()) else [list(entry) for entry in value]
            return '{"%s":%s}' % (_VIEWS[kind], self._write_plain(items, scope))
        if kind is range:
            return '{"r":[%d,%d,%d]}' % (value.start, value.stop, value.step)
        if kind is slice:
            return '{"sl":' + self.write_items((value.start, value.stop, value.step), scope) + "}"
        if kind in _SINGLES:
            return '{"g":"builtins:%s"}' % _SINGLES[kind]
        tagged = _LIBRARY.get((kind.__module__, kind.__name__))
        if tagged is not None and getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind:
            return tagged(self, value, scope)
        text = self._write_numpy(value, kind, scope)
        return self.reference(value, scope) if text is None else text

    def _write_plain(self, items, scope):
        """Lists that are not values of the program's, and so have no number."""
        return "[" + ",".join([
            self._write_plain(item, scope) if type(item) is list and type(items) is list else self.write(item, scope)
            for item in items]) + "]"

    def _write_numpy(self, value, kind, scope):
        if not kind.__module__.startswith("numpy"):
            return None
        numpy = sys.modules.get("numpy")
        if numpy is None or not (kind is numpy.ndarray or isinstance(value, numpy.generic)):
            return None
        if value.dtype.kind not in "biufcmMSU":
            return None
        if kind is numpy.ndarray:
            scope.add(value)
        return '{"np":[%s,%s,%s]}' % (
            _quoted(value.dtype.str),
            "null" if kind is not numpy.ndarray else "[" + ",".join(map(str, value.shape)) + "]",
            _quoted(value.tobytes().decode("latin-1")))

    def write_change(self, container, scope):
        """The contents of a container that both sides have."""
        if isinstance(container, dict):
            return self._write_entries(container, scope)
        if isinstance(container, bytearray):
            return _quoted(container.decode("latin-1"))
        if hasattr(container, "dtype"):
            return _quoted(container.tobytes().decode("latin-1"))
        return self.write_items(container, scope)

    # -- reading -----------------------------------------------------------------------------------------------------

    def read(self, raw, scope):
        kind = type(raw)
        if kind is list:
            scope.add(raw)
            return self.read_items(raw, scope)
        if kind is not dict:
            return raw
        if len(raw) != 1:
            raise Malformed("a compound with other than one tag")
        (tag, content), = raw.items()
        reader = _TAGS.get(tag)
        if reader is None:
            return self.dereferenced(tag, content, scope)
        return reader(self, content, scope)

    def read_items(self, raw, scope):
        """The same list, each item as the value it stands for."""
        if type(raw) is not list:
            raise Malformed("not a list")
        if not _SCALARS.issuperset(map(type, raw)):
            for position, item in enumerate(raw):
                if type(item) is list or type(item) is dict:
                    raw[position] = self.read(item, scope)
        return raw

    def _fill(self, target, tag, content, scope):
        if tag == "D":
            if type(content) is not dict:
                raise Malformed("not a dictionary")
            for key, item in content.items():
                target[key] = self.read(item, scope)
            return target
        for key, item in content:
            key = self.read(key, scope)
            target[key] = self.read(item, scope)
        return target

    def read_change(self, container, raw, scope):
        """Gives a container of ours the contents it has on the other side."""
        if isinstance(container, dict):
            (tag, content), = raw.items()
            fresh = self._fill({}, tag, content, scope)
            container.clear()
            for key, item in fresh.items():
                container[key] = item
        elif isinstance(container, bytearray):
            container[:] = raw.encode("latin-1")
        elif hasattr(container, "dtype"):
            numpy = sys.modules["numpy"]
            container[...] = numpy.frombuffer(raw.encode("latin-1"), container.dtype).reshape(container.shape)
        elif isinstance(container, set):
            fresh = set(self.read_items(raw, scope))
            container.clear()
            container.update(fresh)
        elif isinstance(container, list):
            container[:] = self.read_items(raw, scope)
        else:
            fresh = self.read_items(raw, scope)
            container.clear()
            container.extend(fresh)


def _float(value):
    text = float.__repr__(value)
    return text if text[-1] not in "nf" else '{"f":"' + text + '"}'


def _read_new(make):
    """Of an immutable value that `make` makes of its items."""
    return lambda codec, content, scope: make(codec.read_items(content, scope))


def _read_registered(make, fill):
    def read(codec, content, scope):
        target = make()
        scope.add(target)
        fill(target, codec.read_items(content, scope))
        return target
    return read


def _read_entries(tag):
    def read(codec, content, scope):
        target = {}
        scope.add(target)
        return codec._fill(target, tag, content, scope)
    return read


def _read_back(codec, content, scope):
    if type(content) is not int or content < 0:
        raise Malformed("a number of no container")
    return scope.items[content]


def _read_bytearray(codec, content, scope):
    target = bytearray(content.encode("latin-1"))
    scope.add(target)
    return target


def _read_number(codec, content, scope):
    if content not in ("nan", "inf", "-inf"):
        raise Malformed("not a float")
    return float(content)


def _read_complex(codec, content, scope):
    real, imaginary = [codec.read(part, scope) for part in content]
    return complex(real, imaginary)


def _read_integers(make):
    def read(codec, content, scope):
        if not all(type(part) is int for part in content):
            raise Malformed("not an integer")
        return make(*content)
    return read


def _view(method):
    def read(codec, content, scope):
        if method == "items":
            return {key: item for key, item in (codec.read_items(entry, scope) for entry in content)}.items()
        items = codec.read_items(content, scope)
        return _KEYS(items).keys() if method == "keys" else dict(enumerate(items)).values()
    return read


def _read_numpy(codec, content, scope):
    import numpy

    name, shape, data = content
    kind = numpy.dtype(name)
    if type(name) is not str or kind.kind not in "biufcmMSU":
        raise Malformed("not an array")
    array = numpy.frombuffer(data.encode("latin-1"), kind)
    if shape is None:
        return array[0]
    array = array.reshape(shape).copy()
    scope.add(array)
    return array


# -- values of the standard library ----------------------------------------------------------------------------------

def _write_library(tag, parts):
    return lambda codec, value, scope: '{"%s":[%s]}' % (
        tag, ",".join([codec.write(part, scope) for part in parts(value)]))


def _write_container(tag, parts):
    def write(codec, value, scope):
        scope.add(value)
        return '{"%s":[%s]}' % (tag, ",".join(parts(codec, value, scope)))
    return write


def _date_parts(value):
    return (value.year, value.month, value.day)


def _time_parts(value):
    return (value.hour, value.minute, value.second, value.microsecond, value.tzinfo, value.fold)


_LIBRARY = {
    ("decimal", "Decimal"): _write_library("dec", lambda value: (str(value),)),
    ("fractions", "Fraction"): _write_library("frac", lambda value: (value.numerator, value.denominator)),
    ("datetime", "date"): _write_library("date", _date_parts),
    ("datetime", "time"): _write_library("time", _time_parts),
    ("datetime", "datetime"): _write_library("dt", lambda value: _date_parts(value) + _time_parts(value)),
    ("datetime", "timedelta"): _write_library("td", lambda value: (value.days, value.seconds, value.microseconds)),
    ("datetime", "timezone"): _write_library("tz", lambda value: value.__getinitargs__()),
    ("collections", "deque"): _write_container(
        "dq", lambda codec, value, scope: (codec.write(value.maxlen, scope), codec.write_items(value, scope))),
    ("collections", "OrderedDict"): _write_container(
        "od", lambda codec, value, scope: (codec._write_entries(value, scope),)),
    ("collections", "Counter"): _write_container(
        "ct", lambda codec, value, scope: (codec._write_entries(value, scope),)),
    ("collections", "defaultdict"): _write_container(
        "dd", lambda codec, value, scope: (
            codec.write(value.default_factory, scope), codec._write_entries(value, scope))),
}


def _make(module, name):
    return getattr(__import__(module), name)


def _read_library(module, name):
    return lambda codec, content, scope: _make(module, name)(*codec.read_items(content, scope))


def _read_moment(name):
    def read(codec, content, scope):
        *parts, zone, fold = codec.read_items(content, scope)
        return _make("datetime", name)(*parts, tzinfo=zone, fold=fold)
    return read


def _read_mapping(name):
    def read(codec, content, scope):
        target = _make("collections", name)()
        scope.add(target)
        if name == "defaultdict":
            target.default_factory = codec.read(content[0], scope)
        (tag, entries), = content[-1].items()
        return codec._fill(target, tag, entries, scope)
    return read


def _read_deque(codec, content, scope):
    target = _make("collections", "deque")([], content[0])
    scope.add(target)
    target.extend(codec.read_items(content[1], scope))
    return target


_TAGS = {
    "#": _read_back,
    "t": _read_new(tuple),
    "d": _read_entries("d"),
    "D": _read_entries("D"),
    "s": _read_registered(set, set.update),
    "fs": _read_new(frozenset),
    "f": _read_number,
    "c": _read_complex,
    "b": lambda codec, content, scope: content.encode("latin-1"),
    "ba": _read_bytearray,
    "r": _read_integers(range),
    "sl": lambda codec, content, scope: slice(*codec.read_items(content, scope)),
    "dk": _view("keys"),
    "dv": _view("values"),
    "di": _view("items"),
    "np": _read_numpy,
    "dec": _read_library("decimal", "Decimal"),
    "frac": _read_library("fractions", "Fraction"),
    "date": _read_library("datetime", "date"),
    "time": _read_moment("time"),
    "dt": _read_moment("datetime"),
    "td": _read_library("datetime", "timedelta"),
    "tz": _read_library("datetime", "timezone"),
    "dq": _read_deque,
    "od": _read_mapping("OrderedDict"),
    "ct": _read_mapping("Counter"),
    "dd": _read_mapping("defaultdict"),
}
