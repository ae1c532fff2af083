"""Pieces of MathML that know how tightly they hold together, so that brackets stand where they are needed."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple
from xml.etree.ElementTree import Element

from chainrule.checking.showing.markup import element


class Hold(IntEnum):
    """How tightly a piece holds together, the loosest first."""

    COMPARISON = 1
    SUM = 2
    APPLICATION = 3
    """``∑ x``, ``log x``."""
    ELEMENTWISE = 4
    PRODUCT = 5
    POWER = 6
    ATOM = 7


class Piece(NamedTuple):
    """A part of a formula."""

    element: Element
    hold: Hold = Hold.ATOM

    def held(self, least: Hold) -> Element:
        """Return the element, in brackets if it is looser than its surroundings."""
        return self.element if self.hold >= least else fenced(self.element)


def row(*parts: Element) -> Element:
    """Return elements side by side."""
    return element("mrow", *parts)


def operator(sign: str) -> Element:
    """Return a sign."""
    return element("mo", sign)


def space() -> Element:
    """Return the gap between the factors of a product."""
    return element("mspace", width="0.22em")


def code(text: str) -> Element:
    """Return what cannot be typeset as it was written."""
    return element("mtext", text, class_="code")


def fenced(inner: Element, opening: str = "(", closing: str = ")") -> Element:
    """Return an element in brackets."""
    return row(operator(opening), inner, operator(closing))


def infix(left: Piece, sign: str, right: Piece, hold: Hold) -> Piece:
    """Return two pieces with a sign between; the right one is bracketed where the order would matter."""
    least = Hold(hold + 1) if sign == "−" else hold
    return Piece(row(left.held(hold), operator(sign), right.held(least)), hold)


def product(left: Piece, right: Piece) -> Piece:
    """Return a matrix product: side by side, as mathematics writes it."""
    parts = left.held(Hold.PRODUCT), space(), right.held(Hold.PRODUCT)
    return Piece(row(*parts), Hold.PRODUCT)


def scaled(left: Piece, right: Piece, *, dot: bool) -> Piece:
    """Return a number times something."""
    hold = min(left.hold, right.hold, Hold.PRODUCT)
    parts = left.held(Hold.ELEMENTWISE), operator("·") if dot else space(), right.held(Hold.ELEMENTWISE)
    return Piece(row(*parts), max(hold, Hold.ELEMENTWISE))


def fraction(above: Piece, below: Piece) -> Piece:
    """Return a quotient."""
    return Piece(element("mfrac", above.element, below.element), Hold.POWER)


def power(base: Piece, exponent: Element) -> Piece:
    """Return something raised, or with a sign above."""
    return Piece(element("msup", base.held(Hold.ATOM), exponent), Hold.POWER)


def transposed(base: Piece) -> Piece:
    """Return a transpose."""
    return Piece(power(base, operator("⊤")).element)


def applied(sign: Element, argument: Piece, below: Element | None = None) -> Piece:
    """Return ``∑ x`` or ``log x``, with what it runs over below the sign."""
    over = sign if below is None else element("munder", sign, below)
    return Piece(row(over, space(), argument.held(Hold.APPLICATION)), Hold.APPLICATION)


def called(function: Element, arguments: list[Piece]) -> Piece:
    """Return ``f(x, y)``."""
    return Piece(row(function, fenced(listed([argument.element for argument in arguments]))))


def listed(parts: list[Element]) -> Element:
    """Return elements with commas between."""
    separated = [item for part in parts for item in (operator(","), part)]
    return row(*separated[1:])


def cases(*lines: tuple[Element, Element | None]) -> Piece:
    """Return the values of a choice, each with its condition; None stands for all other cases."""
    rows = [
        element(
            "mtr",
            element("mtd", value),
            element(
                "mtd", element("mtext", "otherwise") if when is None else row(element("mtext", "if"), space(), when)
            ),
        )
        for value, when in lines
    ]
    return Piece(row(operator("{"), element("mtable", *rows, class_="cases")), Hold.SUM)
