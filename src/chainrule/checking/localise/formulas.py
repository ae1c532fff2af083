"""Expressions that come to a value which is known: the one that stands there with a small change, or another one.

What a statement should compute is known (see ``requirements``). So no run of the program is needed to tell whether an
expression is right: it is, if it comes to that value in the runs that are looked at.
"""

from __future__ import annotations

import ast
import copy
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.localise.pool import Part, Pool
from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.tree import (
    function_name,
    minus,
    negative,
    number,
    over,
    plus,
    times,
    transposed,
    with_fields,
)

EQUAL = 2e-6

SWAPPED, WRAPPED, INNER, WRITTEN = 0.9, 1.1, 1.3, 1.9
"""How unlikely it is that a part is another one, that something is missing around the whole or around a part, and that
the whole is to be written anew."""

A_NUMBER = 0.5
"""What a factor adds."""

MOST_PAIRS, MOST_FACTORS = 6000, 5


@dataclass(frozen=True)
class Formula:
    """An expression that comes to the value."""

    node: ast.expr
    cost: float
    mistake: Mistake
    used: ast.expr
    expected: ast.expr
    """The part that was changed, and what takes its place."""


class Formulas:
    """Looks for expressions that come to known values.

    Parameters
    ----------
    pool : Pool
    target : sequence of ndarray
        In each run of the pool: the value.
    """

    def __init__(self, pool: Pool, target: Sequence[ndarray]) -> None:
        self.pool, self.target = pool, [np.asarray(one, float) for one in target]
        self._peaks = [np.unravel_index(int(np.argmax(np.abs(one))), one.shape) for one in self.target]

    def like(self, expression: ast.expr) -> list[Formula]:
        """Return expressions that come to the value, those that are most like an expression first."""
        return self._sorted(self._small(expression)) or self._sorted(self._written(expression))

    def _sorted(self, formulas: Iterator[Formula]) -> list[Formula]:
        found: dict[str, Formula] = {}
        for formula in formulas:
            known = found.setdefault(ast.unparse(formula.node), formula)
            if formula.cost < known.cost:
                found[ast.unparse(formula.node)] = formula
        return sorted(found.values(), key=lambda one: one.cost)

    def _small(self, expression: ast.expr) -> Iterator[Formula]:
        yield from self._scaled_self(expression)
        yield from self._wrapped(expression)
        for hole in _holes(expression):
            yield from self._in_place_of(expression, hole)

    # --- changes of what stands there ----------------------------------------------------------------------------

    def _scaled_self(self, expression: ast.expr) -> Iterator[Formula]:
        values = self.pool.values(expression)
        if values is not None:
            yield from self._if_it_is(values, expression, WRAPPED - 0.3, Mistake.FACTOR_MISSING, expression)
            for axis in range(np.ndim(values[0])):
                made = _reduced(expression, axis, np.ndim(self.target[0]) == np.ndim(values[0]))
                yield from self._checked(made, WRAPPED, Mistake.REDUCTION_MISSING, expression, made)
        if np.ndim(self.target[0]) == 2:
            made = transposed(expression)
            yield from self._checked(made, WRAPPED, Mistake.TRANSPOSE, expression, made)

    def _wrapped(self, expression: ast.expr) -> Iterator[Formula]:
        """Yield the whole times or plus something."""
        values = self.pool.values(expression)
        if values is None:
            return
        shape = self.target[0].shape
        for part in (*self.pool.parts, *self.pool.slopes):
            if not _broadcasts(part.shape, shape):
                continue
            slope = part.kind == "slope"
            for make, mistake, value in (
                (times, Mistake.SLOPE_MISSING if slope else Mistake.FACTOR_MISSING, _products(values, part.values)),
                (plus, Mistake.TERM_MISSING, _sums(values, part.values, 1.0)),
                (minus, Mistake.TERM_MISSING, _sums(values, part.values, -1.0)),
            ):
                if value is not None:
                    yield from self._if_it_is(
                        value, make(expression, part.node), WRAPPED + part.cost, mistake, expression
                    )

    def _in_place_of(self, expression: ast.expr, hole: ast.expr) -> Iterator[Formula]:
        """Yield the expression with something else in the place of one part of it, or around that part."""
        held = self.pool.values(hole)
        if held is None:
            return
        evaluate = self._around(expression, hole)
        shape = np.shape(held[0])
        whole = hole is expression
        kind = _mistake_of(hole)
        for part in (*self.pool.parts, *self.pool.slopes):
            if part.shape == shape:
                made = part.node
                yield from self._tried(evaluate, part.values, made, SWAPPED + part.cost, kind(part), hole)
            if part.shape == shape[::-1] and len(shape) == 2 and 1 not in shape:
                values = tuple(np.asarray(one).T for one in part.values)
                made = transposed(part.node)
                same = part.text == ast.unparse(hole)
                mistake, extra = (Mistake.TRANSPOSE, 0.0) if same else (kind(part), 0.3)
                yield from self._tried(evaluate, values, made, SWAPPED + extra + part.cost, mistake, hole)
        if not whole:
            for part in (*self.pool.parts, *self.pool.slopes, *self.pool.constants):
                if part.shape in (shape, ()) and shape != ():
                    for wrap, values, mistake in _around_part(held, part):
                        if values is not None:
                            made = wrap(hole, part.node)
                            yield from self._tried(evaluate, values, made, INNER + part.cost, mistake, hole)
        for made, extra in self._refactored(hole):
            values = self.pool.values(made)
            if values is not None:
                mistake = Mistake.SLOPE_OF_OTHER_ACTIVATION
                yield from self._tried(evaluate, values, made, INNER + extra, mistake, hole)
        for made, function, others in self._multiplied(hole, held):
            values = _computed(function, held, others)
            if values is not None:
                yield from self._tried(evaluate, values, made, INNER + 0.2, Mistake.FACTOR_MISSING, hole)
        for made, mistake in _variants(hole):
            values = self.pool.values(made)
            if values is not None:
                yield from self._tried(evaluate, values, made, SWAPPED, mistake, hole)

    def _refactored(self, hole: ast.expr) -> Iterator[tuple[ast.expr, float]]:
        """Yield a product with some of its factors, and a slope in the place of the others."""
        factors = _factors(hole)
        if not 2 <= len(factors) <= MOST_FACTORS:
            return
        shape = np.shape((self.pool.values(hole) or (0,))[0])
        slopes_ = [part for part in self.pool.slopes if part.shape == shape]
        for kept in itertools.product((True, False), repeat=len(factors)):
            left = [one for one, keeps in zip(factors, kept, strict=True) if keeps]
            if not left or len(left) == len(factors):
                continue
            product = functools.reduce(times, left)
            yield product, 0.0
            for part in slopes_:
                yield times(product, part.node), part.cost

    def _multiplied(self, hole: ast.expr, held: tuple[Any, ...]) -> Iterator[tuple[ast.expr, Any, tuple[Any, ...]]]:
        """Yield matrix products of a part and something else: a layer that is missing on the way back."""
        shape = np.shape(held[0])
        if len(shape) not in (1, 2):
            return
        for part in self.pool.parts:
            if len(part.shape) != 2:
                continue
            if part.shape[1] == shape[0]:
                yield _matmul(part.node, hole), lambda x, y: y @ x, part.values
            if part.shape[0] == shape[0]:
                yield _matmul(transposed(part.node), hole), lambda x, y: y.T @ x, part.values
            if shape[-1] == part.shape[0]:
                yield _matmul(hole, part.node), lambda x, y: x @ y, part.values
            if shape[-1] == part.shape[1]:
                yield _matmul(hole, transposed(part.node)), lambda x, y: x @ y.T, part.values

    def _tried(
        self, evaluate: Any, values: tuple[Any, ...], made: ast.expr, cost: float, mistake: Mistake, hole: ast.expr
    ) -> Iterator[Formula]:
        whole = evaluate(values)
        if whole is not None:
            node = evaluate.written(made)
            yield from self._if_it_is(whole, node, cost, mistake, hole, made)

    def _around(self, expression: ast.expr, hole: ast.expr) -> _Around:
        return _Around(self.pool, expression, hole)

    # --- other expressions ---------------------------------------------------------------------------------------

    def _written(self, expression: ast.expr) -> Iterator[Formula]:
        """Yield products of two parts, of which one may be a slope, and sums of these with a third."""
        shape = self.target[0].shape
        made = [*self._pairs(shape)]
        for node, values in made:
            yield from self._if_it_is(values, node, WRITTEN, Mistake.FORMULA, expression)
        if len(made) * len(self.pool.slopes) < MOST_PAIRS * 4:
            slopes = [part for part in self.pool.slopes if part.shape == shape]
            for node, values in made:
                for part in slopes:
                    both = _products(values, part.values)
                    if both is not None:
                        cost = WRITTEN + 0.3 + part.cost
                        yield from self._if_it_is(both, times(node, part.node), cost, Mistake.FORMULA, expression)
        held = self.pool.values(expression)
        for node, values in made if held is not None and np.shape(held[0]) == shape else ():
            for wrap, sign in ((plus, 1.0), (minus, -1.0)):
                both = _sums(held, values, sign)
                if both is not None:
                    cost, mistake = WRITTEN - 0.3, Mistake.PATH_MISSING
                    yield from self._if_it_is(both, wrap(expression, node), cost, mistake, expression)
        terms = [(part.node, part.values) for part in self.pool.parts if part.shape == shape]
        for node, values in made:
            for other, more in terms:
                both = _sums(values, more, 1.0)
                if both is not None:
                    yield from self._if_it_is(both, plus(node, other), WRITTEN + 0.4, Mistake.FORMULA, expression)

    def _pairs(self, shape: tuple[int, ...]) -> Iterator[tuple[ast.expr, tuple[Any, ...]]]:
        """Yield products of two parts that have a shape."""
        arrays = [part for part in self.pool.parts if part.kind != "number"]
        count = 0
        for left in arrays:
            for right in arrays:
                for node, function in _products_of(left, right, shape):
                    values = _computed(function, left.values, right.values)
                    if values is not None:
                        yield node, values
                    count += 1
                if count > MOST_PAIRS:
                    return
        for left in arrays:
            for right in self.pool.slopes:
                if left.shape == shape and _broadcasts(right.shape, shape):
                    values = _products(left.values, right.values)
                    if values is not None:
                        yield times(left.node, right.node), values

    # --- is it the value? ----------------------------------------------------------------------------------------

    def _checked(
        self, node: ast.expr, cost: float, mistake: Mistake, used: ast.expr, expected: ast.expr
    ) -> Iterator[Formula]:
        values = self.pool.values(node)
        if values is not None:
            yield from self._if_it_is(values, node, cost, mistake, used, expected)

    def _if_it_is(
        self,
        values: Sequence[Any],
        node: ast.expr,
        cost: float,
        mistake: Mistake,
        used: ast.expr,
        expected: ast.expr | None = None,
    ) -> Iterator[Formula]:
        """Yield an expression if it comes to the value, or to a multiple of it that has a name."""
        multiple = self._multiple(values)
        if multiple is None:
            return
        if abs(multiple - 1.0) < EQUAL:
            yield Formula(node, cost, mistake, used, expected or node)
            return
        for scaled, extra in self._scaled(node, 1.0 / multiple):
            yield Formula(scaled, cost + extra, _of_number(mistake, used, node), used, expected or scaled)

    def _multiple(self, values: Sequence[Any]) -> float | None:
        """Return how many times the value an expression is, in all runs; None if it is none."""
        known: float | None = None
        for value, target, peak in zip(values, self.target, self._peaks, strict=True):
            if np.shape(value) != target.shape:
                return None
            if not np.any(target):
                if np.any(value):
                    return None
                continue
            at = target[peak]
            times_ = float(np.asarray(value)[peak]) / float(at)
            if not np.isfinite(times_) or abs(times_) < 1e-9:
                return None
            if known is not None and abs(times_ - known) > EQUAL * abs(known):
                return None
            known = times_
            if np.max(np.abs(value - times_ * target)) > EQUAL * abs(times_ * at):
                return None
        return known

    def _scaled(self, node: ast.expr, by: float) -> Iterator[tuple[ast.expr, float]]:
        """Yield an expression times a number, as a person would write it."""
        sign, size = (-1.0, -by) if by < 0 else (1.0, by)
        signed = negative(node) if sign < 0 else node
        extra = 0.0 if sign > 0 else 0.2
        if abs(size - 1) < EQUAL:
            yield signed, extra
            return
        for part in self.pool.numbers:
            held = {abs(float(one)) for one in part.values}
            if len(held) != 1:
                continue
            (value,) = held
            if value and abs(value - size) < EQUAL * size:
                yield times(signed, part.node), A_NUMBER + extra
            elif value and abs(1 / value - size) < EQUAL * size:
                yield over(signed, part.node), A_NUMBER - 0.1 + extra
        for length, text in self._lengths():
            if abs(length - size) < EQUAL * size:
                yield times(signed, text), A_NUMBER + 0.3 + extra
            elif length and abs(1 / length - size) < EQUAL * size:
                yield over(signed, text), A_NUMBER + 0.1 + extra
        for usual in (2, 0.5, 3, 4):
            if abs(size - usual) < EQUAL:
                yield times(number(usual), signed), A_NUMBER + extra

    def _lengths(self) -> Iterator[tuple[float, ast.expr]]:
        for part in self.pool.parts:
            for axis, length in enumerate(part.shape[:2]):
                shape = ast.Attribute(part.node, "shape", ast.Load())
                yield float(length), ast.Subscript(shape, ast.Constant(axis), ast.Load())


