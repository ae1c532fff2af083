"""The shapes of expressions, told from the shapes of the variables without running anything."""

from __future__ import annotations

import ast
from typing import NamedTuple

from chainrule.checking.rules.tree import function_name, is_number
from chainrule.checking.rules.variables import Scope, Shape, Variable

ELEMENTWISE = frozenset(
    (
        "exp",
        "log",
        "log2",
        "log10",
        "log1p",
        "expm1",
        "sqrt",
        "square",
        "abs",
        "absolute",
        "fabs",
        "sign",
        "tanh",
        "sinh",
        "cosh",
        "negative",
        "sin",
        "cos",
        "maximum",
        "minimum",
        "multiply",
        "add",
        "subtract",
        "divide",
        "true_divide",
        "power",
        "where",
        "clip",
        "heaviside",
        "nan_to_num",
        "zeros_like",
        "ones_like",
        "empty_like",
        "copy",
        "array",
        "asarray",
        "astype",
        "float64",
        "isnan",
        "logical_not",
        "reciprocal",
    )
)
REDUCTIONS = frozenset(
    ("sum", "mean", "max", "min", "amax", "amin", "prod", "std", "var", "argmax", "argmin", "any", "all")
)
PRODUCTS = frozenset(("dot", "matmul"))
CREATING = frozenset(
    ("array", "asarray", "astype", "zeros_like", "ones_like", "empty_like", "copy", "nan_to_num", "clip")
)
"""Of these only the first argument says what shape they give."""


class Guess(NamedTuple):
    """The shape that an expression has, as far as its text tells."""

    shape: Shape | None
    """None if it cannot be told."""
    sure: bool = True
    """False if a function of the program is taken to work entry by entry."""
    fails: bool = False
    """Whether the expression cannot be computed."""


UNKNOWN = Guess(None, False)
SCALAR = Guess(())


