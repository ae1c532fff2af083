"""Whether a function that gives a wrong value is to blame for it, or the one that calls it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from chainrule.checking.locate import Suspect, is_scaled
from chainrule.checking.truths import Flow

if TYPE_CHECKING:
    from chainrule.checking.repairs.places import Places

DERIVATIVES: Sequence[Callable[[ndarray], Any]] = (
    lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    lambda a: a * (1 - a),
    lambda z: 1 - np.tanh(z) ** 2,
    lambda a: 1 - a * a,
    lambda z: np.float64(z > 0),
)
"""Derivatives of activations: sigmoid of what goes in and of what comes out, tanh of both, ReLU."""


def callees_first(places: Places, found: Sequence[Suspect], solved: Sequence[Suspect], seen: Flow) -> list[Suspect]:
    """Return suspects by truths, and by what they should have been, with the functions to blame before their callers.

    Parameters
    ----------
    places : Places
    found : sequence of Suspect
        Those at which a truth makes things right: the first is the most telling.
    solved : sequence of Suspect
        Those of which it was computed what they should have been.
    seen : Flow
    """
    if not found:
        return list(solved)
    caller, most = places.site_of(found[0]), len(found[0].repaired)
    inner = [
        one
        for one in solved
        if places.site_of(one).unit != caller.unit
        and places.site_of(one).assigned
        and len(one.repaired) >= most
        and _is_to_blame(places, one, seen)
    ]
    return [*inner, *found, *(one for one in solved if one not in inner)]


def _is_to_blame(places: Places, suspect: Suspect, seen: Flow) -> bool:
    """Return whether a function, rather than its caller, is to blame for a value that it gives.

    The derivative of an activation is right for what it is given, or it is not. Of any other function, a constant
    factor may have been left out anywhere, but another formula only there.
    """
    statement = places.statement_of(suspect)
    function = places.versions[places.site_of(suspect).unit]
    scenes = places.scenes.get(statement, []) if statement is not None else []
    (_, occurrence), *_ = suspect.values
    if occurrence >= len(scenes):
        return False
    value = seen.events[next(iter(suspect.values))]
    given = _only_argument(function, scenes[occurrence])
    if given is None or given.shape != value.shape:
        return not is_scaled(suspect.values, seen)
    with np.errstate(all="ignore"):
        return not any(np.allclose(value, derivative(given), rtol=1e-6, atol=1e-9) for derivative in DERIVATIVES)


def _only_argument(function: ast.FunctionDef | ast.Lambda, variables: Mapping[str, Any]) -> ndarray | None:
    """Return the array that a function of one array was given."""
    arrays = [variables.get(one.arg) for one in function.args.args]
    arrays = [one for one in arrays if isinstance(one, ndarray)]
    return arrays[0] if len(arrays) == 1 else None
