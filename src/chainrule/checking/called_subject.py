"""A function, a class or a pair of passes that is checked by calls which were made for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from chainrule.checking.calls.call import Call
from chainrule.checking.judge import Judgement
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import CallFailed, Run, call, record
from chainrule.checking.roles.called import call_problem
from chainrule.checking.roles.training import enough
from chainrule.checking.subject import STEPS, Hint, Subject, best_judgement


@dataclass
class CalledSubject:
    """Calls of one thing, the first wrong one in focus."""

    program: Program
    calls: Sequence[Call]
    name: str
    kind: str
    hint: Hint | None = None
    """The one loss to judge by, if there is one."""

    @cached_property
    def run(self) -> Run:
        """A run of the program with nothing but the call in focus after it."""
        return self._focus[0]

    @property
    def judgement(self) -> Judgement:
        """The judgement of the first call that is wrong; of the first if all are right."""
        return self._focus[1]

    @property
    def score(self) -> int:
        """How many claimed gradients are right, in all calls."""
        return sum(one.count_right for one in self.judgements)

    @cached_property
    def judgements(self) -> list[Judgement]:
        """The judgements of all calls, made one after the other in one run."""
        run = record(self.program, enough=enough(STEPS))
        return [judged(run, one, self.hint) for one in self.calls]

    @cached_property
    def _focus(self) -> tuple[Run, Judgement]:
        wrong = next((n for n, one in enumerate(self.judgements) if not one.right), 0)
        run = record(self.program, enough=enough(STEPS))
        return run, judged(run, self.calls[wrong], self.hint)

    @property
    def focus(self) -> Call:
        """The call that is looked at."""
        return self.calls[next((n for n, one in enumerate(self.judgements) if not one.right), 0)]

    def otherwise(self) -> Sequence[Subject]:
        """Return nothing: what a call is judged by is no supposition."""
        return []

    def insisting(self, hint: Hint) -> Subject:
        """Return the same, judged by one loss and no other."""
        return replace(self, hint=hint)

    def again(self, program: Program) -> Subject | None:
        """Make the same calls of another text of the program; None if one no longer runs."""
        known = self.judgement.objective
        hint = self.hint or (known.origin, known.name)
        changed = CalledSubject(program, self.calls, self.name, self.kind, hint)
        try:
            return changed if changed.judgements else None
        except CallFailed:
            return None

    def rerun(self, statements: Collection[int], wanted: Callable[[int, int], bool]) -> Run:
        """Run the program and the call in focus again, with some statements watched."""
        run = record(self.program, enough=enough(STEPS), watched=statements, watching=wanted)
        call(run, self.focus)
        return run


def judged(run: Run, made: Call, hint: Hint | None = None) -> Judgement:
    """Make a call and judge what it claims."""
    return best_judgement(call_problem(run.tape, call(run, made)), hint, hint is not None)