class _Around:
    """An expression as a function of one part of it."""

    def __init__(self, pool: Pool, expression: ast.expr, hole: ast.expr) -> None:
        self._expression, self._hole, self._pool = expression, hole, pool
        held = _with(expression, hole, ast.Name("_hole", ast.Load()))
        code = ast.fix_missing_locations(ast.Expression(held))
        self._code = compile(code, "<tried>", "eval")
        self._names = pool._names

    def __call__(self, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        found = []
        for names, value in zip(self._names, values, strict=True):
            names["_hole"] = value
            try:
                with np.errstate(all="ignore"):
                    made = eval(self._code, names)
            except Exception:  # whatever the program's own functions may raise
                return None
            if not isinstance(made, ndarray | int | float | np.number):
                return None
            found.append(made)
        return tuple(found)

    def written(self, made: ast.expr) -> ast.expr:
        """Return the expression with something in the place of the part."""
        return _with(self._expression, self._hole, made)


def _with(expression: ast.expr, hole: ast.AST, new: ast.expr) -> ast.expr:
    """Return an expression with another part in the place of one."""
    if expression is hole:
        return new

    def rebuilt(node: Any) -> Any:
        if node is hole:
            return new
        if isinstance(node, list):
            return [rebuilt(one) for one in node]
        if not isinstance(node, ast.AST):
            return node
        made = copy.copy(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.AST | list):
                setattr(made, field, rebuilt(value))
        return made

    result: ast.expr = rebuilt(expression)
    return result


def _holes(expression: ast.expr) -> list[ast.expr]:
    """Return the parts of an expression that have a value, the whole first."""
    found = [expression]
    for node in ast.walk(expression):
        for child in ast.iter_child_nodes(node):
            is_function = isinstance(node, ast.Call) and child is node.func
            if isinstance(child, ast.expr) and not is_function and not isinstance(child, ast.Slice | ast.Starred):
                found.append(child)
    return found


def _around_part(held: tuple[Any, ...], part: Part) -> Iterator[tuple[Any, tuple[Any, ...] | None, Mistake]]:
    """Yield what may be missing around a part: a factor, or a term."""
    if part.kind != "constant":
        mistake = Mistake.SLOPE_MISSING if part.kind == "slope" else Mistake.FACTOR_MISSING
        yield times, _products(held, part.values), mistake
    yield plus, _sums(held, part.values, 1.0), Mistake.TERM_MISSING
    yield minus, _sums(held, part.values, -1.0), Mistake.TERM_MISSING


def _variants(hole: ast.expr) -> Iterator[tuple[ast.expr, Mistake]]:
    """Yield a part written in a slightly different way."""
    if isinstance(hole, ast.BinOp):
        left, right = hole.left, hole.right
        if isinstance(hole.op, ast.Add | ast.Sub):
            other = ast.Sub() if isinstance(hole.op, ast.Add) else ast.Add()
            yield ast.BinOp(left, other, right), Mistake.PLUS_OR_MINUS
            yield left, Mistake.TERM_SUPERFLUOUS
            if isinstance(hole.op, ast.Sub):
                yield ast.BinOp(right, ast.Sub(), left), Mistake.DIFFERENCE_REVERSED
        elif isinstance(hole.op, ast.Mult | ast.Div):
            other_op = ast.Div() if isinstance(hole.op, ast.Mult) else ast.Mult()
            yield left, Mistake.FACTOR_SUPERFLUOUS
            yield right, Mistake.FACTOR_SUPERFLUOUS
            yield ast.BinOp(left, other_op, right), Mistake.OPERATION
        elif isinstance(hole.op, ast.Pow):
            yield left, Mistake.POWER
        elif isinstance(hole.op, ast.MatMult):
            yield ast.BinOp(right, ast.MatMult(), left), Mistake.FACTORS_SWAPPED
    if not isinstance(hole, ast.Constant):
        for exponent in (2, 3):
            yield ast.BinOp(hole, ast.Pow(), ast.Constant(exponent)), Mistake.POWER
    if isinstance(hole, ast.Constant) and type(hole.value) in (int, float):
        for value in (0, 1, 2, 3, -1, 0.5, -hole.value):
            if value != hole.value:
                yield number(value), Mistake.CONSTANT
    if isinstance(hole, ast.Attribute) and hole.attr == "T":
        yield hole.value, Mistake.TRANSPOSE
    if isinstance(hole, ast.UnaryOp):
        yield hole.operand, Mistake.SIGN
    if isinstance(hole, ast.Call) and len(hole.args) == 1 and not hole.keywords:
        yield hole.args[0], Mistake.FUNCTION_SUPERFLUOUS
    if isinstance(hole, ast.Call):
        yield from _other_calls(hole)
    if isinstance(hole, ast.Subscript):
        yield from _other_indices(hole)


def _other_calls(call: ast.Call) -> Iterator[tuple[ast.expr, Mistake]]:
    """Yield a sum for a mean, other axes, arguments in another order."""
    name = function_name(call)
    if name in ("sum", "mean") and isinstance(call.func, ast.Attribute):
        other = "mean" if name == "sum" else "sum"
        function = ast.Attribute(call.func.value, other, ast.Load())
        mistake = Mistake.SUM_FOR_MEAN if name == "sum" else Mistake.MEAN_FOR_SUM
        yield with_fields(call, func=function), mistake
        for axis in (0, 1, 2, (0, 1), (0, 2)):
            rest = [one for one in call.keywords if one.arg != "axis"]
            made = with_fields(call, keywords=[ast.keyword("axis", ast.Constant(axis)), *rest])
            yield made, Mistake.AXIS
    if name in ("dot", "matmul", "outer", "multiply") and len(call.args) == 2:
        yield with_fields(call, args=call.args[::-1]), Mistake.FACTORS_SWAPPED
        if isinstance(call.func, ast.Attribute):
            for other in {"dot", "outer", "multiply"} - {name}:
                function = ast.Attribute(call.func.value, other, ast.Load())
                yield with_fields(call, func=function), Mistake.OPERATION


def _other_indices(node: ast.Subscript) -> Iterator[tuple[ast.expr, Mistake]]:
    """Yield entries under the indices in another order, from the other side, with steps of one, or with fewer."""
    index = node.slice
    parts = [*index.elts] if isinstance(index, ast.Tuple) else [index]

    def made(new: Sequence[ast.expr]) -> ast.expr:
        if not new:
            return node.value
        return with_fields(node, slice=new[0] if len(new) == 1 else ast.Tuple([*new], ast.Load()))

    plain = [_plain(one) for one in parts]
    if any(one is not other for one, other in zip(plain, parts, strict=True)):
        yield made(plain), Mistake.AXES_ORDER
    for at in range(len(parts)):
        yield made([*parts[:at], *parts[at + 1 :]]), Mistake.INDEX_SUPERFLUOUS
        if at:
            yield made([*parts[: at - 1], parts[at], parts[at - 1], *parts[at + 1 :]]), Mistake.INDICES_SWAPPED
        for other in _other_ends(parts[at]):
            yield made([*parts[:at], other, *parts[at + 1 :]]), Mistake.SLICE_ENDS


def _plain(part: ast.expr) -> ast.expr:
    if not isinstance(part, ast.Slice) or part.step is None:
        return part
    return ast.Slice(None, None, None)


def _other_ends(part: ast.expr) -> Iterator[ast.expr]:
    """Yield slices of the other part of an axis: ``[:n]`` for ``[n:]`` and ``[-n:]``."""
    if not isinstance(part, ast.Slice) or part.step is not None:
        return
    ends = [one for one in (part.lower, part.upper) if one is not None]
    if len(ends) == 1:
        (end,) = ends
        bare = end.operand if isinstance(end, ast.UnaryOp) else end
        for one in (bare, negative(bare)):
            yield ast.Slice(one, None, None)
            yield ast.Slice(None, one, None)


def _products_of(left: Part, right: Part, shape: tuple[int, ...]) -> Iterator[tuple[ast.expr, Any]]:
    a, b = left.shape, right.shape
    if len(a) == 2 and len(b) == 2 and len(shape) == 2:
        if a[1] == b[0] and (a[0], b[1]) == shape:
            yield _matmul(left.node, right.node), np.matmul
        if a[0] == b[0] and (a[1], b[1]) == shape:
            yield _matmul(transposed(left.node), right.node), lambda x, y: x.T @ y
        if a[1] == b[1] and (a[0], b[0]) == shape:
            yield _matmul(left.node, transposed(right.node)), lambda x, y: x @ y.T
    elif len(a) == 2 and len(b) == 1 and len(shape) == 1:
        if a[1] == b[0] and a[:1] == shape:
            yield _matmul(left.node, right.node), np.matmul
        if a[0] == b[0] and a[1:] == shape:
            yield _matmul(transposed(left.node), right.node), lambda x, y: x.T @ y
    elif len(a) == 1 and len(b) == 1 and (*a, *b) == shape:
        function = ast.Attribute(ast.Name("np", ast.Load()), "outer", ast.Load())
        yield ast.Call(function, [left.node, right.node], []), np.outer
    if _broadcasts(a, shape) and _broadcasts(b, shape) and shape in (a, b):
        if left.text <= right.text:
            yield times(left.node, right.node), np.multiply
        yield minus(left.node, right.node), np.subtract


def _matmul(left: ast.expr, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, ast.MatMult(), right)


def _factors(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_factors(node.left), *_factors(node.right)]
    return [node]


def _reduced(expression: ast.expr, axis: int, keepdims: bool) -> ast.expr:
    keywords = [ast.keyword("axis", ast.Constant(axis))]
    if keepdims:
        keywords.append(ast.keyword("keepdims", ast.Constant(True)))
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "sum", ast.Load()), [expression], keywords)


