"""Modules that are loaded before a program starts, and are there as if they were not.

A fork server imports what programs use, and hides it: `sys.modules`, `sys.meta_path` and all else are as after a plain
start. The first import of a hidden module hands it out, together with those that its own import would have brought,
in the same order. It is handed out only where the search would find the very same files: a module of the program's own
that comes earlier in `sys.path`, a finder of the program's, or a replaced dependency lead to a plain import.

The one place that is changed is `_find_and_load` of importlib's bootstrap, which the `import` statement calls for
what is not in `sys.modules`.
"""

import builtins
import posix
import sys

_bootstrap = sys.modules["_frozen_importlib"]
_external = sys.modules["_frozen_importlib_external"]
_modules = sys.modules


class Stash:
    """Modules with, for each, the names that its import looks up, in order."""

    def __init__(self, path=None):
        self.is_child = False  # whether what is handed out has come here by a fork
        self._start = {**sys.modules, "__main__": None}
        self._paths = {}  # finders of packages' folders
        self._cached_paths = set(sys.path_importer_cache)
        self._hidden = {}
        self._given = {}  # identities, also of what is still hidden
        self._needs = {}
        self._hooks = {}  # what modules register for forks, which is registered when they are handed out
        self._unbound = set()  # submodules that are no attribute of their package until they are handed out
        self._finders = list(sys.meta_path)
        self._trusted = set(path or sys.path)  # entries of `sys.path` that are the image's

    def load(self, names):
        """Imports `names`, and hides all that came."""
        with _Trace(self._needs, self._hooks, self._start):
            for name in names:
                __import__(name)
        self._given = {name: module for name, module in sys.modules.items() if name in self._needs}
        self._forget_paths()
        self.take_back()
        for name, module in self._given.items():
            parent, _, own = name.rpartition(".")
            package = self._given.get(parent) or self._start.get(parent)
            if package is not None and vars(package).get(own) is module and name not in self._closure(parent):
                delattr(package, own)
                self._unbound.add(name)

    def trust(self, paths, finder):
        """Neither these entries of `sys.path` nor this finder of `sys.meta_path` changes what is found."""
        self._trusted.update(paths)
        self._finders.append(finder)

    def hidden(self, name):
        return self._hidden[name]

    def all(self):
        """All modules that are the server's: by name, hidden or not."""
        return self._start | self._given

    def take_back(self):
        """Hides what was handed out since; modules that neither were there at the start nor are ours are dropped."""
        for name in list(sys.modules):
            if name not in self._start:
                module = sys.modules.pop(name)
                if self._given.get(name) is module:
                    self._hidden[name] = module
                    if name in self._unbound:
                        parent, _, own = name.rpartition(".")
                        delattr(self._given.get(parent) or self._start[parent], own)
        self._forget_paths()

    def _forget_paths(self):
        for path in list(sys.path_importer_cache):
            if path not in self._cached_paths:
                self._paths[path] = sys.path_importer_cache.pop(path)

    def _closure(self, name, found=None):
        """All that is missing for `name`, in the order in which an import would finish it. None: it cannot be had."""
        found = {} if found is None else found
        if name in found:
            return found
        module = _modules.get(name)
        if module is not None:
            return found if module is self._given.get(name, module) else None
        if name not in self._hidden:
            return None
        parent = name.rpartition(".")[0]
        if parent and self._closure(parent, found) is None:
            return None
        if name in found:
            return found
        found[name] = False  # in the works; those that lead here in a circle come first
        for needed in self._needs.get(name, ()):
            if self._closure(needed, found) is None:
                return None
        del found[name]
        found[name] = True
        return found

    def give(self, name):
        """Puts a hidden module into `sys.modules`, with what belongs to it; False if it has to be imported."""
        closure = self._closure(name)
        if closure is None or not self._is_first(name, closure):
            return False
        for each in closure:
            _modules[each] = module = self._hidden.pop(each)
            parent, _, own = each.rpartition(".")
            if parent:
                package = self._given.get(parent) or _modules[parent]  # the former may come later
                for path in getattr(package, "__path__", ()):
                    if path in self._paths:
                        sys.path_importer_cache[path] = self._paths[path]
                if each in self._unbound:
                    setattr(package, own, module)
            if self.is_child:  # what the server itself uses is taken back, and registers nothing
                for hooks in self._hooks.get(each, ()):
                    posix.register_at_fork(**hooks)
                    if "after_in_child" in hooks:
                        hooks["after_in_child"]()
        return True

    def _is_first(self, name, closure):
        """Whether the search would find these very modules."""
        if sys.meta_path is None or sys.path is None:  # the interpreter is ending
            return False
        if sys.meta_path != self._finders and any(finder not in self._finders for finder in sys.meta_path):
            return False
        tops = {each.partition(".")[0] for each in closure}
        for path in sys.path:
            if path in self._trusted:
                continue
            finder = _external.PathFinder._path_importer_cache(path)
            if finder is None:
                continue
            if type(finder) is not _external.FileFinder:
                return False
            finder.find_spec(name)  # brings its list of files up to date
            if not tops.isdisjoint(entry.partition(".")[0] for entry in finder._path_cache):
                return False
        return True

    def install(self):
        """From now on imports find what is hidden."""
        original = _bootstrap._find_and_load
        scope = {}
        exec(_HOOK, scope)
        _bootstrap._find_and_load = scope["make"](self.give, self._hidden, _modules, original)


