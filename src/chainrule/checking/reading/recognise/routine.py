"""A function, or a sequence of functions, of parameters and data: the way to run it that fits its arguments best."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.checking.experiment import Case, Experiment, Sizes, same
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.cases import Holder, Inputs, known_things, refilled_case
from chainrule.checking.reading.recognise.draws import random_inputs
from chainrule.checking.reading.recognise.found import Found, first_supposed
from chainrule.checking.reading.recognise.implied_loss import Implied, Loss, implied, supposed
from chainrule.checking.reading.recognise.outcome import NoLoss
from chainrule.checking.reading.recognise.paths import labelled, leaves
from chainrule.checking.reading.recognise.returns import names_for, return_names
from chainrule.checking.reading.recognise.sequence import Step
from chainrule.checking.reading.recognise.sources import Source, sources
from chainrule.checking.reading.recognise.trials import Form, Score, forms, grades, used_as_index
from chainrule.checking.reading.recognise.vocabulary import is_parameter, role
from chainrule.checking.reading.recognise.words import LOSS
from chainrule.checking.reading.standins.anything import Anything

MOST_KEYS = 16
"""So many keys of a dictionary of parameters are learnt from its misses."""
MOST_IMPLIED = 8
"""For so many ways of running functions a loss is looked for that none of them computes."""


@dataclass(frozen=True)
class Way:
    """One way to run functions of a program."""

    functions: tuple[str, ...]
    source: Source
    form: Form
    sizes: tuple[Sizes, ...]


class Routine:
    """What is known of one sequence of functions."""

    def __init__(self, module: Module, kind: str, names: tuple[str, ...]) -> None:
        self._module, self._kind, self._names = module, kind, names
        self._nodes = [module.functions()[name] for name in names]
        self._filename = str(module.program.path)
        self._uncounted = [
            name
            for name, value in module.namespace.items()
            if isinstance(value, Anything) and role(name) == "N" and name in _read(self._named("y")[0])
        ]

    def found(self) -> Found | None:
        """Return the best way to run the functions, or None if there is none."""
        tried = self._tried()
        if not tried:
            return None
        way, score, _ = tried[0]
        if not score.ran and self._kind == "stages":
            found = self._without_loss([way for way, _, error in tried if isinstance(error, NoLoss)])
            if found is not None:
                return found
        if not score.ran and score.progress <= 0:
            return None
        certain = self._kind == "function" or len(self._names) == 3
        return Found(self._experiment(way), score, self._names, certain)

    def _without_loss(self, ways: list[Way]) -> Found | None:
        """Return the way to run the functions whose gradients are those of a loss that none of them computes."""
        partly: Found | None = None
        for way in ways[:MOST_IMPLIED]:
            implied_by = implied(lambda loss, way=way: self._draw(way, loss), way.sizes[0])  # type: ignore[misc]
            if implied_by is not None:
                whole = implied_by.whole
                score = Score(True, not way.form.single, not way.form.binary, whole, whole, 0)
                found = Found(self._experiment(way, implied_by), score, self._names)
                if whole:
                    return found
                partly = partly or found
        return partly or first_supposed(ways[:MOST_IMPLIED], self._supposed, self._experiment, self._names)

    def _supposed(self, way: Way) -> list[Implied]:
        return supposed(lambda loss: self._draw(way, loss), way.sizes[0])

    def _experiment(self, way: Way, found: Implied | None = None) -> Experiment:
        conventions = way.form.conventions()
        if found is not None:
            conventions["loss"] = found.convention
        return Experiment(
            self._names[-1] if self._kind == "function" else " + ".join(self._names),
            self._kind,
            self._draw(way, found.loss if found else None),
            self._takes_reg(way),
            way.sizes,
            conventions=conventions,
        )

    def _tried(self) -> list[tuple[Way, Score, Exception | None]]:
        """Return all ways, the best first; a parameter that is asked for under an unforeseen key is added."""
        nodes, labels = self._named("y")
        _, inputs = self._named("X")
        possible = forms(used_as_index(nodes, labels), used_as_index(nodes, inputs))
        also: list[str] = []
        while True:
            ways = [
                Way(self._names, source, form, sizes)
                for source in sources(self._module, self._nodes, also)
                for form in possible
                for sizes in source.sizes(form)
            ]
            graded = grades(((way.form, self._draw(way), way.sizes[0]) for way in ways), self._filename)
            missing = [] if not graded or graded[0][1].ran else [_missing(error) for _, _, error in graded]
            key = next((key for key in missing if key and key not in also), "")
            if not key or len(also) == MOST_KEYS:
                return [(ways[place], score, error) for place, score, error in graded]
            also.append(key)

    def _named(self, meaning: str) -> tuple[list[ast.FunctionDef], set[str]]:
        """Return all functions that these reach, and their arguments that are labels (``y``), or inputs (``X``)."""
        functions = self._module.functions()
        nodes = list(self._nodes)
        for node in nodes:
            nodes += [functions[name] for name in called_in(node) if name in functions and functions[name] not in nodes]
        return nodes, {argument.arg for node in nodes for argument in node.args.args if role(argument.arg) == meaning}

    def _takes_reg(self, way: Way) -> bool:
        if not any(has(node, "reg") for node in self._nodes):
            return False
        draw = self._draw(way)
        try:
            return not same(draw(1, 0.0, way.sizes[0]).run(), draw(1, 0.5, way.sizes[0]).run())
        except Exception:  # it crashes at any rate
            return True

    def _draw(self, way: Way, loss: Loss | None = None) -> Callable[[int, float, Sizes], Case]:
        module = self._module

        def draw(seed: int, reg: float, sizes: Sizes) -> Case:
            rng = np.random.default_rng(seed)
            X, y = random_inputs(rng, sizes)
            given_X, given_y = way.form.inputs(X, y, sizes.C)
            known = known_things(sizes, reg, given_X, given_y)
            names = way.source.make(known, sizes)
            known["state"] = _first_state(rng, names)
            holder = Holder(names, _places(names), named=True, mirror=module.namespace if way.source.mirrored else None)
            steps = [self._step(index) for index in range(len(self._names))]
            counts = dict.fromkeys(self._uncounted, sizes.N)
            if counts:
                steps[0] = replace(steps[0], function=_told(steps[0].function, module.namespace, counts))
            X = X if way.form.labels != "tokens" else given_X
            return refilled_case(Inputs(sizes, reg, X, y, given_X, given_y, known), holder, steps, rng, loss)

        return draw

    def _step(self, index: int) -> Step:
        name, node = self._names[index], self._nodes[index]
        if self._kind == "function":
            return Step(self._module.namespace[name], return_names(node), ("X", "y", "reg"))
        first = index == 0
        result = "yhat" if first else ("loss" if LOSS.match(name) else "")
        order = ("X", "parameters") if first else ("yhat", "y", "cache") if result == "loss" else ("X", "y", "cache")
        return Step(self._module.namespace[name], names_for(node, result), order, result)


def _read(nodes: list[ast.FunctionDef]) -> set[str]:
    """Return the names whose values functions read."""
    return {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _told(function: Callable[..., Any], namespace: dict[str, Any], counts: dict[str, int]) -> Callable[..., Any]:
    """Return a function that is run with variables of its module set: how many examples there are.

    The data of the program is not there, so that what it counted in them is unknown.
    """

    @functools.wraps(function)
    def told(*args: Any, **kwargs: Any) -> Any:
        namespace.update(counts)
        return function(*args, **kwargs)

    return told


def _missing(error: Exception | None) -> str:
    """Return the parameter that a dictionary was asked for in vain, or ``""``."""
    key = error.args[0] if isinstance(error, KeyError) and error.args else None
    return key if isinstance(key, str) and is_parameter(key) else ""


def _first_state(rng: np.random.Generator, names: dict[str, Any]) -> Any:
    """Return what a recurrent network may remember, a column for its matrix from states to states."""
    squares = [value for _, value in leaves(names) if np.ndim(value) == 2 and len(set(value.shape)) == 1]
    return rng.normal(size=(len(squares[0]), 1)) if squares else None


def _places(names: dict[str, Any]) -> dict[str, Any]:
    """Return where the parameters stand among the things that functions are given."""
    found = [(path, value) for path, value in leaves(names) if np.asarray(value).dtype.kind in "fi"]
    by_label = labelled([path for path, _ in found])
    values = dict(found)
    return {name: (path, values[path]) for name, path in by_label.items()}


def has(node: ast.FunctionDef, *roles: str) -> bool:
    """Return whether a function has an argument of one of these roles."""
    return any(role(argument.arg) in roles for argument in node.args.args)


def called_in(node: ast.AST) -> Iterator[str]:
    """Yield the names that are called."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            yield inner.func.id
