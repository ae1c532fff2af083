"""Running the text of a program directly: modules that are not there stood in for, Python 2 read."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any
from unittest.mock import MagicMock

import numpy as np

PRINT = re.compile(r"^(\s*)print\s+[^(\s=].*$")
MAGIC = re.compile(r"^\s*[%!]")
HERE = (
    "builtins",
    "numpy",
    "random",
    "time",
    "math",
    "__future__",
    "collections",
    "copy",
    "sys",
    "os",
    "itertools",
    "functools",
)


def python3(code: str) -> str:
    """Return the code with Python 2 prints and notebook magics taken out, every line at its place."""
    return "\n".join(_line(line) for line in code.split("\n"))


def _line(line: str) -> str:
    if MAGIC.match(line):
        return "#" + line[1:]
    return PRINT.sub(r"\1pass", line)


def compiled(code: str) -> CodeType:
    """Compile the code of a program."""
    return compile(python3(code), "<program>", "exec")


def executed(program: CodeType, **given: Any) -> dict[str, Any]:
    """Run a program from its first line, with the given names there already, and return its names."""
    np.random.seed(0)
    names: dict[str, Any] = {"__name__": "program", "xrange": range, "raw_input": str, **given}
    names["__builtins__"] = {**vars(builtins), "__import__": _import, "print": _say_nothing}
    exec(program, names)
    return names


def _import(name: str, *rest: Any) -> Any:
    return builtins.__import__(name, *rest) if name.split(".")[0] in HERE else MagicMock(range=range, xrange=range)


def _say_nothing(*words: object, **options: object) -> None:
    """Stand for print: the programs talk while they run."""


@contextmanager
def quiet() -> Iterator[None]:
    """Leave NumPy's warnings out: mutants overflow."""
    import warnings

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
