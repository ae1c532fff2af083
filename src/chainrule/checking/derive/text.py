"""Expressions of a generated line: made from templates, and simplified as a person writes them."""

from __future__ import annotations

import ast
import copy
from functools import cache


@cache
def _template(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def fill(text: str, **parts: ast.expr) -> ast.expr:
    """Return an expression with others in the places of names."""
    made = _Fill(parts).visit(copy.deepcopy(_template(text)))
    return simple(made)


def code(node: ast.AST) -> str:
    """Return an expression as it is written."""
    return ast.unparse(node)


def name(text: str) -> ast.expr:
    """Return an expression from its text."""
    return copy.deepcopy(_template(text))


def number(value: float) -> ast.expr:
    """Return a number."""
    return name(repr(value))


class _Fill(ast.NodeTransformer):
    def __init__(self, parts: dict[str, ast.expr]) -> None:
        self._parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self._parts[node.id]) if node.id in self._parts else node


def constant(node: ast.expr) -> float | None:
    """Return the number that an expression is, if it is written as one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = constant(node.operand)
        return None if inner is None else -inner
    return None


def simple(node: ast.expr) -> ast.expr:
    """Return an expression without factors of one, doubled signs and doubled transposes."""
    made: ast.expr = _Simple().visit(node)
    return made


class _Simple(ast.NodeTransformer):
    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult):
            return _product(node.left, node.right)
        if isinstance(node.op, ast.Div):
            return _quotient(node.left, node.right)
        if isinstance(node.op, ast.Add):
            return _sum(node.left, node.right)
        if isinstance(node.op, ast.Sub) and _is_negative(node.right):
            return ast.BinOp(node.left, ast.Add(), _negated(node.right))
        if isinstance(node.op, ast.Pow) and constant(node.right) == 1:
            return node.left
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.USub):
            return _negated(node.operand)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        inner = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "transpose" else None
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == "transpose":
            first, second = ([constant(one) for one in call.args] for call in (inner, node))
            if (
                len(first) == len(second)
                and None not in first
                and [first[int(n or 0)] for n in second] == list(range(len(first)))
            ):
                return inner.func.value
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if node.attr == "T" and isinstance(node.value, ast.Attribute) and node.value.attr == "T":
            return node.value.value
        pair = _product_of(node.value) if node.attr == "T" else None
        if pair is not None and (_is_transpose(pair[0]) or _is_transpose(pair[1])):
            left, right = (self.visit_Attribute(ast.Attribute(one, "T", ast.Load())) for one in reversed(pair))
            return _remade(node.value, left, right)
        return node


def _is_transpose(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "T"


def _product_of(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return the factors of a matrix product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dot":
        if len(node.args) == 2:
            return node.args[0], node.args[1]
        return node.func.value, node.args[0]
    return None


def _remade(node: ast.expr, left: ast.expr, right: ast.expr) -> ast.expr:
    """Return a matrix product of others, written in the same way."""
    if isinstance(node, ast.BinOp):
        return ast.BinOp(left, ast.MatMult(), right)
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Attribute)
    if len(node.args) == 2:
        return ast.Call(node.func, [left, right], [])
    return ast.Call(ast.Attribute(left, "dot", ast.Load()), [right], [])


def _is_negative(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return True
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div) and _is_negative(node.left)


def _negated(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult | ast.Div)
        and (_is_negative(node.left) or constant(node.left) is not None)
    ):
        return simple(ast.BinOp(_negated(node.left), node.op, node.right))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return ast.BinOp(_negated(node.left), node.op, node.right)
    return ast.UnaryOp(ast.USub(), node)


def _sum(left: ast.expr, right: ast.expr) -> ast.expr:
    if constant(left) == 0:
        return right
    if constant(right) == 0:
        return left
    if _is_negative(right):
        return ast.BinOp(left, ast.Sub(), _negated(right))
    return ast.BinOp(left, ast.Add(), right)


def _product(left: ast.expr, right: ast.expr) -> ast.expr:
    first, second = constant(left), constant(right)
    if first is not None and second is not None:
        return number(_whole(first * second))
    if first == 1:
        return right
    if second == 1:
        return left
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div) and ast.dump(left.right) == ast.dump(right):
        return left.left
    if (
        first is not None
        and isinstance(right, ast.BinOp)
        and isinstance(right.op, ast.Div)
        and constant(right.left) is not None
    ):
        return _quotient(number(_whole(first * (constant(right.left) or 0))), right.right)
    if first is not None and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Div):
        below = constant(right.right)
        if below and (first / below).is_integer():
            return _product(number(_whole(first / below)), right.left)
    if first == -1:
        return _negated(right)
    if second == -1:
        return _negated(left)
    if _is_negative(left) and _is_negative(right):
        return _product(_negated(left), _negated(right))
    if _is_negative(right):
        return _negated(_product(left, _negated(right)))
    if second is not None:  # numbers stand first
        return _product(right, left)
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
        inner = constant(right.left)
        if inner is not None and first is not None:
            return _product(number(_whole(first * inner)), right.right)
        if inner is not None:
            return _product(right.left, _product(left, right.right))
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div) and constant(left.left) in (1, -1):
        return _quotient(_product(left.left, right), left.right)
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Div) and constant(right.left) == 1:
        return _quotient(left, right.right)
    if first is not None and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
        inner = constant(right.left)
        if inner is not None:
            return _product(number(_whole(first * inner)), right.right)
    return ast.BinOp(left, ast.Mult(), right)


def _quotient(above: ast.expr, below: ast.expr) -> ast.expr:
    first, second = constant(above), constant(below)
    if second == 1:
        return above
    if first is not None and second is not None and first % second == 0:
        return number(_whole(first / second))
    if first == 0:
        return above
    return ast.BinOp(above, ast.Div(), below)


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() and abs(value) < 1e9 else value


def names_in(node: ast.AST) -> set[str]:
    """Return the names in an expression."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
