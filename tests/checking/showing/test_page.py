"""The page: what stands in it, that it needs nothing from outside, and that hostile code stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chainrule.checking.answer import Answer, Mark, Note
from chainrule.checking.showing.class_page import ClassPages
from chainrule.checking.showing.code_table import SIGNS
from chainrule.checking.showing.highlight import highlighted
from chainrule.checking.showing.markup import BEGINNING
from chainrule.checking.showing.page import page, style
from chainrule.checking.showing.source import CodeLine, Source
from chainrule.errors import InputError

from .conftest import CODE, CORRECT, ERROR, MASK, PENALTY, WRONG

VOID = {"meta"}
ATTRIBUTES = {"alttext", "charset", "class", "colspan", "content", "displaystyle", "href", "http-equiv", "id", "lang"}
ATTRIBUTES |= {"mathvariant", "movablelimits", "name", "title", "width"}


class Reader(HTMLParser):
    """Reads a page as a browser would: the tags, their attributes and the text; complains of what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.rows: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "td" and ("class", "text") in attrs:
            self.rows.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data
        if "td" in self._open and self.rows:
            self.rows[-1] += data

    def classes(self, tag: str) -> list[str]:
        return [attributes.get("class", "") for name, attributes in self.tags if name == tag]


def test_what_stands_in_a_page(source: Source) -> None:
    html = page(WRONG, source)
    read = Reader(html)
    assert html.startswith(BEGINNING)
    for said in (
        "✗ wrong",
        "One mistake was found.",
        MASK.mistake,
        MASK.message,
        "dz1 departs here, relative error 0.97",
        "+ dz1 = dp1 * (z1 > 0)",
        "With this change both gradients pass on fresh draws.",
        "line 7: the scores start near zero",
        *WRONG.checked,
        *WRONG.not_checked,
        "penalty: reg * sum(W * W), without 1/2",
    ):
        assert said in read.text
    assert read.classes("span").count("chip true") == 1
    assert read.classes("span").count("chip departs") == 1
    assert read.classes("span").count("chip follows") == 1
    assert read.classes("tr").count("blamed") == 1
    for sign in SIGNS.values():
        assert sign in read.text
    assert [math["alttext"] for tag, math in read.tags if tag == "math"][2:4] == [MASK.used, MASK.expected]


def test_links_lead_to_places_in_the_page(source: Source) -> None:
    read = Reader(page(replace(WRONG, findings=(PENALTY, MASK)), source))
    links = {attributes["href"] for tag, attributes in read.tags if tag == "a"}
    places = {f"#{attributes['id']}" for _, attributes in read.tags if "id" in attributes}
    assert links == {"#code-9", "#code-11", "#finding-1", "#finding-2"}
    assert links <= places


def hostile_answers() -> list[tuple[Answer, Source]]:
    answers = []
    for text in (
        "</script><script>alert(1)</script>",
        "</style></td><img src=x onerror=alert(1)>",
        "\"><svg onload='alert(1)'>",
        "&lt;script&gt; &#60;script> ]]> <!-- --> <?php ?>",
        "javascript:alert(1)",
        "\x1b[2J \x00 \u202e \ud800 \ufffe",
    ):
        hostile = replace(MASK, mistake=text, message=text, used=text, expected=f"x = {text!r}", variable=text)
        answer = replace(
            WRONG,
            target=replace(WRONG.target, file=text, name=text, conventions={text: text}),
            gradients={text: WRONG.gradients["W1"]},
            findings=(hostile,),
            notes=(Note(text, 3),),
            marks=(Mark(12, text, text, 0.5, text), Mark(12, text, "true", None, f"{text} dL/d{text}")),
            checked=(text,),
        )
        source = Source(tuple(CodeLine(line, f"x = '{text}'", text, text) for line in range(1, 15)), (text,) * 14)
        answers.append((answer, source))
    return answers


@pytest.mark.parametrize(("answer", "source"), hostile_answers())
def test_hostile_code_stays_text(answer: Answer, source: Source) -> None:
    html = page(answer, source)
    read = Reader(html)
    assert not {tag for tag, _ in read.tags} & {"script", "img", "svg", "iframe", "object", "link", "base", "form"}
    for _, attributes in read.tags:
        assert set(attributes) <= ATTRIBUTES
        assert attributes.get("href", "#").startswith("#")
    assert set(map(ord, html)) & set(range(32)) == {ord("\n")}
    html.encode()


