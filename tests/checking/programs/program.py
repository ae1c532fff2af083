"""One correct program: its file, its door, its draws, and what its author calls things.

``roles`` tells the planter the words of the field for the names in the text, and ``backward`` the first and the last
line of each stretch that computes gradients; neither is known to the check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.checking.programs.doors import Opened
from tests.checking.programs.draws import Draw

SOURCES = Path(__file__).parent / "sources"

Stretch = tuple[str, str]

# what most authors call things, to begin their ``roles`` with
NAMES = "X W1 b1 W2 b2 reg "
GRADS = "dW1=grads['W1'] db1=grads['b1'] dW2=grads['W2'] db2=grads['b2'] "
LOCAL = "dW1 db1 dW2 db2 "


@dataclass(frozen=True)
class Program:
    """One correct program."""

    file: str
    door: Opened
    draw: Callable[[int], Draw]
    backward: tuple[Stretch, ...]
    roles: dict[str, str]
    trained: Callable[[str], list[float]] | None = None
    """What its own training learns and its own prediction says, as numbers; None where it has none."""

    @property
    def name(self) -> str:
        """Return the name that the tables show."""
        return self.file.split(".")[0]

    @property
    def suffix(self) -> str:
        """Return ``.py`` or ``.ipynb``: what the author's file ended with."""
        return ".ipynb" if ".ipynb" in self.file else ".py"

    @property
    def text(self) -> str:
        """Return the file as it stands."""
        return (SOURCES / self.file).read_text()


def words(text: str) -> dict[str, str]:
    """Return roles from ``role=word`` pairs; a role alone is the author's word too."""
    pairs = (part.partition("=") for part in text.split())
    return {role: word or role for role, _, word in pairs}
