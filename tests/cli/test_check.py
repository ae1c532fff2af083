"""``chainrule check`` as a user runs it; what does the checking is played here by a table of answers."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chainrule.checking.answer import Answer, Finding, Fix, GradientCheck, Target, Verdict
from chainrule.cli.check import find_checks, split_name
from chainrule.errors import InputError, StorageError

from ..conftest import Run

CODE = "def loss(X, y, W):\n    dz1 = dp1  # [bold]\n    return 0.0, {}\n"
MASK = Finding(
    2, 2, "dz1", "no mask", "dp1 is handed on.", "dz1 = dp1", "dz1 = dp1 * m", Fix(2, 2, "    dz1 = dp1 * m"), True
)


def answer_of(path: Path, name: str | None) -> Answer:
    """Answer by the name of the file."""
    target = Target(str(path), name or "loss", "function")
    if "wrong" in path.name:
        return Answer(Verdict.WRONG, target, {"W": GradientCheck(0.5, ok=False)}, (MASK,))
    if "strange" in path.name:
        return Answer(Verdict.ERROR, target, not_checked=("nothing here returns a loss",))
    return Answer(Verdict.CORRECT, target, {"W": GradientCheck(1e-9, ok=True)})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Put a table in the place of the check; what it was asked is noted."""
    calls: list[dict[str, Any]] = []

    def check_file(path: Path, name: str | None, **limits: Any) -> Answer:
        del limits["marks"]
        calls.append({"path": path, "name": name, **limits})
        return answer_of(path, name)

    def check_many(targets: Sequence[tuple[Path, str | None]], **limits: Any) -> Iterator[tuple[int, Answer]]:
        del limits["marks"]
        calls.append({"targets": list(targets), **limits})
        for number in reversed(range(len(targets))):  # the last is ready first
            yield number, answer_of(*targets[number])

    monkeypatch.setattr("chainrule.checking.files.check_file", check_file)
    monkeypatch.setattr("chainrule.checking.files.check_many", check_many)
    return calls


def programs(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CODE)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("right.py", 0, "CORRECT  right.py  loss\nThe gradient agrees with finite differences"),
        ("wrong.py", 1, "> 2 |     dz1 = dp1  # [bold]"),
        ("strange.py", 2, "nothing here returns a loss"),
    ],
)
def test_one_file(chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path, name: str, code: int, said: str) -> None:
    programs(tmp_path, name)
    outcome = chainrule("check", name)
    assert (outcome.code, outcome.err) == (code, "")
    assert said in outcome.out
    assert asked == [{"path": Path(name), "name": None, "seconds": 10.0, "memory": 2048 * 2**20}]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_json_is_one_object_and_nothing_else(chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path) -> None:
    programs(tmp_path, "wrong.py")
    outcome = chainrule(
        "check", "wrong.py:loss", "--json", "--fix", "--html", "a.html", "--seconds", 3, "--memory", 512
    )
    shown = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (1, "")
    assert shown["findings"][0]["fix"] == {"line": 2, "end_line": 2, "replacement": "    dz1 = dp1 * m"}
    assert asked == [{"path": Path("wrong.py"), "name": "loss", "seconds": 3.0, "memory": 512 * 2**20}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "wrong.fixed.py", "wrong.py"]


def test_a_page_and_a_repaired_copy(chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path) -> None:
    programs(tmp_path, "wrong.py", "right.py")
    for again in (False, True):
        outcome = chainrule("check", "wrong.py", "--html", "answer.html", "--fix")
        assert "page: answer.html" in outcome.out
        assert ("repaired copy: wrong.fixed.py, which was there already" in outcome.out) == again
    assert (tmp_path / "wrong.fixed.py").read_text() == CODE.replace("dp1  # [bold]", "dp1 * m")
    assert (tmp_path / "wrong.py").read_text() == CODE
    assert "no mask" in (tmp_path / "answer.html").read_text()
    assert "no repaired copy: there is no proved fix" in chainrule("check", "right.py", "--fix").out


