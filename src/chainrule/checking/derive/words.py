"""A derivation in words, for the terminal."""

from __future__ import annotations

from chainrule.checking.derive.result import Derivation, DerivedLine, Part

WIDEST = 68
"""Columns of code before its comment."""


def report(made: Derivation, *, comments: bool) -> str:
    """Return what to print: where lines go, the lines, and what was proved."""
    blocks = [_block(part, comments) for part in made.parts if part.lines]
    said = [_proof(made)] if made.gradients else []
    said += [f"not derived: {one}" if not made.text else f"not proved: {one}" for one in made.refusals]
    said += [f"note: {one}" for one in made.notes]
    return "\n".join(blocks) + ("\n" if blocks else "") + "".join(f"{one}\n" for one in said)


def _block(part: Part, comments: bool) -> str:
    where = f"after line {part.after}:" if not part.name else f"{part.name}, after line {part.after}:"
    rows = [_row(part.indent, line, comments) for line in part.lines]
    return f"{where}\n" + "".join(f"{row}\n" for row in rows)


def _row(indent: str, line: DerivedLine, comments: bool) -> str:
    text = f"{indent}{line.text}".rstrip()
    if not comments or not line.forward or text.endswith(":"):
        return text
    shape = "" if line.shape is None else f"  {line.shape}"
    return f"{text:<{WIDEST}}  # line {line.source}: {line.forward}{shape}"


def _proof(made: Derivation) -> str:
    named = ", ".join(one.name for one in made.gradients if one.proved)
    points = "1 point" if made.points == 1 else f"{made.points} points"
    if not made.proved:
        return f"right beside the chain rule: {named or 'none'}"
    return f"proved at {points}, {made.differences:.0e} from central differences: {named}"
