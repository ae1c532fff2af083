"""A class that holds a network: ``loss(X, y, reg)``, or ``forward`` and ``backward`` with or without a loss between."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.checking.experiment import Case, Experiment, Sizes, same
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.arguments import arguments
from chainrule.checking.reading.recognise.cases import Holder, Inputs, known_things, refilled_case
from chainrule.checking.reading.recognise.draws import BY_DEPTH, random_inputs
from chainrule.checking.reading.recognise.found import Found, first_supposed
from chainrule.checking.reading.recognise.implied_loss import Implied, Loss, implied, supposed
from chainrule.checking.reading.recognise.layouts import fixed_sizes
from chainrule.checking.reading.recognise.outcome import NoLoss
from chainrule.checking.reading.recognise.paths import Path, labelled, leaves
from chainrule.checking.reading.recognise.returns import names_for, return_names
from chainrule.checking.reading.recognise.sequence import Step
from chainrule.checking.reading.recognise.sources import INITIAL
from chainrule.checking.reading.recognise.training_loops import literal_rate
from chainrule.checking.reading.recognise.trials import Form, Score, agreeing, forms, grades, used_as_index
from chainrule.checking.reading.recognise.vocabulary import differentiated, is_parameter, role
from chainrule.checking.reading.recognise.words import (
    ASIDE,
    BACKWARD,
    FORWARD,
    LOSS,
    NOT_BACKWARD,
    NOT_LOSS,
    takes_upstream,
)
from chainrule.checking.reading.seeding import seed_everything

MOST_IMPLIED = 20
"""For so many ways to run a class a loss is looked for that it does not compute."""

Methods = dict[str, ast.FunctionDef]


@dataclass(frozen=True)
class Plan:
    """One way to run a class."""

    name: str
    methods: tuple[str, ...]
    sizes: tuple[Sizes, ...]
    """At which it is made, as far as the form allows them."""
    form: Form


def find(module: Module) -> Iterator[Found]:
    """Yield what is found of each class of a program that can be run as a network."""
    for name, node in module.classes().items():
        network = _Class(module, name, node)
        found = network.found()
        if found is not None:
            yield found


class _Class:
    """What is known of one class."""

    def __init__(self, module: Module, name: str, node: ast.ClassDef) -> None:
        self._module = module
        self._name = name
        self._cls = module.namespace[name]
        self._methods = _methods(module, self._cls)
        self._filename = str(module.program.path)

    def found(self) -> Found | None:
        """Return the best way to run the class, or None if there is none."""
        ways = list(self._ways())
        plans = [
            Plan(self._name, methods, sizes, form)
            for methods in ways
            for sizes in self._possible_sizes()
            for form in forms(self._labels_index(methods))
        ]
        candidates = [(plan.form, self._draw(plan), self._sizes(plan)[0]) for plan in plans]
        tried = grades(candidates, self._filename)
        if not tried:
            return None
        if not tried[0][1].ran:
            found = self._without_loss(
                [plans[place] for place, _, error in tried if error is None or isinstance(error, NoLoss)]
            )
            if found is not None:
                return found
        place, score, error = tried[0]
        if not self._is_network(plans[place], score, error):
            return None
        certain = any(LOSS.match(method) for method in plans[place].methods)
        return Found(self._experiment(plans[place], None), score, (self._name,), certain)

    def _without_loss(self, plans: list[Plan]) -> Found | None:
        """Return the way to run the class whose gradients, or steps, are those of a loss that it does not compute."""
        partly: tuple[int, Found] | None = None
        of_many = False  # its gradients are mostly those of a loss of several examples: one example would hide a 1/N
        plans = [plan for plan in plans if plan.sizes == plans[0].sizes][:MOST_IMPLIED]
        for plan in plans:
            found = implied(lambda loss, plan=plan: self._draw(plan, loss), self._sizes(plan)[0])  # type: ignore[misc]
            if found is None or (of_many and plan.form.single):
                continue
            score = Score(True, not plan.form.single, True, found.whole, found.whole, 0)
            recognised = Found(self._experiment(plan, found), score, (self._name,))
            if found.whole:
                return recognised
            of_many = of_many or (found.mostly and not plan.form.single)
            right = agreeing(self._draw(plan, found.loss), self._sizes(plan)[0], 0.0)
            if partly is None or right > partly[0]:
                partly = right, recognised
        if partly is not None:
            return partly[1]
        return first_supposed(plans, self._supposed, self._experiment, (self._name,))

    def _supposed(self, plan: Plan) -> list[Implied]:
        return supposed(lambda loss: self._draw(plan, loss), self._sizes(plan)[0])

    def _experiment(self, plan: Plan, found: Implied | None) -> Experiment:
        conventions = plan.form.conventions()
        if found is not None:
            conventions["loss"] = found.convention
        return Experiment(
            name=f"{self._name}.{plan.methods[-1]}" if len(plan.methods) == 1 else self._name,
            kind="class",
            draw=self._draw(plan, found.loss if found else None),
            takes_reg=self._takes_reg(plan),
            sizes=self._sizes(plan),
            conventions=conventions,
        )

    def _is_network(self, plan: Plan, score: Score, error: Exception | None) -> bool:
        """Whether what was tried is a network: it ran, or it has parameters and crashed inside of its own methods."""
        if score.ran or error is None or score.progress <= 0 or isinstance(error, NoLoss):
            return score.ran
        return bool(self._draw(plan)(0, 0.0, self._sizes(plan)[0]).parameters)

    def _ways(self) -> Iterator[tuple[str, ...]]:
        """Yield sequences of methods that may give loss and gradients, the likeliest first."""
        losses = [name for name in self._methods if LOSS.match(name) and not NOT_LOSS.search(name)]
        alone = [name for name in losses if self._takes(name, "X") or self._gives_gradients(name)]
        yield from (
            (name,)
            for name in sorted(alone, key=lambda name: (name != "loss", not self._gives_gradients(name)))
            if self._gives_gradients(name)
        )
        forward = [name for name in self._methods if FORWARD.search(name)]
        backward = [name for name in self._methods if BACKWARD.search(name) and not NOT_BACKWARD.search(name)]
        yield from (
            (name,)
            for name in losses
            if self._takes(name, "X") and self._takes(name, "y") and not self._gives_gradients(name)
        )
        for back in [name for name in backward if not takes_upstream(self._methods[name])][:2]:
            for front in forward[:2]:
                yield from ((front, loss, back) for loss in losses[:2])
                yield (front, back)
            yield from ((loss, back) for loss in losses[:1])
            yield (back,)

    def _takes(self, name: str, what: str) -> bool:
        return any(role(argument.arg) == what for argument in self._methods[name].args.args)

    def _gives_gradients(self, name: str) -> bool:
        """Whether a method computes something that is called a gradient, or returns two things."""
        node = self._methods[name]
        stored = [n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute) and isinstance(n.ctx, ast.Store)]
        names = [n.id if isinstance(n, ast.Name) else n.attr for n in stored]
        if any(role(one) == "grads" or is_parameter(differentiated(one)) for one in names):
            return True
        return len(return_names(node)) > 1

    def _possible_sizes(self) -> list[tuple[Sizes, ...]]:
        """Return the sets of sizes that the constructor can be asked for, to be tried in this order."""
        roles = self._constructor_roles()
        if "hidden" in roles or "layers" in roles:
            return [BY_DEPTH[depth] for depth in (2, 1, 3)]
        open_ones = BY_DEPTH[max(1, min(roles.count("H"), 3))]
        if {"D", "H", "C", "X"} & set(roles):
            return [open_ones]
        try:
            model = self._made(known_things(open_ones[0], 0.0, None, None))
        except Exception:  # whatever a stranger's program may raise
            return [open_ones]
        arrays = [value for _, value in parameters_of(model).values() if isinstance(value, np.ndarray)]
        return fixed_sizes(arrays) or [open_ones]

    def _constructor_roles(self) -> list[str]:
        return [role(name) for name in _arguments(self._cls)]

    def _labels_index(self, methods: tuple[str, ...]) -> bool:
        nodes = [
            node
            for name, node in self._methods.items()
            if name in methods or name.startswith("_") or LOSS.match(name) or True
        ]
        names = {argument.arg for node in nodes for argument in node.args.args if role(argument.arg) == "y"}
        return used_as_index(nodes, names or {"y"})

    def _sizes(self, plan: Plan) -> tuple[Sizes, ...]:
        return plan.form.sizes(plan.sizes)

    def _takes_reg(self, plan: Plan) -> bool:
        """Whether the penalty of this class can be set, and its loss changes with it."""
        draw, sizes = self._draw(plan), self._sizes(plan)[0]
        names = [argument.arg for name in plan.methods for argument in self._methods[name].args.args]
        if any(role(name) == "reg" for name in (*names, *_arguments(self._cls))):
            try:
                return not same(draw(1, 0.0, sizes).run(), draw(1, 0.5, sizes).run())
            except Exception:  # it crashes at any rate
                return True
        return False

    def _draw(self, plan: Plan, loss: Loss | None = None) -> Callable[[int, float, Sizes], Case]:
        """Return the function that draws a case of this plan."""

        def draw(seed: int, reg: float, sizes: Sizes) -> Case:
            rng = np.random.default_rng(seed)
            X, y = random_inputs(rng, sizes)
            given_X, given_y = plan.form.inputs(X, y, sizes.C)
            known = known_things(sizes, reg, given_X, given_y)
            model = self._made(known)
            if hasattr(model, "reg"):
                model.reg = reg
            steps = [self._step(model, method) for method in plan.methods]
            inputs = Inputs(sizes, reg, X, y, given_X, given_y, known)
            holder = Holder(model, parameters_of(model), model, rate=self._rate(model, plan, known))
            return refilled_case(inputs, holder, steps, rng, loss)

        return draw

    def _made(self, known: dict[str, Any]) -> Any:
        """Return an object of the class, with parameters if its constructor, or what ``fit`` calls, makes some."""
        model = constructed(self._cls, known)
        if parameters_of(model):
            return model
        for name, node in self._methods.items():
            if not INITIAL.search(name) or name.startswith("__"):
                continue
            told_later = {"D", "X"} & {role(argument.arg) for argument in node.args.args}
            given = {**known, "layers": known["hidden"]} if told_later else known
            model = constructed(self._cls, given)
            method = getattr(model, name)
            try:
                method(**arguments(method, given, ("D", "C", "hidden", "layers", "X", "y")))
            except Exception:  # whatever a stranger's program may raise
                continue
            if parameters_of(model):
                break
        return model

    def _rate(self, model: Any, plan: Plan, known: dict[str, Any]) -> float:
        """Return the learning rate with which the methods would make a step: an attribute, or a number in an update."""
        if any(self._takes(method, "rate") for method in plan.methods):
            return float(known["rate"])
        own = (value for name, value in vars(model).items() if role(name) == "rate" and isinstance(value, int | float))
        return float(next(own, literal_rate([self._methods[name] for name in plan.methods]) or 0.0)) or 1.0

    def _step(self, model: Any, method: str) -> Step:
        node = self._methods[method]
        order = ("yhat", "y") if LOSS.match(method) and not self._takes(method, "X") else ("X", "y", "reg")
        result = "yhat" if FORWARD.search(method) else ("loss" if LOSS.match(method) else "")
        return Step(getattr(model, method), names_for(node, result), order, result)


def _methods(module: Module, cls: type) -> Methods:
    """Return the methods of a class that this file defines, also those of its bases; the last of a name counts."""
    classes = module.classes()
    found: Methods = {}
    for base in reversed(cls.__mro__):
        node = classes.get(base.__name__)
        if node is not None and module.namespace.get(base.__name__) is base:
            found.update({one.name: one for one in node.body if isinstance(one, ast.FunctionDef)})
    return found


def _arguments(cls: type) -> list[str]:
    try:
        return list(inspect.signature(cls).parameters)
    except (TypeError, ValueError):
        return []


def constructed(cls: type, known: dict[str, Any]) -> Any:
    """Make an object of the class: sizes as asked, several hidden sizes in their order, the rest left as it is."""
    seed_everything()
    given = arguments(cls, known, ("D", "C", "hidden", "layers", "reg", "dtype", "seed", "X", "y"))
    with np.errstate(all="ignore"):
        return cls(**given)


def parameters_of(model: Any) -> dict[str, tuple[Path, Any]]:
    """Return the arrays of an object that are its weights and biases, by name."""
    named: list[tuple[Path, Any]] = []
    seen: set[int] = set()
    for path, value in leaves(model):
        holders = [step for step in path[:-1] if isinstance(step, str)]
        aside = any(role(step) in ("grads", "cache") or ASIDE.match(step) for step in holders)
        called = is_parameter(_last_name(path)) or any(role(step) == "parameters" for step in holders)
        meaning = role(_last_name(path))
        setting = meaning in ("X", "y") or (np.ndim(value) == 0 and meaning not in ("", "parameters"))
        if called and not aside and not setting and np.asarray(value).dtype.kind in "fi" and id(value) not in seen:
            seen.add(id(value))
            named.append((path, value))
    by_label = labelled([path for path, _ in named])
    values = dict(named)
    return {name: (path, values[path]) for name, path in by_label.items()}


def _last_name(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")
