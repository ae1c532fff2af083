"""Writing probes into a function: a version of it that hands every value it computes to whoever watches."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from chainrule.checking.effort import PROBED, spend
from chainrule.checking.units import Function, body_of

PASS, SCENE = "__chainrule_pass__", "__chainrule_scene__"
"""What the probes call: ``PASS(site, value)`` returns the value to go on with; ``SCENE(statement, variables)``."""

COMPUTING = (ast.BinOp, ast.UnaryOp, ast.Call, ast.IfExp, ast.Subscript)
SIMPLE = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass, ast.Break, ast.Continue, ast.ClassDef)


@dataclass(frozen=True, eq=False)
class Site:
    """A place in a program where a value passes."""

    number: int
    unit: str
    statement: ast.stmt | None
    """As it stands in the version that was given."""
    expression: ast.expr
    assigned: bool
    """Whether this is a value that a statement assigns or returns, alone or in a tuple or dictionary, or a variable
    that it has changed."""
    after: bool
    """Whether the value is looked at behind its statement, which changed it in place."""


@dataclass
class Probed:
    """Functions with probes, and what the numbers in the probes stand for."""

    scenes: bool = False
    """Whether there is a probe before each statement that is handed all variables."""
    nodes: dict[str, Function] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    statements: list[tuple[ast.stmt, bool]] = field(default_factory=list)
    """What the probes for scenes stand at, and whether they stand behind it."""

    def add(self, unit: str, node: Function) -> None:
        """Write probes into a copy of one unit."""
        before = len(self.sites)
        self.nodes[unit] = _Writer(self, unit).function(node)
        spend(PROBED * (len(self.sites) - before))


class _Writer(ast.NodeTransformer):
    """Writes probes into copies; what it is given stays as it is."""

    def __init__(self, probed: Probed, unit: str) -> None:
        self._probed, self._unit = probed, unit
        self._statement: ast.stmt | None = None

    def function(self, node: Function) -> Function:
        fresh = copy.copy(node)
        if isinstance(node, ast.Lambda) and isinstance(fresh, ast.Lambda):
            (self._statement,) = body_of(node)
            fresh.body = self._value(node.body, assigned=True)
            if self._probed.scenes:  # (SCENE(...), value)[1]
                both = ast.Tuple([self._scene(self._statement), fresh.body], ast.Load())
                fresh.body = ast.copy_location(ast.Subscript(both, ast.Constant(1), ast.Load()), node.body)
        else:
            fresh.body = self._block(body_of(node))
        return ast.fix_missing_locations(fresh)

    def _block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in statements:
            outer, self._statement = self._statement, statement
            result += [ast.copy_location(new, statement) for new in self._with_probes(statement)]
            self._statement = outer
        return result

    def _with_probes(self, old: ast.stmt) -> Iterator[ast.stmt]:
        if isinstance(old, SIMPLE) or (isinstance(old, ast.Expr) and isinstance(old.value, ast.Constant)):
            yield old
            return
        if isinstance(old, ast.FunctionDef):
            fresh = copy.copy(old)
            fresh.body = self._block(old.body)
            yield fresh
            return
        if self._probed.scenes:
            yield ast.Expr(self._scene(old))
        yield self._parts(old)
        if self._probed.scenes and isinstance(old, (ast.Assign, ast.AugAssign)):
            yield ast.Expr(self._scene(old, behind=True))
        if not isinstance(old, (ast.Return, ast.Raise)):
            for changed in changed_in_place(old):
                yield ast.Expr(self._probe(changed, changed, assigned=True, after=True))

    def _scene(self, statement: ast.stmt, *, behind: bool = False) -> ast.Call:
        self._probed.statements.append((statement, behind))
        number = ast.Constant(len(self._probed.statements) - 1)
        return ast.Call(_name(SCENE), [number, ast.Call(_name("locals"), [], [])], [])

    def _parts(self, old: ast.stmt) -> ast.stmt:
        fresh = copy.copy(old)
        for name, value in ast.iter_fields(old):
            if name in ("targets", "target", "annotation"):
                continue
            if isinstance(value, ast.expr):
                setattr(fresh, name, self._value(value, assigned=name == "value"))
            elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                setattr(fresh, name, self._block(value))
            elif isinstance(value, list) and value and isinstance(value[0], ast.ExceptHandler):
                setattr(fresh, name, [self._handler(part) for part in value])
        return fresh

    def _handler(self, handler: ast.ExceptHandler) -> ast.ExceptHandler:
        fresh = copy.copy(handler)
        fresh.body = self._block(handler.body)
        return fresh

    def _value(self, old: ast.expr, *, assigned: bool) -> ast.expr:
        """Return an expression with probes around it and around what it is made of."""
        if isinstance(old, ast.Tuple) and assigned:
            fresh = copy.copy(old)
            fresh.elts = [self._value(item, assigned=True) for item in old.elts]
            return fresh
        if isinstance(old, ast.Dict) and assigned:
            whole = copy.copy(old)
            whole.values = [self._value(item, assigned=True) for item in old.values]
            return whole
        inner = self._inside(old)
        return self._probe(old, inner, assigned=True) if assigned and not isinstance(old, ast.Constant) else inner

    def _inside(self, old: ast.expr) -> ast.expr:
        fresh = cast(ast.expr, self.visit(old))
        if (
            fresh is not old
            and isinstance(fresh, ast.Call)
            and isinstance(fresh.func, ast.Name)
            and fresh.func.id == PASS
        ):
            return fresh.args[1]  # the caller puts the probe around the whole
        return fresh

    def visit(self, node: ast.AST) -> ast.AST:
        """Return a copy of an expression with probes in it; anything else is walked through."""
        fresh = copy.copy(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                setattr(fresh, name, self.visit(value))
            elif isinstance(value, list):
                setattr(fresh, name, [self.visit(item) if isinstance(item, ast.AST) else item for item in value])
        if isinstance(node, COMPUTING) and not _stores(node) and not _is_shape(node):
            return self._probe(node, cast(ast.expr, fresh), assigned=False)
        return fresh

    def _probe(self, old: ast.expr, inner: ast.expr, *, assigned: bool, after: bool = False) -> ast.expr:
        number = len(self._probed.sites)
        self._probed.sites.append(Site(number, self._unit, self._statement, old, assigned, after))
        return ast.copy_location(ast.Call(_name(PASS), [ast.Constant(number), inner], []), old)


def changed_in_place(statement: ast.stmt) -> list[ast.expr]:
    """Return the variables, as expressions to be read, whose content a statement may have changed."""
    found: list[ast.expr] = []
    if isinstance(statement, ast.AugAssign):
        found = [statement.target, *_bases([statement.target])]
    elif isinstance(statement, ast.Assign):
        found = [*_bases(statement.targets), *_outputs(statement.value)]
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        receiver = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        found = [part for part in (*receiver, *call.args) if _is_place(part)] + _outputs(call)
    unique = {ast.dump(part): part for part in map(_to_read, found)}
    return list(unique.values())


def _bases(targets: list[ast.expr]) -> list[ast.expr]:
    """Return ``x`` for a target ``x[i]``, also inside of tuples of targets."""
    found = []
    for target in targets:
        if isinstance(target, ast.Subscript):
            found.append(target.value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            found += _bases(target.elts)
    return [base for base in found if _is_place(base)]


def _outputs(value: ast.expr) -> list[ast.expr]:
    """Return the arguments that NumPy writes to: ``out=z``, and the third of ``np.maximum(z, 0, z)``."""
    found = []
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            found += [word.value for word in node.keywords if word.arg == "out" and _is_place(word.value)]
            found += [part for part in node.args[2:3] if isinstance(part, ast.Name)]
    return found


def _is_place(node: ast.expr) -> bool:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return isinstance(node, ast.Name)


def _to_read(node: ast.expr) -> ast.expr:
    fresh = copy.copy(node)
    if hasattr(fresh, "ctx"):
        fresh.ctx = ast.Load()
    return fresh


def _stores(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))


def _is_shape(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape"


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())
