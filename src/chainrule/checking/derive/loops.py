"""A loop of the forward pass as one of the backward pass: reversed where something is carried from round to round."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import replace

from chainrule.checking.derive.blocks import Carried, assigned, read
from chainrule.checking.derive.containers import Store, label_of
from chainrule.checking.derive.lines import Line
from chainrule.checking.derive.scope import Adjoint, Block, Place, Round
from chainrule.checking.derive.statements import Statements
from chainrule.checking.derive.text import code, fill, name, names_in
from chainrule.checking.derive.values import Scatter, Value, alike, full


class Loops(Statements):
    """Goes back through loops."""

    def loop(self, node: ast.For) -> None:
        """Write a loop."""
        if not any(
            self.facts.is_active(one) for part in node.body for one in ast.walk(part) if isinstance(one, ast.expr)
        ):
            return
        carried = self.rounds.of[id(node)]
        passing = {one.previous for one in carried if _passes(node.body, one, self)}
        going = [one for one in carried if one.previous not in passing and self._is_active_name(node, one.out)]
        stores = self._stores_in(node)
        round_ = self._round(node)
        block = Block(len(self.lines), self._defined_in(node, carried, stores), passing)
        was_turned = bool(going)
        last_only: list[str] = []
        for label, store in stores.items():
            value = store.value
            if not self._carried_entry(node, label) and f"{label}@" in self.env and isinstance(value, ast.Name):
                put = self.renamed_at(value)
                if isinstance(put, ast.Name) and any(one.out == put.id for one in going):
                    read_last = self.take(f"{label}@")
                    assert read_last is not None
                    self.add(self._place_of(put.id, node), read_last)
        for one in going:
            self._stand_ready(one.out, node)
        for label, store in stores.items():
            if self._carried_entry(node, label):
                was_turned = True
                self._entry_ready(label, store)
            elif f"{label}@" in self.env:
                self._entry_ready(label, store)
                last_only.append(label)
        was_turned = was_turned or self._goes_on_in_arrays(node)
        live = [key for key in self._names_in(node) if key in self.env and all(key != one.out for one in carried)]
        for key in live:
            self._stand_ready(key, node)
        self._arrays_ready(node)
        self.line = node.lineno
        block.start = len(self.lines)
        self.emit("for ...:")
        round_.turned = was_turned or bool(live) or bool(last_only)
        self.blocks.append(block)
        self.rounds_now.append(round_)
        self.depth += 1
        first_line = self.lines[block.start]
        self.back(node.body)
        self.line = node.lineno
        for one in going:
            self._hand_over(one.previous, one.out)
        for label in stores:
            if self._carried_entry(node, label):
                self._hand_over(f"{label}@prev", f"{label}@")
            elif label in last_only:
                self._hand_over("", f"{label}@")
        for key in live:
            if key not in self.env:
                self._hand_over("", key)
        self._elements(node, round_)
        start = self.lines.index(first_line) + 1
        self._restore(node, round_, start)
        self.depth -= 1
        self.rounds_now.pop()
        self.blocks.pop()
        for key in [*self.env]:
            if key in block.defined and key not in {one.out for one in going} and not self._outlives(key, node, stores):
                del self.env[key]
        for one in going:
            first = self.take(one.out)
            if first is not None:
                self.add(self._before(one, node), first)
        for one in carried:
            if one.previous in passing and one.out in self.env:
                passed = self.take(one.out)
                assert passed is not None
                self.add(self._before(one, node), passed)
        if len(self.lines) == start:
            self.lines.remove(first_line)
            return
        first_line.text = f"for {self._header(round_)}:"

    # --- what is known of a loop --------------------------------------------------------------------------------

    def _names_in(self, node: ast.For) -> set[str]:
        return set().union(*map(assigned, node.body), set())

    def _stores_in(self, node: ast.For) -> dict[str, Store]:
        found = {}
        for part in node.body:
            for one in ast.walk(part):
                if isinstance(one, ast.expr):
                    stored = self.containers.stored(one)
                    if stored is not None:
                        found[stored[0].label] = stored[1]
        return found

    def _defined_in(self, node: ast.For, carried: Sequence[Carried], stores: dict[str, Store]) -> set[str]:
        names = self._names_in(node) | assigned(node.target) | {one.previous for one in carried}
        return names | {f"{label}@" for label in stores} | {f"{label}@prev" for label in stores}

    def _is_active_name(self, node: ast.For, wanted: str) -> bool:
        return any(
            isinstance(one, ast.Name)
            and one.id == wanted
            and isinstance(one.ctx, ast.Store)
            and self.facts.is_active_number(one)
            for part in node.body
            for one in ast.walk(part)
        )

    def _goes_on_in_arrays(self, node: ast.For) -> bool:
        """Return whether a round reads what another wrote into an array."""
        parts = [one for part in node.body for one in ast.walk(part) if isinstance(one, ast.Subscript)]
        written_ = {code(one.value): code(one.slice) for one in parts if isinstance(one.ctx, ast.Store)}
        return any(
            isinstance(one.ctx, ast.Load)
            and written_.get(code(one.value), code(one.slice)) != code(one.slice)
            and self.facts.is_active(one)
            for one in parts
        )

    def _carried_entry(self, node: ast.For, label: str) -> bool:
        for part in node.body:
            for one in ast.walk(part):
                reading = self.containers.reading(one) if isinstance(one, ast.Subscript) else None
                if (
                    reading is not None
                    and reading.entry.label == label
                    and reading.previous
                    and self.facts.is_active(one)
                ):
                    return True
        return False

    def _outlives(self, key: str, node: ast.For, stores: dict[str, Store]) -> bool:
        """Return whether a gradient is still that of something from before the loop."""
        if not key.endswith("@"):
            return False
        label = key[:-1]
        return self._carried_entry(node, label)

    # --- gradients that stand before a loop ---------------------------------------------------------------------

    def _place_of(self, wanted: str, node: ast.For) -> Place:
        for part in node.body:
            for one in ast.walk(part):
                if isinstance(one, ast.Name) and one.id == wanted and isinstance(one.ctx, ast.Store):
                    return Place(wanted, self.gradient_name(wanted), name(wanted), self.facts.shape(one), False)
        return Place(wanted, self.gradient_name(wanted), name(wanted), (), False)

    def _stand_ready(self, key: str, node: ast.For) -> None:
        place = self._place_of(key, node)
        self._ready(place)

    def _ready(self, place: Place) -> None:
        numpy = self.session.manner.numpy
        now = self.env.get(place.key)
        if now is not None and self._only_here(now, place):
            assert isinstance(now.value.node, ast.Name)
            self.gradient_names[place.key] = now.value.node.id
            self.env[place.key] = Adjoint(Value(now.value.node, place.shape), named=True)
            return
        if now is None:
            self.emit(
                f"{place.gradient} = {numpy}.zeros_like({code(place.like)})"
                if place.shape
                else f"{place.gradient} = 0.0",
                place.shape,
            )
        elif not now.named or not alike(now.value.shape, place.shape) or code(now.value.node) != place.gradient:
            whole = full(now.value, place.shape, place.like, numpy)
            self.emit(f"{place.gradient} = {code(whole.node)}", place.shape)
        self.env[place.key] = Adjoint(Value(name(place.gradient), place.shape), named=True)

    def _only_here(self, now: Adjoint, place: Place) -> bool:
        """Return whether a gradient has a name that nothing else needs, so that the variable may go on with it."""
        node = now.value.node
        if not isinstance(node, ast.Name) or node.id not in self.made_names or not alike(now.value.shape, place.shape):
            return False
        return (
            not any(node.id in names_in(other.value.node) for key, other in self.env.items() if key != place.key)
            and not self.blocks
        )

    def _entry_ready(self, label: str, store: Store) -> None:
        key = f"{label}@"
        like = self._stored_like(store)
        self._ready(Place(key, self.gradient_name(key), like, self.facts.shape(store.value), False))

    def _stored_like(self, store: Store) -> ast.expr:
        if isinstance(store.target, ast.Subscript):
            target = copy.deepcopy(store.target)
            target.ctx = ast.Load()
            return self.value(target)
        return name(f"{store.base}[-1]")

    def _arrays_ready(self, node: ast.For) -> None:
        """Have the gradients of arrays that are filled in the loop as whole arrays."""
        for part in node.body:
            for one in ast.walk(part):
                if (
                    isinstance(one, ast.Subscript)
                    and isinstance(one.ctx, ast.Store)
                    and self.facts.kind(one.value) in ("array", "")
                ):
                    place = self.place(one.value) if isinstance(one.value, ast.Name | ast.Attribute) else None
                    now = self.env.get(place.key) if place else None
                    if (
                        place is not None
                        and now is not None
                        and now.value.shape == place.shape
                        and not isinstance(now.value.node, ast.Name)
                    ):
                        self.named(place)

    def _hand_over(self, previous: str, out: str) -> None:
        """Begin the next round with what came back to the beginning of this one."""
        made = self.env.pop(previous, None)
        target = self.gradient_name(out)
        left = self.env.get(out)
        if made is None and left is None:
            self.emit(f"{target} = 0.0")
        elif made is not None and left is not None and code(left.value.node) != code(made.value.node):
            self.emit(f"{target} = {code(fill('a + b', a=left.value.node, b=made.value.node))}", made.value.shape)
        elif made is not None and code(made.value.node) != target:
            last = self.lines[-1]
            if last.text.startswith(f"{code(made.value.node)} = ") and last.depth == self.depth:
                last.text = f"{target} = " + last.text.split(" = ", 1)[1]
            else:
                self.emit(f"{target} = {code(made.value.node)}", made.value.shape)
        shape = made.value.shape if made is not None else left.value.shape if left is not None else ()
        self.env[out] = Adjoint(Value(name(target), shape), named=True)

    def _before(self, one: Carried, node: ast.For) -> Place:
        place = self._place_of(one.out, node)
        known = one.before in self.defined
        return Place(one.before, self.gradient_name(one.before), place.like, place.shape, not known)

    # --- what it is over ----------------------------------------------------------------------------------------

    def _round(self, node: ast.For) -> Round:
        made = Round(node)
        over, target = node.iter, node.target
        text = code(over.func) if isinstance(over, ast.Call) else ""
        args = over.args if isinstance(over, ast.Call) else []
        if text == "range":
            made.header = f"{code(target)} in {code(self.value(over))}"
            return made
        if (
            text == "enumerate"
            and isinstance(target, ast.Tuple)
            and len(target.elts) == 2
            and isinstance(target.elts[0], ast.Name)
        ):
            made.indexed = target.elts[0].id
            self._zip(made, target.elts[1], args[0])
        elif (
            text.endswith(".items")
            and isinstance(target, ast.Tuple)
            and isinstance(over, ast.Call)
            and isinstance(over.func, ast.Attribute)
        ):
            holder = over.func.value
            made.header = f"{code(target.elts[0])} in {code(holder)}"
            made.elements[code(target.elts[1])] = ast.Subscript(holder, target.elts[0], ast.Load())
            return made
        elif self.facts.kind(over) == "dict" or text.endswith(".keys"):
            made.header = f"{code(target)} in {code(over)}"
            return made
        else:
            if not any(
                self.facts.is_active(one) for one in ast.walk(target) if isinstance(one, ast.Name)
            ) and isinstance(over, ast.Tuple | ast.List):
                made.header = f"{code(target)} in {code(over)}"
                return made
            made.indexed = self.fresh(next(one for one in ("k", "j", "idx") if one not in self.taken or one == "idx"))
            self._zip(made, target, over)
        first = next(iter(made.elements.values()), None)
        measured = first.value if isinstance(first, ast.Subscript) else over
        made.header = f"{made.indexed} in range(len({code(measured)}))"
        return made

    def _zip(self, made: Round, target: ast.expr, over: ast.expr) -> None:
        is_zip = isinstance(over, ast.Call) and code(over.func) == "zip"
        pairs = (
            zip(target.elts, over.args, strict=False)
            if is_zip and isinstance(target, ast.Tuple) and isinstance(over, ast.Call)
            else [(target, over)]
        )
        for one, whole in pairs:
            element = ast.Subscript(whole, name(made.indexed), ast.Load())
            made.elements[code(one)] = element
            if (
                isinstance(one, ast.Name)
                and self.facts.kind(whole) in ("list", "tuple")
                and self.session.label_of_list(self, whole) is None
            ):
                self.aliases[one.id] = element
                self.variables[one.id] = one

    def _header(self, made: Round) -> str:
        if not made.turned:
            return made.header
        target, over = made.header.split(" in ", 1)
        return f"{target} in reversed({over})" if over.startswith("range(") else f"{target} in reversed(list({over}))"

    def _elements(self, node: ast.For, made: Round) -> None:
        """Hand on what came back to the variables of the loop itself."""
        for text, element in made.elements.items():
            for one in ast.walk(ast.parse(text)):
                if not isinstance(one, ast.Name) or one.id not in self.env:
                    continue
                up = self.take(one.id)
                assert up is not None
                if text != one.id:
                    self.refuse(f"{code(node.target)} is taken apart in a way that is not followed")
                assert isinstance(element, ast.Subscript)
                self._to_element(element, one.id, node, up)

    def _to_element(self, element: ast.Subscript, variable: str, node: ast.For, up: Value) -> None:
        holder = element.value
        if self.facts.kind(holder) == "array":
            self.scatter(holder, Scatter(element.slice, up, repeats=False))
            return
        shape = next(
            (
                self.facts.shape(one)
                for one in ast.walk(node.target)
                if isinstance(one, ast.Name) and one.id == variable
            ),
            up.shape,
        )
        label = self.session.label_of_list(self, holder)
        if label is not None:
            self.add(Place(f"{label}@", self.gradient_name(f"{label}@"), element, shape, False), up)
            return
        gradient = self.session.element_gradient(self, element)
        place = Place(code(element), gradient, element, shape, True, whole=not len(self.blocks) > 1)
        now = self.lines[-1] if self.lines else None
        if (
            now is not None
            and isinstance(up.node, ast.Name)
            and now.text.startswith(f"{up.node.id} = ")
            and now.depth == self.depth
            and place.whole
        ):
            used = sum(up.node.id in line.text for line in self.lines)
            if used == 1:
                now.text = f"{gradient} = " + now.text.split(" = ", 1)[1]
                self.leaves[place.key] = place
                return
        self.add(place, up)

    # --- values of a round --------------------------------------------------------------------------------------

    def _restore(self, node: ast.For, round_: Round, start: int) -> None:
        """Begin the body with the values that it needs and that are gone when the forward pass is over."""
        used = free_names(self.lines[start:])
        carried = self.rounds.of[id(node)]
        own = self._names_in(node) | {one.previous for one in carried}
        there = self._in_containers(node, carried, used & own)
        had = set(there).union(*(self.gathered.get(one, set()) for one in there))
        wanted, previous = needed(node.body, (used & own) - had, {one.previous for one in carried})
        late = self._in_containers(node, carried, previous)
        there, previous = there | late, previous - set(late)
        reads = used | set().union(*(read(one) for one in wanted), set())
        texts: list[Line] = []
        line = node.lineno
        back = [(text, element) for text, element in round_.elements.items() if names_of(text) & reads]
        if back:
            left, right = ", ".join(text for text, _ in back), ", ".join(code(element) for _, element in back)
            texts.append(Line(self.depth, f"{left} = {right}", line))
        for text, kept_in in there.items():
            texts.append(Line(self.depth, f"{text} = {code(kept_in)}", line, note="kept by the forward pass"))
        for one in carried:
            if one.previous in previous:
                kept = self.session.keep(self, one, node, [made.node for made in self.rounds_now])
                for made in self.rounds_now:
                    made.turned = True
                texts.append(Line(self.depth, f"{one.previous} = {kept}.pop()", line, note="kept by the forward pass"))
        for statement in wanted:
            again = self.runnable(statement)
            texts += [Line(self.depth, text, statement.lineno, note="recomputed") for text in again]
        self.lines[start:start] = texts

    def _in_containers(self, node: ast.For, carried: Sequence[Carried], names: set[str]) -> dict[str, ast.expr]:
        """Return where the forward pass put values of a round."""
        found: dict[str, ast.expr] = {}
        previous = {one.out: one.previous for one in carried}
        for _, store in self.containers.every:
            if store.inside is not None and store.loop is not None and store.loop.lineno == node.lineno:
                self._in_tuple(store, names, found)
                continue
            if store.loop is None or store.loop.lineno != node.lineno or not isinstance(store.value, ast.Name):
                continue
            put = self.renamed_at(store.value)
            if not isinstance(put, ast.Name):
                continue
            if put.id in names:
                found.setdefault(put.id, self._element_of(store))
            before = previous.get(put.id)
            if before in names and before is not None and store.target is None and store.position:
                found.setdefault(before, self.session.appended(self, replace(store, position=store.position - 1)))
        return found

    def _in_tuple(self, store: Store, names: set[str], found: dict[str, ast.expr]) -> None:
        whole = self.renamed_at(store.inside) if store.inside is not None else None
        if isinstance(whole, ast.Tuple) and all(isinstance(one, ast.Name) for one in whole.elts):
            inner = [one.id for one in whole.elts if isinstance(one, ast.Name)]
            if any(one in names for one in inner) and not any(one in found for one in inner):
                wanted = ", ".join(one if one in names else "_" for one in inner)
                found[wanted] = self.session.appended(self, store)
                self.gathered.setdefault(wanted, set(inner) & names)

    def _element_of(self, store: Store) -> ast.expr:
        if store.target is None:
            return self.session.appended(self, store)
        return self._stored_like(store)

    def runnable(self, node: ast.stmt) -> list[str]:
        """Return the lines of a statement of the forward pass, to be done again."""
        if isinstance(node, ast.For):
            return self.session.loop_again(self, node)
        return ast.unparse(self.value(node)).split("\n")  # type: ignore[arg-type]


def names_of(text: str) -> set[str]:
    """Return the names in a line of code."""
    text = text + " pass" if text.endswith(":") else text
    text = text.replace("else: pass", "pass").replace("for ...: pass", "pass")
    try:
        return {one.id for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Name)}
    except SyntaxError:
        return set()


def free_names(lines: Sequence[Line]) -> set[str]:
    """Return the names that lines read and do not give a value to themselves."""
    used: set[str] = set()
    given: set[str] = set()
    for line in lines:
        text = line.text + " pass" if line.text.endswith(":") else line.text
        try:
            tree = ast.parse("pass" if text.startswith("else:") else text)
        except SyntaxError:
            continue
        used |= read(tree) - given
        given |= assigned(tree)
    return used


def needed(
    body: Sequence[ast.stmt], names: set[str], previous: set[str], gone: set[str] | None = None
) -> tuple[list[ast.stmt], set[str]]:
    """Return the statements that give some names their values, and which values of the round before they need.

    With ``gone``, only these names have to be given their values again; all others are in reach.
    """
    wanted: list[ast.stmt] = []
    open_ = set(names)
    for one in reversed(body):
        if (assigned(one) | _filled(one)) & open_:
            wanted.insert(0, one)
            open_ |= read(one) if gone is None else read(one) & gone
    return wanted, open_ & previous


def _filled(node: ast.stmt) -> set[str]:
    """Return the names of arrays and containers that a statement writes into."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store):
            base: ast.expr = one
            while isinstance(base, ast.Subscript):
                base = base.value
            if isinstance(base, ast.Name):
                found.add(base.id)
        elif (
            isinstance(one, ast.Call)
            and isinstance(one.func, ast.Attribute)
            and one.func.attr in ("append", "fill", "extend")
        ) and isinstance(one.func.value, ast.Name):
            found.add(one.func.value.id)
    return found


def _passes(body: Sequence[ast.stmt], one: Carried, scope: Loops) -> bool:
    """Return whether a variable is only added to."""
    times = 0
    for statement in body:
        if isinstance(statement, ast.For):
            inner = [other for other in scope.rounds.of[id(statement)] if other.before == one.previous]
            if inner:
                if not _passes(statement.body, inner[0], scope):
                    return False
                times += 1
                continue
        reads = [
            n
            for n in ast.walk(statement)
            if isinstance(n, ast.Name) and n.id == one.previous and isinstance(n.ctx, ast.Load)
        ]
        if not reads:
            continue
        value = statement.value if isinstance(statement, ast.Assign) else None
        if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add | ast.Sub) or len(reads) != 1:
            return False
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if not isinstance(value.left, ast.Name) or value.left.id != one.previous or not isinstance(target, ast.Name):
            return False
        if target.id != one.out:
            return False
        times += 1
    return times == 1


__all__ = ["Loops", "label_of", "needed"]
