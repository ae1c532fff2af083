"""``chainrule check``: the wrong line of a hand-written backward pass, or a class's worth of them."""

from __future__ import annotations

import glob
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.text import Text

from chainrule.checking.answer import Answer, Verdict
from chainrule.checking.showing.as_json import json_text
from chainrule.checking.showing.fixed_copy import FixedCopy, is_fixed_copy, write_fixed_copy
from chainrule.checking.showing.grades import Grades, mistake_counts, refuse_to_replace
from chainrule.checking.showing.printable import single_line
from chainrule.checking.showing.source import read_source
from chainrule.checking.showing.words import summary, tally
from chainrule.errors import InputError, InterruptedByUser, StorageError
from chainrule.files import write_whole

HELP = """Find the wrong line of a backward pass written in NumPy, and prove what it should be.

FILE is a Python file or a notebook, as it is; FILE:NAME checks one class or function of it. The code runs apart, with
limits of time and memory. Folders and several files are checked as a class: a line each, then which mistakes were made.
Exit code: 0 correct, 1 something is wrong, 2 it cannot be checked (of a class: none of it can).

Examples:

* `chainrule check neural_net.py`

* `chainrule check layers.py:affine_backward --html answer.html`

* `chainrule check two_layer.ipynb --fix`

* `chainrule check neural_net.py --json --seconds 30 --memory 4096`

* `chainrule check submissions/ --out grades.csv --workers 4`

* `chainrule check submissions/:TwoLayerNet --out grades.json --html pages/ --fix`
"""
SUFFIXES = (".py", ".ipynb")
SKIPPED = {"__pycache__", "__MACOSX", "node_modules", "site-packages"}  # besides all hidden folders
MEGABYTE = 2**20
EXIT_CODES = {Verdict.CORRECT: 0, Verdict.WRONG: 1, Verdict.ERROR: 2}
STYLES = {Verdict.CORRECT: "green", Verdict.WRONG: "bold red", Verdict.ERROR: "yellow"}

Check = tuple[Path, str | None]
"""A file, and the name in it that is asked for."""


