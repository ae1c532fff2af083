"""One name for another: 11, 26, 32, 33, 41, 44, 49, 51, 52, 58."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.checking.mutations.scan import Edit, Mutation, Scan

# the mistake, what is meant, what is written
SWAPS = (
    (32, "a1", "z1"),
    (32, "a1", "X"),
    (32, "X", "a1"),
    (32, "X", "z1"),
    (26, "probs", "scores"),
    (33, "dscores", "scores"),
    (33, "dscores", "probs"),
    (41, "dz1", "dscores"),
    (41, "dscores", "dz1"),
    (44, "W2", "W1"),
    (44, "W1", "W2"),
    (33, "W2", "dW2"),
    (49, "z1", "X"),
    (49, "z1", "scores"),
    (51, "z1", "a1"),
    (52, "dz1", "da1"),
    (52, "da1", "dscores"),
)


def swap(kind: int, meant: str, written: str) -> Mutation:
    """Return the mistake of writing one thing for another where gradients are computed."""

    def edits(scan: Scan) -> Iterator[Edit]:
        word = scan.word(written)
        for node in scan.backward():
            loaded = isinstance(getattr(node, "ctx", None), ast.Load)
            if word and word != scan.word(meant) and loaded and scan.said(node, meant):
                yield scan.replaced(node, word)

    return Mutation(kind, f"{written} for {meant}", edits)


def forward_swap(kind: int, meant: str, written: str) -> Mutation:
    """Return the mistake of writing one thing for another in the forward pass."""

    def edits(scan: Scan) -> Iterator[Edit]:
        word = scan.word(written)
        for node in scan.forward():
            loaded = isinstance(getattr(node, "ctx", None), ast.Load)
            if word and loaded and scan.said(node, meant) and scan.said(_target(scan, node), "scores"):
                yield scan.replaced(node, word)

    return Mutation(kind, f"the second layer fed {written}", edits)


def _target(scan: Scan, node: ast.AST) -> ast.AST:
    statement = scan.statement(node)
    return statement.targets[0] if isinstance(statement, ast.Assign) else statement


NAMES = (*(swap(*one) for one in SWAPS), forward_swap(11, "a1", "z1"))
