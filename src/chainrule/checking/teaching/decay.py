"""When training lowers its learning rate: after every epoch, or in every step."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import numpy as np

from chainrule.checking.fixing import TextEdit
from chainrule.checking.reading.recognise.vocabulary import role
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.remedies import Mistake, Remedy, blamed, mended, remedy, simple_statements, with_part
from chainrule.checking.teaching.rules import Moves, rates, with_memory
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.teaching.trainer import trainers
from chainrule.checking.teaching.trial import Trial, trial

PER_EPOCH = re.compile(
    r"per_?(epoch|pass)|(iter|batch|step)\w*_?epoch|epoch_?size|num_?batches|n_?batches", re.IGNORECASE
)
STEPS = 12

MEANT_FOR_STEPS = 0.97
"""Factors from here on leave something of a rate after dozens of steps."""


def rate_lowered(subject: Subject) -> Lessons:
    """Read the learning rate off the steps of a training."""
    found = Lessons()
    for trainer in trainers(subject):
        seen = trial(subject, trainer)
        if seen is None:
            continue
        found += _fractional_epoch(subject, seen)
        lowered = _rates(seen)
        statements = list(_decays(trainer.node))
        if lowered is None or not statements or _meant_for_steps(trainer.node) or not _counts_epochs(trainer.node):
            continue
        if _in_every_step(lowered):
            found += _reported(subject, seen, statements, lowered)
    return found


def _reported(subject: Subject, seen: Trial, statements: list[ast.stmt], lowered: np.ndarray) -> Lessons:
    factor = float(lowered[1] / lowered[0])
    steps = len(seen.data.X) // seen.settings.batch
    evidence = (
        f"In a trial of {steps} steps an epoch the rate is multiplied by {factor:.3g} in every step: after {STEPS} "
        f"steps {factor**STEPS:.2g} of it is left."
    )
    mistake = Mistake("learning rate lowered every step", evidence, "it is lowered once an epoch in fresh trials")
    remedies = list(_remedies(subject, seen, statements))
    name = seen.trainer.unit.name
    return mended(subject, mistake, remedies, lambda one, seed: _once_an_epoch(one, name, seed)) or blamed(
        subject, mistake, statements[0]
    )


def _rates(seen: Trial) -> np.ndarray | None:
    """Return the learning rate of each step of plain descent, or of descent with momentum."""
    steps = [step for step in seen.steps[:STEPS] if step.gradients]
    if len(steps) < STEPS:
        return None
    moves = Moves([step.gradient for step in steps], [step.moved for step in steps])
    plain = rates(moves)
    if plain is not None:
        return plain
    kept = with_memory(moves)
    return kept[0] if kept is not None and (kept[1] < 1).all() else None


def _in_every_step(lowered: np.ndarray) -> bool:
    """Whether every step lowers the rate by so much that it can only be meant for an epoch."""
    factors = lowered[1:] / lowered[:-1]
    return bool((factors < MEANT_FOR_STEPS).all() and np.ptp(factors) < 1e-3)


def _meant_for_steps(node: ast.FunctionDef) -> bool:
    """Whether the decay that is asked for by default is so weak that it may be meant for every step."""
    named = node.args.args[len(node.args.args) - len(node.args.defaults) :]
    pairs = zip(named, node.args.defaults, strict=True)
    values = [value.value for argument, value in pairs if "decay" in argument.arg and isinstance(value, ast.Constant)]
    return any(isinstance(value, float) and value >= MEANT_FOR_STEPS for value in values)


def _once_an_epoch(subject: Subject, name: str, seed: int) -> bool:
    seen = next((trial(subject, one, seed=seed) for one in trainers(subject) if one.unit.name == name), None)
    lowered = _rates(seen) if seen is not None else None
    if seen is None or lowered is None:
        return False
    changes = np.flatnonzero(lowered[1:] < lowered[:-1] * (1 - 1e-6))
    steps = len(seen.data.X) // seen.settings.batch
    return bool(0 < len(changes) <= STEPS // steps + 1 and (np.diff(changes) >= steps).all())


def _counts_epochs(node: ast.FunctionDef) -> bool:
    """Whether a function knows what an epoch is: by a count of its steps, or by a loop over epochs with one inside."""
    if any(PER_EPOCH.search(name) for name in _names(node)):
        return True
    loops = [inner for inner in ast.walk(node) if isinstance(inner, ast.For)]
    outer = [one for one in loops if any(one is not other and _around(one, other) for other in loops)]
    return any("epoch" in ast.unparse(one.target) for one in outer)


def _decays(node: ast.FunctionDef) -> Iterator[ast.stmt]:
    """Yield the statements that lower a learning rate."""
    for statement in simple_statements(node):
        if isinstance(statement, ast.AugAssign):
            if isinstance(statement.op, ast.Mult) and _is_rate(statement.target):
                yield statement
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
            target = statement.targets[0]
            if _is_rate(target) and ast.unparse(target) in ast.unparse(statement.value):
                yield statement


def _is_rate(target: ast.expr) -> bool:
    name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
    return role(name) == "rate"


def _remedies(subject: Subject, seen: Trial, statements: list[ast.stmt]) -> Iterator[Remedy]:
    node = seen.trainer.node
    counts = [name for name in dict.fromkeys(_names(node)) if PER_EPOCH.search(name)]
    for statement in statements:
        for test in _tests_around(node, statement):
            for inner in ast.walk(test.test):
                if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mod):
                    for count in (text for name in counts for text in (name, f"int({name})")):
                        right = ast.copy_location(ast.parse(count, mode="eval").body, inner.right)
                        by = ast.fix_missing_locations(with_part(test, inner.right, right))
                        yield remedy(subject, [(test, (by,))])
        for block in _blocks_of_epochs(node, statement):
            yield remedy(subject, [(statement, ()), (block[-1], (block[-1], statement))])
        yield from _outside_of_the_loop(subject, node, statement)
        yield from _guarded(subject, node, statement, counts)


def _names(node: ast.AST) -> Iterator[str]:
    yield from (inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _tests_around(node: ast.AST, statement: ast.stmt) -> Iterator[ast.If]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.If) and any(one is statement for one in inner.body):
            yield inner


def _blocks_of_epochs(node: ast.AST, statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield what is done once an epoch: the bodies of tests for it."""
    for inner in ast.walk(node):
        if not isinstance(inner, ast.If) or any(one is statement for one in ast.walk(inner)):
            continue
        if any(PER_EPOCH.search(name) for name in _names(inner.test)) and not hasattr(inner.body[-1], "body"):
            yield inner.body


