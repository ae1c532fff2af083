"""The repaired copy: what it holds, where it goes, and what it never touches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chainrule.checking.answer import Answer, Fix
from chainrule.checking.showing.fixed_copy import apply_fixes, is_fixed_copy, write_fixed_copy

from .conftest import CODE, MASK, PENALTY, WRONG

REPAIRED = CODE.replace("np.maximum(dp1, 0)", "dp1 * (z1 > 0)")


def answer(*fixes: Fix) -> Answer:
    return replace(WRONG, findings=tuple(replace(MASK, fix=fix) for fix in fixes))


def test_every_proved_fix_is_applied(net: Path) -> None:
    copy = write_fixed_copy(net, replace(WRONG, findings=(PENALTY, MASK)))
    assert copy.path == net.with_name("net.fixed.py")
    assert copy.is_new
    assert copy.path.read_text() == REPAIRED.replace("dscores + reg", "dscores + 2 * reg")
    assert net.read_text() == CODE


def test_without_a_proof_there_is_no_copy(net: Path) -> None:
    for finding in (replace(MASK, verified=False), replace(MASK, fix=None)):
        assert write_fixed_copy(net, replace(WRONG, findings=(finding,))).path is None
    assert [path.name for path in net.parent.iterdir()] == ["net.py"]


def test_another_file_of_that_name_stays(net: Path) -> None:
    other = net.with_name("net.fixed.py")
    other.write_text("mine")
    copy = write_fixed_copy(net, WRONG)
    assert copy.path == net.with_name("net.fixed-2.py")
    assert copy.path.read_text() == REPAIRED
    assert other.read_text() == "mine"


def test_the_same_copy_is_not_written_again(net: Path) -> None:
    first = write_fixed_copy(net, WRONG)
    again = write_fixed_copy(net, WRONG)
    assert (again.path, again.is_new) == (first.path, False)


def test_of_two_fixes_of_one_line_the_first_is_taken(net: Path) -> None:
    first, second, third = Fix(12, 13, "    pass"), Fix(13, 13, "    no"), Fix(14, 14, "    return 0, {}")
    copy = write_fixed_copy(net, answer(first, second, first, third))
    assert (copy.applied, copy.left_out) == ((first, third), (second,))
    assert copy.path is not None
    assert copy.path.read_text().endswith("W2.T\n    pass\n    return 0, {}\n")


@pytest.mark.parametrize(
    ("text", "fix", "repaired"),
    [
        ("a\nb\nc\n", Fix(2, 2, "x"), "a\nx\nc\n"),
        ("a\nb\nc\n", Fix(2, 2, "x\n"), "a\nx\nc\n"),
        ("a\nb\nc\n", Fix(2, 2, ""), "a\nc\n"),
        ("a\nb\nc\n", Fix(1, 2, "x\ny\nz"), "x\ny\nz\nc\n"),
        ("a\nb", Fix(2, 2, "x\ny\n"), "a\nx\ny"),
        ("a\r\nb\r\nc\r\n", Fix(2, 2, "x\ny"), "a\r\nx\r\ny\r\nc\r\n"),
        ("a\rb\rc", Fix(2, 2, "x\ny"), "a\rx\ry\rc"),
        ("a\x0c\nb\u2028\nc\n", Fix(2, 2, "x"), "a\x0c\nx\nc\n"),
    ],
)
def test_lines_are_replaced_and_their_ends_kept(text: str, fix: Fix, repaired: str) -> None:
    assert apply_fixes(text, [fix]) == repaired


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf# caf\xc3\xa9\nb\n",
        b"# -*- coding: latin-1 -*-\nb\n# caf\xe9\n",
        b"# no declared encoding: caf\xe9\nb\n",
        b"# -*- coding: no-such -*-\nb\n",
    ],
)
def test_every_other_byte_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "net.py"
    path.write_bytes(content)
    copy = write_fixed_copy(path, answer(Fix(2, 2, "x")))
    assert copy.path is not None
    assert copy.path.read_bytes() == content.replace(b"\nb\n", b"\nx\n")


@pytest.mark.parametrize(
    ("name", "is_copy"),
    [("a.fixed.py", True), ("a.fixed-12.ipynb", True), ("a.py", False), ("fixed.py", False), ("a.fixed.txt", False)],
)
def test_copies_are_known_by_their_names(name: str, is_copy: bool) -> None:
    assert is_fixed_copy(Path(name)) == is_copy
