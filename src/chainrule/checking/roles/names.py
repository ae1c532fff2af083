"""What the program calls its values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chainrule.checking.roles.flow import Flow


class Names:
    """The names of the vertices of a tape, as its statements bind them."""

    def __init__(self, flow: Flow) -> None:
        self._of: dict[int, list[str]] = {}
        for binding in flow.tape.bindings:
            if binding.time > flow.length:
                break
            names = self._of.setdefault(flow.vertex(binding.ref), [])
            if binding.target not in names:
                names.append(binding.target)

    def all(self, vertex: int) -> list[str]:
        """Return the names that a value was given, first to last."""
        return self._of.get(vertex, [])

    def best(self, vertex: int, otherwise: str = "") -> str:
        """Return the name that tells most: one of an attribute or entry before a short one of a loop."""
        names = self.all(vertex)
        return max(names, key=_telling, default=otherwise).lstrip("[").rstrip("]").strip("'\"") if names else otherwise


def _telling(name: str) -> tuple[bool, int]:
    plain = name.removeprefix("self.")
    return (bool(re.search(r"\d|\[", plain)) or len(plain) > 1, -len(name))


def names_over_time(flow: Flow, names: Names, versions: list[int]) -> str:
    """Return the name of a value that moves."""
    counts: Mapping[str, int] = {}
    for vertex in versions:
        for name in names.all(vertex):
            counts = {**counts, name: counts.get(name, 0) + 1}
    best = max(counts, key=lambda name: (_telling(name)[0], counts[name], -len(name)), default="")
    return best.strip("[]'\"") if best.startswith("[") else best
