"""Guesses of the arguments of a function, from their names, what is written of them, and a style of arrays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.checking.calls.axes import axes
from chainrule.checking.calls.guess import Guess, Palette
from chainrule.checking.calls.routine import Argument, Routine
from chainrule.checking.calls.shapes import chained, named_arrays, target_guess, usual_shape, written_shape
from chainrule.checking.calls.styles import Style, labels
from chainrule.checking.calls.words import role, size_role

AMONG = (
    "rng", "seed", "mode", "flag", "steps", "eps", "momentum", "reg", "rate", "keep", "stride", "pad", "window",
    "slope", "margin", "activation", "settings", "scale", "bias", "weight", "state", "labels", "yhat", "data",
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
        inner = named_arrays(parts, routines, style, sizes, variant)
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
        return target_guess(style, sizes, variant, routines, name)
    if _is_flag(one):
        return None
    written = written_shape(routines, name, style, sizes)
    if written is not None:
        return Guess("array", written)
    if what == "state" and one.optional:
        return None
    return Guess(
        "unit" if what == "yhat" and re.search("log", main.source) else "array",
        usual_shape(what, name, style, sizes, chain, main),
    )


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
            "eps": 1e-5, "momentum": 0.9, "steps": 1, "seed": 3, "rate": 0.1, "keep": 0.8, "mode": "train",
            "flag": True, "activation": "relu",
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


SETTINGS: dict[str, Any] = {
    "mode": "train", "eps": 1e-5, "epsilon": 1e-5, "momentum": 0.9, "p": 0.7, "seed": 3, "keep_prob": 0.8,
    "num_groups": 2, "G": 2, "learning_rate": 0.1, "activation": "relu", "dropout": 0.0,
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
    return named_arrays(list(dict.fromkeys(str(one) for one in names)), routines, style, sizes, variant)[name]


def _entries(
    keys: Sequence[str], routines: Sequence[Routine], style: Style, sizes: Palette, variant: dict[str, Any]
) -> Guess:
    return Guess("entries", parts={key: entry(key, routines, style, sizes, variant, keys) for key in keys})
