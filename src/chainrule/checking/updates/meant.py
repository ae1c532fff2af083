"""Is an objective to be made small or large?"""

from __future__ import annotations

import re

import numpy as np

from chainrule.checking.record.tape import Ref
from chainrule.checking.roles.flow import Flow
from chainrule.checking.roles.problem import Objective, Origin

LOSS = re.compile(r"loss|cost|err|nll|entropy|mse|sse|rmse|energy|penalt|regret|^neg|^[JELC]$", re.IGNORECASE)
REWARD = re.compile(
    r"reward|return|utility|gain|profit|likelihood|(^|_)ll($|_)|log_?prob|log_?lik|elbo|score|fitness|benefit|payoff",
    re.I,
)


def direction(objective: Objective) -> int:
    """Return -1 for a loss, 1 for what is maximised, 0 where nothing tells."""
    if objective.origin is Origin.SUPPOSED:
        return 0 if objective.name.startswith("absolute error") else -1
    if LOSS.search(objective.name) and objective.name != "the loss":
        return -1
    return 1 if REWARD.search(objective.name) else 0


def form(flow: Flow, objective: Objective) -> int:
    """Return what an objective is by how it is computed: -1 for squares, 1 for logarithms, 0 for others."""
    if objective.origin is not Origin.STATED:
        return 0
    signs: set[int] = set()
    pending = [(flow.made(flow.tape.events[place.time - 1])[0], -1) for place in objective.places]
    for _ in range(60):
        if not pending:
            break
        vertex, sign = pending.pop()
        pending += _terms(flow, vertex, sign, signs)
    return signs.pop() if len(signs) == 1 and not pending else 0


def _terms(flow: Flow, vertex: int, sign: int, signs: set[int]) -> list[tuple[int, int]]:
    """Return the terms of a value with their signs; note those of squares and logarithms."""
    event = flow.tape.events[flow.event[vertex]]
    given = [flow.vertex(arg) for arg in event.args if isinstance(arg, Ref)]
    numbers = [arg for arg in event.args if isinstance(arg, (int, float)) and not isinstance(arg, bool)]
    if (
        event.op in ("square", "abs", "absolute")
        or (event.op == "power" and numbers[-1:] == [2])
        or (event.op == "multiply" and len(given) == 2 and given[0] == given[1])
    ):
        signs.add(sign)
    elif event.op in ("log", "math.log", "log10", "log2"):
        signs.add(-sign)
    elif event.op == "negative":
        return [(given[0], -sign)]
    elif event.op in ("sum", "mean", "builtins.float", "item", "squeeze", "reshape", "array", "asarray", "getitem"):
        return [(one, sign) for one in given[:1]]
    elif event.op in ("add", "iadd", "builtins.sum"):
        return [(one, sign) for one in given if flow.event[one] > 0 and not _is_constant(flow, one)]
    elif event.op == "subtract":
        sides = [(arg, 1 if n == 0 else -1) for n, arg in enumerate(event.args)]
        return [
            (flow.vertex(arg), sign * side)
            for arg, side in sides
            if isinstance(arg, Ref) and not _is_constant(flow, flow.vertex(arg))
        ]
    elif event.op in ("multiply", "true_divide", "itrue_divide", "imultiply"):
        return _of_product(flow, given, numbers, sign, signs)
    else:
        signs.update((-1, 1))
    return []


def _of_product(
    flow: Flow, given: list[int], numbers: list[float], sign: int, signs: set[int]
) -> list[tuple[int, int]]:
    """Return the one factor that is computed, if the others are numbers of one sign."""
    flips = sum(number < 0 for number in numbers)
    moving = [one for one in given if not _is_constant(flow, one)]
    for one in given:
        if one not in moving:
            value = np.asarray(flow.tape.nodes[flow.node[one]].value)
            if np.any(value < 0) and np.any(value > 0):
                signs.update((-1, 1))
                return []
            flips += bool(np.any(value < 0))
    if len(moving) != 1:
        signs.update((-1, 1))
        return []
    return [(moving[0], -sign if flips % 2 else sign)]


def _is_constant(flow: Flow, vertex: int) -> bool:
    """Return whether a value is no result of a computation."""
    return flow.tape.events[flow.event[vertex]].op == "leaf"
