"""An expression of the forward pass, gone back through: each operation hands its gradient to its arguments."""

from __future__ import annotations

import ast
import copy
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.checking.derive.adjoints import pulled
from chainrule.checking.derive.arguments import keywords
from chainrule.checking.derive.recognise import recognised
from chainrule.checking.derive.scope import Adjoint, Place, Scope, is_short
from chainrule.checking.derive.seeing import number_of
from chainrule.checking.derive.text import code, fill, name
from chainrule.checking.derive.values import CannotDerive, Operation, Scatter, Shape, Value, full
from chainrule.checking.record.tape import Ref

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "true_divide",
    ast.Pow: "power",
    ast.MatMult: "matmul",
}
PRIMITIVE = {"exp", "tanh", "maximum", "log1p", "scipy.special.expit"}
HOISTED = {"sigmoid", "tanh", "softmax", "exp", "sqrt", "std", "linalg.norm", "max", "min"}
"""Operations whose gradient needs their output."""
JOINING = {"concatenate", "hstack", "vstack", "stack", "column_stack", "row_stack"}


class Expressions(Scope):
    """Goes back through expressions."""

    # --- places -------------------------------------------------------------------------------------------------

    def place(self, node: ast.expr) -> Place | None:
        """Return the variable, attribute or entry that an expression is; None if it is computed."""
        shape = self.facts.shape(node)
        if isinstance(node, ast.Name) and node.id in self.aliases:
            original = self.place(self.aliases[node.id])
            assert original is not None
            return replace(original, like=self.value(node), shape=shape, whole=original.whole and self._once(node))
        if isinstance(node, ast.Name):
            known = node.id in self.defined
            return Place(node.id, self.gradient_name(node.id), self.value(node), shape, not known)
        if isinstance(node, ast.Attribute) and node.attr not in ("T", "mT", "flat", "real"):
            text = code(node)
            if text in self.defined:
                return Place(text, self.gradient_name(text), self.value(node), shape, False)
            return Place(
                text, self.session.gradient_of(self, node), self.value(node), shape, True, self.is_met_once(node)
            )
        if (
            isinstance(node, ast.Subscript)
            and self.facts.kind(node.value) in ("list", "dict", "tuple")
            and not _root_is_call(node)
        ):
            reading = self.containers.reading(node)
            if reading is not None:
                label = reading.entry.label
                key = f"{label}@prev" if reading.previous else f"{label}@"
                return Place(key, self.gradient_name(key), self.value(node), shape, False)
            return Place(
                code(node), self.session.gradient_of(self, node), self.value(node), shape, True, self.is_met_once(node)
            )
        return None

    def _once(self, node: ast.expr) -> bool:
        seen = [one.ref.node for one in self.facts.seen(self.variables.get(code(node), node)) if one.ref is not None]
        return len(set(seen)) == len(seen)

    def is_met_once(self, node: ast.expr) -> bool:
        """Return whether every array that an expression stands for is met once only."""
        seen = [one for one in self.facts.seen(node) if one.ref is not None]
        same = [other for other in self.session.tree_nodes(code(node), self.source) if self.facts.seen(other)]
        vertices = [one.ref.node for one in seen if one.ref is not None]
        return len(set(vertices)) == len(vertices) and len(same) <= 1

    # --- values -------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> ast.expr:
        """Return an expression of the forward pass as it can be written in the backward pass."""
        return _Values(self).visit(copy.deepcopy(node))

    def valued(self, node: ast.expr) -> Value:
        """Return the same with its shape."""
        return Value(self.value(node), self.facts.shape(node))

    # --- the way back -------------------------------------------------------------------------------------------

    def pull(self, node: ast.expr, up: Value, out: ast.expr | None = None) -> None:
        """Hand a gradient on to everything that an expression was computed from.

        Parameters
        ----------
        node : expr
            Of the forward pass.
        up : Value
            The gradient of it.
        out : expr, optional
            The name that its value has.
        """
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            self._refuse_comprehension(node)
        if isinstance(node, ast.Constant) or not self.facts.is_active(node):
            return
        place = self.place(node)
        if place is not None:
            self.add(place, up)
            return
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Call)
            and self.session.is_own(self, node.value)
        ):
            length = next((one.length for one in self.facts.seen(node.value)), 0)
            chosen = (self.facts.whole(node.slice) or 0) % max(length, 1)
            self.pull_own(node.value, [up if n == chosen else None for n in range(length)])
            return
        if isinstance(node, ast.IfExp):
            self.pull(self._chosen(node), up, out)
            return
        known = None if self._is_primitive(node) else recognised(node, self.facts, True)
        if known is not None:
            shape = self.facts.shape(known.base)
            up = full(up, shape, self.value(known.base), self.session.manner.numpy) if known.op == "softmax" else up
            if known.op == "softmax":
                up = self.bound(up, "dp")
            self._through(node, known.op, [known.base], {"axis": known.axis}, up, out)
            return
        if (isinstance(node, ast.Call) and self.facts.kind(node.func) == "own") or (
            isinstance(node, ast.Call) and self.session.method(self, node)
        ):
            self.pull_own(node, [up])
            return
        op, args, options, form = self._operation(node)
        self._through(node, op, args, options, up, out, form)

    def pull_own(self, node: ast.Call, ups: list[Value | None], targets: list[str] | None = None) -> None:
        """Go back through a function of the program."""
        raise NotImplementedError

    def _refuse_comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> None:
        if any(self.facts.is_active(one) for one in ast.walk(node.elt) if isinstance(one, ast.expr)):
            self.refuse(f"{code(node)} goes through what depends on parameters")

    def _is_primitive(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            return self._numpy_name(node) in PRIMITIVE
        return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)

    def _chosen(self, node: ast.IfExp) -> ast.expr:
        body = self.facts.seen(node.body) or isinstance(node.body, ast.Constant)
        other = self.facts.seen(node.orelse)
        if body and other:
            self.refuse(f"{code(node)} falls both ways")
        return node.orelse if other else node.body

    def _numpy_name(self, node: ast.Call) -> str:
        function = node.func
        if isinstance(function, ast.Attribute):
            holder = self.facts.first(function.value)
            if holder is None:
                return ""
            if holder.kind == "module":
                from chainrule.checking.record.operations import name_of

                part = getattr(holder.value, function.attr, None)
                return (name_of(part) if part is not None else None) or function.attr
            return function.attr if holder.kind in ("array", "number") else ""
        return self.facts.name(function)

    def _operation(self, node: ast.expr) -> tuple[str, list[ast.expr], dict[str, Any], str]:
        """Return the name of an operation, its arguments, its options, and how it is written."""
        if isinstance(node, ast.BinOp):
            if type(node.op) not in BINARY:
                self.refuse(f"{code(node)} has no gradient")
            return BINARY[type(node.op)], [node.left, node.right], {}, "@"
        if isinstance(node, ast.UnaryOp):
            return ("negative" if isinstance(node.op, ast.USub) else "positive"), [node.operand], {}, ""
        if isinstance(node, ast.Attribute):
            return (
                {"T": "transpose", "mT": "matrix_transpose", "real": "real"}.get(node.attr, "ravel"),
                [node.value],
                {},
                "",
            )
        if isinstance(node, ast.Subscript):
            return "getitem", [node.value, node.slice], {}, ""
        if isinstance(node, ast.Call):
            op = self._numpy_name(node)
            if not op:
                self.refuse(f"{code(node.func)} is not known")
            is_method = isinstance(node.func, ast.Attribute) and self.facts.kind(node.func.value) in ("array", "number")
            args = (
                [node.func.value, *node.args] if is_method and isinstance(node.func, ast.Attribute) else list(node.args)
            )
            options = keywords(op, node, args, self.facts)
            form = ".dot" if is_method else "np.dot" if op == "dot" else "np.matmul" if op == "matmul" else ""
            return op, args, options, form
        if isinstance(node, ast.List | ast.Tuple):
            return "stack", [node], {"axis": 0}, ""
        self.refuse(f"{code(node)} is not known")
        raise AssertionError

    def _through(
        self,
        node: ast.expr,
        op: str,
        args: list[ast.expr],
        options: dict[str, Any],
        up: Value,
        out: ast.expr | None,
        form: str = "",
    ) -> None:
        parts = args
        if op in JOINING or (op in ("array", "asarray", "builtins.sum", "builtins.max", "builtins.min") and args):
            first = args[0]
            if isinstance(first, ast.List | ast.Tuple):
                parts = first.elts
                op = "stack" if op in ("array", "asarray") else op
            elif self.facts.kind(first) in ("list", "tuple", "dict") and not isinstance(first, ast.ListComp):
                self.pull_list(first, op, options, up)
                return
            elif op in JOINING:
                self.refuse(f"{code(node)} joins what is not written out")
            if op == "builtins.sum":
                for one in parts if parts is not args else args[:1]:
                    self.pull(one, Value(up.node, up.shape))
                return
        if out is None and op in HOISTED and not self._is_plain(node):
            out = self.hoisted(node, op)
        operation = Operation(
            op,
            [self.valued(one) for one in parts],
            [self._key(one) if op == "getitem" else one for one in parts],
            options,
            Value(out if out is not None else self.value(node), self.facts.shape(node)),
            up,
            self.session.manner,
            form,
            out is not None,
        )
        operation.nodes = [operation.args[n].node if op != "getitem" else one for n, one in enumerate(operation.nodes)]
        if op in ("multiply",) and code(parts[0]) == code(parts[1]):
            self.pull(
                parts[0],
                pulled_value(
                    Operation(
                        "square", operation.args[:1], operation.nodes[:1], {}, operation.out, up, self.session.manner
                    )
                ),
            )
            return
        if op in ("mean", "var", "std") and not options.get("count"):
            counted = self.count(parts[0], options.get("axis"))
            if counted is not None:
                options["count"] = counted
        if op == "getitem":
            operation.may_repeat = self._may_repeat(parts[1])
        inner = (ast.ListComp, ast.GeneratorExp)
        active = [n for n, one in enumerate(parts) if isinstance(one, inner) or self._matters(one)]
        if len(active) > 1 and not is_short(operation.up.node):
            operation.up = self.bound(operation.up, self.wish())
        for n in active:
            try:
                flowing = pulled(operation, n)
            except CannotDerive as error:
                self.refuse(f"{code(node)}: {error}")
                raise
            if isinstance(flowing, Scatter):
                self.scatter(parts[n], flowing)
            else:
                self.pull(parts[n], flowing)

    def _is_plain(self, node: ast.expr) -> bool:
        """Return whether an expression may stand in a line more than once."""
        inner = node.args[0] if isinstance(node, ast.Call) and len(node.args) == 1 else None
        return isinstance(inner, ast.Name | ast.Subscript | ast.Attribute)

    def hoisted(self, node: ast.expr, op: str) -> ast.expr:
        """Return a name for the value of an expression, which is computed again."""
        words = {
            "sigmoid": "s",
            "tanh": "th",
            "softmax": "p",
            "exp": "e",
            "sqrt": "root",
            "std": "std",
            "max": "top",
            "min": "low",
        }
        made = self.fresh(words.get(op, "norm"))
        self.emit(f"{made} = {code(self.value(node))}", self.facts.shape(node))
        return name(made)

    def _matters(self, node: ast.expr) -> bool:
        return not isinstance(node, ast.Constant) and self.facts.is_active(node)

    def wish(self) -> str:
        """Return what to call the gradient of something that has no name."""
        digits = "".join(one for one in self.target if one.isdigit())
        return f"dz{digits}"

    def count(self, node: ast.expr, axis: Any) -> ast.expr | None:
        """Return the name of how many entries a mean is over, if it has one."""
        shape = self.facts.shape(node)
        if axis is None and len(shape) != 1:
            return None
        axes = (axis,) if isinstance(axis, int) else axis if isinstance(axis, tuple) else (0,)
        if len(axes) != 1:
            return None
        return self.session.size_name(self, shape[axes[0]])

    def _key(self, node: ast.expr) -> ast.expr:
        return self.value(node)

    def _may_repeat(self, key: ast.expr) -> bool:
        """Return whether an index may meet a place twice: it holds whole numbers that no ``arange`` goes with."""
        parts = key.elts if isinstance(key, ast.Tuple) else [key]
        arrays = []
        for one in parts:
            seen = self.facts.first(one)
            if seen is not None and (
                seen.kind in ("list", "tuple", "other") or (seen.kind == "array" and seen.dtype in "iu" and seen.shape)
            ):
                arrays.append(one)
        if not arrays:
            return False
        return not any(self._is_counting(one) for one in arrays)

    def _is_counting(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call) and code(node.func).split(".")[-1] in ("arange", "range"):
            return True
        seen = self.facts.first(node)
        if seen is None or not isinstance(seen.ref, Ref):
            return False
        value = np.asarray(self.facts.value(seen.ref)).ravel()
        return value.size > 1 and bool(np.array_equal(value, np.arange(value.size)))

    def scatter(self, base: ast.expr, flowing: Scatter) -> None:
        """Put a gradient into the place that a part was taken from."""
        numpy = self.session.manner.numpy
        place = self.place(base)
        if place is None:
            temporary = self.fresh(self.wish())
            self.made_names.add(temporary)
            like = self.valued(base)
            self.emit(f"{temporary} = {numpy}.zeros_like({code(like.node)})", like.shape)
            self._put(temporary, flowing, "=")
            self.pull(base, Value(name(temporary), like.shape))
            return
        if place.leaf:
            self.leaves[place.key] = place
        owner = self.owner(place.key)
        if owner < len(self.blocks):
            self.zeros(place, owner)
            self._put(place.gradient, flowing, "+=")
            return
        now = self.env.get(place.key)
        sign = "+="
        if now is None:
            self.emit(f"{place.gradient} = {numpy}.zeros_like({code(place.like)})", place.shape)
            sign = "="
        elif not (now.named and now.fresh):
            whole = full(now.value, place.shape, place.like, numpy)
            self.emit(
                f"{place.gradient} = {code(whole.node)}.copy()"
                if is_short(whole.node)
                else f"{place.gradient} = {code(whole.node)}",
                place.shape,
            )
        self._put(place.gradient, flowing, sign)
        self.env[place.key] = Adjoint(Value(name(place.gradient), place.shape), named=True, fresh=True)

    def _put(self, target: str, flowing: Scatter, sign: str) -> None:
        key, value = flowing.key, flowing.value
        if flowing.repeats:
            self.emit(
                fill_code(
                    "np.add.at(d, k, u)",
                    np=name(self.session.manner.numpy),
                    d=name(target),
                    k=as_value(key),
                    u=value.node,
                ),
                value.shape,
            )
            return
        written = ast.unparse(ast.Subscript(name(target), key, ast.Load()))
        node = value.node
        if sign == "+=" and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            self.emit(f"{written} -= {code(node.operand)}", value.shape)
        else:
            self.emit(f"{written} {sign} {code(node)}", value.shape)

    def pull_list(self, node: ast.expr, op: str, options: dict[str, Any], up: Value) -> None:
        """Go back through what a whole list was joined into."""
        raise NotImplementedError


