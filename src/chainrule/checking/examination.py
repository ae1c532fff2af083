"""The check of one experiment: is it right, and if not, which lines are wrong, and what was meant."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from chainrule.checking.answer import Finding, GradientCheck, Mark, Note, Verdict
from chainrule.checking.budget import Budget
from chainrule.checking.draws import Draws, draws
from chainrule.checking.effort import Limit
from chainrule.checking.experiment import Case, Experiment
from chainrule.checking.findings import Repair, findings, repairs
from chainrule.checking.marks import marks
from chainrule.checking.reading import CannotCheck, Program
from chainrule.checking.repairs.greedy import Outcome
from chainrule.checking.repairs.judge import FORWARD, RUNS, Judge, Judgement
from chainrule.checking.repairs.places import crash_line
from chainrule.checking.repairs.search import search
from chainrule.checking.trace import Watch
from chainrule.checking.truths import flow, truths
from chainrule.checking.units import Function, Units

SECONDS = 4.2
"""How long the mistakes of one experiment are looked for."""

BRIEFLY = 1.5
"""The same where every gradient is right, and only the loss is none that is known."""

FOR_FORWARD = 2 / 3
"""The part of that in which a first change must be found, if a wrong forward pass is to be made right; else the program
is one of another kind, whose gradients are looked at beside its own loss."""

SECONDS_FOR_MARKS = 0.5
"""How long the gradients are looked for that lines are compared with on the page."""


@dataclass(frozen=True)
class Part:
    """What was found of one experiment."""

    verdict: Verdict
    gradients: dict[str, GradientCheck]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    marks: tuple[Mark, ...]
    conventions: dict[str, str]
    repaired: Mapping[str, Function]
    """The functions of the file with the changes that were proved."""


class Prove(Protocol):
    """Checks a repaired program on fresh draws; None if it does not pass."""

    def __call__(self, outcome: Outcome, found: Sequence[Repair], forward: bool) -> Judgement | None:
        """Return the judgement of the repaired program, if it is complete."""


@dataclass(frozen=True)
class Searched:
    """A search and its proof."""

    outcome: Outcome
    repairs: tuple[Repair, ...]
    proof: Judgement | None
    """Of the repaired program on fresh draws, if everything passed."""

    @property
    def went_on(self) -> bool:
        """Whether a change was found that makes more of the forward pass right."""
        return any(step.forward and step.candidate is not None for step in self.outcome.steps)


@dataclass
class Examination:
    """The check of one experiment."""

    units: Units
    experiment: Experiment
    prove: Prove
    program: Program
    budget: Budget = field(default_factory=Budget)
    label: str = ""
    """What stands before the names of its gradients."""
    earlier: Mapping[str, Function] = field(default_factory=dict)
    """Functions that were repaired for another experiment of the same file."""
    stopped: tuple[Note, ...] = ()
    """Said where the search could not go on."""

    def run(self, with_marks: bool) -> Part:
        """Judge it on all draws, and look for what is wrong.

        Raises
        ------
        CannotCheck
            If it does not run, for a reason that is not a mistake of its own.
        """
        self.draws: Draws = draws(self.experiment)
        judge = Judge(self.units, self.experiment, self.draws.all)
        self.whole = judge.judge({})
        wrong = {name for name, _ in self.whole.wanted - self.whole.right}
        gradients_right = not wrong - {FORWARD}
        judged = self.experiment.expected is not None or any(judge.objective(n) for n in range(len(judge.cases)))
        if gradients_right and (not judged or FORWARD not in wrong):
            return self._part(Verdict.CORRECT, None, with_marks, unknown=not judged)
        if self.earlier and judge.judge(self.earlier).complete:
            return self._part(Verdict.WRONG, None, with_marks)
        limit = Limit.of(BRIEFLY if gradients_right else SECONDS, self.budget.left())
        opening = limit.within(SECONDS * FOR_FORWARD) if FORWARD in wrong else limit
        found = self._search(True, limit, opening) if judged else None
        if found is None or found.proof is None:
            if gradients_right:
                return self._part(Verdict.CORRECT, None, with_marks, unknown=True)
            if found is None or (FORWARD in wrong and RUNS not in wrong and not found.went_on):
                found = self._search(False, limit, limit)
        if found.proof is None:
            self._refuse_what_does_not_run(found)
        return self._part(Verdict.WRONG, found, with_marks)

    def _search(self, forward: bool, limit: Limit, opening: Limit) -> Searched:
        """Look for the mistakes in the cases made for it; if those are right, in others that are not."""
        cases: tuple[Case, ...] = self.draws.explained
        while True:
            judge = Judge(self.units, self.experiment, cases, forward)
            first = judge.judge({})
            judge.keep_loss(first)
            if first.complete and len(cases) < len(self.draws.all):
                cases = self._with_one_that_fails(cases, forward)
                continue
            outcome = self._looked_for(judge, first, limit, opening)
            found = repairs(self.program, outcome.steps)
            proof = self.prove(outcome, found, forward) if outcome.judgement.complete else None
            gave_up = not outcome.judgement.complete or limit.over()
            if proof is not None or gave_up or len(cases) == len(self.draws.all):
                return Searched(outcome, tuple(found), proof)
            cases = self.draws.all  # right in these, wrong in others: look in all of them

    def _looked_for(self, judge: Judge, first: Judgement, limit: Limit, opening: Limit) -> Outcome:
        """Search; where a stranger's values stop the search itself, what was judged stands all the same."""
        try:
            return search(judge, first, limit, opening)
        except Exception as error:
            if "CHAINRULE_DEBUG" in os.environ:
                raise
            said = f"the search for the line stopped with {type(error).__name__}: {error}"
            self.stopped = (Note(f"{said} (CHAINRULE_DEBUG=1 shows where)"),)
            return Outcome((), {}, first, None)

    def _with_one_that_fails(self, cases: tuple[Case, ...], forward: bool) -> tuple[Case, ...]:
        wrong = {number for name, number in self.whole.wanted - self.whole.right if forward or name != FORWARD}
        failing = [case for number, case in enumerate(self.draws.all) if number in wrong and case not in cases]
        return (failing[0], *cases) if failing else self.draws.all

    def _refuse_what_does_not_run(self, found: Searched) -> None:
        errors = [error for error in self.whole.errors if error is not None]
        if len(errors) == len(self.whole.errors):  # perhaps it was called as it is not meant to be
            line = crash_line(errors[0], self.units.filename)
            where = f" at {self.program.place(line)}" if line else ""
            raise CannotCheck(f"{self.experiment.name} stops with {type(errors[0]).__name__}{where}: {errors[0]}")

    def _part(self, verdict: Verdict, found: Searched | None, with_marks: bool, *, unknown: bool = False) -> Part:
        said: tuple[Finding, ...] = ()
        if found is not None:
            said = findings(self.program, found.outcome.steps, found.repairs, self._words(found.proof))
        unjudged = Note("its loss is not one of the stated objectives: only its gradients were judged")
        notes = (*((unjudged,) if unknown else ()), *self.stopped)
        seen = self._marks(found) if with_marks else ()
        repaired = found.outcome.changed if found is not None and found.proof is not None else {}
        return Part(verdict, self._gradients(), said, notes, seen, self._conventions(found), repaired)

    def _words(self, proof: Judgement | None) -> str | None:
        if proof is None:
            return None
        worst = max((one.relative_error for case in proof.differences for one in case.values()), default=0.0)
        count = len(self.draws.explained[0].parameters)
        number = {1: "the gradient passes", 2: "both gradients pass"}.get(count, f"all {count} gradients pass")
        return f"With this change {number} on fresh draws, largest relative error {worst:.0e}."

    def _gradients(self) -> dict[str, GradientCheck]:
        result = {}
        for name in self.draws.explained[0].parameters:
            seen = [case[name] for case in self.whole.differences if name in case]
            ran = len(seen) == len(self.draws.all)
            worst = max((one.relative_error for one in seen), default=float("inf"))
            result[self.label + name] = GradientCheck(worst, ran and all(one.ok for one in seen))
        return result

    def _conventions(self, found: Searched | None) -> dict[str, str]:
        """Return how the objective is written, of the repaired program if there is one."""
        known = found.proof.conventions if found is not None and found.proof is not None else self.whole.conventions
        said = dict(self.experiment.conventions)
        with_penalty = [one for one, case in zip(known, self.draws.all, strict=False) if one is not None and case.reg]
        convention = next(iter(with_penalty), next((one for one in known if one is not None), None))
        if convention is not None:
            said |= {"activation": convention.activation, "data loss": f"{convention.loss}, {convention.reduction}"}
            if self.experiment.takes_reg:
                said["penalty"] = convention.penalty + (", biases too" if convention.biases_penalised else "")
        return said

    def _marks(self, found: Searched | None) -> tuple[Mark, ...]:
        case = self.draws.explained[0]
        watch = Watch(self.units, {key: unit.node for key, unit in self.units.live.items()})
        with watch.installed():
            seen = flow(watch, case)
            if isinstance(seen, Exception):
                return ()
            known = truths(watch, case, seen, seconds=SECONDS_FOR_MARKS)
        places = found.outcome.places if found else None
        return tuple(
            replace(mark, line=self.program.file_line(mark.line))
            for mark in marks(watch, seen, known.values(), places, case.sizes.N)
        )
