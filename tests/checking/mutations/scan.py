"""What a mutation looks at: the tree of a program, its words; and the edits of text that it makes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from tests.checking.programs.namespace import python3
from tests.checking.programs.program import Program


@dataclass(frozen=True)
class Edit:
    """Text that takes the place of other text; nothing else of the program changes."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Mutation:
    """A mistake: its number in the list of mistakes, what it does, and where it can be made."""

    kind: int
    name: str
    edits: Callable[[Scan], Iterator[Edit]]


@dataclass(frozen=True)
class Scan:
    """A program as a mutation sees it."""

    code: str
    program: Program

    @cached_property
    def tree(self) -> ast.Module:
        """Return the tree; its places are those of ``code``."""
        return ast.parse(python3(self.code))

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.code.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node's text begins and ends."""
        assert isinstance(node, ast.expr | ast.stmt)
        end_line, end_column = node.end_lineno, node.end_col_offset
        assert end_line is not None
        assert end_column is not None
        return self._offset(node.lineno, node.col_offset), self._offset(end_line, end_column)

    def _offset(self, line: int, column: int) -> int:
        begin, end = self._starts[line - 1], self._starts[line]
        return begin + len(self.code[begin:end].encode()[:column].decode())

    def text(self, node: ast.AST) -> str:
        """Return a node's text."""
        start, end = self.span(node)
        return self.code[start:end]

    def said(self, node: ast.AST, *roles: str) -> bool:
        """Say whether an expression is what the author calls one of these."""
        words = {self.program.roles[role] for role in roles if role in self.program.roles}
        return isinstance(node, ast.expr) and ast.unparse(node).replace(" ", "") in words

    def word(self, role: str) -> str | None:
        """Return what the author calls something, if anything."""
        return self.program.roles.get(role)

    @cached_property
    def _stretches(self) -> list[tuple[int, int]]:
        stretches = []
        for first, last in self.program.backward:
            start = self.code.index(first)
            stretches.append((start, self.code.index(last, start) + len(last)))
        return stretches

    def is_backward(self, node: ast.AST) -> bool:
        """Say whether a node stands where gradients are computed."""
        return any(start <= self.span(node)[0] < end for start, end in self._stretches)

    def mathematics(self) -> Iterator[ast.AST]:
        """Yield every expression and statement of what computes the loss or gradients."""
        for root in self._roots:
            yield from (node for node in ast.walk(root) if isinstance(node, ast.expr | ast.stmt))

    @cached_property
    def _roots(self) -> list[ast.stmt]:
        """Return the functions with a stretch of backward in them, and those named; of a script, its statements."""
        named = self.program.roles.get("forward", "").split(",")
        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]
        chosen = [one for one in functions if one.name in named or any(self._begins(one))]
        nested = {inner for one in chosen for inner in ast.walk(one) if inner is not one}
        roots: list[ast.stmt] = [one for one in chosen if one not in nested]
        if not all(any(flags) for flags in zip(*map(self._begins, functions), strict=True)) or not functions:
            roots += [one for one in self.tree.body if not isinstance(one, ast.FunctionDef | ast.ClassDef)]
        return roots

    def _begins(self, function: ast.FunctionDef) -> list[bool]:
        """Return, for each stretch of backward, whether it begins in a function."""
        start, end = self.span(function)
        return [start <= at < end for at, _ in self._stretches]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Return the node above each node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the statement that a node belongs to."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def backward(self) -> Iterator[ast.AST]:
        """Yield every node where gradients are computed."""
        return (node for node in self.mathematics() if self.is_backward(node))

    def forward(self) -> Iterator[ast.AST]:
        """Yield every node where scores and loss are computed."""
        return (node for node in self.mathematics() if not self.is_backward(node))

    def replaced(self, node: ast.AST, text: str) -> Edit:
        """Return the edit that puts text in the place of a node."""
        return Edit(*self.span(node), text)

    def deleted(self, statement: ast.stmt) -> Iterator[Edit]:
        """Yield the edit that takes a statement out with its line, where it stands alone on it and is not alone."""
        body = self._body(statement)
        start, end = self.span(statement)
        begin = self.code.rfind("\n", 0, start) + 1
        stop = self.code.find("\n", end)
        rest = self.code[end:stop].strip()
        if len(body) > 1 and not self.code[begin:start].strip() and (not rest or rest.startswith("#")):
            yield Edit(begin, stop + 1, "")

    def _body(self, statement: ast.stmt) -> list[ast.stmt]:
        for _, value in ast.iter_fields(self.parents[statement]):
            if isinstance(value, list) and statement in value:
                return value
        return []


def in_brackets(text: str) -> str:
    """Return an expression that can stand anywhere."""
    return text if text.replace("_", "").replace(".", "").isalnum() else f"({text})"
