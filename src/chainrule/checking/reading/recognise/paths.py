"""Ways to values inside of a program's objects: ``self.params["W1"]``, ``self.layers[0].W``, ``returned[1]``."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import ndarray

Path = tuple[str | int, ...]
"""Attributes and keys are strings, places in a list numbers."""

DEEPEST, MOST = 5, 400


def leaves(root: Any, path: Path = (), seen: set[int] | None = None) -> Iterator[tuple[Path, ndarray]]:
    """Yield the arrays (and bare numbers) in an object, with the way to each; the first way that leads to it counts."""
    seen = set() if seen is None else seen
    if isinstance(root, ndarray) and root.dtype != object:
        yield path, root
        return
    if isinstance(root, float | np.floating):
        yield path, root  # type: ignore[misc]
        return
    if id(root) in seen or len(path) > DEEPEST or len(seen) > MOST:
        return
    for step, value in parts(root):
        seen.add(id(root))
        yield from leaves(value, (*path, step), seen)


def parts(root: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield what a container or an object holds, with the step that leads to it."""
    if isinstance(root, dict):
        yield from ((key, value) for key, value in list(root.items()) if isinstance(key, str | int))
    elif isinstance(root, list | tuple) or (isinstance(root, ndarray) and root.dtype == object):
        yield from enumerate(root)
    elif is_object(root):
        yield from list(vars(root).items())


def is_object(value: Any) -> bool:
    """Whether a value is an object of a class that a program wrote, with attributes of its own."""
    kinds = (type, types.ModuleType, types.FunctionType, types.MethodType, types.BuiltinFunctionType)
    return hasattr(value, "__dict__") and not isinstance(value, kinds) and type(value).__module__ != "numpy"


def follow(root: Any, path: Path) -> Any:
    """Return what a way leads to; raises KeyError, IndexError, AttributeError or TypeError where there is nothing."""
    for step in path:
        root = getattr(root, step) if isinstance(step, str) and not isinstance(root, dict) else root[step]
    return root


def label(path: Path, whole: bool = False) -> str:
    """Return a short name: the last name on the way with the places after it, ``weights[0]``."""
    text = ""
    for step in path if whole else path[_last_name(path) :]:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def _last_name(path: Path) -> int:
    return max((index for index, step in enumerate(path) if isinstance(step, str)), default=0)


def labelled(paths: list[Path]) -> dict[str, Path]:
    """Return the ways by names that all differ."""
    short = [label(path) for path in paths]
    return {
        name if short.count(name) == 1 else label(path, whole=True): path
        for name, path in zip(short, paths, strict=True)
    }
