"""A derivation as a page: every line of the forward pass, and the lines that go back through it, typeset."""

from __future__ import annotations

from functools import cache
from typing import Any
from xml.etree.ElementTree import tostring

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from chainrule.checking.derive.result import Derivation, DerivedLine
from chainrule.checking.showing.formula import formula
from chainrule.checking.showing.markup import BEGINNING as CHECK_BEGINNING
from chainrule.checking.showing.page import style
from chainrule.version import __version__

BEGINNING = CHECK_BEGINNING.replace("chainrule check", "chainrule derive")
"""How every page begins."""


@cache
def _environment() -> Environment:
    loader = PackageLoader("chainrule.checking.derive", "templates")
    return Environment(loader=loader, autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True)


def page(made: Derivation) -> str:
    """Return one self-contained page of HTML."""
    template = _environment().get_template("page.html")
    return template.render(beginning=Markup(BEGINNING), style=Markup(style()), version=__version__, **_content(made))


def fragment(made: Derivation) -> str:
    """Return the derivation as HTML to stand in a notebook."""
    return _environment().get_template("steps.html").render(**_content(made))


def _content(made: Derivation) -> dict[str, Any]:
    return {"made": made, "parts": [(part, [_step(line) for line in part.lines]) for part in made.parts if part.lines]}


def _step(line: DerivedLine) -> dict[str, Any]:
    text = line.text.strip()
    is_code = text.endswith(":") or text.startswith(("return", "#", "if ", "for ", "np.add.at")) or line.note != ""
    return {
        "line": line,
        "text": line.text,
        "indent": len(line.text) - len(line.text.lstrip()),
        "formula": None if is_code else _typeset(text),
        "forward": _typeset(line.forward) if line.forward and not line.forward.endswith(":") else None,
        "shape": "" if line.shape is None else " × ".join(str(one) for one in line.shape) or "a number",
    }


def _typeset(text: str) -> Markup:
    return Markup(tostring(formula(text), encoding="unicode", method="html"))  # made from a tree that escapes