def command(
    files: Annotated[
        list[str],
        typer.Argument(help=".py, .ipynb, folders, patterns, each with :NAME or not.", metavar="FILE[:NAME]..."),
    ],
    html: Annotated[
        Path | None, typer.Option(help="Write the answer as a page; for a class, pages into this folder.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Write the repaired copy beside each file: net.fixed.py.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write a row for each file into this .csv (or an array into this .json).")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=86400, help="How long a file may take.")] = 10.0,
    memory: Annotated[int, typer.Option(min=256, help="How much memory a file may take, in MB.")] = 2048,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many files are checked at once.", show_default="one a core")
    ] = None,
) -> None:
    """See HELP."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # code holds characters that not every terminal has
    console = Console(quiet=as_json, highlight=False, markup=False, soft_wrap=True)
    checks, is_class = find_checks(files)
    if is_class or out is not None:
        answers = _check_class(console, checks, html, fix, out, seconds, memory, workers)
        shown = json_text(answers[number] for number in sorted(answers))
        code = _class_code([answer.verdict for answer in answers.values()])
    else:
        answer = _check_one(console, checks[0], html, fix, seconds, memory)
        shown, code = json_text(answer), EXIT_CODES[answer.verdict]
    if as_json:
        print(shown, end="")
    raise typer.Exit(code)


command.__doc__ = HELP


def _check_one(console: Console, check: Check, html: Path | None, fix: bool, seconds: float, memory: int) -> Answer:
    from chainrule.checking.files import check_file
    from chainrule.checking.showing.markup import BEGINNING
    from chainrule.checking.showing.terminal import print_answer

    path, name = check
    if html is not None:
        if html.suffix.lower() not in (".html", ".htm"):
            raise InputError("--html", expected="a name that ends in .html", got=str(html))
        refuse_to_replace("--html", html, (BEGINNING,))
    with console.status(Text(f"checking {path}")):
        answer = check_file(
            path, name, seconds=seconds, memory=memory * MEGABYTE, marks=html is not None or not console.quiet
        )
    source = read_source(path)
    print_answer(console, answer, source)
    if html is not None:
        from chainrule.checking.showing.page import page

        write_whole(html, page(answer, source))
        console.print(f"page: {single_line(str(html))}")
    if fix:
        _tell_copy(console, write_fixed_copy(path, answer))
    return answer


def _check_class(
    console: Console,
    checks: Sequence[Check],
    html: Path | None,
    fix: bool,
    out: Path | None,
    seconds: float,
    memory: int,
    workers: int | None,
) -> dict[int, Answer]:
    """Check many files; what has been done when Ctrl-C comes is written."""
    from chainrule.checking.files import check_many
    from chainrule.checking.showing.class_page import ClassPages
    from chainrule.training.defaults import available_cores

    grades = None if out is None else Grades(out)
    pages = None if html is None else ClassPages(html, checks)
    answers: dict[int, Answer] = {}
    try:
        with _progress(console) as bar, ExitStack() as at_end:
            task = bar.add_task("", total=len(checks))
            if grades is not None:
                at_end.callback(grades.write, answers)
            if pages is not None:
                at_end.callback(pages.finish, answers)
            for number, answer in check_many(
                checks,
                seconds=seconds,
                memory=memory * MEGABYTE,
                workers=workers or available_cores(),
                marks=html is not None,
            ):
                answers[number] = answer
                bar.advance(task)
                _tell_line(console, answer)
                if grades is not None:
                    grades.update(answers)
                if pages is not None:
                    pages.write(number, answer)
                if fix:
                    _repair_one_of_many(console, checks[number][0], answer)
    except KeyboardInterrupt:
        where = f" and are in {out}" if out is not None else ""
        raise InterruptedByUser(f"interrupted; {len(answers)} of {len(checks)} files were checked{where}") from None
    _tell_class(console, answers, {"grades": out, "pages": pages.front if pages else None})
    return answers


def _repair_one_of_many(console: Console, path: Path, answer: Answer) -> None:
    """Write a repaired copy; a folder that takes none does not stop the rest of the class."""
    try:
        _tell_copy(console, write_fixed_copy(path, answer), is_class=True)
    except StorageError as error:
        console.print(f"no repaired copy: {error}")


def _progress(console: Console) -> Progress:
    return Progress(
        MofNCompleteColumn(),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _class_code(verdicts: Sequence[Verdict]) -> int:
    if Verdict.WRONG in verdicts:
        return EXIT_CODES[Verdict.WRONG]
    return EXIT_CODES[Verdict.CORRECT if Verdict.CORRECT in verdicts else Verdict.ERROR]


def _tell_line(console: Console, answer: Answer) -> None:
    """Print one file of a class."""
    said = single_line(summary(answer))
    verdict = (f"{answer.verdict:8}", STYLES[answer.verdict])
    console.print(Text.assemble(verdict, single_line(answer.target.file), f"  {said}" if said else ""))


def _tell_class(console: Console, answers: Mapping[int, Answer], written: Mapping[str, Path | None]) -> None:
    """Print the numbers of a class, and where the rest is."""
    ordered = [answers[number] for number in sorted(answers)]
    console.print()
    console.print(Text(tally([answer.verdict for answer in ordered]), "bold"))
    for mistake, number in mistake_counts(ordered):
        console.print(f"{number:6,}  {single_line(mistake)}")
    for what, path in written.items():
        if path is not None:
            console.print(f"{what}: {single_line(str(path))}")


def _tell_copy(console: Console, copy: FixedCopy, *, is_class: bool = False) -> None:
    """Print where a repaired copy is, and what is not in it."""
    if copy.path is None:
        if not is_class:
            console.print("no repaired copy: there is no proved fix")
        return
    there = "" if copy.is_new else ", which was there already"
    console.print(f"repaired copy: {single_line(str(copy.path))}{there}")
    for fix in copy.left_out:
        console.print(
            f"  without the fix of line {fix.line}: another one replaces the same lines; check the copy again"
        )


def find_checks(words: Sequence[str]) -> tuple[list[Check], bool]:
    """Return the files that are meant, in the order of their names, each once; and whether they are a class.

    A class is whatever could have been more than one file: a folder, a pattern, several words.

    Raises
    ------
    InputError
        If a word names nothing, or nothing that could be a program.
    """
    found: dict[Check, None] = {}
    is_class = len(words) > 1
    for word in words:
        path, name = split_name(word)
        is_class = is_class or not path.is_file()
        found |= {(file, name): None for file in _programs(path)}
    return sorted(found, key=lambda check: (str(check[0]), check[1] or "")), is_class


def split_name(word: str) -> Check:
    """Split ``net.py:Name`` at its last colon, unless the colon is part of the path, as after the letter of a drive."""
    left, colon, name = word.rpartition(":")
    if Path(word).exists() or not colon or not (Path(left).exists() or left.lower().endswith(SUFFIXES)):
        return Path(word), None
    if not name:
        raise InputError(word, expected="the name of a class or function after the colon", got="nothing")
    return Path(left), name


def _programs(path: Path) -> list[Path]:
    """Return the file, or the programs of a folder, or those that a pattern stands for."""
    if path.is_dir():
        found = sorted(_walk(path))
        expected = "a folder with .py or .ipynb files in it"
    elif not path.exists() and glob.has_magic(str(path)):
        found = _matching(str(path))
        expected = "a pattern of .py or .ipynb files"
    else:
        found = [path] if path.is_file() and path.suffix.lower() in SUFFIXES else []
        expected = "a .py or .ipynb file, or a folder of them"
    if not found:
        raise InputError(str(path), expected=expected, got="another file" if path.is_file() else "none")
    return found


def _matching(pattern: str) -> list[Path]:
    """Return the programs that a pattern stands for, each once: ``**`` goes round in circles of links."""
    names = sorted(glob.glob(pattern, recursive=True), reverse=True)  # noqa: PTH207  # a Path takes no absolute pattern
    return list({path.resolve(): path for path in map(Path, names) if _is_program(path)}.values())


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED]
        yield from (path for path in (Path(root) / name for name in files) if _is_program(path))


def _is_program(path: Path) -> bool:
    """Return whether a file that nobody named is meant: a program that is no repaired copy of ours."""
    is_hidden = path.name.startswith(".")
    return path.suffix.lower() in SUFFIXES and path.is_file() and not is_hidden and not is_fixed_copy(path)
