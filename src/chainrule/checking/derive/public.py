"""``chainrule.derive``: the door for Python."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chainrule.checking.derive.files import derive_isolated
from chainrule.checking.derive.result import Derivation
from chainrule.errors import InputError


def derive(
    what: str | Path | Callable[..., Any] | type, name: str | None = None, *, seconds: float = 30.0
) -> Derivation:
    """Derive the backward pass of a forward pass, line by line in its own names, and prove it.

    Parameters
    ----------
    what : path, function or class
        A ``.py`` file or notebook, or a function or class that is defined in one.
    name : str, optional
        A function, method or class of the file; else what computes a loss is looked for.
    seconds : float
        How long it may take; the file's code runs in a process of its own.

    Returns
    -------
    Derivation
        Its ``text``, line by line in ``lines``, and whether it is ``proved``. It shows itself as a page in a notebook.

    Raises
    ------
    InputError
        If there is no such file, or the function stands in none.
    """
    if not isinstance(what, str | Path):
        path = _file_of(what)
        return derive_isolated(path, name or getattr(what, "__qualname__", None), seconds=seconds)
    path = Path(what)
    if not path.is_file() or path.suffix.lower() not in (".py", ".ipynb"):
        raise InputError(
            str(path), expected="a .py or .ipynb file", got="none" if not path.exists() else "another file"
        )
    return derive_isolated(path, name, seconds=seconds)


def _file_of(what: Any) -> Path:
    try:
        found = inspect.getsourcefile(what)
    except TypeError:
        found = None
    if found is None or not Path(found).is_file():
        named = getattr(what, "__name__", repr(what))
        raise InputError("derive", expected="a function or class whose file is there", got=named)
    return Path(found)
