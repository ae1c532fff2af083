"""The constants of update rules, from the numbers that stand in a program."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.reading.program import Program
from chainrule.checking.updates.adaptive import Constants, Spec

USUAL_BETAS = (0.9, 0.999, 0.99)
USUAL_EPSILONS = (1e-8, 1e-7)


def numbers(program: Program) -> set[float]:
    """Return the numbers of a program's text."""
    return {
        abs(float(node.value))
        for node in ast.walk(program.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    }


class Tries:
    """Constants worth trying for a rule: the program's own first."""

    def __init__(self, program: Program) -> None:
        found = numbers(program)
        own = sorted({round(n if n >= 0.5 else 1 - n, 12) for n in found if 0.5 <= n < 1 or 0 < n < 0.12}, reverse=True)
        said = [n for n in own if n in found]
        self.betas = list(dict.fromkeys([*said, *USUAL_BETAS, *own]))[:6]
        small = sorted(n for n in found if 0 < n <= 0.02)
        self.epsilons = list(dict.fromkeys([*small[:4], *USUAL_EPSILONS, 0.0]))

    def of(self, spec: Spec) -> Iterator[Constants]:
        """Yield constants for a rule."""
        needs_first = spec.first != "gradient" or spec.correct[0] in ("own", "late") or spec.correct[1] == "other"
        needs_second = spec.second not in ("sum", "replaced")
        for beta1 in self.betas if needs_first else [0.9]:
            for beta2 in self.betas if needs_second else [0.999]:
                for epsilon in self.epsilons:
                    yield Constants(beta1, beta2, epsilon)
