"""What ``predict`` gives: the class of the largest score of every example."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Result
from chainrule.checking.objective import Objective
from chainrule.checking.reading.recognise.cases import known_things
from chainrule.checking.reading.recognise.network_class import constructed, parameters_of
from chainrule.checking.reading.recognise.vocabulary import is_parameter, role
from chainrule.checking.teaching.data import Data, data, forms, trial_sizes
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.remedies import Mistake, Remedy, blamed, mended, remedy, simple_statements, with_part
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.teaching.trainer import refill
from chainrule.checking.units import Unit

NAMES = ("predict", "prediction", "predictions", "get_predictions", "classify", "predict_classes", "predict_labels")


@dataclass(frozen=True)
class _Predicted:
    """What came for some rows, beside what was to come."""

    classes: ndarray
    """What the program gave, flat."""
    wanted: ndarray | None
    """(N,) the largest score of each row, where the network is one whose scores are known."""
    N: int
    C: int

    @property
    def right(self) -> bool:
        """Whether there is a class for each row, and it is that of the largest score."""
        if self.classes.size != self.N:
            return False
        return self.wanted is None or bool((self.classes == self.wanted).all())


def largest_score(subject: Subject) -> Lessons:
    """Predict for rows that are neither as many as classes nor as hidden units."""
    found = Lessons()
    for unit, node in _predictors(subject):
        seen = _predicted(subject, unit.name, 1)
        if seen is None or seen.C < 2:
            continue
        if seen.right:
            if seen.wanted is not None:
                found += Lessons(checked=(f"{node.name}: the class of the largest score, for {seen.N} rows",))
        elif seen.classes.size == seen.C:
            found += _reported(subject, unit, node, seen)
        elif seen.classes.size == seen.N and seen.wanted is not None and np.isin(seen.classes, range(seen.C)).all():
            others = int((seen.classes != seen.wanted).sum())
            found += subject.note(
                f"{node.name} does not give the class of the largest score that the loss computes: "
                f"{others} of {seen.N} rows get another",
                node.lineno,
            )
    return found


def _reported(subject: Subject, unit: Unit, node: ast.FunctionDef, seen: _Predicted) -> Lessons:
    evidence = f"For {seen.N} rows and {seen.C} classes it gives {seen.C} answers, one for each class."
    proof = "it gives the class of the largest score for every row, in fresh draws"
    mistake = Mistake("argmax along the wrong axis", evidence, proof)
    remedies = list(_remedies(subject, node))

    def works(one: Subject, seed: int) -> bool:
        again = _predicted(one, unit.name, seed)
        return again is not None and again.right

    suspect = remedies[0].statement if remedies else node.body[-1]
    return mended(subject, mistake, remedies, works) or blamed(subject, mistake, suspect)


def _predictors(subject: Subject) -> Iterator[tuple[Unit, ast.FunctionDef]]:
    """Yield what predicts, of the network that was checked."""
    checked = subject.experiment.name.split(".")[0]
    for _, unit, node in subject.units():
        owner = unit.classes[-1] if unit.classes else ""
        cls = subject.loaded.namespace.get(checked)
        own = isinstance(cls, type) and any(one.__name__ == owner for one in cls.__mro__)
        if node.name.lower().strip("_") in NAMES and (own or not owner):
            yield unit, node


def _predicted(subject: Subject, name: str, seed: int) -> _Predicted | None:
    """Run a prediction in the first form of data that it takes."""
    unit = next((unit for unit, _ in _predictors(subject) if unit.name == name), None)
    for form in forms(subject.experiment):
        given = data(trial_sizes(subject), form, seed)
        try:
            found = _run(subject, unit, given, seed) if unit is not None else None
        except Exception:  # whatever a stranger's program may raise: it may want another form
            continue
        if found is not None:
            return found
    return None


def _run(subject: Subject, unit: Unit, given: Data, seed: int) -> _Predicted | None:
    if unit.classes:
        known = known_things(given.sizes, 0.0, *given.given)
        model = constructed(subject.loaded.namespace[subject.experiment.name.split(".")[0]], known)
        refill(model, seed)
        parameters = {label: np.array(value) for label, (_, value) in parameters_of(model).items()}
        function: Any = getattr(model, unit.name.rpartition(".")[2])
    else:
        parameters = subject.draw(seed, given.sizes).parameters
        function = subject.loaded.namespace.get(unit.name, unit.function)
    arguments = _arguments(function, given.given[0], parameters)
    if arguments is None:
        return None
    answer = np.asarray(function(**arguments))
    if answer.dtype.kind not in "iuf" or answer.size not in (len(given.X), given.sizes.C):
        return None
    return _Predicted(answer.reshape(-1), _wanted(subject, given, parameters), len(given.X), given.sizes.C)


def _arguments(function: Any, X: ndarray, parameters: dict[str, ndarray]) -> dict[str, Any] | None:
    """Return what a prediction is given: X, and the parameters in a dictionary or one by one."""
    given: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        name = parameter.name
        if role(name) == "X" and "X" not in map(role, given):
            given[name] = X.copy()
        elif role(name) == "parameters":
            given[name] = {label: value.copy() for label, value in parameters.items()}
        elif is_parameter(name) and name in parameters:
            given[name] = parameters[name].copy()
        elif parameter.default is parameter.empty:
            return None
    return given if "X" in map(role, given) else None


def _wanted(subject: Subject, given: Data, parameters: dict[str, ndarray]) -> ndarray | None:
    """Return the class of the largest score of each row, as the network's own loss computes them."""
    convention = subject.convention(subject.draw(1))
    case = Case(given.sizes, 0.0, given.X, given.y, parameters, lambda: Result(0.0, {}))
    objective = Objective.of(case)
    if convention is None or objective is None:
        return None
    scores = next(truth.arrays[0] for truth in objective.stages(convention) if truth.name == "scores")
    return np.asarray(scores.argmax(axis=1))


def _remedies(subject: Subject, node: ast.FunctionDef) -> Iterator[Remedy]:
    """Yield the other axes of every argmax."""
    for statement in simple_statements(node):
        for call in ast.walk(statement):
            if isinstance(call, ast.Call) and "argmax" in ast.unparse(call.func):
                for axis in (1, 0, -1):
                    new = with_part(statement, call, _along(call, axis))
                    if ast.dump(new) != ast.dump(statement):
                        yield remedy(subject, [(statement, (ast.fix_missing_locations(new),))])


def _along(call: ast.Call, axis: int) -> ast.Call:
    """Return a call with another axis, written as it was."""
    value = ast.parse(str(axis), mode="eval").body
    method = not ast.unparse(call.func).startswith(("np.", "numpy.")) and isinstance(call.func, ast.Attribute)
    keywords = [word for word in call.keywords if word.arg != "axis"]
    positional = 0 if method else 1
    if len(call.args) > positional:
        arguments = [*call.args[:positional], value, *call.args[positional + 1 :]]
        return ast.copy_location(ast.Call(call.func, arguments, keywords), call)
    return ast.copy_location(ast.Call(call.func, call.args, [*keywords, ast.keyword("axis", value)]), call)
