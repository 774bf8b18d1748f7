"""The call of one assertion: made as the test would make it, answered with its value, whose comparison is the service's.

Nothing is converted, awaited or searched for, as nothing is in an assertion.
"""

import sys

from . import ending, preamble, values
from .test_source import TEST_FILE

_type_mro, _vars = type.__dict__["__mro__"].__get__, type.__dict__["__dict__"].__get__
_is_true = bool


def run(channel, request, submission, limit):
    """Loads the submission, evaluates the call, answers. Does not return."""
    expression = request["expression"]
    try:
        code = compile(expression, TEST_FILE, "eval", dont_inherit=True)
    except BaseException as error:  # the service sends none but those that compile
        ending.refused(channel, "harness", ending.describe(error))
    try:
        stopped = submission.load()
        namespace = submission.module.__dict__
        for alias in ("solution", "submission"):
            sys.modules.setdefault(alias, submission.module)
        encoder = ExactEncoder(limit)
        try:
            preamble.prepare_test(expression, preamble.Mentions(expression, TEST_FILE), namespace)
            namespace["__name__"] = "__main__"
            value = eval(code, namespace)
        except NameError as error:
            raise stopped or error from None
        response = values.to_bytes('{"evaluated": ' + encoder.encode(value) + "}")
    except SystemExit as error:
        ending.left(channel, error)
    except values.ResultError as error:
        ending.refused(channel, "result", str(error))
    except BaseException as error:
        ending.uncaught(channel, error)
    ending.finish(channel, response, 0)


class ExactEncoder(values.Encoder):
    """Writes what `==` looks at: tuples, sets, bytes and maps have tags, a library's number is the plain one it equals.

    An instance of a class with an `__eq__` of its own equals no literal, whatever it says: it is `$other`.
    """

    def _container(self, value, kind):
        base = _plain_base(kind)
        if base is list:
            return self._array(list(values._list_iter(value)))
        if base is tuple:
            return self._tagged("$tuple", list(values._tuple_iter(value)))
        if base is dict:
            return self._map(list(values._dict_items(value)))
        if base is set:
            return self._tagged("$set", list(values._set_iter(value)))
        if base is frozenset:
            return self._tagged("$set", list(values._frozenset_iter(value)))
        if base in (bytes, bytearray):
            return self._tagged("$bytes", list(bytes.__iter__(value) if base is bytes else bytearray.__iter__(value)))
        if base is str:
            return self.encode(str.__str__(value))
        if base is int:
            return self._counted(values._int_repr(value))
        if base is float:
            return self._float(value)
        if kind in _VIEWS:
            return self._tagged("$set", list(value))
        return self._other(value, kind)

    def encode(self, value):
        if type(value) is str and not _is_text(value):
            return self._other(value, str)  # half a character; no literal that is asked for has one
        return super().encode(value)

    def _compound(self, value, kind):
        if id(value) in self._open or self._depth >= values._MAX_DEPTH:
            return self._other(value, kind)  # no literal contains itself, or is nested that deeply
        return super()._compound(value, kind)

    def _array(self, items):
        if str in set(map(type, items)):
            self._left -= len(items) + 1
            return "[" + ",".join(map(self.encode, items)) + "]"
        return super()._array(items)

    def _tagged(self, tag, items):
        self._depth += 1
        text = '{"' + tag + '":' + self._array(items) + "}"
        self._depth -= 1
        return text

    def _map(self, entries):
        self._left -= 4 * len(entries) + 2
        self._depth += 2
        text = ",".join(["[" + self.encode(key) + "," + self.encode(item) + "]" for key, item in entries])
        self._depth -= 2
        return '{"$map":[' + text + "]}"

    def _other(self, value, kind):
        plain = _plain_number(value, kind)
        if plain is not None:
            return self.encode(plain)
        truth = "true" if _is_true(value) else "false"
        name = values.quote("".join(c if c.isprintable() else "?" for c in values._name(kind)[:200]))
        return self._counted('{"$other":[' + name + "," + truth + "]}")


def _is_text(value):
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


# Types whose `__eq__` gives a plain counterpart what is the plain type's own answer.
def _like_their_base():
    collections = sys.modules.get("collections")
    return () if collections is None else (collections.OrderedDict, collections.Counter)


_VIEWS = (type({}.keys()), type({}.items()))
_PLAIN = (list, tuple, dict, set, frozenset, bytes, bytearray, str, int, float)


def _plain_base(kind):
    """The builtin that decides whether instances of `kind` equal a literal; None if it is no builtin."""
    for base in _type_mro(kind):
        if base in _PLAIN:
            return base
        if base not in _like_their_base() and not {"__eq__", "__ne__"}.isdisjoint(_vars(base)):
            return None
    return None


def _plain_number(value, kind):
    """The plain number that a number of the standard library or numpy is equal to, if there is one."""
    try:
        numpy, decimal = sys.modules.get("numpy"), sys.modules.get("decimal")
        fractions = sys.modules.get("fractions")
        if numpy is not None and issubclass(kind, numpy.generic) and kind.__module__ == "numpy":
            plain = value.item()
            return plain if type(plain) in (bool, int, float, str) else None
        if kind is complex:
            return value.real if value.imag == 0 else None
        is_exact = decimal is not None and kind is decimal.Decimal \
            or fractions is not None and kind is fractions.Fraction
        if not is_exact:
            return None
        if value == int(value):
            return int(value)
        return float(value) if value == float(value) else None
    except (ArithmeticError, ValueError):
        return None
