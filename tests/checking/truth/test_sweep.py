"""The chain rule along the tape: its gradients are those of central differences."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import record
from chainrule.checking.record.tape import Tape
from chainrule.checking.truth.replay import Place, Replay, Substitution
from chainrule.checking.truth.sweep import Gradients, gradients
from tests.checking.truth.forwards import FAULTS, FORWARDS, PARAMETERS, SETUP

STEP = 1e-5

not_yet = pytest.mark.xfail(strict=True, reason="not followed yet: parts of what is unpacked within, a ufunc's outer")
ROWS = [
    *(pytest.param(text, id=name) for name, text in FORWARDS.items()),
    *(pytest.param(text, id=name, marks=not_yet) for name, text in FAULTS.items()),
]


class Recorded(NamedTuple):
    """A forward program on the tape: the window after its setup, where its parameters and its loss are."""

    tape: Tape
    start: int
    places: dict[str, Place]
    loss: Place

    def replay(self) -> Replay:
        return Replay(self.tape, self.start, len(self.tape.events))


@cache
def recorded(forward: str) -> Recorded:
    text = SETUP + forward
    tape = record(Program(Path("program.py"), text, ast.parse(text))).tape
    assert not tape.error, tape.error
    first = {one.target: one for one in reversed(tape.bindings)}
    start = first[PARAMETERS[-1]].time
    places = {name: Place(first[name].ref.node, start) for name in PARAMETERS}
    loss = next(one for one in reversed(tape.bindings) if one.target == "loss")
    return Recorded(tape, start, places, Place(loss.ref.node, len(tape.events)))


def swept(forward: Recorded, rename: Mapping[str, str] | None = None) -> Gradients:
    """Sweep a program; the sweep, not the program, is shown other operations in the place of some."""
    known = rename or {}
    events = [replace(one, op=known.get(one.op, one.op)) for one in forward.tape.events]
    tape, end = replace(forward.tape, events=events), len(events)
    values = forward.replay().run((), (), keep=True)

    def made(node: int) -> Any:
        return values.made.get(node, tape.nodes[node].value)

    seeds = [(forward.loss, 1.0)]
    return gradients(tape, forward.start, end, seeds, values.value, made, [*forward.places.values()])


def moved(value: Any, move: Any) -> Any:
    return value + move if isinstance(value, np.ndarray) else float(value + move)


def differences(forward: Recorded, name: str) -> Any:
    """Return the gradient of the loss by central differences of the tape done again, entry by entry."""
    replay, place = forward.replay(), forward.places[name]
    value = forward.tape.nodes[place.node].value
    result = np.zeros(np.shape(value))
    for entry in np.ndindex(result.shape):
        move = np.zeros(result.shape)
        move[entry] = STEP
        sides = [Substitution(place, moved(value, sign * move)) for sign in (1, -1)]
        high, low = (float(np.sum(replay.run([one], [forward.loss]).seen[forward.loss])) for one in sides)
        result[entry] = (high - low) / (2 * STEP)
    return result


def loss_without(forward: str, move: Mapping[str, Any]) -> float:
    """Return the loss that the program computes by itself, its parameters moved."""
    names: dict[str, Any] = {}
    exec(SETUP, names)
    names.update({name: moved(names[name], one) for name, one in move.items()})
    exec(forward, names)
    return float(names["loss"])


def close(found: Any, expected: Any) -> bool:
    size = max(1.0, float(np.max(np.abs(expected))))
    return bool(np.all(np.abs(np.asarray(found) - expected) <= 1e-7 * size))


@pytest.mark.parametrize("text", ROWS)
def test_gradients_are_those_of_differences(text: str) -> None:
    forward, random = recorded(text), np.random.default_rng(3)
    value = {name: forward.tape.nodes[place.node].value for name, place in forward.places.items()}
    move = {name: 1e-3 * random.normal(size=np.shape(one)) for name, one in value.items()}
    put = [Substitution(place, moved(value[name], move[name])) for name, place in forward.places.items()]
    again = forward.replay().run(put, [forward.loss])
    assert not again.error
    assert float(np.sum(again.seen[forward.loss])) == pytest.approx(loss_without(text, move), rel=1e-12)
    found = swept(forward)
    assert found.refused == []
    for name, place in forward.places.items():
        expected = differences(forward, name)
        gradient = found.wanted[place]
        assert close(np.zeros(expected.shape) if gradient is None else gradient, expected), name


def test_a_wrong_operation_is_seen() -> None:
    forward = recorded(FORWARDS["dense"])
    place, expected = forward.places["W"], differences(forward, "W")
    assert close(swept(forward).wanted[place], expected)
    assert not close(swept(forward, {"tanh": "sin"}).wanted[place], expected)


def test_what_cannot_be_differentiated_is_named() -> None:
    assert swept(recorded(FORWARDS["dense"]), {"tanh": "no such function"}).refused == ["no such function"]
