"""The names of a program as mathematics writes them: W1 as W with a subscript, dz1 as d and z with one, alpha as α."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from chainrule.checking.showing.markup import element

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "eps": "ε",
    "epsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "lam": "λ",
    "lamb": "λ",
    "lambd": "λ",
    "lambda_": "λ",
    "lmbda": "λ",
    "mu": "μ",
    "rho": "ρ",
    "sigma": "σ",
    "phi": "φ",
}
_SCALARS = re.compile(
    r"(?i)(reg|lr|n|m|num_\w+|batch_size|n_\w+|\w*rate|eps|epsilon|lam|lamb|lambd|lambda_|lmbda|decay)"
)
_DIFFERENTIAL = re.compile(r"d([A-Za-z])(?:_?(\d+))?")
_NUMBERED = re.compile(r"([A-Za-z]+?)_?(\d+)")
_INDEXED = re.compile(r"([A-Za-z])_(\w+)")


def name(word: str) -> Element:
    """Return a name: a letter slanted, a word upright, its number below."""
    if word in GREEK:
        return element("mi", GREEK[word])
    if found := _DIFFERENTIAL.fullmatch(word):
        letter, number = found.groups()
        return element("mrow", _upright("d"), _below(element("mi", letter), number))
    if found := _NUMBERED.fullmatch(word):
        return _below(name(found[1]), found[2])
    if found := _INDEXED.fullmatch(word):
        return element("msub", element("mi", found[1]), name(found[2]))
    return element("mi", word)


def is_scalar_name(word: str) -> bool:
    """Return whether a name is one that people give to a number, never to an array."""
    return _SCALARS.fullmatch(word) is not None


def _below(base: Element, number: str | None) -> Element:
    return base if number is None else element("msub", base, element("mn", number))


def _upright(letter: str) -> Element:
    return element("mi", letter, mathvariant="normal")