def test_a_page_needs_nothing_from_outside(source: Source) -> None:
    html = page(WRONG, source)
    assert "default-src 'none'" in html
    assert not re.search(r"https?://|url\(|@import|src=", html)
    assert "prefers-color-scheme: dark" in style()


def test_the_code_is_all_there(source: Source) -> None:
    rows = Reader(page(CORRECT, source)).rows
    assert [row.split("\n")[0] for row in rows][-1].startswith("    return cost(probs, y, reg)")
    texts = [
        "".join(part if isinstance(part, str) else part.text or "" for part in line)
        for line in highlighted(CODE.splitlines())
    ]
    assert texts == CODE.splitlines()


@pytest.mark.parametrize("lines", [["'''a", "b'''", "", ""], ["", "x\r", "\ty"], ["print 'a'"], [""], ["\\"]])
def test_highlighting_keeps_the_lines(lines: list[str]) -> None:
    assert len(highlighted(lines)) == len(lines)


def test_formulas_that_would_look_the_same_are_shown_as_code(source: Source) -> None:
    used, expected = "s = np.sum(p, axis=1)", "s = np.sum(p, axis=1, keepdims=True)"
    html = page(replace(WRONG, findings=(replace(MASK, used=used, expected=expected),)), source)
    for text in (used, expected):
        assert f"<code>{text}</code>" in html


def test_a_file_that_could_not_be_checked() -> None:
    read = Reader(page(ERROR, Source()))
    assert "no function here returns a loss" in read.text
    assert "table" not in {tag for tag, _ in read.tags}


def test_cells_of_a_notebook_are_told_apart() -> None:
    lines = (CodeLine(7, "a = 1", "1", "cell 2"), CodeLine(8, "b = 2", "2", "cell 2"), CodeLine(20, "c", "1", "cell 5"))
    source = Source(lines, ("",) * 20, is_notebook=True)
    read = Reader(page(replace(WRONG, findings=(replace(MASK, line=20, end_line=20, fix=None),)), source))
    assert read.classes("tr") == ["cell", "", "", "cell", "blamed"]
    assert "cell 5, line 1" in read.text


def test_marks_of_lines_that_share_a_line_of_the_file_stand_once() -> None:
    source = Source((CodeLine(1, "a", "1", "cell 1"), CodeLine(1, "b", "2", "cell 1")), ("",))
    read = Reader(page(replace(CORRECT, marks=(Mark(1, "a", "true", 0.0),)), source))
    assert read.classes("span").count("chip true") == 1
    assert source.place(1) == "line 1"


def class_of(tmp_path: Path) -> list[tuple[Path, str | None]]:
    paths = [tmp_path / "ann" / "net.py", tmp_path / "bob" / "net & co #1.py"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(CODE)
    return [(paths[0], None), (paths[1], "Net.loss"), (paths[1], None)]


def test_the_pages_of_a_class(tmp_path: Path) -> None:
    targets = class_of(tmp_path)
    pages = ClassPages(tmp_path / "pages", targets)
    answers = {0: WRONG, 2: ERROR, 1: CORRECT}
    for number, answer in answers.items():
        pages.write(number, answer)
    pages.finish(answers)
    assert {str(path.relative_to(tmp_path / "pages")) for path in (tmp_path / "pages").rglob("*.html")} == {
        "index.html",
        "ann/net.py.html",
        "bob/net & co #1.py.html",
        "bob/net & co #1.py-Net.loss.html",
    }
    read = Reader(pages.front.read_text())
    assert "3 files: 1 correct, 1 wrong, 1 not checked" in read.text
    assert "mask taken from the upstream gradient" in read.text
    links = [attributes["href"] for tag, attributes in read.tags if tag == "a"]
    assert links[:2] == ["./ann/net.py.html", "./bob/net%20%26%20co%20%231.py-Net.loss.html"]
    ClassPages(tmp_path / "pages", targets)  # one's own pages may be written again


def test_pages_replace_nothing_else(tmp_path: Path) -> None:
    targets = class_of(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<html>my own</html>")
    with pytest.raises(InputError, match="expected a new file, or one that this command wrote"):
        ClassPages(tmp_path / "site", targets)
    with pytest.raises(InputError, match="--html: expected a folder, for the pages of a class"):
        ClassPages(tmp_path / "site" / "index.html", targets)
