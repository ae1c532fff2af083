"""Parameters that are moved by something that is not their gradient, though that is computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from chainrule.checking.updates.case import Case
from chainrule.checking.updates.findings import Finding, Kind
from chainrule.checking.updates.linear import proportional
from chainrule.checking.updates.observe import Series


def other_gradients(case: Case) -> list[Finding]:
    """Return the parameters whose true gradient is computed and left, and those whose move is made of a sum of it."""
    found = []
    for series in case.observed.series:
        if series.used:
            continue
        vertex = case.blame.vertex(series.gradient.time - 1)
        move = case.blame.move(series)
        if vertex in case.training.flow.upstream([move.new], start=case.training.steps[case.observed.number].start):
            continue
        name = _moved_by(case, series)
        line = _line(case, vertex)
        found.append(
            Finding(
                Kind.OTHER_GRADIENT,
                (series.name,),
                tuple(case.blame.step(series)),
                f"its gradient is right ({line}) and does not move it" + (f"; that of {name} does" if name else ""),
                "its own gradient",
            )
        )
    return found


def _line(case: Case, vertex: int) -> str:
    statement = case.blame.made_at(vertex)
    return f"line {case.training.flow.tape.statements[statement].line}" if statement >= 0 else "no line"


def _moved_by(case: Case, series: Series) -> str:
    """Return whose gradient moves a parameter."""
    for other in case.observed.series:
        alike = other is not series and other.gradients.shape == series.gradients.shape
        if alike and proportional(series.moves, other.gradients, series.before) is not None:
            return other.name
    return ""


def transformed(gradients: ndarray, before: ndarray) -> Iterator[tuple[str, ndarray]]:
    """Yield what is sometimes put in a gradient's place."""
    ones = np.ones((1, gradients.shape[1]))
    yield "the sum of all entries of its gradient", gradients.sum(axis=1, keepdims=True) * ones
    yield "the value itself", before
    side = round(gradients.shape[1] ** 0.5)
    if side > 1 and side * side == gradients.shape[1]:
        yield "its gradient transposed", gradients.reshape(-1, side, side).transpose(0, 2, 1).reshape(gradients.shape)


def spoiled(case: Case, series: Series) -> Finding | None:
    """Return what moves a parameter whose gradient is right and on the way, where that is a usual mix-up."""
    if series.before.shape[1] == 1:
        return None
    for what, direction in transformed(series.gradients, series.before):
        if proportional(series.moves, direction, series.before) is not None:
            return Finding(
                Kind.OTHER_GRADIENT,
                (series.name,),
                tuple(case.blame.statements(series)),
                f"{what} moves it",
                "its gradient",
            )
    name = _moved_by(case, series)
    if not name:
        return None
    statements = tuple(case.blame.statements(series))
    return Finding(
        Kind.OTHER_GRADIENT, (series.name,), statements, f"the gradient of {name} moves it", "its own gradient"
    )
