"""Training loops as experiments: a step is made, and its loss and gradients are told from what it leaves."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.compare import slopes
from chainrule.checking.experiment import Case, Experiment, Result, Sizes, same
from chainrule.checking.objective import Objective
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.cases import Holder, Inputs, known_things, runner
from chainrule.checking.reading.recognise.draws import BY_DEPTH, random_inputs, random_like
from chainrule.checking.reading.recognise.found import Found, first_supposed
from chainrule.checking.reading.recognise.implied_loss import Implied, Loss, implied, supposed
from chainrule.checking.reading.recognise.layouts import fixed_sizes
from chainrule.checking.reading.recognise.outcome import NoLoss
from chainrule.checking.reading.recognise.paths import Path, labelled, leaves
from chainrule.checking.reading.recognise.scenes import has_own_data, inputs_read, scene
from chainrule.checking.reading.recognise.sequence import Calls, Step
from chainrule.checking.reading.recognise.state import State
from chainrule.checking.reading.recognise.step_function import data_names, step_function
from chainrule.checking.reading.recognise.step_outcome import StepOutcome
from chainrule.checking.reading.recognise.training_loops import (
    TrainingLoop,
    literal_rate,
    training_loops,
    update_targets,
)
from chainrule.checking.reading.recognise.trials import Form, Score, forms, grades, used_as_index
from chainrule.checking.reading.recognise.vocabulary import differentiated, is_parameter, role
from chainrule.checking.reading.recognise.words import ASIDE

CROSS_ENTROPY = "cross-entropy"
STATED = re.compile(r"loss|cost|nll|entropy|objective|^j$", re.IGNORECASE)
"""How a number is called that a program does not only print."""

MOST_IMPLIED = 8
"""For so many ways to run a loop a loss is looked for that it does not compute."""


@dataclass(frozen=True)
class Setup:
    """One way to come to a loop's first turn."""

    form: Form
    sizes: tuple[Sizes, ...]


def find(module: Module) -> Iterator[Found]:
    """Yield what is found of each training loop."""
    for training in training_loops(module.program.tree):
        found = _Loop(module, training).found()
        if found is not None:
            yield found


