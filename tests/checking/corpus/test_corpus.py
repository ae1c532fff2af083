"""The corpus is what it says: every mistake has its one place, its lines, and shows in the numbers.

Of the programs that are held out only counts are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checking.corpus import oracle
from tests.checking.corpus.corpus import (
    DIGEST,
    HELD_OUT,
    OPEN,
    PARTS,
    SUFFIXES,
    CorpusProgram,
    digest,
    mutant_text,
    programs,
    read_program,
    write_digest,
)

FEWEST = 8
DESCRIPTIONS = sorted(OPEN.glob("*.toml"))


def faults(program: CorpusProgram) -> Iterator[str]:
    """Yield what is wrong with a description, without a word of the program."""
    if not (program.manner.strip() and "result" in program.oracle):
        yield "manner or oracle: empty"
    if len(program.mistakes) < FEWEST:
        yield f"mistakes: fewer than {FEWEST}"
    for one in program.mistakes:
        name = f"{one.part}, {one.kind}"
        if one.part not in PARTS or not one.kind.strip():
            yield f"{name}: no such part, or no kind"
        if program.text.count(one.old) != 1 or one.old == one.new:
            yield f"{name}: its place is not there, not alone, or not changed"
            continue
        text = mutant_text(program, one)
        if not one.lines or not all(1 <= line <= len(text.splitlines()) for line in (*one.lines, *one.also)):
            yield f"{name}: no line, or one that is not there"
        if program.code_of(program.file_text(text)) != text:
            yield f"{name}: a notebook that does not hold the changed text"


def unseen(program: CorpusProgram) -> Iterator[str]:
    """Yield the mistakes that change no number of the oracle, and the program itself where it does not run."""
    right = oracle.run(program.text, program.oracle)
    if right.error or not right.values:
        yield "the correct program: does not run"
    for one in program.mistakes:
        outcome = oracle.run(mutant_text(program, one), program.oracle)
        if outcome.error or oracle.same(outcome.values, right.values):
            yield f"{one.part}, {one.kind}: {'does not run' if outcome.error else 'changes nothing'}"


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda path: path.stem)
def test_descriptions_are_complete(description: Path) -> None:
    assert list(faults(read_program(description))) == []


@pytest.mark.slow
@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda path: path.stem)
def test_every_mistake_shows(description: Path) -> None:
    assert list(unseen(read_program(description))) == []


def test_held_out_descriptions_are_complete() -> None:
    kinds = Counter(fault.rpartition(": ")[2] for program in programs(HELD_OUT) for fault in faults(program))
    assert dict(kinds) == {}


@pytest.mark.slow
def test_every_held_out_mistake_shows() -> None:
    kinds = Counter(fault.rpartition(": ")[2] for program in programs(HELD_OUT) for fault in unseen(program))
    assert dict(kinds) == {}


@pytest.mark.parametrize("folder", [OPEN, HELD_OUT], ids=["open", "held_out"])
def test_every_program_is_described(folder: Path) -> None:
    files = {path.stem for path in folder.iterdir() if path.suffix in SUFFIXES}
    assert len(files ^ {path.stem for path in folder.glob("*.toml")}) == 0


def test_held_out_is_as_it_was() -> None:
    same = digest(HELD_OUT) == DIGEST.read_text(encoding="utf-8").strip()
    assert same, "tests/checking/corpus/held_out/ has changed since its digest was written"


def test_the_digest_sees_a_changed_byte_and_a_changed_name(tmp_path: Path) -> None:
    folder, file = tmp_path / "programs", tmp_path / "digest"
    folder.mkdir()
    (folder / "one.py").write_text("x = 1\n")
    write_digest(folder, file)
    assert file.read_text().strip() == digest(folder)
    (folder / "one.py").write_text("x = 2\n")
    changed = digest(folder)
    assert changed != file.read_text().strip()
    (folder / "one.py").rename(folder / "two.py")
    assert digest(folder) != changed


def test_a_faulty_description_is_seen(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("a = 1\na = 1\n")
    place = tmp_path / "net.toml"
    mistake = "[[mistake]]\npart = 'middle'\nkind = 'sign'\nold = 'a'\nnew = 'b'\nlines = [7]\n"
    place.write_text(f"manner = 'm'\nruns = true\noracle = 'result = [a]'\n{mistake}")
    told = list(faults(read_program(place)))
    assert told == [
        "mistakes: fewer than 8",
        "middle, sign: no such part, or no kind",
        "middle, sign: its place is not there, not alone, or not changed",
    ]
    with pytest.raises(ValueError, match="occurs 2 times"):
        mutant_text(read_program(place), read_program(place).mistakes[0])
    place.write_text(place.read_text() + "note = 1\n")
    with pytest.raises(ValueError, match=r"unknown \['note'\]"):
        read_program(place)
