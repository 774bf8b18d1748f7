"""A test's source, looked at without running it."""

import sys

TEST_FILE = "<test>"
_ONLY_AST = 0x400


def fault(source, entry_point):
    """Why a test cannot be run as it is written; None if it can."""
    try:
        compile(source, TEST_FILE, "exec", dont_inherit=True)
    except BaseException as error:
        line = getattr(error, "lineno", None)
        place = f" (line {line})" if line else ""
        return f"the test does not compile: {type(error).__name__}: {getattr(error, 'msg', None) or error}{place}"
    if "import" in source:
        missing = _missing_module(source)
        if missing:
            return f"the test imports `{missing}`, which is not installed"
    if entry_point is None and "check" in source:
        definitions, references = definitions_and_references(source)
        if "check" in definitions and "check" not in references:
            return "the test defines `check`, but does not call it, and there is no `entry_point`"
    return None


def definitions_and_references(source):
    """Functions and classes at the top of a source, and the names that are used outside of their own definition."""
    definitions, references = [], set()
    for statement in _parsed(source).body:
        own = None
        if type(statement).__name__ in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
            own = statement.name
            definitions.append(own)
        pending = [statement]
        while pending:
            node = pending.pop()
            for field in node._fields:
                value = getattr(node, field, None)
                children = value if isinstance(value, list) else (value,)
                pending += [child for child in children if hasattr(child, "_fields")]
            if type(node).__name__ == "Name" and type(node.ctx).__name__ == "Load" and node.id != own:
                references.add(node.id)
    return definitions, references


def _parsed(source):
    return compile(source, TEST_FILE, "exec", _ONLY_AST, dont_inherit=True)


def _missing_module(source):
    """A module that the test imports unconditionally and that neither Python nor the image has."""
    from importlib.machinery import PathFinder

    for statement in _parsed(source).body:
        kind = type(statement).__name__
        if kind == "Import":
            names = [alias.name for alias in statement.names]
        elif kind == "ImportFrom" and not statement.level:
            names = [statement.module]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top in ("main", "solution", "submission"):
                continue
            if PathFinder.find_spec(top, [*sys.path, "/usr/lib/python3/dist-packages"]) is None:
                return top
    return None