class _Loop:
    """What is known of one training loop."""

    def __init__(self, module: Module, training: TrainingLoop) -> None:
        self._module, self._training = module, training
        self._filename = str(module.program.path)
        self._wanted = inputs_read(module, training)
        self._steps: dict[tuple[tuple[str, ...], bool], Any] = {}
        self._outcome: StepOutcome | None = None
        self._kind = "script" if training.function is None else "class" if training.class_name else "function"

    def found(self) -> Found | None:
        """Return the experiment, or None where the loop cannot be reached."""
        setups = list(self._setups())
        tried = grades(((one.form, self._draw(one), one.sizes[0]) for one in setups), self._filename)
        self._steps.clear()  # the one that is made last is the one that lives
        if not tried:
            return None
        place, score, error = tried[0]
        computed = self._computed(setups[place]) if score.ran else ""
        if not score.right and computed != CROSS_ENTROPY:
            ended = [(other, grade) for other, grade, why in tried if grade.ran or isinstance(why, NoLoss)]
            for other, grade in ended[:MOST_IMPLIED]:
                implied = self._implied(setups[other], computed=grade.ran)
                if implied is not None:
                    return self._stated(setups[place], computed, implied)
            if not score.ran:
                possible = [setups[other] for other, _ in ended[:MOST_IMPLIED]]
                found = first_supposed(possible, self._supposed, self._experiment, self._functions())
                if found is not None:
                    return found
        self._steps.clear()
        if not score.ran and (score.progress <= 0 or isinstance(error, NoLoss)):
            return None
        experiment = self._experiment(setups[place])
        if score.ran and not score.right and computed != CROSS_ENTROPY:
            experiment = self._by_its_gradients(experiment)
        return Found(experiment, score, self._functions(), certain=score.ran)

    def _computed(self, setup: Setup) -> str:
        """Return what a loop's own loss is called, or ``CROSS_ENTROPY`` if it is one in a known convention."""
        case = self._draw(setup)(1, 0.3, setup.sizes[0])
        with np.errstate(all="ignore"):
            loss = case.run().loss
        objective = Objective.of(case)
        known = objective.convention(loss) if objective is not None else None
        if known is not None and "cross-entropy" in known.loss:
            return CROSS_ENTROPY
        return "" if self._outcome is None else self._outcome.loss_name

    def _by_its_gradients(self, experiment: Experiment) -> Experiment:
        """Return an experiment whose loss is the program's times the number that some of its gradients are off by.

        A loop that prints a squared error and follows the gradients of half of it is right. (The factor of a
        cross-entropy is not free.)
        """
        case = experiment.draw(1, 0.0, experiment.sizes[0])
        try:
            with time_limit(1.0), np.errstate(all="ignore"):
                result, true = case.run(), slopes(case)
        except (Exception, TookTooLong):  # it crashes at any rate
            return experiment
        factors = [_factor(result.gradients.get(name), true.entries[name], true.values[name]) for name in true.values]
        known = [factor for factor in factors if factor is not None]
        if not known or any(abs(factor - 1) < 1e-6 for factor in known):
            return experiment
        factor = known[0]

        def draw(seed: int, reg: float, sizes: Sizes) -> Case:
            drawn = experiment.draw(seed, reg, sizes)
            run = drawn.run

            def scaled() -> Result:
                result = run()
                return Result(factor * result.loss, result.gradients)

            drawn.run = scaled
            return drawn

        meaning = f"{factor:g} times the one that the program computes, by its gradients"
        return replace(experiment, draw=draw, conventions={**experiment.conventions, "loss": meaning})

    def _stated(self, setup: Setup, computed: str, implied: Found) -> Found:
        """Return what is found by its own loss, if that is called one: where no repair of it is proved, by the other.

        (A loop that prints a mean absolute error beside gradients of the squared one is right.)
        """
        meaning = implied.experiment.conventions.get("loss", "")
        if not STATED.search(computed) or "cross-entropy" not in meaning:
            return implied
        own = replace(self._experiment(setup), otherwise=implied.experiment)
        return replace(implied, experiment=own)

    def _functions(self) -> tuple[str, ...]:
        called = [node.id for part in self._training.loop.body for node in ast.walk(part) if isinstance(node, ast.Name)]
        return (*called, self._training.class_name)

    def _setups(self) -> Iterator[Setup]:
        own = has_own_data(self._module, self._training, self._wanted)
        if own is not None:
            yield Setup(Form(False, "integers"), (own,))
            return
        function = self._training.function
        roles = [role(argument.arg) for argument in function.args.args] if function is not None else []
        depths = (2, 1) if {"layers", "hidden"} & set(roles) else (min(max(roles.count("H"), 1), 3),)
        nodes = [*self._module.functions().values(), *self._module.classes().values(), self._training.loop]
        labels = {"y", "Y", "y_train", "labels", "target", "y_batch", "Y_train", "train_y"}
        for depth in depths:
            for form in forms(used_as_index(nodes, labels)):
                sizes = BY_DEPTH[depth]
                yield Setup(form, tuple(Sizes(one.N, one.D, one.hidden, 1 if form.binary else one.C) for one in sizes))
        for fixed in self._sizes_of_parameters():
            for form in forms(used_as_index(nodes, labels)):
                if form.binary == (fixed[0].C == 1):
                    yield Setup(form, fixed)

    def _sizes_of_parameters(self) -> list[tuple[Sizes, ...]]:
        """Return the sizes that the program's own parameters have, where those do not follow from the data."""
        setup = Setup(Form(False, "integers"), BY_DEPTH[1])
        try:
            with time_limit(0.5):
                case, other = (self._draw(setup)(0, 0.0, sizes) for sizes in BY_DEPTH[1][:2])
        except (Exception, TookTooLong):  # whatever a stranger's program may raise
            return []
        pairs = [(value.shape, other.parameters[name].shape) for name, value in case.parameters.items()]
        follows = [(BY_DEPTH[1][0].D, BY_DEPTH[1][1].D) in zip(*shapes, strict=True) for shapes in pairs]
        if any(follows):
            return []
        return fixed_sizes(list(case.parameters.values()))

    def _experiment(self, setup: Setup, found: Implied | None = None) -> Experiment:
        conventions = {} if self._kind == "script" else setup.form.conventions()
        if found is not None:
            conventions["loss"] = found.convention
        draw = self._draw(setup, found.loss if found is not None else None)
        return Experiment(
            self._training.name, self._kind, draw, self._takes_reg(draw, setup), setup.sizes, conventions=conventions
        )

    def _takes_reg(self, draw: Callable[[int, float, Sizes], Case], setup: Setup) -> bool:
        try:
            return not same(draw(1, 0.0, setup.sizes[0]).run(), draw(1, 0.5, setup.sizes[0]).run())
        except Exception:  # it crashes at any rate
            return False

    def _implied(self, setup: Setup, computed: bool) -> Found | None:
        """Return the loop with a loss of ours, if its gradients are those of one.

        Where it computes a loss itself, ours is that one times a number, or one that all gradients are of.
        """
        found = implied(lambda loss: self._draw(setup, loss), setup.sizes[0])
        self._steps.clear()
        if found is None or (computed and not found.whole and not self._proportional(setup, found.loss)):
            return None
        experiment = self._experiment(setup, found)
        return Found(experiment, Score(True, True, True, found.whole, found.whole, 0), self._functions())

    def _supposed(self, setup: Setup) -> list[Implied]:
        losses = supposed(lambda loss: self._draw(setup, loss), setup.sizes[0])
        self._steps.clear()
        return losses

    def _proportional(self, setup: Setup, loss: Loss) -> bool:
        """Return whether a loss is the program's own times a number: half of it, or its sum for its mean."""
        ratios = []
        with np.errstate(all="ignore"):
            for seed in (1, 2, 3):
                own, other = (self._draw(setup, one)(seed, 0.0, setup.sizes[0]).run().loss for one in (None, loss))
                ratios.append(other / own)
        self._steps.clear()
        return bool(np.ptp(ratios) <= 1e-6 * abs(ratios[0]))

    def _draw(self, setup: Setup, loss: Loss | None = None) -> Callable[[int, float, Sizes], Case]:
        def draw(seed: int, reg: float, sizes: Sizes) -> Case:
            rng = np.random.default_rng(seed)
            X, y = random_inputs(rng, sizes)
            given_X, given_y = setup.form.inputs(X, y, max(sizes.C, 1))
            hidden = Sizes(sizes.N, sizes.D, sizes.hidden or (6,), sizes.C)
            known = {**known_things(hidden, reg, given_X, given_y), "quiet": True, "rate": 0.125}
            made = scene(self._module, self._training, self._wanted, known, rng)
            own, read = data_names(self._module, self._training, made.names)
            key = (tuple(own), loss is not None)
            if key not in self._steps:
                self._steps[key] = step_function(self._module, self._training, own, keeping=loss is not None)
            names = {name: made.names[name] for name in (*own, *read)}
            inputs = Inputs(sizes, reg, made.X, made.labels, given_X, given_y, {})
            return self._case(names, inputs, self._steps[key], bool(read), rng, loss)

        return draw

    def _case(
        self,
        names: dict[str, Any],
        inputs: Inputs,
        step: Callable[..., Any],
        mirror: bool,
        rng: np.random.Generator,
        loss: Loss | None,
    ) -> Case:
        places = self._parameters(names)
        state = State(names)
        parameters: dict[str, ndarray] = {}
        for name, (path, value) in places.items():
            parameters[name] = np.array(random_like(rng, np.asarray(value)))
            state.adopt(path, parameters[name])
        mirrored = self._module.namespace if mirror else None
        outcome = StepOutcome(
            {name: (path, parameters[name]) for name, (path, _) in places.items()},
            self._rate(names),
            None if loss is None else lambda after: loss(after, parameters, inputs.reg),
            mirrored,
        )
        self._outcome = outcome
        holder = Holder(names, places, named=True, mirror=mirrored)
        calls = Calls([Step(step)])
        run = runner(inputs, holder, state, calls, outcome)
        return Case(inputs.sizes, inputs.reg, inputs.X, inputs.y, parameters, run)

    def _parameters(self, names: dict[str, Any]) -> dict[str, tuple[Path, Any]]:
        """Return the parameters among the variables: what updates name, and what is called so."""
        targets = set(update_targets(self._training.loop.body))
        places: list[tuple[Path, Any]] = []
        for path, value in leaves(names):
            last = next((step for step in reversed(path) if isinstance(step, str)), "")
            called = is_parameter(last) or last in targets or any(role(str(step)) == "parameters" for step in path[:-1])
            is_input = role(last) in ("X", "y", "grads", "cache") or (role(last) == "yhat" and last not in targets)
            aside = (
                ASIDE.match(last)
                or is_parameter(differentiated(last))
                or any(role(str(step)) == "grads" for step in path)
            )
            if called and not is_input and not aside and np.asarray(value).dtype.kind == "f":
                places.append((path, value))
        by_label = labelled([path for path, _ in places])
        values = dict(places)
        return {name: (path, values[path]) for name, path in by_label.items()}

    def _rate(self, names: dict[str, Any]) -> float | None:
        """Return the learning rate: a variable, an attribute of the object, or a number in the update."""
        owners = [vars(value) for value in names.values() if type(value).__name__ == self._training.class_name]
        used = {name for holder in (names, *owners) for name in holder if role(name) == "rate"}
        order = sorted(used, key=lambda name: (not re.search(r"l(earn\w*)?_?r|^eta", name, re.IGNORECASE), name))
        for name in order:
            for holder in (names, *owners):
                value = holder.get(name)
                if isinstance(value, int | float) and value > 1e-7:
                    return float(value)
        return literal_rate(self._training.loop.body)


def _factor(gradient: ndarray | None, entries: ndarray, true: ndarray) -> float | None:
    """Return the number by which a gradient is the true one; None if it is no multiple of it, or has no scale."""
    if gradient is None or not true.any():
        return None
    claimed = np.asarray(gradient, np.float64).reshape(-1)
    if entries.max(initial=0) >= claimed.size:
        return None
    factor = float(np.vdot(claimed[entries], true) / np.vdot(true, true))
    apart = np.abs(claimed[entries] - factor * true).max()
    return factor if factor > 0 and apart <= 1e-5 * np.abs(factor * true).max() else None
