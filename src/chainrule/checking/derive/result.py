"""What a derivation gives: the backward pass as text, line by line, and whether it was proved."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class DerivedLine:
    """One line of a backward pass."""

    text: str
    source: int
    """The line of the forward pass that it comes from; 0 if from none."""
    forward: str
    """That line."""
    upstream: str = ""
    """The gradient that it starts from."""
    local: str = ""
    """What it goes back through, in words."""
    product: str = ""
    """What it computes."""
    shape: tuple[int, ...] | None = None
    note: str = ""


@dataclass(frozen=True)
class Part:
    """A function, or lines to be put into one."""

    name: str
    """Of the function; empty of lines that go into the forward pass's own function."""
    after: int
    """The line of the program that it goes after."""
    indent: str
    lines: tuple[DerivedLine, ...]

    @property
    def text(self) -> str:
        """The lines as they stand in the program."""
        return "".join(f"{self.indent}{one.text}\n" if one.text else "\n" for one in self.lines)


@dataclass(frozen=True)
class GradientCheck:
    """How far the derived gradient of one parameter is from the truth."""

    name: str
    shape: tuple[int, ...]
    error: float
    proved: bool


@dataclass(frozen=True)
class Derivation:
    """The backward pass of a forward pass.

    ``text`` is to be put where ``parts`` say; ``proved`` is true if every gradient equalled the chain rule on the tape
    and central differences at every point tried.
    """

    file: str
    name: str
    text: str = ""
    program: str = ""
    """The whole program with the backward pass in it."""
    parts: tuple[Part, ...] = ()
    gradients: tuple[GradientCheck, ...] = ()
    proved: bool = False
    points: int = 0
    differences: float = float("nan")
    """How far the chain rule was from central differences."""
    refusals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    own: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def lines(self) -> tuple[DerivedLine, ...]:
        """All lines."""
        return tuple(line for part in self.parts for line in part.lines)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain values."""
        data = asdict(self)
        data.pop("own")
        return data

    def _repr_html_(self) -> str:
        from chainrule.display.derivation import derivation_html

        return derivation_html(self)

    def __str__(self) -> str:
        said = "proved" if self.proved else "not proved"
        return self.text + "".join(f"# {one}\n" for one in (*self.refusals, said))


def from_data(data: dict[str, Any]) -> Derivation:
    """Return a derivation from plain values."""
    parts = tuple(
        Part(one["name"], one["after"], one["indent"], tuple(_line(line) for line in one["lines"]))
        for one in data["parts"]
    )
    gradients = tuple(
        GradientCheck(one["name"], tuple(one["shape"]), one["error"], one["proved"]) for one in data["gradients"]
    )
    plain = {key: data[key] for key in ("file", "name", "text", "program", "proved", "points", "differences")}
    return Derivation(
        **plain, parts=parts, gradients=gradients, refusals=tuple(data["refusals"]), notes=tuple(data["notes"])
    )


def _line(data: dict[str, Any]) -> DerivedLine:
    shape = data["shape"]
    return DerivedLine(**{**data, "shape": None if shape is None else tuple(shape)})


__all__ = ["Derivation", "DerivedLine", "GradientCheck", "Part", "from_data"]
