"""In which form a program takes its inputs: decided by giving it each and looking at what comes."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Result, Sizes
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.recognise.outcome import NoLoss

TRIAL_SECONDS = 0.5
MANY = ("integers", "one-hot", "integer column")
BINARY = ("binary", "binary flat")


@dataclass(frozen=True)
class Form:
    """How examples and labels are given."""

    columns: bool
    """Whether examples are columns."""
    labels: str
    """``integers`` (N,), ``one-hot`` (N, C), ``integer column`` (N, 1), ``binary`` (N, 1), ``binary flat`` (N,).

    ``tokens``: inputs are whole numbers as well, (N,), a sequence of one-hot vectors with a step for each.
    """
    single: bool = False
    """Whether there is one example only, a column (D, 1) or a row (1, D)."""
    flat: bool = False
    """Whether that one example has one axis only: (D,), its label (C,), or a bare number."""
    rows_of_labels: bool = False
    """Whether labels are rows although examples are columns."""

    @property
    def binary(self) -> bool:
        return self.labels in BINARY

    def inputs(self, X: ndarray, y: ndarray, C: int) -> tuple[ndarray, ndarray]:
        """Return X and y of a draw in this form."""
        if self.labels == "tokens":
            return X.argmax(axis=1) % C, y
        if self.labels == "one-hot":
            given = np.eye(C)[y]
        else:
            given = y.astype(np.float64 if self.binary else np.int64)
            given = given if self.labels in ("integers", "binary flat") else given[:, None]
        if self.flat:
            return X[0], given[0]
        if not self.columns:
            return X, given
        return X.T.copy(), given if self.rows_of_labels else given.T.copy()

    def sizes(self, several: tuple[Sizes, ...]) -> tuple[Sizes, ...]:
        """Return sizes as far as they are possible in this form: one example, one output."""
        return tuple(
            Sizes(1 if self.single else one.N, one.D, one.hidden, 1 if self.binary else one.C) for one in several
        )

    def conventions(self) -> dict[str, str]:
        """Return this in the words of an answer."""
        if self.labels == "tokens":
            return {"examples": "a sequence", "labels": "integers"}
        labels = {"integers": "integers", "integer column": "integers", "one-hot": "one-hot"}.get(self.labels, "0 or 1")
        examples = "one at a time" if self.single else "columns" if self.columns else "rows"
        return {"examples": examples, "labels": labels}


def forms(indexed: bool, inputs_indexed: bool = False) -> list[Form]:
    """Return all forms in the order in which they are tried.

    Parameters
    ----------
    indexed, inputs_indexed : bool
        Whether labels, and inputs, are used as indices.
    """
    if indexed and inputs_indexed:
        return [Form(False, "tokens"), *forms(indexed)]
    labels = ["integers", "integer column"] if indexed else ["one-hot", "integers", "binary", "binary flat"]
    if indexed:
        several = [Form(columns, kind) for columns in (False, True) for kind in labels]
        return [*several, Form(False, "integers", single=True, flat=True)]
    several = [Form(columns, kind) for kind in labels for columns in (False, True)]
    mixed = Form(True, "one-hot", rows_of_labels=True)
    alone = [Form(columns, kind, single=True) for kind in ("one-hot", "binary") for columns in (True, False)]
    flat = [Form(False, kind, single=True, flat=True) for kind in ("one-hot", "binary", "binary flat")]
    return [*several, mixed, *alone, *flat]


@dataclass(frozen=True, order=True)
class Score:
    """How well a trial went; the largest is the best."""

    ran: bool
    many_examples: bool
    many_classes: bool
    complete: bool
    """Whether every parameter got a gradient of its size."""
    right: bool
    """Whether the gradients agree with the loss along one direction."""
    progress: int
    """The line that it came to, if it crashed."""


def score(draw: Callable[[], Case], form: Form, filename: str) -> tuple[Score, Exception | None]:
    """Try one form."""
    many = not form.binary
    try:
        with time_limit(TRIAL_SECONDS), np.errstate(all="ignore"):
            case = draw()
            result = case.run()
            sizes = {name: value.size for name, value in case.parameters.items()}
            found = {name: value.size for name, value in result.gradients.items()}
            ran = bool(np.isfinite(result.loss)) and bool(found)
            right = ran and sizes == found and _agrees(case, result)
            if form.labels == "integer column":
                ran = right  # as indices they fit almost anywhere, and mean something else
    except Exception as error:  # whatever a stranger's program may raise
        return Score(False, not form.single, many, False, False, _line_reached(error, filename)), error
    except TookTooLong:
        return Score(False, not form.single, many, False, False, 0), TimeoutError("it took too long")
    return Score(ran, not form.single, many, ran and sizes == found, right, 0), None


def _agrees(case: Case, result: Result) -> bool:
    """Whether the gradients are right in one random direction, in which the loss does change."""
    rng = np.random.default_rng(7)
    directions = {name: rng.normal(size=value.shape) for name, value in case.parameters.items()}
    step, losses = 1e-5, []
    for sign in (1, -1):
        for name, value in case.parameters.items():
            value += sign * step * directions[name]
        losses.append(case.run().loss)
        for name, value in case.parameters.items():
            value -= sign * step * directions[name]
    slope = (losses[0] - losses[1]) / (2 * step)
    expected = sum(float(np.sum(result.gradients[name].ravel() * directions[name].ravel())) for name in directions)
    return abs(slope - expected) <= 1e-4 * abs(slope) and abs(slope) > 1e-7


def agreeing(draw: Callable[[int, float, Sizes], Case], sizes: Sizes, reg: float) -> int:
    """Return for how many parameters the gradients are those of the loss, along one direction each."""
    rng = np.random.default_rng(3)
    right = 0
    try:
        with time_limit(TRIAL_SECONDS):
            case = draw(1, reg, sizes)
            result = case.run()
            for name, value in case.parameters.items():
                direction, losses = rng.normal(size=value.shape), []
                for sign in (1, -1):
                    value += sign * 1e-5 * direction
                    losses.append(case.run().loss)
                    value -= sign * 1e-5 * direction
                slope = (losses[0] - losses[1]) / 2e-5
                gradient = result.gradients.get(name)
                if gradient is not None and gradient.size == value.size:
                    claimed = float(np.vdot(gradient, direction))
                    right += bool(abs(slope - claimed) <= 1e-4 * abs(slope) and abs(slope) > 1e-7)
    except (Exception, TookTooLong):  # whatever a stranger's program may raise
        return 0
    return right


def _line_reached(error: Exception, filename: str) -> int:
    """Return the line of the program's outermost function in which it crashed."""
    if isinstance(error, NoLoss):
        return 10**9  # it came to its end
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    return (frames[0].lineno or 0) if frames else -1


