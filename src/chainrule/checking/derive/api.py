"""``derive``: the backward pass of a forward pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from chainrule.checking.derive.drive import Driver, drivers, giving
from chainrule.checking.derive.entry import entries
from chainrule.checking.derive.insert import inserted
from chainrule.checking.derive.prove import Proof, prove
from chainrule.checking.derive.result import Derivation, DerivedLine, Part
from chainrule.checking.derive.seeing import Sightings, looking, numbered, with_eyes
from chainrule.checking.derive.session import functions_of
from chainrule.checking.derive.values import CannotDerive
from chainrule.checking.derive.write import Written, write
from chainrule.checking.reading.program import Program, open_program
from chainrule.checking.record.run import Limits, Run, record

MOST_ENTRIES, MOST_DRIVERS = 4, 4
LIMITS = Limits(seconds=4.0, events=40_000, first_question=10**9)


def derive_program(program: Program, name: str | None = None) -> Derivation:
    """Derive the backward pass of a program, or of one function of it, in this process."""
    refusals: list[str] = []
    best: Derivation | None = None
    run: Run | None = None
    for made, run in _from_own_run(program, name, refusals):  # noqa: B007  # the last run is needed below
        if made is not None and made.proved:
            return made
        best = best or made
    if run is not None:
        for count, driver in enumerate(drivers(program, run, name)):
            if count >= MOST_DRIVERS:
                break
            made = _from_driver(program, name, driver, refusals)
            if made is not None and made.proved:
                return made
            best = best or made
    if best is not None:
        return best
    if not refusals:
        refusals.append("no loss was found that depends on parameters")
        refusals += [f"line {line}: {error}" for line, error in (run.skipped if run is not None else [])[:2]]
    return Derivation(str(program.path), name or "", refusals=tuple(dict.fromkeys(refusals)))


def _seen(program: Program, text: str, driver: Driver | None) -> tuple[ast.Module, Sightings, Run]:
    tree = numbered(ast.parse(text))
    with looking() as sightings, giving(driver.given[0]) if driver else nullcontext():
        run = record(program.changed(with_eyes(tree)), limits=LIMITS)
    return tree, sightings, run


def _from_own_run(program: Program, name: str | None, refusals: list[str]) -> Iterator[tuple[Derivation | None, Run]]:
    tree, sightings, run = _seen(program, program.text, None)
    for count, entry in enumerate(entries(tree, run.tape, sightings, functions_of(tree), name)):
        if count >= MOST_ENTRIES:
            break
        try:
            written = write(tree, program.text, run.tape, sightings, entry)
        except CannotDerive as error:
            refusals.append(str(error))
            continue
        yield finished(program, name or entry.source, written, [prove(program, program.text, written)]), run
    yield None, run


def _from_driver(program: Program, name: str | None, driver: Driver, refusals: list[str]) -> Derivation | None:
    text = program.text.rstrip("\n") + "\n" + driver.text
    tree, sightings, run = _seen(program, text, driver)
    best = None
    for count, entry in enumerate(
        entries(tree, run.tape, sightings, functions_of(tree), None if driver.layer else driver.name)
    ):
        if count >= 2:
            break
        try:
            written = write(tree, text, run.tape, sightings, entry, all_arrays=driver.layer)
        except CannotDerive as error:
            refusals.append(str(error))
            continue
        proofs = []
        for given in driver.given:
            with giving(given):
                proofs.append(prove(program, text, written))
        made = finished(program, name or driver.name, written, proofs)
        if made.proved:
            return made
        best = best or made
    return best


def finished(program: Program, name: str, written: Written, proofs: list[Proof]) -> Derivation:
    """Return a derivation with its proofs."""
    last = program.text.rstrip("\n").count("\n") + 1
    parts = [
        part if part.after <= last else _told(part, last, [one.name for one in written.parts if one.name])
        for part in written.parts
    ]
    whole = inserted(program.text, [part for part in parts if part.lines], written.kept)
    shown = "\n".join(part.text for part in parts if part.lines)
    reasons = [proof.reason for proof in proofs if proof.reason]
    first = proofs[0]
    checks = tuple(
        replace(one, error=max(proof.gradients[n].error for proof in proofs if n < len(proof.gradients)))
        for n, one in enumerate(first.gradients)
    )
    return Derivation(
        str(program.path), name, shown, whole, tuple(parts), checks, all(proof.proved for proof in proofs),
        sum(proof.points for proof in proofs), max(proof.differences for proof in proofs),
        tuple(dict.fromkeys([*written.refusals, *reasons])), tuple(written.notes),
    )  # fmt: skip


def _told(part: Part, last: int, names: list[str]) -> Part:
    """Return lines that belong where the functions are called, as comments."""
    calls = [line for line in part.lines if any(f"{name}(" in line.text for name in names)]
    if not calls:
        return Part("", last, "", ())
    lines = [
        DerivedLine("# where these are called:", 0, ""),
        *(replace(line, text=f"# {line.text}", source=0) for line in calls),
    ]
    return Part("", last, "", tuple(lines))


def derive_file(path: Path, name: str | None = None) -> Derivation:
    """Derive the backward pass of a file, in this process."""
    return derive_program(open_program(path), name)


__all__ = ["Any", "derive_file", "derive_program"]
