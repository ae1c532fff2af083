"""What ``import`` finds in a stranger's program: the standard library, NumPy, SciPy, files beside it, or a stand-in."""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from chainrule.checking.reading.standins.anything import ANYTHING
from chainrule.checking.reading.standins.course import known
from chainrule.checking.reading.standins.files import Opener

REAL = (sys.stdlib_module_names - {"tkinter", "turtle", "turtledemo", "antigravity", "this", "idlelib"}) | {"scipy"}
RENAMED = {
    "cPickle": "pickle", "Queue": "queue", "StringIO": "io", "cStringIO": "io", "ConfigParser": "configparser",
    "commands": "subprocess", "thread": "_thread", "__builtin__": "builtins",
}  # fmt: skip
NUMPY = ("numpy", "autograd.numpy", "cupy", "minpy.numpy")
PYTHON_2 = ("past", "builtins", "future", "six")


class Importer:
    """Stands in the place of ``__import__``.

    Parameters
    ----------
    folder : Path
        Where the program stands: modules beside it, and beside its parents, are found.
    numpy : module
        What ``import numpy`` gives.
    load : callable
        Runs a file and returns it as a module.
    """

    def __init__(self, folder: Path, numpy: types.ModuleType, load: Callable[[Path], types.ModuleType]) -> None:
        self._folders = [folder, *list(folder.parents)[:3]]
        self._numpy = numpy
        self._load = load
        self._modules: dict[Path, types.ModuleType | None] = {}
        self.absent: list[str] = []
        """Modules that were stood in for, as the program names them."""
        self.open = Opener()
        """Opens what the program and the modules beside it read."""
        self.guarded: dict[str, Collection[int]] = {}
        """By file: lines of imports that the program itself expects to fail (``try: import … except ImportError``)."""
        self.wanted: tuple[str, ...] = ()
        """Names that the program uses and does not bind: a stand-in for ``from … import *`` gives these."""

    @property
    def beside(self) -> list[Path]:
        """Files beside the program that were run for it."""
        return [path for path, module in self._modules.items() if module is not None and path.suffix == ".py"]

    def __call__(self, name: str, names: Any = None, _: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        """Import as the statement asks; see ``builtins.__import__``."""
        if level:
            return self._found(f"{'.' * level}{name}", name, names, fromlist)
        if name.partition(".")[0] in PYTHON_2:
            return _renamed_things(name, fromlist)
        name = RENAMED.get(name, name)
        for numpy in NUMPY:
            if name == numpy or name.startswith(numpy + "."):
                return self._part_of_numpy(name.removeprefix(numpy).lstrip("."), name, fromlist)
        return self._found(name, name, names, fromlist)

    def _part_of_numpy(self, part: str, name: str, fromlist: Any) -> Any:
        if part:
            importlib.import_module(f"numpy.{part}")
        if not part:
            return self._numpy
        if fromlist:
            return importlib.import_module(f"numpy.{part}")
        return self._numpy if name.startswith("numpy") else types.SimpleNamespace(numpy=self._numpy)

    def _found(self, shown: str, name: str, names: Any, fromlist: Any) -> Any:
        if (beside := self._beside(name, _folder_of(names, shown))) is not None:
            if not fromlist and "." in name:
                return self._outermost(name, beside)
            return beside
        if name.partition(".")[0] in REAL:
            try:
                return builtins.__import__(name, {}, {}, fromlist)
            except ImportError:
                pass  # scipy.misc.imread, and other things that are gone
        frame = sys._getframe(2)
        if frame.f_lineno in self.guarded.get(frame.f_code.co_filename, ()):
            raise ImportError(f"No module named {shown!r}")
        if shown not in self.absent:
            self.absent.append(shown)
        wanted = tuple(wanted for wanted in self.wanted if wanted not in (names or ()))
        return _Absent(name, wanted, {"np": self._numpy, "numpy": self._numpy})

    def _beside(self, name: str, folder: Path | None = None) -> types.ModuleType | None:
        """Return a module of a file beside the program: ``a.b.c`` may be ``a/b/c.py`` or, handed in alone, ``c.py``."""
        path = self._file(name, [*([folder] if folder else []), *self._folders])
        if path is None:
            return None
        if path not in self._modules:
            self._modules[path] = None  # a circle of imports ends here
            self._modules[path] = _Package(name, path, self) if path.is_dir() else self._load(path)
        return self._modules[path]

    def _file(self, name: str, folders: list[Path]) -> Path | None:
        parts = name.split(".") if name else []
        for tail in range(len(parts)):
            for folder in folders:
                path = folder.joinpath(*parts[tail:])
                if path.with_suffix(".py").is_file():
                    return path.with_suffix(".py")
                if path.is_dir() and (path / "__init__.py").is_file():
                    return path
        return None

    def _outermost(self, name: str, module: types.ModuleType) -> Any:
        """Return what ``import a.b.c`` binds: ``a``, with ``b`` in it."""
        for part in reversed(name.split(".")[1:]):
            module = types.SimpleNamespace(**{part: module})  # type: ignore[assignment]
        return module


def _folder_of(names: Any, shown: str) -> Path | None:
    """Return the folder from which a module imports: its own, or so many above it as it writes dots."""
    file = names.get("__file__") if names else None
    if not file:
        return None
    folder = Path(file).resolve().parent
    dots = len(shown) - len(shown.lstrip("."))
    return folder.parents[dots - 2] if 2 <= dots <= len(folder.parents) + 1 else folder


class _Package(types.ModuleType):
    """A folder of modules beside the program."""

    def __init__(self, name: str, folder: Path, importer: Importer) -> None:
        super().__init__(name)
        self._importer = importer
        initial = importer._load(folder / "__init__.py")
        self.__dict__.update({key: value for key, value in vars(initial).items() if not key.startswith("__")})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        module = self._importer._beside(f"{self.__name__}.{name}")
        return ANYTHING if module is None else module


class _Absent(types.ModuleType):
    """A module that is not there."""

    def __init__(self, name: str, wanted: tuple[str, ...], modules: Mapping[str, types.ModuleType]) -> None:
        super().__init__(name)
        self.__all__ = list(wanted)
        self.__dict__.update(modules)  # ``from common.functions import *`` brings NumPy with it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = known(self.__name__, name)
        return ANYTHING if found is None else found


def _renamed_things(name: str, fromlist: Any) -> Any:
    """Return a module of ``six``, ``future`` or ``past``: old names for what Python 3 has."""
    module = types.ModuleType(name)
    vars(module).update(vars(builtins))
    vars(module).update(OLD_BUILTINS)
    vars(module).update({old: importlib.import_module(new) for old, new in RENAMED.items() if old[0] == "c"})
    vars(module)["iteritems"] = lambda d: iter(d.items())
    vars(module)["itervalues"] = lambda d: iter(d.values())
    vars(module)["__getattr__"] = lambda _: ANYTHING
    if "." in name and not fromlist:
        return types.SimpleNamespace(**{name.partition(".")[2]: module})
    return module


def _compare(a: Any, b: Any) -> int:
    return (a > b) - (a < b)


OLD_BUILTINS: dict[str, Any] = {
    "xrange": range, "unicode": str, "long": int, "basestring": str, "unichr": chr, "cmp": _compare,
    "raw_input": lambda *_: "", "input": lambda *_: "", "reduce": importlib.import_module("functools").reduce,
    "reload": lambda module: module, "izip": zip,
}  # fmt: skip
"""Names that Python 2 has built in; questions to the user get an empty answer."""
