"""What a reader of the text sees: the best weights kept by name, epsilon inside the root, choices by the test set."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chainrule.checking.reading.recognise.vocabulary import is_parameter, role
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.remedies import simple_statements
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.wording import formula

ADAM = re.compile(r"adam|beta_?[12]$", re.IGNORECASE)
EPSILON = re.compile(r"^eps(ilon)?$", re.IGNORECASE)
TEST = re.compile(r"(^|_)test(_|$)|test(acc|score|loss)", re.IGNORECASE)
HELD_OUT = re.compile(r"val|dev|cv", re.IGNORECASE)


def habits(subject: Subject) -> Lessons:
    """Read the functions, and the loops outside of them."""
    found = Lessons()
    for _, _, node in subject.units():
        for kept in _kept_by_name(node):
            found += subject.note(
                f"`{formula(kept)}` keeps the arrays themselves, and the steps change them in place: in the end "
                "the best weights are the last ones. Keep a copy of each array",
                kept.lineno,
            )
        for statement in _epsilon_inside(node):
            found += subject.note(
                "epsilon stands inside the root. Adam adds it to the root (Kingma and Ba, 2015): 1e-8 inside does what "
                "1e-4 does outside, and small gradients are slowed by it",
                statement.lineno,
            )
    for choice in _chosen_by_test(subject.program.tree):
        found += subject.note(
            "settings are chosen here by their result on the test set, which then says nothing of new data. Choose by "
            "a validation set, and look at the test set once",
            choice.lineno,
        )
    return found


def _kept_by_name(node: ast.FunctionDef) -> Iterator[ast.Assign]:
    """Yield where the best weights are kept without a copy, in a function that moves them in place."""
    statements = list(simple_statements(node))
    if not any(isinstance(one, ast.AugAssign) and _is_weight(one.target) for one in statements):
        return
    for statement in statements:
        if not isinstance(statement, ast.Assign) or "best" not in ast.unparse(statement.targets[0]).lower():
            continue
        if _is_alias(statement.value):
            yield statement


def _is_weight(target: ast.expr) -> bool:
    if isinstance(target, ast.Subscript):
        return _is_weight(target.value)
    name = _name(target)
    return is_parameter(name) or role(name) == "parameters"


def _is_alias(value: ast.expr) -> bool:
    """Whether an expression is the weights themselves: bare, in a new dictionary, or taken over one by one."""
    if isinstance(value, ast.Name | ast.Attribute):
        return _is_weight(value)
    if isinstance(value, ast.DictComp):
        items = value.generators[0].iter
        over = items.func.value if isinstance(items, ast.Call) and isinstance(items.func, ast.Attribute) else items
        return isinstance(value.value, ast.Name) and _is_weight(over)
    if isinstance(value, ast.Call) and len(value.args) <= 1:
        called = value.func
        if isinstance(called, ast.Attribute) and called.attr == "copy" and not value.args:
            return role(_name(called.value)) == "parameters"
        return isinstance(called, ast.Name) and called.id == "dict" and bool(value.args) and _is_weight(value.args[0])
    return False


def _epsilon_inside(node: ast.FunctionDef) -> Iterator[ast.stmt]:
    """Yield where Adam's epsilon is added before the root."""
    names = {node.name, *(_name(inner) for inner in ast.walk(node)), *(argument.arg for argument in node.args.args)}
    if not any(ADAM.search(name) for name in names):
        return
    for statement in simple_statements(node):
        calls = [inner for inner in ast.walk(statement) if isinstance(inner, ast.Call) and len(inner.args) == 1]
        roots = [call.args[0] for call in calls if ast.unparse(call.func).endswith("sqrt")]
        sums = [root for root in roots if isinstance(root, ast.BinOp) and isinstance(root.op, ast.Add)]
        if any(_is_epsilon(one.right) and "var" not in ast.unparse(one.left) for one in sums):
            yield statement


def _is_epsilon(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float) and 0 < node.value <= 1e-4
    return EPSILON.search(_name(node)) is not None


def _chosen_by_test(tree: ast.Module) -> Iterator[ast.If]:
    """Yield the tests, in a loop, of whether a result on the test set is the best so far."""
    for loop in ast.walk(tree):
        if not isinstance(loop, ast.For):
            continue
        inside = [node for node in ast.walk(loop) if node is not loop]
        if any(isinstance(node, ast.For) and _asks(node) for node in inside):
            continue  # the innermost loop says it
        assigned: dict[str, set[str]] = {}
        for node in inside:
            if isinstance(node, ast.Assign):
                assigned |= {_name(target): _words(node.value) for target in node.targets}
        for node in inside:
            if isinstance(node, ast.If) and any("best" in word.lower() for word in _words(node.test)):
                words = {word for name in _words(node.test) for word in (name, *assigned.get(name, ()))}
                if any(TEST.search(word) for word in words) and not any(HELD_OUT.search(word) for word in words):
                    yield node


def _asks(loop: ast.For) -> bool:
    tests = [node.test for node in ast.walk(loop) if isinstance(node, ast.If)]
    return any("best" in word.lower() for test in tests for word in _words(test))


def _words(node: ast.AST) -> set[str]:
    return {_name(inner) for inner in ast.walk(node)} - {""}


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
