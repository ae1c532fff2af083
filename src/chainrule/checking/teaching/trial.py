"""A short training of the program's own, taken apart: the batches it drew and the steps it made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Sizes
from chainrule.checking.reading.recognise.pairing import pair
from chainrule.checking.reading.recognise.paths import Path, leaves
from chainrule.checking.reading.recognise.returns import return_names
from chainrule.checking.reading.seeding import seed_everything
from chainrule.checking.teaching.batch import Batch
from chainrule.checking.teaching.data import Data, data, forms, trial_sizes
from chainrule.checking.teaching.inline import Inline
from chainrule.checking.teaching.recorder import Call, Parameters, Recorder
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.teaching.trainer import Session, Settings, Trainer, session


@dataclass(frozen=True)
class Step:
    """One change of the parameters."""

    before: Parameters
    after: Parameters
    gradients: Parameters
    """What the program computed in between; empty where it was not found."""
    rows: ndarray | None

    @property
    def moved(self) -> ndarray:
        """Return the change as one vector."""
        return np.concatenate([(self.after[name] - self.before[name]).ravel() for name in self.before])

    @property
    def gradient(self) -> ndarray:
        """Return the gradient as one vector."""
        return np.concatenate([np.ravel(self.gradients[name]) for name in self.before])


@dataclass(frozen=True)
class Trial:
    """What was seen of one training."""

    trainer: Trainer
    data: Data
    settings: Settings
    calls: tuple[Call, ...]
    batches: tuple[Batch, ...]
    steps: tuple[Step, ...]

    @property
    def with_gradients(self) -> tuple[Step, ...]:
        """Return the steps whose gradients are known."""
        return tuple(step for step in self.steps if step.gradients)


def trial(
    subject: Subject, trainer: Trainer, settings: Settings | None = None, *, seed: int = 1, sizes: Sizes | None = None
) -> Trial | None:
    """Let a program train for some steps, in the first form of data that it takes; None if it takes none."""
    settings = settings or Settings()
    for form in forms(subject.experiment):
        given = data(sizes or trial_sizes(subject), form, seed)
        try:
            prepared = session(subject, trainer, given, settings, seed)
            recorder = Recorder(subject.filename, given, prepared)
            seed_everything()
            recorder.run()
            batches = tuple(_batches(recorder.calls)) or _inline(subject, trainer, given, settings, seed)
        except Exception:  # whatever a stranger's program may raise: it may want another form
            continue
        steps = steps_of(subject, recorder, prepared)
        if batches or steps:
            return Trial(trainer, given, settings, tuple(recorder.calls), batches, steps)
    return None


def steps_of(subject: Subject, recorder: Recorder, prepared: Session) -> tuple[Step, ...]:
    """Return the steps of a training that was recorded."""
    last = recorder.parameters() if prepared.model is not None else None
    names = {node.name: return_names(node) for _, _, node in subject.units()}
    places = prepared.places or {name: (name,) for call in recorder.calls for name in call.parameters}
    return tuple(_steps(recorder.calls, last, places, names))


def _inline(subject: Subject, trainer: Trainer, given: Data, settings: Settings, seed: int) -> tuple[Batch, ...]:
    """Return the batches of a training that hands no rows to another function."""
    watched = Inline(trainer, given, session(subject, trainer, given, settings, seed))
    seed_everything()
    watched.run()
    return tuple(watched.batches)


def _batches(calls: list[Call]) -> Iterator[Batch]:
    """Yield rows with the labels that were given together with them, or next."""
    rows: ndarray | None = None
    for call in calls:
        if call.rows is not None:
            rows = call.rows
        elif call.foreign:
            rows = None
        if call.labels is not None and rows is not None and len(call.labels) == len(rows):
            yield Batch(rows, call.labels)


def _steps(
    calls: list[Call], last: Parameters | None, places: Mapping[str, Path], names: Mapping[str, list[str]]
) -> Iterator[Step]:
    starts = [
        number for number, call in enumerate(calls) if call.rows is not None and len(call.parameters) == len(places) > 0
    ]
    moved = [later for earlier, later in itertools.pairwise(starts) if _differ(calls[later], calls[earlier])]
    marks = [*starts[:1], *moved]
    for number, following in zip(marks, [*marks[1:], *([None] if marks else [])], strict=True):
        before = calls[number].parameters
        after = calls[following].parameters if following is not None else last
        if after is None or any(np.shape(after[name]) != np.shape(before[name]) for name in before):
            continue
        ending = calls[following].kept if following is not None else []
        found = _gradients(calls[number:following], ending, (before, after), places, names)
        yield Step(before, after, found, calls[number].rows)


def _differ(one: Call, other: Call) -> bool:
    return any(not np.array_equal(one.parameters[name], other.parameters[name]) for name in one.parameters)


def _gradients(
    calls: list[Call],
    ending: list[tuple[Any, Any]],
    ends: tuple[Parameters, Parameters],
    places: Mapping[str, Path],
    names: Mapping[str, list[str]],
) -> Parameters:
    """Return the gradients that one of some calls gave back, or that the network held behind them."""
    wanted = {name: (places[name], value) for name, value in ends[0].items()}
    given = [(_named(call, names.get(call.function, [])), False) for call in reversed(calls)]
    for shown, own in [*given, (ending, True)]:
        pairs = pair(wanted, shown, own=own)
        if len(pairs) == len(wanted):
            found = {name: np.asarray(shown[place][1], np.float64) for name, place in pairs.items()}
            if all(found[name].size == ends[0][name].size for name in found) and not _are(found, ends):
                return found
    return {}


def _are(found: Parameters, ends: tuple[Parameters, Parameters]) -> bool:
    """Whether what looks like gradients are the parameters themselves: what an update gave back."""
    return any(all(np.array_equal(found[name], end[name]) for name in found) for end in ends)


def _named(call: Call, names: list[str]) -> list[tuple[Path, Any]]:
    """Return the arrays that a call gave back, each with the name that its place in the answer has."""
    returned = call.returned if isinstance(call.returned, tuple) else (call.returned,)
    if len(names) != len(returned):
        names = [""] * len(returned)
    return [
        ((name, *path) if name else path, value)
        for name, part in zip(names, returned, strict=True)
        for path, value in leaves(part)
    ]
