"""The functions of a program that runs already, as units: those of a live function's file, by where they stand."""

from __future__ import annotations

import ast
import inspect
import linecache
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chainrule.checking.reading import CannotCheck, Program
from chainrule.checking.units import Unit, Units


def program_of(function: Callable[..., Any]) -> tuple[Program, Units]:
    """Return the file (or notebook cell) of a function, and the functions in it that are alive.

    Raises
    ------
    CannotCheck
        If its source is not to be had: a function built in, compiled, or typed at a prompt.
    """
    plain = _plain(function)
    filename = plain.__code__.co_filename
    lines = linecache.getlines(filename, plain.__globals__)
    try:
        text = "".join(lines) or inspect.getsource(plain)
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError):
        raise CannotCheck(f"the source of {plain.__qualname__} cannot be read, so its lines cannot be named") from None
    units = Units(filename)
    nodes = dict(_nodes(tree))
    for alive in _alive(plain, filename):
        place = (alive.__code__.co_firstlineno, alive.__name__)
        if place in nodes:
            node, classes = nodes[place]
            key = f"{alive.__qualname__}@{node.lineno}"
            units.live.setdefault(key, Unit(alive.__qualname__, node, classes, alive))
    return Program(Path(filename), text, tree, original=tuple(text.split("\n"))), units


def _plain(function: Callable[..., Any]) -> types.FunctionType:
    """Return the function of Python that is called in the end: that of a method, a partial, an object."""
    found: Any = inspect.unwrap(function)
    while not isinstance(found, types.FunctionType):
        inner = getattr(found, "__func__", None) or getattr(found, "func", None) or vars(type(found)).get("__call__")
        if inner is None or inner is found or not callable(inner) or isinstance(inner, types.WrapperDescriptorType):
            raise CannotCheck(f"{function!r} is no function written in Python, so its lines cannot be named")
        found = inspect.unwrap(inner)
    return found


def _nodes(
    tree: ast.AST, classes: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[int, str], tuple[ast.FunctionDef, tuple[str, ...]]]]:
    """Yield every function of a tree by its first line and name, with the classes around it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield (first, node.name), (node, classes)
        inner = (*classes, node.name) if isinstance(node, ast.ClassDef) else classes
        yield from _nodes(node, inner)


def _alive(function: types.FunctionType, filename: str) -> Iterator[types.FunctionType]:
    """Yield the functions of a file that a function can reach: itself, its module's, those that it closes over."""
    pending: list[Any] = [function, *function.__globals__.values()]
    seen: set[int] = set()
    while pending:
        thing = pending.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        thing = getattr(thing, "__func__", thing)
        if isinstance(thing, types.FunctionType):
            if thing.__code__.co_filename != filename:
                continue
            yield thing
            pending += [cell.cell_contents for cell in thing.__closure__ or () if _filled(cell)]
            pending += [getattr(thing, "__wrapped__", None)]
        elif isinstance(thing, type) and thing.__module__ == function.__module__:
            pending += list(vars(thing).values())
        elif getattr(type(thing), "__module__", None) == function.__module__:
            pending += list(vars(type(thing)).values())


def _filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False
