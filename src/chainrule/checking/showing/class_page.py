"""The front page of a class: a row a file, with a link to its own page."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.checking.answer import Answer, Verdict
from chainrule.checking.showing.grades import mistake_counts
from chainrule.checking.showing.markup import document, element
from chainrule.checking.showing.page import GENERATOR, badge, style


def class_page(answers: Sequence[tuple[Answer, str]]) -> str:
    """Return a page of answers, each with the address of its page."""
    only = [answer for answer, _ in answers]
    counts = [f"{sum(answer.verdict is verdict for answer in only)} {verdict}" for verdict in Verdict]
    rows = [
        element(
            "tr",
            element("td", element("a", answer.target.file, href=address, class_="file")),
            element("td", badge(answer.verdict)),
            element("td", "; ".join(finding.mistake for finding in answer.findings)),
        )
        for answer, address in answers
    ]
    mistakes = [
        element("tr", element("td", mistake), element("td", str(number), class_="figure"))
        for mistake, number in mistake_counts(only)
    ]
    main = element(
        "main",
        element("header", element("h1", f"{len(only)} files: {', '.join(counts)}")),
        _table("Mistakes", ("mistake", "files"), mistakes) if mistakes else "",
        _table("Files", ("file", "verdict", "mistakes"), rows),
    )
    return document("Class", style(), main, generator=GENERATOR)
