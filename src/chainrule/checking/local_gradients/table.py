"""The table of rules, by the name of the operation, and the decorators that fill it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from chainrule.checking.local_gradients.broadcasting import unbroadcast
from chainrule.checking.local_gradients.structures import is_real

Rule = Callable[[tuple[Any, ...], dict[str, Any], Any, Any], Any]
"""``(args, kwargs, output, upstream)`` to a sequence of gradients, one an argument."""

Partial = Callable[..., Any]
"""``(upstream, output, *args)`` to the gradient of one argument, not yet summed over broadcast axes."""


class Entry(NamedTuple):
    """A rule, and whether it reads lists of arrays and float32 itself."""

    rule: Rule
    structured: bool


RULES: dict[str, Entry] = {}
OF_NUMBERS: dict[str, tuple[Partial | None, ...]] = {}
"""Partial derivatives that need no NumPy where all arguments are Python's numbers."""


def register(*names: str, structured: bool = False) -> Callable[[Rule], Rule]:
    """Enter a rule under names.

    A rule returns ``NotImplemented`` for a case that it leaves to the central differences. Unless it is ``structured``
    it gets float64 arrays in place of float32 and of lists of numbers.
    """

    def enter(rule: Rule) -> Rule:
        for name in names:
            RULES[name] = Entry(rule, structured)
        return rule

    return enter


def entrywise(*names: str, by: tuple[Partial | None, ...], plain: bool = False) -> None:
    """Enter an operation that acts entry by entry, with broadcasting, by its partial derivatives.

    Parameters
    ----------
    *names : str
        The names of the operation.
    by : tuple of Partial or None
        For each argument its derivative times the upstream gradient; ``None`` where it is zero.
    plain : bool
        Whether these work on Python's numbers, without NumPy and its warnings.
    """
    count = len(by)

    def rule(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> list[Any]:
        gradients: list[Any] = [None] * len(args)
        values = args[:count]
        for place, partial in enumerate(by[: len(args)]):
            if partial is not None and is_real(args[place]):
                try:
                    gradient = partial(upstream, output, *values)
                except (ZeroDivisionError, OverflowError):  # of Python's numbers; NumPy's give inf
                    gradient = partial(np.float64(upstream), np.float64(output), *map(np.float64, values))
                if kwargs and kwargs.get("where", True) is not True:
                    gradient = np.where(kwargs["where"], gradient, 0.0)
                gradients[place] = unbroadcast(gradient, args[place])
        return gradients

    register(*names)(rule)
    if plain:
        OF_NUMBERS.update(dict.fromkeys(names, by))
