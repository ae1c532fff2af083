"""What a check answers, in a notebook: the mistakes as on the check's page, the code folded away."""

from __future__ import annotations

from importlib import resources
from xml.etree.ElementTree import Element

from chainrule.checking.answer import Answer
from chainrule.checking.showing.markup import element
from chainrule.checking.showing.page import page_parts, style
from chainrule.checking.showing.text import source_of
from chainrule.display.fragment import to_html

NAME = "chainrule-check"


def answer_html(answer: Answer) -> str:
    """Return an answer as HTML: the sections of its page, under a style that touches nothing else of the notebook."""
    parts = [_folded(part) if _is_code(part) else part for part in page_parts(answer, source_of(answer))]
    whole = element("div", element("style", scoped_style()), *parts, class_=NAME)
    for part in whole.iter():  # many answers share one notebook: what names a place on a page would name several
        part.attrib.pop("id", None)
        part.attrib.pop("href", None)
    return to_html(whole)


def scoped_style() -> str:
    """Return the page's style sheet, nested so that it holds inside of the fragment alone."""
    own = (resources.files("chainrule.display") / "answer.css").read_text(encoding="utf-8")
    return f".{NAME} {{\n{style().replace(':root', '&').replace('body {', '& {')}{own}}}\n"


def _is_code(part: Element) -> bool:
    return any(inner.get("class") == "code" for inner in part.iter("table"))


def _folded(part: Element) -> Element:
    return element("details", element("summary", "the code, with what is known of every value"), part)
