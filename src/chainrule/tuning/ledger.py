"""The trials of a search in Optuna's storage, where every process of the search writes and reads them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError
from chainrule.tuning.propose import Proposal
from chainrule.tuning.trial import (
    DIVERGED,
    FINISHED,
    RUNNING,
    STOPPED,
    Point,
    Trial,
    point_from_json,
    point_to_json,
)

if TYPE_CHECKING:
    from optuna.storages import BaseStorage
    from optuna.study import Study
    from optuna.trial import FrozenTrial

WRITTEN_WITHIN = 1.0
"""Seconds between making a study and writing what it searches for, at most."""

IDENTITY = "chainrule"
SILENT = 300.0
"""Seconds without a word after which a process counts as dead, and others may take over its trials."""
MADE_OF = {"space": "the space", "fixed": "the settings", "data": "the data", "seeds": "--seeds", "folds": "--folds"}


class Ledger:
    """The study of a search.

    Parameters
    ----------
    study : optuna.Study
    storage : BaseStorage
        The one that the study is kept in.
    share : int
        The number under which this process proposes trials.
    """

    def __init__(self, study: Study, storage: BaseStorage, share: int) -> None:
        self.study, self._storage, self.share = study, storage, share
        self._study_id = storage.get_study_id_from_name(study.study_name)

    def frozen(self) -> list[FrozenTrial]:
        """Return the trials as Optuna has them, without those that were withdrawn."""
        return [t for t in self.study.get_trials(deepcopy=False) if not t.user_attrs.get("withdrawn")]

    def trials(self) -> list[Trial]:
        """Return every trial of every process, in order of number."""
        return [_trial(frozen) for frozen in self.frozen()]

    def unfinished(self) -> list[Trial]:
        """Return the trials that this process began and did not end, in their places."""
        mine = [trial for trial in self.trials() if trial.state == RUNNING and trial.share == self.share]
        return sorted(mine, key=lambda trial: (trial.generation, trial.place))

    def generation(self, number: int) -> list[Trial]:
        """Return the trials of a generation of this process, in their places."""
        mine = [trial for trial in self.trials() if (trial.share, trial.generation) == (self.share, number)]
        return sorted(mine, key=lambda trial: trial.place)

    def add(self, proposals: Sequence[Proposal], generation: int, most: int | None) -> None:
        """Write the trials of a generation, each whole or not at all; those beyond ``most`` trials are withdrawn.

        A place that has its trial already, from before the process was killed, keeps it.
        """
        from optuna.trial import TrialState, create_trial

        taken = {trial.place for trial in self.generation(generation)}
        for place, proposal in enumerate(proposals):
            if place not in taken:
                attributes = {"share": self.share, "generation": generation, "place": place}
                self.study.add_trial(
                    create_trial(
                        state=TrialState.RUNNING,
                        params=dict(proposal.params),
                        distributions=dict(proposal.distributions),
                        user_attrs=attributes,
                    )
                )
        order = [trial.number for trial in self.trials()]  # another process may have written at the same time
        for trial in self.generation(generation):
            if most is not None and order.index(trial.number) >= most and trial.state == RUNNING:
                with _unless_ended():
                    self._storage.set_trial_user_attr(self._id(trial), "withdrawn", True)
                self.study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)

    def report(self, trial: Trial, point: Point) -> None:
        """Write how a trial stands at a rung."""
        with _unless_ended():
            self._storage.set_trial_intermediate_value(self._id(trial), point.steps, point.score)

    def note(self, trial: Trial) -> None:
        """Write what is known of a trial that has not ended."""
        curve = [point_to_json(point) for point in trial.curve]
        with _unless_ended():
            self._storage.set_trial_user_attr(self._id(trial), "curve", curve)

    def end(self, trial: Trial) -> None:
        """Write how a trial ended."""
        from optuna.trial import TrialState

        self.note(trial)
        if trial.state == FINISHED:
            self.study.tell(trial.number, trial.score, skip_if_finished=True)
        else:
            state = TrialState.FAIL if trial.state == DIVERGED or trial.last is None else TrialState.PRUNED
            self.study.tell(trial.number, state=state, skip_if_finished=True)

    def adopt(self, generation: int, now: float) -> None:
        """Make the trials under way of processes that have fallen silent a generation of this one."""
        beats = self.study.user_attrs
        place = 0
        for trial in self.trials():
            silent = now - float(beats.get(f"beat of {trial.share}", 0.0)) > SILENT
            if trial.state == RUNNING and trial.share != self.share and silent:
                number = self._id(trial)
                with _unless_ended():
                    for name, value in (("place", place), ("generation", generation), ("share", self.share)):
                        self._storage.set_trial_user_attr(number, name, value)
                place += 1

    def beat(self, now: float) -> None:
        """Write down that this process is alive."""
        self.study.set_user_attr(f"beat of {self.share}", now)

    def spent(self) -> float:
        """Return the seconds that this process has searched for, over all its calls."""
        return float(self.study.user_attrs.get(f"seconds of {self.share}", 0.0))

    def spend(self, seconds: float) -> None:
        """Write down how long this process has searched for."""
        self.study.set_user_attr(f"seconds of {self.share}", seconds)

    def _id(self, trial: Trial) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study_id, trial.number)


def open_ledger(storage: BaseStorage, name: str, identity: Mapping[str, Any], share: int | None, joiner: int) -> Ledger:
    """Open the study of a search, or begin it.

    Parameters
    ----------
    identity : mapping
        What the search is of: space, settings, data, seeds, folds. Trials of another cannot stand beside these.
    share : int or None
        That of a process that goes on; None for one that is new to the search.
    joiner : int
        The share that a new process gets where others have begun.

    Raises
    ------
    InputError
        If a study of that name is of another search, or, where a process is to go on, is not there.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    known = {summary.study_name for summary in optuna.get_all_study_summaries(storage, include_best_trial=False)}
    if share is not None and name not in known:
        raise InputError("--resume", expected=f"the search {name!r} in its storage", got="a storage without it")
    created = False
    if name not in known:
        with suppress(optuna.exceptions.DuplicatedStudyError):  # another process was first, a moment ago
            study = optuna.create_study(storage=storage, study_name=name, direction="maximize")
            study.set_user_attr(IDENTITY, dict(identity))
            created = True
    study = optuna.load_study(storage=storage, study_name=name)
    until = time.monotonic() + WRITTEN_WITHIN
    while IDENTITY not in study.user_attrs and time.monotonic() < until:
        time.sleep(0.05)
    refuse_another(study.user_attrs.get(IDENTITY), identity, name, resumed=share is not None)
    return Ledger(study, storage, share if share is not None else 0 if created else joiner)


