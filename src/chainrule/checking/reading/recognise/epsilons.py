"""The small numbers that programs add in a logarithm: their gradients are those of the loss without them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

LARGEST = 1e-4
"""A number above this is no epsilon."""

PER_EPSILON = 500.0
"""log(p + eps) has a slope that is eps / p off from that of log(p): how small p may be, as 1 / p."""

MOST = 1e-3


def slack(tree: ast.Module) -> float:
    """Return how far, relative to their size, gradients may be off because of epsilons in logarithms; 0 without any."""
    named = dict(_named(tree))
    found = [0.0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_log(node.func):
            for inner in (part for argument in node.args for part in ast.walk(argument)):
                if isinstance(inner, ast.Constant):
                    found += _epsilon(inner)
                elif isinstance(inner, ast.Name | ast.Attribute):
                    found += named.get(_name(inner), [])
    return min(PER_EPSILON * max(found), MOST)


def _is_log(function: ast.expr) -> bool:
    return _name(function) in ("log", "log2", "log10")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _epsilon(value: ast.expr | None) -> list[float]:
    """Return the number that an expression is, if it is small and positive."""
    if isinstance(value, ast.Call) and len(value.args) == 1:  # float(1e-8)
        return _epsilon(value.args[0])
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Pow):  # 10 ** -8
        base, power = _number(value.left), _number(value.right)
        if base and power is not None and abs(power) < 100:
            return _small(base**power)
    number = _number(value)
    return [] if number is None else _small(number)


def _small(number: float) -> list[float]:
    return [number] if 0 < number <= LARGEST else []


def _number(value: ast.expr | None) -> float | None:
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        inner = _number(value.operand)
        return None if inner is None else -inner
    if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
        return float(value.value)
    return None


def _named(tree: ast.Module) -> Iterator[tuple[str, list[float]]]:
    """Yield variables, attributes and arguments that are set to a small number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if small := _epsilon(node.value):
                    yield _name(target), small
        elif isinstance(node, ast.arguments):
            late = node.args[len(node.args) - len(node.defaults) :]
            for argument, default in [
                *zip(late, node.defaults, strict=True),
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            ]:
                if small := _epsilon(default):
                    yield argument.arg, small
