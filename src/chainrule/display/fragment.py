"""The parts that every fragment is made of: a title, facts, tables, pictures, what is folded away."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib import resources
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from chainrule.checking.showing.markup import Child, element

SHOWN_ROWS = 20


def fragment(*parts: Child | None) -> str:
    """Return parts as HTML with its own style; texts are escaped, whatever they hold."""
    style = (resources.files("chainrule.display") / "fragment.css").read_text(encoding="utf-8")
    shown = [part for part in parts if part is not None]
    return to_html(element("div", element("style", style), *shown, class_="chainrule"))


def to_html(root: Element) -> str:
    """Return a tree as HTML."""
    return ElementTree.tostring(root, encoding="unicode", method="html")


def title(text: str, aside: str = "") -> Element:
    """Return what stands above everything else."""
    return element("p", text, *([element("span", aside)] if aside else []), class_="title")


def facts(said: Mapping[str, str]) -> Element:
    """Return a line for each fact that there is something to say of."""
    rows = [element("tr", element("th", name), element("td", text)) for name, text in said.items() if text]
    return element("table", *rows)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, more: int = 0) -> Element:
    """Return the first rows of a table whose first column is text and whose others are numbers.

    ``more`` rows are told of besides those that are given.
    """
    head = element("tr", *(_cell("th", text, number) for number, text in enumerate(columns)))
    body = [element("tr", *(_cell("td", text, number) for number, text in enumerate(row))) for row in rows[:SHOWN_ROWS]]
    more += max(len(rows) - SHOWN_ROWS, 0)
    if more:
        body.append(element("tr", element("td", f"and {more:,} more", colspan=str(len(columns)), class_="quiet")))
    return element("table", head, *body)


def _cell(tag: str, text: str, column: int) -> Element:
    return element(tag, text, class_="number") if column else element(tag, text)


def picture(png: bytes, alternative: str, *, width: int | None = None, pixels: bool = False) -> Element:
    """Return a PNG; ``pixels`` keeps the edges of small ones sharp where they are enlarged to ``width``."""
    attributes = {"width": str(width)} if width else {}
    source = f"data:image/png;base64,{b64encode(png).decode()}"
    return element("img", src=source, alt=alternative, class_="pixels" if pixels else "figure", **attributes)


def side_by_side(*parts: Element | None) -> Element:
    """Return parts beside each other where there is room."""
    return element("div", *(element("div", part) for part in parts if part is not None), class_="parts")


def folded(summary: str, *parts: Child) -> Element:
    """Return parts that show when they are asked for."""
    return element("details", element("summary", summary), *parts)
