"""Which functions and methods of a program belong together: forward, loss, backward."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chainrule.checking.calls.pipeline import Pipeline
from chainrule.checking.calls.routine import Routine, classes, routines
from chainrule.checking.calls.words import ASIDE, BACKWARD, FORWARD, LOSS, differentiated, role, stem
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import Run

_UPDATE = re.compile(
    r"-= [^\n]*\b(lr|\w*rate|alpha|eta|step\w*)\b|= [^\n]*\w - [^\n=]*\b(lr|\w*rate|alpha|eta|step_?size)\b( \*|$)",
    re.MULTILINE,
)
"""A step of training: it is no function that gives gradients only."""


@dataclass
class Subject:
    """Something that has, or should have, gradients, and ways to call it."""

    name: str
    kind: str
    plans: list[Pipeline]
    certain: bool
    """Whether it is worth a row of its own if it cannot be run."""
    line: int
    adder: str = ""
    """Of a container: the method that takes one more layer."""


def subjects(program: Program, run: Run, trained: set[str]) -> Iterator[Subject]:
    """Yield what a program has that can be called."""
    all_ = routines(program.tree, program.text)
    made = classes(program.tree)
    functions = [one for one in all_ if not one.owner]
    yield from _of(functions, {}, trained)
    for name in made:
        methods = _methods(name, made, all_)
        constructor = next((one for one in methods if one.name == "__init__"), None)
        adder = next((one.name for one in methods if re.match(r"add|append", one.name) and len(one.arguments) == 1), "")
        for one in _of([one for one in methods if one.name != "__init__"], {name: constructor}, trained):
            yield replace(one, adder=adder)


def _methods(name: str, made: dict[str, ast.ClassDef], all_: Sequence[Routine]) -> list[Routine]:
    """Return the methods of a class, with those that it inherits."""
    found: dict[str, Routine] = {}
    for base in made[name].bases:
        known = getattr(base, "id", "")
        if known in made and known != name:
            found |= {one.name: Routine(one.name, name, one.node, one.around) for one in _methods(known, made, all_)}
    return [*(found | {one.name: one for one in all_ if one.owner == name}).values()]


def _of(parts: Sequence[Routine], constructors: dict[str, Routine | None], trained: set[str]) -> Iterator[Subject]:
    candidates = [one for one in parts if not _is_abstract(one.node)]
    backs = [one for one in candidates if BACKWARD.search(one.name) and not ASIDE.search(one.name)]
    paired: set[str] = set()
    whole = [one for one in candidates if _is_whole(one, backs)]
    backs = [one for one in backs if one not in whole]
    inside = {back.name for one in whole for back in backs if _calls(one, back.name)}
    for back in backs:
        if back.name in inside and not _takes_upstream(back):
            continue
        if back.qualified in trained:
            paired.add(back.name)
            continue
        plans = [*_plans(back, [one for one in candidates if one not in whole or one is back], backs, constructors)]
        if not plans:
            continue
        paired |= {one.name for plan in plans[:1] for one in plan.steps}
        kind = "class" if constructors else "pair" if len(plans[0].steps) > 1 else "function"
        yield Subject(back.qualified, kind, plans, _is_certain(plans[0]), back.node.lineno)
    for one in candidates:
        alone = one in whole or (one.name not in paired and not ASIDE.search(one.name) and _gives_gradients(one))
        alone = alone and not _UPDATE.search(one.source)
        if alone and one.qualified not in trained:
            plan = Pipeline(
                one.qualified,
                "class" if constructors else "function",
                (one,),
                _used(constructors, [one]),
                _called([one], parts),
            )
            yield Subject(one.qualified, plan.kind, [plan], LOSS.search(one.name) is not None, one.node.lineno)


def _plans(
    back: Routine, parts: Sequence[Routine], backs: Sequence[Routine], constructors: dict[str, Routine | None]
) -> Iterator[Pipeline]:
    others = [one for one in parts if one not in backs and not ASIDE.search(one.name)]
    losses = [one for one in others if LOSS.search(one.name)]
    forwards = [one for one in others if FORWARD.search(one.name)]
    others_forward = [one for one in parts if one not in forwards and _runs_network(one, back, losses)]
    kind = "class" if constructors else "pair"
    takes_upstream = _takes_upstream(back)

    def plan(*steps: Routine, view: str = "") -> Pipeline:
        called = _called([*steps, back], parts)
        return Pipeline(back.qualified, kind, (*steps, back), _used(constructors, [*steps, back]), called, view)

    own = stem(back.name)
    same = [one for one in others if stem(one.name) == own and one not in losses] if own or constructors else []
    near = [
        one
        for one in others
        if len(stem(one.name)) > 2 and own.startswith(stem(one.name)) and one not in same and one not in losses
    ]
    near.sort(key=lambda one: -len(stem(one.name)))
    partner_losses = [one for one in losses if stem(one.name) == own] or losses
    labelled = any(role(one.name, ("labels",)) for one in back.arguments)
    if _returns_loss(back):
        yield plan()
    if labelled or not takes_upstream:
        for loss in partner_losses[:2]:
            if stem(loss.name) == own and own and not same:
                yield plan(loss)
        for forward in [*dict.fromkeys([*same, *near, *forwards])][:2]:
            for loss in partner_losses[:2]:
                yield plan(forward, loss)
        for loss in partner_losses[:2]:
            yield plan(loss)
        for forward in others_forward[:2]:
            for loss in partner_losses[:2]:
                yield plan(forward, loss)
    partners = [*dict.fromkeys([*same, *near, *(forwards if not own or constructors or len(forwards) == 1 else [])])]
    for one in partners:
        yield plan(one)
    if takes_upstream:
        for view in ("[:, -1]", "[-1]", "[..., -1]"):
            for one in partners[:1]:
                yield plan(one, view=view)
    if labelled:
        for one in dict.fromkeys([*partners, *forwards]):
            yield plan(one)
    if _gives_gradients(back) and not _returns_loss(back):
        yield plan()


def _is_whole(one: Routine, backs: Sequence[Routine]) -> bool:
    """Whether a function returns a loss together with gradients."""
    if ASIDE.search(one.name) or not any(isinstance(expr, (ast.Tuple, ast.Dict)) for expr in one.returned):
        return False
    several = any(isinstance(expr, ast.Tuple) and len(expr.elts) > 1 for expr in one.returned)
    gives = (
        _gives_gradients(one)
        or (LOSS.search(one.name) is not None and several)
        or any(back is not one and _calls(one, back.name) for back in backs)
    )
    computes = (LOSS.search(one.name) and not BACKWARD.search(one.name)) or _returns_loss(one)
    return bool(gives and computes) and not _takes_upstream(one)


def _calls(one: Routine, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and (getattr(node.func, "attr", "") == name or getattr(node.func, "id", "") == name)
        for node in one.own_nodes
    )


def _called(steps: Sequence[Routine], parts: Sequence[Routine]) -> tuple[Routine, ...]:
    """Return the functions that these call by name."""
    names = {
        node.func.id
        for one in steps
        for node in one.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return tuple(one for one in parts if one.name in names and one not in steps)


def _runs_network(one: Routine, back: Routine, losses: Sequence[Routine]) -> bool:
    """Whether a function whose name does not say so gives what a loss compares: ``a, yhat = predict(X)``."""
    if one in losses or one is back or not one.returned or BACKWARD.search(one.name):
        return False
    names = {part.id for part in ast.walk(one.returned[0]) if isinstance(part, ast.Name)}
    wanted = {argument.name for other in (*losses, back) for argument in other.arguments}
    return bool(names & wanted) and (_calls(back, one.name) or bool(names & {a.name for a in back.arguments}))


def _used(constructors: dict[str, Routine | None], steps: Sequence[Routine]) -> dict[str, Routine | None]:
    return constructors if any(one.owner and not one.static for one in steps) else {}


def _takes_upstream(one: Routine) -> bool:
    return any(role(argument.name, ("upstream",)) for argument in one.arguments if not argument.optional)


def _returns_loss(one: Routine) -> bool:
    names = {part.id for expr in one.returned for part in ast.walk(expr) if isinstance(part, ast.Name)}
    return any(LOSS.search(name) and not differentiated(name) for name in names)


def _gives_gradients(one: Routine) -> bool:
    """Whether a function computes something that is called a gradient of one of its arguments, and returns it."""
    if not one.returned:
        return False
    stored = [
        node
        for node in one.own_nodes
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store)
    ]
    names = [
        node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else _key(node)
        for node in stored
    ]
    names += [
        key.value
        for node in one.own_nodes
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    return any(
        name and (differentiated(name) or name.lower() in ("grads", "grad", "gradients", "gradient", "g"))
        for name in names
    )


def _key(node: ast.Subscript) -> str:
    if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return node.value.id if isinstance(node.value, ast.Name) else ""


def _is_abstract(node: ast.FunctionDef) -> bool:
    real = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return all(isinstance(one, (ast.Raise, ast.Pass)) for one in real)


def _is_certain(plan: Pipeline) -> bool:
    return len(plan.steps) > 1