class Shapes:
    """Tells shapes, and remembers them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[int, tuple[ast.AST, Guess]] = {}
        self._variables: dict[int, tuple[ast.AST, Variable | None]] = {}

    def variable(self, node: ast.AST) -> Variable | None:
        """Return the variable that an expression reads, if it is one."""
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            return None
        found = self._variables.get(id(node))
        if found is None:
            text = node.id if isinstance(node, ast.Name) else ast.unparse(node)
            found = self._variables[id(node)] = (node, self._scope.named.get(text))
        return found[1]

    def of(self, node: ast.AST) -> Guess:
        """Return the shape of an expression."""
        found = self._known.get(id(node))
        if found is None:
            found = self._known[id(node)] = (node, self._of(node))
        return found[1]

    def _of(self, node: ast.AST) -> Guess:
        variable = self.variable(node)
        if variable is not None:
            return Guess(variable.shape)
        if isinstance(node, ast.Constant):
            return SCALAR if isinstance(node.value, (int, float)) else UNKNOWN
        if isinstance(node, ast.UnaryOp):
            return self.of(node.operand)
        if isinstance(node, ast.BinOp):
            left, right = self.of(node.left), self.of(node.right)
            return product(left, right) if isinstance(node.op, ast.MatMult) else broadcast(left, right)
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            return broadcast(self.of(node.left), self.of(node.comparators[0]))
        if isinstance(node, ast.Attribute) and node.attr == "T":
            inner = self.of(node.value)
            return inner if inner.shape is None else inner._replace(shape=inner.shape[::-1])
        if isinstance(node, ast.Subscript):
            return self._indexed(node)
        return self._called(node) if isinstance(node, ast.Call) else UNKNOWN

    def _indexed(self, node: ast.Subscript) -> Guess:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return SCALAR
        owner = self.of(node.value)
        if owner.shape is None:
            return owner
        shape, left = [], list(owner.shape)
        for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            if isinstance(part, ast.Constant) and part.value is None:
                shape.append(1)
            elif not left:
                return UNKNOWN
            elif isinstance(part, ast.Slice):
                length = left.pop(0)
                if part.lower is None and part.upper is None:
                    shape.append(length)
                else:
                    return UNKNOWN
            elif is_number(part) or self.of(part).shape == ():
                left.pop(0)
            else:
                return UNKNOWN
        return owner._replace(shape=(*shape, *left))

    def _called(self, node: ast.Call) -> Guess:
        name = function_name(node)
        arguments = list(node.args)
        is_method = isinstance(node.func, ast.Attribute) and not self._is_module(node.func.value)
        if is_method and isinstance(node.func, ast.Attribute):
            arguments.insert(0, node.func.value)
        if not arguments or any(isinstance(one, ast.Starred) for one in arguments):
            return UNKNOWN
        first = self.of(arguments[0])
        if name in PRODUCTS and len(arguments) == 2:
            return product(first, self.of(arguments[1]))
        if name == "outer" and len(arguments) == 2:
            return _outer(first, self.of(arguments[1]))
        if name in REDUCTIONS:
            return _reduced(first, arguments[1:], node.keywords)
        if name in CREATING:
            return first
        if name in ELEMENTWISE:
            for other in arguments[1:]:
                first = broadcast(first, self.of(other))
            return first
        if name == "transpose" and len(arguments) == 1 and first.shape is not None:
            return first._replace(shape=first.shape[::-1])
        if name == "len":
            return SCALAR
        takes_one = name in self._scope.functions or (isinstance(node.func, ast.Attribute) and not is_method)
        return first._replace(sure=False) if takes_one and len(arguments) == 1 else UNKNOWN

    def _is_module(self, node: ast.expr) -> bool:
        while isinstance(node, ast.Attribute) and node.attr != "T":
            if self.variable(node) is not None:
                return False
            node = node.value
        return isinstance(node, ast.Name) and self.variable(node) is None


def broadcast(left: Guess, right: Guess) -> Guess:
    """Return the shape of an operation entry by entry."""
    if left.fails or right.fails:
        return left if left.fails else right
    sure = left.sure and right.sure
    if left.shape is None or right.shape is None:
        return UNKNOWN
    if left.shape == right.shape or not right.shape:
        return Guess(left.shape, sure)
    longer, shorter = sorted((left.shape, right.shape), key=len, reverse=True)
    shape = list(longer)
    for back in range(1, len(shorter) + 1):
        one, other = longer[-back], shorter[-back]
        if one != other and 1 not in (one, other):
            return Guess(None, sure, fails=True)
        shape[-back] = one if other == 1 else other
    return Guess(tuple(shape), sure)


def product(left: Guess, right: Guess) -> Guess:
    """Return the shape of a matrix product."""
    if left.fails or right.fails:
        return left if left.fails else right
    if left.shape is None or right.shape is None:
        return UNKNOWN
    sure = left.sure and right.sure
    one, other = left.shape, right.shape
    if not one or not other:
        return Guess(other or one, sure)
    inner = other[-2] if len(other) > 1 else other[0]
    if one[-1] != inner:
        return Guess(None, sure, fails=True)
    if max(len(one), len(other)) > 2:
        return UNKNOWN
    return Guess((*one[:-1], *(other[-1:] if len(other) > 1 else ())), sure)


def _outer(left: Guess, right: Guess) -> Guess:
    if left.shape is None or right.shape is None or len(left.shape) != 1 or len(right.shape) != 1:
        return UNKNOWN
    return Guess((*left.shape, *right.shape), left.sure and right.sure)


def _reduced(whole: Guess, arguments: list[ast.expr], words: list[ast.keyword]) -> Guess:
    named = {word.arg: word.value for word in words}
    if whole.shape is None or len(arguments) > 1:
        return UNKNOWN
    axis = arguments[0] if arguments else named.get("axis")
    keeps = isinstance(kept := named.get("keepdims"), ast.Constant) and kept.value is True
    if axis is None:
        return whole._replace(shape=(1,) * len(whole.shape) if keeps else ())
    try:
        number = ast.literal_eval(axis)
    except (ValueError, TypeError):
        return UNKNOWN
    if type(number) is not int:
        return UNKNOWN
    if not -len(whole.shape) <= number < len(whole.shape):
        return Guess(None, whole.sure, fails=True)
    shape = list(whole.shape)
    shape[number : number + 1 or None] = [1] if keeps else []
    return whole._replace(shape=tuple(shape))
