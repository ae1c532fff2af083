"""How a program may lay out its arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.checking.calls.axes import axes, dimensions
from chainrule.checking.calls.guess import Palette, palette
from chainrule.checking.calls.routine import Routine
from chainrule.checking.calls.words import role


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


_IMAGES = re.compile(r"conv|pool|spatial|img|im2col|image|pad", re.I)
SEQUENCES = re.compile(r"rnn|lstm|gru|temporal|sequence|attention|recurrent", re.I)


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
    if SEQUENCES.search(about) or most == 3 or 3 in lengths:
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


_INDEXED = re.compile(
    r"\[[^\[\]]*(arange|range)\([^\]]*\),? *\w*\b(y|labels?|targets?|t)\b"
    r"|one_?hot|eye\(|== *np.arange|list\(range|astype\(int\)\]"
    r"|\[\w+, ?\w*(y|labels?|targets?|t)\w*\[?|\[(y|labels?|target|t)(\[\w+\])?\]"
    r"|\[(y|labels?|targets?), ?(\w+\.)?a?range|take_along_axis|equal\.outer"
)
"""What only numbers of classes are used for."""


def _label_kinds(written: str) -> list[str]:
    """Return what targets may be, the likeliest first."""
    if _INDEXED.search(written):
        return ["classes", "one-hot", "binary", "like output"]
    if re.search(r"log\(1 ?(\.0?)? ?- ", written):
        return ["binary", "one-hot", "flat binary", "classes", "like output"]
    return ["one-hot", "like output", "binary", "flat", "flat binary", "classes"]


def labels(routine: Routine) -> list[str]:
    """Return the arguments that are targets: of ``loss(y, t)`` only the second."""
    names = [one.name for one in routine.arguments if role(one.name, ("labels",))]
    return names[1:] if len(names) > 1 else names
