"""From a wrong gradient to the change of one statement that makes it right."""

from __future__ import annotations

import ast
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.checking.edits import changed_text
from chainrule.checking.effects import Occurrence, occurrences
from chainrule.checking.judge import Judgement, State
from chainrule.checking.labels import Truths
from chainrule.checking.localise.changes import changes
from chainrule.checking.localise.requirements import Localiser, Requirement, consumers
from chainrule.checking.outline import Outline, units_of
from chainrule.checking.record.recorder import OWN
from chainrule.checking.record.tape import is_numeric
from chainrule.checking.roles.flow import Flow
from chainrule.checking.rules.rule import Change
from chainrule.checking.scenes import Scenes
from chainrule.checking.sensitivity import Aim, NewValue, aims, mended, mended_by_multiple, mended_together
from chainrule.checking.subject import Subject
from chainrule.checking.tries import Tries
from chainrule.checking.truth.replay import Place

SECONDS_EACH = 0.8
"""For one statement, in one round."""

CLOSELY, DEEP = 3, 2.6
"""The most suspicious statements, and the surprise up to which they are looked into at once."""

SURPRISES = (1.35, 2.0, 3.5)

A_LETTER = 0.008
"""What every letter more of a statement adds to its surprise: of two changes the plainer is meant."""

A_PLACE = 0.25
"""What a change adds for every statement that is more suspicious than its own."""

MOST_FORMULAS = 6
"""Of one statement."""

MOST_FOUND = 8
"""Changes of one statement that are handed on."""


@dataclass(frozen=True)
class Candidate:
    """A change of one statement after which more claims are right, as far as can be told without a run."""

    statement: int
    change: Change
    mended: int
    rank: float
    """How unlikely it is; small is likely."""


@dataclass(frozen=True)
class Repair:
    """A change of one statement, and the program with it."""

    candidate: Candidate
    text: str
    subject: Subject
    """The same, run with the change."""


@dataclass
class Looked:
    """Where the mistake may be: statements in the order of their suspicion, and what was seen there."""

    order: list[int]
    backward: set[int]
    forward: set[int]
    settled: dict[int, bool] = field(default_factory=dict)
    """Statements whose value is a true gradient."""


