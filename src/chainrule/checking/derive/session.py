"""One derivation: the program, what was seen of it, and the backward functions that are made for its functions."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from chainrule.checking.derive.blocks import Carried, Renamer, assigned, executed, read
from chainrule.checking.derive.calls import Derivation, Helper
from chainrule.checking.derive.composites import Composite
from chainrule.checking.derive.containers import Store, containers_of, rounds
from chainrule.checking.derive.facts import Facts
from chainrule.checking.derive.lines import Kept, Line, written
from chainrule.checking.derive.loops import free_names, names_of, needed
from chainrule.checking.derive.recognise import softmax
from chainrule.checking.derive.scope import Place, Scope
from chainrule.checking.derive.seeing import number_of
from chainrule.checking.derive.text import code, name
from chainrule.checking.derive.values import CannotDerive, Manner, Value

BACKWARD_WORDS = (("forward", "backward"), ("fwd", "bwd"), ("fprop", "bprop"), ("Forward", "Backward"))


@dataclass
class Made:
    """A backward function that was written."""

    helper: Helper
    lines: list[Line]
    function: ast.FunctionDef
    """Of the forward pass."""
    header: str
    frames: set[int]


@dataclass
class Session:
    """What all scopes of one derivation share."""

    tree: ast.Module
    text: str
    facts: Facts
    manner: Manner
    functions: dict[str, ast.FunctionDef]
    composites: dict[int, Composite] = field(default_factory=dict)
    made: dict[tuple[str, tuple[int, ...]], Made] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    containers: dict[int, dict[str, tuple[str, str]]] = field(default_factory=dict)
    """By scope: the gradients of containers of parameters: ``params``: (``grads``, kind)."""
    _going: list[str] = field(default_factory=list)

    # --- the program --------------------------------------------------------------------------------------------

    def tree_nodes(self, text: str, source: str) -> list[ast.expr]:
        """Return the expressions of a text in a function that read something."""
        home: ast.AST = self.functions.get(source) or self.tree
        return [
            one
            for one in ast.walk(home)
            if isinstance(one, ast.Subscript | ast.Attribute) and isinstance(one.ctx, ast.Load) and code(one) == text
        ]

    def is_method(self, function: ast.FunctionDef) -> bool:
        """Return whether a function takes an object."""
        return bool(function.args.args) and function.args.args[0].arg == "self"

    def is_own(self, scope: Scope, node: ast.expr) -> bool:
        """Return whether an expression calls a function of the program."""
        return isinstance(node, ast.Call) and self.qualified(scope, node) in self.functions

    def method(self, scope: Scope, node: ast.Call) -> bool:
        """Return whether an expression calls a method of the program."""
        return self.is_own(scope, node)

    def qualified(self, scope: Scope, node: ast.Call) -> str:
        """Return the name of the function that is called, as frames have it."""
        if isinstance(node.func, ast.Attribute):
            holder = scope.facts.first(node.func.value)
            if holder is not None and holder.kind == "other":
                found = getattr(type(holder.value), node.func.attr, None)
                if found is None:  # an object that is called
                    found = getattr(type(getattr(holder.value, node.func.attr, None)), "__call__", None)  # noqa: B004
                return str(getattr(found, "__qualname__", "")).replace("<locals>.", "")
            return ""
        found = scope.facts.first(node.func)
        if found is None:
            return ""
        if found.kind == "own":
            return str(found.value)
        if found.kind == "other" and not isinstance(found.value, str):
            call = getattr(type(found.value), "__call__", None)  # noqa: B004
            return str(getattr(call, "__qualname__", "")).replace("<locals>.", "")
        return ""

    def function_of(self, scope: Scope, node: ast.Call) -> ast.FunctionDef | None:
        """Return the function that is called."""
        return self.functions.get(self.qualified(scope, node))

    def frames_of(self, scope: Scope, node: ast.Call) -> set[int]:
        """Return the calls that an expression made."""
        return {one.inner for one in scope.facts.seen(node) if one.inner >= 0}

    def size_name(self, scope: Scope, size: int) -> ast.expr | None:
        """Return the name of a size in a scope."""
        home: ast.AST = self.functions.get(scope.source) or self.tree
        for one in ast.walk(home):
            if not isinstance(one, ast.Assign):
                continue
            for target in one.targets:
                for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                    sized = ".shape" in code(one.value) or "len(" in code(one.value)
                    if (
                        isinstance(part, ast.Name)
                        and sized
                        and scope.facts.whole(part) == size
                        and part.id not in ("_",)
                    ) and len({other.value for other in scope.facts.seen(part)}) == 1:
                        return name(part.id)
        return None

    # --- gradients of containers --------------------------------------------------------------------------------

    def gradient_of(self, scope: Scope, node: ast.expr) -> str:
        """Return where the gradient of an attribute or an entry goes."""
        if isinstance(node, ast.Attribute):
            return scope.gradient_name(code(node))
        assert isinstance(node, ast.Subscript)
        return self.element_gradient(scope, node)

    def element_gradient(self, scope: Scope, node: ast.Subscript) -> str:
        """Return where the gradient of an entry goes."""
        path: list[str] = []
        base: ast.expr = node
        value = getattr(scope, "value", lambda one: one)
        while isinstance(base, ast.Subscript):
            key = value(base.slice)
            path.insert(0, ast.unparse(ast.Subscript(ast.Name("x", ast.Load()), key, ast.Load()))[1:])
            base = base.value
        holder = self.container_gradient(scope, base, depth=len(path))
        return holder + "".join(path)

    def container_gradient(self, scope: Scope, base: ast.expr, depth: int = 1) -> str:
        """Return the container of the gradients of what a container holds."""
        known = self.containers.setdefault(id(scope), {})
        text = code(base)
        if text not in known:
            kind = scope.facts.kind(base) or "dict"
            plain = text.split(".")[-1]
            others = {one for one, _ in known.values()}
            wish = "grads" if kind == "dict" and "grads" not in others else f"d{plain}"
            made = wish if wish == "grads" and "grads" not in scope.taken else scope.fresh(wish)
            scope.taken.add(made)
            known[text] = made, f"{kind}{depth}"
        return known[text][0]

    def preamble(self, scope: Scope) -> list[Line]:
        """Return the lines that make empty containers of gradients."""
        lines = []
        filled = {line.text.split("[")[0] for line in scope.lines if "[" in line.text}
        for base, (made, kind) in self.containers.get(id(scope), {}).items():
            if made in scope.returned and not any(line.text == f"{made} = {{}}" for line in scope.lines):
                continue
            if made not in {one.strip(",") for one in filled} and not any(
                line.text.startswith(f"{made}[") for line in scope.lines
            ):
                continue
            if made in scope.summed and depth_of(kind) == 1:
                zeros = f"{self.manner.numpy}.zeros_like(value)"
                text = f"{made} = [{zeros} for value in {base}]"
                if kind == "dict1":
                    text = f"{made} = {{key: {zeros} for key, value in {base}.items()}}"
            elif kind == "dict1":
                text = f"{made} = {{}}"
            elif kind == "list1" or kind == "tuple1":
                text = f"{made} = [None] * len({base})"
            elif kind == "list2":
                text = f"{made} = [{{}} for _ in {base}]"
            elif kind == "dict2":
                text = f"{made} = {{key: {{}} for key in {base}}}"
            else:
                text = f"{made} = {{}}"
            lines.append(Line(0, text))
        return lines

    def label_of_list(self, scope: Scope, node: ast.expr) -> str | None:
        """Return the label of what is stored in a list."""
        text = code(node)
        found = {entry.label: entry for entry, store in scope.containers.stores.values() if store.base == text}
        return next(iter(found)) if len(found) == 1 else None

    def position(self, scope: Scope, store: Store) -> ast.expr:
        """Return where in its list a value was put."""
        if store.loop is None:
            return ast.Constant(store.position or 0)
        target = store.loop.target
        offset = store.position or 0
        text = scope.rounds_now[-1].indexed if scope.rounds_now and scope.rounds_now[-1].indexed else code(target)
        start = 0
        if (
            isinstance(store.loop.iter, ast.Call)
            and code(store.loop.iter.func) == "range"
            and len(store.loop.iter.args) > 1
        ):
            start = scope.facts.whole(store.loop.iter.args[0]) or 0
        shift = offset - start
        return name(text if not shift else f"{text} + {shift}" if shift > 0 else f"{text} - {-shift}")

    def appended(self, scope: Scope, store: Store) -> ast.expr:
        """Return the element of a list that was appended."""
        if store.loop is None:
            return name(f"{store.base}[{store.position or 0}]")
        return ast.Subscript(name(store.base), self.position(scope, store), ast.Load())

    def index_text(self, scope: Scope, node: ast.Subscript, times: list[int], positions: list[int]) -> ast.expr | None:
        """Return ``t + 1`` where a program says ``-1`` of a list that grows."""
        if not scope.rounds_now:
            return None
        round_ = scope.rounds_now[-1]
        starts = rounds(round_.node, scope.facts)
        offsets = set()
        loop_values = self._loop_values(scope, round_.node)
        for time, position in zip(times, positions, strict=False):
            number = sum(one <= time for one in starts) - 1
            if 0 <= number < len(starts):
                offsets.add(
                    position - (loop_values[number] if loop_values is not None and not round_.indexed else number)
                )
        if len(offsets) != 1:
            return None
        shift = offsets.pop()
        text = round_.indexed or code(round_.node.target)
        return name(text if not shift else f"{text} + {shift}" if shift > 0 else f"{text} - {-shift}")

    def _loop_values(self, scope: Scope, node: ast.For) -> list[int] | None:
        if not isinstance(node.target, ast.Name):
            return None
        seen = scope.facts.seen(node.target)
        return [one.value for one in seen] if all(one.kind == "whole" for one in seen) else None

    def softmax_source(self, scope: Scope, target: ast.expr, value: ast.expr) -> tuple[ast.expr, int] | None:
        """Return the variable whose softmax a line finishes, if the lines before it began it."""
        seen = scope.facts.seen(value)
        if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Div) or not seen or len(seen[0].shape) < 1:
            return None
        numbers = [number_of(one) for one in ast.walk(value) if isinstance(one, ast.Name)]
        home: ast.AST = self.functions.get(scope.source) or self.tree
        for one in ast.walk(home):
            if (
                not isinstance(one, ast.Name | ast.Subscript)
                or not isinstance(one.ctx, ast.Load)
                or number_of(one) in numbers
            ):
                continue
            before = [other for other in scope.facts.seen(one) if other.tick <= seen[0].tick and other.ref is not None]
            if (
                not before
                or before[-1].shape != seen[0].shape
                or seen[0].ref is None
                or not scope.facts.is_active_number(one)
            ):
                continue
            ref = before[-1].ref
            assert ref is not None
            x, y = np.asarray(scope.facts.value(ref), float), np.asarray(scope.facts.value(seen[0].ref), float)
            for axis in dict.fromkeys((-1, 0)):
                if x.shape[axis] > 1 and np.allclose(softmax(x, axis), y, rtol=1e-9, atol=1e-12):
                    renamed = scope.renamed_at(one)
                    return renamed, axis
        return None

    # --- what the forward pass has to keep ----------------------------------------------------------------------

    def keep(self, scope: Scope, one: Carried, node: ast.For, loops: Sequence[ast.For]) -> str:
        """Have the forward pass keep a value of every round; return the name of the list."""
        made = scope.kept_names.get((id(node), one.name))
        if made is not None:
            return made
        made = scope.fresh(f"{one.name}_kept" if not one.name.endswith("s") else f"{one.name}_before")
        scope.kept_names[id(node), one.name] = made
        scope.kept_loops.setdefault(id(node), []).append((one, made))
        if scope.inline:
            outermost = loops[0]
            self.kept.append(Kept(outermost.lineno, f"{made} = []"))
            self.kept.append(Kept(node.body[0].lineno, f"{made}.append({one.name})"))
        self.notes.append(f"line {node.lineno}: {one.name} is overwritten in every round; {made} keeps it")
        return made

    def loop_again(self, scope: Scope, node: ast.For) -> list[str]:
        """Return the lines of a loop of the forward pass, to be run again."""
        carried = scope.rounds.of[id(node)]
        back = {one.previous: one.out for one in carried}
        lines = [f"{one.out} = {one.before}" for one in carried if one.before != one.out]
        kept = scope.kept_loops.get(id(node), [])
        lines += [f"{made} = []" for _, made in kept]
        lines.append(f"for {code(node.target)} in {code(node.iter)}:")
        inner: list[str] = [f"{made}.append({one.out})" for one, made in kept]
        for statement in node.body:
            if isinstance(statement, ast.For):
                again = self.loop_again(scope, statement)
            else:
                again = ast.unparse(statement).split("\n")
            inner += again
        renamed = [_renamed(line, back) for line in inner]
        return [*lines, *("    " + line for line in renamed)]

    # --- backward functions -------------------------------------------------------------------------------------

    def helper(
        self,
        function: ast.FunctionDef,
        frames: set[int],
        wanted: list[int],
        count: int,
        ones: list[int],
        labels: Sequence[str] = (),
        *,
        cached: bool = True,
    ) -> Helper:
        """Return the backward function of a function, writing it if there is none yet."""
        qualified = next(key for key, one in self.functions.items() if one is function)
        key = qualified, (*wanted, -1, *ones, -1 - cached)
        if key in self.made:
            return self.made[key].helper
        if qualified in self._going:
            raise CannotDerive(f"line {function.lineno}: {function.name} calls itself")
        self._going.append(qualified)
        try:
            made = self._write(function, qualified, frames, wanted, count, ones, labels, cached)
        finally:
            self._going.pop()
        self.made[key] = made
        return made.helper

    def backward_name(self, function: str) -> str:
        """Return the name of the backward function of a function."""
        plain = function.split(".")[-1]
        taken = {one.split(".")[-1] for one in self.functions} | {one.helper.name for one in self.made.values()}
        if plain == "__call__":
            plain = "forward"
        made = f"{plain}_backward"
        for old, new in BACKWARD_WORDS:
            if old in plain:
                made = plain.replace(old, new)
                break
        while made in taken:
            made += "_of_loss" if not made.endswith("_of_loss") else "_2"
        return made

    def _write(
        self,
        function: ast.FunctionDef,
        qualified: str,
        frames: set[int],
        wanted: list[int],
        count: int,
        ones: list[int],
        labels: Sequence[str],
        cached: bool,
    ) -> Made:
        facts = self.facts.within(frames)
        scope = self.scope(
            function.body, facts, qualified, inline=False, arguments=[one.arg for one in function.args.args]
        )
        last = scope.body[-1] if scope.body else None
        if not isinstance(last, ast.Return) or last.value is None:
            raise CannotDerive(f"line {function.lineno}: {function.name} does not end with what it returns")
        returned = last.value.elts if isinstance(last.value, ast.Tuple) and count > 1 else [last.value]
        if isinstance(last.value, ast.Name) and count > 1:
            raise CannotDerive(f"line {last.lineno}: what {function.name} returns is not written out")
        ups = []
        for n in wanted:
            one = returned[n]
            if n in ones:
                scope.line = last.lineno
                scope.pull(one, Value(ast.Constant(1), ()))
                continue
            plain = n < len(labels) and labels[n].isidentifier()
            label = re.sub(r"\W+", "_", code(one)) if isinstance(one, ast.Name) else labels[n] if plain else "out"
            up_name = scope.fresh(f"d{label}")
            scope.made_names.add(up_name)
            ups.append(up_name)
            scope.line = last.lineno
            scope.upstream = up_name
            scope.target = label
            scope.pull(one, Value(name(up_name), facts.shape(one)))
        scope.back(scope.body[:-1])
        scope.flush()
        return self._finished(function, qualified, scope, ups, frames, last, cached)

    def _finished(
        self,
        function: ast.FunctionDef,
        qualified: str,
        scope: Derivation,
        ups: list[str],
        frames: set[int],
        last: ast.Return,
        cached: bool,
    ) -> Made:
        arguments = [one.arg for one in function.args.args]
        method = self.is_method(function)
        results, shapes, texts = [], {}, []
        containers = self.containers.get(id(scope), {})
        for base, (made, _) in containers.items():
            if any(
                line.text.startswith(f"{made}[") or made in re.split(r"[^\w]", line.text.split(" = ")[0])
                for line in scope.lines
            ):
                results.append(base)
                shapes[base] = Place(base, made, name(base), (-1,), True)
                texts.append(made)
        for key, place in scope.leaves.items():
            if place.gradient.split("[")[0] in texts:
                continue
            results.append(key)
            adjoint = scope.env.get(key)
            shapes[key] = place
            texts.append(code(adjoint.value.node) if adjoint is not None else place.gradient)
        order = sorted(
            range(len(results)), key=lambda n: arguments.index(results[n]) if results[n] in arguments else 99
        )
        results, texts = [results[n] for n in order], [texts[n] for n in order]
        lines = [*self.preamble(scope), *scope.lines]
        used = free_names(lines)
        again, _ = needed(scope.body[:-1], used & scope.assigned, set())
        front: list[Line] = []
        cache = self._cache(scope, last, used, arguments) if cached else None
        if cache is not None:
            front = [Line(0, cache[1], last.lineno, note="kept by the forward pass")] if cache[1] else []
            available = cache[2]
            missing = (used & scope.assigned) - available
            again, _ = needed(scope.body[:-1], missing, set())
            again = [one for one in again if not assigned(one) <= available]
        for statement in again:
            scope.line = statement.lineno
            front += [Line(0, text, statement.lineno, note="recomputed") for text in scope.runnable(statement)]
        all_used = used | set().union(*(names_of(line.text) for line in front), set(), *(read(one) for one in again))
        unpacked = cache[2] if cache is not None else set()
        parameters = {one for one in arguments if one in all_used and one not in unpacked and one != "self"}
        listed = [one for one in arguments if one in parameters]
        if cache is not None:
            listed.append(cache[0])
        back_name = self.backward_name(qualified)
        helper = Helper(
            back_name, qualified, listed, results, shapes, len(ups), cache[0] if cache is not None else "", method
        )
        words = (["self"] if method else []) + ups + listed
        header = f"def {back_name}({', '.join(words)}):"
        lines = [*front, *lines]
        if texts:
            lines.append(Line(0, f"return {', '.join(texts)}", function.lineno))
        for key, place in scope.leaves.items():
            base = key.split("[")[0]
            if base in containers and place.gradient.split("[")[0] in texts:
                helper.elements.setdefault(base, []).append(place)
        return Made(helper, lines, function, header, frames)

    def _cache(
        self, scope: Derivation, last: ast.Return, used: set[str], arguments: list[str]
    ) -> tuple[str, str, set[str]] | None:
        """Return the name of what a function returns besides its output, how to take it apart, and what is in it."""
        if not isinstance(last.value, ast.Tuple) or len(last.value.elts) != 2:
            return None
        kept = last.value.elts[1]
        content: ast.expr | None = kept if isinstance(kept, ast.Tuple) else None
        label = "cache"
        if isinstance(kept, ast.Name):
            label = kept.id
            if label in used and scope.facts.kind(kept) in ("dict", "list") and label not in scope.stale.values():
                return label, "", {label}
            for statement in scope.body:
                if isinstance(statement, ast.Assign) and any(
                    isinstance(t, ast.Name) and t.id == kept.id for t in statement.targets
                ):
                    content = statement.value
        if isinstance(content, ast.Dict) and all(isinstance(one, ast.Constant) for one in content.keys):
            pairs = [
                (key, one.id)
                for key, one in zip(content.keys, content.values, strict=True)
                if isinstance(one, ast.Name) and key is not None
            ]
            wanted = [
                (key, one)
                for key, one in pairs
                if one in used & scope.assigned and one not in set(scope.stale.values())
            ]
            if len(wanted) == len(pairs) or wanted:
                left = ", ".join(one for _, one in wanted)
                return (
                    label,
                    f"{left} = {', '.join(f'{label}[{code(key)}]' for key, _ in wanted)}",
                    {one for _, one in wanted},
                )
        if isinstance(content, ast.Tuple) and all(isinstance(one, ast.Name) for one in content.elts):
            names = [one.id for one in content.elts if isinstance(one, ast.Name)]
            stale = set(scope.stale.values()) & set(names)
            if stale:
                return None
            cache = label if label not in names else "cache"
            return cache, f"{', '.join(names)}{',' if len(names) == 1 else ''} = {cache}", set(names)
        return None

    def cache_text(
        self, scope: Derivation, node: ast.Call, function: ast.FunctionDef, targets: list[str] | None
    ) -> str:
        """Return what the caller has of what a function kept."""
        if targets is not None and len(targets) == 2:
            return targets[1]
        raise CannotDerive(f"line {scope.line}: what {function.name} keeps has no name where it is called")

    # --- scopes -------------------------------------------------------------------------------------------------

    def scope(
        self, body: Sequence[ast.stmt], facts: Facts, source: str, *, inline: bool, arguments: Sequence[str] = ()
    ) -> Derivation:
        """Return a scope for some statements."""
        home: ast.AST = self.functions.get(source) or self.tree
        taken = {one.id for one in ast.walk(self.tree if inline and not source else home) if isinstance(one, ast.Name)}
        taken |= {one.name for one in ast.walk(self.tree) if isinstance(one, ast.FunctionDef | ast.ClassDef)}
        taken |= {one.arg for one in ast.walk(home) if isinstance(one, ast.arg)}
        made = Derivation(self, facts, taken, source)
        run = executed(body, facts)
        made.containers = containers_of(run, facts)
        renamer = Renamer(made.fresh, last_keeps=inline)
        made.original = run
        made.body = renamer.block(run, {one: one for one in arguments})
        made.rounds, made.stale, made.inline = renamer.rounds, renamer.stale, inline
        made.assigned = set().union(*map(assigned, made.body), set())
        attributes = {
            code(one)
            for part in made.body
            for one in ast.walk(part)
            if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
        }
        made.aliases = aliases_in(made)
        made.defined = made.assigned | attributes | {one.previous for many in made.rounds.of.values() for one in many}
        return made


def depth_of(kind: str) -> int:
    """Return how deep a container of containers goes."""
    return int(kind[-1])


def aliases_in(scope: Derivation) -> dict[str, ast.expr]:
    """Return the names that are given an entry of a container from outside, once."""
    found: dict[str, ast.expr] = {}
    again: set[str] = set()
    for part in scope.body:
        for one in ast.walk(part):
            if isinstance(one, ast.For):
                again |= assigned(one.target)
            if not isinstance(one, ast.Assign):
                continue
            for target in one.targets:
                pairs = [(target, one.value)]
                if isinstance(target, ast.Tuple) and isinstance(one.value, ast.Tuple):
                    pairs = list(zip(target.elts, one.value.elts, strict=False))
                elif (
                    isinstance(target, ast.Tuple)
                    and scope.facts.kind(one.value) in ("tuple", "list")
                    and isinstance(one.value, ast.Name | ast.Attribute)
                ):
                    elements = [ast.Subscript(one.value, ast.Constant(n), ast.Load()) for n in range(len(target.elts))]
                    pairs = list(zip(target.elts, elements, strict=True))
                    if code(one.value) in scope.assigned or not any(
                        scope.facts.is_active_number(part) for part in target.elts
                    ):
                        pairs = []
                    for left, _ in pairs:
                        if isinstance(left, ast.Name):
                            scope.variables[left.id] = left
                elif isinstance(target, ast.Tuple):
                    pairs = []
                    again |= assigned(target)
                for left, right in pairs:
                    if not isinstance(left, ast.Name):
                        continue
                    is_entry = isinstance(right, ast.Subscript) and scope.facts.kind(right.value) in (
                        "dict",
                        "list",
                        "tuple",
                    )
                    if left.id in found or not is_entry or scope.containers.reading(right) is not None:
                        again.add(left.id)
                    else:
                        found[left.id] = right
    return {key: value for key, value in found.items() if key not in again}


def _renamed(line: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        line = re.sub(rf"\b{re.escape(old)}\b", new, line)
    return line


def manner_of(tree: ast.Module, text: str) -> Manner:
    """Return how a file writes things."""
    numpy = "np"
    for one in ast.walk(tree):
        if isinstance(one, ast.Import):
            for part in one.names:
                if part.name in ("numpy", "autograd.numpy", "cupy"):
                    numpy = part.asname or part.name
    functions = len(re.findall(rf"\b{numpy}\.(?:sum|mean)\(", text))
    methods = len(re.findall(r"(?<!\bnp)\.(?:sum|mean)\(", text))
    newaxis = f"{numpy}.newaxis" if "newaxis" in text else "None"
    return Manner(numpy, "function" if functions > methods else "method", newaxis)


def functions_of(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return the functions and methods of a program by the names that frames have."""
    found: dict[str, ast.FunctionDef] = {}

    def visit(body: Sequence[ast.stmt], around: str) -> None:
        for one in body:
            if isinstance(one, ast.FunctionDef):
                found[around + one.name] = one
                visit(one.body, f"{around}{one.name}.")
            elif isinstance(one, ast.ClassDef):
                visit(one.body, f"{around}{one.name}.")
            elif isinstance(one, ast.If | ast.Try | ast.With):
                visit(one.body, around)

    visit(tree.body, "")
    return found


__all__ = ["Made", "Session", "copy", "functions_of", "manner_of", "written"]
