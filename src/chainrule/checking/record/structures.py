"""Values of the program as structures of the tape: containers with ``Ref`` where numbers stand."""

from __future__ import annotations

import copy
import types
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.record.tape import Held, Ref

MOST_ENTRIES, DEEPEST, MOST_ATTRIBUTES = 400, 5, 60
"""Of containers and objects that are written down."""

PLAIN = (int, bool, str, type(None), complex, type(Ellipsis))


class Structures:
    """How values become structures."""

    def structure(self, value: Any, take: Callable[[Any], Ref | None], *, objects: bool = False, depth: int = 0) -> Any:
        """Return a value as a structure; what it cannot hold is ``Held`` with the name of its type."""
        if isinstance(value, PLAIN):
            return value
        if isinstance(value, range):
            return list(value)
        ref = take(value)
        if ref is not None:
            return ref
        if depth > DEEPEST:
            return Held(type(value).__name__, id(value), {})
        if isinstance(value, (tuple, list, deque, set, types.GeneratorType)):
            if isinstance(value, types.GeneratorType):
                return Held("generator", id(value), {})
            made = [self.structure(one, take, objects=objects, depth=depth + 1) for one in [*value][:MOST_ENTRIES]]
            return tuple(made) if isinstance(value, tuple) else made
        if isinstance(value, slice):
            return slice(*(self.structure(one, take, depth=depth + 1) for one in (value.start, value.stop, value.step)))
        if isinstance(value, Mapping):
            entries = [*value.items()][:MOST_ENTRIES]
            return {key: self.structure(one, take, objects=objects, depth=depth + 1) for key, one in entries}
        if isinstance(value, (type, np.dtype)):
            return np.dtype(value).name if _is_dtype(value) else Held(getattr(value, "__name__", "type"), id(value), {})
        attributes: dict[str, Any] = {}
        if objects and not callable(value):
            known = getattr(value, "__dict__", None)
            if isinstance(known, dict):
                attributes = {
                    key: self.structure(one, take, objects=True, depth=depth + 1)
                    for key, one in [*known.items()][:MOST_ATTRIBUTES]
                }
        return Held(type(value).__name__, id(value), attributes)

    @staticmethod
    def copied(variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return variables as they are now: a statement that is tried on them changes nothing of the program."""
        memo: dict[int, Any] = {}
        result = {}
        for name, value in variables.items():
            if name.startswith("__"):
                continue
            result[name] = _copy(value, memo)
        return result


def _copy(value: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, (types.ModuleType, types.FunctionType, type)) or value is None:
        return value
    if isinstance(value, ndarray) and value.nbytes > 20_000_000:
        return value
    try:
        return copy.deepcopy(value, memo)
    except Exception:  # a file, a lock, a generator: the program's own thing, used as it is
        return value


def _is_dtype(value: Any) -> bool:
    if isinstance(value, np.dtype):
        return True
    return value in (float, int, bool, complex) or (isinstance(value, type) and issubclass(value, np.generic))
