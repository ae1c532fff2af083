"""The planter: what it drops, where it says that a mistake is, notebooks, pairs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checking.mutations.by_hand import trimmed
from tests.checking.mutations.mutant import applied, planted_lines
from tests.checking.mutations.planting import Planter
from tests.checking.mutations.scan import Edit
from tests.checking.mutations.source import open_source
from tests.checking.programs.corpus import PROGRAMS
from tests.checking.programs.oracle import Judgement
from tests.checking.programs.program import Program

PLAIN = PROGRAMS[0]


def planter_of(name: str) -> Planter:
    return Planter(next(program for program in PROGRAMS if program.name == name))


@pytest.mark.parametrize(
    ("old", "new", "judgement"),
    [
        ("dhidden[z1 <= 0] = 0", "dhidden[z1 < 0] = 0", Judgement.RIGHT),
        ("dhidden[z1 <= 0] = 0", "dhidden[a1 <= 0] = 0", Judgement.RIGHT),
        ("dhidden[z1 <= 0] = 0", "dhidden[dhidden <= 0] = 0", Judgement.WRONG),
        ("np.dot(X.T, dhidden)", "np.dot(X, dhidden)", Judgement.CRASHES),
        ("np.sum(dhidden, axis=0)", "np.sum(dhidden)", Judgement.WRONG),
        ("np.sum(dscores, axis=0)", "np.ones(N).dot(dscores)", Judgement.RIGHT),
        ("reg_loss = reg", "reg_loss = 1.1 * reg", Judgement.WRONG),
        ("scores = a1.dot(W2) + b2", "scores = np.maximum(0, a1.dot(W2) + b2)", Judgement.WRONG),
    ],
)
def test_what_is_still_right_is_no_mistake(old: str, new: str, judgement: Judgement) -> None:
    planter = Planter(PLAIN)
    assert old in planter.source.code
    assert planter.judge(planter.source.code.replace(old, new)) is judgement


def test_another_convention_is_right_where_loss_and_gradients_agree() -> None:
    planter = Planter(PLAIN)
    half = planter.source.code.replace("reg_loss = reg", "reg_loss = 0.5 * reg").replace("+= 2 * reg", "+= reg")
    total = planter.source.code.replace("np.sum(correct_logprobs) / N", "np.sum(correct_logprobs)")
    assert planter.judge(half) is Judgement.RIGHT
    assert planter.judge(total) is Judgement.WRONG
    assert planter.judge(total.replace("        dscores /= N\n", "")) is Judgement.RIGHT


def test_another_objective_is_wrong_though_its_gradients_agree() -> None:
    planter = Planter(PLAIN)
    rectified = planter.source.code.replace("scores = a1.dot(W2) + b2", "scores = np.maximum(0, a1.dot(W2) + b2)")
    rectified = rectified.replace("        dscores /= N\n", "        dscores /= N; dscores[scores <= 0] = 0\n")
    unpenalised = planter.source.code.replace("np.sum(W2 * W2)", "0").replace("grads['W2'] += 2 * reg * W2", "pass")
    assert planter.judge(rectified) is Judgement.WRONG
    assert planter.judge(unpenalised) is Judgement.WRONG


def test_planted_lines() -> None:
    code = "a = 1\nb = 2\nc = 3\nd = 4\n"
    longer = Edit(0, 5, "a = 0\na = 1")
    assert planted_lines(code, Edit(6, 11, "b = 7"), ()) == [2]
    assert planted_lines(code, Edit(6, 11, "b = 7"), (longer,)) == [3]
    assert planted_lines(code, Edit(12, 18, ""), ()) == [2, 3]
    assert planted_lines(code, Edit(12, 17, "b = 2"), ()) == [2, 3]
    assert planted_lines(code, longer, ()) == [1, 2]
    added = "w = 1\nb = 2\nc = 3\nw += b\nc = 4\n"
    assert planted_lines(added, Edit(18, 25, ""), ()) == [1, 3, 4]


def test_whole_lines_that_stay_are_no_part_of_an_edit() -> None:
    code = "a\nb\nc\nd\n"
    edit = trimmed(code, "a\nb\nc\n", "a\nx\ny\nc\n")
    assert edit == Edit(2, 3, "x\ny")
    assert applied(code, edit) == "a\nx\ny\nc\nd\n"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_program_takes_many_mistakes(program: Program) -> None:
    planter = Planter(program)
    mutants = [mutant for mutant in planter.mutants(planter.plantings()) if not mutant.crashes]
    assert len(mutants) >= 15
    assert len({mutant.text for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        lines = mutant.text.split("\n")
        assert all(1 <= line <= len(lines) for line in mutant.planted[0].lines)
        assert mutant.text != program.text


def test_pairs_are_two_mistakes_apart() -> None:
    planter = Planter(PLAIN)
    pairs = list(planter.pairs(planter.plantings(), 5))
    again = list(Planter(PLAIN).pairs(planter.plantings(), 5))
    assert [pair.text for pair in pairs] == [pair.text for pair in again]
    assert len(pairs) == 5
    for pair in pairs:
        first, second = pair.planted
        assert first.kind != second.kind
        assert not set(first.lines) & set(second.lines)


@pytest.mark.parametrize("program", [one for one in PROGRAMS if one.suffix == ".ipynb"], ids=lambda one: one.name)
def test_notebooks_keep_everything_but_the_mistake(program: Program) -> None:
    source = open_source(program)
    assert json.loads(source.written(source.code)) == json.loads(program.text)
    planter = Planter(program)
    for mutant in planter.mutants(planter.plantings()):
        lines, before = mutant.text.split("\n"), program.text.split("\n")
        changed = [k + 1 for k, (new, old) in enumerate(zip(lines, before, strict=False)) if new != old]
        assert changed[0] in mutant.planted[0].lines or len(lines) != len(before)


def test_training_mistakes_leave_the_gradients_right() -> None:
    found = {(mutant.program.name, mutant.planted[0].kind) for mutant in planter_of(PLAIN.name).training_mutants()}
    assert found == {(PLAIN.name, kind) for kind in (60, 63, 64, 65, 66, 69)}


def test_every_file_of_mistakes_belongs_to_a_program() -> None:
    names = {program.name for program in PROGRAMS}
    files = (Path(__file__).parent / "by_hand").glob("*.toml")
    assert {file.name.split(".")[0] for file in files} <= names
