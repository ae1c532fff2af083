"""Calls for forward functions that a program defines and does not run: lines put below it, with drawn arguments."""

from __future__ import annotations

import ast
import builtins
import copy
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.checking.calls.arguments import entry
from chainrule.checking.calls.bench import Bench, Failed, bench
from chainrule.checking.calls.guess import VARIANTS, Guess, drawn
from chainrule.checking.calls.pipeline import Pipeline
from chainrule.checking.calls.repair import repaired
from chainrule.checking.calls.routine import Routine, routines
from chainrule.checking.calls.styles import Style, styles
from chainrule.checking.calls.words import ASIDE, BACKWARD, FORWARD, LOSS, role
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import Run

GIVEN = "__given__"
SECONDS, REPAIRS = 2.5, 7


@dataclass(frozen=True)
class Driver:
    """Lines that call functions, and what they are given at several sizes."""

    text: str
    given: tuple[dict[str, Any], ...]
    layer: bool
    """Whether what comes out is no loss: a gradient is handed in, and every array has one."""
    name: str


@contextmanager
def giving(values: dict[str, Any]) -> Iterator[None]:
    """Have the arguments of a driver in reach of the program."""
    setattr(builtins, GIVEN, copy.deepcopy(values))
    try:
        yield
    finally:
        delattr(builtins, GIVEN)


def drivers(program: Program, run: Run, wanted: str | None) -> Iterator[Driver]:
    """Yield calls of what a program does not run itself, the likeliest first."""
    at = bench(program, run)
    all_ = routines(program.tree, program.text)
    end = time.monotonic() + 3 * SECONDS
    for steps, layer in _plans(all_, wanted):
        if time.monotonic() > end:
            return
        made = _tried(steps, layer, at, program, all_)
        if made is not None:
            yield made


def _plans(all_: Sequence[Routine], wanted: str | None) -> Iterator[tuple[list[Routine], bool]]:
    usable = [one for one in all_ if not one.name.startswith("__") or one.name == "__call__"]
    if wanted:
        usable = [one for one in usable if wanted in (one.name, one.qualified, one.owner)]
    usable = [
        one
        for one in usable
        if one.node.body and (wanted or not ASIDE.search(one.name)) and not BACKWARD.search(one.name)
    ]
    losses = [one for one in usable if LOSS.search(one.name)]
    forwards = [
        one for one in all_ if FORWARD.search(one.name) and not BACKWARD.search(one.name) and one.name != "__init__"
    ]
    for one in losses:
        yield [one], False
        for forward in reversed(forwards):
            if forward is not one and forward.owner == one.owner:
                yield [forward, one], False
    for one in [
        *(one for one in usable if one in forwards),
        *(one for one in usable if one not in forwards and one not in losses),
    ]:
        yield [one], True


def _tried(steps: list[Routine], layer: bool, at: Bench, program: Program, all_: Sequence[Routine]) -> Driver | None:
    owners = {one.owner for one in steps if one.owner}
    constructors = {
        name: next((one for one in all_ if one.owner == name and one.name == "__init__"), None) for name in owners
    }
    plan = Pipeline(steps[-1].qualified, "derive", tuple(steps), constructors)
    until = time.monotonic() + SECONDS
    for style in styles(steps):
        found = _guessed(plan, style, VARIANTS[1], at, program, until, layer)
        if found is not None:
            guesses, text = found
            given = [_given(guesses)]
            other = _guessed(plan, style, VARIANTS[2], at, program, until, layer)
            if other is not None and other[1] == text:
                given.append(_given(other[0]))
            return Driver(text, tuple(given), layer, steps[-1].qualified)
        if time.monotonic() > until:
            return None
    return None


def _given(guesses: dict[str, Guess]) -> dict[str, Any]:
    random = np.random.default_rng(5)
    return {key: drawn(one, random) for key, one in guesses.items()} | {"_upstream": upstream}


def upstream(value: Any) -> Any:
    """Return the gradient that is handed to a layer."""
    return np.random.default_rng(77).normal(size=np.shape(value))


