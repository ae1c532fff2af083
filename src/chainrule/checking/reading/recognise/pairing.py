"""Which gradient belongs to which parameter: by name first, then by place, then by shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.checking.reading.recognise.paths import Path, label
from chainrule.checking.reading.recognise.vocabulary import differentiated, role, same_thing


def pair(
    parameters: Mapping[str, tuple[Path, Any]], found: list[tuple[Path, Any]], own: bool = False
) -> dict[str, int]:
    """Return, by parameter, the place in ``found`` of its gradient.

    Parameters
    ----------
    parameters : mapping
        By label: the way to it in the program's objects, and its value.
    found : list
        Arrays and numbers that may be gradients, with the way to each.
    own : bool
        Whether ``found`` stands in the object that holds the parameters as well: then only names of gradients count.
    """
    scores = [
        (score, -index, name)
        for name, (path, value) in parameters.items()
        for index, (way, candidate) in enumerate(found)
        if (score := _score(path, value, way, candidate, own)) > 0
    ]
    pairs: dict[str, int] = {}
    for _, index, name in sorted(scores, reverse=True):
        if name not in pairs and -index not in pairs.values():
            pairs[name] = -index
    return pairs if own else {**_by_shape(parameters, found, pairs), **pairs}


def _score(path: Path, value: Any, way: Path, candidate: Any, own: bool) -> int:
    names, gradient_names = _names(path), _names(way)
    if not gradient_names or _numbers(path) != _numbers(way):
        return 0
    thing, gradient = same_thing(names[-1]), gradient_names[-1]
    in_gradients = any(role(name) == "grads" or differentiated(name + "s") for name in gradient_names[:-1])
    same = same_thing(differentiated(gradient)) == thing
    if not same and same_thing(gradient) == thing:
        same = in_gradients or not own
    if not same:
        return 0
    return 4 + (np.size(candidate) == np.size(value)) + (np.shape(candidate) == np.shape(value))


def _by_shape(
    parameters: Mapping[str, tuple[Path, Any]], found: list[tuple[Path, Any]], pairs: dict[str, int]
) -> dict[str, int]:
    """Pair what names did not: what has the shape or the size of only one parameter, or in order if that fits as many.

    In order, a gradient that is wrong in its shape has its parameter too, if most of the others are right in theirs.
    """
    left = [name for name in parameters if name not in pairs]
    free = [index for index in range(len(found)) if index not in pairs.values() and not _is_named_else(found[index][0])]
    result: dict[str, int] = {}
    for measure in (np.shape, np.size):
        measured = [measure(parameters[name][1]) for name in left]
        for name, own in zip(left, measured, strict=True):
            fitting = [index for index in free if index not in result.values() and measure(found[index][1]) == own]
            if name not in result and len(fitting) == 1 and measured.count(own) == 1:
                result[name] = fitting[0]
    fits = [np.size(parameters[name][1]) == np.size(found[index][1]) for name, index in zip(left, free, strict=False)]
    if len(left) == len(free) and sum(fits) >= max(len(result), len(left) / 2):
        return dict(zip(left, free, strict=True))
    return result


def _is_named_else(way: Path) -> bool:
    """Whether a name says that a value is something else than a gradient."""
    return role(label(way[-1:])) in ("X", "y", "yhat", "cache") if way and isinstance(way[-1], str) else False


def _names(path: Path) -> list[str]:
    return [step for step in path if isinstance(step, str)]


def _numbers(path: Path) -> list[int]:
    return [step for step in path if isinstance(step, int)]
