"""What is known of every line of the backward pass: it gives a gradient, departs from it, or follows one that did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy import ndarray

from chainrule.checking.answer import Mark
from chainrule.checking.probes import Site
from chainrule.checking.repairs.places import Places
from chainrule.checking.trace import Watch
from chainrule.checking.truths import Flow, Truth

CLOSE = 1e-5
PASSINGS = 3
"""How many passings of a loop are looked at."""


def marks(watch: Watch, seen: Flow, known: Iterable[Truth], places: Places | None, N: int) -> tuple[Mark, ...]:
    """Return a mark for each line that gives a gradient, in the order of the lines.

    Parameters
    ----------
    watch, seen, known
        Of the program as it came: its sites, one run, the gradients that it is meant to compute.
    places : Places or None
        What a search found; None if nothing is wrong.
    N : int
        Examples: a value before its division by N is its gradient times N.
    """
    truths = list(known)
    found: dict[int, Mark] = {}
    for (number, occurrence), value in seen.events.items():
        site = watch.sites[number]
        if occurrence >= PASSINGS:
            continue
        if (number, 0) in seen.forward or site.statement is None or not site.assigned:
            continue
        for truth in truths:
            formula = _recognised(value, truth, N)
            if formula is not None:
                line = site.statement.lineno
                found[line] = Mark(line, _variable(site), "true", _error(value, truth, N), formula)
                break
    if places is not None and places.watch is not None:
        departed = False
        for suspect in places.suspects:
            site = places.watch.sites[suspect.site]
            if site.statement is None or site.statement.lineno in found:
                continue
            state = "follows" if departed else "departs"
            departed = True
            error = next(
                (_apart(seen.events[e], wanted) for e, wanted in suspect.values.items() if e in seen.events), None
            )
            line = site.statement.lineno
            found[line] = Mark(line, _variable(site), state, error, "")
    return tuple(found[line] for line in sorted(found))


def _recognised(value: ndarray, truth: Truth, N: int) -> str | None:
    for array in truth.arrays[:PASSINGS]:
        for factor, text in ((1.0, ""), (float(N), "N * ")):
            for turned, sign in ((array, ""), (array.T, ".T")):
                if turned.size == value.size and _squeezed(turned) == _squeezed(value) and turned.any():
                    if _apart(value, factor * turned) < CLOSE:
                        return (
                            f"{text}dL/d({truth.name}){sign}" if " " in truth.name else f"{text}dL/d{truth.name}{sign}"
                        )
                    if array.ndim < 2:
                        break
    return None


def _error(value: ndarray, truth: Truth, N: int) -> float:
    options = [
        _apart(value, factor * turned)
        for array in truth.arrays
        for factor in (1.0, float(N))
        for turned in (array, array.T)
        if turned.size == value.size and _squeezed(turned) == _squeezed(value)
    ]
    return min(options)


def _apart(value: ndarray, truth: ndarray) -> float:
    if truth.size != value.size:
        return float("inf")
    truth = np.reshape(truth, value.shape)
    return float(np.max(np.abs(value - truth)) / max(np.max(np.abs(truth)), np.max(np.abs(value)), 1e-12))


def _squeezed(array: ndarray) -> Sequence[int]:
    return [length for length in array.shape if length != 1]


def _variable(site: Site) -> str:
    import ast

    statement = site.statement
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return ast.unparse(statement.targets[0])
    return ast.unparse(statement.target) if isinstance(statement, ast.AugAssign) else ast.unparse(site.expression)
