"""What statements do: each time one is run, the values that it leaves behind."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from chainrule.checking.record.tape import Tape, refs
from chainrule.checking.truth.replay import Place


@dataclass(frozen=True)
class Effect:
    """One value that a statement leaves: how it is read afterwards, and where it is on the tape."""

    read: str
    """An expression in the statement's own scope; ``return`` for what a return statement gives, then the position."""
    place: Place
    position: int = 0


@dataclass
class Occurrence:
    """One run of a statement."""

    statement: int
    frame: int
    time: int
    """The first event of it."""
    effects: list[Effect] = field(default_factory=list)


def occurrences(tape: Tape, trees: dict[int, ast.stmt], start: int, end: int) -> dict[int, list[Occurrence]]:
    """Return, by statement, its runs in a window, with what each leaves behind.

    Parameters
    ----------
    tape : Tape
    trees : dict
        The statements' syntax trees by their numbers.
    start, end : int
        The window of events.
    """
    found: dict[int, list[Occurrence]] = {}
    for time, frame, statement, effect in sorted(_seen(tape, trees, start, end), key=lambda one: one[0]):
        runs = found.setdefault(statement, [])
        same = runs and runs[-1].frame == frame and not _again(runs[-1], effect, time)
        if not same:
            runs.append(Occurrence(statement, frame, time))
        runs[-1].effects = [
            one for one in runs[-1].effects if one.read != effect.read or one.position != effect.position
        ]
        runs[-1].effects.append(effect)
    return found


def _again(run: Occurrence, effect: Effect, time: int) -> bool:
    """Return whether an effect is that of another run of the statement: it was there already."""
    return any(one.read == effect.read and one.position == effect.position for one in run.effects)


def _seen(tape: Tape, trees: dict[int, ast.stmt], start: int, end: int) -> Iterator[tuple[int, int, int, Effect]]:
    for binding in tape.bindings:
        if not start <= binding.time <= end or binding.target.startswith("["):
            continue
        if isinstance(trees.get(binding.statement), ast.Assign | ast.AugAssign | ast.AnnAssign):
            effect = Effect(binding.target, Place(binding.ref.node, binding.time))
            yield binding.time, binding.frame, binding.statement, effect
    for event in tape.events[start:end]:
        if event.output is None and event.site >= 0:
            statement = tape.sites[event.site].statement
            read = _written(trees.get(statement))
            if read:
                yield event.index, event.frame, statement, Effect(read, Place(event.args[0].node, event.index + 1))
    for frame in tape.frames:
        if start <= frame.end <= end and frame.start >= start:
            ended = _return_of(tape, frame.id, trees)
            if ended is not None:
                for position, ref in enumerate(refs(frame.returned)):
                    yield frame.end, frame.id, ended, Effect("return", Place(ref.node, frame.end), position)


def _written(tree: ast.stmt | None) -> str:
    """Return the text of the array that a statement writes into."""
    if isinstance(tree, ast.Assign) and len(tree.targets) == 1 and isinstance(tree.targets[0], ast.Subscript):
        return ast.unparse(tree.targets[0].value)
    if isinstance(tree, ast.AugAssign):
        target = tree.target
        return ast.unparse(target.value if isinstance(target, ast.Subscript) else target)
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Call) and tree.value.args:
        function = tree.value.func
        if isinstance(function, ast.Attribute) and function.attr in ("at", "copyto", "fill_diagonal", "put", "clip"):
            return ast.unparse(tree.value.args[0])
    return ""


def _return_of(tape: Tape, frame: int, trees: dict[int, ast.stmt]) -> int | None:
    """Return the statement that a call ended with: the one that made what it gives, or the only one."""
    span = tape.frames[frame]
    for ref in refs(span.returned):
        event = tape.events[tape.nodes[ref.node].event]
        if event.frame == frame and isinstance(trees.get(tape.statement_of(event)), ast.Return):
            return tape.statement_of(event)
    found = [
        number
        for number, one in enumerate(tape.statements)
        if one.function == span.function and isinstance(trees.get(number), ast.Return) and one.line >= span.line
    ]
    return found[0] if len(found) == 1 else None


def trees_of(text: str) -> dict[int, ast.stmt]:
    """Return the statements of a program by the numbers that the recorder gives them."""
    found: dict[int, ast.stmt] = {}

    def walk(body: list[ast.stmt]) -> None:
        for statement in body:
            found[len(found)] = statement
            for name in ("body", "orelse", "finalbody"):
                if isinstance(getattr(statement, name, None), list):
                    walk(getattr(statement, name))
                if name == "finalbody" and isinstance(statement, ast.Try):
                    for handler in statement.handlers:
                        walk(handler.body)
            if isinstance(statement, ast.Match):
                for case in statement.cases:
                    walk(case.body)

    walk(ast.parse(text).body)
    return found
