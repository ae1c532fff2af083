"""The recorder: it changes nothing of a program, and its tape done again gives what the program computed."""

from __future__ import annotations

import ast
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.checking.reading.program import Program
from chainrule.checking.reading.seeding import seed_everything
from chainrule.checking.record.run import Run, record
from chainrule.checking.record.tape import Ref, Tape
from chainrule.checking.truth.replay import Replay
from tests.checking.record.programs import PROGRAMS, SINGLE

HEAD = "import math, random\nimport numpy as np\n"

ROWS = [pytest.param(text, id=name) for name, text in PROGRAMS.items()]


def recorded(text: str) -> Run:
    run = record(Program(Path("program.py"), HEAD + text, ast.parse(HEAD + text)))
    assert not run.tape.error
    return run


def plainly(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    state, draws = np.random.get_state(), random.getstate()
    try:
        seed_everything()
        exec(HEAD + text, names)
    finally:
        np.random.set_state(state)
        random.setstate(draws)
    return names


def data(names: dict[str, Any]) -> dict[str, Any]:
    """Return what a program computed: its global names but functions, classes, modules."""
    found = {name: one for name, one in names.items() if not name.startswith("_")}
    return {name: shown(one) for name, one in found.items() if not callable(one) and type(one).__name__ != "module"}


def shown(value: Any) -> Any:
    """Return a value in words that are the same for the same bits."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value), [shown(one) for one in value]
    if isinstance(value, (float, int, str, bool, np.generic)):
        return type(value), repr(value)
    return type(value).__name__, {} if callable(value) else shown(getattr(value, "__dict__", {}))


def unlike(tape: Tape) -> list[str]:
    """Return the operations whose arguments or results are others when the tape is done again."""
    again = Replay(tape, 0, len(tape.events)).run(keep=True)
    assert not again.error
    made = [(tape.events[tape.nodes[node].event].op, tape.nodes[node].value, one) for node, one in again.made.items()]
    used = [
        (f"argument of node {ref.node}", tape.value(ref), one) for ref, one in again.used.items() if is_kept(tape, ref)
    ]
    assert len(again.made) == len(tape.nodes)
    return [name for name, here, there in (*made, *used) if not same(here, there)]


def is_kept(tape: Tape, ref: Ref) -> bool:
    """Return whether the numbers of an argument were written down: of an array that a view is taken of they are not."""
    return ref in tape.snapshots or ref.version == tape.nodes[ref.node].version


def same(here: Any, there: Any) -> bool:
    return np.shape(here) == np.shape(there) and np.allclose(here, there, rtol=1e-12, atol=0.0, equal_nan=True)


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_computes_what_it_computes_without(text: str) -> None:
    expected = data(plainly(text))
    assert data(recorded(text).namespace) == expected
    assert expected


@pytest.mark.parametrize("text", ROWS)
def test_the_tape_done_again_is_the_run(text: str) -> None:
    tape = recorded(text).tape
    assert unlike(tape) == []
    assert tape.events


@pytest.mark.parametrize("text", SINGLE.values(), ids=SINGLE)
def test_single_precision_is_computed_in_double(text: str) -> None:
    run = recorded(text)
    x = run.namespace["x"]
    assert np.asarray(x).dtype == np.float64
    np.testing.assert_allclose(x, plainly(text)["x"], rtol=1e-6)
    assert unlike(run.tape) == []


def test_another_operation_is_seen() -> None:
    tape = recorded("a = np.array([2.0, 3.0])\nb = a * a + 1.0\na += b\nc = a - 1.0\n").tape
    assert unlike(tape) == []
    for number, other in (("multiply", "add"), ("iadd", "isubtract")):
        index = next(event.index for event in tape.events if event.op == number)
        wrong = replace(tape, events=[replace(one, op=other) if one.index == index else one for one in tape.events])
        assert unlike(wrong)


def test_an_error_ends_one_statement_only() -> None:
    text = "a = 1.0\nb = a / 0.0\nc = a + 1.0\n"
    run = record(Program(Path("program.py"), text, ast.parse(text)))
    assert (run.tape.error, run.tape.error_line) == ("ZeroDivisionError: float division by zero", 2)
    assert run.namespace["c"] == 2.0
    assert math.isclose(run.namespace["a"], 1.0)


def test_names_are_bound_to_values() -> None:
    text = (
        "class A: pass\no = A()\no.w = np.ones(2)\nd = {'k': 0.5}\nd['m'] = 1.5\no.w -= 0.5\nfor i in np.eye(2): pass\n"
    )
    tape = recorded(text).tape
    bound = [(one.target, np.asarray(tape.value(one.ref)).tolist()) for one in tape.bindings]
    assert bound == [
        ("o.w", [1.0, 1.0]),
        ("['k']", 0.5),
        ("d['k']", 0.5),
        ("d['m']", 1.5),
        ("o.w", [0.5, 0.5]),
        ("i", [1.0, 0.0]),
        ("i", [0.0, 1.0]),
    ]
