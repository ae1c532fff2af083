"""What is known about the statements of a version that is wrong, from runs in one case."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chainrule.checking.locate import Suspect, settled, suspects
from chainrule.checking.objective import Convention
from chainrule.checking.probes import Site
from chainrule.checking.repairs.callees import callees_first
from chainrule.checking.repairs.candidate import blocks
from chainrule.checking.repairs.judge import FORWARD, Item, Judge, Judgement
from chainrule.checking.repairs.meant import meant, meant_output
from chainrule.checking.solving import solved
from chainrule.checking.trace import Watch
from chainrule.checking.truths import Flow, Truth, flow, truths
from chainrule.checking.units import Function

if TYPE_CHECKING:
    from chainrule.checking.repairs.scope import Scope
    from chainrule.checking.repairs.statements import StatementEdit

SECONDS_FOR_TRUTHS = 1.0


@dataclass(eq=False)
class Places:
    """The statements of one version, with what is known about them in one case that is wrong."""

    judge: Judge
    versions: Mapping[str, Function]
    judgement: Judgement
    number: int = 0
    """The case that is looked at."""
    suspects: Sequence[Suspect] = ()
    watch: Watch | None = None
    seen: Flow | None = None
    """What one run computed."""
    truths: Sequence[Truth] = ()
    """The true gradients at the values of the forward pass."""
    forward: bool = False
    """Whether it is the forward pass that is looked at."""
    crashed_at: int | None = None
    """The line of the file where it crashed."""
    frontier: tuple[ast.stmt, ...] = ()
    """Statements of the forward pass that ran after the last value that is right."""
    scenes: Mapping[ast.stmt, list[dict[str, Any]]] = field(default_factory=dict)
    behind: Mapping[ast.stmt, list[dict[str, Any]]] = field(default_factory=dict)
    """The variables behind statements, once for each time that they ran; as before them in ``scenes``."""
    backward: frozenset[ast.stmt] = frozenset()
    elsewhere: frozenset[ast.stmt] = frozenset()
    """Those of them that no wrong gradient depends on."""
    settled: frozenset[ast.stmt] = frozenset()
    """Those of them that give a true gradient as they are."""
    scopes: dict[ast.stmt, tuple[Scope, Scope]] = field(default_factory=dict)
    edits: dict[ast.stmt, list[StatementEdit]] = field(default_factory=dict)
    """What is within reach of statements, and their changes, as far as they were asked for: see ``stream``."""
    idle: Mapping[str, ast.stmt] = field(default_factory=dict)
    """Variables that neither the loss nor a gradient depends on, with the statements that last gave them a value."""
    reducing: frozenset[ast.stmt] = frozenset()
    """Statements of the forward pass that give a single number, once or once an example: the loss and its parts."""
    in_loops: frozenset[ast.stmt] = frozenset()
    """Those that give one more often, in programs that are written in loops over entries."""

    @classmethod
    def of(cls, judge: Judge, versions: Mapping[str, Function], judgement: Judgement) -> Places:
        """Look for the statements to suspect in a version that is not right."""
        number = min(case for _, case in judgement.wanted - judgement.right)
        places = cls(judge, versions, judgement, number)
        places.watch = watch = Watch(judge.units, versions)
        case = judge.cases[number]
        look = Watch(judge.units, versions, scenes=True)
        with look.installed():
            places.scenes = look.scenes(case)
            places.behind = look.behind
        with watch.installed():
            error = judgement.errors[number]
            if error is not None:
                places.crashed_at = crash_line(error, judge.units.filename)
                return places
            seen = flow(watch, case)
            if isinstance(seen, Exception):
                return places
            sites = {event[0] for event in seen.backward} - {event[0] for event in seen.forward}
            apart = {event[0] for event, touched in seen.backward.items() if not touched & judgement.wrong(number)}
            places.elsewhere = _statements(watch, sites & apart)
            places.backward = _statements(watch, sites)
            places.idle = _idle(watch, seen)
            single = Counter(event[0] for event in seen.forward if seen.events[event].size == 1)
            often = {site for site, times in single.items() if times > case.sizes.N}
            places.reducing = _statements(watch, single.keys() - often)
            places.in_loops = _statements(watch, often) - places.reducing
            if (FORWARD, number) in judgement.wanted - judgement.right:
                places.forward = True
                objective = judge.objective(number)
                known = next((one for one in judgement.conventions if one is not None), None)
                if objective is None:
                    places.suspects = meant_output(watch, case, seen, judge.experiment)
                else:
                    places.suspects = meant(watch, case, seen, objective, known)
                return places
            values = list(truths(watch, case, seen, seconds=SECONDS_FOR_TRUTHS).values())
            places.seen, places.truths = seen, values
            slopes = judge.slopes(number, seen.result.loss)
            wrong = judgement.wrong(number)
            found = suspects(watch, case, seen, values, slopes, wrong)
            places.suspects = callees_first(places, found, solved(watch, case, seen, slopes, wrong, found), seen)
            true = settled(seen, values, found)
            own = {site for site in sites if _is_own(watch.sites[site])}
            places.settled = _statements(watch, own & true) - _statements(watch, own - true)
        return places

    @property
    def wrong_here(self) -> frozenset[Item]:
        """What is wrong in the case that is looked at (of the forward pass only, if that is)."""
        wrong = {item for item in self.judgement.wanted - self.judgement.right if item[1] == self.number}
        return frozenset({(FORWARD, self.number)} if self.forward else wrong)

    @property
    def one_suffices(self) -> bool:
        """Whether there is a place where the truth makes everything right that is wrong, or may."""
        wrong = self.judgement.wrong(self.number)
        return self.forward or bool(self.shared) or any(suspect.repaired >= wrong for suspect in self.suspects)

    @property
    def unusual(self) -> bool:
        """Whether the loss is one that is known, but hardly what was meant if the gradients are of another."""
        return is_unusual(self.judgement.conventions[self.number])

    @property
    def apart(self) -> bool:
        """Whether several gradients are wrong, none of which becomes right with another."""
        most = len(self.suspects[0].repaired) if self.suspects else 0
        several = most < len(self.judgement.wrong(self.number)) and len(self.suspects) > 1
        known = self.judgement.conventions[self.number] is not None
        return several and not self.forward and known and not self._shared_in_loops

    @property
    def _shared_in_loops(self) -> bool:
        """Whether a number that is computed in loops over entries is part of several wrong gradients, and of no other.

        No truth is put in its place, so it is no suspect.
        """
        return bool(self._touching_in_loops)

    @cached_property
    def _touching_in_loops(self) -> dict[int, frozenset[str]]:
        """Sites in loops over entries that several wrong gradients depend on, and no other, with these."""
        if self.seen is None:
            return {}
        wrong, N = self.judgement.wrong(self.number), self.judge.cases[self.number].sizes.N
        times = Counter(event[0] for event in self.seen.backward)
        found = {event[0]: touched for event, touched in self.seen.backward.items() if times[event[0]] > N}
        return {site: touched for site, touched in found.items() if len(touched) > 1 and touched <= wrong}

    @cached_property
    def shared(self) -> frozenset[ast.stmt]:
        """The statements in loops over entries that all wrong gradients depend on, and no other."""
        wrong = self.judgement.wrong(self.number)
        sites = {site for site, touched in self._touching_in_loops.items() if touched == wrong}
        return frozenset() if self.watch is None else _statements(self.watch, sites)

    @property
    def loss_first(self) -> bool:
        """Whether it is likely that the loss is to blame for gradients that are not its own."""
        return not self.forward and (self.unusual or self.apart)

    def site_of(self, suspect: Suspect) -> Site:
        """Return where a suspect's value passes."""
        assert self.watch is not None
        return self.watch.sites[suspect.site]

    def statement_of(self, suspect: Suspect) -> ast.stmt | None:
        """Return the statement that a suspect's value is computed in."""
        return self.site_of(suspect).statement

    def scene_of(self, statement: ast.stmt) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the variables before a statement and behind it, of the pass before which most was known.

        In the first pass of a loop over layers there is nothing yet in what the loop fills.
        """
        scenes, behind = self.scenes[statement], self.behind.get(statement, [])
        number = max(range(len(scenes)), key=lambda one: _known(scenes[one]))
        return scenes[number], behind[number] if number < len(behind) else scenes[number]

    def suspect_of(self, statement: ast.stmt) -> Suspect | None:
        """Return what the truth in the place of a statement's value makes right."""
        return next((one for one in self.suspects if self.statement_of(one) is statement), None)

    @cached_property
    def homes(self) -> dict[ast.stmt, tuple[str, list[ast.stmt]]]:
        """The unit and the block that each statement stands in."""
        return {
            statement: (key, block)
            for key, function in self.versions.items()
            for block in blocks(function)
            for statement in block
        }


