"""Training loops as experiments: a step is made, and its loss and gradients are told from what it leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Experiment, Result, Sizes
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.cases import Holder, Inputs, known_things, runner
from chainrule.checking.reading.recognise.draws import BY_DEPTH, random_inputs, random_like
from chainrule.checking.reading.recognise.found import Found
from chainrule.checking.reading.recognise.implied_loss import implied_losses
from chainrule.checking.reading.recognise.layouts import fixed_sizes
from chainrule.checking.reading.recognise.outcome import NoLoss
from chainrule.checking.reading.recognise.paths import Path, labelled, leaves
from chainrule.checking.reading.recognise.scenes import has_own_data, scene
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
from chainrule.checking.reading.recognise.trials import Form, best, forms, used_as_index
from chainrule.checking.reading.recognise.vocabulary import differentiated, is_parameter, role

MOVING = re.compile(r"^(v|m|s|r|h|g|n)_?(d_?)?(w|b|weights|bias)|^(vel|mom|prev|last|old|cache|delta|best|adam|acc)", re.IGNORECASE)
"""Names of what an update keeps beside the parameters."""

Loss = Callable[[Mapping[str, Any]], float]


@dataclass(frozen=True)
class Setup:
    """One way to come to a loop's first turn."""

    form: Form
    sizes: tuple[Sizes, ...]


def find(module: Module, skip: set[str]) -> Iterator[Found]:
    """Yield what is found of each training loop, those of classes in ``skip`` left out."""
    for training in training_loops(module.program.tree):
        if training.class_name in skip and training.class_name:
            continue
        found = _Loop(module, training).found()
        if found is not None:
            yield found