def _root_is_call(node: ast.expr) -> bool:
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Call)


def pulled_value(operation: Operation) -> Value:
    """Return the gradient of the only argument."""
    found = pulled(operation, 0)
    assert isinstance(found, Value)
    return found


def fill_code(text: str, **parts: ast.expr) -> str:
    """Return a template filled in, as text."""
    return code(fill(text, **parts))


def as_value(key: ast.expr) -> ast.expr:
    """Return what stands in brackets as a value: ``slice(None)`` for ``:``."""
    if isinstance(key, ast.Slice):
        bounds = [one or ast.Constant(None) for one in (key.lower, key.upper)]
        if key.lower is None and key.upper is None and key.step is None:
            return name("slice(None)")
        return ast.Call(ast.Name("slice", ast.Load()), [*bounds, *([key.step] if key.step else [])], [])
    if isinstance(key, ast.Tuple):
        return ast.Tuple([as_value(one) for one in key.elts], ast.Load())
    return key


class _Values(ast.NodeTransformer):
    """Writes ``h[t + 1]`` where the forward pass could say ``h[-1]``."""

    def __init__(self, scope: Expressions) -> None:
        self._scope = scope

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        fixed = self._fixed(node)
        if fixed is not None:
            return fixed
        self.generic_visit(node)
        return node

    def _fixed(self, node: ast.Subscript) -> ast.expr | None:
        scope = self._scope
        facts = scope.facts
        key = facts.whole(node.slice)
        if key is None or key >= 0 or facts.kind(node.value) != "list":
            return None
        held, items = facts.seen(node.value), facts.seen(node)
        positions = [one.length + key for one in held]
        if len(set(positions)) <= 1 and not scope.blocks:
            return None
        made = scope.session.index_text(scope, node, [one.tick for one in items], positions)
        if made is None:
            return None
        return ast.copy_location(ast.Subscript(node.value, made, ast.Load()), node)


__all__ = ["Expressions", "Shape", "number_of"]
