"""Helper or caller: where a function gives a wrong slope, is it what it computes, or what it is given?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.record.tape import Frame, Ref
from chainrule.checking.search import Repair, Search

MARGIN = 1.2
"""How much less likely a change of the helper may be than one of its caller."""


def in_the_helper(search: Search, repair: Repair) -> Repair:
    """Return the change of the helper instead of one that goes around it, where the helper itself is wrong."""
    change = repair.candidate.change
    called = {name for part in (change.used,) if part is not None for name in _called(part)}
    functions = {one for one in called if one in search.functions()}
    if not functions:
        return repair
    for candidate in search.all_found:
        function = search.tape.statements[candidate.statement].function.rpartition(".")[2]
        if function not in functions or candidate.rank > repair.candidate.rank + MARGIN:
            continue
        if _is_right(search, function):
            return repair
        other = search.in_full(candidate)
        if other is not None and other.subject.judgement.right:
            return other
    return repair


def _called(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            if isinstance(one.func, ast.Name):
                yield one.func.id
            elif isinstance(one.func, ast.Attribute):
                yield one.func.attr


def _is_right(search: Search, function: str) -> bool:
    """Return whether a function gives the slope of a function of the forward pass at what it is given."""
    tape = search.tape
    frames = [
        one for one in tape.frames if one.function.rpartition(".")[2] == function and one.start >= search.problem.start
    ]
    for frame in frames[:3]:
        given, gave = _argument(search, frame), frame.returned
        if given is None or not isinstance(gave, Ref):
            continue
        slope = np.asarray(tape.value(gave), float)
        for name, other in search.functions().items():
            if name != function and _has_slope(other, given, slope):
                return True
    return False


def _argument(search: Search, frame: Frame) -> ndarray | None:
    refs = [one for one in frame.arguments.values() if isinstance(one, Ref)]
    return np.asarray(search.tape.value(refs[0]), float) if len(refs) == 1 else None


def _has_slope(function: Any, x: ndarray, slope: ndarray) -> bool:
    step = 1e-5
    try:
        with np.errstate(all="ignore"):
            numeric = (np.asarray(function(x + step), float) - np.asarray(function(x - step), float)) / (2 * step)
    except Exception:  # a function of another kind
        return False
    return numeric.shape == slope.shape and bool(np.mean(np.abs(numeric - slope) < 1e-6 * (1 + np.abs(slope))) > 0.97)
