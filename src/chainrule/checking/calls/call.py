"""A call that was made for a program: what to run, and what in it is a loss, its arguments and their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """Statements that call functions of the program once, forward and backward.

    All texts are Python that sees the program's names and those of ``given``.
    """

    name: str
    """What is checked by it: ``conv_backward``, ``TwoLayerNet.loss``."""
    kind: str
    """``function``, ``class``, ``pair`` or ``layers``."""
    setup: str
    """Statements that come first and are not looked at: make the object, put drawn numbers into its parameters."""
    text: str
    """The statements that are looked at."""
    given: Mapping[str, Any]
    inputs: Mapping[str, str]
    """By a name for people: the expression, after ``setup``, of what the loss is differentiated by."""
    claims: Mapping[str, tuple[str, ...]]
    """By the same names: expressions, after ``text``, that may be its gradient; the likeliest first."""
    loss: str = ""
    """The expression of the loss, if the program computes one."""
    outputs: tuple[tuple[str, str], ...] = ()
    """Else: expressions of outputs, each with that of the gradient that is handed to the backward pass for it."""
    supposed: bool = False
    """Whether it neither computes a loss nor is handed gradients: it compares its output with labels itself."""
    easy: tuple[str, ...] = field(default=())
    """What makes this the easy case, in words: ``windows do not overlap``."""
    own: bool = False
    """Whether the arguments are those that the program itself once called it with."""
