"""Correct programs and the mistakes planted in them: ``open/`` to learn from, ``held_out/`` only to measure with.

Nobody reads the programs of ``held_out/``; its digest says that nobody has changed them. ``python -m
tests.checking.corpus.corpus`` writes the digest anew.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.checking.corpus import notebook

FOLDER = Path(__file__).parent
OPEN, HELD_OUT = FOLDER / "open", FOLDER / "held_out"
DIGEST = FOLDER / "held_out.sha256"
PARTS = ("backward", "forward", "loss", "update")
SUFFIXES = (".py", ".ipynb")
KEYS = {"manner", "conventions", "runs", "oracle", "mistake"}
MISTAKE_KEYS = {"part", "kind", "old", "new", "lines", "also"}


@dataclass(frozen=True)
class Planted:
    """One mistake: ``old`` is replaced by ``new``, and then stands on ``lines``."""

    part: str
    kind: str
    old: str
    new: str
    lines: tuple[int, ...]
    also: tuple[int, ...] = ()
    """Further lines where mending is equally right."""


@dataclass(frozen=True)
class CorpusProgram:
    """A correct program, what shows its numbers, and mistakes to plant in it."""

    name: str
    path: Path
    manner: str
    text: str
    """The Python in it; of a notebook, the code cells one after another."""
    oracle: str
    runs: bool
    mistakes: tuple[Planted, ...]
    conventions: str = ""

    def code_of(self, file_text: str) -> str:
        """Return the Python in a file of this program's format."""
        return notebook.code_of(file_text) if self.path.suffix == ".ipynb" else file_text

    def file_text(self, code: str) -> str:
        """Return the file that holds other code in the place of this program's."""
        if self.path.suffix != ".ipynb":
            return code
        return notebook.with_code(self.path.read_text(encoding="utf-8"), code)

    def code_line(self, file_text: str, line: int) -> int:
        """Return the line of the code that stands on a line of a file made by ``file_text``."""
        return notebook.code_line(file_text, line) if self.path.suffix == ".ipynb" else line


def programs(folder: Path = OPEN, only: str = "") -> Iterator[CorpusProgram]:
    """Yield the programs of a folder whose name has ``only`` in it."""
    for description in sorted(folder.glob("*.toml")):
        if only in description.stem:
            yield read_program(description)


def read_program(description: Path) -> CorpusProgram:
    """Read the program that a ``.toml`` stands beside.

    Raises
    ------
    ValueError
        If the description is not complete, or no program stands beside it.
    """
    told = tomllib.loads(description.read_text(encoding="utf-8"))
    _expect_keys(description, told, KEYS, {"conventions"})
    for one in told["mistake"]:
        _expect_keys(description, one, MISTAKE_KEYS, {"also"})
    path = next((path for suffix in SUFFIXES if (path := description.with_suffix(suffix)).exists()), None)
    if path is None:
        raise ValueError(f"{description}: no program stands beside it")
    text = path.read_text(encoding="utf-8")
    return CorpusProgram(
        description.stem,
        path,
        told["manner"],
        notebook.code_of(text) if path.suffix == ".ipynb" else text,
        told["oracle"],
        told["runs"],
        tuple(_planted(one) for one in told["mistake"]),
        told.get("conventions", ""),
    )


def mutant_text(program: CorpusProgram, mistake: Planted) -> str:
    """Return the code of a program with a mistake in it.

    Raises
    ------
    ValueError
        If the place of the mistake is not there, or is there more than once.
    """
    return planted_in(program.text, mistake)


def planted_in(text: str, mistake: Planted) -> str:
    """Return a text with a mistake in it."""
    count = text.count(mistake.old)
    if count != 1:
        raise ValueError(f"{mistake.kind}: its place occurs {count} times")
    return text.replace(mistake.old, mistake.new)


def digest(folder: Path) -> str:
    """Return the SHA-256 of the names and bytes of a folder's programs and descriptions."""
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.suffix in (*SUFFIXES, ".toml"):
            content = path.read_bytes()
            whole.update(f"{path.name}\0{len(content)}\0".encode())
            whole.update(content)
    return whole.hexdigest()


def write_digest(folder: Path = HELD_OUT, file: Path = DIGEST) -> None:
    """Write down what a folder holds now."""
    file.write_text(digest(folder) + "\n", encoding="utf-8")


def _planted(told: dict[str, Any]) -> Planted:
    lines, also = tuple(told["lines"]), tuple(told.get("also", ()))
    return Planted(told["part"], told["kind"], told["old"], told["new"], lines, also)


def _expect_keys(description: Path, told: dict[str, Any], known: set[str], optional: set[str]) -> None:
    missing, strange = known - optional - set(told), set(told) - known
    if missing or strange:
        raise ValueError(f"{description}: without {sorted(missing)}, with unknown {sorted(strange)}")


if __name__ == "__main__":
    write_digest()
