"""HTML and MathML as trees, so that no text of a stranger's file can become a tag or a script."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from chainrule.checking.showing.printable import printable

Child = Element | str
BEGINNING = '<!doctype html>\n<html lang="en"><head><meta name="generator" content="chainrule check">'
"""How every page begins."""


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """Return an element; texts among its children and attributes are escaped when it is written out.

    Attributes are named as in HTML, with ``_`` for ``-`` and one at the end where Python has the word (``class_``).
    """
    safe = {name.rstrip("_").replace("_", "-"): printable(value) for name, value in attributes.items()}
    built = Element(tag, safe)
    last: Element | None = None
    for child in children:
        if isinstance(child, Element):
            built.append(child)
            last = child
        elif last is None:
            built.text = (built.text or "") + printable(child)
        else:
            last.tail = (last.tail or "") + printable(child)
    return built


def document(title: str, style: str, *body: Child) -> str:
    """Return a page that needs nothing beside itself and lets nothing run or be fetched."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", name="generator", content="chainrule check"),
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", style),
    )
    page = element("html", head, element("body", *body), lang="en")
    return "<!doctype html>\n" + ElementTree.tostring(page, encoding="unicode", method="html") + "\n"
