"""Functions that take parameters and data: one that gives loss and gradients, or forward, cost and backward apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.experiment import Experiment
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.found import Found
from chainrule.checking.reading.recognise.returns import own_statements, return_names
from chainrule.checking.reading.recognise.routine import Routine, called_in, has
from chainrule.checking.reading.recognise.trials import agreeing
from chainrule.checking.reading.recognise.vocabulary import differentiated, is_parameter, role
from chainrule.checking.reading.recognise.words import (
    BACKWARD,
    FORWARD,
    LOSS,
    NOT_BACKWARD,
    NOT_LOSS,
    special_words,
    takes_upstream,
)

REG = 0.3


def find(module: Module) -> Iterator[Found]:
    """Yield what is found of each function, and each set of functions, that gives loss and gradients."""
    for kind, sequence in (*_single(module), *_stages(module)):
        found = Routine(module, kind, sequence).found()
        if found is not None:
            yield found
    for name in _untold(module):
        found = Routine(module, "function", (name,)).found()
        if found is not None and _shows_it(found.experiment):
            yield found


def _single(module: Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield functions that take parameters and data, and return loss and gradients."""
    for name, node in module.functions().items():
        roles = [role(argument.arg) for argument in node.args.args]
        if NOT_BACKWARD.search(name) or "X" not in roles or not _takes_parameters(module, node):
            continue
        names = return_names(node)
        gradients = [one for one in names if role(one) == "grads" or is_parameter(differentiated(one))]
        losses = [one for one in names if LOSS.match(one.lower())]
        if (losses and (gradients or len(names) > 1)) or (
            "y" in roles and len(names) > 1 and _computes_gradients(node) and not FORWARD.search(name)
        ):
            yield "function", (name,)


def _untold(module: Module) -> Iterator[str]:
    """Yield functions of parameters and data that return several things, where no name says what these are."""
    told = {name for _, names in _single(module) for name in names}
    for name, node in module.functions().items():
        roles = {role(argument.arg) for argument in node.args.args}
        if name in told or NOT_BACKWARD.search(name) or FORWARD.search(name) or not {"X", "y"} <= roles:
            continue
        if len(return_names(node)) > 1 and _takes_parameters(module, node):
            yield name


def _shows_it(experiment: Experiment) -> bool:
    """Whether what it gives shows that it is loss and gradients: at least one gradient is that of the loss."""
    return agreeing(experiment.draw, experiment.sizes[0], REG) > 0


def _takes_parameters(module: Module, node: ast.FunctionDef) -> bool:
    arguments = [argument.arg for argument in node.args.args]
    if any(is_parameter(name) or role(name) == "parameters" for name in arguments):
        return True
    read = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}
    return any(is_parameter(name) and name in module.namespace for name in read - set(arguments))


def _computes_gradients(node: ast.FunctionDef) -> bool:
    stored = {
        inner.id for inner in own_statements(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    return any(role(name) == "grads" or is_parameter(differentiated(name)) for name in stored)


def _stages(module: Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield forward, cost and backward functions that belong together."""
    functions = module.functions()
    called = {name: set(called_in(node)) for name, node in functions.items()}
    fronts = _outermost([name for name in functions if FORWARD.search(name) and not BACKWARD.search(name)], called)
    backs = _outermost([name for name in functions if BACKWARD.search(name) and not NOT_BACKWARD.search(name)], called)
    losses = [
        name for name in functions if LOSS.match(name) and not NOT_LOSS.search(name) and not BACKWARD.search(name)
    ]
    for back in backs:
        if takes_upstream(functions[back]) or not _goes_through_all(functions[back]):
            continue  # a single layer
        front = _closest(back, [name for name in fronts if name not in called[back] and has(functions[name], "X")])
        loss = _closest(back, _outermost(losses, called))
        if front and loss and loss not in called[front]:
            yield "stages", (front, loss, back)
        elif front:
            yield "stages", (front, back)


def _goes_through_all(node: ast.FunctionDef) -> bool:
    """Whether a backward function can be that of a network, from what it is given: ``relu_backward(Z)`` is not."""
    return len(node.args.args) > 1 or has(node, "y", "yhat", "cache", "parameters") or not node.args.args


def _outermost(names: list[str], called: dict[str, set[str]]) -> list[str]:
    """Return those that none of the others calls."""
    return [name for name in names if not any(name in called[other] for other in names if other != name)]


def _closest(name: str, others: list[str]) -> str:
    """Return the function whose name shares the most of what is special about ``name`` (``with_dropout``)."""
    own = special_words(name)

    def distance(other: str) -> int:
        return len(own ^ special_words(other))

    return min(others, key=distance, default="")
