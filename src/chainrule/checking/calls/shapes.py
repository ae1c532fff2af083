"""The shapes that arguments have: written in the program, or usual for their names and a style."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chainrule.checking.calls.axes import axes, shape
from chainrule.checking.calls.guess import Guess, Palette
from chainrule.checking.calls.routine import Routine
from chainrule.checking.calls.styles import SEQUENCES, Style, labels
from chainrule.checking.calls.words import role

_DATA = {
    "rows": "N D", "columns": "D N", "vector": "D", "column vector": "D 1", "row vector": "1 D",
    "sequence": "N T D", "column sequence": "D N T", "time first": "T N D",
    "nchw": "batch channels height width", "nhwc": "batch height width channels", "steps": "T D",
}  # fmt: skip


def chained(names: Sequence[str]) -> dict[str, int]:
    """Return the place in a chain of layers of names that end in numbers: ``W1``, ``b1``, ``W2``."""
    numbered = {name: re.fullmatch(r"(?:w|b|theta|bias|weights?|c)_?(\d)", name, re.I) for name in names}
    digits = sorted({match[1] for match in numbered.values() if match})
    return {name: digits.index(match[1]) for name, match in numbered.items() if match} if len(digits) > 1 else {}


def named_arrays(
    names: Sequence[str], routines: Sequence[Routine], style: Style, sizes: Palette, variant: dict[str, Any]
) -> dict[str, Guess]:
    """Return guesses of arrays that lie in one container."""
    chain = chained(names) or _pairs(names)
    found = {}
    for name in names:
        written = written_shape(routines, name, style, sizes)
        what = role(name, ("scale", "bias", "weight", "state", "data"))
        if name in _pairs(names):
            what = "bias" if name.islower() else "weight"
        if written is None:
            written = usual_shape(what, name, style, sizes, chain, routines[0])
        found[name] = Guess("array", written)
    return found


def _pairs(names: Sequence[str]) -> dict[str, int]:
    """Return places in a chain of ``U, u, V, v``: weights and biases by turns, without numbers."""
    weights = [name for name in names if name[:1].isupper()]
    lower = [name for name in names if name[:1].islower()]
    if len(weights) == len(lower) > 1 and {one.lower() for one in weights} == set(lower):
        return {name: [one.lower() for one in weights].index(name.lower()) for name in names}
    return {}


def written_shape(routines: Sequence[Routine], name: str, style: Style, sizes: Palette) -> tuple[int, ...] | None:
    image = style.data in ("nchw", "nhwc")
    for letters in axes(routines, name):
        found = shape(letters, sizes, image)
        if found is not None and found:
            return found
    return None


def target_guess(
    style: Style, sizes: Palette, variant: dict[str, Any], routines: Sequence[Routine], name: str
) -> Guess:
    n, c, absent = sizes.size("N"), sizes.size("C"), bool(variant["absent"])
    columns = style.data in ("columns", "column vector")
    n = 1 if style.data in ("column vector", "row vector") else n
    if style.data == "vector":
        return Guess("one-hot", (c,), absent=absent) if style.labels != "classes" else Guess("labels", (), high=c)
    if style.labels == "classes":
        shape_ = {"sequence": (n, sizes.size("T")), "steps": (sizes.size("T"),)}.get(style.data, (n,))
        return Guess("labels", shape_, high=c, absent=absent)
    if style.labels == "one-hot":
        return (
            Guess("one-hot", (c, n), value=0, absent=absent)
            if columns
            else Guess("one-hot", (n, c), value=1, absent=absent)
        )
    if style.labels == "binary":
        return Guess("binary", (1, n) if columns else (n, 1))
    if style.labels.startswith("flat"):
        return Guess("binary" if style.labels == "flat binary" else "array", (n,))
    return Guess("array", (c, n) if columns else (n, c))


def usual_shape(
    what: str, name: str, style: Style, sizes: Palette, chain: dict[str, int], main: Routine
) -> tuple[int, ...]:
    """Return the shape that an argument of this name usually has."""
    data = style.data
    features = {"nchw": "channels", "nhwc": "channels"}.get(data, "D")
    low = name.lower()
    if what == "weight" and style.labels.startswith("flat") and name not in chain and labels(main):
        return (sizes.size("D"),)
    if what == "weight":
        axes_ = _weight_axes(low, style, main)
        if name in chain:
            axes_ = ["DHGC"[min(chain[name], 2)], "DHGC"[min(chain[name] + 1, 3)]]
            last = max(chain.values())
            axes_ = [
                "D" if chain[name] == 0 else "HG"[chain[name] - 1],
                "C" if chain[name] == last else "HG"[chain[name]],
            ]
            if (data in ("columns", "vector", "column vector")) is not style.turned:
                axes_.reverse()
        return tuple(sizes.size(one) for one in axes_)
    if what in ("bias", "scale"):
        letter = features if what == "scale" else ("filters" if data in ("nchw", "nhwc") else "H")
        if (re.fullmatch(r"b_?y|b_?o(ut)?|bya|c", low) and data not in ("nchw", "nhwc")) or (
            what == "bias" and letter == "H" and labels(main)
        ):
            letter = "C"
        if name in chain:
            letter = "C" if chain[name] == max(chain.values()) else "HG"[chain[name]]
        size = sizes.size(letter)
        if data == "nhwc" and what == "bias":
            return (1, 1, 1, size) if style.bias == "flat" else (size,)
        return {"flat": (size,), "row": (1, size), "column": (size, 1)}[style.bias]
    if what == "state":
        return _state(style, sizes)
    if what == "yhat":
        return (
            (sizes.size("C"), sizes.size("N"))
            if data == "columns"
            else (sizes.size("N"), sizes.size("C"))
            if data == "rows"
            else _data(style, sizes)
        )
    return _data(style, sizes)


def _data(style: Style, sizes: Palette) -> tuple[int, ...]:
    return tuple(int(one) if one.isdigit() else sizes.size(one) for one in _DATA[style.data].split())


def _state(style: Style, sizes: Palette) -> tuple[int, ...]:
    n, h = sizes.size("N"), sizes.size("H")
    columns = style.data in ("columns", "column sequence")
    return (
        (h, n)
        if columns
        else (h,)
        if style.data in ("vector", "steps")
        else (h, 1)
        if style.data == "column vector"
        else (n, h)
    )


def _weight_axes(low: str, style: Style, main: Routine) -> list[str]:
    if style.data in ("nchw", "nhwc"):
        return (
            ["filters", "channels", "kernel", "kernel"]
            if style.data == "nchw"
            else ["kernel", "kernel", "channels", "filters"]
        )
    suffix = re.sub(r"^(w|weights?)_?", "", low)
    if suffix in ("h", "hh", "aa", "a", "rec", "r") or (low in ("u",) and SEQUENCES.search(main.qualified)):
        pair = ["H", "H"]
    elif suffix in ("hy", "ya", "y", "o", "out", "ho") or low == "v":
        pair = ["H", "C"]
    else:
        pair = ["D", "C" if labels(main) else "H"]
    if (style.data in ("columns", "column sequence", "column vector", "vector")) is not style.turned:
        pair.reverse()
    return pair
