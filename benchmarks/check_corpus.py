"""Measure the check on programs that its authors have not written: ``python -m benchmarks.check_corpus``.

Every program of ``tests/checking/corpus/open`` must be called correct, and of each of its mistakes the wrong line must
be named and mended. ``--held-out`` takes the programs that nobody looks at, and prints counts only.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks import corpus_cases
from benchmarks.corpus_engine import SECONDS, Check, engine, isolated, prepare
from benchmarks.corpus_score import Mutant, Score, correct, score, with_both, with_mistake
from benchmarks.corpus_table import table
from tests.checking.corpus import oracle
from tests.checking.corpus.corpus import HELD_OUT, OPEN, PARTS, CorpusProgram, Planted, programs


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = _parse(arguments)
    check = engine(options.engine)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # several files are checked at once
    prepare(check)
    print(f"{check.__name__}, {options.workers} at once, {SECONDS:g} s a file")
    if options.cases is not None:
        print(*corpus_cases.lines_of(options.cases, check, options.only, options.workers), sep="\n")
        return 0
    chosen = list(programs(HELD_OUT if options.held_out else OPEN, options.only))
    mutants = [
        mutant for program in chosen for mutant in mutants_of(program, options.part, options.pairs, options.sample)
    ]
    print(f"{len(chosen)} programs, {len(mutants)} files")
    scores = sorted(run(mutants, check, options.workers), key=lambda one: (one.program, one.parts, one.lines))
    if options.list:
        print(*(complaint(one) for one in scores if one.failed), sep="\n")
    print(f"\n{table(scores)}")
    if options.json:
        shown = [_without_text(one) for one in scores] if options.held_out else scores
        options.json.write_text(json.dumps([asdict(one) for one in shown], indent=1) + "\n", encoding="utf-8")
    return 0


def mutants_of(program: CorpusProgram, part: str = "", pairs: int = 0, sample: int = 0) -> Iterator[Mutant]:
    """Yield a correct program and it with each of its mistakes, or some of them; or so many random pairs of them."""
    mistakes = [one for one in program.mistakes if part in ("", one.part)]
    if sample:
        mistakes = random.Random(f"{program.name} {sample}").sample(mistakes, min(sample, len(mistakes)))
    if not pairs:
        yield correct(program)
        yield from (with_mistake(program, one) for one in mistakes)
        return
    every = list(itertools.combinations(mistakes, 2))
    random.Random(program.name).shuffle(every)
    yield from itertools.islice(_possible(program, every), pairs)


def run(mutants: Sequence[Mutant], check: Check, workers: int, seconds: float = SECONDS) -> Iterator[Score]:
    """Yield the score of each file as it comes."""

    def one(mutant: Mutant) -> Score:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / mutant.program.path.name
            path.write_text(mutant.file, encoding="utf-8")
            answer = isolated(check, path, seconds)
        return score(mutant, answer, lambda code: _is_right(mutant.program, code))

    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(one, mutant) for mutant in mutants]
        for number, done in enumerate(as_completed(waiting)):
            _say(f"{number + 1} of {len(mutants)}")
            yield done.result()
    _say("")


def complaint(one: Score) -> str:
    """Return what was planted and what was answered."""
    planted = "; ".join(
        f"{part}: {kind}, line {', '.join(map(str, lines))}"
        for part, kind, lines in zip(one.parts, one.kinds, one.lines, strict=True)
    )
    marks = {
        "cannot be checked": not one.checked,
        "verdict": one.checked and not one.verdict_right,
        "line": bool(one.kinds) and not one.first_on_line,
        "not both": len(one.kinds) > 1 and not one.all_on_line,
        "fix": bool(one.kinds) and not one.fixed,
        "CLAIMED": one.false_claim,
    }
    missing = ", ".join(name for name, holds in marks.items() if holds)
    said = (
        "".join(f"\n      {line}" for line in one.told)
        or f"\n      {'nothing found' if one.checked else 'no reason given'}"
    )
    return f"{one.program}: {planted or 'correct'} [{missing}]{said}"


def _possible(program: CorpusProgram, pairs: Sequence[tuple[Planted, Planted]]) -> Iterator[Mutant]:
    for one, other in pairs:
        try:
            yield with_both(program, one, other)
        except ValueError:  # they share a line
            continue


def _is_right(program: CorpusProgram, code: str) -> bool:
    return oracle.is_right(code, program.oracle, _correct_outcome(program.text, program.oracle))


@functools.cache
def _correct_outcome(text: str, shown: str) -> oracle.Outcome:
    return oracle.run(text, shown)


def _without_text(one: Score) -> Score:
    """Return a score of which nothing tells what stands in the program."""
    return replace(one, lines=(), told=())


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.check_corpus", description="Measure the check on the corpus."
    )
    parser.add_argument("--held-out", action="store_true", help="the programs that nobody looks at; counts only")
    parser.add_argument("--cases", type=Path, help="a folder of reported cases, in place of the corpus")
    parser.add_argument("--only", default="", help="only programs whose name has this in it")
    parser.add_argument("--part", default="", choices=["", *PARTS], help="only mistakes of this part")
    parser.add_argument("--sample", type=int, default=0, help="so many mistakes a program, drawn by its name")
    parser.add_argument("--pairs", type=int, default=0, help="two mistakes at once: so many pairs a program")
    parser.add_argument("--engine", default="new", choices=["new", "old"], help="the check from Python, or the command")
    parser.add_argument("--workers", type=int, default=2, help="how many files are checked at once")
    parser.add_argument("--list", action="store_true", help="also every failure")
    parser.add_argument("--json", type=Path, help="a file to write every score to")
    options = parser.parse_args(arguments)
    if options.held_out and options.list:
        parser.error("--list shows programs, and nobody looks at those that are held out")
    return options


def _say(line: str) -> None:
    """Tell a person who watches what is going on, on one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
