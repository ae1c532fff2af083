"""What every expression of a program was while it ran: the program with eyes in it, under the recorder."""

from __future__ import annotations

import ast
import builtins
import copy
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.checking.record.operations import name_of
from chainrule.checking.record.recorder import OWN, Recorder
from chainrule.checking.record.rewrite import RECORDER, UNTOUCHED_CALLS
from chainrule.checking.record.tape import Ref, is_numeric

EYE = "__see__"
MOST = 600
"""Times that one expression is looked at."""
_SKIPPED_CALLS = UNTOUCHED_CALLS | {"print"}


@dataclass(frozen=True)
class Seen:
    """An expression, once."""

    tick: int
    """Which look it was, of all: where nothing is computed between two, their times are the same."""
    time: int
    frame: int
    kind: str
    """``array``, ``number``, ``whole``, ``text``, ``list``, ``tuple``, ``dict``, ``module``, ``numpy``, ``own``, or
    ``other``."""
    shape: tuple[int, ...] = ()
    ref: Ref | None = None
    value: Any = None
    """Of whole numbers and texts themselves; of functions their name; of containers a ``Ref`` (or value) by key."""
    inner: int = -1
    """Of a call: the frame of the function that was called last from here."""
    dtype: str = ""
    length: int = 0


@dataclass
class Sightings:
    """All that was seen, by the number of the expression."""

    of: dict[int, list[Seen]] = field(default_factory=dict)
    ticks: int = 0
    marks: dict[str, list[tuple[int, Any, int]]] = field(default_factory=dict)
    """By text: (time, value on the tape, tick) of what generated lines show."""

    def note(self, number: int | str, value: Any, recorder: Recorder) -> None:
        """Write down what an expression is now."""
        time = len(recorder.tape.events)
        if isinstance(number, str):
            shown = _marked(value, recorder)
            self.marks.setdefault(number, []).append((len(recorder.tape.events), shown, self.ticks))
            self.ticks += 1
            return
        known = self.of.setdefault(number, [])
        self.ticks += 1
        if len(known) < MOST:
            frame, inner = _frames(recorder)
            known.append(_seen(value, recorder, self.ticks, time, frame, inner))


def _marked(value: Any, recorder: Recorder) -> Any:
    if isinstance(value, dict):
        return {key: _marked(one, recorder) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_marked(one, recorder) for one in value]
    return recorder.used(value) if is_numeric(value) else value


def _frames(recorder: Recorder) -> tuple[int, int]:
    """Return the frame that the program is in, and the last one that was called from it."""
    inner = -1
    frames = recorder.tape.frames
    for frame in reversed(frames):
        if frame.end == -1:
            last = frames[-1]
            inner = (
                next((one.id for one in frames[: frame.id : -1] if one.parent == frame.id), -1)
                if last is not frame
                else -1
            )
            return frame.id, inner
        if len(frames) - frame.id > 4000:
            break
    return -1, next((one.id for one in reversed(frames[-500:]) if one.parent == -1), -1)


def _seen(value: Any, recorder: Recorder, tick: int, time: int, frame: int, inner: int) -> Seen:
    if is_numeric(value) and not isinstance(value, np.matrix):
        kind = "array" if isinstance(value, np.ndarray) else "number"
        ref = recorder.used(value)
        return Seen(
            tick, time, frame, kind, np.shape(value), ref, None, inner, getattr(value, "dtype", np.dtype(float)).kind
        )
    if isinstance(value, (bool, int)):
        return Seen(tick, time, frame, "whole", (), None, value, inner)
    if isinstance(value, str):
        return Seen(tick, time, frame, "text", (), None, value, inner)
    if isinstance(value, (list, tuple, dict)):
        items = list(value.items() if isinstance(value, dict) else enumerate(value))[:100]
        held = {
            key: recorder.used(one) if is_numeric(one) else one if isinstance(one, (int, str)) else None
            for key, one in items
        }
        return Seen(tick, time, frame, type(value).__name__, (), None, held, inner, length=len(value))
    if isinstance(value, types.ModuleType):
        return Seen(tick, time, frame, "module", (), None, value, inner)
    if callable(value):
        if hasattr(value, OWN):
            return Seen(tick, time, frame, "own", (), None, qualified(value), inner)
        name = name_of(value)
        return Seen(
            tick, time, frame, "numpy" if name else "other", (), None, name or getattr(value, "__name__", ""), inner
        )
    return Seen(tick, time, frame, "other", (), None, value, inner)