class Search:
    """Looks for one change of one statement that makes wrong claims right."""

    def __init__(self, subject: Subject, until: float) -> None:
        self.subject, self.until = subject, until
        self.judgement: Judgement = subject.judgement
        self.problem = self.judgement.problem
        self.tape = self.problem.tape
        self.flow = Flow(self.tape)
        self.outline = Outline(subject.program.text)
        self.runs: dict[int, list[Occurrence]] = occurrences(
            self.tape, self.outline.trees, self.problem.start, self.problem.end
        )
        self.common = common_scale(self.judgement)
        self.looked = self._look()
        self._tries: list[_Judged] = []
        self.all_found: list[Candidate] = []

    # --- where -------------------------------------------------------------------------------------------------

    def _look(self) -> Looked:
        """Sort the statements of the window into forward and backward ones, the suspicious first."""
        forward = self._statements(self._vertices(self.judgement.objective.places))
        wrong = [claim for claim in self.judgement.claims if claim.state is not State.RIGHT]
        wrong_places = [place for claim in wrong for place in claim.parameter.claims[:1] or ()]
        right_places = [claim.place for claim in self.judgement.claims if claim.state is State.RIGHT and claim.place]
        of_wrong = (self._vertices(wrong_places) - self._vertices(self.judgement.objective.places)) & self._fresh()
        of_right = self._vertices(right_places)
        backward = self._statements(of_wrong)
        only = self._statements(of_wrong - of_right)
        suspicion = self._suspicion(of_wrong)
        backward |= self._naming(of_wrong)
        order = sorted(backward, key=lambda one: (one not in only, -suspicion.get(one, 0.0), one))
        settled = {one: suspicion.get(one, 0.0) < 0 for one in backward}
        return Looked(order, backward, forward, settled)

    def statements_before(self, places: Sequence[Place]) -> set[int]:
        """Return the statements that some places were computed by in the window."""
        return self._statements(self._vertices(places))

    def operations_before(self, places: Sequence[Place]) -> set[str]:
        """Return the operations that some places were computed by in the window."""
        return {self.tape.events[self.flow.event[one]].op for one in self._vertices(places)}

    def _vertices(self, places: Sequence[Place]) -> set[int]:
        """Return what some places were computed from in the window."""
        targets = [self._vertex(place) for place in places]
        found = self.flow.upstream([one for one in targets if one >= 0], self.problem.start)
        return {one for one in found if self.problem.start <= self.flow.event[one] < self.problem.end}

    def _fresh(self) -> set[int]:
        """Return what depends on the parameters."""
        sources = [self._vertex(one.place) for one in self.problem.parameters]
        return self.flow.downstream([one for one in sources if one >= 0], self.problem.end)

    def _vertex(self, place: Place) -> int:
        node = self.tape.nodes[place.node]
        if node.storage < 0:
            return self.flow.number_vertex(place.node)
        return self.flow.memory_vertex(node.storage, place.time)

    def _statements(self, vertices: set[int]) -> set[int]:
        events = [self.tape.events[self.flow.event[one]] for one in vertices]
        found = {self.tape.statement_of(event) for event in events if event.op not in ("zeros_like", "ones_like")}
        return {one for one in found if one in self.outline.trees}

    def _naming(self, vertices: set[int]) -> set[int]:
        """Return the statements that give a value of these another name, and compute nothing."""
        found = set()
        for statement, runs in self.runs.items():
            for run in runs:
                if any(self._vertex(effect.place) in vertices for effect in run.effects):
                    found.add(statement)
        return found

    def _suspicion(self, vertices: set[int]) -> dict[int, float]:
        """Return by statement how much what it leaves looks like the first value that is no true gradient.

        1 where it is none though the gradients that it is made of are; 0 where these are none either; less where it is
        a true gradient.
        """
        points = self.judgement.points
        if not points:
            return {}
        truths = Truths(points)
        known: dict[int, bool] = {}
        scores: dict[int, float] = {}
        gradient_like: set[int] = set()
        last: dict[tuple[int, int], int] = {}
        for vertex in sorted(vertices):
            event = self.tape.events[self.flow.event[vertex]]
            inputs = [one for one in self.flow.before[vertex] if one in gradient_like]
            if inputs:
                gradient_like.add(vertex)
            if not isinstance(event.output, int):
                continue
            values = [point.values.made.get(event.output) for point in points]
            if any(value is None for value in values):
                continue
            label = truths.label(values)
            known[vertex] = label is not None
            if label is not None:
                gradient_like.add(vertex)
            elif not inputs:
                continue  # a local gradient
            statement = self.tape.statement_of(event)
            last[statement, event.frame] = vertex
            if label is not None:
                scale = abs(label.scale / self.common) if self.common is not None else 1.0
                scores[vertex] = -0.5 if abs(scale - 1) < 1e-6 else 0.2
            else:
                scores[vertex] = 1.0 if all(known.get(one, True) for one in inputs) else 0.0
        result: dict[int, float] = {}
        for (statement, _), vertex in last.items():
            result[statement] = max(result.get(statement, -1.0), scores[vertex])
        return result

    # --- what --------------------------------------------------------------------------------------------------

    def rounds(self) -> Iterator[tuple[float, list[Candidate]]]:
        """Yield changes of the backward pass that make wrong claims right and break none, round by round.

        The most suspicious statements are looked into deeply first; then all, to a surprise that rises. Each round
        comes with the surprise up to which all statements have been looked at.
        """
        if not self.judgement.points:
            return
        self._open()
        yield 0.0, self._sorted(self._required())
        for one in self._tries[:CLOSELY]:
            yield 0.0, self._sorted(one.up_to(DEEP, self.until))
        for surprise in SURPRISES:
            found: list[Candidate] = []
            for one in self._tries:
                found += one.up_to(surprise, self.until)
                if time.process_time() > self.until:
                    break
            yield surprise, self._sorted(found)

    def _required(self) -> list[Candidate]:
        """Return changes of the statements in whose place the truth makes claims right."""
        wanted = self.requirements
        most = wanted[0].mended if wanted else 0
        found: list[Candidate] = []
        near: dict[int, int] = {}
        formulated: set[tuple[int, int]] = set()
        for one in wanted:
            root = one.root
            if one.mended < most or len(near) > CLOSELY:
                break
            near.setdefault(root.statement, one.mended)
            if one.is_truth:
                for statement in consumers(self.tape, root)[:2]:
                    near.setdefault(statement, one.mended)
            if (root.statement, root.site) not in formulated:
                formulated.add((root.statement, root.site))
                later = A_PLACE * (len(near) - 1)
                made = itertools.islice(changes(one, self.outline, self.scenes, self.tape), MOST_FORMULAS)
                found += [Candidate(root.statement, new, one.mended, new.surprise + later) for new in made]
        for position, (statement, mended_) in enumerate(near.items()):
            for tries in self._tries:
                if tries.tries.statement == statement:
                    found += [
                        replace(new, mended=max(new.mended, mended_), rank=new.rank + A_PLACE * position)
                        for new in tries.up_to(DEEP, self.until)
                    ]
        return found

    @cached_property
    def requirements(self) -> list[Requirement]:
        """What statements should compute, the likeliest first."""
        if not self.judgement.points:
            return []
        return Localiser(self.judgement, self.common, self.looked.order, self.outline.trees).requirements()

    @property
    def suspects(self) -> list[int]:
        """The statements that may be wrong, the most suspicious first."""
        return [*dict.fromkeys([one.root.statement for one in self.requirements] + self.looked.order)]

    def _sorted(self, found: list[Candidate]) -> list[Candidate]:
        self.all_found += found
        return sorted(found, key=lambda one: (-one.mended, one.rank))

    def functions(self) -> dict[str, Any]:
        """Return the program's own functions by their names."""
        namespace = self.scenes.namespace
        return {name: value for name, value in namespace.items() if hasattr(value, OWN) and not isinstance(value, type)}

    def _open(self) -> None:
        order = self.looked.order
        watched = {one for statement in order for one in (statement, *self.outline.ancestors(statement))}
        functions = {self.outline.functions.get(one, -1) for one in order} - {-1}
        watched |= {self.outline.first_in(one) for one in functions}
        self.scenes = Scenes(self.subject.rerun, watched, (self.problem.start, self.problem.end))
        entered = self.scenes.entered(watched)
        units = {one: units_of(self.outline, self.runs, entered, one) for one in order}
        places = list({effect.place for found in units.values() for unit in found for effect in unit.effects})
        held = self._held(places)
        known = aims(self.judgement, places)
        if len(known) == 1:  # of one claim alone every change gives some multiple along one direction
            known += aims(self.judgement, places, seed=6)
        truths = Truths(self.judgement.points)
        chances = {
            one: max(
                (self._chance(effect.place, known, held, truths) for unit in units[one][:1] for effect in unit.effects),
                default=0,
            )
            for one in order
            if len(units[one]) == 1
        }
        for statement in sorted(order, key=lambda one: -chances.get(one, 0)):
            prior = self._prior(statement)
            tries = Tries(self.outline, self.scenes, statement, units[statement])
            if tries.ready:
                self._tries.append(_Judged(tries, self.judgement, known, held, self.common, prior))

    def _chance(self, place: Place, known: list[Aim], held: dict[Place, Any], truths: Truths) -> int:
        """Return how many wrong claims are right once some truth stands at a place; if none, look elsewhere."""
        old = held.get(place)
        if old is None or not is_numeric(old):
            return 0
        best = 0
        for key in truths.of_shape(np.shape(old))[:200]:
            best = max(best, mended_by_multiple(known, place, old, truths.value(key), self.common))
        return best

    def _held(self, places: list[Place]) -> dict[Place, Any]:
        replay = self.judgement.replay
        assert replay is not None
        return replay.run((), places).seen

    def _prior(self, statement: int) -> float:
        """Return how much less likely than others a statement is to be the wrong one."""
        tree = self.outline.trees[statement]
        renames = isinstance(tree, ast.Assign) and isinstance(tree.value, ast.Name)
        return (0.6 if self.looked.settled.get(statement) else 0.0) - (0.7 if renames else 0.0)

    # --- proof -------------------------------------------------------------------------------------------------

    def in_full(self, candidate: Candidate) -> Repair | None:
        """Run the program with a change; None if it does not run, or nothing is claimed any more."""
        old = self.outline.trees[candidate.statement]
        text = changed_text(self.subject.program.text, old, candidate.change)
        try:
            subject = self.subject.again(self.subject.program.changed(text))
        except Exception:  # what a stranger's program may do
            return None
        if subject is None or (subject.run.tape.error and not self.subject.run.tape.error):
            return None
        return Repair(candidate, text, subject)


