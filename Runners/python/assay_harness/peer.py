"""One end of the conversation between examiner and program: calls, references to what is not plain, stand-ins for it.

An object that is not plain stays in its process. The other side has a stand-in (an instance of a *mirror* of its
class) whose every use is a call back to where the object is. Calls are synchronous and nest in both directions. A
message is a JSON array: `["?", released, operation, ...]` asks; `["=", released, value, changes, news]` returns,
`["!", released, exception, changes, news]` raises. `changes` are those of the caller's mutable arguments.
"""

import _operator
import _thread
import builtins
import sys
from _weakref import ref as _weak

from . import wire

_PLAIN = (int, float, complex, str, bytes, tuple, frozenset)
_MUTABLE = (list, dict, set, bytearray)

BINARY = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "xor", "or")
_ORDER = ("lt", "le", "gt", "ge")
_UNARY = (
    "len", "iter", "next", "getitem", "setitem", "delitem", "contains", "call", "str", "repr", "format", "bytes",
    "hash", "bool", "int", "float", "index", "complex", "abs", "neg", "pos", "invert", "round", "trunc", "floor",
    "ceil", "enter", "exit", "reversed", "aiter", "anext", "aenter", "aexit", "await", "length_hint", "divmod",
    "fspath",
)
_SPECIAL = frozenset(
    [f"__{name}__" for name in (*_UNARY, *_ORDER, "eq", "ne")]
    + [f"__{side}{name}__" for name in BINARY for side in ("", "r", "i")]
    + ["send", "throw", "close", "__get__"])
_OF_GENERATORS = ("send", "throw", "close")
_SHARED_MODULES = ("builtins", "collections", "decimal", "fractions", "datetime")
_STANDARD = sys.stdlib_module_names
_NOT_RAISED = ("unittest", "doctest", "test")


class Ended(BaseException):
    """The other side is gone, or has said what is no message. Nothing can be asked any more."""


class Reference:
    """What a stand-in stands for: the number that its owner has given it."""

    __slots__ = ("number", "standin", "__weakref__")

    def __init__(self, number):
        self.number = number
        self.standin = None  # a weak reference, where the stand-in can have one


class Mirror(type):
    """The class of stand-ins of one class of the other side's; a stand-in itself."""

    def __new__(mcs, name, bases, namespace):
        """A class that our side derives from one of the other side's, where it is made."""
        if not all(isinstance(base, Mirror) for base in bases):
            raise TypeError(f"class {name} cannot be derived from classes of both the submission and the test")
        cell = namespace.pop("__classcell__", None)
        body = {key: _parts(value) for key, value in namespace.items() if key not in _NOT_DERIVED}
        cls = _peer.ask("derive", name, bases, body)
        if cell is not None:
            cell.cell_contents = cls
        return cls

    @property
    def __dict__(cls):
        """Only what Python itself looks for; `unittest.mock` takes the rest from where the class is."""
        return {name: value for name, value in _dictionary(cls).items()
                if type(value) is not _Inherited and not name.startswith("_assay_")}

    def __call__(cls, *arguments, **named):
        return _peer.ask("call", cls._assay_reference.number, arguments, named)

    def __getattr__(cls, name):
        if name.startswith("_assay_") or name in ("__abstractmethods__", "__annotate__", "__annotate_func__"):
            raise AttributeError(name)
        return _peer.ask("get", cls._assay_reference.number, name)

    def __setattr__(cls, name, value):
        _peer.ask("set", cls._assay_reference.number, name, value)

    def __delattr__(cls, name):
        _peer.ask("delete", cls._assay_reference.number, name)

    def __iter__(cls):
        return _peer.ask("special", cls._assay_reference.number, "__iter__", ())

    def __len__(cls):
        return _peer.ask("special", cls._assay_reference.number, "__len__", ())

    def __bool__(cls):
        return True

    def __getitem__(cls, key):
        return _peer.ask("special", cls._assay_reference.number, "__getitem__", (key,))

    def __contains__(cls, value):
        return any(value is member or value == member for member in cls)

    def __repr__(cls):
        return _peer.ask("special", cls._assay_reference.number, "__repr__", ())


