"""Which rows training draws, and whether each comes with its own label."""

from __future__ import annotations

import numpy as np

from chainrule.checking.teaching.batch import Batch
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.remedies import Mistake, blamed, mended
from chainrule.checking.teaching.sampling_remedies import all_rows, own_labels
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.teaching.trainer import trainers
from chainrule.checking.teaching.trial import Trial, trial

ENOUGH = 8
"""Batches from which something is told."""

LABELS = "{wrong} of {all} labels that reached the network in a trial are not those of the rows that came with them."
ROWS = "In a trial {count} batches drew the same {rows} of {all} rows: no other is ever learnt from."

APART = "rows and labels drawn apart"
FIRST = "only the first rows are ever drawn"


def rows_drawn(subject: Subject) -> Lessons:
    """Train for some steps and look at the rows and labels that reach the network."""
    found = Lessons()
    for trainer in trainers(subject):
        seen = trial(subject, trainer)
        if seen is None or len(seen.batches) < 2:
            continue
        apart, first = _labels_apart(seen), _first_rows_only(seen)
        if apart:
            found += _reported(subject, seen, LABELS.format(wrong=apart, all=sum(map(_size, seen.batches))), APART)
        elif first:
            words = ROWS.format(count=len(seen.batches), rows=first, all=len(seen.data.X))
            found += _reported(subject, seen, words, FIRST)
        else:
            drawn = len(_distinct(seen.batches))
            found += Lessons(
                checked=(
                    f"{trainer.node.name}: {len(seen.batches)} batches drew {drawn} of {len(seen.data.X)} rows, each "
                    "with its own label",
                )
            )
    return found


def _reported(subject: Subject, seen: Trial, evidence: str, name: str) -> Lessons:
    mistake = Mistake(name, evidence, "every row comes with its own label, and all are drawn from, in fresh trials")
    small = max(map(_size, seen.batches)) <= seen.settings.batch
    remedies = list(own_labels(subject, seen) if name == APART else all_rows(subject, seen))
    found = mended(subject, mistake, remedies, lambda one, seed: _right(one, seen.trainer.unit.name, seed, small))
    if found is not None:
        return found
    suspects = [one.statement for one in remedies]
    return blamed(subject, mistake, suspects[0]) if suspects else subject.note(f"{name}. {evidence}", _line(seen))


def _right(subject: Subject, name: str, seed: int, small: bool) -> bool:
    seen = next((trial(subject, one, seed=seed) for one in trainers(subject) if one.unit.name == name), None)
    if seen is None or len(seen.batches) < ENOUGH:
        return False
    still_small = not small or max(map(_size, seen.batches)) <= seen.settings.batch
    return still_small and not _labels_apart(seen) and len(_distinct(seen.batches)) > len(seen.data.X) / 2


def _labels_apart(seen: Trial) -> int:
    """Return how many labels are not those of their rows."""
    return sum(int((seen.data.y[batch.rows] != batch.labels).sum()) for batch in seen.batches)


def _first_rows_only(seen: Trial) -> int:
    """Return how many rows are ever drawn, if every batch holds the same few."""
    drawn = _distinct(seen.batches)
    largest = max(map(_size, seen.batches))
    same = len(drawn) <= largest == seen.settings.batch and len(seen.batches) >= ENOUGH
    return len(drawn) if same else 0


def _distinct(batches: tuple[Batch, ...]) -> set[int]:
    return {int(row) for batch in batches for row in batch.rows}


def _size(batch: Batch) -> int:
    return len(np.atleast_1d(batch.rows))


def _line(seen: Trial) -> int:
    return seen.trainer.node.lineno
