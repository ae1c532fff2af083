"""The scores of the check as a table, a row for each kind of mistake."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.check_score import Score
from tests.checking.mutations.kinds import KINDS

TARGETS = {"first on line": 0.97, "fixed": 0.93, "both found": 0.85}
MEDIAN, ALMOST_ALL = 1.0, 4.0
HEAD = f"{'':>3} {'mistake':<46}{'mutants':>8}{'seen':>7}{'on line':>9}{'fixed':>8}{'elsewhere':>11}"


def table(scores: Sequence[Score]) -> str:
    """Return the table, and below it the totals."""
    singles = _singles(scores)
    kinds = sorted({one.kinds[0] for one in singles})
    lines = [_row(str(kind), KINDS[kind], [one for one in singles if one.kinds[0] == kind]) for kind in kinds]
    if singles:
        lines = [HEAD, *lines, _row("", "all", singles), "", *_programs(singles), ""]
    crashing = [one for one in scores if one.crashes]
    if crashing:
        lines.append(_row("", "and those that raise instead", crashing))
    for kind in sorted({one.kinds[0] for one in scores if one.in_training}):
        some = [one for one in scores if one.in_training and one.kinds[0] == kind]
        lines.append(_row(str(kind), f"training: {KINDS[kind]}", some))
    return "\n".join([*lines, *totals(scores)])


def _singles(scores: Sequence[Score]) -> list[Score]:
    return [one for one in scores if len(one.kinds) == 1 and not one.crashes and not one.in_training]


def _programs(singles: Sequence[Score]) -> list[str]:
    names = dict.fromkeys(one.program for one in singles)
    return [_row("", name, [one for one in singles if one.program == name]) for name in names]


def _row(number: str, name: str, scores: Sequence[Score]) -> str:
    cells = [_share(scores, by) for by in (_seen, _on_line, _fixed, _elsewhere)]
    return f"{number:>3} {name:<46}{len(scores):>8}{cells[0]:>7}{cells[1]:>9}{cells[2]:>8}{cells[3]:>11}"


def _seen(score: Score) -> bool:
    return score.seen


def _on_line(score: Score) -> bool:
    return score.on_line


def _fixed(score: Score) -> bool:
    return score.fixed


def _elsewhere(score: Score) -> bool:
    return score.elsewhere


def _share(scores: Sequence[Score], by: Callable[[Score], bool]) -> str:
    return f"{100 * np.mean([by(one) for one in scores]):.0f} %" if scores else "–"


def totals(scores: Sequence[Score]) -> list[str]:
    """Return a line for each thing that is promised, with what was found."""
    lines = [
        f"{name}: {value}{'' if holds else '   <-- short of what is promised'}" for name, value, holds in claims(scores)
    ]
    false = sum(one.false_claim for one in scores)
    return [*lines, f"fixes said to be proved that leave a wrong program: {false}"]


def claims(scores: Sequence[Score]) -> list[tuple[str, str, bool]]:
    """Return each promise: its name, what was measured, whether it holds."""
    singles = _singles(scores)
    pairs = [one for one in scores if len(one.kinds) == 2]
    correct = [one for one in scores if not one.kinds]
    seconds = [one.seconds for one in scores]
    found: list[tuple[str, str, bool]] = []
    for name, some, by in (
        ("first on line", singles, _on_line),
        ("fixed", singles, _fixed),
        ("both found", pairs, lambda one: one.all_found),
    ):
        if some:
            share = float(np.mean([by(one) for one in some]))
            found.append((f"{name}, of {len(some)}", f"{100 * share:.1f} %", share >= TARGETS[name]))
    if pairs:
        mended = np.mean([one.mended for one in pairs])
        found.append((f"pairs mended, of {len(pairs)}", f"{100 * mended:.1f} %", True))
    if correct:
        wrong = sum(one.seen for one in correct)
        found.append((f"findings on correct programs, of {len(correct)}", str(wrong), wrong == 0))
    if seconds:
        median, almost_all = np.percentile(seconds, (50, 95))
        holds = bool(median < MEDIAN and almost_all < ALMOST_ALL)
        found.append(("seconds, median and 95 %", f"{median:.2f}, {almost_all:.2f}", holds))
    return found
