"""The arguments of NumPy calls by their names, as plain values where they are plain."""

from __future__ import annotations

import ast
from typing import Any

from chainrule.checking.derive.facts import Facts

_AXIS = ("axis",)
POSITIONAL: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "sum",
            "mean",
            "max",
            "min",
            "amax",
            "amin",
            "prod",
            "cumsum",
            "squeeze",
            "expand_dims",
            "average",
            "stack",
            "concatenate",
        ),
        _AXIS,
    ),
    **dict.fromkeys(("var", "std"), ("axis", "dtype", "out", "ddof")),
    "add.reduce": _AXIS,
    "transpose": ("axes",),
    "swapaxes": ("axis1", "axis2"),
    "moveaxis": ("source", "destination"),
    "rollaxis": ("source", "destination"),
    "repeat": ("repeats", "axis"),
    "roll": ("shift", "axis"),
    "flip": _AXIS,
    "take": ("indices", "axis"),
    "linalg.norm": ("ord", "axis"),
    "append": ("values", "axis"),
}
"""Names of the arguments after the first."""

KEYWORD = {"a_min": "low", "min": "low", "a_max": "high", "max": "high"}


def plain(node: ast.expr | None, facts: Facts) -> Any:
    """Return the value of a small expression: an axis, a shape."""
    if node is None:
        return None
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(plain(one, facts) for one in node.elts)
    whole = facts.whole(node)
    if whole is not None:
        return whole
    seen = facts.first(node)
    if seen is not None and seen.kind in ("tuple", "list") and isinstance(seen.value, dict):
        return tuple(seen.value.values())
    return seen.value if seen is not None and seen.kind in ("text", "whole") else None


def keywords(op: str, call: ast.Call, args: list[ast.expr], facts: Facts) -> dict[str, Any]:
    """Return the options of a call."""
    given = {word.arg: word.value for word in call.keywords if word.arg}
    if op == "clip":
        found: dict[str, Any] = dict(zip(("low", "high"), args[1:], strict=False))
        found.update({KEYWORD[key]: value for key, value in given.items() if key in KEYWORD})
        return {
            key: None if isinstance(value, ast.Constant) and value.value is None else value
            for key, value in found.items()
        }
    named = dict(zip(POSITIONAL.get(op, ()), args[1:], strict=False)) | given
    if op == "transpose" and len(args) > 2:
        named["axes"] = ast.Tuple(list(args[1:]), ast.Load())
    found = {key: plain(value, facts) for key, value in named.items()}
    if op == "einsum":
        found["subscripts"] = plain(args[0], facts)
    if op == "tensordot":
        found["axes"] = (
            plain(given.get("axes", args[2] if len(args) > 2 else None), facts)
            if "axes" in given or len(args) > 2
            else 2
        )
    return found
