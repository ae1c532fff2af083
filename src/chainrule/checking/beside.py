"""What a program under check may read: itself, the data beside it, and the modules beside it that it imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = (".py", ".ipynb")
IMPORT = re.compile(
    r"""^[\s"']*(?:from\s+(?P<source>\.*[\w.]*)\s+import\s+(?P<names>[\w, ]*)|import\s+(?P<modules>[\w., ]+))""", re.M
)


def visible_to(path: Path) -> list[Path]:
    """Return what a program may read of its folder: no other program, unless it imports it by name.

    In a folder with a whole class's work, nobody's file can be read by somebody else's.
    """
    folder = path.parent
    try:
        others = [entry for entry in folder.iterdir() if entry.suffix not in PROGRAMS]
    except OSError:
        others = []
    return [path, *others, *_imported(path, folder, {path})]


def _imported(path: Path, folder: Path, seen: set[Path]) -> Iterator[Path]:
    """Yield the modules of a folder that a file imports, and those that they import."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for match in IMPORT.finditer(text):
        for name in re.findall(r"\w+", " ".join(group for group in match.groups() if group)):
            module = folder / f"{name}.py"
            if module not in seen and module.is_file():
                seen.add(module)
                yield module
                yield from _imported(module, folder, seen)
