"""A reader who does what a page says, from top to bottom, in one folder."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..conftest import Run
from .compare import first_missing
from .pages import Block

OPTIONAL = ("torch",)  # what the suite does without: blocks that import it are run where it is installed


class Reader:
    """Types the commands and runs the Python of a page, which share a folder and one namespace.

    Parameters
    ----------
    chainrule : callable
        Runs the command line.
    """

    def __init__(self, chainrule: Run) -> None:
        self._chainrule = chainrule
        self._names: dict[str, Any] = {"__name__": "__main__"}

    def follow(self, name: str, blocks: list[Block]) -> None:
        """Do all that blocks say; an AssertionError names the first line that is not as it is shown."""
        for block, below in pairwise([*blocks, Block(0, "", "", "")]):
            if block.language == "console":
                for command, shown in commands(block.text):
                    self._type(f"{name}, line {block.line}", command, shown)
            elif block.language == "python" and not block.quoted_file and not needs_what_is_not_there(block.text):
                printed = self._run(name, block)
                if below.is_output:
                    missing = first_missing(below.text, printed)
                    assert missing is None, f"{name}, line {block.line}: prints no line like\n{missing}\n{printed}"

    def _type(self, where: str, command: str, shown: str) -> None:
        program, *words = shlex.split(command)
        assert program == "chainrule", f"{where}: only chainrule is run, not {program}"
        outcome = self._chainrule(*words)
        printed = outcome.out + outcome.err
        finding = re.search(r"WRONG|\d wrong|^> \d+ \|", shown, re.MULTILINE)  # (a headline, a count, a marked line)
        assert outcome.code == (1 if finding else 0), f"{where}: exit code {outcome.code}\n{printed}"
        missing = first_missing(shown, printed)
        assert missing is None, f"{where}: {command}\nprints no line like\n{missing}\n{printed}"

    def _run(self, name: str, block: Block) -> str:
        """Run Python from a file in which it stands in the line that it has on the page; return what it prints."""
        file = Path(".blocks", f"{name}-{block.line}.py")  # a check reads the source of what it checks
        file.parent.mkdir(exist_ok=True)
        text = "\n" * (block.line - 1) + block.text
        file.write_text(text, encoding="utf-8")
        code = compile(text, str(file.resolve()), "exec")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, self._names)
        return printed.getvalue()


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block and what is shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        joined = part.replace("\\\n", " ")
        command, _, shown = joined.partition("\n")
        yield command, shown


def needs_what_is_not_there(code: str) -> bool:
    imported = re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE)
    return any(name in imported and importlib.util.find_spec(name) is None for name in OPTIONAL)