Mirror.__doc__ = property(lambda cls: _peer.ask("get", cls._assay_reference.number, "__doc__"))
_dictionary = type.__dict__["__dict__"].__get__
_NOT_DERIVED = ("__module__", "__qualname__", "__firstlineno__", "__static_attributes__", "__annotate_func__",
                "__annotate__", "__annotations__", "__orig_bases__", "__type_params__", "__classdictcell__")


def _parts(value):
    """What a class's attribute is made of, each of which can be handed over."""
    kind = type(value)
    if kind is staticmethod or kind is classmethod:
        return [kind.__name__, value.__func__]
    if kind is property:
        return ["property", value.fget, value.fset, value.fdel]
    return ["", value]


class Standin:
    """What all stand-ins that are not values have in common."""

    __slots__ = ("_assay_own", "__weakref__")

    def __getattribute__(self, name):
        kind = type(self)
        if name == "__class__":
            return kind._assay_class or kind
        if name in kind._assay_methods:
            return Method(self, name)
        if name in _OF_GENERATORS and name in _dictionary(kind):
            return object.__getattribute__(self, name)
        if name == "__deepcopy__":
            return lambda _: _peer.ask("copy", _number(self), True)
        if name == "__copy__":
            return lambda: _peer.ask("copy", _number(self), False)
        return _peer.ask("get", _number(self), name)

    def __setattr__(self, name, value):
        _peer.ask("set", _number(self), name, value)

    def __delattr__(self, name):
        _peer.ask("delete", _number(self), name)

    def __dir__(self):
        return _peer.ask("special", _number(self), "__dir__", ())


_own = Standin.__dict__["_assay_own"]


class Derived:
    """What stand-ins have in common that are values too: of a class derived from a plain one, or an exception."""

    def __getattr__(self, name):
        if name.startswith("_assay_"):
            raise AttributeError(name)
        return _peer.ask("get", _number(self), name)


class Opaque:
    """The result of an operator on a stand-in and a value of ours.

    The value went to the other side for that, so the result may be made to fit it: it is never a plain value again, and
    never equal to one. Only its attributes and methods can be used.
    """

    __slots__ = ("_assay_own", "__weakref__")

    def __getattribute__(self, name):
        if name == "__class__":
            return Opaque
        return _peer.ask("get", _number(self), name)

    def __repr__(self):
        return "<what an operator of the submission's made of a value of the test's>"

    def _refuse(self, *_):
        raise TypeError("what an operator of the submission's made of a value of the test's has no value by itself; "
                        "use its attributes or methods")

    __bool__ = __len__ = __iter__ = __int__ = __float__ = __complex__ = __index__ = __str__ = __format__ = _refuse
    __contains__ = __hash__ = __bytes__ = __fspath__ = _refuse

    def __eq__(self, other):
        if is_standin(other) or type(other) is Opaque:
            return _peer.ask("operator", "eq", self, other)
        return NotImplemented

    def __ne__(self, other):
        if is_standin(other) or type(other) is Opaque:
            return _peer.ask("operator", "ne", self, other)
        return NotImplemented

    def _unary(name):
        return lambda self, *arguments: _peer.ask_opaque("special", _number(self), name, arguments)

    __abs__, __neg__, __pos__, __invert__ = map(_unary, ("__abs__", "__neg__", "__pos__", "__invert__"))
    __round__, __getitem__ = map(_unary, ("__round__", "__getitem__"))
    __trunc__, __floor__, __ceil__ = map(_unary, ("__trunc__", "__floor__", "__ceil__"))


class Method:
    """A method of a stand-in, that is called in one go."""

    __slots__ = ("_assay_of", "_assay_name")

    def __init__(self, of, name):
        _method_of.__set__(self, of)
        _method_name.__set__(self, name)

    def __call__(self, *arguments, **named):
        return _peer.ask("method", _number(_method_of.__get__(self)), _method_name.__get__(self), arguments, named)

    def __getattribute__(self, name):
        if name == "__class__":
            return _MethodType
        return getattr(_full(self), name)

    def __eq__(self, other):
        return type(other) is Method and _full(self) == _full(other)

    def __hash__(self):
        return hash(_full(self))

    def __repr__(self):
        return repr(_full(self))


_method_of, _method_name = Method.__dict__["_assay_of"], Method.__dict__["_assay_name"]
_MethodType = type(wire.Codec().write)


def _full(method):
    """The stand-in of the method itself."""
    return _peer.ask("get", _number(_method_of.__get__(method)), _method_name.__get__(method))


