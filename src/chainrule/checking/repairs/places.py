"""Where to try repairs first: the statements of a version that is wrong, the most suspicious first."""

from __future__ import annotations

import ast
import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chainrule.checking.locate import Suspect, forward_suspects, suspects
from chainrule.checking.objective import ACTIVATIONS, PENALTIES, Convention
from chainrule.checking.repairs.candidate import Candidate, blocks
from chainrule.checking.repairs.judge import FORWARD, Item, Judge, Judgement
from chainrule.checking.repairs.scope import scope_of
from chainrule.checking.repairs.statements import statement_edits
from chainrule.checking.trace import Watch
from chainrule.checking.truths import flow, truths
from chainrule.checking.units import Function

USUAL = Convention("ReLU", "softmax cross-entropy", "mean", next(iter(PENALTIES)), False)
UNUSUAL, NEXT, WEAKER, READ, BACKWARD, OTHER, ELSEWHERE = -0.35, 0.15, 0.45, 0.2, 0.6, 0.8, 1.2
"""What is added to the cost of a change, by how suspicious its statement is: part of a loss that is a sum, as telling
as the first suspect, less so, read by it (for each step), elsewhere in the backward pass, elsewhere,
in a part of the backward pass that no wrong gradient depends on."""
ALIAS = 0.3
"""What is taken off for a statement of the forward pass that does nothing but name a value again."""
SECONDS_FOR_TRUTHS = 1.0


@dataclass(eq=False)
class Places:
    """The statements of one version, with what is known about them in one case that is wrong."""

    judge: Judge
    versions: Mapping[str, Function]
    judgement: Judgement
    number: int = 0
    """The case that is looked at."""
    suspects: list[Suspect] = field(default_factory=list)
    watch: Watch | None = None
    forward: bool = False
    """Whether it is the forward pass that is looked at."""
    crashed_at: int | None = None
    """The line of the file where it crashed."""
    frontier: tuple[ast.stmt, ...] = ()
    """Statements of the forward pass that ran after the last value that is right."""
    scenes: Mapping[ast.stmt, list[dict[str, Any]]] = field(default_factory=dict)
    backward: frozenset[ast.stmt] = frozenset()
    elsewhere: frozenset[ast.stmt] = frozenset()
    """Those of them that no wrong gradient depends on."""
    reducing: frozenset[ast.stmt] = frozenset()
    """Statements of the forward pass that give a single number: the loss and its parts."""

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
            single = {event[0] for event in seen.forward if seen.events[event].size == 1}
            places.reducing = _statements(watch, single)
            if (FORWARD, number) in judgement.wanted - judgement.right:
                places.forward = True
                places.suspects = _forward(judge, watch, number, judgement, seen)
                return places
            known = truths(watch, case, seen, seconds=SECONDS_FOR_TRUTHS)
            slopes = judge.slopes(number, seen.result.loss)
            wrong = judgement.wrong(number)
            places.suspects = suspects(watch, case, seen, list(known.values()), slopes, wrong)
        return places

    @property
    def wrong_here(self) -> frozenset[Item]:
        """What is wrong in the case that is looked at (of the forward pass only, if that is)."""
        wrong = {item for item in self.judgement.wanted - self.judgement.right if item[1] == self.number}
        return frozenset({(FORWARD, self.number)} if self.forward else wrong)

    def candidates(self) -> Iterator[Candidate]:
        """Yield changes in the order of their costs."""
        ranked = sorted(self._ranks().items(), key=lambda pair: pair[1])
        heap: list[tuple[float, int, Candidate]] = []
        counter = 0
        made: set[tuple[int, str]] = set()
        for position, (statement, rank) in enumerate(ranked):
            for candidate in self._of(statement, rank):
                counter += 1
                heapq.heappush(heap, (candidate.cost, counter, candidate))
            least = ranked[position + 1][1] + 1.0 if position + 1 < len(ranked) else float("inf")
            while heap and heap[0][0] < least:
                candidate = heapq.heappop(heap)[2]
                key = (id(candidate.statement), "\n".join(_text(new) for _, news in candidate.changes for new in news))
                if key not in made:
                    made.add(key)
                    yield candidate

    def suspect_of(self, statement: ast.stmt) -> Suspect | None:
        """Return what the truth in the place of a statement's value makes right."""
        if self.watch is None:
            return None
        of_statement = [one for one in self.suspects if self.watch.sites[one.site].statement is statement]
        return of_statement[0] if of_statement else None

    def first(self) -> tuple[str, ast.stmt] | None:
        """Return the most suspicious statement."""
        ranks = self._ranks()
        if not ranks:
            return None
        statement = min(ranks, key=lambda key: ranks[key])
        return self._homes()[statement][0], statement

    def _ranks(self) -> dict[ast.stmt, float]:
        """Return every statement that ran with its rank, 0 for the most suspicious."""
        assert self.watch is not None
        ranks = {statement: BACKWARD if statement in self.backward else OTHER for statement in self.scenes}
        ranks |= dict.fromkeys(self.elsewhere & ranks.keys(), ELSEWHERE)
        if self._unusual():
            ranks |= dict.fromkeys(self.reducing & ranks.keys(), UNUSUAL)
        for position, statement in enumerate(self.frontier[:8]):
            if statement in ranks:
                ranks[statement] = min(ranks[statement], READ * position)
        homes = self._homes()
        most = len(self.suspects[0].repaired) if self.suspects else 0
        leading: list[ast.stmt] = []
        for suspect in self.suspects:
            suspected = self.watch.sites[suspect.site].statement
            if suspected is None or suspected not in ranks:
                continue
            rank = WEAKER if len(suspect.repaired) < most else NEXT if leading else 0.0
            if rank < WEAKER and suspected not in leading:
                leading.append(suspected)
            ranks[suspected] = min(ranks[suspected], rank)
        apart = most < len(self.judgement.wrong(self.number)) and len(self.suspects) > 1
        if apart and not self.forward and self.judgement.conventions[self.number] is not None:
            # several gradients are wrong, each in its own way: or the loss is, in one
            for statement in self.reducing & ranks.keys():
                ranks[statement] = min(ranks[statement], NEXT)
        if self.forward:
            for statement in ranks:
                if _is_alias(statement) and ranks[statement] <= NEXT:
                    ranks[statement] -= ALIAS
        if self.crashed_at is not None:
            around = [one for one in ranks if one.lineno <= self.crashed_at <= _end(one)]
            leading = sorted(around, key=lambda one: -one.lineno)[:1]
            ranks |= dict.fromkeys(leading, 0.0)
        for start in leading[:2]:
            near = [start]
            for hop in (1, 2, 3):
                near = [other for one in near for other in self._read_by(one, homes)]
                for other in near:
                    ranks[other] = min(ranks[other], READ * hop)
        return ranks

    def _unusual(self) -> bool:
        """Return whether the loss is one that is known, but hardly what was meant if the gradients are of another."""
        convention = self.judgement.conventions[self.number]
        return convention is not None and (convention.reduction == "sum" or "N" in convention.penalty)

    def _read_by(self, statement: ast.stmt, homes: Mapping[ast.stmt, tuple[str, list[ast.stmt]]]) -> list[ast.stmt]:
        """Return the statements that make what a statement reads, and those that call the function it stands in."""
        unit = homes[statement][0]
        read = {node.id for node in ast.walk(_own(statement)) if isinstance(node, ast.Name)}
        function = self.versions[unit]
        parameters = (
            {argument.arg for argument in function.args.args} if isinstance(function, ast.FunctionDef) else set()
        )
        found = []
        for other in self.scenes:
            if other is statement:
                continue
            if homes[other][0] == unit:
                if read & _written(other):
                    found.append(other)
            elif read & parameters and isinstance(function, ast.FunctionDef) and _calls(other, function.name):
                found.append(other)
        return found

    def _of(self, statement: ast.stmt, rank: float) -> Iterator[Candidate]:
        unit, block = self._homes()[statement]
        functions = list(self.versions.values())
        names = self.judge.units.live[unit].function.__globals__
        scene = self.scenes[statement][0]
        position = next(index for index, item in enumerate(block) if item is statement)
        behind = next((self.scenes[other][0] for other in block[position + 1 :] if other in self.scenes), scene)
        parameters = list(self.judge.cases[self.number].parameters.values())
        before = scope_of(scene, names, functions, parameters)
        after = scope_of({**scene, **behind}, names, functions, parameters)
        for edit in statement_edits(statement, block, before, after):
            yield Candidate(unit, edit.changes, edit.cost + rank, edit.mistake)

    def _homes(self) -> dict[ast.stmt, tuple[str, list[ast.stmt]]]:
        """Return the unit and the block that each statement stands in."""
        if not hasattr(self, "_found_homes"):
            self._found_homes = {
                statement: (key, block)
                for key, function in self.versions.items()
                for block in blocks(function)
                for statement in block
            }
        return self._found_homes