def test_a_class(chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path) -> None:
    programs(
        tmp_path / "all", "bob/wrong.py", "ann/right.py", "cid/strange.ipynb", "dan/wrong.py", "dan/wrong.fixed.py"
    )
    programs(tmp_path / "all", ".git/wrong.py", "ann/__pycache__/wrong.py", "bob/.ipynb_checkpoints/wrong.ipynb")
    (tmp_path / "all" / "notes.txt").write_text("no program")
    outcome = chainrule("check", "all/", "--out", "grades.csv", "--html", "pages", "--fix", "--workers", 3)
    assert (outcome.code, outcome.err) == (1, "")
    files = ["all/ann/right.py", "all/bob/wrong.py", "all/cid/strange.ipynb", "all/dan/wrong.py"]
    assert [row["file"] for row in rows(tmp_path / "grades.csv")] == files
    assert [row["verdict"] for row in rows(tmp_path / "grades.csv")] == ["correct", "wrong", "error", "wrong"]
    assert asked == [
        {"targets": [(Path(file), None) for file in files], "seconds": 10.0, "memory": 2**31, "workers": 3}
    ]
    assert "wrong   all/bob/wrong.py  no mask" in outcome.out
    assert outcome.out.endswith(
        "\n4 files: 1 correct, 2 wrong, 1 not checked\n     2  no mask\ngrades: grades.csv\npages: pages/index.html\n"
    )
    assert (tmp_path / "all/bob/wrong.fixed.py").exists()
    assert (tmp_path / "pages/bob/wrong.py.html").exists()


def test_a_class_as_json(chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path) -> None:
    programs(tmp_path, "b.py", "a_wrong.py")
    outcome = chainrule("check", "b.py", "a_wrong.py", "--json", "--out", "grades.json")
    shown = json.loads(outcome.out)
    assert [answer["target"]["file"] for answer in shown] == ["a_wrong.py", "b.py"]
    assert json.loads((tmp_path / "grades.json").read_text()) == shown


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("a.py", "b.py"), 0),
        (("a.py", "strange.py"), 0),
        (("wrong.py", "strange.py"), 1),
        (("strange.py", "strange2.py"), 2),
    ],
)
def test_how_a_class_leaves(
    chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path, names: tuple[str, ...], code: int
) -> None:
    programs(tmp_path, *names)
    assert chainrule("check", *names).code == code


def test_ctrl_c_keeps_what_was_done(
    chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path, "a.py", "b.py", "wrong.py")

    def interrupted(targets: Sequence[tuple[Path, str | None]], **limits: Any) -> Iterator[tuple[int, Answer]]:
        yield 2, answer_of(*targets[2])
        yield 0, answer_of(*targets[0])
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.checking.files.check_many", interrupted)
    outcome = chainrule("check", "a.py", "b.py", "wrong.py", "--out", "grades.csv", "--html", "pages")
    assert outcome.code == 130
    assert outcome.err == "chainrule: interrupted; 2 of 3 files were checked and are in grades.csv\n"
    assert [row["file"] for row in rows(tmp_path / "grades.csv")] == ["a.py", "wrong.py"]
    assert (tmp_path / "pages" / "index.html").exists()


def test_a_file_that_cannot_be_written_beside_or_read_costs_its_own_row_only(
    chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path, "a_wrong.py", "b_strange.py", "c_wrong.py")
    read = Path.read_bytes

    def refuse(path: Path, *_: object) -> bytes:
        if path.name == "b_strange.py":
            raise PermissionError(13, "Permission denied")
        return read(path)

    def full(path: Path, answer: Answer) -> None:
        raise StorageError(str(path), "No space left on device")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr("chainrule.cli.check.write_fixed_copy", full)
    outcome = chainrule(
        "check", "a_wrong.py", "b_strange.py", "c_wrong.py", "--html", "pages", "--fix", "--out", "grades.csv"
    )
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.count("no repaired copy: ") == 3
    assert len(rows(tmp_path / "grades.csv")) == 3
    assert "nothing here returns a loss" in (tmp_path / "pages" / "b_strange.py.html").read_text()


def test_a_hostile_name(chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path) -> None:
    programs(tmp_path / "all", "=cmd [red].py", "-wrong\x1b[2J.py")
    outcome = chainrule("check", "all", "--fix", "--out", "grades.csv")
    assert "=cmd [red].py" in outcome.out
    assert "\x1b" not in outcome.out


