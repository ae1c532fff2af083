"""Guesses of the arguments of a function, from their names, what is written of them, and a style of arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.checking.calls.axes import axes, dimensions, shape
from chainrule.checking.calls.guess import Guess, Palette, palette
from chainrule.checking.calls.routine import Argument, Routine
from chainrule.checking.calls.words import role, size_role


@dataclass(frozen=True)
class Style:
    """How a program lays out its arrays."""

    data: str
    """``rows``, ``columns``, ``vector``, ``sequence`` (N T D), ``column sequence`` (D N T), ``nchw``, ``nhwc``."""
    bias: str = "flat"
    """``flat`` (H,), ``row`` (1, H), ``column`` (H, 1)."""
    labels: str = "classes"
    """``classes``, ``one-hot``, ``binary`` (as one row or column), ``flat binary``, ``flat``, ``like output``."""
    turned: bool = False
    """Whether weights are (outputs, inputs) though examples are rows, or the other way round."""

    def palette(self, variant: dict[str, Any]) -> Palette:
        """Return the sizes of a variant: there is one output where targets are zeros and ones."""
        return palette({**variant, "C": 1} if "binary" in self.labels else variant)


_DATA = {
    "rows": "N D", "columns": "D N", "vector": "D", "column vector": "D 1", "row vector": "1 D", "sequence": "N T D", "column sequence": "D N T",
    "time first": "T N D", "nchw": "batch channels height width", "nhwc": "batch height width channels", "steps": "T D",
}  # fmt: skip
_IMAGES = re.compile(r"conv|pool|spatial|img|im2col|image|pad", re.I)
_SEQUENCES = re.compile(r"rnn|lstm|gru|temporal|sequence|attention|recurrent", re.I)


def styles(routines: Sequence[Routine]) -> Iterator[Style]:
    """Yield the styles that a program's functions may be written in, the likeliest first."""
    about = " ".join(one.qualified for one in routines)
    written = "\n".join(one.source for one in routines)
    names = [one.name for routine in routines for one in routine.arguments]
    most = max((dimensions(routines, name) for name in names), default=0)
    lengths = {len(letters) for name in names for letters in axes(routines, name)[:1]}
    columns = bool(
        re.search(
            r"\bm = \w+\.shape\[1\]|sum\(d\w+, axis=1, keepdims=True\)|\bW\d?\.dot\(X|\bW\d? @ X|dot\(W\d?, X", written
        )
    )
    data: list[str] = []
    if _IMAGES.search(about) or most >= 4 or 4 in lengths:
        channels_last = bool(re.search(r"\[\w+, \w+:\w+[^\]]*, :\]|\(0, 0\)\)(, |\))|n_?C|channels?\b.*\)$", written))
        data += ["nhwc", "nchw"] if channels_last else ["nchw", "nhwc"]
    if _SEQUENCES.search(about) or most == 3 or 3 in lengths:
        data += ["sequence", "rows", "column sequence", "columns", "time first", "steps"]
    data += ["columns", "rows", "vector"] if columns else ["rows", "columns", "vector"]
    if any(one.name == "__init__" and re.search(r", 1\)", one.source) for one in routines):
        data = ["columns", "column vector", *data]
    data += ["nchw", "nhwc", "sequence", "column vector", "row vector", "steps"]
    ranked: dict[Style, float] = {}
    for place, one in enumerate(dict.fromkeys(data)):
        for kind, labels_ in enumerate(_label_kinds(written)):
            for side, bias in enumerate(_biases(one)):
                for turned in (False, True) if one in ("rows", "columns") else (False,):
                    ranked[Style(one, bias, labels_, turned)] = place + 1.5 * kind + 0.4 * side + 0.7 * turned
    yield from sorted(ranked, key=lambda style: ranked[style])


def _biases(data: str) -> tuple[str, ...]:
    if data in ("columns", "column sequence", "column vector"):
        return ("column", "flat")
    if data == "rows":
        return ("flat", "row")
    return ("row", "flat") if data == "row vector" else ("flat",)


def _label_kinds(written: str) -> list[str]:
    indexed = re.search(
        r"\[[^\[\]]*(arange|range)\([^\]]*\),? *\w*\b(y|labels?|targets?|t)\b|one_?hot|eye\(|== *np.arange|list\(range|astype\(int\)\]",
        written,
    )
    indexed = indexed or re.search(
        r"\[\w+, ?\w*(y|labels?|targets?|t)\w*\[?|\[(y|labels?|target|t)(\[\w+\])?\]|\[(y|labels?|targets?), ?(\w+\.)?a?range|take_along_axis|equal\.outer",
        written,
    )
    if indexed:
        return ["classes", "one-hot", "binary", "like output"]
    if re.search(r"log\(1 ?(\.0?)? ?- ", written):
        return ["binary", "one-hot", "flat binary", "classes", "like output"]
    return ["one-hot", "like output", "binary", "flat", "flat binary", "classes"]


