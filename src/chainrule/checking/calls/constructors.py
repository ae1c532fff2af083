"""Guesses of what objects of a class are made with."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from chainrule.checking.calls.arguments import guess, whole
from chainrule.checking.calls.guess import Guess, Guesses, Palette
from chainrule.checking.calls.routine import Routine
from chainrule.checking.calls.styles import Style
from chainrule.checking.calls.words import role, size_role

AMONG = (
    *("rng", "seed", "flag", "mode", "eps", "momentum", "reg", "rate", "keep"),
    *("stride", "pad", "slope", "activation", "steps"),
)


def constructor_guesses(made: Routine, style: Style, sizes: Palette, variant: dict[str, Any]) -> Guesses:
    """Return a guess for each argument of a constructor that has to be given, or is better given."""
    found: Guesses = {}
    spent: list[int] = []
    image = style.data in ("nchw", "nhwc")
    for one in made.arguments:
        what = role(one.name, AMONG)
        if len(one.name) < 2 and what in ("stride", "pad"):
            what = ""
        size = size_role(one.name)
        default = one.default
        if what in ("stride", "pad") or (image and role(one.name, ("window",))):
            if not one.optional or isinstance(default, int):
                found[one.name] = Guess("value", value=variant[what or "kernel"])
        elif what == "rng" and not one.optional:
            found[one.name] = Guess("value", value=np.random.default_rng(7))
        elif what == "reg" and (not one.optional or isinstance(default, (int, float))):
            found[one.name] = Guess("number", value=float(variant["reg"]))
        elif what and not one.optional:
            made_guess = guess(one, [made], style, sizes, variant, {})
            if made_guess is not None:
                found[one.name] = made_guess
        elif size and (not one.optional or (isinstance(default, (int, list, tuple)) and not isinstance(default, bool))):
            found[one.name] = _image_size(one.name, sizes, variant) if image else whole(one.name, sizes)
            if not image and found[one.name].value in spent:
                found[one.name] = Guess(
                    "whole",
                    value=next(sizes.size(n) for n in ("C", "G", "E", "T", "q", "r") if sizes.size(n) not in spent),
                )
            spent.append(found[one.name].value)
        elif not one.optional:
            is_array = re.fullmatch(r"[Ww]\d?|[Bb]\d?|[xX]|gamma|beta|weights?|bias", one.name)
            found[one.name] = (
                guess(one, [made], style, sizes, variant, {}) or whole(one.name, sizes)
                if is_array
                else whole(one.name, sizes)
            )
    return found


def _image_size(name: str, sizes: Palette, variant: dict[str, Any]) -> Guess:
    low = name.lower()
    if re.search(r"size|^f$|^k$|kernel", low) and not re.search("in|out", low):
        return Guess("value", value=variant["kernel"])
    letter = (
        "filters" if re.search(r"out|filters|^n_?c$|^n_?f$|num", low) and "in" not in low.split("_") else "channels"
    )
    return Guess("whole", value=sizes.size(letter))
