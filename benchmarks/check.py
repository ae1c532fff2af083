"""Try the check on mistakes that were planted: ``python -m benchmarks.check``.

Every mutant of every program of ``tests/checking``, checked as ``chainrule check`` does it. ``--keep FOLDER`` holds the
files that it failed on.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.check_score import Score, score, score_correct
from benchmarks.check_table import claims, table
from benchmarks.machine import describe_machine, machine_lines
from chainrule.checking.answer import Answer
from tests.checking.mutations.mutant import Mutant
from tests.checking.mutations.planting import Planter
from tests.checking.programs.corpus import PROGRAMS
from tests.checking.programs.program import Program

SECONDS, MEMORY = 10.0, 2 * 2**30
PAIRS = 12
"""How many pairs a program."""

Check = Callable[[Path], Answer]


class Task(NamedTuple):
    """A file to check: its name, its text, and how the answer is scored."""

    name: str
    text: str
    scored: Callable[[Answer, str], Score]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if something promised does not hold."""
    options = _parse(arguments)
    chosen = [program for program in PROGRAMS if options.program in program.name]
    tasks = [task for program in chosen for task in tasks_of(program, options)]
    print(*machine_lines(describe_machine()), f"{len(tasks)} files, {options.workers} at once", sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        scores = list(run(tasks, check_once, options.keep or Path(folder), options.workers))
    scores.sort(key=lambda one: one.file)
    for one in scores:
        if failed(one):
            print(_complaint(one))
    print(f"\n{table(scores)}")
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in scores], indent=1) + "\n")
    return 0 if all(holds for _, _, holds in claims(scores)) else 1


def check_once(path: Path) -> Answer:
    """Check a file as the command does."""
    from chainrule.checking.files import check_file

    return check_file(path, None, seconds=SECONDS, memory=MEMORY)


def tasks_of(program: Program, options: argparse.Namespace) -> Iterator[Task]:
    """Yield the correct program and its mutants, or a sample of them."""
    planter = Planter(program)
    plantings = [one for one in planter.plantings() if options.kind in (0, one.kind)]
    mutants: list[Mutant] = []
    if not options.pairs:
        singles = [one for one in planter.mutants(plantings) if options.crashes or not one.crashes]
        training = [one for one in planter.training_mutants() if options.kind in (0, one.planted[0].kind)]
        mutants += _sample(singles, options.sample, program.name) + _sample(training, options.sample, program.name)
    if options.pairs or not (options.kind or options.sample):
        mutants += planter.pairs(plantings, options.sample or PAIRS)
    if not options.kind:
        yield correct(program)
    for number, mutant in enumerate(mutants):
        yield with_mistakes(planter, mutant, number)


def _sample(mutants: list[Mutant], number: int, seed: str) -> list[Mutant]:
    return random.Random(seed).sample(mutants, number) if 0 < number < len(mutants) else mutants


def correct(program: Program) -> Task:
    """Return the check of a program as it is."""
    return Task(program.name + program.suffix, program.text, partial(score_correct, program.name))


def with_mistakes(planter: Planter, mutant: Mutant, number: int = 0) -> Task:
    """Return the check of a mutant."""
    name = f"{mutant.name}-{number}{mutant.program.suffix}"
    return Task(name, mutant.text, lambda answer, file: score(mutant, answer, planter, file))


def run(tasks: Sequence[Task], check: Check, folder: Path, workers: int) -> Iterator[Score]:
    """Yield the score of each file; those that nothing is to be said about are deleted."""
    folder.mkdir(parents=True, exist_ok=True)

    def one(task: Task) -> Score:
        path = folder / task.name
        path.write_text(task.text)
        result = task.scored(check(path), str(path))
        if not failed(result):
            path.unlink()
        return result

    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(one, task) for task in tasks]
        for number, done in enumerate(as_completed(waiting)):
            _say(f"{number + 1} of {len(tasks)}")
            yield done.result()
    _say("")


def failed(one: Score) -> bool:
    """Say whether a score is less than it should be."""
    if not one.kinds:
        return one.seen
    if one.in_training:
        return not one.seen
    return not (one.seen and one.on_line and one.all_found and one.mended)


def _complaint(one: Score) -> str:
    said = "".join(f"\n      {line}" for line in one.findings) or "\n      nothing found"
    marks = [
        name
        for name, holds in (("not seen", one.seen), ("not on line", one.on_line), ("not mended", one.mended))
        if not holds
    ]
    planted = "; ".join(
        f"{kind} {name}, line {lines}" for kind, name, lines in zip(one.kinds, one.mistakes, one.lines, strict=True)
    )
    return f"{one.file}\n   {planted or 'correct'}: {', '.join(marks) if one.kinds else 'something found'}{said}"


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.check", description="Try the check on planted mistakes."
    )
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each program, drawn; 0 for all")
    parser.add_argument("--pairs", action="store_true", help="only programs with two mistakes")
    parser.add_argument("--crashes", action="store_true", help="also those that raise instead of being wrong")
    parser.add_argument("--kind", type=int, default=0, help="only mistakes of this number")
    parser.add_argument("--program", default="", help="only programs whose name has this in it")
    parser.add_argument("--workers", type=int, default=2, help="how many files are checked at once")
    parser.add_argument("--json", type=Path, help="a file to write every score to")
    parser.add_argument("--keep", type=Path, help="a folder to keep the files in that it failed on")
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    """Tell a person who watches what is going on, on one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
