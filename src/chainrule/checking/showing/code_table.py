"""The code of a page: line numbers, and beside each line what is known of the value that it gives."""

from __future__ import annotations

from collections import defaultdict
from xml.etree.ElementTree import Element

from chainrule.checking.answer import Answer, Mark
from chainrule.checking.showing.formula import slope
from chainrule.checking.showing.highlight import highlighted
from chainrule.checking.showing.markup import element
from chainrule.checking.showing.source import CodeLine, Source
from chainrule.checking.showing.words import error_text

SIGNS = {"true": "✓", "departs": "✗", "follows": "↳"}
"""Beside the colours, for those who cannot tell them apart."""
MEANINGS = {
    "true": "the value is the gradient that it should be",
    "departs": "the first value that is not",
    "follows": "wrong because of an earlier one",
}


def code_table(answer: Answer, source: Source) -> Element:
    """Return the code as a table, a row each line."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    for mark in answer.marks:
        marks[mark.line].append(mark)
    blamed = {
        position: number
        for number, finding in reversed(list(enumerate(answer.findings, 1)))
        for position in source.positions_of(finding)
    }
    table = element("table", class_="code")
    texts = highlighted([code.text for code in source.code])
    cell = ""
    for position, (code, text) in enumerate(zip(source.code, texts, strict=True)):
        if code.cell != cell:
            cell = code.cell
            table.append(element("tr", element("th", cell, colspan="3"), class_="cell"))
        # several lines of code may share a line of the file; its marks stand beside the first
        table.append(_row(position, code, text, marks.pop(code.line, []), blamed.get(position)))
    return table


def _row(position: int, code: CodeLine, text: list[Element | str], marks: list[Mark], finding: int | None) -> Element:
    number: Element | str = code.number
    if finding is not None:
        number = element("a", code.number, href=f"#finding-{finding}", title=f"mistake {finding}")
    return element(
        "tr",
        element("td", number, class_="number"),
        element("td", *map(mark_chip, marks), class_="marks"),
        element("td", *text, class_="text"),
        id=f"code-{position}",
        class_="blamed" if finding is not None else "",
    )


def mark_chip(mark: Mark) -> Element:
    """Return what is known of one value: a sign, the gradient that it is, its error."""
    state = mark.state if mark.state in SIGNS else "follows"
    what = slope(mark.formula) if mark.formula else element("code", mark.variable)
    error = "" if mark.relative_error is None else error_text(mark.relative_error)
    return element(
        "span",
        element("b", SIGNS[state]),
        what,
        element("span", error, class_="error"),
        class_=f"chip {state}",
        title=f"{mark.variable}: {MEANINGS[state]}" + (f"; relative error {error}" if error else ""),
    )


def legend() -> Element:
    """Return what the signs mean."""
    items = [
        element("span", element("b", sign), f" {MEANINGS[state]}", class_=f"key {state}")
        for state, sign in SIGNS.items()
    ]
    return element("p", *items, class_="legend")