def is_standin(value):
    """Whether a value is an object of the other side's."""
    kind = type(value)
    return isinstance(kind, Mirror) or kind is Method


def is_remote(error):
    """Whether an exception was raised on the other side."""
    return "_assay_own" in error.__dict__


def _number(value):
    kind = type(value)
    if kind is Opaque:
        return _opaque_own.__get__(value).number
    if issubclass(kind, Standin):
        return _own.__get__(value).number
    return value.__dict__["_assay_own"].number


_opaque_own = Opaque.__dict__["_assay_own"]

# -- what a mirror does ----------------------------------------------------------------------------------------------


def _forwarding(name):
    def method(self, *arguments):
        return _peer.ask("special", _number(self), name, arguments)
    return method


def _arithmetic(operator, side):
    name = "i" + operator.rstrip("_") if side == "i" else operator

    def method(self, other):
        ask = _peer.ask
        if _peer.guarded and not is_standin(other):
            ask = _peer.ask_opaque
        return ask("operator", name, other, self) if side == "r" else ask("operator", name, self, other)
    return method


def _comparing(operator, base):
    special = f"__{operator}__"

    def method(self, other):
        if not _peer.guarded or is_standin(other) or type(other) is Opaque:
            return _peer.ask("operator", operator, self, other)
        if base in _PLAIN:
            return getattr(base, special)(self, other)
        if base is not None:
            content = _peer.ask("content", _number(self))
            if type(content) is base:
                return getattr(base, special)(content, other)
        return NotImplemented
    return method


def _bound(self, instance, owner=None):
    """Of a function: as an attribute of a class it is a method of the instances."""
    return self if instance is None else _MethodType(self, instance)


def _divmod(self, other):
    ask = _peer.ask_opaque if _peer.guarded and not is_standin(other) else _peer.ask
    return ask("special", _number(self), "__divmod__", (other,))


_PLAIN_TYPES = frozenset((*_PLAIN, *_MUTABLE))


def _contains(self, value):
    if not _peer.guarded or is_standin(value):
        return _peer.ask("special", _number(self), "__contains__", (value,))
    try:
        items = iter(self)
    except TypeError:
        raise TypeError("whether a value of the test's is in an object of the submission's that cannot be iterated "
                        "is not asked of the submission") from None
    return any(value is item or value == item for item in items)


def _exit(self, kind, error, trace):
    swallowed = _peer.ask("special", _number(self), "__exit__", (kind, error, None))
    return False if _peer.is_failure(error) else swallowed


async def _aexit(self, kind, error, trace):
    swallowed = await _peer.ask("special", _number(self), "__aexit__", (kind, error, None))
    return False if _peer.is_failure(error) else swallowed


def _await(self):
    return _peer.ask("await", _number(self))
    yield


def _send(self, value):
    """Of a coroutine: its result at once."""
    if type(self).__name__ == "coroutine":
        raise StopIteration(_peer.ask("await", _number(self)))
    return _peer.ask("special", _number(self), "send", (value,))


def _bodies(special, base):
    """The methods of a mirror whose class defines these."""
    body = {}
    for name in special:
        plain = name.strip("_")
        if plain in _ORDER or plain in ("eq", "ne"):
            body[name] = _comparing(plain, base)
        elif name in _ARITHMETIC:
            body[name] = _arithmetic(*_ARITHMETIC[name])
        else:
            body[name] = _BODIES.get(name) or _forwarding(name)
    return body


_BODIES = {
    "__contains__": _contains, "__exit__": _exit, "__aexit__": _aexit, "__await__": _await, "send": _send,
    "__divmod__": _divmod, "__get__": _bound,
    "__call__": lambda self, /, *arguments, **named: _peer.ask("call", _number(self), arguments, named),
}
_ARITHMETIC = {
    f"__{side}{name}__": (name + "_" if name in ("and", "or") else name, side)
    for name in BINARY for side in ("", "r", "i")
}


def _opaque_arithmetic(operator, side):
    return lambda self, other: _peer.ask_opaque("operator", operator, *((other, self) if side else (self, other)))


for _name, (_operation, _side) in _ARITHMETIC.items():
    if _side != "i":
        setattr(Opaque, _name, _opaque_arithmetic(_operation, _side))


