"""NumPy expressions as mathematics: the syntax tree walked, into MathML. What is not known stays code."""

from __future__ import annotations

import ast
from xml.etree.ElementTree import Element

from chainrule.checking.showing.markup import element
from chainrule.checking.showing.math_names import is_scalar_name, name
from chainrule.checking.showing.numpy_calls import METHODS, ONE, OVER_AXES, SAME, TWO, along
from chainrule.checking.showing.typeset import (
    Hold,
    Piece,
    called,
    cases,
    code,
    fenced,
    fraction,
    infix,
    listed,
    operator,
    power,
    product,
    row,
    scaled,
    transposed,
)

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
}


def expression(node: ast.expr) -> Piece:
    """Return an expression as a piece of a formula."""
    match node:
        case ast.Name(id=word):
            return Piece(name(word))
        case ast.Constant(value=bool() | None):
            return _as_code(node)
        case ast.Constant(value=int() | float() as number):
            return _number(number)
        case ast.BinOp():
            return _binary(node)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Piece(row(operator("−"), expression(operand).held(Hold.APPLICATION)), Hold.SUM)
        case ast.Compare():
            return Piece(fenced(_comparison(node), "[", "]"))
        case ast.Attribute(value=value, attr="T"):
            return transposed(expression(value))
        case ast.Attribute(value=ast.Name(id="self"), attr=word):
            return Piece(name(word))
        case ast.Subscript():
            return _indexed(node)
        case ast.Call():
            return _call(node)
        case ast.Tuple(elts=[_, *_] as items):
            return Piece(listed([expression(item).element for item in items]), Hold.COMPARISON)
        case ast.IfExp(test=test, body=body, orelse=other):
            return cases((expression(body).element, _condition(test)), (expression(other).element, None))
    return _as_code(node)


def _as_code(node: ast.expr) -> Piece:
    return Piece(code(ast.unparse(node)))


def _number(number: float) -> Piece:
    mantissa, _, exponent = f"{number!r}".partition("e")
    if not exponent:
        return Piece(element("mn", mantissa))
    tenth = element("msup", element("mn", "10"), element("mn", str(int(exponent)).replace("-", "−")))
    if mantissa == "1":
        return Piece(tenth, Hold.POWER)
    return Piece(row(element("mn", mantissa), operator("·"), tenth), Hold.PRODUCT)


def _binary(node: ast.BinOp) -> Piece:
    left, right = expression(node.left), expression(node.right)
    match node.op:
        case ast.Add():
            return infix(left, "+", right, Hold.SUM)
        case ast.Sub():
            return infix(left, "−", right, Hold.SUM)
        case ast.MatMult():
            return product(left, right)
        case ast.Div():
            return fraction(left, right)
        case ast.Pow():
            return power(left, right.element)
        case ast.Mult() if _is_scalar(node.left) or _is_scalar(node.right):
            return scaled(left, right, dot=isinstance(node.right, ast.Constant))
        case ast.Mult():
            return infix(left, "⊙", right, Hold.ELEMENTWISE)
    return _as_code(node)


def _is_scalar(node: ast.expr) -> bool:
    """Return whether an expression is sure to be one number, as far as its text says."""
    match node:
        case ast.Constant(value=int() | float()) | ast.Call(func=ast.Name(id="float" | "len" | "int")):
            return True
        case ast.Name(id=word) | ast.Attribute(value=ast.Name(id="self"), attr=word):
            return is_scalar_name(word)
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return True
        case ast.BinOp(left=left, right=right):
            return _is_scalar(left) and _is_scalar(right)
        case ast.UnaryOp(operand=operand):
            return _is_scalar(operand)
    return False


def _comparison(node: ast.Compare) -> Element:
    parts = [expression(node.left).held(Hold.SUM)]
    for op, right in zip(node.ops, node.comparators, strict=True):
        if type(op) not in _COMPARISONS:
            return code(ast.unparse(node))
        parts += [operator(_COMPARISONS[type(op)]), expression(right).held(Hold.SUM)]
    return row(*parts)


def _condition(node: ast.expr) -> Element:
    """Return a condition without the brackets that make a number of it."""
    return _comparison(node) if isinstance(node, ast.Compare) else expression(node).element


def _indexed(node: ast.Subscript) -> Piece:
    """Return an array with its index below, a dictionary with its key."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return _as_code(node)
        case ast.Subscript(slice=ast.Constant(value=str() as key)) if key.isidentifier():
            if ast.unparse(node.value) in ("params", "parameters", "self.params"):
                return Piece(name(key))
            return Piece(element("msub", _base(node.value), name(key)))
    return Piece(element("msub", _base(node.value), _index(node.slice)))


def _base(node: ast.expr) -> Element:
    """Return what an index stands below, in brackets if it has one already."""
    base = expression(node)
    return base.element if base.element.tag == "mi" else fenced(base.element)


def _index(node: ast.expr) -> Element:
    match node:
        case ast.Tuple(elts=[ast.Call(func=function), ast.Name(id=labels)]) if _is_range(function):
            return listed([element("mi", "i"), element("msub", name(labels), element("mi", "i"))])
        case ast.Tuple(elts=items):
            return listed([_index(item) for item in items])
        case ast.Slice(lower=lower, upper=upper, step=None):
            ends = [row() if end is None else expression(end).element for end in (lower, upper)]
            return row(ends[0], operator(":"), ends[1])
        case ast.Slice():
            return code(ast.unparse(node))
    return _condition(node)


def _is_range(function: ast.expr) -> bool:
    return ast.unparse(function) in ("range", "xrange", "np.arange", "numpy.arange")


def _call(node: ast.Call) -> Piece:
    match node.func:
        case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=function):
            arguments = node.args
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="linalg"), attr="norm"):
            function, arguments = "norm", node.args
        case ast.Attribute(value=value, attr=("astype" | "copy") as function):
            return expression(value)
        case ast.Attribute(value=value, attr=function) if function in METHODS:
            arguments = [value, *node.args]
        case ast.Name(id=function):
            arguments = node.args
        case _:
            return _as_code(node)
    if any(isinstance(argument, ast.Starred) for argument in arguments):
        return _as_code(node)
    return _function(node, function, arguments)


def _function(node: ast.Call, function: str, arguments: list[ast.expr]) -> Piece:
    """Return a function of NumPy, or of the user's own, with its arguments."""
    is_own = isinstance(node.func, ast.Name)
    if function in OVER_AXES and arguments and not is_own:
        return _along(node, function, arguments)
    if node.keywords:
        return _as_code(node)
    pieces = [expression(argument) for argument in arguments]
    match pieces:
        case [x] if function in SAME:
            return x
        case [x] if function in ONE and (not is_own or function == "abs"):
            return ONE[function](x)
        case [left, right] if function in TWO and not is_own:
            return TWO[function](left, right)
        case [_, value, other] if function == "where" and not is_own:
            return cases((value.element, _condition(arguments[0])), (other.element, None))
    return called(name(function), pieces) if is_own else _as_code(node)


def _along(node: ast.Call, function: str, arguments: list[ast.expr]) -> Piece:
    """Return a sum (or mean, maximum) with the axes below its sign; whether it keeps them as 1 makes no difference."""
    options = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg != "keepdims"}
    if len(arguments) == 2:
        options.setdefault("axis", arguments[1])
    if len(arguments) > 2 or options.keys() - {"axis"}:
        return _as_code(node)
    try:
        axes = ast.literal_eval(options["axis"]) if "axis" in options else None
    except ValueError:
        return _as_code(node)
    if isinstance(axes, int):
        axes = (axes,)
    return along(function, expression(arguments[0]), axes)
