"""Looking for arguments that functions run with: a style of arrays is tried, and what an error says is heeded."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chainrule.checking.calls.arguments import entry
from chainrule.checking.calls.bench import Bench, Clock, Failed
from chainrule.checking.calls.drafting import Draft
from chainrule.checking.calls.guess import Guess, Guesses
from chainrule.checking.calls.pipeline import Pipeline
from chainrule.checking.calls.repair import collapsed, repaired
from chainrule.checking.calls.styles import Style, styles

REPAIRS = 7
"""Of one style, one after the other."""


@dataclass
class Found:
    """Arguments that functions run with."""

    draft: Draft
    style: Style
    guesses: Guesses
    plan: Pipeline


@dataclass
class Search:
    """What was found so far, and why the rest failed."""

    bench: Bench
    tree: ast.Module
    best: Found | None = None
    reason: str = ""
    line: int = 0
    depth: tuple[int, int] = (-1, 0)
    seen: set[str] = field(default_factory=set)

    def run(
        self,
        plan: Pipeline,
        variant: dict[str, Any],
        clock: Clock,
        first: Sequence[Style] = (),
        templates: Sequence[Guesses] = (),
    ) -> Found | None:
        """Try styles until one gives every gradient that may be expected."""
        self.best = None
        self.seen = set[str]()
        for template in templates:
            if self._tried(plan, Style("rows"), template, variant, clock):
                return self.best
        for style in dict.fromkeys(
            [*first, *styles([*plan.steps, *(one for one in plan.constructors.values() if one is not None)])]
        ):
            guessed = plan.guesses(style, style.palette(variant), variant)
            if self._tried(plan, style, guessed, variant, clock):
                break
        return self.best

    def _tried(self, plan: Pipeline, style: Style, guessed: Guesses, variant: dict[str, Any], clock: Clock) -> bool:
        def made(key: Any, known: Sequence[str]) -> Guess:
            return entry(key, plan.steps, style, style.palette(variant), variant, known)

        stack, count = [(guessed, 0)], 0
        while stack:
            current, depth = stack.pop()
            mark = repr(current)
            if mark in self.seen:
                continue
            self.seen.add(mark)
            count += 1
            if not clock.tick():
                return True
            trial = self.bench.start()
            try:
                draft = plan.draft(trial, current, 1)
            except Failed as failed:
                if (len(trial.texts), -collapsed(current)) > self.depth:
                    self.depth, self.reason, self.line = (
                        (len(trial.texts), -collapsed(current)),
                        str(failed),
                        failed.line,
                    )
                if depth < REPAIRS:
                    used = {key: one for key, one in current.items() if key in trial.names}
                    others = [current | one for one in repaired(used, failed, self.tree, made)[:4]]
                    if isinstance(failed.error, FloatingPointError):
                        others = [current | one for one in _unit(used)]
                    stack += [(one, depth + (not isinstance(failed.error, KeyError))) for one in reversed(others)]
                if count > 12 and not isinstance(failed.error, KeyError):
                    return False
                continue
            alike = collapsed(current)
            draft.score = (draft.score[0], draft.score[1] - alike, *draft.score)
            draft.complete = draft.complete and not alike
            if self.best is None or draft.score > self.best.draft.score:
                self.best = Found(draft, style, current, plan)
            if draft.complete:
                return True
        return False


def _unit(guesses: Guesses) -> list[Guesses]:
    """Return guesses of probabilities in the place of arrays, one after the other."""
    names = [name for name, one in guesses.items() if one.kind == "array" and one.shape]
    return [{**guesses, name: Guess("unit", guesses[name].shape)} for name in names[:4]]