class Peer(wire.Codec):
    """One end: `guarded` is the examiner's, which keeps its values to itself and answers little."""

    guarded = False

    def __init__(self, reading, writing):
        global _peer
        self._read, self._write = reading, writing
        self._lock = _thread.RLock()
        self._objects, self._numbers, self._next = {}, {}, 1
        self._described = {}
        self._standins, self._released = {}, []
        self._classes = {}
        self.ended = None
        _peer = self

    # -- asking ------------------------------------------------------------------------------------------------------

    def ask(self, operation, *operands):
        """Has the other side do something, and answers its own questions meanwhile."""
        with self._lock:
            return self._asked(operation, operands, self.read)

    def ask_opaque(self, operation, *operands):
        with self._lock:
            return self._asked("opaque", (operation, *operands), self._read_opaque)

    def _asked(self, operation, operands, read):
        if self.ended is not None:
            raise Ended(self.ended)
        scope = wire.Scope()
        mark = (0, len(self._described))
        self.before_asking()
        try:
            text = '"%s",%s' % (operation, ",".join([self.write(operand, scope) for operand in operands]))
        except BaseException:
            self._forget_since(mark, scope)
            raise
        self._send('["?",%s,%s,%s]' % (self._take_released(), self.surroundings(), text))
        while True:
            message = self._receive()
            if message[0] == "?":
                self._serve(message)
                continue
            try:
                kind, released, raw, changes, news = message
                self._release(released)
                value = (self.read if kind == "!" else read)(raw, scope)
                for number, change in changes:
                    self.read_change(scope.items[number], change, scope)
                self.take_news(news, scope)
            except Ended:
                raise
            except Exception as error:
                self._broken(error)
            if kind == "=":
                return value
            if kind != "!" or not isinstance(value, BaseException):
                self._broken("neither an answer nor an exception")
            raise self.raised(value, operation, operands)

    def _send(self, text):
        data = text.encode("utf-8", "surrogatepass")
        data = memoryview(len(data).to_bytes(4, "big") + data)
        try:
            while data:
                data = data[self._write(data):]
        except OSError:
            self.ended = self.ended or "it closed its end"
            raise Ended(self.ended) from None

    def _receive(self):
        size = int.from_bytes(self._exactly(4), "big")
        if size > wire.MAX_FRAME:
            self._broken(f"a message of {size} bytes")
        data = self._exactly(size)
        try:
            message = wire.parse(data)
            if message[0] not in ("?", "=", "!"):
                raise wire.Malformed("no kind of message")
        except Exception as error:
            self._broken(error)
        return message

    def _exactly(self, size):
        data = self._read(size) if size else b""
        if len(data) == size:
            return data
        parts, left = [data], size - len(data)
        while left:
            if not parts[-1]:
                self.ended = self.ended or "it ended"
                raise Ended(self.ended)
            parts.append(self._read(min(left, 1 << 20)))
            left -= len(parts[-1])
        return b"".join(parts)

    def _broken(self, error):
        self.ended = self.ended or f"what it said could not be read ({type(error).__name__}: {error})"
        raise Ended(self.ended) from None

    # -- answering ---------------------------------------------------------------------------------------------------

    def serve_forever(self):
        """Answers until the other side ends."""
        while True:
            try:
                self._serve(self._receive())
            except Ended:
                return

    def _serve(self, message):
        scope = wire.Scope()
        try:
            _, released, surroundings, operation, *raw = message
            self._release(released)
            name = "opaquely" if operation == "opaque" else "do_" + operation
            operands = [self.read(operand, scope) for operand in raw]
            handler = getattr(self, name)
        except Ended:
            raise
        except Exception as error:
            self._broken(error)
        scope.remember()
        state = self.enter(surroundings)
        mark = (len(scope.items), len(self._described))
        try:
            value = handler(*operands)
            kind, text = "=", (self.write if operation != "opaque" else self._write_opaque)(value, scope)
        except Ended:
            raise
        except BaseException as error:
            self._forget_since(mark, scope)
            kind, text = "!", self._write_exception(error, scope)
        changes = ",".join(["[%d,%s]" % (number, self.write_change(scope.items[number], scope))
                            for number in scope.changed()])
        news = self.leave(state, scope)
        self._send('["%s",%s,%s,[%s],%s]' % (kind, self._take_released(), text, changes, news))

    def _forget_since(self, mark, scope):
        """Takes back what was written, since it is not sent."""
        containers, classes = mark
        for container in scope.items[containers:]:
            del scope.numbers[id(container)]
        del scope.items[containers:]
        while len(self._described) > classes:
            self._described.popitem()

    def enter(self, surroundings):
        """What has to be so while a question is answered."""
        return None

    def leave(self, state, scope):
        return "null"

    def before_asking(self):
        pass

    def surroundings(self):
        return "null"

    def take_news(self, news, scope):
        pass

    def is_failure(self, error):
        return False

    def raised(self, error, operation, operands):
        """The exception to be raised for one that the other side's has raised."""
        return error

    def do_call(self, number, arguments, named):
        return self.object(number)(*arguments, **named)

    def do_method(self, number, name, arguments, named):
        return getattr(self.object(number), name)(*arguments, **named)

    def do_get(self, number, name):
        return getattr(self.object(number), name)

    def do_set(self, number, name, value):
        setattr(self.object(number), name, value)

    def do_delete(self, number, name):
        delattr(self.object(number), name)

    def do_special(self, number, name, arguments):
        target = self.object(number)
        function = _FUNCTIONS.get(name)
        return function(target, *arguments) if function else getattr(target, name)(*arguments)

    def do_operator(self, name, left, right):
        return getattr(_operator, name)(left, right)

    def do_copy(self, number, deep):
        import copy

        return (copy.deepcopy if deep else copy.copy)(self.object(number))

    def do_content(self, number):
        """The value that an object of a class derived from a plain one is, as that would see it."""
        target = self.object(number)
        base = plain_base(type(target))
        if base is None:
            raise TypeError("not derived from a plain type")
        return _CONTENT[base](target)

    def opaquely(self, operation, *operands):
        return getattr(self, "do_" + operation)(*operands)

    # -- references --------------------------------------------------------------------------------------------------

    def number_of(self, value):
        """Gives an object of ours a number; it lives on until the other side releases it."""
        number = self._numbers.get(id(value))
        if number is None:
            number, self._next = self._next, self._next + 1
            self._numbers[id(value)] = number
            self._objects[number] = value
        return number

    def object(self, number):
        """The object of ours that has the number."""
        value = self._objects[number]
        return value.value if type(value) is _Held else value

    def _release(self, numbers):
        for number in numbers:
            value = self._objects.get(number)
            if value is not None and not isinstance(value, type):
                del self._objects[number], self._numbers[id(value)]

    def _take_released(self):
        if not self._released:
            return "[]"
        numbers = []
        while self._released:
            numbers.append(self._released.pop())
        return "[" + ",".join([str(n) for n in numbers if n not in self._standins]) + "]"

    def reference(self, value, scope):
        kind = type(value)
        if kind is Opaque or type(kind) is not type and issubclass(type(kind), Mirror):
            return '{"m":%d}' % _number(value)
        if kind is Method:
            return '{"m":%d}' % _number(_full(value))
        if issubclass(kind, type):
            return self._write_class(value, scope)
        if issubclass(kind, BaseException):
            return self._write_exception(value, scope)
        if issubclass(kind, _Module):
            if "_number" in value.__dict__:
                return '{"m":%d}' % value._number
            return '{"mod":%s}' % wire._quoted(str(value.__name__))
        shared = self.shared_function(value, kind)
        if shared is not None:
            return '{"g":%s}' % wire._quoted(shared)
        base = plain_base(kind)
        if base in _PLAIN:
            content = self.write(_CONTENT[base](value), scope)
            return '{"v":[%d,%s,%s]}' % (self.number_of(value), self._write_class(kind, scope), content)
        self.check_exported(value, kind)
        return '{"o":[%d,%s]}' % (self.number_of(value), self._write_class(kind, scope, True))

    def shared_function(self, value, kind):
        """`module:name` of a function that the other side has as well."""
        return None

    def check_exported(self, value, kind):
        pass

    def _write_opaque(self, value, scope):
        return '{"o":[%d,null]}' % self._number_of_result(value)

    def _number_of_result(self, value):
        if type(value) in wire._SCALARS or type(value) in _PLAIN_TYPES:
            value = _Held(value)
        return self.number_of(value)

    def _read_opaque(self, raw, scope):
        number, _ = raw["o"]
        if type(number) is not int:
            raise wire.Malformed("not a reference")
        return self._standin(number, Opaque, _opaque_own)

    def _write_class(self, cls, scope, of_object=False):
        if isinstance(cls, Mirror):
            return '{"m":%d}' % cls._assay_reference.number
        if not of_object and is_shared(cls):
            return '{"g":"%s"}' % shared_name(cls)
        number = self.number_of(cls)
        if number in self._described:
            return '{"k":%d}' % number
        self._described[number] = True
        base = plain_base(cls)
        members = set()
        is_error = issubclass(cls, BaseException)
        methods = []
        for parent in cls.__mro__:
            if parent is object or parent is base or is_error and is_shared(parent):
                continue
            own = vars(parent)
            members |= {name for name in own if name in _SPECIAL and own[name] is not None}
            if "__getattribute__" not in own or cls.__module__ == "builtins":
                methods += [name for name in own if type(own[name]) in _FUNCTION_TYPES]
        if cls.__module__ != "builtins":
            methods += members.intersection(_OF_GENERATORS)
            members -= {*_OF_GENERATORS, "__get__"}
        elif cls.__name__ != "function":
            members.discard("__get__")
        if "__eq__" in members and cls.__hash__ is None:
            members.add("unhashable")
        bases = [parent for parent in cls.__bases__ if parent is not object
                 and (not is_shared(parent) or issubclass(parent, BaseException))]
        methods = [name for name in methods if not name.startswith("__") and name not in members]
        return '{"K":[%d,%s,%s,[%s],%s,%s,%s]}' % (
            number, wire._quoted(cls.__qualname__), wire._quoted(str(cls.__module__)),
            ",".join([self._write_class(parent, scope) for parent in bases]),
            self.write_items(sorted(members), scope), self.write_items(sorted(set(methods)), scope),
            "null" if base is None else wire._quoted(base.__name__))

    def _write_exception(self, error, scope):
        if is_remote(error):
            return '{"m":%d}' % _number(error)
        # What a failed assertion of the examiner's says is nothing that the program should know.
        mark = (len(scope.items), len(self._described))
        kind = type(error)
        arguments, attributes = error.args, {}
        if self.is_failure(error):
            arguments = ()
        elif is_shared(kind):
            attributes = {name: value for name, value in error.__dict__.items() if not name.startswith("_")}
            if issubclass(kind, OSError):
                arguments = error.__reduce__()[1]
        try:
            text = self.write(tuple(arguments), scope) + "," + self.write(attributes, scope)
        except Exception:
            self._forget_since(mark, scope)
            text = self.write((), scope) + "," + self.write({}, scope)
        return '{"e":[%d,%s,%s]}' % (self.number_of(error), text, self._write_class(kind, scope))

    def dereferenced(self, tag, content, scope):
        if tag == "m":
            return self.object(content)
        if tag == "g":
            return self._global(content)
        if tag == "o":
            number, kind = content
            mirror = self._read_class(kind, scope)
            if not isinstance(mirror, Mirror) or not issubclass(mirror, Standin):
                raise wire.Malformed("an object of no class")
            return self._standin(number, mirror, _own)
        if tag == "v":
            return self._derived(content, scope)
        if tag in ("k", "K"):
            return self._read_class({tag: content}, scope)
        if tag == "e":
            return self._read_exception(content, scope)
        if tag == "mod":
            return self.module(content)
        raise wire.Malformed("an unknown tag")

    def module(self, name):
        raise wire.Malformed("a module")

    def _global(self, name):
        module, _, path = name.partition(":")
        if path in ("NotImplemented", "Ellipsis"):
            return NotImplemented if path == "NotImplemented" else Ellipsis
        if not _is_shared_module(module):
            raise wire.Malformed("a class of nowhere")
        __import__(module)
        value = sys.modules[module]
        for part in path.split("."):
            value = vars(value)[part]
        if not isinstance(value, type) or not is_shared(value):
            raise wire.Malformed("not a shared class")
        return value

    def _reference(self, number):
        if type(number) is not int:
            raise wire.Malformed("not a reference")
        known = self._standins.get(number)
        reference = known and known()
        if reference is None:
            released, standins = self._released, self._standins

            def forget(dead):
                if standins.get(number) is dead:
                    del standins[number]
                    released.append(number)

            reference = Reference(number)
            standins[number] = _weak(reference, forget)
        return reference

    def _standin(self, number, kind, own):
        reference = self._reference(number)
        value = reference.standin and reference.standin()
        if value is None or type(value) is not kind:
            value = object.__new__(kind)
            own.__set__(value, reference)
            reference.standin = _weak(value)
        return value

    def _derived(self, content, scope):
        number, kind, raw = content
        mirror, value = self._read_class(kind, scope), self.read(raw, scope)
        if not isinstance(mirror, Mirror) or mirror._assay_base not in _PLAIN or type(value) is not mirror._assay_base:
            raise wire.Malformed("not a value of its class")
        reference = self._reference(number)
        made = reference.standin and reference.standin()
        if type(made) is not mirror:
            made = mirror._assay_base.__new__(mirror, value)
            made.__dict__["_assay_own"] = reference
            reference.standin = lambda: made  # as it cannot be referred to weakly; the cycle is found by the collector
        return made

    def _read_class(self, raw, scope):
        if type(raw) is not dict or len(raw) != 1:
            raise wire.Malformed("not a class")
        (tag, content), = raw.items()
        if tag == "k":
            return self._classes[content]
        if tag == "g":
            return self._global(content)
        if tag == "m":
            cls = self._objects[content]
            if not isinstance(cls, type):
                raise wire.Malformed("not a class")
            return cls
        if tag != "K":
            raise wire.Malformed("not a class")
        number, qualname, module, bases, special, methods, base = content
        if number in self._classes or type(number) is not int:
            raise wire.Malformed("a class twice")
        bases = [self._read_class(parent, scope) for parent in bases]
        if not all(type(name) is str for name in (qualname, module, *special, *methods)):
            raise wire.Malformed("not names")
        mirror = self._mirror(number, qualname, module, bases, set(special), methods, base)
        self._classes[number] = mirror
        return mirror

    def _mirror(self, number, qualname, module, bases, special, methods, base):
        plain = next((kind for kind in (*_PLAIN, *_MUTABLE) if kind.__name__ == base), None)
        body = _bodies(special & _SPECIAL, plain)
        is_error = any(issubclass(parent, BaseException) for parent in bases)
        if plain in _MUTABLE:
            body.update({f"__{name}__": _comparing(name, plain) for name in ("eq", "ne", *_ORDER)})
            for name in _CONTAINER:
                if hasattr(plain, name):
                    body.setdefault(name, _ARITHMETIC.get(name) and _arithmetic(*_ARITHMETIC[name])
                                    or _BODIES.get(name) or _forwarding(name))
            body["__hash__"] = None
        elif "unhashable" in special:
            body["__hash__"] = None
        elif "__eq__" in body and "__hash__" not in body:
            body["__hash__"] = (plain or object).__hash__
        name = qualname.rpartition(".")[2]
        body.update(
            __module__=module, __qualname__=qualname, _assay_reference=Reference(number), _assay_base=plain,
            _assay_methods=frozenset(methods),
            _assay_class=plain if plain in _MUTABLE else _local_class(module, qualname))
        mirrors = [parent for parent in bases if isinstance(parent, Mirror)]
        if is_error:
            errors = [parent for parent in bases if issubclass(parent, BaseException)]
            parents = [Derived, *errors] if not any(issubclass(parent, Derived) for parent in errors) else errors
        elif plain in _PLAIN:
            parents = [parent for parent in mirrors if issubclass(parent, plain)] or [Derived, plain]
        else:
            body["__slots__"] = ()
            parents = [parent for parent in mirrors if issubclass(parent, Standin)] or [Standin]
        for method in ("__init__", *methods):
            body.setdefault(method, _Inherited(method, number))
        try:
            return type.__new__(Mirror, name, tuple(parents), body)
        except TypeError:  # bases that do not go together here
            return type.__new__(Mirror, name, (*parents[:1],), body)

    def _read_exception(self, content, scope):
        number, raw, attributes, kind = content
        arguments, attributes = self.read(raw, scope), self.read(attributes, scope)
        kind = self._read_class(kind, scope)
        if type(arguments) is not tuple or type(attributes) is not dict or not issubclass(kind, BaseException):
            raise wire.Malformed("not an exception")
        reference = self._reference(number)
        error = reference.standin and reference.standin()
        if type(error) is kind:
            return error
        if isinstance(kind, Mirror):
            error = BaseException.__new__(kind, *arguments)
            error.args = arguments
        else:
            try:
                error = kind(*arguments)
            except Exception:
                error = kind.__new__(kind)
                error.args = arguments
        error.__dict__.update(attributes, _assay_own=reference)
        reference.standin = lambda: error
        return error