def _forward(judge: Judge, watch: Watch, number: int, judgement: Judgement, seen: Any) -> list[Suspect]:
    """Return the sites of the forward pass where the value that is meant makes the loss the one that is meant."""
    objective = judge.objective(number)
    if objective is None:
        return []
    case = judge.cases[number]
    known = [c for c in judgement.conventions if c is not None]
    tries = (
        [replace(known[0], penalty=penalty, biases_penalised=False) for penalty in PENALTIES]
        if known
        else [replace(USUAL, activation=name, reduction=kind) for name in ACTIVATIONS for kind in ("mean", "sum")][:6]
    )
    best: list[Suspect] = []
    for convention in tries:
        found = forward_suspects(watch, case, seen, objective.stages(convention), objective.loss(convention))
        if len(found) > len(best):
            best = found
    return best


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


def _own(statement: ast.stmt) -> ast.AST:
    """Return the part of a statement that is its own: of a loop its head."""
    for name in ("test", "iter"):
        head = getattr(statement, name, None)
        if isinstance(head, ast.expr):
            return head
    return statement


def _is_alias(statement: ast.stmt) -> bool:
    """Return whether a statement only gives a value another name, where something may have been left out."""
    return isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name)


def _end(statement: ast.stmt) -> int:
    own = _own(statement)
    return getattr(own, "end_lineno", None) or statement.lineno


def _written(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value to, or whose content it may change."""
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    if isinstance(statement, ast.For):
        return {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
    if isinstance(statement, ast.Expr):
        return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return set()


def _calls(statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and name in (getattr(node.func, "id", None), getattr(node.func, "attr", None))
        for node in ast.walk(_own(statement))
    )


def _text(statement: ast.stmt) -> str:
    return (
        ast.unparse(_own(statement)) if isinstance(statement, (ast.For, ast.While, ast.If)) else ast.unparse(statement)
    )
