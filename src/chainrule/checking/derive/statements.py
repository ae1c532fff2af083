"""A block of statements, gone back through from its last to its first."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from chainrule.checking.derive.arguments import plain
from chainrule.checking.derive.composites import emit_composite
from chainrule.checking.derive.containers import Entry, Store
from chainrule.checking.derive.expressions import Expressions
from chainrule.checking.derive.lines import Line
from chainrule.checking.derive.recognise import recognised
from chainrule.checking.derive.scope import Adjoint, is_short
from chainrule.checking.derive.seeing import number_of
from chainrule.checking.derive.text import code, fill, name
from chainrule.checking.derive.values import Scatter, Shape, Value, full, reduced


class Statements(Expressions):
    """Goes back through statements."""

    def back(self, body: Sequence[ast.stmt]) -> None:
        """Go back through a block."""
        for one in reversed(body):
            self.line = one.lineno
            self.statement(one)

    def statement(self, node: ast.stmt) -> None:
        """Go back through one statement."""
        if isinstance(node, ast.Assign):
            self._assigned(node)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._one(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self._augmented(node)
        elif isinstance(node, ast.For):
            self.loop(node)
        elif isinstance(node, ast.If):
            self._either(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self._call(node.value)
        elif isinstance(node, ast.While) and any(
            self.facts.is_active(one) for one in ast.walk(node) if isinstance(one, ast.expr)
        ):
            self.refuse("a while loop on the way")

    def loop(self, node: ast.For) -> None:
        """Go back through a loop."""
        raise NotImplementedError

    # --- assignments --------------------------------------------------------------------------------------------

    def _assigned(self, node: ast.Assign) -> None:
        first = node.targets[0]
        if isinstance(first, ast.Tuple | ast.List):
            self._several(first, node.value)
            return
        if len(node.targets) > 1:
            ups = [up for target in node.targets if (up := self._taken(target, node.value)) is not None]
            for up in ups:
                self.pull(node.value, up)
            return
        self._one(first, node.value)

    def _one(self, target: ast.expr, value: ast.expr) -> None:
        composite = self.session.composites.get(number_of(target)) or self.session.composites.get(number_of(value))
        if composite is not None:
            emit_composite(self, composite, target, value)
        if isinstance(target, ast.Subscript) and self.facts.kind(target.value) in ("array", ""):
            self._entries_written(target, value)
            return
        up = self._taken(target, value)
        self._literal(value)
        if up is None:
            return
        self.target = code(target)
        self.upstream = code(up.node)
        out = self._out(target, value)
        source = self.session.softmax_source(self, target, value)
        if source is not None:
            whole = full(up, self.facts.shape(value), out or self.value(value), self.session.manner.numpy)
            self._through(value, "softmax", [source[0]], {"axis": source[1]}, self.bound(whole, "dp"), out)
            return
        self.pull(value, up, out)

    def _out(self, target: ast.expr, value: ast.expr) -> ast.expr | None:
        if isinstance(target, ast.Name):
            return name(target.id)
        return self.value(_loaded(target)) if isinstance(target, ast.Attribute | ast.Subscript) else None

    def _taken(self, target: ast.expr, value: ast.expr) -> Value | None:
        """Return the gradient of what is given a value."""
        found = []
        stored = self.containers.stored(value)
        if stored is not None:
            up = self.taken_entry(*stored)
            if up is not None:
                found.append(up)
        key = target.id if isinstance(target, ast.Name) else code(target)
        if not isinstance(target, ast.Subscript):
            up = self.take(key)
            if up is not None:
                found.append(up)
        if len(found) == 2:
            return Value(fill("a + b", a=found[0].node, b=found[1].node), found[0].shape)
        return found[0] if found else None

    def taken_entry(self, entry: Entry, store: Store) -> Value | None:
        """Return the gradient of what is put into a container."""
        from_list = self.lists.get(entry.label)
        if from_list is not None:
            index = self.session.position(self, store)
            self.env_add_entry(
                entry,
                Value(fill("u[k]", u=from_list.node, k=index), from_list.shape[1:]) if from_list.shape else from_list,
            )
        return self.take(f"{entry.label}@")

    def env_add_entry(self, entry: Entry, up: Value) -> None:
        """Add the gradient of an entry that was read as a part of the whole list."""
        now = self.env.get(f"{entry.label}@")
        if now is None:
            self.env[f"{entry.label}@"] = Adjoint(up, named=False)
        else:
            self.env[f"{entry.label}@"] = Adjoint(
                Value(fill("a + b", a=now.value.node, b=up.node), up.shape), named=False
            )

    def _literal(self, value: ast.expr) -> None:
        """Go back into what is written out as a list or dictionary."""
        parts: list[ast.expr] = []
        if isinstance(value, ast.Dict):
            parts = list(value.values)
        elif isinstance(value, ast.List | ast.Tuple):
            parts = list(value.elts)
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
            parts = [one.value for one in value.keywords]
        for one in parts:
            stored = self.containers.stored(one)
            if stored is not None:
                up = self.taken_entry(*stored)
                if up is not None:
                    self.pull(one, up)

    def _several(self, targets: ast.Tuple | ast.List, value: ast.expr) -> None:
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(targets.elts):
            pairs = [
                (target, one, self._taken(target, one)) for target, one in zip(targets.elts, value.elts, strict=True)
            ]
            for target, one, up in reversed(pairs):
                self._literal(one)
                if up is not None:
                    self.target = code(target)
                    self.pull(one, up, self._out(target, one))
            return
        ups: list[Value | None] = [self.take(code(one)) for one in targets.elts]
        if all(up is None for up in ups) and not self.session.is_own(self, value):
            return
        if isinstance(value, ast.Call) and self.session.is_own(self, value):
            self.pull_own(value, ups, [code(one) for one in targets.elts])
            return
        if self.facts.kind(value) == "array":
            for n, (one, up) in enumerate(zip(targets.elts, ups, strict=True)):
                if up is not None:
                    self.line = self.line or one.lineno
                    self.scatter(value, Scatter(ast.Constant(n), up, repeats=False))
            return
        if any(up is not None for up in ups):
            self.refuse(f"{code(targets)} is taken apart in a way that is not followed")

    # --- entries of arrays --------------------------------------------------------------------------------------

    def _entries_written(self, target: ast.Subscript, value: ast.expr) -> None:
        place = self.place(target.value)
        if place is None:
            return
        now = self.env.get(place.key)
        if now is None:
            return
        key = self.value(target.slice)
        if now.value.shape == place.shape:
            up = Value(ast.Subscript(now.value.node, key, ast.Load()), self.region(target, value))
        else:
            up = Value(now.value.node, now.value.shape)
        was_active = self._was_active(target.value)
        if self.facts.is_active(value):
            self.upstream = code(up.node)
            self.target = code(target)
            narrow = reduced(up, self.facts.shape(value), Value(self.value(value), up.shape), self.session.manner)
            self.pull(
                value, narrow, None if self.blocks and not is_short(key) and False else self.value(_loaded(target))
            )
        if was_active:
            self._own(place.key)
            self.emit(f"{code(self.env[place.key].value.node)}[{_inside(self._mask(target, key))}] = 0", ())

    def _own(self, key: str) -> None:
        now = self.env[key]
        if not (now.named and now.fresh):
            made = self.gradient_name(key)
            self.emit(f"{made} = {code(now.value.node)}.copy()", now.value.shape)
            self.env[key] = Adjoint(Value(name(made), now.value.shape), named=True, fresh=True)

    def _mask(self, target: ast.Subscript, key: ast.expr) -> ast.expr:
        if isinstance(key, ast.Compare) and code(key.left) == code(target.value) and isinstance(key.ops[0], ast.Lt):
            return ast.Compare(key.left, [ast.LtE()], key.comparators)
        return key

    def _was_active(self, base: ast.expr) -> bool:
        seen = self.facts.first(base)
        return seen is not None and seen.ref is not None and self.facts.vertex(seen.ref) in self.facts.active

    def region(self, target: ast.Subscript, value: ast.expr) -> Shape:
        """Return the shape of the part of an array that is written."""
        base = self.facts.shape(target.value)
        parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
        shape: list[int] = []
        axis = 0
        for one in parts:
            if isinstance(one, ast.Slice):
                size = base[axis]
                try:
                    shape.append(
                        len(
                            range(size)[
                                slice(
                                    plain(one.lower, self.facts),
                                    plain(one.upper, self.facts),
                                    plain(one.step, self.facts),
                                )
                            ]
                        )
                    )
                except TypeError:
                    return self.facts.shape(value)
            elif self.facts.shape(one) or (isinstance(one, ast.Constant) and not isinstance(one.value, int)):
                return self.facts.shape(value)
            axis += 1
        return (*shape, *base[axis:])

    def _augmented(self, node: ast.AugAssign) -> None:
        target = node.target
        if not isinstance(target, ast.Subscript):
            return
        if self.facts.kind(target.value) not in ("array", ""):
            return
        place = self.place(target.value)
        if place is None or self.env.get(place.key) is None:
            return
        now = self.env[place.key]
        key = self.value(target.slice)
        up = Value(ast.Subscript(now.value.node, key, ast.Load()), self.region(target, node.value))
        if now.value.shape != place.shape:
            up = now.value
        self.upstream = code(up.node)
        if isinstance(node.op, ast.Add | ast.Sub):
            if self.facts.is_active(node.value):
                if isinstance(node.op, ast.Sub):
                    up = Value(fill("-u", u=up.node), up.shape)
                self.pull(
                    node.value,
                    reduced(
                        up, self.facts.shape(node.value), Value(self.value(node.value), up.shape), self.session.manner
                    ),
                )
            return
        if self.facts.is_active(node.value):
            self.refuse(f"{code(node)} multiplies in place by what depends on parameters")
        self._own(place.key)
        sign = "*=" if isinstance(node.op, ast.Mult) else "/="
        self.emit(f"{code(self.env[place.key].value.node)}[{_inside(key)}] {sign} {code(self.value(node.value))}", ())

    # --- calls and choices --------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "append" and node.args:
            stored = self.containers.stored(node.args[0])
            self._literal(node.args[0])
            if stored is not None:
                up = self.taken_entry(*stored)
                if up is not None:
                    self.target = stored[0].label
                    self.upstream = code(up.node)
                    self.pull(node.args[0], up, self.session.appended(self, stored[1]))
            return
        if self.session.is_own(self, node):
            self.pull_own(node, [])

    def _either(self, node: ast.If) -> None:
        before = dict(self.env)
        start = len(self.lines)
        ends: list[dict[str, Adjoint]] = []
        branches: list[tuple[int, int]] = []
        for block in (node.body, node.orelse):
            self.env = dict(before)
            self.emit(f"if {code(self.value(node.test))}:" if block is node.body else "else:")
            self.depth += 1
            first = len(self.lines)
            self.back(block)
            for key in [*self.env]:
                if key not in before or before[key].value is not self.env[key].value:
                    self._named_for(key)
            if len(self.lines) == first:
                self.emit("pass")
            self.depth -= 1
            ends.append(self.env)
            branches.append((first, len(self.lines)))
        self._joined(before, ends, branches)
        if all(line.text in ("pass", "else:") or line.text.startswith("if ") for line in self.lines[start:]):
            del self.lines[start:]
        elif self.lines[-1].text == "pass":
            del self.lines[-2:]

    def _named_for(self, key: str) -> None:
        now = self.env[key]
        if not now.named:
            made = self.gradient_name(key)
            self.emit(f"{made} = {code(now.value.node)}", now.value.shape)
            self.env[key] = Adjoint(Value(name(made), now.value.shape), named=True)

    def _joined(
        self, before: dict[str, Adjoint], ends: list[dict[str, Adjoint]], branches: list[tuple[int, int]]
    ) -> None:
        """Have both branches leave the same gradients behind."""
        joint: dict[str, Adjoint] = {}
        for key in dict.fromkeys([*ends[0], *ends[1]]):
            one, other = ends[0].get(key), ends[1].get(key)
            if one is not None and other is not None:
                shape = max(one.value.shape, other.value.shape, key=len)
                joint[key] = Adjoint(Value(one.value.node, shape), one.named, one.fresh and other.fresh)
                continue
            have = one or other
            assert have is not None
            missing = 0 if one is None else 1
            text = f"{code(have.value.node)} = 0.0"
            self.emit(text, have.value.shape, at=branches[missing][1], depth=self.depth + 1)
            if missing == 0:
                branches[1] = (branches[1][0] + 1, branches[1][1] + 1)
            joint[key] = Adjoint(Value(have.value.node, have.value.shape), have.named, False)
        self.env = joint
        _without_pass(self.lines)


def _without_pass(lines: list[Line]) -> None:
    """Leave out ``pass`` where a block has other lines."""
    for n in range(len(lines) - 1, -1, -1):
        if lines[n].text != "pass":
            continue
        after = n + 1 < len(lines) and lines[n + 1].depth == lines[n].depth
        if after or (n and lines[n - 1].depth == lines[n].depth):
            del lines[n]


def _loaded(target: ast.expr) -> ast.expr:
    made = copy.deepcopy(target)
    made.ctx = ast.Load()  # type: ignore[attr-defined]
    return made


def _inside(key: ast.expr) -> str:
    text = ast.unparse(ast.Subscript(ast.Name("x", ast.Load()), key, ast.Load()))
    return text[2:-1]


__all__ = ["Statements", "full", "recognised"]
