"""``derive``: the backward pass of a forward pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chainrule.checking.derive.entry import entries
from chainrule.checking.derive.insert import inserted
from chainrule.checking.derive.prove import Proof, prove
from chainrule.checking.derive.result import Derivation
from chainrule.checking.derive.seeing import looking, numbered, with_eyes
from chainrule.checking.derive.session import functions_of
from chainrule.checking.derive.values import CannotDerive
from chainrule.checking.derive.write import Written, write
from chainrule.checking.reading.program import Program, open_program
from chainrule.checking.record.run import Limits, record

MOST_ENTRIES = 4


def derive_program(program: Program, name: str | None = None) -> Derivation:
    """Derive the backward pass of a program, or of one function of it, in this process."""
    import ast

    text = program.text
    tree = numbered(ast.parse(text))
    with looking() as sightings:
        run = record(program.changed(with_eyes(tree)), limits=Limits(seconds=4.0, events=40_000, first_question=10**9))
    refusals: list[str] = []
    best: Derivation | None = None
    for count, entry in enumerate(entries(tree, run.tape, sightings, functions_of(tree), name)):
        if count >= MOST_ENTRIES:
            break
        try:
            written = write(tree, text, run.tape, sightings, entry)
        except CannotDerive as error:
            refusals.append(str(error))
            continue
        made = finished(program, name or entry.source, text, written, prove(program, text, written))
        if made.proved:
            return made
        best = best or made
    if best is not None:
        return best
    if not refusals:
        refusals.append("no loss was found that depends on parameters")
        refusals += [f"line {line}: {error}" for line, error in run.skipped[:2]]
    return Derivation(str(program.path), name or "", refusals=tuple(dict.fromkeys(refusals)))


def finished(program: Program, name: str, text: str, written: Written, proof: Proof) -> Derivation:
    """Return a derivation with its proof."""
    whole = inserted(text, written.parts, written.kept)
    shown = "\n".join(part.text for part in written.parts)
    refusals = [*written.refusals, *([proof.reason] if proof.reason else [])]
    return Derivation(
        str(program.path), name, shown, whole, tuple(written.parts), proof.gradients, proof.proved, proof.points, proof.differences,
        tuple(refusals), tuple(written.notes),
    )  # fmt: skip


def derive_file(path: Path, name: str | None = None) -> Derivation:
    """Derive the backward pass of a file, in this process."""
    return derive_program(open_program(path), name)


__all__ = ["Any", "derive_file", "derive_program"]