def is_unusual(convention: Convention | None) -> bool:
    """Return whether a loss is a sum, or its penalty divided by the number of examples."""
    return convention is not None and (convention.reduction == "sum" or "N" in convention.penalty)


def _known(scene: Mapping[str, Any]) -> int:
    """Return how many variables there are, and entries of dictionaries."""
    return len(scene) + sum(len(value) for value in scene.values() if isinstance(value, dict))


def _is_own(site: Site) -> bool:
    """Return whether a statement is there to give this value, and does not only pass it on to what may change it."""
    statement = site.statement
    if not site.assigned or not site.after:
        return site.assigned
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    names = {ast.unparse(node) for target in targets if target is not None for node in ast.walk(target)}
    return ast.unparse(site.expression) in names


def _idle(watch: Watch, seen: Flow) -> dict[str, ast.stmt]:
    """Return the variables that nothing depends on, with the statements that gave them their values."""
    of_use = {event[0] for event in (*seen.forward, *seen.backward)}
    found: dict[str, ast.stmt] = {}
    for (number, _), value in seen.events.items():
        site = watch.sites[number]
        if number in of_use or not site.assigned or value.ndim == 0 or site.statement is None:
            continue
        target = site.statement.targets[0] if isinstance(site.statement, ast.Assign) else site.expression
        if isinstance(target, ast.Name) and (site.after or isinstance(site.statement, ast.Assign)):
            found[target.id] = site.statement
    return found


def _statements(watch: Watch, sites: set[int]) -> frozenset[ast.stmt]:
    return frozenset(statement for site in sites if (statement := watch.sites[site].statement) is not None)


def crash_line(error: Exception, filename: str) -> int | None:
    """Return the innermost line of a file that an exception passed through."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
