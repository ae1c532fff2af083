"""The statements of a forward pass, with a name of its own for every value: what is overwritten stays distinct."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from chainrule.checking.derive.facts import Facts
from chainrule.checking.derive.seeing import before_of, number_of


@dataclass
class Carried:
    """A variable that goes from one round of a loop into the next."""

    name: str
    before: str
    """Its name for what it was before the loop."""
    previous: str
    """For what it was at the beginning of a round."""
    out: str


@dataclass
class Rounds:
    """What a loop carries, by the loop."""

    of: dict[int, list[Carried]] = field(default_factory=dict)


def executed(body: Sequence[ast.stmt], facts: Facts) -> list[ast.stmt]:
    """Return the statements that were run: choices that always fell the same way are replaced by what they chose."""
    found: list[ast.stmt] = []
    for one in body:
        if isinstance(one, ast.If):
            outcomes = _outcomes(one, facts)
            if outcomes == {True}:
                found += executed(one.body, facts)
                if one.body and isinstance(one.body[-1], ast.Return):
                    return found
            elif outcomes == {False}:
                found += executed(one.orelse, facts)
                if one.orelse and isinstance(one.orelse[-1], ast.Return):
                    return found
            elif outcomes:
                found.append(_with(one, body=executed(one.body, facts), orelse=executed(one.orelse, facts)))
        elif isinstance(one, ast.With):
            found += executed(one.body, facts)
        elif isinstance(one, ast.For):
            inner = executed(one.body, facts)
            if inner:
                found.append(_with(one, body=inner))
        elif not isinstance(
            one, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Pass | ast.Assert | ast.Global
        ):
            found.append(one)
            if isinstance(one, ast.Return):
                return found
    return found


def _with(node: ast.stmt, **blocks: list[ast.stmt]) -> ast.stmt:
    made = copy.copy(node)
    for key, value in blocks.items():
        setattr(made, key, value)
    return made


def _outcomes(node: ast.If, facts: Facts) -> set[bool]:
    taken = any(_ran(one, facts) for one in node.body)
    refused = any(_ran(one, facts) for one in node.orelse) if node.orelse else None
    if taken and refused:
        return {True, False}
    if refused is None:
        tested = len(facts.seen(node.test)) or max((len(facts.seen(one)) for one in ast.walk(node.test)), default=0)
        ran = max(
            (len(facts.seen(one)) for part in node.body for one in ast.walk(part) if isinstance(one, ast.expr)),
            default=0,
        )
        if taken and ran < tested:
            return {True, False}
        return (
            {True}
            if taken
            else {False}
            if tested or isinstance(node.test, ast.Compare | ast.Constant | ast.BoolOp)
            else set()
        )
    return {True} if taken else {False}


def _ran(node: ast.stmt, facts: Facts) -> bool:
    return any(facts.seen(one) for one in ast.walk(node) if isinstance(one, ast.expr))


def assigned(node: ast.AST) -> set[str]:
    """Return the names that a statement gives values to."""
    inner = ast.walk(node)
    comprehended = {
        one for part in ast.walk(node) if isinstance(part, ast.comprehension) for one in ast.walk(part.target)
    }
    return {
        one.id
        for one in inner
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and one not in comprehended
    }


def read(node: ast.AST | None) -> set[str]:
    """Return the names that a statement reads."""
    if node is None:
        return set()
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    for one in ast.walk(node):  # what is carried into a loop from before it
        found |= getattr(one, "befores", set())
    return found | {
        one.target.id for one in ast.walk(node) if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name)
    }


def exposed(block: Iterable[ast.stmt]) -> set[str]:
    """Return the names that a block reads before it gives them a value."""
    found: set[str] = set()
    known: set[str] = set()
    for one in block:
        if isinstance(one, ast.If):
            found |= (read(one.test) | exposed(one.body) | exposed(one.orelse)) - known
            known |= set().union(*map(assigned, one.body), set()) & set().union(*map(assigned, one.orelse), set())
        elif isinstance(one, ast.For):
            found |= (read(one.iter) | (exposed(one.body) - assigned(one.target))) - known
            known |= assigned(one)
        else:
            found |= read(one) - known
            known |= assigned(one)
    return found


class Renamer:
    """Gives every value of a block a name of its own.

    Parameters
    ----------
    fresh : callable
        Makes a new name from a wish.
    last_keeps : bool
        Whether the last value keeps the name (it is in reach when the block is over), or the first (it is an argument).
    """

    def __init__(self, fresh: Callable[[str], str], *, last_keeps: bool) -> None:
        self._fresh = fresh
        self._last = last_keeps
        self.rounds = Rounds()
        self.stale: dict[str, str] = {}
        """New name: the one that it has in the program."""

    def block(
        self, body: Sequence[ast.stmt], current: dict[str, str], final: dict[str, str] | None = None
    ) -> list[ast.stmt]:
        """Return the statements with new names; ``current`` says what names mean now, and is changed."""
        final = final or {}
        count: dict[str, int] = {}
        for one in body:
            for name in assigned(one):
                count[name] = count.get(name, 0) + 1
        met: dict[str, int] = {}
        made: list[ast.stmt] = []
        for one in body:
            names = assigned(one)
            out: dict[str, str] = {}
            for name in sorted(names):
                met[name] = met.get(name, 0) + 1
                out[name] = self._named(name, met[name], count[name], current, final)
            made.append(self._statement(one, current, out))
            current.update(out)
        return made

    def _named(self, name: str, number: int, count: int, current: dict[str, str], final: dict[str, str]) -> str:
        if number == count and name in final:
            return final[name]
        if self._last and number == count:
            return name
        if not self._last and number == 1 and name not in current:
            return name
        new = self._fresh(f"{name}_{number}")
        self.stale[new] = name
        return new

    def _statement(self, node: ast.stmt, current: dict[str, str], out: dict[str, str]) -> ast.stmt:
        if isinstance(node, ast.If):
            test = _Names(current, {}).visit(copy.deepcopy(node.test))
            both = set().union(*map(assigned, node.body), set()) & set().union(*map(assigned, node.orelse), set())
            for name in out:
                if name not in both and name in current:
                    out[name] = current[name]
            body = self.block(node.body, dict(current), out)
            return _with(
                ast.copy_location(ast.If(test, [], []), node),
                body=body,
                orelse=self.block(node.orelse, dict(current), out),
            )
        if isinstance(node, ast.For):
            return self._loop(node, current, out)
        node = copy.deepcopy(node)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            left = ast.Name(current.get(node.target.id, node.target.id), ast.Load())
            left.number = before_of(node)  # type: ignore[attr-defined]
            value = ast.BinOp(left, node.op, _Names(current, {}).visit(node.value))
            value.number = number_of(node.target)  # type: ignore[attr-defined]
            target = ast.Name(out[node.target.id], ast.Store())
            target.number = number_of(node.target)  # type: ignore[attr-defined]
            return ast.copy_location(ast.Assign([target], value), node)
        made: ast.stmt = _Names(current, out).visit(node)
        return made

    def _loop(self, node: ast.For, current: dict[str, str], out: dict[str, str]) -> ast.stmt:
        own = set().union(*map(assigned, node.body), set())
        through = sorted((exposed(node.body) & own) - assigned(node.target))
        inside = dict(current)
        carried = []
        for name in through:
            previous = self._fresh(f"{name}_prev")
            self.stale[previous] = name
            carried.append(Carried(name, current.get(name, name), previous, out[name]))
            inside[name] = previous
        for name in assigned(node.target):
            inside[name] = out[name] = name
        made = ast.copy_location(
            ast.For(copy.deepcopy(node.target), _Names(current, {}).visit(copy.deepcopy(node.iter)), [], []), node
        )
        body_out = {name: out[name] for name in own if name in out}
        made.body = self.block(node.body, inside, body_out)
        made.lineno = node.lineno
        self.rounds.of[id(made)] = carried
        made.befores = {one.before for one in carried}  # type: ignore[attr-defined]
        return made


class _Names(ast.NodeTransformer):
    """Puts new names in the places of old ones, but for those of comprehensions."""

    def __init__(self, loads: dict[str, str], stores: dict[str, str]) -> None:
        self._loads, self._stores, self._hidden = loads, stores, [set[str]()]

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id not in self._hidden[-1]:
            node.id = (self._loads if isinstance(node.ctx, ast.Load) else self._stores).get(node.id, node.id)
        return node

    def _scoped(self, node: ast.AST) -> ast.AST:
        own = {
            one.id
            for part in ast.walk(node)
            if isinstance(part, ast.comprehension)
            for one in ast.walk(part.target)
            if isinstance(one, ast.Name)
        }
        if isinstance(node, ast.Lambda):
            own |= {one.arg for one in node.args.args}
        self._hidden.append(self._hidden[-1] | own)
        self.generic_visit(node)
        self._hidden.pop()
        return node

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_Lambda = _scoped
