"""A stranger's text made safe to print: nothing in it moves the cursor, turns the line round or breaks the encoding."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return a text in which every character that is not plainly visible is written out, ``\x1b`` or ``\u202e``.

    Line ends and spaces stay, tabs become spaces.
    """
    text = text.replace("\r\n", "\n").expandtabs(4)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


def single_line(text: str) -> str:
    """Return a text printable in one line."""
    return printable(" ".join(text.split()))