# As a frame of the bootstrap: tracebacks leave those out.
_HOOK = compile("""
def make(give, hidden, modules, original):
    def _find_and_load(name, import_):
        if name in hidden and name not in modules and give(name):
            return modules[name]
        return original(name, import_)
    return _find_and_load
""", "<frozen importlib._bootstrap>", "exec")


class _Trace:
    """Writes down which modules the load of each module asks for, those that are there already included.

    What they register for forks is only written down, too.
    """

    def __init__(self, needs, hooks, start):
        self._needs = needs
        self._hooks = hooks
        self._start = start
        self._loading = []

    def __enter__(self):
        self._known = set(sys.modules)
        self._import, self._find = builtins.__import__, _bootstrap._find_and_load
        builtins.__import__, _bootstrap._find_and_load = self._asked, self._found
        self._register = posix.register_at_fork
        self._replace_register(self._registered)

    def __exit__(self, *_):
        builtins.__import__, _bootstrap._find_and_load = self._import, self._find
        self._replace_register(self._register)

    def _replace_register(self, function):
        posix.register_at_fork = function
        if "os" in sys.modules:
            sys.modules["os"].register_at_fork = function

    def _registered(self, **hooks):
        self._hooks.setdefault(self._loading[-1], []).append(hooks)

    def _note_missing(self):
        # Keys that a module put there by itself, as `collections.abc`.
        if len(sys.modules) != len(self._known):
            for key in [key for key in sys.modules if key not in self._known]:
                self._known.add(key)
                self._needs.setdefault(key, [])
                self._add(key)

    def _add(self, name):
        if self._loading and name not in self._start and name != self._loading[-1]:
            needs = self._needs.setdefault(self._loading[-1], [])
            if name not in needs:
                needs.append(name)

    def _asked(self, name, globals=None, locals=None, fromlist=(), level=0):
        module = self._import(name, globals, locals, fromlist, level)
        full = name
        if level:
            package = _bootstrap._calc___package__(globals)
            base = package.rsplit(".", level - 1)[0]
            full = f"{base}.{name}" if name else base
        while full and full not in self._start:
            if full in sys.modules:
                self._note_missing()
                self._add(full)
                break
            full = full.rpartition(".")[0]
        for own in fromlist or ():
            if own != "*" and f"{full}.{own}" in sys.modules:
                self._add(f"{full}.{own}")
        return module

    def _found(self, name, import_):
        parent = name.rpartition(".")[0]
        if parent and parent not in sys.modules:  # as the search does it, but with a note of its own
            self._found(parent, import_)
        self._note_missing()
        if name in sys.modules:
            return self._find(name, import_)
        self._needs.setdefault(name, [])
        self._known.add(name)
        self._loading.append(name)
        try:
            module = self._find(name, import_)
            self._note_missing()
        except BaseException:
            self._loading.pop()
            self._known.discard(name)
            self._needs.pop(name, None)
            raise
        self._loading.pop()
        self._add(name)
        return module
