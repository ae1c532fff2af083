"""Functions of the program on the way back: gone back through in place, or by a backward function of their own."""

from __future__ import annotations

import ast
import copy
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chainrule.checking.derive.lists import ListReadings
from chainrule.checking.derive.scope import Adjoint, Place
from chainrule.checking.derive.text import code, constant, name
from chainrule.checking.derive.values import Value

if TYPE_CHECKING:
    pass


@dataclass
class Helper:
    """A backward function of a function of the program."""

    name: str
    function: str
    parameters: list[str]
    """Names of what it takes after the gradients that come back."""
    results: list[str]
    """Names in the function of what it gives the gradients of: arguments, and places that are not arguments."""
    shapes: dict[str, Place] = field(default_factory=dict)
    ups: int = 1
    cache: str = ""
    method: bool = False
    elements: dict[str, list[Place]] = field(default_factory=dict)
    """By container of parameters: the entries that have gradients, as far as their keys are written out."""
    merged: list[str] = field(default_factory=list)


class Derivation(ListReadings):
    """Goes back through everything."""

    def pull_own(self, node: ast.Call, ups: list[Value | None], targets: list[str] | None = None) -> None:
        """Go back through a call of a function of the program."""
        function = self.session.function_of(self, node)
        if function is None:
            self.refuse(f"{code(node.func)} is not known")
            return
        frames = self.session.frames_of(self, node)
        if len(ups) == 1 and ups[0] is not None and self._in_place(node, function, ups[0], frames):
            return
        self._by_helper(node, function, ups, frames, targets)

    def _in_place(self, node: ast.Call, function: ast.FunctionDef, up: Value, frames: set[int]) -> bool:
        body = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
        if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
            return False
        names = self._bound_arguments(node, function)
        if names is None or not all(isinstance(one, ast.Name | ast.Constant | ast.Attribute) for one in names.values()):
            return False
        inner = _Substituted(names).visit(copy.deepcopy(body[0].value))
        before = self.facts
        self.facts = before.within(frames | set(before.frames or ())) if before.frames is not None else before
        try:
            self.pull(inner, up)
        finally:
            self.facts = before
        return True

    def _bound_arguments(self, node: ast.Call, function: ast.FunctionDef) -> dict[str, ast.expr] | None:
        names = [one.arg for one in function.args.args]
        given: list[ast.expr] = list(node.args)
        if self.session.is_method(function):
            holder = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            given = [holder, *given]
        if any(isinstance(one, ast.Starred) for one in given) or len(given) > len(names):
            return None
        found = dict(zip(names, given, strict=False))
        found.update({word.arg: word.value for word in node.keywords if word.arg})
        defaults = dict(zip(names[len(names) - len(function.args.defaults) :], function.args.defaults, strict=True))
        for one in names:
            if one not in found:
                if one not in defaults:
                    return None
                found[one] = defaults[one]
        return found

    def _by_helper(
        self,
        node: ast.Call,
        function: ast.FunctionDef,
        ups: list[Value | None],
        frames: set[int],
        targets: list[str] | None,
    ) -> None:
        bound = self._bound_arguments(node, function)
        if bound is None:
            self.refuse(f"the arguments of {code(node.func)} are not written out")
            return
        wanted = [n for n, up in enumerate(ups) if up is not None]
        if not wanted:
            return
        ones = [n for n in wanted if (up := ups[n]) is not None and constant(up.node) == 1]
        helper = self.session.helper(
            function,
            frames,
            wanted,
            len(ups),
            ones,
            targets or ([self.target] if self.target else ()),
            cached=targets is not None and len(targets) == 2,
        )
        handed = []
        for n in wanted:
            up = ups[n]
            assert up is not None
            if n in ones:
                continue
            handed.append(self.bound(up, f"d{re.sub(r'[^0-9A-Za-z_]', '', targets[n]) if targets else 'out'}"))
        words = [code(one.node) for one in handed]
        for one in helper.parameters:
            if one == helper.cache and one:
                cached = self.session.cache_text(self, node, function, targets)
                words.append(cached)
            else:
                words.append(code(self.value(bound[one])))
        receiver = ""
        if helper.method and isinstance(node.func, ast.Attribute):
            receiver = f"{code(node.func.value)}."
        results: list[tuple[str, ast.expr | None, Place]] = []
        for one in helper.results:
            argument = bound.get(one)
            place = helper.shapes[one]
            if argument is not None and not isinstance(argument, ast.Constant):
                results.append((one, argument, place))
            else:
                results.append((one, self._translated(one, bound), place))
        names_: list[str] = []
        later: list[tuple[ast.expr, Value]] = []
        for one, argument, place in results:
            target = self._result_name(argument, one, place, later, helper)
            names_.append(target)
        call = f"{receiver}{helper.name}({', '.join(words)})"
        if names_:
            self.emit(f"{', '.join(names_)} = {call}", None, f"the backward pass of {function.name}")
        for text in helper.merged:
            self.emit(text)
        helper.merged.clear()
        for argument, value in later:
            self.pull(argument, value)

    def _translated(self, key: str, bound: dict[str, ast.expr]) -> ast.expr:
        node = ast.parse(key, mode="eval").body
        return _Substituted(bound).visit(node)

    def _result_name(
        self, argument: ast.expr | None, key: str, inner: Place, later: list[tuple[ast.expr, Value]], helper: Helper
    ) -> str:
        """Return where a result of a backward function goes; ``later`` gets what has to be handed on."""
        assert argument is not None
        if inner.shape == (-1,):  # a container of gradients
            return self._container_result(argument, inner, helper)
        place = self.place(argument)
        simple = place is not None and place.key not in self.env and self.owner(place.key) == len(self.blocks)
        if (
            place is not None
            and simple
            and not any(place.key in block.passing for block in self.blocks)
            and "[" not in place.gradient
        ):
            if place.leaf:
                self.leaves[place.key] = place
            self.env[place.key] = Adjoint(Value(name(place.gradient), inner.shape), named=True)
            return place.gradient
        plain = re.sub(r"\W+", "_", key.split(".")[-1]).strip("_")
        made = self.fresh(f"d{plain}")
        self.made_names.add(made)
        later.append((argument, Value(name(made), inner.shape)))
        return made

    def _container_result(self, argument: ast.expr, inner: Place, helper: Helper) -> str:
        """Return where the gradients of a container's entries go, when a backward function gives them together."""
        had = self.session.containers.get(id(self), {}).get(code(argument))
        made = self.session.container_gradient(self, argument)
        written = had is not None and (
            made in self.returned or any(key.startswith(f"{code(argument)}[") for key in self.env)
        )
        elements = helper.elements.get(inner.key, [])
        places = [
            replace(
                one,
                key=f"{code(argument)}{one.key[len(inner.key) :]}",
                gradient=f"{made}[{one.gradient.split('[', 1)[1]}",
            )
            for one in elements
        ]
        if not written and not self.blocks:
            self.returned.add(made)
            for one in places:
                self.env[one.key] = Adjoint(Value(name(one.gradient), one.shape), named=True, fresh=True)
                for later, penalty, _ in self.penalties.pop(one.key, []):
                    helper.merged.append(f"{later.gradient} += {code(penalty.node)}")
            return made
        other = self.fresh(f"{made}_of_{helper.function.split('.')[-1]}")
        self.made_names.add(other)
        if self.blocks:
            self.summed.add(made)
            helper.merged.append(f"for key in {other}:")
            helper.merged.append(f"    {made}[key] += {other}[key]")
        else:
            helper.merged.append(f"for key in {other}:")
            helper.merged.append(f"    {made}[key] = {made}.get(key, 0) + {other}[key]")
        return other

    def wish(self) -> str:
        """Return what to call the gradient of something that has no name."""
        digits = "".join(one for one in self.target if one.isdigit())
        return f"dz{digits}"


class _Substituted(ast.NodeTransformer):
    def __init__(self, names: dict[str, ast.expr]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> Any:
        return copy.deepcopy(self._names[node.id]) if node.id in self._names else node