def _outside_of_the_loop(subject: Subject, node: ast.AST, statement: ast.stmt) -> Iterator[Remedy]:
    """Yield the statement behind the innermost loop around it, which is written as moving its line out."""
    loops = [one for one in ast.walk(node) if isinstance(one, ast.For) and _around(one, statement)]
    if len(loops) < 2 or statement.lineno != statement.end_lineno:
        return
    inner = max(loops, key=lambda one: one.lineno)
    lines = subject.program.text.split("\n")
    own, end = statement.lineno, inner.end_lineno or inner.lineno
    moved = " " * inner.col_offset + lines[own - 1].strip()
    between = lines[own:end]
    yield Remedy(statement, TextEdit(own, end, (*between, moved)), "the same statement, behind the loop over batches")


def _guarded(subject: Subject, node: ast.AST, statement: ast.stmt, counts: list[str]) -> Iterator[Remedy]:
    """Yield the statement under a test for the end of an epoch."""
    loops = [one for one in ast.walk(node) if isinstance(one, ast.For) and _around(one, statement)]
    if not loops or statement.lineno != statement.end_lineno or not isinstance(loops[-1].target, ast.Name):
        return
    line = subject.program.text.split("\n")[statement.lineno - 1]
    indentation = line[: len(line) - len(line.lstrip())]
    for count in counts:
        test = f"if ({loops[-1].target.id} + 1) % {count} == 0:"
        new = (f"{indentation}{test}", f"{indentation}    {line.strip()}")
        yield Remedy(statement, TextEdit(statement.lineno, statement.lineno, new), f"{test} {line.strip()}")


def _around(loop: ast.For, statement: ast.stmt) -> bool:
    return any(inner is statement for inner in ast.walk(loop))


def _fractional_epoch(subject: Subject, seen: Trial) -> Lessons:
    """Say where the steps of an epoch are no whole number, and are counted by a remainder."""
    node = seen.trainer.node
    numbers = {name: value for call in seen.calls for name, value in call.caller.items() if PER_EPOCH.search(name)}
    fractions = {name: value for name, value in numbers.items() if value != int(value)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mod) and isinstance(inner.right, ast.Name):
            name = inner.right.id
            if name in fractions:
                return subject.note(
                    f"{name} is {fractions[name]:g} for {len(seen.data.X)} rows in batches of {seen.settings.batch}: "
                    "the remainder is then 0 in few epochs or in none. Divide with // to have a whole number",
                    inner.lineno,
                )
    return Lessons()