class _Held:
    """Keeps a plain value that must not become one on the other side."""

    def __init__(self, value):
        self.value = value


class _Inherited:
    """A method in a mirror: for `super()`, which looks there, and for stand-ins that are values too."""

    def __init__(self, name, owner):
        self._name, self._owner = name, owner

    def __get__(self, value, kind=None):
        if value is None:
            return _peer.ask("get", kind._assay_reference.number, self._name)
        return lambda *arguments, **named: _peer.ask("method", self._owner, self._name, (value, *arguments), named)


def _in_turn(name):
    return lambda target, *arguments: getattr(target, name)(*arguments)


_Module = type(sys)
_FUNCTION_TYPES = (type(_in_turn), type(len), type(str.join))
_CONTAINER = ("__len__", "__iter__", "__getitem__", "__setitem__", "__delitem__", "__contains__", "__repr__", "__str__",
              "__reversed__", "__add__", "__iadd__", "__mul__", "__rmul__", "__or__", "__and__", "__sub__", "__xor__")
_FUNCTIONS = {
    "__len__": len, "__iter__": iter, "__next__": next, "__getitem__": _operator.getitem, "__bool__": bool,
    "__setitem__": _operator.setitem, "__delitem__": _operator.delitem, "__contains__": _operator.contains,
    "__str__": str, "__repr__": repr, "__format__": format, "__hash__": hash, "__int__": int, "__float__": float,
    "__index__": _operator.index, "__abs__": abs, "__neg__": _operator.neg, "__pos__": _operator.pos,
    "__invert__": _operator.invert, "__round__": round, "__reversed__": reversed, "__dir__": dir, "__divmod__": divmod,
    "__complex__": complex, "__bytes__": bytes,
}
_CONTENT = {
    int: int.__int__, float: float.__float__, complex: complex.__pos__, str: str.__str__,
    bytes: lambda value: bytes.join(b"", [value]), tuple: lambda value: tuple(tuple.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)), list: lambda value: list(list.__iter__(value)),
    dict: lambda value: dict(dict.items(value)), set: lambda value: set(set.__iter__(value)),
    bytearray: lambda value: bytearray.copy(value),
}


