"""The table of adjoints: a primitive operation, and the gradient of each of its arguments as an expression."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from chainrule.checking.derive.values import CannotDerive, Operation, Scatter, Value

Rule = Callable[[Operation, int], Value | Scatter]
"""Given the operation and the number of the argument."""

TABLE: dict[str, Rule] = {}


def adjoint(*ops: str) -> Callable[[Rule], Rule]:
    """Register a rule for operations by their names on the tape."""

    def register(rule: Rule) -> Rule:
        TABLE.update(dict.fromkeys(ops, rule))
        return rule

    return register


def pulled(operation: Operation, argument: int) -> Value | Scatter:
    """Return the gradient of one argument.

    Raises
    ------
    CannotDerive
        If the operation is not in the table.
    """
    _load()
    rule = TABLE.get(operation.op)
    if rule is None:
        raise CannotDerive(f"the operation {operation.op} has no rule")
    return rule(operation, argument)


@cache
def _load() -> None:
    """Import the files that register the rules; they import this one."""
    for family in ("arithmetic", "elementwise", "movement", "products", "reductions"):
        import_module(f"chainrule.checking.derive.adjoint_{family}")
