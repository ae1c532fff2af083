"""Where a loss is computed: the statements that lead to it, and one run of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.checking.derive.seeing import Seen, Sightings, number_of
from chainrule.checking.record.tape import Ref, Tape

LOSS = re.compile(r"loss|cost|objective|entropy|hinge|nll|criterion|mse|error|energy|^j$|^E$|^L$|total", re.I)
PRODUCTS = {
    "matmul",
    "dot",
    "einsum",
    "tensordot",
    "outer",
    "scipy.signal.convolve2d",
    "scipy.signal.correlate2d",
    "inner",
}


@dataclass
class Entry:
    """The forward pass to go back through."""

    source: str
    """The function that it stands in; empty outside of functions."""
    block: list[ast.stmt]
    """The statements among which it stands."""
    last: int
    """The number of the last one of them."""
    loss: ast.expr
    """The expression that is the loss."""
    ref: Ref
    frame: int
    start: int
    end: int
    first: int = 0
    """The number of the first of them: what is before it makes parameters and data."""

    @property
    def statements(self) -> list[ast.stmt]:
        """The statements that lead to the loss."""
        return self.block[self.first : self.last + 1]


def entries(
    tree: ast.Module, tape: Tape, sightings: Sightings, functions: dict[str, ast.FunctionDef], wanted: str | None
) -> Iterator[Entry]:
    """Yield the places where a loss may be computed, the likeliest first."""
    finder = _Finder(tree, tape, sightings, functions)
    for entry in _entries(finder, functions, wanted):
        finder.trim(entry)
        yield entry


def _entries(finder: _Finder, functions: dict[str, ast.FunctionDef], wanted: str | None) -> Iterator[Entry]:
    if wanted:
        names = [
            one for one in functions if one == wanted or one.endswith(f".{wanted}") or one.startswith(f"{wanted}.")
        ]
        exact = [one for one in names if one == wanted or one.split(".")[-1] == wanted]
        for one in exact or sorted(names, key=lambda name: not LOSS.search(name.split(".")[-1])):
            yield from finder.of_function(one)
        return
    named = [one for one in functions if LOSS.search(one.split(".")[-1])]
    others = [one for one in functions if one not in named]
    found = [(one, entry) for one in named for entry in finder.of_function(one)]
    own = [entry for one, entry in found if entry.source == one]
    yield from sorted(own, key=lambda entry: entry.start - entry.end)
    yield from (entry for one, entry in found if entry.source != one)
    yield from finder.outside()
    yield from finder.outside(anything=True)
    for one in others:
        yield from finder.inside(one)
        yield from finder.of_function(one)


class _Finder:
    def __init__(
        self, tree: ast.Module, tape: Tape, sightings: Sightings, functions: dict[str, ast.FunctionDef]
    ) -> None:
        self.tree, self.tape, self.sightings, self.functions = tree, tape, sightings, functions

    def of_function(self, name: str) -> Iterator[Entry]:
        """Yield the entries of a function that returns a loss."""
        function = self.functions[name]
        returns = [one for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]
        for one in returns:
            assert one.value is not None
            parts = one.value.elts if isinstance(one.value, ast.Tuple) else [one.value]
            parts = sorted(parts, key=lambda part: not LOSS.search(ast.unparse(part)))
            for part in parts:
                for seen in self._numbers(part)[:1]:
                    frame = self.tape.frames[seen.frame] if seen.frame >= 0 else None
                    if frame is None or frame.function != name or seen.ref is None:
                        continue
                    found = self._block_of(one, function.body)
                    if found is None:
                        continue
                    if self._has_products(frame.start, seen.time):
                        body = function.body if one in function.body else None
                        block, last = (function.body, function.body.index(one)) if body is not None else found
                        yield Entry(name, block, last, part, seen.ref, frame.id, frame.start, seen.time)
                    yield from self._in_caller(frame.id, seen, part)

    def _in_caller(self, frame: int, seen: Seen, part: ast.expr) -> Iterator[Entry]:
        parent = self.tape.frames[frame].parent
        function = self.tape.frames[parent].function if parent >= 0 else ""
        if function and function not in self.functions:
            return
        home = self.functions[function].body if function else self.tree.body
        for statement, block in _statements(home):
            for node in ast.walk(statement):
                if not isinstance(node, ast.Call) or isinstance(
                    statement, ast.For | ast.If | ast.While | ast.With | ast.Try
                ):
                    continue
                hit = [
                    one
                    for one in self.sightings.of.get(number_of(node), [])
                    if one.inner == frame and one.frame == parent and one.ref is not None
                ]
                if not hit or seen.ref is None:
                    continue
                start = self._start(block[0], parent, hit[0].time)
                whole = self.tape.frames[parent].start if parent >= 0 else 0
                if block is home:
                    start = whole if parent >= 0 else start
                if self._has_products(start, hit[0].time):
                    ref = hit[0].ref or seen.ref
                    yield Entry(function, block, block.index(statement), node, ref, parent, start, hit[0].time)

    def trim(self, entry: Entry) -> None:
        """Leave out the statements before the forward pass that make parameters."""
        times: list[int] = []
        for statement in entry.statements:
            times.append(self._start(statement, entry.frame, entry.end) or (times[-1] if times else entry.start))
        if any(one < entry.start for one in times):
            return
        times.append(entry.end)
        events = self.tape.events
        made = 0
        for number in range(len(times) - 1):
            span = events[times[number] : times[number + 1]]
            built = any(
                frame.function.endswith("__init__")
                and times[number] <= frame.start < times[number + 1]
                and frame.end <= times[number + 1]
                for frame in self.tape.frames
            )
            given = bool(re.match(r"\w+ = __given__\['\w+'\]$", ast.unparse(entry.statements[number])))
            if any(one.op in PRODUCTS for one in span) and not built:
                break
            if (
                built
                or given
                or any(one.op == "leaf" and str(one.kwargs.get("origin", "")).startswith("random") for one in span)
            ):
                made = number + 1
        if made < len(times) - 1:
            entry.first, entry.start = made, max(entry.start, times[made])

    def outside(self, *, anything: bool = False) -> Iterator[Entry]:
        """Yield the entries outside of functions; with ``anything``, whatever the names."""
        yield from self._among("", self.tree.body, -1, anything)

    def inside(self, name: str) -> Iterator[Entry]:
        """Yield the losses that a function computes and does not return."""
        yield from self._among(name, self.functions[name].body, None)

    def _among(self, source: str, home: list[ast.stmt], frame: int | None, anything: bool = False) -> Iterator[Entry]:
        found = []
        for statement, block in _statements(home):
            target = _given(statement, anything)
            if target is None:
                continue
            seen = self._numbers(target)
            if not seen or seen[0].ref is None or (anything and seen[0].shape):
                continue
            if frame is None and (seen[0].frame < 0 or self.tape.frames[seen[0].frame].function != source):
                continue
            if frame == -1 and seen[0].frame != -1:
                continue
            number = block.index(statement)
            start = self._start(block[0], seen[0].frame, seen[0].time)
            if source and block is home:
                start = self.tape.frames[seen[0].frame].start
            if self._has_products(start, seen[0].time):
                found.append(Entry(source, block, number, target, seen[0].ref, seen[0].frame, start, seen[0].time))
        blocks: list[list[ast.stmt]] = []
        for one in reversed(found):
            if not any(one.block is other for other in blocks):
                blocks.append(one.block)
                yield one

    def _numbers(self, node: ast.expr) -> list[Seen]:
        seen = self.sightings.of.get(number_of(node), [])
        return [one for one in seen if one.ref is not None and _size(one) == 1 and one.dtype in ("f", "")]

    def _has_products(self, start: int, end: int) -> bool:
        events = self.tape.events[start:end]
        return (
            any(one.op in PRODUCTS for one in events)
            or sum(one.op == "multiply" for one in events) > 3
            or len(events) > 12
        )

    def _start(self, statement: ast.stmt, frame: int, end: int) -> int:
        firsts: list[Seen] = []
        best: list[Seen] = []
        for node in ast.walk(statement):
            if isinstance(node, ast.expr):
                seen = [
                    one for one in self.sightings.of.get(number_of(node), []) if one.frame == frame and one.time < end
                ]
                if seen and (not firsts or seen[0].time < firsts[0].time):
                    firsts, best = seen, seen
        return best[-1].time if best else 0

    def _block_of(self, statement: ast.stmt, body: list[ast.stmt]) -> tuple[list[ast.stmt], int] | None:
        for one, block in _statements(body):
            if one is statement:
                return block, block.index(one)
        return None


def _given(statement: ast.stmt, anything: bool) -> ast.expr | None:
    """Return what a statement may call a loss: a variable, or what it appends to a list of losses."""
    target: ast.expr | None = None
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
    elif isinstance(statement, ast.AugAssign):
        target = statement.target
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and statement.value.args:
        function = statement.value.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "append"
            and LOSS.search(ast.unparse(function.value))
        ):
            return statement.value.args[0]
    return target if isinstance(target, ast.Name) and (anything or LOSS.search(target.id)) else None


def _size(seen: Seen) -> int:
    size = 1
    for one in seen.shape:
        size *= one
    return size


def _statements(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, list[ast.stmt]]]:
    for one in body:
        yield one, body
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            continue
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(one, name, None)
            if isinstance(inner, list):
                yield from _statements(inner)