def refuse_another(stored: Mapping[str, Any] | None, identity: Mapping[str, Any], name: str, *, resumed: bool) -> None:
    """See that the search which a storage holds is this one.

    Raises
    ------
    InputError
        Naming the first thing that differs.
    """
    who = "--resume" if resumed else "--storage"
    advice = "a new search, without --resume" if resumed else "--study NAME for a search of its own in that storage"
    if stored is None:
        raise InputError(
            who, expected="a search of chainrule", got=f"a study {name!r} of somebody else's", advice=advice
        )
    mine = json.loads(json.dumps(dict(identity)))
    for key in mine:
        if stored.get(key) != mine[key]:
            then, now = _difference(stored.get(key), mine[key])
            raise InputError(
                who,
                expected=f"{MADE_OF.get(key, key)} that the search {name!r} was begun with: {then}",
                got=now,
                advice=advice,
            )


def _difference(then: Any, now: Any) -> tuple[str, str]:
    """Return what differs first in two values, as texts."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        key = next(key for key in (*then, *now) if then.get(key) != now.get(key))
        before, after = _difference(then.get(key), now.get(key))
        return f"{key} {before}", f"{key} {after}"
    return ("nothing" if value is None else str(value) for value in (then, now))  # type: ignore[return-value]


def _trial(frozen: FrozenTrial) -> Trial:
    """Return a trial as this room has it."""
    from optuna.trial import TrialState

    states = {TrialState.COMPLETE: FINISHED, TrialState.PRUNED: STOPPED, TrialState.FAIL: DIVERGED}
    attributes = frozen.user_attrs
    return Trial(
        number=frozen.number,
        params=dict(frozen.params),
        state=states.get(frozen.state, RUNNING),
        curve=tuple(point_from_json(point) for point in attributes.get("curve", ())),
        share=int(attributes.get("share", 0)),
        generation=int(attributes.get("generation", 0)),
        place=int(attributes.get("place", 0)),
    )


@contextmanager
def _unless_ended() -> Iterator[None]:
    """Pass over what is written of a trial that another process has ended: one that took this one for silent."""
    from optuna.exceptions import UpdateFinishedTrialError

    with suppress(UpdateFinishedTrialError):
        yield
