"""The proof is shown wrong lines, and must object."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from chainrule.checking.derive.entry import entries
from chainrule.checking.derive.prove import prove
from chainrule.checking.derive.seeing import looking, numbered, with_eyes
from chainrule.checking.derive.session import functions_of
from chainrule.checking.derive.write import Written, write
from chainrule.checking.reading.program import Program, open_program
from chainrule.checking.record.run import record

PATH = Path(__file__).parent / "programs" / "own_two.py"


def derived() -> tuple[Program, Written]:
    program = open_program(PATH)
    tree = numbered(ast.parse(program.text))
    with looking() as sightings:
        run = record(program.changed(with_eyes(tree)))
    entry = next(entries(tree, run.tape, sightings, functions_of(tree), None))
    return program, write(tree, program.text, run.tape, sightings, entry)


@pytest.mark.parametrize(
    ("old", "new"),
    [("h1.T.dot", "z1.T.dot"), ("2 * reg * W1", "reg * W1"), ("(h1 > 0)", "(h1 >= 0)"), ("-= 1", "-= 0.5")],
)
def test_a_wrong_line_is_not_proved(old: str, new: str) -> None:
    program, written = derived()
    assert prove(program, program.text, written).proved
    parts = [
        replace(part, lines=tuple(replace(line, text=line.text.replace(old, new)) for line in part.lines))
        for part in written.parts
    ]
    proof = prove(program, program.text, replace(written, parts=parts))
    assert not proof.proved
    assert proof.reason
