"""Values that an operation was given by keyword, put in their places among the arguments."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

from chainrule.checking.local_gradients.functions import function_of

_DATA = """
    a A a_max a_min ar1 ar2 arr array array1 array2 arrays ary b choicelist choices default fill_value in1 in2 m max
    min object start tup v val values weights x xp y
"""
DATA = frozenset(_DATA.split())
"""Names of parameters that take numbers to compute with."""

SIGNATURES: dict[str, tuple[tuple[str, Any], ...]] = {
    "clip": (("a", None), ("a_min", None), ("a_max", None)),
    "builtins.sum": (("iterable", None), ("start", 0)),
}
SYNONYMS = {"clip": {"min": "a_min", "max": "a_max"}}


def positional(op: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return arguments and keywords with the keywords that carry data moved to the arguments.

    It looks at names only, so that it serves for the references of a tape as for values. Parameters in between get
    their defaults: ``average(a, weights=w)`` becomes ``average(a, None, w)``. What cannot be moved stays.
    """
    if DATA.isdisjoint(kwargs) or op.startswith("builtins.m"):  # max(..., default=)
        return args, kwargs
    rest = {SYNONYMS.get(op, {}).get(key, key): value for key, value in kwargs.items()}
    missing = _parameters(op)[len(args) :]
    last = max((place for place, (name, _) in enumerate(missing) if name in DATA and name in rest), default=-1)
    added = [rest.pop(name, default) for name, default in missing[: last + 1]]
    if last < 0 or any(value is inspect.Parameter.empty for value in added):
        return args, kwargs
    return (*args, *added), rest


@cache
def _parameters(op: str) -> tuple[tuple[str, Any], ...]:
    """Return names and defaults of the parameters that may be given by position; none if they are not known."""
    if op in SIGNATURES:
        return SIGNATURES[op]
    try:
        parameters = inspect.signature(function_of(op)).parameters.values()
    except (KeyError, ValueError, TypeError):
        return ()
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple((one.name, one.default) for one in parameters if one.kind in by_place)
