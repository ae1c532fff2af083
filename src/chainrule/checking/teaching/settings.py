"""What the first steps show of a program's own settings: right gradients learn nothing at a wrong rate."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Result, Sizes
from chainrule.checking.objective import Objective
from chainrule.checking.reading.recognise.cases import known_things
from chainrule.checking.reading.recognise.network_class import constructed, parameters_of
from chainrule.checking.reading.recognise.vocabulary import role
from chainrule.checking.reading.seeding import seed_everything
from chainrule.checking.teaching.data import Data, data, forms
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.recorder import Recorder
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.teaching.trainer import Session, Trainer, call_arguments, trainers
from chainrule.checking.teaching.trial import Step, steps_of

ROWS, STEPS = 200, 200
SLOW, USUAL, FAST = 1e-4, 1e-3, 3e-2
"""What a step changes of the weights: little, usual (Karpathy, CS231n) and much, as a part of their size."""


def own_settings(subject: Subject) -> Lessons:
    """Train with the program's own defaults on data that can be learnt, and say what stands in the way."""
    if not subject.gradients_right or not subject.has_open_sizes:
        return Lessons()
    trainer = next((one for one in trainers(subject) if one.owner is not None), None)
    if trainer is None or not _has_defaults(trainer):
        return Lessons()
    first = subject.experiment.sizes[0]
    sizes = Sizes(ROWS, 20, tuple(24 + number for number in range(len(first.hidden))), first.C)
    for form in forms(subject.experiment):
        given = data(sizes, form, 5)
        try:
            prepared = _with_defaults(trainer, given)
            recorder = Recorder(subject.filename, given, prepared)
            seed_everything()
            recorder.run()
        except Exception:  # whatever a stranger's program may raise: it may want another form
            continue
        steps = steps_of(subject, recorder, prepared)
        if len(steps) >= 20:
            return _said(subject, trainer, given, steps)
    return Lessons()


def _has_defaults(trainer: Trainer) -> bool:
    node = trainer.node
    named = node.args.args[len(node.args.args) - len(node.args.defaults) :]
    return any(role(argument.arg) == "rate" for argument in named)


def _with_defaults(trainer: Trainer, given: Data) -> Session:
    """Prepare a training in which only the data and the number of steps are ours."""
    known = known_things(given.sizes, 0.0, *given.given)
    assert trainer.owner is not None
    model = constructed(trainer.owner, known)
    function: Callable[..., Any] = getattr(model, trainer.node.name)
    arguments = call_arguments(function, given, None, known)
    for parameter in inspect.signature(function).parameters.values():
        default = parameter.default
        if role(parameter.name) == "steps" and isinstance(default, int):
            arguments[parameter.name] = min(default, 10) if "epoch" in parameter.name.lower() else min(default, STEPS)
    places = {name: path for name, (path, _) in parameters_of(model).items()}
    return Session(lambda: function(**arguments), model, places)


def _said(subject: Subject, trainer: Trainer, given: Data, steps: tuple[Step, ...]) -> Lessons:
    before, after = _loss(subject, given, steps[0].before), _loss(subject, given, steps[-1].after)
    if before is None or after is None:
        return Lessons()
    ratio = float(np.median([_ratio(step) for step in steps]))
    run = f"{len(steps)} steps with the defaults of {trainer.node.name} ({_defaults(trainer.node)})"
    if np.isfinite(after) and after < 0.8 * before:
        return Lessons(
            checked=(f"{run}: loss {before:.3g} to {after:.3g}, each moves the weights by {ratio:.0e} of them",)
        )
    reasons = list(_reasons(subject, given, steps, ratio, rose=not after < 1.05 * before))
    if not reasons:
        return Lessons()
    return subject.note(
        f"the gradients are right; look at the settings. On {ROWS} examples of unit scale that can be learnt, {run} "
        f"bring the loss from {before:.4g} to {after:.4g}: {'; '.join(reasons)}",
        trainer.node.lineno,
    )


def _reasons(subject: Subject, given: Data, steps: tuple[Step, ...], ratio: float, rose: bool) -> Iterator[str]:
    if rose and not ratio < FAST:
        yield f"it rises, each step moving the weights by {ratio:.0e} of their size: the learning rate is too large"
    if rose:
        return
    if ratio < SLOW:
        yield (
            f"each step moves the weights by {ratio:.0e} of their size, and about {USUAL:.0e} is usual: the learning "
            "rate is too small, or the number of steps"
        )
    scale = min(float(np.std(value)) for value in _matrices(steps[0].before))
    if scale < USUAL:
        yield f"the weights begin at {scale:.0e}, so that hardly any signal arrives at first: sqrt(2 / inputs) is usual"
    dead = _dead(subject, given, steps[-1].after)
    if dead > 0.5:
        yield f"{dead:.0%} of the hidden units are 0 for every example"


def _ratio(step: Step) -> float:
    moved = [np.linalg.norm(step.after[name] - value) for name, value in step.before.items() if value.ndim == 2]
    size = [np.linalg.norm(value) for value in step.before.values() if value.ndim == 2]
    return float(np.linalg.norm(moved) / max(float(np.linalg.norm(size)), 1e-300))


def _matrices(parameters: dict[str, ndarray]) -> list[ndarray]:
    return [value for value in parameters.values() if value.ndim == 2 and min(value.shape) > 1]


def _stages(subject: Subject, given: Data, parameters: dict[str, ndarray]) -> dict[str, ndarray]:
    """Return what the network computes for all rows, where its objective is one that is known."""
    convention = subject.convention(subject.draw(1))
    objective = Objective.of(Case(given.sizes, 0.0, given.X, given.y, parameters, lambda: Result(0.0, {})))
    if convention is None or objective is None:
        return {}
    return {truth.name: truth.arrays[0] for truth in objective.stages(convention)}


def _loss(subject: Subject, given: Data, parameters: dict[str, ndarray]) -> float | None:
    loss = _stages(subject, given, parameters).get("loss")
    return None if loss is None else float(loss)


def _dead(subject: Subject, given: Data, parameters: dict[str, ndarray]) -> float:
    """Return the part of the hidden units that are 0 for every row."""
    hidden = [
        value for name, value in _stages(subject, given, parameters).items() if name[0] == "a" and name[1:].isdigit()
    ]
    return float(np.mean(np.concatenate([(value == 0).all(axis=0) for value in hidden]))) if hidden else 0.0


def _defaults(node: ast.FunctionDef) -> str:
    """Return the defaults that matter, as they are written."""
    names = [argument.arg for argument in node.args.args][len(node.args.args) - len(node.args.defaults) :]
    shown = [
        f"{name}={ast.unparse(value)}"
        for name, value in zip(names, node.args.defaults, strict=True)
        if role(name) in ("rate", "N", "reg") or "momentum" in name
    ]
    return ", ".join(shown)