AMONG = (
    "rng", "seed", "mode", "flag", "steps", "eps", "momentum", "reg", "rate", "keep", "stride", "pad", "window", "slope",
    "margin", "activation", "settings", "scale", "bias", "weight", "state", "labels", "yhat", "data",
)  # fmt: skip


def guesses(
    routine: Routine, others: Sequence[Routine], style: Style, sizes: Palette, variant: dict[str, Any]
) -> dict[str, Guess]:
    """Return a guess for each argument of a function that has to be given, or is better given."""
    routines = [routine, *others]
    found: dict[str, Guess] = {}
    names = [one.name for one in routine.arguments]
    chain = chained(names)
    for one in routine.arguments:
        made = guess(one, routines, style, sizes, variant, chain)
        if made is not None:
            found[one.name] = made
    return found


def chained(names: Sequence[str]) -> dict[str, int]:
    """Return the place in a chain of layers of names that end in numbers: ``W1``, ``b1``, ``W2``."""
    numbered = {name: re.fullmatch(r"(?:w|b|theta|bias|weights?|c)_?(\d)", name, re.I) for name in names}
    digits = sorted({match[1] for match in numbered.values() if match})
    return {name: digits.index(match[1]) for name, match in numbered.items() if match} if len(digits) > 1 else {}


def guess(
    one: Argument,
    routines: Sequence[Routine],
    style: Style,
    sizes: Palette,
    variant: dict[str, Any],
    chain: dict[str, int],
) -> Guess | None:
    """Return a guess for one argument; None to leave it out."""
    name, main = one.name, routines[0]
    if _is_packed(name, main):
        return Guess("array", (60,))
    parts = next((routine.unpacked[name] for routine in routines if name in routine.unpacked), [])
    if (
        len(parts) > 1
        and not axes(routines, name)
        and role(name, ("data", "labels")) in ("", "data")
        and len(name) > 1
        and all(len(part) < 14 for part in parts)
    ):
        inner = _named(parts, routines, style, sizes, variant)
        return Guess("items", parts=dict(enumerate(inner.values())))
    keys = list(dict.fromkeys(key for routine in routines for key in routine.keys(name)))
    bases = list(dict.fromkeys(base for routine in routines for base in routine.key_bases(name)))
    keys += [key for place in range(1, 4) for base in bases if (key := f"{base}{place}") not in keys]
    what = role(name, AMONG)
    if what == "labels" and name not in labels(main):
        what = "data"
    if keys and not one.optional and what not in ("data",):
        return _entries(keys, routines, style, sizes, variant)
    if what in ("rng",):
        return Guess("value", value=np.random.default_rng(7))
    if one.optional and isinstance(one.default, str):
        return None
    number = _number(what, name, variant, one, main)
    if number is not None:
        return whole(name, sizes) if number.kind == "whole" else number
    if one.optional and what not in ("data", "labels", "weight", "bias", "scale", "state"):
        return None
    if what == "settings" or (role(name, ("params",)) and not axes(routines, name)):
        return Guess("entries") if what == "settings" or not one.optional else None
    if what == "labels":
        return _labels(style, sizes, variant, routines, name)
    if _is_flag(one):
        return None
    written = _written(routines, name, style, sizes)
    if written is not None:
        return Guess("array", written)
    if what == "state" and one.optional:
        return None
    return Guess(
        "unit" if what == "yhat" and re.search("log", main.source) else "array",
        _usual(what, name, style, sizes, chain, main),
    )


def labels(routine: Routine) -> list[str]:
    """Return the arguments that are targets: of ``loss(y, t)`` only the second."""
    names = [one.name for one in routine.arguments if role(one.name, ("labels",))]
    return names[1:] if len(names) > 1 else names


def _is_packed(name: str, main: Routine) -> bool:
    """Whether an argument is a vector that all parameters lie in."""
    if not re.fullmatch(r"(nn_?|initial_?)?(theta\w*|params?\w*|parameters|w\w*|weights|x0|vec\w*|beta)", name, re.I):
        return False
    known = re.escape(name)
    cut = re.search(rf"\b{known}\[[^\]]*:[^\]]*\]\)?\.reshape|reshape\({known}\[", main.source)
    return bool(cut or re.search(rf"\w*(unpack|unroll|unflatten|roll_|split_)\w*\({known}\b", main.source))


def _is_flag(one: Argument) -> bool:
    return one.optional and isinstance(one.default, bool)


