"""A class as pages: one a file, and a front page with a row for each and the mistakes that were made."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element

from chainrule.checking.answer import Answer
from chainrule.checking.showing.grades import mistake_counts, refuse_to_replace
from chainrule.checking.showing.markup import BEGINNING, document, element
from chainrule.checking.showing.page import badge, page, style
from chainrule.checking.showing.source import read_source
from chainrule.checking.showing.words import summary, tally
from chainrule.errors import InputError
from chainrule.files import write_whole


class ClassPages:
    """A folder of pages.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    targets : sequence of (Path, str or None)
        The files, with the name in each that is asked for.

    Raises
    ------
    InputError
        If it is a file, or a page would replace a file that is none of ours.
    """

    def __init__(self, folder: Path, targets: Sequence[tuple[Path, str | None]]) -> None:
        if folder.is_file():
            raise InputError("--html", expected="a folder, for the pages of a class", got=f"{folder}, a file")
        self.folder = folder
        self.front = folder / "index.html"
        parents = [os.path.abspath(path.parent) for path, _ in targets]  # noqa: PTH100  # links are not to be followed
        self._root = os.path.commonpath(parents)
        self._names = [self._name(path, name) for path, name in targets]
        self._paths = [path for path, _ in targets]
        for name in ("index.html", *self._names):
            refuse_to_replace("--html", folder / name, (BEGINNING,))

    def _name(self, path: Path, name: str | None) -> str:
        """Return where a file's page is inside the folder: the folders of the class are kept."""
        inside = Path(os.path.relpath(path, self._root)).as_posix()
        return f"{inside}-{re.sub(r'[^A-Za-z0-9_.]', '_', name)}.html" if name else f"{inside}.html"

    def write(self, number: int, answer: Answer) -> None:
        """Write the page of one file."""
        write_whole(self.folder / self._names[number], page(answer, read_source(self._paths[number])))

    def finish(self, answers: dict[int, Answer]) -> None:
        """Write the front page, of the files that have been checked."""
        write_whole(self.front, class_page([(answers[number], self._names[number]) for number in sorted(answers)]))


def class_page(answers: Sequence[tuple[Answer, str]]) -> str:
    """Return the front page of some answers, each with the path of its page."""
    only = [answer for answer, _ in answers]
    rows = [_row(answer, address) for answer, address in answers]
    mistakes = [
        element("tr", element("td", mistake), element("td", str(number), class_="figure"))
        for mistake, number in mistake_counts(only)
    ]
    main = element(
        "main",
        element("header", element("h1", tally([answer.verdict for answer in only]))),
        *([_table("Mistakes", ("mistake", "files"), mistakes)] if mistakes else []),
        _table("Files", ("file", "verdict", "mistakes"), rows),
    )
    return document(f"chainrule check: {len(only)} files", style(), main)


def _row(answer: Answer, address: str) -> Element:
    link = element("a", answer.target.file, href=quote(f"./{address}"), class_="file")
    return element("tr", element("td", link), element("td", badge(answer.verdict)), element("td", summary(answer)))


def _table(title: str, columns: Sequence[str], rows: Sequence[Element]) -> Element:
    head = element("tr", *(element("th", column) for column in columns))
    return element("section", element("h2", title), element("table", head, *rows, class_="class"))