def _guessed(
    plan: Pipeline, style: Style, variant: dict[str, Any], at: Bench, program: Program, until: float, layer: bool
) -> tuple[dict[str, Guess], str] | None:
    stack = [plan.guesses(style, style.palette(variant), variant)]
    tried = set()

    def made(key: Any, known: Sequence[str]) -> Guess:
        return entry(key, plan.steps, style, style.palette(variant), variant, known)

    depth = 0
    while stack and depth <= REPAIRS and time.monotonic() < until:
        guesses = stack.pop()
        if repr(guesses) in tried:
            continue
        tried.add(repr(guesses))
        depth += 1
        trial = at.start()
        trial.names[GIVEN] = _given(guesses)
        try:
            return guesses, _text(plan, guesses, trial, layer, _outside(program.tree))
        except Failed as failed:
            stack += reversed(repaired(guesses, failed, program.tree, made)[:3])
        except _Useless:
            return None
    return None


class _Useless(Exception):
    """A call that gives no loss, or no number."""


def _text(plan: Pipeline, guesses: dict[str, Guess], trial: Any, layer: bool, taken: set[str]) -> str:
    lines: list[str] = []

    def run(text: str) -> None:
        trial.run(text)
        lines.append(text)

    names = {key: _plain(key, taken) for key in guesses}
    for key, plain in names.items():
        run(f"{plain} = {GIVEN}[{key!r}]")
    for owner in plan.constructors:
        words = [(key.removeprefix(f"_c_{owner}_"), names[key]) for key in guesses if key.startswith(f"_c_{owner}_")]
        run(f"_o_{owner} = {owner}({', '.join(f'{word}={plain}' for word, plain in words)})")
    known: dict[str, str] = {}
    main = ""
    for number, one in enumerate(plan.steps):
        words_ = []
        for place, argument in enumerate(one.arguments):
            if argument.name in known:
                words_.append(
                    known[argument.name] if not argument.optional else f"{argument.name}={known[argument.name]}"
                )
            elif number and main and (place == 0 or role(argument.name, ("yhat",))) and main not in words_:
                words_.append(main)
            elif f"_a_{argument.name}" in names:
                plain = names[f"_a_{argument.name}"]
                words_.append(plain if not argument.optional else f"{argument.name}={plain}")
            elif not argument.optional:
                raise _Useless
        last = number == len(plan.steps) - 1
        wish = "loss" if last and not layer else "out"
        targets = _targets(one, wish, taken)
        run(f"{', '.join(targets)} = {one.text}({', '.join(words_)})")
        known.update({target: target for target in targets})
        main = targets[0]
    value = trial.value(main)
    if layer:
        if not isinstance(value, (np.ndarray, float)) or np.asarray(value).dtype.kind != "f":
            raise _Useless
        lines.append(f"loss = ({main} * {GIVEN}['_upstream']({main})).sum()")
    elif np.size(value) != 1 or np.asarray(value).dtype.kind != "f":
        raise _Useless
    return "\n".join(lines) + "\n"


def _outside(tree: ast.Module) -> set[str]:
    """Return the names that a program gives outside of functions."""
    found = set()
    for one in tree.body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            found.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            found |= {part.asname or part.name.split(".")[0] for part in one.names}
        else:
            found |= {
                part.id for part in ast.walk(one) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
    return found


def _plain(key: str, taken: set[str]) -> str:
    plain = key.removeprefix("_a_") if key.startswith("_a_") else key
    return plain if plain not in taken or key.startswith("_c_") else f"{plain}_given"


def _targets(one: Routine, wish: str, taken: set[str]) -> list[str]:
    returned = one.returned[0] if one.returned else None
    if isinstance(returned, ast.Tuple):
        names = [part.id if isinstance(part, ast.Name) else "" for part in returned.elts]
        names[0] = names[0] or wish
        return [name if name and name not in taken else f"kept{number}" for number, name in enumerate(names)]
    if isinstance(returned, ast.Name) and returned.id not in taken:
        return [returned.id]
    return [wish if wish not in taken else f"the_{wish}"]