def used_as_index(nodes: Iterable[ast.AST], names: set[str]) -> bool:
    """Whether one of these names stands within the index of an array, so that its values must be whole numbers."""
    return any(name in names for node in nodes for name in _names_in_indices(node))


def _names_in_indices(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript):
            yield from _names_that_index(inner.slice)


def _names_that_index(index: ast.expr) -> Iterator[str]:
    """Yield names whose values index: not those of which only the shape or length is used."""
    if isinstance(index, ast.Name):
        yield index.id
    elif isinstance(index, ast.Tuple):
        for part in index.elts:
            yield from _names_that_index(part)
    elif isinstance(index, ast.Subscript):  # scores[i, y[i]]
        yield from _names_that_index(index.value)
    elif isinstance(index, ast.Call):  # y.astype(int), y.ravel(), int(y[i]), np.array(y); not argmax(y)
        method = index.func.attr if isinstance(index.func, ast.Attribute) else getattr(index.func, "id", "")
        if method in ("astype", "ravel", "flatten", "reshape", "int", "array", "asarray", "squeeze", "tolist", "list"):
            if isinstance(index.func, ast.Attribute):
                yield from _names_that_index(index.func.value)
            for part in index.args:
                yield from _names_that_index(part)


Candidate = tuple[Form, Callable[[int, float, Sizes], Case], Sizes]
Grade = tuple[int, Score, Exception | None]
"""The place of a candidate, its score, and why it crashed if it did."""


def grades(candidates: Iterable[Candidate], filename: str) -> list[Grade]:
    """Try all, or up to the first that is right, and return them with the best first."""
    found: list[Grade] = []
    for place, (form, draw, sizes) in enumerate(candidates):
        grade, error = score(lambda draw=draw, sizes=sizes: draw(1, 0.1, sizes), form, filename)  # type: ignore[misc]
        found.append((place, grade, error))
        if grade.right and grade.many_classes:
            break
    return sorted(found, key=lambda one: one[1], reverse=True)


def best(candidates: Iterable[Candidate], filename: str) -> Grade:
    """Try all and return the best; its place is -1 if there is none."""
    nothing = (-1, Score(False, False, False, False, False, -2), None)
    return next(iter(grades(candidates, filename)), nothing)