class _Loop:
    """What is known of one training loop."""

    def __init__(self, module: Module, training: TrainingLoop) -> None:
        self._module, self._training = module, training
        self._filename = str(module.program.path)
        self._step: tuple[list[str], Any] | None = None
        self._kind = "script" if training.function is None else "class" if training.class_name else "function"

    def found(self) -> Found | None:
        """Return the experiment, or None where the loop cannot be reached."""
        setups = list(self._setups())
        place, score, error = best(((one.form, self._draw(one), one.sizes[0]) for one in setups), self._filename)
        if place >= 0 and score.right:
            return Found(self._experiment(setups[place], None, ""), score)
        for setup in setups if place < 0 or not score.ran else [setups[place]]:
            implied = self._implied(setup, computed=score.ran)
            if implied is not None:
                return implied
        if place < 0 or (not score.ran and (score.progress <= 0 or isinstance(error, NoLoss))):
            return None
        return Found(self._experiment(setups[place], None, ""), score)

    def _setups(self) -> Iterator[Setup]:
        own = has_own_data(self._module, self._training)
        if own is not None:
            yield Setup(Form(False, "integers"), (own,))
            return
        function = self._training.function
        roles = [role(argument.arg) for argument in function.args.args] if function is not None else []
        depths = (2, 1) if {"layers", "hidden"} & set(roles) else (min(max(roles.count("H"), 1), 3),)
        nodes = [*self._module.functions().values(), *self._module.classes().values(), self._training.loop]
        labels = {name for name in ("y", "Y", "y_train", "labels", "target", "y_batch", "Y_train", "train_y")}
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
                case = self._draw(setup)(0, 0.0, BY_DEPTH[1][0])
        except (Exception, TookTooLong):  # whatever a stranger's program may raise
            return []
        return fixed_sizes(list(case.parameters.values()))

    def _experiment(self, setup: Setup, loss: Loss | None, meaning: str) -> Experiment:
        conventions = {} if self._kind == "script" else setup.form.conventions()
        if meaning:
            conventions["loss"] = f"not computed by the program; its gradients are those of {meaning}"
        draw = self._draw(setup, loss)
        return Experiment(
            self._training.name, self._kind, draw, self._takes_reg(draw, setup), setup.sizes, conventions=conventions
        )

    def _takes_reg(self, draw: Callable[[int, float, Sizes], Case], setup: Setup) -> bool:
        try:
            return draw(1, 0.0, setup.sizes[0]).run().loss != draw(1, 0.5, setup.sizes[0]).run().loss
        except Exception:  # it crashes at any rate
            return False

    def _implied(self, setup: Setup, computed: bool) -> Found | None:
        """Return the loop with a loss of ours, if its gradients are those of one (all, or else the most of them)."""
        seen: dict[str, Any] = {}

        def look(after: Mapping[str, Any]) -> float:
            seen.update(after)
            return 0.0

        try:
            case = self._draw(setup, look)(1, 0.0, setup.sizes[0])
            result = case.run()
        except Exception:  # it crashes before a loss could be told
            return None
        grade: list[tuple[int, int, Loss, str]] = []
        given = self._labels(setup, seen)
        for order, (meaning, loss) in enumerate(implied_losses(seen, given)):
            right = _agreeing(self._draw(setup, loss), setup.sizes[0], result)
            grade.append((right, -order, loss, meaning))
        if not grade:
            return None
        right, _, loss, meaning = max(grade, key=lambda one: one[:2])
        whole = right == len(case.parameters)
        if not right or (computed and not whole):
            return None
        from chainrule.checking.reading.recognise.trials import Score

        return Found(self._experiment(setup, loss, meaning), Score(True, True, whole, whole, 0))

    def _labels(self, setup: Setup, after: Mapping[str, Any]) -> ndarray:
        """Return the labels in the form of an output."""
        for name, value in after.items():
            if role(name) == "y" and isinstance(value, ndarray) and value.ndim == 2:
                return value
        for name, value in after.items():
            if role(name) == "y" and isinstance(value, ndarray):
                outputs = [one for one in after.values() if isinstance(one, ndarray) and one.ndim == 2 and len(one) == len(value)]
                if value.dtype.kind in "iu" and outputs:
                    return np.eye(max(int(value.max()) + 1, outputs[-1].shape[1]))[value]
                return value
        return np.zeros(0)

    def _draw(self, setup: Setup, loss: Loss | None = None) -> Callable[[int, float, Sizes], Case]:
        def draw(seed: int, reg: float, sizes: Sizes) -> Case:
            rng = np.random.default_rng(seed)
            X, y = random_inputs(rng, sizes)
            given_X, given_y = setup.form.inputs(X, y, max(sizes.C, 1))
            hidden = Sizes(sizes.N, sizes.D, sizes.hidden or (6,), sizes.C)
            known = {**known_things(hidden, reg, given_X, given_y), "quiet": True, "rate": 0.125}
            made = scene(self._module, self._training, known, rng)
            own, read = data_names(self._module, self._training, made.names)
            if self._step is None:
                self._step = (own, step_function(self._module, self._training, own))
            names = {name: made.names[name] for name in (*self._step[0], *read) if name in made.names}
            return self._case(names, made.names, Inputs(sizes, reg, made.X, made.labels, given_X, given_y, {}), rng, loss)

        return draw

    def _case(
        self, names: dict[str, Any], everything: dict[str, Any], inputs: Inputs, rng: np.random.Generator, loss: Loss | None
    ) -> Case:
        assert self._step is not None
        places = self._parameters(names)
        state = State(names)
        parameters: dict[str, ndarray] = {}
        for name, (path, value) in places.items():
            parameters[name] = np.array(random_like(rng, np.asarray(value)))
            state.adopt(path, parameters[name])
        mirrored = self._module.namespace if set(names) - set(self._step[0]) else None
        outcome = StepOutcome(
            {name: (path, parameters[name]) for name, (path, _) in places.items()},
            self._rate(everything),
            loss,
            mirrored,
        )
        holder = Holder(names, places, named=True, mirror=mirrored)
        calls = Calls([Step(self._step[1])])
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
            aside = MOVING.match(last) or is_parameter(differentiated(last)) or any(role(str(step)) == "grads" for step in path)
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


def _agreeing(draw: Callable[[int, float, Sizes], Case], sizes: Sizes, result: Result) -> int:
    """Return for how many parameters the gradients are those of the loss, along one direction each."""
    rng = np.random.default_rng(3)
    try:
        case = draw(1, 0.0, sizes)
        right = 0
        for name, value in case.parameters.items():
            direction = rng.normal(size=value.shape)
            losses = []
            for sign in (1, -1):
                value += sign * 1e-5 * direction
                losses.append(case.run().loss)
                value -= sign * 1e-5 * direction
            slope = (losses[0] - losses[1]) / 2e-5
            gradient = result.gradients.get(name)
            if gradient is not None and gradient.size == value.size:
                claimed = float(np.vdot(gradient, direction))
                right += abs(slope - claimed) <= 1e-4 * abs(slope) and abs(slope) > 1e-7
        return right
    except Exception:  # this loss does not fit
        return 0
