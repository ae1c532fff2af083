"""Functions and methods of a program, and what their text says of their arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_NUMBERED_KEY = re.compile(
    r"""['"]([A-Za-z_]+)['"] \+ str\(|f['"]([A-Za-z_]+)\{|['"]([A-Za-z_]+)%[di]['"] %"""
    r"""|['"]([A-Za-z_]+)\{\}['"]\.format"""
)


@dataclass(frozen=True)
class Argument:
    """One argument of a function."""

    name: str
    optional: bool
    default: object = None
    """Its value, if it is written out."""
    keyword: bool = False
    """Whether it can be given by its name only."""


@dataclass(frozen=True, eq=False)
class Routine:
    """A function, or a method of a class."""

    name: str
    owner: str
    node: ast.FunctionDef
    around: str
    """The comments before it, and what is written of its class."""

    @property
    def qualified(self) -> str:
        """Its name as the recorder knows it."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def text(self) -> str:
        """The expression that calls it."""
        if not self.owner or self.static:
            return self.qualified
        return f"_o_{self.owner}" if self.name == "__call__" else f"_o_{self.owner}.{self.name}"

    @property
    def static(self) -> bool:
        """Whether it is a method that takes no object."""
        marks = {getattr(one, "id", "") for one in self.node.decorator_list}
        first = self.node.args.args[0].arg if self.node.args.args else ""
        return bool(self.owner) and (
            "staticmethod" in marks or (first not in ("self", "cls") and "classmethod" not in marks and not first)
        )

    @cached_property
    def arguments(self) -> list[Argument]:
        """What is to be given to it."""
        args = self.node.args
        names = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(names) - len(args.defaults)) + list(args.defaults)
        pairs = [*zip(names, defaults, strict=True), *zip(args.kwonlyargs, args.kw_defaults, strict=True)]
        only = {one.arg for one in args.kwonlyargs}
        found = [Argument(one.arg, default is not None, _literal(default), one.arg in only) for one, default in pairs]
        return found[1:] if self.owner and not self.static else found

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in it."""
        return [*ast.walk(self.node)]

    @cached_property
    def own_nodes(self) -> list[ast.AST]:
        """Everything in it that is in no function inside of it."""
        return [*walk_own(self.node)]

    @cached_property
    def source(self) -> str:
        """The text of it, without comments."""
        return ast.unparse(self.node)

    @cached_property
    def returned(self) -> list[ast.expr]:
        """The expressions that it returns, the last one first."""
        own = [one.value for one in self.own_nodes if isinstance(one, ast.Return) and one.value is not None]
        return sorted((one for one in own), key=lambda one: -one.lineno)

    @cached_property
    def unpacked(self) -> dict[str, list[str]]:
        """Names that an argument is taken apart into: ``x, w, b = cache``."""
        found: dict[str, list[str]] = {}
        for one in self.own_nodes:
            if (
                isinstance(one, ast.Assign)
                and isinstance(one.value, ast.Name)
                and isinstance(one.targets[0], (ast.Tuple, ast.List))
            ):
                found.setdefault(one.value.id, [_name(part) for part in one.targets[0].elts])
        return found

    def keys(self, argument: str) -> list[str]:
        """Return the text keys under which entries of an argument are asked for."""
        found: list[str] = []
        for one in self.nodes:
            key: ast.expr | None = None
            if isinstance(one, ast.Subscript) and _name(one.value) == argument:
                key = one.slice
            elif isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in ("get", "pop"):
                key = one.args[0] if _name(one.func.value) == argument and one.args else None
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value not in found:
                found.append(key.value)
        return found

    def key_bases(self, argument: str) -> list[str]:
        """Return the beginnings of keys that end in the number of a layer: ``parameters["W" + str(l)]``."""
        found: list[str] = []
        for one in self.nodes:
            if isinstance(one, ast.Subscript) and _name(one.value) == argument:
                key = ast.unparse(one.slice)
                match = _NUMBERED_KEY.match(key)
                base = next((part for part in match.groups() if part), "") if match else ""
                if base and base not in found:
                    found.append(base)
        return found


def routines(tree: ast.Module, text: str) -> list[Routine]:
    """Return the functions of a program and the methods of its classes; the last of a name counts."""
    lines = text.split("\n")
    found: dict[tuple[str, str], Routine] = {}
    head = ast.get_docstring(tree) or ""
    for one in outside(tree.body):
        if isinstance(one, ast.FunctionDef):
            found[one.name, ""] = Routine(one.name, "", one, _around(lines, one) + "\n" + head)
        elif isinstance(one, ast.ClassDef):
            doc = ast.get_docstring(one) or ""
            for method in one.body:
                if isinstance(method, ast.FunctionDef):
                    found[method.name, one.name] = Routine(
                        method.name, one.name, method, _around(lines, method) + "\n" + doc
                    )
    return [*found.values()]


def classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    """Return the classes of a program."""
    return {one.name: one for one in outside(tree.body) if isinstance(one, ast.ClassDef)}


def outside(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements outside of functions, also those under ``if`` and ``try``."""
    for one in body:
        yield one
        for block in ("body", "orelse", "handlers", "finalbody"):
            if isinstance(one, (ast.If, ast.Try, ast.With)) and getattr(one, block, None):
                yield from outside([b for b in getattr(one, block) if isinstance(b, ast.stmt)])


def walk_own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function that are not in functions inside of it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        yield child
        yield from walk_own(child)


def _around(lines: list[str], node: ast.FunctionDef) -> str:
    """Return the comments before a function, and all that stands in it."""
    start = node.lineno - 1
    first = start
    while first > 0 and re.match(r"\s*#|\s*@", lines[first - 1]):
        first -= 1
    return "\n".join(lines[first : node.end_lineno])


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else ""


def _literal(node: ast.expr | None) -> object:
    try:
        return None if node is None else ast.literal_eval(node)
    except (ValueError, SyntaxError):
        return ...