@dataclass
class _Judged:
    """The changes of one statement, judged by what they would do to the claims."""

    tries: Tries
    judgement: Judgement
    aims: list[Aim]
    held: dict[Place, Any]
    common: float | None
    prior: float
    found: int = 0

    def up_to(self, surprise: float, until: float) -> list[Candidate]:
        """Return the changes up to a surprise that mend claims and break none."""
        until = min(until, time.process_time() + SECONDS_EACH)
        result: list[Candidate] = []
        while self.found < MOST_FOUND and time.process_time() < until:
            change = self.tries.next(surprise)
            if change is None:
                break
            good, broken = self._mended(change)
            if good and not broken:
                rank = change.surprise + self.prior + A_LETTER * self._longer(change) + self._idle(change)
                result.append(Candidate(self.tries.statement, change, good, rank))
                self.found += 1
        return result

    def _idle(self, change: Change) -> float:
        """Return how much less likely a change is that puts in a condition which always holds."""
        if change.expected is None:
            return 0.0
        conditions = [one for one in ast.walk(change.expected) if isinstance(one, ast.Compare)]
        values = [self.tries.value(ast.unparse(one)) for one in conditions]
        return 0.8 if any(np.size(one) and np.all(one) for one in values if one is not None) else 0.0

    def _longer(self, change: Change) -> int:
        """Return by how many letters the program grows."""
        return sum(len(ast.unparse(one)) for one in change.statements) - self.tries.length

    def _mended(self, change: Change) -> tuple[int, int]:
        changes: list[NewValue] = []
        for effect, value in self.tries.effects(change):
            old = self.held.get(effect.place)
            if old is None or not (is_numeric(value) or isinstance(value, int)):
                continue
            if np.shape(value) != np.shape(old) or not np.array_equal(value, old):
                changes.append(NewValue(effect.place, old, value))
        if not changes:
            return 0, 0
        if self.tries.is_shared and all(np.shape(one.new) == np.shape(one.old) for one in changes):
            return mended_together(self.judgement, self.aims, changes, self.common)
        return mended(self.aims, changes, self.common)


def common_scale(judgement: Judgement) -> float | None:
    """Return the multiple of the truth that right claims are; None if none is right."""
    scales = [claim.scale for claim in judgement.claims if claim.state is State.RIGHT and not np.isnan(claim.scale)]
    if scales:
        return float(np.median(scales))
    return None if judgement.problem.kind == "script" else 1.0  # what is called and returned is the gradient itself
