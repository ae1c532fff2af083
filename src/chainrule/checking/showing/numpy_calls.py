"""NumPy's functions as mathematics writes them: one entry a function."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from chainrule.checking.showing.markup import element
from chainrule.checking.showing.typeset import (
    Hold,
    Piece,
    applied,
    called,
    fenced,
    fraction,
    infix,
    listed,
    operator,
    power,
    product,
    row,
    space,
    transposed,
)

OVER_AXES = {
    "sum": "∑",
    "mean": "mean",
    "prod": "∏",
    "max": "max",
    "amax": "max",
    "min": "min",
    "amin": "min",
    "argmax": "argmax",
}
"""What runs along an axis."""
METHODS = {"dot", "transpose", *OVER_AXES} - {"amax", "amin"}
"""What arrays have as methods too."""
SAME = {"float", "copy", "astype", "array", "asarray", "float32", "float64", "int32", "int64"}
"""What changes no number that a formula is about."""


def _between(sign: str, hold: Hold) -> Callable[[Piece, Piece], Piece]:
    return lambda left, right: infix(left, sign, right, hold)


def _named(word: str) -> Callable[[Piece, Piece], Piece]:
    return lambda left, right: called(element("mi", word), [left, right])


def _function(word: str) -> Callable[[Piece], Piece]:
    def write(x: Piece) -> Piece:
        return Piece(applied(element("mi", word), Piece(x.held(Hold.POWER))).element, Hold.APPLICATION)

    return write


TWO: dict[str, Callable[[Piece, Piece], Piece]] = {
    "dot": product,
    "matmul": product,
    "multiply": _between("⊙", Hold.ELEMENTWISE),
    "add": _between("+", Hold.SUM),
    "subtract": _between("−", Hold.SUM),
    "outer": _between("⊗", Hold.ELEMENTWISE),
    "divide": fraction,
    "power": lambda base, exponent: power(base, exponent.element),
    "maximum": _named("max"),
    "minimum": _named("min"),
}
ONE: dict[str, Callable[[Piece], Piece]] = {
    "exp": lambda x: power(Piece(element("mi", "e", mathvariant="normal")), x.element),
    "log": _function("log"),
    "tanh": _function("tanh"),
    "sign": _function("sign"),
    "square": lambda x: power(x, element("mn", "2")),
    "sqrt": lambda x: Piece(element("msqrt", x.element)),
    "abs": lambda x: Piece(fenced(x.element, "|", "|")),
    "absolute": lambda x: Piece(fenced(x.element, "|", "|")),
    "norm": lambda x: Piece(fenced(x.element, "‖", "‖")),
    "transpose": transposed,
}


def along(function: str, x: Piece, axes: tuple[int, ...] | None) -> Piece:
    """Return a sum, mean or maximum over everything (None) or along axes, which are named below the sign."""
    sign = element("mo", OVER_AXES[function], movablelimits="false")
    return applied(sign, x, None if axes is None else _axes(axes))


def _axes(axes: tuple[int, ...]) -> Element:
    numbers = listed([operator(str(axis).replace("-", "−")) for axis in axes])
    return row(element("mtext", "axis" if len(axes) == 1 else "axes"), space(), numbers)