def _number(what: str, name: str, variant: dict[str, Any], one: Argument, main: Routine) -> Guess | None:
    if one.optional and isinstance(one.default, bool):
        return Guess("value", value=one.default)
    if what == "reg" and not (one.optional and one.default is ...):
        return Guess("number", value=float(variant["reg"]))
    if what in ("eps", "momentum", "steps", "seed", "rate", "keep", "mode", "flag", "activation"):
        options = re.findall(rf"\b{re.escape(name)} == ['\"](\w+)['\"]", main.source)
        if options:
            return Guess("value", value=options[variant["number"] % len(options)])
        if one.optional:
            return None
        values: dict[str, Any] = {
            "eps": 1e-5, "momentum": 0.9, "steps": 1, "seed": 3, "rate": 0.1, "keep": 0.8, "mode": "train", "flag": True,
            "activation": "relu",
        }  # fmt: skip
        return Guess("value", value=values[what])
    whole_default = isinstance(one.default, int) or not one.optional
    if (
        what in ("stride", "pad", "window")
        and whole_default
        and (one.optional or len(name) > 1 or (what == "window" and name == "f"))
    ):
        return Guess("value", value=variant[what])
    if what == "slope" and (one.optional or len(name) > 1) and not isinstance(one.default, str):
        return Guess("value", value=0.2)
    if what == "margin" and one.optional:
        return Guess("value", value=0.8)
    if re.fullmatch(
        r"n_?(in|hid|lab|out)\w*|num_(labels|classes)|(input|hidden)_(layer_)?size|n_[xhya]|n_?classes|depth|(vocab|output)_size|hidden_dim",
        name,
    ):
        return None if one.optional else Guess("whole", value=0)
    return None


def whole(name: str, sizes: Palette) -> Guess:
    """Return the size that an argument asks for."""
    what = size_role(name)
    if what == "layers":
        return Guess("sizes", value=[sizes.size("D"), sizes.size("H"), sizes.size("C")])
    if what == "hiddens":
        return Guess("sizes", value=[sizes.size("H"), sizes.size("G")])
    return Guess("whole", value=sizes.size(what or "D"))


def _named(
    names: Sequence[str], routines: Sequence[Routine], style: Style, sizes: Palette, variant: dict[str, Any]
) -> dict[str, Guess]:
    """Return guesses of arrays that lie in one container."""
    chain = chained(names) or _pairs(names)
    found = {}
    for name in names:
        written = _written(routines, name, style, sizes)
        what = role(name, ("scale", "bias", "weight", "state", "data"))
        if name in _pairs(names):
            what = "bias" if name.islower() else "weight"
        if written is None:
            written = _usual(what, name, style, sizes, chain, routines[0])
        found[name] = Guess("array", written)
    return found


def _pairs(names: Sequence[str]) -> dict[str, int]:
    """Return places in a chain of ``U, u, V, v``: weights and biases by turns, without numbers."""
    weights = [name for name in names if name[:1].isupper()]
    lower = [name for name in names if name[:1].islower()]
    if len(weights) == len(lower) > 1 and {one.lower() for one in weights} == set(lower):
        return {name: [one.lower() for one in weights].index(name.lower()) for name in names}
    return {}


SETTINGS: dict[str, Any] = {
    "mode": "train", "eps": 1e-5, "epsilon": 1e-5, "momentum": 0.9, "p": 0.7, "seed": 3, "keep_prob": 0.8, "num_groups": 2, "G": 2,
    "learning_rate": 0.1, "activation": "relu", "dropout": 0.0,
}  # fmt: skip


def entry(
    key: Any,
    routines: Sequence[Routine],
    style: Style,
    sizes: Palette,
    variant: dict[str, Any],
    known: Sequence[str] = (),
) -> Guess:
    """Return a guess for what a dictionary holds under a key."""
    name = str(key)
    if name in SETTINGS:
        return Guess("value", value=SETTINGS[name])
    what = role(name, ("stride", "pad", "window")) if len(name) > 1 or name in "fskp" else ""
    if what:
        return Guess("value", value=variant[what])
    if role(name, ("reg",)):
        return Guess("number", value=float(variant["reg"]))
    names = [*known, name]
    return _named(list(dict.fromkeys(str(one) for one in names)), routines, style, sizes, variant)[name]


def _entries(
    keys: Sequence[str], routines: Sequence[Routine], style: Style, sizes: Palette, variant: dict[str, Any]
) -> Guess:
    return Guess("entries", parts={key: entry(key, routines, style, sizes, variant, keys) for key in keys})


def _written(routines: Sequence[Routine], name: str, style: Style, sizes: Palette) -> tuple[int, ...] | None:
    image = style.data in ("nchw", "nhwc")
    for letters in axes(routines, name):
        found = shape(letters, sizes, image)
        if found is not None and found:
            return found
    return None


def _labels(style: Style, sizes: Palette, variant: dict[str, Any], routines: Sequence[Routine], name: str) -> Guess:
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


def _usual(what: str, name: str, style: Style, sizes: Palette, chain: dict[str, int], main: Routine) -> tuple[int, ...]:
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
    if suffix in ("h", "hh", "aa", "a", "rec", "r") or (low in ("u",) and _SEQUENCES.search(main.qualified)):
        pair = ["H", "H"]
    elif suffix in ("hy", "ya", "y", "o", "out", "ho") or low == "v":
        pair = ["H", "C"]
    else:
        pair = ["D", "C" if labels(main) else "H"]
    if (style.data in ("columns", "column sequence", "column vector", "vector")) is not style.turned:
        pair.reverse()
    return pair