def _mistake_of(hole: ast.expr) -> Any:
    is_name = isinstance(hole, ast.Name | ast.Attribute | ast.Subscript)

    def kind(part: Part) -> Mistake:
        if part.kind == "slope":
            return Mistake.FORMULA if is_name else Mistake.SLOPE_OF_OTHER_ACTIVATION
        return Mistake.OTHER_VARIABLE if is_name else Mistake.FORMULA

    return kind


def _of_number(mistake: Mistake, used: ast.expr, node: ast.expr) -> Mistake:
    return Mistake.CONSTANT_FACTOR_MISSING if node is used else mistake


def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    if len(shape) > len(to):
        return False
    return all(n in (1, m) for n, m in zip(shape[::-1], to[::-1], strict=False))


def _computed(function: Any, left: Sequence[Any], right: Sequence[Any]) -> tuple[Any, ...] | None:
    try:
        with np.errstate(all="ignore"):
            return tuple(function(np.asarray(a), np.asarray(b)) for a, b in zip(left, right, strict=True))
    except (ValueError, TypeError):
        return None


def _products(left: Sequence[Any], right: Sequence[Any]) -> tuple[Any, ...] | None:
    return _computed(np.multiply, left, right)


def _sums(left: Sequence[Any], right: Sequence[Any], sign: float) -> tuple[Any, ...] | None:
    return _computed(lambda a, b: a + sign * b, left, right)
