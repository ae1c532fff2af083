"""Calls of a program's functions one after the other, each given what it asks for by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chainrule.checking.reading.recognise.vocabulary import role

DRAWN = ("X", "y")
"""What is drawn keeps its meaning, whatever a call returns under the same name."""


class Unbound(TypeError):
    """An argument whose meaning is unknown."""


@dataclass(frozen=True)
class Step:
    """One call.

    ``order`` says what arguments with unusual names are taken for, from the first.
    """

    function: Callable[..., Any]
    names: list[str] = field(default_factory=list)
    """Of what it returns."""
    order: tuple[str, ...] = ()
    result: str = ""
    """What a single thing that it returns is, if its name does not say."""

    def wiring(self, known: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return, for each argument that is given: its name, and the name of the known value."""
        wires: list[tuple[str, str]] = []
        taken: set[str] = set()
        waiting: list[tuple[int, inspect.Parameter]] = []
        parameters = list(inspect.signature(self.function).parameters.values())
        meanings = {parameter.name: role(parameter.name) for parameter in parameters}
        labels = [name for name, meaning in meanings.items() if meaning == "y"]
        if len(labels) > 1 and "yhat" in known:  # loss(y, t): the first is what the network gives
            meanings[labels[0]] = "yhat"
        for parameter in parameters:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            meaning = meanings[parameter.name]
            source = next((name for name in (parameter.name, meaning) if name in known), "")
            if source and source not in taken:
                taken.add(source)
                wires.append((parameter.name, source))
            elif parameter.default is parameter.empty:
                waiting.append((len(wires), parameter))
                wires.append((parameter.name, ""))
        left = [name for name in self.order if name in known and name not in taken]
        for (place, parameter), source in zip(waiting, left, strict=False):
            wires[place] = (parameter.name, source)
        missing = [name for name, source in wires if not source]
        if missing:
            raise Unbound(f"what is given for {', '.join(missing)} is unknown")
        return wires


class Calls:
    """The steps, wired on first use."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._wires: list[list[tuple[str, str]]] = []

    def run(self, known: dict[str, Any]) -> list[Any]:
        """Make all calls and return what each gave; what a call returns is known to the next ones."""
        returned = []
        for index, step in enumerate(self._steps):
            if len(self._wires) == index:
                self._wires.append(step.wiring(known))
            given = {name: known[source] for name, source in self._wires[index]}
            value = step.function(**given)
            returned.append(value)
            if index + 1 < len(self._steps):
                known.update(_named(step, value))
        return returned


def _named(step: Step, value: Any) -> dict[str, Any]:
    """Return what a call gave by names and by what they are for."""
    parts = list(value) if isinstance(value, tuple) else [value]
    names = step.names if len(step.names) == len(parts) else [""] * len(parts)
    known: dict[str, Any] = {}
    for place, (name, part) in enumerate(zip(names, parts, strict=True)):
        if isinstance(part, dict):
            known.update({key: item for key, item in part.items() if isinstance(key, str) and role(key) not in DRAWN})
        meaning = role(name)
        if meaning in ("", "parameters", "X", "y"):
            meaning = step.result if place == 0 else "cache"
        for key in (name, meaning):
            if key and role(key) not in DRAWN:
                known[key] = part
    if len(parts) > 2:
        known["cache"] = tuple(parts[1:])
    return known
