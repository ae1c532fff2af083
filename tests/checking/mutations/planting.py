"""All mutants of a program: each mistake wherever it can be made, singly and in pairs, less those that are still right."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.checking.mutations.by_hand import by_hand
from tests.checking.mutations.catalogue import CATALOGUE
from tests.checking.mutations.scan import Edit, Scan
from tests.checking.mutations.source import Source, open_source
from tests.checking.programs.corpus import Program
from tests.checking.programs.oracle import Judgement, Run, judge

DRAWS = 4


@dataclass(frozen=True)
class Planted:
    """One mistake in a mutant: where it is, as lines of the mutated file, and what these lines were."""

    kind: int
    name: str
    lines: tuple[int, ...]
    original: str


@dataclass(frozen=True)
class Mutant:
    """A program with mistakes."""

    program: Program
    planted: tuple[Planted, ...]
    text: str
    """The whole file."""
    code: str
    """The Python in it."""
    crashes: bool
    """Whether it raises instead of computing something wrong."""

    @property
    def name(self) -> str:
        """Return a name that differs from every other mutant's of the program."""
        parts = [f"{one.kind:02d}-{'_'.join(map(str, one.lines))}" for one in self.planted]
        return f"{self.program.name}-{'-'.join(parts)}"


@dataclass(frozen=True)
class Planting:
    """A mistake that can be made in a program."""

    kind: int
    name: str
    edits: tuple[Edit, ...]


class Planter:
    """Plants mistakes in one program, and drops what is no mistake."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.source: Source = open_source(program)
        self.draws = [program.draw(seed) for seed in range(DRAWS)]
        self.original: Run = program.door(self.source.code)

    def judge(self, code: str) -> Judgement:
        """Say what other code of this program is."""
        try:
            run = self.program.door(code)
        except Exception:  # code that does not run from its first line
            return Judgement.CRASHES
        return judge(run, self.original, self.draws)

    def plantings(self) -> list[Planting]:
        """Return every mistake that can be made in it, each text once."""
        scan = Scan(self.source.code, self.program)
        found = [
            Planting(mutation.kind, mutation.name, (edit,))
            for mutation in CATALOGUE
            for edit in sorted(mutation.edits(scan), key=lambda edit: (edit.start, edit.end))
        ]
        found += [Planting(kind, name, (edit,)) for kind, name, edit in by_hand(self.program, self.source.code)]
        once: dict[str, Planting] = {}
        for planting in found:
            once.setdefault(applied(self.source.code, planting.edits), planting)
        once.pop(self.source.code, None)
        return list(once.values())

    def mutants(self, plantings: Sequence[Planting]) -> Iterator[Mutant]:
        """Yield a mutant for each that turns out to be a mistake."""
        for planting in plantings:
            yield from self._mutant((planting,))

    def pairs(self, plantings: Sequence[Planting], number: int, seed: int = 0) -> Iterator[Mutant]:
        """Yield so many mutants with two mistakes on different lines."""
        rng = random.Random(f"{self.program.name} {seed}")
        seen = set()
        for _ in range(20 * number):
            if len(seen) == number or len(plantings) < 2:
                return
            two = tuple(sorted(rng.sample(range(len(plantings)), 2)))
            pair = (plantings[two[0]], plantings[two[1]])
            if two not in seen and self._apart(*pair):
                for mutant in self._mutant(pair):
                    if not mutant.crashes and mutant.planted[0].kind != mutant.planted[1].kind:
                        seen.add(two)
                        yield mutant

    def _apart(self, one: Planting, other: Planting) -> bool:
        code = self.source.code
        lines = [{k for e in p.edits for k in _lines_of(code, e.start, max(e.start, e.end - 1))} for p in (one, other)]
        return all(abs(a - b) > 1 for a in lines[0] for b in lines[1])

    def _mutant(self, plantings: tuple[Planting, ...]) -> Iterator[Mutant]:
        edits = [edit for planting in plantings for edit in planting.edits]
        code = applied(self.source.code, edits)
        judgement = self.judge(code)
        if judgement is Judgement.RIGHT:
            return
        file_lines = self.source.lines(code)
        planted = tuple(
            Planted(
                planting.kind,
                planting.name,
                tuple(sorted({file_lines[k - 1] for k in self._lines(planting, edits)})),
                "\n".join(self._original(edit) for edit in planting.edits),
            )
            for planting in plantings
        )
        yield Mutant(self.program, planted, self.source.written(code), code, judgement is Judgement.CRASHES)

    def _lines(self, planting: Planting, edits: Sequence[Edit]) -> Iterator[int]:
        """Yield the lines, in the mutated code, of what was planted; for a line left out, those around its place."""
        code = applied(self.source.code, edits)
        for edit in planting.edits:
            moved = sum(len(one.text) - (one.end - one.start) for one in edits if one.start < edit.start)
            start = edit.start + moved
            if not edit.text.strip():
                at = code.count("\n", 0, start) + 1
                yield from (at - 1, at)
            else:
                yield from _lines_of(code, start, start + len(edit.text.rstrip("\n")) - 1)

    def _original(self, edit: Edit) -> str:
        code = self.source.code
        lines = code.split("\n")
        return "\n".join(lines[k - 1] for k in _lines_of(code, edit.start, max(edit.start, edit.end - 1)))


def _lines_of(code: str, start: int, last: int) -> range:
    return range(code.count("\n", 0, start) + 1, code.count("\n", 0, last) + 2)


def applied(code: str, edits: Sequence[Edit]) -> str:
    """Return the code with edits made."""
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        code = code[: edit.start] + edit.text + code[edit.end :]
    return code
