"""What a step of training does with its gradient: the direction, and what is kept from step to step."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import numpy as np

from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.remedies import Mistake, mended
from chainrule.checking.teaching.rules import (
    Moves,
    adam_without,
    climbs,
    follows_adam,
    rates,
    sums,
    with_memory,
)
from chainrule.checking.teaching.step_remedies import adam_remedies, kept_remedies, memory_remedies, sign_remedies
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.teaching.trainer import trainers
from chainrule.checking.teaching.trial import Trial, trial

LOOKED_AT = 6
"""Steps: by then every rule has shown what it keeps."""

MOMENTUM = re.compile(r"moment|velocit|^mu$|^vel", re.IGNORECASE)
ADAM = re.compile(r"adam|beta_?[12]$", re.IGNORECASE)

Right = Callable[[Moves], bool]


def steps_made(subject: Subject) -> Lessons:
    """Compare the steps of a training with its gradients."""
    if not subject.gradients_right:
        return Lessons()  # a wrong gradient is said already, and says nothing of the step that follows it
    found = Lessons()
    for trainer in trainers(subject):
        seen = trial(subject, trainer)
        moves = _moves(seen) if seen is not None else None
        if seen is None or moves is None:
            continue
        functions = list(_taking_part(subject, seen))
        names = set(_names(functions))
        adam = any(ADAM.search(name) for name in names)
        momentum = any(MOMENTUM.search(name) for name in names)
        found += _judged(subject, seen, moves, functions, adam=adam, momentum=momentum)
    return found


def _judged(
    subject: Subject, seen: Trial, moves: Moves, functions: list[ast.FunctionDef], *, adam: bool, momentum: bool
) -> Lessons:
    name = seen.trainer.unit.name

    def works(right: Right) -> Callable[[Subject, int], bool]:
        return lambda one, seed: _right(one, name, seed, right)

    if climbs(moves):
        mistake = Mistake("step up the slope", _CLIMBS, "steps go against their gradients in fresh trials")
        remedies = sign_remedies(subject, functions)
        return mended(subject, mistake, remedies, works(lambda new: not climbs(new))) or _said(subject, seen, mistake)
    plain = rates(moves)
    if plain is None and rates(moves, sums(moves)) is not None:
        mistake = Mistake("gradient kept from the last step", _KEPT, "each step follows its own gradient alone")
        remedies = kept_remedies(subject, functions)
        return mended(subject, mistake, remedies, works(_plain)) or _said(subject, seen, mistake)
    if adam and plain is None:
        missing = adam_without(moves)
        if missing and not follows_adam(moves):
            mistake = Mistake(missing, _ADAM.format(missing=missing), "the steps are those of Adam in fresh trials")
            remedies = adam_remedies(subject, functions, missing)
            return mended(subject, mistake, remedies, works(follows_adam)) or _said(subject, seen, mistake)
    if momentum and not adam and plain is not None:
        mistake = Mistake("momentum never kept", _FORGOTTEN, "each step keeps a part of the one before")
        return mended(subject, mistake, memory_remedies(subject, functions), works(_remembers)) or Lessons()
    return Lessons(
        checked=(f"{seen.trainer.node.name}: the first of {len(moves.steps)} steps goes against its gradient",)
    )


_CLIMBS = "In a trial the parameters move along the gradient of the loss, not against it: the loss rises."
_KEPT = "In a trial each step follows the sum of all gradients so far, not its own."
_ADAM = (
    "In a trial every step is that of {missing}. Adam (Kingma and Ba, 2015) keeps both averages, divides each by "
    "1 - beta ** t, and the first by the root of the second."
)
_FORGOTTEN = "In a trial each step is a multiple of its own gradient: nothing of the step before is in it."


def _said(subject: Subject, seen: Trial, mistake: Mistake) -> Lessons:
    return subject.note(f"{mistake.name}. {mistake.evidence}", seen.trainer.node.lineno)


def _right(subject: Subject, name: str, seed: int, right: Right) -> bool:
    seen = next((trial(subject, one, seed=seed) for one in trainers(subject) if one.unit.name == name), None)
    moves = _moves(seen) if seen is not None else None
    return moves is not None and not climbs(moves) and right(moves)


def _plain(moves: Moves) -> bool:
    return rates(moves) is not None


def _remembers(moves: Moves) -> bool:
    found = with_memory(moves)
    return found is not None and bool(np.all((found[1] > 0.01) & (found[1] < 0.9999)))


def _moves(seen: Trial) -> Moves | None:
    """Return the first steps as vectors, if the gradients of all are known."""
    steps = seen.steps[:LOOKED_AT]
    if len(steps) < 2 or not all(step.gradients for step in steps):
        return None
    moves = Moves([step.gradient for step in steps], [step.moved for step in steps])
    finite = all(np.isfinite(one).all() for one in (*moves.gradients, *moves.steps))
    return moves if finite and all(np.any(step) for step in moves.steps) else None


def _taking_part(subject: Subject, seen: Trial) -> Iterator[ast.FunctionDef]:
    """Yield the training function and those that it called."""
    called = {call.function for call in seen.calls}
    yield seen.trainer.node
    yield from (node for _, _, node in subject.units() if node.name in called and node is not seen.trainer.node)


def _names(functions: list[ast.FunctionDef]) -> Iterator[str]:
    for function in functions:
        yield function.name
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.arg):
                yield node.arg
