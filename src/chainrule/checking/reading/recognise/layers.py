"""Pairs of a forward and a backward function with a cache between them, each on its own: loss = Σ out · dout."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Experiment, Result, Sizes
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.draws import random_inputs
from chainrule.checking.reading.recognise.layer_shapes import (
    LAYER_SIZES,
    Shapes,
    drawn,
    lengths,
    possible,
    settings,
    thing,
)
from chainrule.checking.reading.recognise.outcome import Outcome
from chainrule.checking.reading.recognise.returns import return_names
from chainrule.checking.reading.recognise.standard import standard_output
from chainrule.checking.reading.recognise.trials import Form, agreeing, best, used_as_index
from chainrule.checking.reading.recognise.vocabulary import role
from chainrule.checking.reading.seeding import seed_everything

ROWS = Form(columns=False, labels="integers")
SWAPS = (("forward", "backward"), ("Forward", "Backward"), ("fwd", "bwd"), ("_f", "_b"), ("fprop", "bprop"))


def find(module: Module) -> Iterator[Experiment]:
    """Yield an experiment for each pair, and for each loss function that also returns its gradient."""
    functions = module.functions()
    for name, node in functions.items():
        partner = _partner(name, set(functions))
        if partner:
            layer = _Pair(module, name, partner, node, functions[partner])
            if layer.things and not layer.has_labels:
                yield from layer.experiment()
        elif re.fullmatch(r"(softmax|svm|cross_?entropy|hinge)\w*_loss\w*|\w*loss_(softmax|svm)", name):
            yield from _LossLayer(module, name, node).experiment()


def _partner(name: str, functions: set[str]) -> str:
    """Return the backward function of a forward one."""
    for front, back in SWAPS:
        if front in name and (other := name.replace(front, back)) in functions and other != name:
            return other
    return ""


class _Pair:
    """One forward function with its backward function."""

    def __init__(self, module: Module, name: str, partner: str, node: ast.FunctionDef, back: ast.FunctionDef) -> None:
        self._forward = module.namespace[name]
        self._backward = module.namespace[partner]
        self._name, self._partner = name, partner
        self._names = return_names(back)
        self._filename = str(module.program.path)
        self.things, self._with_settings = _split_arguments(self._forward)
        self._overlaps = False
        """Whether windows overlap in the last of the sizes."""
        self.has_labels = any(role(argument) == "y" for argument in self.things)

    def experiment(self) -> Iterator[Experiment]:
        """Yield the pair with the first shapes that it accepts, or else with those with which it gets furthest."""
        shapes = list(possible(self._name, list(self.things.values())))
        if not shapes:
            return
        place, score, _ = best(((ROWS, self._draw(one), LAYER_SIZES[0]) for one in shapes), self._filename)
        if place < 0 or (not score.ran and score.progress <= 0):
            return
        if score.ran and not score.right and self._averages(shapes[place]):
            return
        expected, output = None, None
        standard = standard_output(self._name)
        if standard is not None:
            expected = lambda case: tuple(standard(*case.parameters.values(), **self._all_settings(case.sizes)))  # noqa: E731
            output = self._output
            self._overlaps = self._gives_overlapping(self._draw(shapes[place]), expected)
        yield Experiment(self._partner, "layers", self._draw(shapes[place]), False, LAYER_SIZES, expected, output)

    def _averages(self, shapes: Shapes) -> bool:
        """Whether the layer divides the gradients of all its parameters by N: one of a network whose loss is a mean."""
        sizes = LAYER_SIZES[0]
        case = self._draw(shapes)(1, 0.0, sizes)
        inner = [f"{self._partner}.d{name}" for name, what in self.things.items() if what in ("w", "b")]

        def scaled() -> Result:
            result = run()
            return Result(result.loss, {k: g * (sizes.N if k in inner else 1) for k, g in result.gradients.items()})

        run, case.run = case.run, scaled
        return len(inner) > 1 and agreeing(lambda *_: case, sizes, 0.0) == len(case.parameters)

    def _gives_overlapping(self, draw: Callable[..., Case], expected: Callable[[Case], tuple[ndarray, ...]]) -> bool:
        """Whether the forward pass is right for windows that overlap: some are written for those that do not."""
        case = draw(1, 0.0, LAYER_SIZES[-1])
        self._overlaps = True
        try:
            output = self._output(case)
            return any(output.shape == one.shape and np.allclose(output, one) for one in expected(case))
        except Exception:  # the stranger's program, and sizes it may not be meant for
            return False
        finally:
            self._overlaps = False

    def _settings(self, sizes: Sizes) -> dict[str, dict[str, Any]]:
        overlapping = self._overlaps and sizes == LAYER_SIZES[-1]
        return {name: settings(name, overlapping=overlapping) or {} for name in self._with_settings}

    def _all_settings(self, sizes: Sizes) -> dict[str, Any]:
        return {key: value for given in self._settings(sizes).values() for key, value in given.items()}

    def _arguments(self, parameters: dict[str, ndarray], sizes: Sizes) -> dict[str, Any]:
        given: dict[str, Any] = dict(self._settings(sizes))
        for argument, array in zip(self.things, parameters.values(), strict=True):
            given[argument] = array.copy()
        return given

    def _output(self, case: Case) -> ndarray:
        returned = self._forward(**self._arguments(case.parameters, case.sizes))
        return np.asarray(_first(returned), np.float64)

    def _draw(self, shapes: Shapes) -> Callable[[int, float, Sizes], Case]:
        def draw(seed: int, reg: float, sizes: Sizes) -> Case:
            rng = np.random.default_rng(seed)
            labels = {argument: f"{self._partner}.d{argument}" for argument in self.things}
            parameters = {labels[name]: drawn(rng, lengths(shapes[what], sizes)) for name, what in self.things.items()}
            ways = {label: ((name,), parameters[label]) for name, label in labels.items()}
            outcome = Outcome(ways, [["loss"], self._names])
            X, y = random_inputs(rng, sizes)
            douts: dict[tuple[int, ...], ndarray] = {}

            def run() -> Result:
                seed_everything()
                with np.errstate(all="ignore"):
                    returned = self._forward(**self._arguments(parameters, sizes))
                    out, cache = returned if isinstance(returned, tuple) and len(returned) == 2 else (returned, None)
                    shape = np.shape(out)
                    if shape not in douts:
                        douts[shape] = np.random.default_rng([seed, 1]).normal(size=shape)
                    gradients = self._backward(douts[shape].copy(), cache)
                    return outcome.read([float(np.vdot(out, douts[shape])), gradients])

            return Case(sizes, reg, X, y, parameters, run)

        return draw


class _LossLayer:
    """A function of scores and labels that returns the loss and its gradient."""

    def __init__(self, module: Module, name: str, node: ast.FunctionDef) -> None:
        self._function = module.namespace[name]
        self._name, self._node = name, node
        self._names = return_names(node)
        self._filename = str(module.program.path)

    def experiment(self) -> Iterator[Experiment]:
        arguments = [one for one in inspect.signature(self._function).parameters.values() if one.default is one.empty]
        if len(arguments) != 2 or len(self._names) != 2:
            return
        y = arguments[1].name
        labels = ["integers"] if used_as_index([self._node], {y}) else ["one-hot", "integers"]
        forms = [Form(False, kind) for kind in labels]
        place, score, _ = best(((form, self._draw(form), LAYER_SIZES[0]) for form in forms), self._filename)
        if place < 0 or (not score.ran and score.progress <= 0):
            return
        standard = standard_output(self._name)
        draw = self._draw(forms[place])
        if standard is None:
            yield Experiment(self._name, "layers", draw, False, LAYER_SIZES)
            return
        yield Experiment(
            self._name,
            "layers",
            draw,
            False,
            LAYER_SIZES,
            lambda case: tuple(standard(case.parameters[self._label], case.y)),
            lambda case: np.asarray(case.run().loss),
        )

    @property
    def _label(self) -> str:
        return f"{self._name}.dx"

    def _draw(self, form: Form) -> Callable[[int, float, Sizes], Case]:
        def draw(seed: int, reg: float, sizes: Sizes) -> Case:
            rng = np.random.default_rng(seed)
            X, y = random_inputs(rng, sizes)
            parameters = {self._label: rng.normal(size=(sizes.N, sizes.C))}
            _, labels = form.inputs(X, y, sizes.C)
            outcome = Outcome({self._label: (("x",), parameters[self._label])}, [self._names])

            def run() -> Result:
                seed_everything()
                with np.errstate(all="ignore"):
                    return outcome.read([self._function(parameters[self._label].copy(), labels.copy())])

            return Case(sizes, reg, X, y, parameters, run)

        return draw


def _split_arguments(function: Callable[..., Any]) -> tuple[dict[str, str], list[str]]:
    """Return the float arguments of a forward with what they are, and those that are dictionaries of settings."""
    things: dict[str, str] = {}
    given: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        if settings(parameter.name) is not None:
            given.append(parameter.name)
        elif parameter.default is parameter.empty and parameter.kind == parameter.POSITIONAL_OR_KEYWORD:
            things[parameter.name] = thing(parameter.name)
    return things, given


def _first(returned: Any) -> Any:
    return returned[0] if isinstance(returned, tuple) else returned
