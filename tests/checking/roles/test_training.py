"""What a program trains, found by the flow of its numbers: exactly its parameters, by its names for them."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import record
from chainrule.checking.roles.steps import step_problem
from chainrule.checking.roles.training import Training, training
from tests.checking.roles.loops import FAULTS, HEAD, LOOPS, NOTHING

not_yet = pytest.mark.xfail(strict=True, reason="the chain begins at the velocity, which lends it its name")
ROWS = [
    *(pytest.param(*row, id=name) for name, row in LOOPS.items()),
    *(pytest.param(*row, id=name, marks=not_yet) for name, row in FAULTS.items()),
]


def trained(text: str) -> Training | None:
    tape = record(Program(Path("program.py"), text, ast.parse(text))).tape
    assert not tape.error, tape.error
    return training(tape)


def names(found: Training, step: int) -> list[str]:
    return sorted(one.name for one in step_problem(found, step).parameters)


@pytest.mark.parametrize(("expected", "text"), ROWS)
def test_exactly_its_parameters_are_found(expected: str, text: str) -> None:
    found = trained(text)
    assert found is not None
    assert len(found.steps) >= 2
    assert names(found, 1) == sorted(expected.split())
    assert {len(step.moves) for step in found.steps} == {len(expected.split())}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_nothing_is_trained(text: str) -> None:
    assert trained(text) is None


def test_a_step_goes_from_the_old_value_to_the_new() -> None:
    _, text = LOOPS["in place"]
    found = trained(text)
    assert found is not None
    assert len(found.steps) == 7
    tape = found.flow.tape
    (parameter,) = (one for one in step_problem(found, 2).parameters if one.name == "W1")
    claims = [tape.nodes[one.node].value for one in parameter.claims]
    bound = [tape.value(one.ref) for one in tape.bindings if one.target == "W1"]
    move = bound[3] - bound[2]
    assert any(one.shape == move.shape and np.allclose(move, -0.05 * one, rtol=1e-10) for one in claims)


def test_a_parameter_that_is_left_out_is_seen() -> None:
    expected, text = LOOPS["in place"]
    found = trained(text.replace("b1 -= lr * db1; ", ""))
    assert found is not None
    assert names(found, 1) == sorted(set(expected.split()) - {"b1"})
    assert text.startswith(HEAD)
