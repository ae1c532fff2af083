"""A change of the syntax tree written back into the text; all else on the line stays as its author wrote it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chainrule.checking.repairs.candidate import Change


@dataclass(frozen=True)
class TextEdit:
    """Lines ``line`` to ``end_line`` of a text become ``new``."""

    line: int
    end_line: int
    new: tuple[str, ...]


def text_edit(text: str, changes: Sequence[Change]) -> TextEdit:
    """Return the edit of a program's text that makes changes of its tree.

    Parameters
    ----------
    text : str
    changes : sequence of (statement, statements in its place)
        The statements carry the places where they stand in ``text``; several belong to one repair.
    """
    lines = text.split("\n")
    edits = sorted((_edit(lines, old, new) for old, new in changes), key=lambda edit: edit.line)
    first, last = edits[0].line, max(edit.end_line for edit in edits)
    result, position = [], first
    for edit in edits:
        result += [*lines[position - 1 : edit.line - 1], *edit.new]
        position = edit.end_line + 1
    return TextEdit(first, last, tuple(result))


def applied(text: str, edits: Sequence[TextEdit]) -> str:
    """Return a text with edits of lines that do not overlap."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: -edit.line):
        lines[edit.line - 1 : edit.end_line] = edit.new
    return "\n".join(lines)


def _edit(lines: list[str], old: ast.stmt, new: tuple[ast.stmt, ...]) -> TextEdit:
    start, end = _span(old)
    head, tail = _before(lines, start), _after(lines, end)
    own = _between(lines, start, end)
    indentation = head[: len(head) - len(head.lstrip())]
    written = [
        own if one is old else _rewritten(own, old, one) if _in_place(one, old) else _own_text(lines, one)
        for one in new
    ]
    if not written:
        if not head.strip() and (not tail.strip() or tail.strip().startswith("#")):
            return TextEdit(start[0], end[0], ("",))
        written = ["pass"]
    if head.strip():  # `if y is None: return scores`
        return TextEdit(start[0], end[0], tuple((head + "; ".join(written) + tail).split("\n")))
    at_old = next((index for index, one in enumerate(new) if one is old), len(written) - 1)
    block: list[str] = []
    for index, piece in enumerate(written):
        rows = piece.split("\n")
        rows[0] = (head if index == 0 else indentation) + rows[0]
        if index == at_old:
            rows[-1] += tail
        block += rows
    return TextEdit(start[0], end[0], tuple(block))


def _in_place(new: ast.stmt, old: ast.stmt) -> bool:
    """Return whether a statement was made for the place of another, rather than moved there from its own."""
    return (new.lineno, new.col_offset) == (old.lineno, old.col_offset)


def _own_text(lines: list[str], statement: ast.stmt) -> str:
    return _between(lines, *_span(statement))


def _span(statement: ast.stmt) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where a statement starts and ends (a compound one at the end of its head), as line and byte."""
    own: ast.AST = statement
    for name in ("test", "iter"):
        part = getattr(statement, name, None)
        if isinstance(part, ast.expr) and hasattr(statement, "body"):
            own = part
    return (statement.lineno, statement.col_offset), (own.end_lineno or own.lineno, own.end_col_offset or 0)  # type: ignore[attr-defined]


def _rewritten(own: str, old: ast.stmt, new: ast.stmt) -> str:
    """Return the text of a new statement, as much of it as possible in the words of the old one's."""
    spot = _difference(old, new)
    if spot is not None:
        before, after = spot
        start = _offset(own, old, before.lineno, before.col_offset)
        end = _offset(own, old, before.end_lineno or 0, before.end_col_offset or 0)
        plain = ast.unparse(after)
        for text in (plain, f"({plain})"):
            written = own[:start] + text + own[end:]
            if _same(written, old, new):
                return written
    fresh = ast.unparse(new) if not _is_compound(new) else ast.unparse(new).split("\n")[0].rstrip(":")
    padding = " " * old.col_offset
    return fresh.replace("\n", "\n" + padding)


def _difference(old: ast.AST, new: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """Return the smallest expressions in which two trees differ, if they differ in one place."""
    if type(old) is not type(new) or isinstance(old, ast.Constant):
        return (old, new) if isinstance(old, ast.expr) and isinstance(new, ast.expr) else None
    pairs = list(_unequal_parts(old, new))
    if len(pairs) == 1 and pairs[0] is not None:
        inner = _difference(*pairs[0])
        if inner is not None:
            return inner
    return (old, new) if isinstance(old, ast.expr) and isinstance(new, ast.expr) and hasattr(old, "lineno") else None


def _unequal_parts(old: ast.AST, new: ast.AST) -> Iterator[tuple[ast.AST, ast.AST] | None]:
    """Yield the pairs of parts that differ, and None for a difference that is no part (an operator, a name)."""
    for name in old._fields:
        before, after = getattr(old, name, None), getattr(new, name, None)
        if name in ("body", "orelse", "finalbody", "handlers") and isinstance(old, ast.stmt):
            continue
        if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            for one, other in zip(before, after, strict=True):
                if isinstance(one, ast.AST) and isinstance(other, ast.AST):
                    if ast.dump(one) != ast.dump(other):
                        yield (one, other) if isinstance(one, (ast.expr, ast.keyword)) else None
                elif one != other:
                    yield None
        elif isinstance(before, ast.expr) and isinstance(after, ast.expr):
            if ast.dump(before) != ast.dump(after):
                yield before, after
        elif isinstance(before, ast.AST) and isinstance(after, ast.AST):
            if ast.dump(before) != ast.dump(after):
                yield None
        elif before != after and name != "ctx":
            yield None


def _same(written: str, old: ast.stmt, new: ast.stmt) -> bool:
    """Return whether a text is the statement that it is meant to be."""
    wanted = ast.unparse(new).split("\n")[0] if _is_compound(new) else ast.unparse(new)
    try:
        found = ast.parse(written + (":\n pass" if _is_compound(old) else "")).body
    except SyntaxError:
        return False
    if len(found) != 1:
        return False
    said = ast.unparse(found[0])
    return (said.split("\n")[0] if _is_compound(new) else said) == wanted


def _is_compound(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.If, ast.For, ast.While, ast.With))


def _offset(own: str, statement: ast.stmt, line: int, byte: int) -> int:
    """Return the position in a statement's own text of a place in the file (columns count bytes)."""
    rows = own.split("\n")
    row = line - statement.lineno
    within = byte - statement.col_offset if row == 0 else byte
    column = len(rows[row].encode()[:within].decode(errors="ignore"))
    return sum(len(text) + 1 for text in rows[:row]) + column


def _before(lines: list[str], place: tuple[int, int]) -> str:
    return lines[place[0] - 1].encode()[: place[1]].decode(errors="ignore")


def _after(lines: list[str], place: tuple[int, int]) -> str:
    return lines[place[0] - 1].encode()[place[1] :].decode(errors="ignore")


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    rows = lines[start[0] - 1 : end[0]]
    rows[-1] = rows[-1].encode()[: end[1]].decode(errors="ignore")
    rows[0] = rows[0].encode()[start[1] :].decode(errors="ignore")
    return "\n".join(rows)
