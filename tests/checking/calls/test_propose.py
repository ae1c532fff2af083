"""Calls that are made for programs: they run, and what is right is found right."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.checking.calls.propose import CalledGroup, proposed_calls
from chainrule.checking.judge import Judgement, State
from chainrule.checking.reading.program import open_program
from chainrule.checking.record.run import Run, record
from chainrule.checking.roles.called import call_problem
from chainrule.checking.subject import best_judgement
from tests.checking.calls.programs import CHAIN, DENSE, SAMPLES, Sample


def _proposed(folder: Path, text: str) -> tuple[Run, list[CalledGroup]]:
    path = folder / "program.py"
    path.write_text(text)
    program = open_program(path)
    run = record(program)
    return run, proposed_calls(program, run)


def _judged(run: Run, group: CalledGroup) -> list[Judgement]:
    found = [best_judgement(call_problem(run.tape, one)) for one in group.called]
    assert all(one.points for one in found)
    return found


def _group(groups: list[CalledGroup], name: str) -> CalledGroup:
    group = next(one for one in groups if one.name == name)
    assert group.called, group.reason
    return group


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)
def test_a_call_runs_and_its_claims_are_right(sample: Sample, tmp_path: Path) -> None:
    run, groups = _proposed(tmp_path, sample.text)
    group = _group(groups, sample.name)
    assert len(group.called) >= 2
    for one in _judged(run, group):
        assert set(sample.inputs.split()) <= {claim.parameter.name for claim in one.claims}
        assert [claim.parameter.name for claim in one.claims if claim.state is not State.RIGHT] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)
def test_a_mistake_is_seen(sample: Sample, tmp_path: Path) -> None:
    assert sample.right in sample.text
    run, groups = _proposed(tmp_path, sample.text.replace(sample.right, sample.wrong))
    assert not all(one.right for one in _judged(run, _group(groups, sample.name)))


def test_own_arguments_are_used_too(tmp_path: Path) -> None:
    text = (
        DENSE + "\nout, cache = affine_forward(np.ones((3, 2)), np.eye(2), np.zeros(2))\naffine_backward(out, cache)\n"
    )
    run, groups = _proposed(tmp_path, text)
    assert [one.made.own for one in groups[0].called].count(True) == 1
    assert all(one.right for one in _judged(run, groups[0]))


def test_what_does_not_run_says_why(tmp_path: Path) -> None:
    text = DENSE.replace("x, w, b = cache", "x, w = cache")
    _, groups = _proposed(tmp_path, text)
    assert [(one.called, one.reason) for one in groups] == [([], "ValueError: too many values to unpack (expected 2)")]
    assert groups[0].stopped == 9


def test_what_was_trained_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(CHAIN)
    program = open_program(path)
    assert proposed_calls(program, record(program), trained={"backward_propagation"}) == []


def test_sizes_differ_and_biases_are_not_zero(tmp_path: Path) -> None:
    _, groups = _proposed(tmp_path, DENSE)
    for one in groups[0].called:
        w, b = one.made.given["_a_w"], one.made.given["_a_b"]
        assert len({*w.shape, len(one.made.given["_a_x"])}) == 3
        assert (abs(b) > 0.01).all()
