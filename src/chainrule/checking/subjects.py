"""What there is to check of a program: what it trains when it is run, and what calls can be made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.checking.called_subject import CalledSubject
from chainrule.checking.calls.propose import CalledGroup, proposed_calls
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import Limits, Run, record
from chainrule.checking.roles.training import enough
from chainrule.checking.subject import STEPS, Subject, TrainedSubject, trained_of


@dataclass(frozen=True)
class Found:
    """A run of a program, and what there is to check of it."""

    run: Run
    subjects: Sequence[Subject]
    not_run: Sequence[CalledGroup]
    """What has gradients, and could not be called."""


def subjects(program: Program, seconds: float = 20.0, calls: bool = True) -> Found:
    """Run a program and return what there is to check of it, with so many seconds for making calls, if any."""
    run = record(program, enough=enough(STEPS), limits=Limits(seconds=4.0))
    first = trained_of(program, run)
    found: list[Subject] = [] if first is None else [first]
    groups = proposed_calls(program, run, trained=_seen(first), seconds=seconds) if calls else []
    for group in groups:
        if group.called:
            made = [one.made for one in group.called]
            found.append(CalledSubject(program, made, group.name, group.kind))
    return Found(run, found, [group for group in groups if not group.called])


def _seen(first: TrainedSubject | None) -> set[str]:
    """Return the functions that take part in training."""
    if first is None:
        return set()
    tape, start = first.run.tape, first.training.steps[0].start
    names = {frame.function for frame in tape.frames if frame.start >= start}
    return names | {name.rpartition(".")[2] for name in names}
