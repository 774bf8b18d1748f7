"""Names that solutions use without importing them, put behind the builtins.

The names are those of `from M import *` for each of `MODULES` in their order (a later one replaces an earlier
one), then the modules themselves. A name that the builtins have is never replaced, and a submission's own names come
first, as they do before builtins. Only names that a source mentions are supplied: importing all sixteen modules costs
more than starting the interpreter.
"""

import builtins
import sys

MODULES = (
    "typing", "collections", "itertools", "functools", "heapq", "bisect", "math", "string", "re", "random", "copy",
    "sys", "os", "json", "operator", "datetime",
)

_BUILTINS_OF_SITE = ("exit", "quit", "help", "copyright", "credits", "license")

# Where these words stand in a source, annotations may be looked at while it runs (before 3.14 they always are).
_INTROSPECTION = (
    "dataclass", "NamedTuple", "TypedDict", "Protocol", "annot", "hints", "inspect", "signature", "dispatch",
)


def make_table():
    """Finds which module each name comes from, by importing all of them. Done once, when the image is built."""
    table = {}
    for name in MODULES:
        module = __import__(name)
        public = getattr(module, "__all__", None) or [key for key in vars(module) if not key.startswith("_")]
        table.update((key, name) for key in public if not hasattr(builtins, key) and key not in _BUILTINS_OF_SITE)
    table.update((name, None) for name in MODULES)
    return table


try:
    from .preamble_table import TABLE
except ImportError:  # not installed: a developer's run from the source tree
    TABLE = make_table()


def supply(names):
    """Puts those of `names` that the preamble has behind the builtins."""
    namespace = builtins.__dict__
    for name in names:
        if name in TABLE and name not in namespace:
            source = TABLE[name]
            module = __import__(source or name)
            namespace[name] = getattr(module, name) if source else module


class Mentions:
    """The global names a source mentions: in `code`, and in `annotations` (which 3.14 evaluates only on demand)."""

    def __init__(self, source, filename):
        import _symtable as st

        annotation = getattr(st, "TYPE_ANNOTATION", None)
        self.code, self.bound = set(), set()  # bound: at top level, in any way but `import *`
        self.annotations = self.code if annotation is None else set()  # before 3.14 they are plain code
        implicit, explicit, top = st.GLOBAL_IMPLICIT, st.GLOBAL_EXPLICIT, st.TYPE_MODULE
        pending = [(st.symtable(source, filename, "exec"), self.code)]
        while pending:
            block, names = pending.pop()
            if block.type == annotation:
                names = self.annotations
            for name, flags in block.symbols.items():
                scope = (flags >> st.SCOPE_OFF) & st.SCOPE_MASK
                if scope in (implicit, explicit):
                    names.add(name)
                if block.type == top and scope == st.LOCAL or scope == explicit:
                    self.bound.add(name)
            pending += [(child, names) for child in block.children]


def prepare(source, filename):
    """Supplies what `source` (bytes or text that compiles) needs, and tells what it mentions."""
    mentions = Mentions(source, filename)
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    wanted = mentions.code
    if any(word in text for word in _INTROSPECTION):
        wanted = wanted | mentions.annotations
    if not wanted.isdisjoint(("eval", "exec", "globals", "vars", "__import__")):
        wanted = wanted | words(text)
    supply(wanted)
    _supply_nodes(text)
    return mentions


def _supply_nodes(text):
    for name in ("ListNode", "TreeNode"):
        if name in text and not hasattr(builtins, name):
            from . import nodes

            setattr(builtins, name, getattr(nodes, name))


def prepare_test(source, mentions, namespace):
    """Supplies a test with modules and types alone: a function that it tests must not be found in the preamble.

    Raises NameError for one that is only there because the submission uses it by the same name.
    """
    names = mentions.code | mentions.annotations
    _supply_nodes(source)
    supply(filter(is_for_tests, names))
    if "import *" in source or not names.isdisjoint(("exec", "eval", "globals", "vars")):
        return  # there is no telling which names the test brings along
    for name in sorted(names - mentions.bound):
        if TABLE.get(name) is not None and name not in namespace and not name[:1].isupper():
            raise NameError(f"name '{name}' is not defined")


def is_for_tests(name):
    """Whether a name is a module's or a capitalised one, which tests are supplied with."""
    return name in TABLE and (name[:1].isupper() or TABLE[name] is None)


def words(text):
    """Everything in `text` that could be a name."""
    return set("".join([c if c.isalnum() or c == "_" else " " for c in text]).split())