def qualified(function: Any) -> str:
    """Return the name of a function of the program as frames have it."""
    return str(getattr(function, "__qualname__", "")).replace("<locals>.", "")


class _Eyes(ast.NodeTransformer):
    """Puts an eye around every expression; ``number`` attributes of the nodes say which is which."""

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr) and _is_watched(node):
            number = number_of(node)
            seen: Any = self.generic_visit(node)
            return _eye(number, seen)
        return super().visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:  # reached through generic_visit only when it is not watched
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                node.func.value = self.visit(node.func.value)
            else:
                node.func = self.visit(node.func)
            node.args = [self.visit(one) for one in node.args]
            for word in node.keywords:
                word.value = self.visit(word.value)
            return node
        if isinstance(node, ast.FunctionDef):
            node.body = self._block(node.body)
            return node
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            return node
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, self._block(block))
        for name, value in ast.iter_fields(node):
            if name in ("body", "orelse", "finalbody") and isinstance(value, list):
                continue
            if name in ("decorator_list", "annotation", "returns"):
                continue
            if isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
            elif isinstance(value, list):
                setattr(node, name, [self.visit(one) if isinstance(one, ast.AST) else one for one in value])
        if isinstance(node, ast.For):
            node.body = [*_shown(node.target), *node.body]
        return node

    def _block(self, block: list[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for one in block:
            if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name):
                made.append(ast.Expr(_eye(before_of(one), ast.Name(one.target.id, ast.Load()))))
            new = self.visit(one)
            made.append(new)
            targets = one.targets if isinstance(one, ast.Assign) else []
            if isinstance(one, ast.AugAssign) or (isinstance(one, ast.AnnAssign) and one.value is not None):
                targets = [one.target]
            made += [look for target in targets for look in _shown(target)]
        return made


def _shown(target: ast.expr) -> list[ast.stmt]:
    if isinstance(target, ast.Name):
        loaded = ast.Name(target.id, ast.Load())
        return [ast.Expr(_eye(number_of(target), loaded))]
    if isinstance(target, ast.Tuple | ast.List):
        return [one for part in target.elts for one in _shown(part)]
    return []


def _eye(number: int, value: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(EYE, ast.Load()), [ast.Constant(number), value, ast.Name(RECORDER, ast.Load())], [])


def _is_watched(node: ast.expr) -> bool:
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return False
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SKIPPED_CALLS | {EYE}:
        return False
    kinds = (
        ast.Name,
        ast.Attribute,
        ast.Subscript,
        ast.BinOp,
        ast.UnaryOp,
        ast.Call,
        ast.Compare,
        ast.IfExp,
        ast.List,
        ast.Tuple,
        ast.Dict,
    )
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        return False
    return isinstance(node, kinds) and number_of(node) >= 0


def number_of(node: ast.AST) -> int:
    """Return the number of an expression; -1 if it has none."""
    return getattr(node, "number", -1)


def before_of(node: ast.AugAssign) -> int:
    """Return the number under which the target of ``x += y`` is seen before it."""
    return getattr(node, "before", -1)


def numbered(tree: ast.Module) -> ast.Module:
    """Give every expression of a tree a number."""
    for number, node in enumerate(one for one in ast.walk(tree) if isinstance(one, ast.expr | ast.AugAssign)):
        setattr(node, "before" if isinstance(node, ast.AugAssign) else "number", number)
    for part in ast.walk(tree):  # keys in brackets are looked at one by one
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Tuple):
            part.slice.number = -1  # type: ignore[attr-defined]
    return tree


def with_eyes(tree: ast.Module) -> str:
    """Return the text of a program that shows what its expressions are."""
    eyes = _Eyes()
    watched = copy.deepcopy(tree)
    watched.body = eyes._block(watched.body)
    return ast.unparse(ast.fix_missing_locations(watched))


@contextmanager
def looking() -> Iterator[Sightings]:
    """Have programs that are run meanwhile show what their expressions are."""
    sightings = Sightings()

    def see(number: int | str, value: Any, recorder: Recorder) -> Any:
        sightings.note(number, value, recorder)
        return value

    setattr(builtins, EYE, see)  # the recorder gives programs a copy of the built-in names
    try:
        yield sightings
    finally:
        delattr(builtins, EYE)