def plain_base(kind):
    """The plain type that a class is derived from."""
    for base in (*_PLAIN, *_MUTABLE):
        if kind is not base and issubclass(kind, base):
            return base
    return None


def _is_shared_module(name):
    parts = name.split(".")
    return parts[0] in _STANDARD and parts[0] not in _NOT_RAISED and not any(part.startswith("_") for part in parts)


def shared_name(cls):
    """`module:name` of a class that is the same on both sides: plain types and the standard library's exceptions."""
    module, name = cls.__module__, cls.__qualname__
    if type(module) is not str or type(name) is not str or "." in name or name.startswith("_"):
        return None
    module = module.lstrip("_")  # those of `_queue` are `queue`'s as well
    if not _is_shared_module(module) or module not in _SHARED_MODULES and not issubclass(cls, BaseException):
        return None
    return f"{module}:{name}" if vars(sys.modules.get(module, sys)).get(name) is cls else None


def is_shared(cls):
    return shared_name(cls) is not None


def _local_class(module, name):
    """What `__class__` of a stand-in says where both sides have the class: `function`, `generator`, …"""
    if module == "builtins":
        found = getattr(builtins, name, None)
        return _TYPES.get(name) or (found if isinstance(found, type) and found not in _PLAIN_TYPES else None)
    # Not what is carried by value: `Counter.__eq__` would look its own keys up in what says that it is a Counter.
    if not _is_shared_module(module) or module in _SHARED_MODULES:
        return None
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) else None


def _types():
    def function():
        yield

    async def coroutine():
        pass

    waiting = coroutine()
    waiting.close()
    return {kind.__name__: kind for kind in map(type, (
        function, function(), waiting, len, Reference(0).__init__, sys, function.__code__))}


_TYPES = _types()
