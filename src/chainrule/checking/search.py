"""From a wrong gradient to the change of one statement that makes it right."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from chainrule.checking.edits import replaced_text
from chainrule.checking.effects import Occurrence, occurrences
from chainrule.checking.judge import Judgement, State
from chainrule.checking.labels import Truths
from chainrule.checking.rules.proposals import proposals
from chainrule.checking.rules.rule import Change
from chainrule.checking.roles.flow import Flow
from chainrule.checking.scenes import Scene, Scenes
from chainrule.checking.scopes import scope_of
from chainrule.checking.sensitivity import Aim, NewValue, aims, mended
from chainrule.checking.subject import Subject
from chainrule.checking.truth.replay import Place
from chainrule.checking.outline import Outline, Unit, units_of

SECONDS = 3.0
MOST_RERUNS = 12
MOST_PROPOSALS = 1500
"""Of one statement."""


@dataclass(frozen=True)
class Repair:
    """A change of one statement, and what it does."""

    statement: int
    change: Change
    text: str
    """The program with it."""
    subject: Subject
    """The same, run."""
    rank: float


@dataclass
class Looked:
    """Where the mistake may be: statements in the order of their suspicion, and what was seen there."""

    order: list[int]
    backward: set[int]
    forward: set[int]
    evidence: dict[int, str] = field(default_factory=dict)


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

    # --- where -------------------------------------------------------------------------------------------------

    def _look(self) -> Looked:
        """Sort the statements of the window into forward and backward ones, the suspicious first."""
        forward = self._statements(self._vertices(self.judgement.objective.places))
        wrong = [claim for claim in self.judgement.claims if claim.state is not State.RIGHT]
        wrong_places = [place for claim in wrong for place in claim.parameter.claims[:1] or ()]
        right_places = [claim.place for claim in self.judgement.claims if claim.state is State.RIGHT and claim.place]
        of_wrong = self._vertices(wrong_places) - self._vertices(self.judgement.objective.places)
        of_right = self._vertices(right_places)
        backward = self._statements(of_wrong)
        only = self._statements(of_wrong - of_right)
        suspicion = self._suspicion(of_wrong)
        order = sorted(backward, key=lambda one: (one not in only, -suspicion.get(one, 0.0), one))
        return Looked(order, backward, forward)

    def _vertices(self, places: Sequence[Place]) -> set[int]:
        """Return what some places were computed from in the window."""
        targets = [self._vertex(place) for place in places]
        found = self.flow.upstream([one for one in targets if one >= 0], self.problem.start)
        return {one for one in found if self.problem.start <= self.flow.event[one] < self.problem.end}

    def _vertex(self, place: Place) -> int:
        node = self.tape.nodes[place.node]
        if node.storage < 0:
            return self.flow.number_vertex(place.node)
        return self.flow.memory_vertex(node.storage, place.time)

    def _statements(self, vertices: set[int]) -> set[int]:
        found = {self.tape.statement_of(self.tape.events[self.flow.event[one]]) for one in vertices}
        return {one for one in found if one in self.outline.trees}

    def _suspicion(self, vertices: set[int]) -> dict[int, float]:
        """Return by statement whether what it gives is a true gradient (low) or not, though what it is made of is."""
        points = self.judgement.points
        if not points:
            return {}
        truths = Truths(points)
        known: dict[int, bool] = {}
        scores: dict[int, float] = {}
        for vertex in sorted(vertices):
            event = self.tape.events[self.flow.event[vertex]]
            if not isinstance(event.output, int):
                continue
            values = [point.values.made.get(event.output) for point in points]
            if any(value is None for value in values):
                continue
            label = truths.label(values)
            known[vertex] = label is not None
            statement = self.tape.statement_of(event)
            if label is not None:
                scale = abs(label.scale / self.common) if self.common else 1.0
                scores[statement] = max(scores.get(statement, -1.0), -0.5 if abs(scale - 1) < 1e-6 else 0.2)
                continue
            inputs = [one for one in self.flow.before[vertex] if one in vertices]
            right = all(known.get(one, True) for one in inputs)
            scores[statement] = max(scores.get(statement, -1.0), 1.0 if right else 0.0)
        return scores

    # --- what --------------------------------------------------------------------------------------------------

    def backward_repairs(self) -> Iterator[tuple[int, Change, int]]:
        """Yield changes of statements of the backward pass that make wrong claims right and break none: the statement,
        the change, how many it mends; by statement in the order of suspicion.
        """
        order = self.looked.order
        watched = {one for statement in order for one in (statement, *self.outline.ancestors(statement))}
        window = self.problem.start, self.problem.end
        self.scenes = Scenes(self.subject.rerun, watched, window)
        entered = self.scenes.entered(watched)
        units = {one: units_of(self.outline, self.runs, entered, one) for one in order}
        places = list({effect.place for found in units.values() for unit in found for effect in unit.effects})
        values = self.judgement.points[0].values if self.judgement.points else None
        if values is None:
            return
        court_values = self._held(places)
        self.aims: list[Aim] = aims(self.judgement, places, self.common)
        for statement in order:
            yield from self._of_statement(statement, units[statement], court_values)
            if time.monotonic() > self.until:
                return

    def _held(self, places: list[Place]) -> dict[Place, object]:
        replay = self.judgement.replay
        assert replay is not None
        return replay.run((), places).seen

    def _of_statement(self, statement: int, units: list[Unit], held: dict[Place, object]) -> Iterator[tuple[int, Change, int]]:
        variables = self.scenes.first(statement)
        if variables is None or not units:
            return
        scope = scope_of(variables, self.scenes.namespace, self.outline.trees.values())
        scenes = [(unit, self.scenes.of(Occurrence(unit.statement, unit.frame, unit.time))) for unit in units]
        ready = [(unit, scene) for unit, scene in scenes if scene is not None]
        until = min(self.until, time.monotonic() + 0.35 * SECONDS)
        found: list[tuple[int, Change, int]] = []
        for change in proposals(self.outline.trees[statement], scope, limit=MOST_PROPOSALS):
            if time.monotonic() > until:
                break
            good, broken = self._tried(statement, change, ready, held)
            if good and not broken:
                found.append((statement, change, good))
                if len(found) >= 6:
                    break
        yield from found

    def _tried(
        self, statement: int, change: Change, scenes: Sequence[tuple[Unit, Scene]], held: dict[Place, object]
    ) -> tuple[int, int]:
        changes: list[NewValue] = []
        for unit, scene in scenes:
            made = self.outline.changed(unit.statement, statement, change.statements)
            new = self.scenes.effects(scene, made, unit.effects)
            if new is None:
                return 0, 0
            for effect, value in zip(unit.effects, new, strict=True):
                old = held.get(effect.place)
                if value is None or old is None:
                    continue
                if np.shape(value) != np.shape(old) or not np.array_equal(value, old):
                    changes.append(NewValue(effect.place, old, value))
        return mended(self.aims, changes) if changes else (0, 0)

    # --- proof -------------------------------------------------------------------------------------------------

    def tried_in_full(self, statement: int, change: Change) -> Repair | None:
        """Run the program with a change; None if it does not run, or nothing is claimed any more."""
        old = self.outline.trees[statement]
        text = replaced_text(self.subject.program.text, old, change.statements)
        try:
            program = self.subject.program.changed(text)
            subject = self.subject.again(program)
        except Exception:  # what a stranger's program may do
            return None
        if subject is None:
            return None
        rank = change.surprise
        return Repair(statement, change, text, subject, rank)


def common_scale(judgement: Judgement) -> float:
    """Return the multiple of the truth that claims are to be."""
    scales = [claim.scale for claim in judgement.claims if claim.state is State.RIGHT and not np.isnan(claim.scale)]
    if scales:
        return float(np.median(scales))
    near = [claim.scale for claim in judgement.claims if claim.state in (State.SCALED, State.PENALTY)]
    return near[0] if near and not any(abs(one - 1) < 1e-6 for one in near) else 1.0
