"""An answer as a page: the mistakes, their formulas typeset, and the code with the error of every value beside it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from xml.etree.ElementTree import Element, tostring

from chainrule.checking.answer import Answer, Finding, Verdict
from chainrule.checking.showing.code_table import code_table, legend
from chainrule.checking.showing.diff import diff
from chainrule.checking.showing.formula import formula
from chainrule.checking.showing.markup import Child, document, element
from chainrule.checking.showing.math_names import name
from chainrule.checking.showing.source import Source
from chainrule.checking.showing.words import departure, error_text, headline, proof, reason, story
from chainrule.version import __version__

BADGES = {Verdict.CORRECT: "✓ correct", Verdict.WRONG: "✗ wrong", Verdict.ERROR: "? not checked"}


def page(answer: Answer, source: Source) -> str:
    """Return one self-contained page of HTML."""
    return document(f"{answer.target.file}: {answer.verdict}", style(), element("main", *page_parts(answer, source)))


def page_parts(answer: Answer, source: Source) -> list[Element]:
    """Return the sections of the page, from its verdict to its foot."""
    parts = [
        _head(answer),
        _gradients(answer) if answer.gradients else None,
        *(_finding(number, answer, source) for number in range(1, len(answer.findings) + 1)),
        _code(answer, source) if source.code else None,
        _lists(answer, source),
        element("footer", f"chainrule {__version__}, {answer.seconds:.1f} s"),
    ]
    return [part for part in parts if part is not None]


def style() -> str:
    """Return the style sheet of every page."""
    return (resources.files("chainrule.checking.showing") / "page.css").read_text(encoding="utf-8")


def badge(verdict: Verdict) -> Element:
    """Return a verdict as a coloured word with its sign."""
    return element("span", BADGES[verdict], class_=f"badge {verdict}")


def _head(answer: Answer) -> Element:
    target = answer.target
    named = [element("span", target.name, class_="target")] if target.name else []
    return element(
        "header",
        element("p", element("span", target.file, class_="file"), *named),
        element("h1", badge(answer.verdict), headline(answer)),
        *([element("p", reason(answer))] if answer.verdict is Verdict.ERROR else []),
    )


def _gradients(answer: Answer) -> Element:
    cells = [
        element(
            "div",
            element("math", name(parameter), alttext=parameter),
            element("span", error_text(gradient.relative_error), class_="error"),
            element("b", "✓ right" if gradient.ok else "✗ wrong"),
            class_="gradient true" if gradient.ok else "gradient departs",
        )
        for parameter, gradient in answer.gradients.items()
    ]
    return element(
        "section",
        element("h2", "Gradients beside finite differences"),
        element("div", *cells, class_="gradients"),
        element("p", "Largest relative error of each, over all draws.", class_="small"),
    )


def _finding(number: int, answer: Answer, source: Source) -> Element:
    finding = answer.findings[number - 1]
    lines = source.positions_of(finding)
    place: Element | str = source.place_of(finding)
    if lines:
        place = element("a", place, href=f"#code-{lines[0]}")
    parts: list[Child] = [
        element("h2", f"{number}. " if len(answer.findings) > 1 else "", finding.mistake),
        element("p", place, f": {departure(finding, answer) or finding.variable}", class_="small"),
        element("p", story(finding, source.place_of(finding))),
        _formulas(finding),
    ]
    if finding.fix is not None:
        signs = {"-": "gone", "+": "come", " ": "same"}
        rows = [
            element("span", f"{line.sign} {line.text}\n", class_=signs[line.sign]) for line in diff(finding.fix, source)
        ]
        parts.append(element("pre", *rows, class_="diff"))
    parts.append(element("p", proof(finding, answer), class_="proof proved" if finding.verified else "proof"))
    return element("section", *parts, id=f"finding-{number}", class_="finding")


def _formulas(finding: Finding) -> Element:
    """Return what the line computes above what was meant; as code where typesetting would show no difference."""
    texts = {"used": finding.used, "expected": finding.expected}
    shown = {word: formula(text) for word, text in texts.items() if text}
    bare = {_without_source(one) for one in shown.values()}
    if len(bare) < len(shown):
        shown = {word: element("code", text) for word, text in texts.items()}
    rows = [
        element("div", element("span", word, class_="word"), what, class_=f"row {word}") for word, what in shown.items()
    ]
    return element("div", *rows, class_="formulas")


def _without_source(typeset: Element) -> str:
    """Return formulas without the code that they were made from."""
    return "".join(tostring(part[0], encoding="unicode") for part in typeset.iter("math")) or "".join(
        typeset.itertext()
    )


def _code(answer: Answer, source: Source) -> Element:
    marked = [legend()] if answer.marks else []
    scrolled = element("div", code_table(answer, source), class_="scrolled")
    return element("section", element("h2", "The code"), *marked, scrolled)


def _lists(answer: Answer, source: Source) -> Element:
    notes = [source.note(note) for note in answer.notes]
    conventions = [f"{word}: {said}" for word, said in answer.target.conventions.items()]
    lists = {
        "Notes": notes,
        "How it was read": conventions,
        "What was checked": answer.checked,
        "What was not checked": answer.not_checked[answer.verdict is Verdict.ERROR :],
    }
    return element("div", *(_list(title, items) for title, items in lists.items() if items), class_="lists")


def _list(title: str, items: Iterable[str]) -> Element:
    return element("section", element("h2", title), element("ul", *(element("li", item) for item in items)))
