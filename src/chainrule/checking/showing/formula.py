"""A line of NumPy as a typeset formula: `dz1 = dp1 * (z1 > 0)` as mathematics would write it, in MathML."""

from __future__ import annotations

import ast
import re
from xml.etree.ElementTree import Element

from chainrule.checking.showing.expressions import expression
from chainrule.checking.showing.markup import element
from chainrule.checking.showing.printable import single_line
from chainrule.checking.showing.typeset import Hold, Piece, code, operator, row, space, transposed

LONGEST = 1000  # characters: a formula that is longer is no easier to read than its code
_UNDERSTOOD = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)
_SLOPE = re.compile(r"((?P<factor>\w+) \* )?dL/d(?P<variable>.+?)(?P<transposed>\.T)?")


def formula(text: str) -> Element:
    """Return Python code as typeset formulas, a line each, or as code where it is no formula that is known."""
    try:
        statements = ast.parse(text.strip()).body if len(text) <= LONGEST else []
        lines = [_statement(node) for node in statements if isinstance(node, _UNDERSTOOD)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return element("code", text)
    if not lines or len(lines) < len(statements):
        return element("code", text)
    return element("div", *(element("div", _math(line, text, displaystyle="true")) for line in lines), class_="formula")


def slope(text: str) -> Element:
    """Return the formula of a mark, ``dL/dz1``, ``N * dL/dz1`` or ``dL/d(X @ W1).T``, to stand in a line."""
    found = _SLOPE.fullmatch(text)
    try:
        variable = None if found is None else ast.parse(found["variable"], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        variable = None
    if found is None or variable is None:
        return element("code", single_line(text))
    derivative = row(_partial(element("mi", "L")), operator("/"), _partial(expression(variable).held(Hold.ATOM)))
    shown = transposed(Piece(derivative, Hold.PRODUCT)).element if found["transposed"] else derivative
    return _math(row(code(found["factor"]), operator("·"), shown) if found["factor"] else shown, text)


def _partial(variable: Element) -> Element:
    return row(element("mi", "∂", mathvariant="normal"), variable)


def _math(content: Element, text: str, **attributes: str) -> Element:
    return element("math", content, alttext=single_line(text), **attributes)


def _statement(node: ast.stmt) -> Element:
    if isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in (expression(target).element, operator("="))]
        return row(*targets, expression(node.value).element)
    if isinstance(node, ast.AugAssign):
        value = ast.BinOp(node.target, node.op, node.value)
        return row(expression(node.target).element, operator("←"), expression(value).element)
    if isinstance(node, ast.Return) and node.value is not None:
        return row(element("mtext", "return"), space(), expression(node.value).element)
    if isinstance(node, ast.Expr):
        return expression(node.value).element
    return code(ast.unparse(node))
