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
from chainrule.checking.localise.products import Values, added, broadcasts, computed, matmul, multiplied, products_of
from chainrule.checking.localise.variants import variants
from chainrule.checking.rules.likelihood import LIKELIHOOD
from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.tree import minus, negative, number, over, plus, times, transposed

Replacement = tuple[ast.expr, Values | None, float, Mistake]

EQUAL = 2e-6

SWAPPED, WRAPPED, INNER, WRITTEN = 0.9, 1.1, 1.3, LIKELIHOOD[Mistake.FORMULA]
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
            if not broadcasts(part.shape, shape):
                continue
            slope = part.kind == "slope"
            for make, mistake, value in (
                (times, Mistake.SLOPE_MISSING if slope else Mistake.FACTOR_MISSING, multiplied(values, part.values)),
                (plus, Mistake.TERM_MISSING, added(values, part.values, 1.0)),
                (minus, Mistake.TERM_MISSING, added(values, part.values, -1.0)),
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
        around = _Around(self.pool, expression, hole)
        for made, values, cost, mistake in self._replacements(expression, hole, held):
            whole = None if values is None else around(values)
            if whole is not None:
                yield from self._if_it_is(whole, around.written(made), cost, mistake, hole, made)

    def _replacements(self, expression: ast.expr, hole: ast.expr, held: Values) -> Iterator[Replacement]:
        """Yield what may stand in the place of a part, the values of that, and how unlikely it is."""
        shape = np.shape(held[0])
        kind = _mistake_of(hole)
        for part in (*self.pool.parts, *self.pool.slopes):
            if part.shape == shape:
                yield part.node, part.values, SWAPPED + part.cost, kind(part)
            if part.shape == shape[::-1] and len(shape) == 2 and 1 not in shape:
                same = part.text == ast.unparse(hole)
                mistake, extra = (Mistake.TRANSPOSE, 0.0) if same else (kind(part), 0.3)
                turned = tuple(np.asarray(one).T for one in part.values)
                yield transposed(part.node), turned, SWAPPED + extra + part.cost, mistake
        if hole is not expression and shape != ():
            for part in (*self.pool.parts, *self.pool.slopes, *self.pool.constants):
                if part.shape in (shape, ()):
                    for wrap, values, mistake in _around_part(held, part):
                        yield wrap(hole, part.node), values, INNER + part.cost, mistake
        for made, extra in self._refactored(hole):
            yield made, self.pool.values(made), INNER + extra, Mistake.SLOPE_OF_OTHER_ACTIVATION
        for made, function, others in self._multiplied(hole, held):
            yield made, computed(function, held, others), INNER + 0.2, Mistake.FACTOR_MISSING
        for made, mistake in variants(hole):
            yield made, self.pool.values(made), SWAPPED, mistake

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

    def _multiplied(self, hole: ast.expr, held: Values) -> Iterator[tuple[ast.expr, Any, Values]]:
        """Yield matrix products of a part and something else: a layer that is missing on the way back."""
        shape = np.shape(held[0])
        if len(shape) not in (1, 2):
            return
        for part in self.pool.parts:
            if len(part.shape) != 2:
                continue
            if part.shape[1] == shape[0]:
                yield matmul(part.node, hole), lambda x, y: y @ x, part.values
            if part.shape[0] == shape[0]:
                yield matmul(transposed(part.node), hole), lambda x, y: y.T @ x, part.values
            if shape[-1] == part.shape[0]:
                yield matmul(hole, part.node), lambda x, y: x @ y, part.values
            if shape[-1] == part.shape[1]:
                yield matmul(hole, transposed(part.node)), lambda x, y: x @ y.T, part.values

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
                    both = multiplied(values, part.values)
                    if both is not None:
                        cost = WRITTEN + 0.3 + part.cost
                        yield from self._if_it_is(both, times(node, part.node), cost, Mistake.FORMULA, expression)
        held = self.pool.values(expression)
        if held is not None and np.shape(held[0]) == shape:
            yield from self._with_a_path(expression, held, made)
        terms = [(part.node, part.values) for part in self.pool.parts if part.shape == shape]
        for node, values in made:
            for other, more in terms:
                both = added(values, more, 1.0)
                if both is not None:
                    yield from self._if_it_is(both, plus(node, other), WRITTEN + 0.4, Mistake.FORMULA, expression)

    def _with_a_path(
        self, expression: ast.expr, held: Values, made: Sequence[tuple[ast.expr, Values]]
    ) -> Iterator[Formula]:
        """Yield the expression plus a product: the path that is missing."""
        for node, values in made:
            for wrap, sign in ((plus, 1.0), (minus, -1.0)):
                both = added(held, values, sign)
                if both is not None:
                    cost, mistake = WRITTEN - 0.3, Mistake.PATH_MISSING
                    yield from self._if_it_is(both, wrap(expression, node), cost, mistake, expression)

    def _pairs(self, shape: tuple[int, ...]) -> Iterator[tuple[ast.expr, Values]]:
        """Yield products of two parts that have a shape."""
        arrays = [part for part in self.pool.parts if part.kind != "number"]
        count = 0
        for left in arrays:
            for right in arrays:
                for node, function in products_of(left, right, shape):
                    values = computed(function, left.values, right.values)
                    if values is not None:
                        yield node, values
                    count += 1
                if count > MOST_PAIRS:
                    return
        for left in arrays:
            for right in self.pool.slopes:
                if left.shape == shape and broadcasts(right.shape, shape):
                    values = multiplied(left.values, right.values)
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
        self._names = pool.names

    def __call__(self, values: Values) -> Values | None:
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


def _around_part(held: Values, part: Part) -> Iterator[tuple[Any, Values | None, Mistake]]:
    """Yield what may be missing around a part: a factor, or a term."""
    if part.kind != "constant":
        mistake = Mistake.SLOPE_MISSING if part.kind == "slope" else Mistake.FACTOR_MISSING
        yield times, multiplied(held, part.values), mistake
    yield plus, added(held, part.values, 1.0), Mistake.TERM_MISSING
    yield minus, added(held, part.values, -1.0), Mistake.TERM_MISSING


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