MISUSE = {
    "no such file": (("none.py",), "none.py: expected a .py or .ipynb file, or a folder of them, got none"),
    "another kind of file": (
        ("notes.txt",),
        "notes.txt: expected a .py or .ipynb file, or a folder of them, got another",
    ),
    "a folder without programs": (("empty",), "empty: expected a folder with .py or .ipynb files in it, got none"),
    "a pattern that fits nothing": (("*.ipynb",), "*.ipynb: expected a pattern of .py or .ipynb files, got none"),
    "no name after the colon": (("net.py:",), "net.py:: expected the name of a class or function after the colon"),
    "a page that is no page": (
        ("net.py", "--html", "net.py"),
        "--html: expected a name that ends in .html, got net.py",
    ),
    "somebody's page": (
        ("net.py", "--html", "own.html"),
        "--html: expected a new file, or one that this command wrote",
    ),
    "grades that are no grades": (("net.py", "--out", "net.py"), "--out: expected a name that ends in .csv or .json"),
    "somebody's grades": (("net.py", "--out", "own.csv"), "--out: expected a new file, or one that this command wrote"),
    "a file for many pages": (("net.py", "b.py", "--html", "own.html"), "--html: expected a folder, for the pages of"),
}


@pytest.mark.parametrize("name", MISUSE)
def test_misuse_is_told_and_nothing_is_written(
    chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path, name: str
) -> None:
    words, message = MISUSE[name]
    programs(tmp_path, "net.py", "b.py", "notes.txt", "own.html", "own.csv")
    (tmp_path / "empty").mkdir()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    outcome = chainrule("check", *words)
    assert outcome.code == 2
    assert outcome.err.startswith(f"chainrule: {message}")
    assert not asked
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("option", ["--seconds=0", "--memory=1", "--workers=0", "--seconds=nan"])
def test_limits_out_of_range(chainrule: Run, asked: list[dict[str, Any]], tmp_path: Path, option: str) -> None:
    programs(tmp_path, "net.py")
    assert chainrule("check", "net.py", option).code == 2
    assert not asked


def test_help_has_an_example_of_every_option(chainrule: Run) -> None:
    outcome = chainrule("check", "--help")
    examples = outcome.out.partition("Examples:")[2].partition("Arguments")[0]
    for option in ("--html", "--fix", "--json", "--out", "--seconds", "--memory", "--workers"):
        assert option in examples


@pytest.mark.parametrize(
    ("word", "path", "name"),
    [
        ("net.py", "net.py", None),
        ("net.py:Net", "net.py", "Net"),
        ("gone.py:Net.loss", "gone.py", "Net.loss"),
        ("gone.ipynb:f", "gone.ipynb", "f"),
        ("C:\\work\\net.py", "C:\\work\\net.py", None),
        ("C:\\work\\net.py:Net", "C:\\work\\net.py", "Net"),
        ("odd:name.py", "odd:name.py", None),
        ("odd:name.py:Net", "odd:name.py", "Net"),
        ("folder:Net", "folder", "Net"),
        ("*.py:Net", "*.py", "Net"),
        ("nowhere:Net", "nowhere:Net", None),
    ],
)
def test_where_a_name_is_split_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, path: str, name: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    programs(tmp_path, "net.py", "odd:name.py", "folder/a.py")
    assert split_name(word) == (Path(path), name)


def test_each_file_once_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    programs(tmp_path, "b.py", "a.py", "sub/c.PY", "sub/deep/d.ipynb", "net[1].py")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path / "sub", target_is_directory=True)
    assert find_checks(["b.py", "a.py", "a.py", "a.py:f"]) == (
        [(Path("a.py"), None), (Path("a.py"), "f"), (Path("b.py"), None)],
        True,
    )
    assert find_checks(["sub:Net"]) == ([(Path("sub/c.PY"), "Net"), (Path("sub/deep/d.ipynb"), "Net")], True)
    assert find_checks(["sub/**/*.ipynb"]) == ([(Path("sub/deep/d.ipynb"), None)], True)
    assert find_checks(["net[1].py"]) == ([(Path("net[1].py"), None)], False)
    with pytest.raises(InputError):
        find_checks(["a.py", "z.py"])


def test_output_that_cannot_hold_every_character(tmp_path: Path) -> None:
    program = (
        "import sys, types\n"
        "from chainrule.checking.answer import *\n"
        "files = types.ModuleType('chainrule.checking.files')\n"
        "files.check_file = lambda path, name, **limits: Answer(Verdict.ERROR, Target(str(path), 'café ∑', ''))\n"
        "sys.modules['chainrule.checking.files'] = files\n"
        "sys.argv = ['chainrule', 'check', 'net.py']\n"
        "from chainrule.cli import main\n"
        "main()\n"
    )
    programs(tmp_path, "net.py")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "caf? ?" in done.stdout
