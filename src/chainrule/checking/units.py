"""The functions of a program, whose code can be exchanged while they live: to watch them, and to try a repair.

A unit is an outermost function (or method, or lambda outside of functions) of the file. Its code object is exchanged in
place, so whatever refers to the function, a class, a table, a default argument, sees the change, and the module
is never run twice.
"""

from __future__ import annotations

import ast
import copy
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chainrule.checking.effort import COMPILED, spend

ANNOUNCE = "__chainrule_unit__"
"""The name under which a prepared module finds ``Units.announce``."""

Function = ast.FunctionDef | ast.Lambda

KEPT = 64
"""The code of so many versions of functions is kept: with one function changed, the others are compiled already."""

_STATEMENT = "chainrule_statement"


@dataclass
class Unit:
    """One function of the file."""

    name: str
    """``TwoLayerNet.loss``, or ``lambda in line 3``."""
    node: Function
    """As it stands in the program's tree."""
    classes: tuple[str, ...]
    """The classes around it: their names mangle private ones."""
    function: types.FunctionType

    def compiled(self, node: Function, filename: str) -> types.CodeType:
        """Return the code of another version of this function, which must have the same free variables."""
        return _compiled(node, self.classes, self.function.__code__.co_freevars, filename)


@lru_cache(maxsize=KEPT)
def _compiled(node: Function, classes: tuple[str, ...], free: tuple[str, ...], filename: str) -> types.CodeType:
    spend(COMPILED)
    code = compile(_holder(node, classes, free), filename, "exec")
    wanted = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    return next(found for found in _codes(code) if found.co_name == wanted)


def body_of(function: Function) -> list[ast.stmt]:
    """Return the statements of a function; a lambda has one, its expression, always the same object."""
    if isinstance(function, ast.FunctionDef):
        return function.body
    found = vars(function).get(_STATEMENT)
    if found is None:
        found = vars(function)[_STATEMENT] = ast.copy_location(ast.Expr(function.body), function.body)
    return [found]


class Units:
    """All units of one file, by the place where they stand."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self._nodes: dict[str, tuple[str, Function, tuple[str, ...]]] = {}
        self.live: dict[str, Unit] = {}

    def prepared(self, tree: ast.Module) -> ast.Module:
        """Return a copy of a module in which every unit announces itself when it is defined.

        Run it in a namespace where ``ANNOUNCE`` is bound to ``announce``. ``tree`` itself stays what units show.
        """
        announcing = _Announcing(self._nodes)
        prepared = announcing.visit_module(tree)
        return ast.fix_missing_locations(prepared)

    def announce(self, key: str, function: Any) -> Any:
        """Note that a unit is alive; what it is decorated with comes after."""
        name, node, classes = self._nodes[key]
        if isinstance(function, types.FunctionType):
            self.live[key] = Unit(name, node, classes, function)
        return function

    @contextmanager
    def exchanged(self, versions: Mapping[str, Function]) -> Iterator[None]:
        """Run the body of ``with`` while some units have other code; nothing is changed if one does not compile."""
        codes = {key: self.live[key].compiled(node, self.filename) for key, node in versions.items()}
        before = {key: self.live[key].function.__code__ for key in codes}
        try:
            for key, code in codes.items():
                self.live[key].function.__code__ = code
            yield
        finally:
            for key, code in before.items():
                self.live[key].function.__code__ = code


class _Announcing:
    """Writes the announcements into a copy of the tree."""

    def __init__(self, nodes: dict[str, tuple[str, Function, tuple[str, ...]]]) -> None:
        self._nodes = nodes

    def visit_module(self, tree: ast.Module) -> ast.Module:
        new = copy.deepcopy(tree)
        for old, fresh in zip(tree.body, new.body, strict=True):
            self._visit(old, fresh, ())
        return new

    def _visit(self, old: ast.AST, fresh: ast.AST, classes: tuple[str, ...]) -> None:
        if isinstance(fresh, ast.FunctionDef) and isinstance(old, ast.FunctionDef):
            key = self._key(old, ".".join((*classes, old.name)), classes)
            self._visit(old.args, fresh.args, classes)  # a default may be a lambda
            fresh.decorator_list.append(_announcer(key))
            return
        inner = (*classes, fresh.name) if isinstance(fresh, ast.ClassDef) else classes
        for name, value in ast.iter_fields(fresh):
            before = getattr(old, name)
            if isinstance(value, list):
                for index, (was, item) in enumerate(zip(before, value, strict=True)):
                    if isinstance(item, ast.AST):  # (None for a keyword without a default)
                        value[index] = self._child(was, item, inner)
            elif isinstance(value, ast.AST):
                setattr(fresh, name, self._child(before, value, inner))

    def _child(self, old: ast.AST, fresh: ast.AST, classes: tuple[str, ...]) -> ast.AST:
        if isinstance(fresh, ast.Lambda) and isinstance(old, ast.Lambda):
            key = self._key(old, f"lambda in line {old.lineno}", classes)
            return ast.copy_location(ast.Call(ast.Name(ANNOUNCE, ast.Load()), [ast.Constant(key), fresh], []), fresh)
        self._visit(old, fresh, classes)
        return fresh

    def _key(self, node: Function, name: str, classes: tuple[str, ...]) -> str:
        key = f"{name}@{node.lineno}:{node.col_offset}"
        self._nodes[key] = (name, node, classes)
        return key


def _announcer(key: str) -> ast.expr:
    """Return the decorator ``lambda f: ANNOUNCE(key, f)``."""
    call = ast.Call(ast.Name(ANNOUNCE, ast.Load()), [ast.Constant(key), ast.Name("f", ast.Load())], [])
    arguments = ast.arguments([], [ast.arg("f")], None, [], [], None, [])
    return ast.Lambda(arguments, call)


def _holder(node: Function, classes: tuple[str, ...], free: tuple[str, ...]) -> ast.Module:
    """Return a module that holds only this function, in classes of the same names and with its free variables."""
    statement: ast.stmt
    if isinstance(node, ast.Lambda):
        statement = ast.Expr(node)
    else:
        statement = copy.copy(node)
        statement.decorator_list = []
    for name in reversed(classes):
        statement = ast.ClassDef(name, bases=[], keywords=[], body=[statement], decorator_list=[])
    others = [name for name in free if name != "__class__"]
    if others:  # a class made inside a function: its methods see that function's variables
        assign = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)) for name in others]
        arguments = ast.arguments([], [], None, [], [], None, [])
        statement = ast.FunctionDef("outer", arguments, [*assign, statement], [], None)
    _give_places(statement, node)
    return ast.Module([statement], [])


def _give_places(wrapping: ast.stmt, node: Function) -> None:
    """Give the statements around a function its place; what is inside of it has its own."""
    pending: list[ast.AST] = [wrapping]
    while pending:
        part = pending.pop()
        if not hasattr(part, "lineno"):
            ast.copy_location(part, node)
        if isinstance(part, (ast.ClassDef, ast.Assign)) or (isinstance(part, ast.FunctionDef) and part.name == "outer"):
            pending += ast.iter_child_nodes(part)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)
