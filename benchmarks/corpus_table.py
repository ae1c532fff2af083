"""The scores of the corpus as tables: by part, by kind of mistake, and altogether."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

import numpy as np

from benchmarks.corpus_score import Score

COLUMNS: dict[str, Callable[[Score], bool]] = {
    "not checked": lambda one: not one.checked,
    "verdict": attrgetter("verdict_right"),
    "first on line": attrgetter("first_on_line"),
    "any on line": attrgetter("any_on_line"),
    "fixed": attrgetter("fixed"),
}
WIDTH = 46


def table(scores: Sequence[Score]) -> str:
    """Return all three."""
    wrong = [one for one in scores if one.kinds]
    lines: list[str] = []
    if wrong:
        lines += [_head("part"), *_rows(wrong, lambda one: " + ".join(sorted(one.parts))), _row("all", wrong), ""]
    singles = [one for one in wrong if len(one.kinds) == 1]
    if singles:
        lines += [_head("kind"), *_rows(singles, lambda one: f"{one.parts[0]}: {one.kinds[0]}"), ""]
    return "\n".join([*lines, *overall(scores)])


def overall(scores: Sequence[Score]) -> list[str]:
    """Return a line for each thing that is measured of all."""
    right, wrong = [one for one in scores if not one.kinds], [one for one in scores if one.kinds]
    pairs = [one for one in wrong if len(one.kinds) == 2]
    lines: list[str] = []
    if right:
        accused = [one.checked and not one.verdict_right for one in right]
        lines.append(f"correct programs called wrong: {_share(accused)}")
        lines.append(f"correct programs that cannot be checked: {_share(not one.checked for one in right)}")
    if wrong:
        lines += [f"mistakes, {name}: {_share(map(by, wrong))}" for name, by in COLUMNS.items()]
        lines.append(f"fixes called proved that leave a wrong program: {_share(one.false_claim for one in wrong)}")
    if pairs:
        lines.append(f"pairs, both on line: {_share(one.all_on_line for one in pairs)}")
    if scores:
        median, almost_all = np.percentile([one.seconds for one in scores], (50, 95))
        lines.append(f"seconds, median and 95 %: {median:.2f}, {almost_all:.2f}")
    return lines


def _head(name: str) -> str:
    return f"{name:<{WIDTH}}{'files':>6}" + "".join(f"{column:>15}" for column in COLUMNS)


def _rows(scores: Sequence[Score], key: Callable[[Score], str]) -> list[str]:
    return [_row(name, [one for one in scores if key(one) == name]) for name in sorted({key(one) for one in scores})]


def _row(name: str, scores: Sequence[Score]) -> str:
    cells = "".join(f"{_cell(list(map(by, scores))):>15}" for by in COLUMNS.values())
    short = name if len(name) < WIDTH else name[: WIDTH - 2] + "…"
    return f"{short:<{WIDTH}}{len(scores):>6}{cells}"


def _cell(held: Sequence[bool]) -> str:
    return f"{sum(held)} {100 * sum(held) / len(held):.0f} %".replace(" ", "  ", 1)


def _share(held: Iterable[bool]) -> str:
    every = list(held)
    return f"{sum(every)} of {len(every)} ({100 * sum(every) / len(every):.1f} %)"
