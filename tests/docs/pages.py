"""The pages of the documentation, and the blocks of code that stand on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import chainrule

ROOT = Path(__file__).parents[2]
PACKAGE = Path(chainrule.__file__).parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
QUOTE = re.compile(r"\]\((?:\.\./)?src/chainrule/([\w/]+\.py)\):$")
FENCE = re.compile(r"```+(.*)")


@dataclass(frozen=True)
class Block:
    """A block between fences.

    Attributes
    ----------
    line : int
        That of its first line of text, counted from 1.
    language : str
        ``python`` is run, or stands in the file that is named before it; ``console`` is typed and compared; ``text``
        right after ``python`` is what that prints, elsewhere a picture; ``sh`` is for the reader alone.
    text : str
    before : str
        The line above it that is not empty.
    """

    line: int
    language: str
    text: str
    before: str

    @property
    def quoted_file(self) -> Path | None:
        """The file of the package that a block of Python is quoted from, if the line above names one."""
        found = QUOTE.search(self.before)
        return PACKAGE / found[1] if found else None

    @property
    def is_output(self) -> bool:
        """Whether it stands right below another block."""
        return self.language == "text" and self.before.startswith("```")


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    blocks = []
    lines = page.splitlines()
    at, before = 0, ""
    while at < len(lines):
        fence = FENCE.fullmatch(lines[at].strip())
        if not fence:
            before = lines[at].strip() or before
            at += 1
            continue
        end = at + 1
        while not FENCE.fullmatch(lines[end].strip()):
            end += 1
        blocks.append(Block(at + 2, fence[1], "\n".join(lines[at + 1 : end]) + "\n", before))
        at, before = end + 1, lines[end].strip()
    return blocks


def read(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def in_project(page: Path, link: str) -> Path:
    """Return what a relative link leads to; files of the package are those that are installed."""
    target = (page.parent / link).resolve()
    source = ROOT / "src" / "chainrule"
    return PACKAGE / target.relative_to(source) if target.is_relative_to(source) else target
