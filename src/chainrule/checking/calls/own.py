"""The arguments that the program itself called a function with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.calls.bench import Bench, Failed
from chainrule.checking.calls.drafting import Draft
from chainrule.checking.calls.guess import Guess, Guesses
from chainrule.checking.calls.pipeline import Pipeline
from chainrule.checking.calls.words import size_role
from chainrule.checking.reading.standins.anything import Anything
from chainrule.checking.record.run import Run
from chainrule.checking.record.tape import Frame, Held, resolved


def own_calls(plan: Pipeline, run: Run, bench: Bench, frames: Sequence[Frame]) -> Iterator[Draft]:
    """Yield what comes of a function with the arguments of the program's own first call of it."""
    given = _given(plan, run, frames)
    if given is None or (
        re.search("pool|max", plan.name, re.IGNORECASE) and any(_has_ties(one) for one in given.values())
    ):
        return
    try:
        yield plan.draft(bench.start(), {name: Guess("value", value=value) for name, value in given.items()}, 5)
    except Failed:
        return


def templates(plan: Pipeline, run: Run, variant: dict[str, Any], frames: Sequence[Frame]) -> list[Guesses]:
    """Return guesses of the shapes that the program itself used, with other sizes and with these."""
    given = _given(plan, run, frames)
    if given is None:
        return []
    made = {name: like(value) for name, value in given.items()}
    known = {n for one in made.values() for inner in one.all() for n in inner.shape}
    for name, one in made.items():
        if (
            one.kind == "value"
            and type(one.value) is int
            and one.value > 1
            and one.value in known
            and size_role(name[3:].rsplit("_c_")[-1])
        ):
            made[name] = Guess("whole", value=one.value)
    sizes = sorted({n for one in made.values() for inner in one.all() for n in inner.shape if n > 1})
    offset = variant["N"] - 4
    new = {n: 2 + (place + offset) % (len(sizes) + 3) for place, n in enumerate(sizes)}
    small = {name: one.renamed(new) for name, one in made.items()}
    same = sum(int(np.prod(inner.shape)) for one in made.values() for inner in one.all()) < 3000
    return [small, made] if same else [small]


def like(value: Any) -> Guess:
    """Return a guess of values of the same kind as one."""
    if isinstance(value, ndarray) and value.dtype.kind == "f":
        if value.ndim == 2 and np.all((value == 0) | (value == 1)):
            axis = next((n for n in (0, 1) if np.all(value.sum(axis=n) == 1) and value.shape[n] > 1), None)
            return Guess("array", value.shape) if axis is None else Guess("one-hot", value.shape, value=axis)
        return Guess("array", value.shape)
    if isinstance(value, ndarray) and value.dtype.kind in "iu" and value.size:
        if set(np.unique(value)) <= {0, 1}:
            return Guess("binary", value.shape)
        return (
            Guess("labels", value.shape, high=int(value.max()) + 1) if value.min() >= 0 else Guess("value", value=value)
        )
    if isinstance(value, dict):
        return Guess("entries", parts={key: like(one) for key, one in value.items()})
    if isinstance(value, (tuple, list)) and any(isinstance(one, (ndarray, tuple, list, dict)) for one in value):
        return Guess("items", value=type(value), parts={n: like(one) for n, one in enumerate(value)})
    return Guess("value", value=value)


def _given(plan: Pipeline, run: Run, frames: Sequence[Frame]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    known = {id(value): value for value in run.namespace.values()}
    for owner, made in plan.constructors.items():
        if made is not None and owner not in plan.layers:
            frame = _frame(frames, made.qualified)
            if frame is None:
                return None
            found |= {
                f"_c_{owner}_{name}": _value(one, run, known)
                for name, one in frame.arguments.items()
                if name not in ("self", "*")
            }
    for number, one in enumerate(plan.steps):
        frame = _frame(frames, one.qualified)
        if frame is None and number == 0:
            return None
        if frame is not None:
            for name, value in frame.arguments.items():
                if name not in ("self", "*") and f"_a_{name}" not in found:
                    found[f"_a_{name}"] = _value(value, run, known)
    return None if any(_unknown(value) for value in found.values()) else found


def _has_ties(value: Any) -> bool:
    """Whether numbers are equal, so that it is not said which of them is the largest."""
    return isinstance(value, ndarray) and value.dtype.kind == "f" and np.unique(value).size < value.size


def _frame(frames: Sequence[Frame], name: str) -> Frame | None:
    return next((one for one in frames if one.function == name and one.arguments), None)


def _value(structure: Any, run: Run, known: dict[int, Any]) -> Any:
    value = resolved(
        structure, lambda ref: np.array(run.tape.value(ref)) if np.ndim(run.tape.value(ref)) else run.tape.value(ref)
    )
    return known.get(value.identity, value) if isinstance(value, Held) else value


def _unknown(value: Any) -> bool:
    if isinstance(value, (Held, Anything)):
        return True
    if isinstance(value, dict):
        return any(_unknown(one) for one in value.values())
    return isinstance(value, (list, tuple)) and any(_unknown(one) for one in value)
