"""The check of one program: is it right, and if not, which lines are wrong, and what was meant."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chainrule.checking.answer import Answer, Finding, GradientCheck, Mark, Note, Verdict
from chainrule.checking.draws import Draws, draws
from chainrule.checking.experiment import Experiment
from chainrule.checking.findings import Repair, findings, fixed_text, repairs
from chainrule.checking.marks import marks
from chainrule.checking.reading import CannotCheck, Loaded, Program, load
from chainrule.checking.repairs.judge import FORWARD, Judge, Judgement
from chainrule.checking.repairs.places import crash_line
from chainrule.checking.repairs.search import Outcome, search
from chainrule.checking.trace import Watch
from chainrule.checking.truths import flow, truths

SECONDS = 6.0
"""How long the mistakes of one experiment are looked for."""

OWN_CRASHES = (ValueError, IndexError, ArithmeticError)
"""What NumPy raises where shapes do not fit: a mistake of the code, and not of how it was called."""


@dataclass(frozen=True)
class Part:
    """What was found of one experiment."""

    verdict: Verdict
    gradients: dict[str, GradientCheck]
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    marks: tuple[Mark, ...] = ()
    conventions: dict[str, str] | None = None


def examine(program: Program, loaded: Loaded, *, with_marks: bool = True) -> Answer:
    """Check every experiment of a loaded program."""
    start = time.monotonic()
    parts = [_Examination(program, loaded, experiment).run(with_marks) for experiment in loaded.experiments]
    verdicts = {part.verdict for part in parts}
    order = (Verdict.WRONG, Verdict.ERROR, Verdict.CORRECT)
    conventions = {name: text for part in reversed(parts) for name, text in (part.conventions or {}).items()}
    return Answer(
        verdict=next(verdict for verdict in order if verdict in verdicts),
        target=replace(loaded.target, conventions={**loaded.target.conventions, **conventions}),
        gradients={name: check for part in parts for name, check in part.gradients.items()},
        findings=tuple(finding for part in parts for finding in part.findings),
        notes=(*loaded.notes, *(note for part in parts for note in part.notes)),
        marks=tuple(mark for part in parts for mark in part.marks),
        checked=tuple(_what_was_checked(loaded.experiments)),
        seconds=time.monotonic() - start,
    )


@dataclass
class _Examination:
    """The check of one experiment."""

    program: Program
    loaded: Loaded
    experiment: Experiment

    def run(self, with_marks: bool) -> Part:
        self.draws = draws(self.experiment)
        judge = self._judge(self.draws.all)
        whole = judge.judge({})
        judge.keep_loss(whole)
        self.whole = whole
        gradients_right = all(name[0] == "(" and name != "(runs)" for name, _ in whole.wanted - whole.right)
        forward_judged = any(judge.objective(n) is not None for n in range(len(judge.cases))) or (
            self.experiment.expected is not None
        )
        forward_right = not any(name == FORWARD for name, _ in whole.wanted - whole.right)
        if gradients_right and (forward_right or not forward_judged):
            return self._part(Verdict.CORRECT, None, with_marks, unknown=not forward_judged)
        if forward_judged:
            found = self._search(forward=True)
            if found.proved:
                return self._part(Verdict.WRONG, found, with_marks)
            if gradients_right:
                return self._part(Verdict.CORRECT, None, with_marks, unknown=True)
            if forward_right or any(step.forward and step.candidate for step in found.outcome.steps):
                return self._unproved(found, with_marks)
        found = self._search(forward=False)
        return self._part(Verdict.WRONG, found, with_marks) if found.proved else self._unproved(found, with_marks)

    def _judge(self, cases: Sequence, forward: bool = True) -> Judge:  # type: ignore[type-arg]
        return Judge(self.loaded.units, self.experiment, cases, forward)

    def _search(self, *, forward: bool) -> Search:
        """Look for the mistakes in the cases made for it; if those are right, in the first one that is not."""
        cases = self.draws.explained
        end = time.monotonic() + SECONDS
        for _ in range(3):
            judge = self._judge(cases, forward)
            first = judge.judge({})
            judge.keep_loss(first)
            if first.complete:
                cases = (*cases, *self._failing(forward))
                judge = self._judge(cases, forward)
                first = judge.judge({})
                judge.keep_loss(first)
            outcome = search(judge, first, seconds=max(0.5, end - time.monotonic()))
            found = repairs(self.program, outcome.steps)
            proof = self._proof(found, forward) if outcome.judgement.complete else None
            result = Search(judge, outcome, tuple(found), proof)
            if proof is not None or not outcome.judgement.complete or len(cases) == len(self.draws.all):
                return result
            cases = self.draws.all  # right in these, wrong in others: look in all of them
        return result

    def _failing(self, forward: bool) -> list:  # type: ignore[type-arg]
        wrong = {n for name, n in self.whole.wanted - self.whole.right if forward or name != FORWARD}
        return [case for n, case in enumerate(self.draws.all) if n in wrong and n >= len(self.draws.explained)][:1]

    def _proof(self, found: Sequence[Repair], forward: bool) -> Judgement | None:
        """Read the repaired text as a program of its own and check it on fresh draws; None if it does not pass."""
        text = fixed_text(self.program, found)
        try:
            program = self.program.changed(text)
            loaded = load(program, self.experiment.name)
            again = next(one for one in loaded.experiments if one.name == self.experiment.name)
            fresh = draws(again, seed=5001)
            judgement = Judge(loaded.units, again, fresh.all, forward).judge({})
        except Exception:  # the stranger's program, changed: whatever it raises is no proof
            return None
        return judgement if judgement.complete else None

    def _unproved(self, found: Search, with_marks: bool) -> Part:
        errors = [error for error in self.whole.errors if error is not None]
        ran = len(errors) < len(self.whole.errors)
        if ran or found.outcome.steps and isinstance(errors[0], OWN_CRASHES):
            return self._part(Verdict.WRONG, found, with_marks)
        line = crash_line(errors[0], self.loaded.units.filename)
        where = f" at {self.program.place(line)}" if line else ""
        raise CannotCheck(f"{self.experiment.name} stops with {type(errors[0]).__name__}{where}: {errors[0]}")

    def _part(self, verdict: Verdict, found: Search | None, with_marks: bool, *, unknown: bool = False) -> Part:
        said: tuple[Finding, ...] = ()
        if found is not None:
            said = findings(self.program, found.outcome.steps, found.repairs, self._words(found.proof))
        notes = [Note("its loss is not one of the stated objectives: only its gradients were judged")] if unknown else []
        return Part(
            verdict,
            self._gradients(),
            said,
            tuple(notes),
            self._marks(found) if with_marks else (),
            self._conventions(found),
        )

    def _words(self, proof: Judgement | None) -> str | None:
        if proof is None:
            return None
        worst = max((d.relative_error for case in proof.differences for d in case.values()), default=0.0)
        count = len(self.draws.explained[0].parameters)
        number = {1: "the gradient passes", 2: "both gradients pass"}.get(count, f"all {count} gradients pass")
        return f"With this change {number} on fresh draws, largest relative error {worst:.0e}."

    def _gradients(self) -> dict[str, GradientCheck]:
        single = len(self.loaded.experiments) == 1
        result = {}
        for name in self.draws.explained[0].parameters:
            seen = [case[name] for case in self.whole.differences if name in case]
            ran = len(seen) == len(self.draws.all)
            worst = max((one.relative_error for one in seen), default=float("inf"))
            shown = name if single else f"{self.experiment.name}.{name}"
            result[shown] = GradientCheck(worst, ran and all(one.ok for one in seen))
        return result

    def _conventions(self, found: Search | None) -> dict[str, str]:
        known = self.whole.conventions
        if found is not None and found.proof is not None:
            known = found.proof.conventions
        said = dict(self.experiment.conventions)
        convention = next((one for one, case in zip(known, self.draws.all, strict=False) if one and case.reg), None)
        convention = convention or next((one for one in known if one), None)
        if convention is not None:
            said |= {"activation": convention.activation, "data loss": f"{convention.loss}, {convention.reduction}"}
            if self.experiment.takes_reg:
                said["penalty"] = convention.penalty + (", biases too" if convention.biases_penalised else "")
        return said

    def _marks(self, found: Search | None) -> tuple[Mark, ...]:
        case = self.draws.explained[0]
        units = self.loaded.units
        watch = Watch(units, {key: unit.node for key, unit in units.live.items()})
        with watch.installed():
            seen = flow(watch, case)
            if isinstance(seen, Exception):
                return ()
            known = truths(watch, case, seen, seconds=1.0)
        return marks(watch, seen, known.values(), found.outcome.places if found else None, case.sizes.N)


@dataclass(frozen=True)
class Search:
    """A search and its proof."""

    judge: Judge
    outcome: Outcome
    repairs: tuple[Repair, ...]
    proof: Judgement | None
    """Of the repaired text on fresh draws, if everything passed."""

    @property
    def proved(self) -> bool:
        """Whether the repaired program passes."""
        return self.proof is not None


def _what_was_checked(experiments: Sequence[Experiment]) -> list[str]:
    return [
        f"{experiment.name}: gradients beside nudged numbers in float64, "
        + (f"{len(experiment.sizes)} sizes" if len(experiment.sizes) > 1 else "the sizes that it has")
        + (", with the penalty and without" if experiment.takes_reg else "")
        for experiment in experiments
    ]
