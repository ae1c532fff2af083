"""The table of adjoints: a primitive operation, and the gradient of each of its arguments as an expression."""

from __future__ import annotations

from collections.abc import Callable

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
    from chainrule.checking.derive import adjoint_arithmetic, adjoint_elementwise, adjoint_movement, adjoint_products, adjoint_reductions

    assert adjoint_arithmetic and adjoint_elementwise and adjoint_movement and adjoint_products and adjoint_reductions
    rule = TABLE.get(operation.op)
    if rule is None:
        raise CannotDerive(f"the operation {operation.op} has no rule")
    return rule(operation, argument)
