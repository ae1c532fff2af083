"""All mutants of a program: each mistake wherever it can be made, singly and in pairs, less what is still right."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.checking.mutations.by_hand import by_hand, in_training
from tests.checking.mutations.catalogue import CATALOGUE
from tests.checking.mutations.mutant import Mutant, Planted, Planting, applied, original_lines, planted_lines
from tests.checking.mutations.scan import Scan
from tests.checking.mutations.source import Source, open_source
from tests.checking.programs.namespace import quiet
from tests.checking.programs.oracle import Judgement, Run, judge
from tests.checking.programs.program import Program

DRAWS = 4


class Planter:
    """Plants mistakes in one program, and drops what is no mistake."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.source: Source = open_source(program)
        self.draws = [program.draw(seed) for seed in range(DRAWS)]
        self.original: Run = program.door(self.source.code)
        self._known: dict[str, Judgement] = {}

    def judge(self, code: str) -> Judgement:
        """Say what other code of this program is."""
        if code not in self._known:
            self._known[code] = self._judge(code)
        return self._known[code]

    def _judge(self, code: str) -> Judgement:
        try:
            with quiet():
                run = self.program.door(code)
        except Exception:  # code that does not run from its first line
            return Judgement.CRASHES
        return judge(run, self.original, self.draws)

    def plantings(self) -> list[Planting]:
        """Return every mistake that can be made in the mathematics, each text once."""
        scan = Scan(self.source.code, self.program)
        found = [
            Planting(mutation.kind, mutation.name, edit)
            for mutation in CATALOGUE
            for edit in sorted(mutation.edits(scan), key=lambda edit: (edit.start, edit.end))
        ]
        once: dict[str, Planting] = {}
        for planting in [*found, *by_hand(self.program, self.source.code)]:
            once.setdefault(applied(self.source.code, planting.edit), planting)
        once.pop(self.source.code, None)
        return list(once.values())

    def mutants(self, plantings: Sequence[Planting]) -> Iterator[Mutant]:
        """Yield a mutant for each that turns out to be a mistake."""
        for planting in plantings:
            judgement = self.judge(applied(self.source.code, planting.edit))
            if judgement is not Judgement.RIGHT:
                yield self._mutant(planting, crashes=judgement is Judgement.CRASHES)

    def pairs(self, plantings: Sequence[Planting], number: int) -> Iterator[Mutant]:
        """Yield so many mutants with two mistakes of different kinds, not on neighbouring lines.

        Each of the two is a mistake by itself, so neither can be left as it is.
        """
        code = self.source.code
        mistakes = [one for one in plantings if self.judge(applied(code, one.edit)) is Judgement.WRONG]
        kinds = sorted({one.kind for one in mistakes})
        rng = random.Random(self.program.name)
        found: set[str] = set()
        for _ in range(20 * number):
            if len(found) == number or len(kinds) < 2:
                return
            first, second = (rng.choice([one for one in mistakes if one.kind == kind]) for kind in rng.sample(kinds, 2))
            if self._apart(first, second):
                both = applied(code, first.edit, second.edit)
                if both not in found and self.judge(both) is Judgement.WRONG:
                    found.add(both)
                    yield self._mutant(first, second)

    def training_mutants(self) -> Iterator[Mutant]:
        """Yield mutants whose gradients are right, and that learn or predict something else than the original."""
        if self.program.trained is None:
            return
        before = self.program.trained(self.source.code)
        for planting in in_training(self.program, self.source.code):
            code = applied(self.source.code, planting.edit)
            if self.judge(code) is Judgement.RIGHT and self.program.trained(code) != before:
                yield self._mutant(planting, in_training=True)

    def _apart(self, one: Planting, other: Planting) -> bool:
        lines = [original_lines(self.source.code, planting.edit) for planting in (one, other)]
        return all(abs(a - b) > 1 for a in lines[0] for b in lines[1])

    def _mutant(self, *plantings: Planting, crashes: bool = False, in_training: bool = False) -> Mutant:
        code = applied(self.source.code, *(planting.edit for planting in plantings))
        file_lines = self.source.lines(code)
        texts = self.source.code.split("\n")
        planted = []
        for planting in plantings:
            others = tuple(one.edit for one in plantings if one is not planting)
            lines = {file_lines[line - 1] for line in planted_lines(self.source.code, planting.edit, others)}
            original = "\n".join(texts[line - 1] for line in original_lines(self.source.code, planting.edit))
            planted.append(Planted(planting.kind, planting.name, tuple(sorted(lines)), original))
        return Mutant(self.program, tuple(planted), self.source.written(code), crashes, in_training)
