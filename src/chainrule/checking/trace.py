"""Watching a program run: values are noted as they pass, nudged, or others are put in their place.

A value that passes a probe is an event, (site, occurrence): the same in every run of the same case.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Result, attempt
from chainrule.checking.probes import PASS, SCENE, Probed, Site
from chainrule.checking.units import Function, Units

Event = tuple[int, int]
Outcome = Result | Exception
"""What a run gave; a stranger's program may raise anything, and where it did is often what one wants to know."""

Pass = Callable[[int, Any], Any]
"""Is given the number of a site, and a value; what it returns goes on in its place."""

ALL = -1
"""Stands for every occurrence of a site."""

GOLDEN = (5**0.5 - 1) / 2
"""The multiples of this, without their whole parts, are spread evenly and never the same."""

MOST_EVENTS = 6000
MOST_SCENES = 40


class Watch:
    """A program with probes, and what they are to do in the next run."""

    def __init__(self, units: Units, versions: Mapping[str, Function], *, scenes: bool = False) -> None:
        self._units = units
        self._probed = Probed(scenes)
        for key, node in versions.items():
            self._probed.add(key, node)
        self._scenes: dict[ast.stmt, list[dict[str, Any]]] | None = None
        self.behind: dict[ast.stmt, list[dict[str, Any]]] = {}
        """The variables right behind each statement that gives them values, once for each time that it ran."""

    @property
    def sites(self) -> list[Site]:
        """What the first number of an event stands for."""
        return self._probed.sites

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Have the program run with its probes inside the body of ``with``."""
        for names in self._namespaces():
            names[PASS], names[SCENE] = _through, self._note_scene
        with self._units.exchanged(self._probed.nodes):
            yield

    def record(self, case: Case) -> tuple[Outcome, dict[Event, ndarray]]:
        """Run once and return what came, and a copy of every float and array of floats, in the order of passing."""
        counts = [0] * len(self._probed.sites)
        events: dict[Event, ndarray] = {}

        def note(site: int, value: Any) -> Any:
            occurrence = counts[site]
            counts[site] = occurrence + 1
            if is_float(value) and len(events) < MOST_EVENTS:
                events[site, occurrence] = np.array(value, np.float64)
            return value

        with self._passing(note):
            return attempt(case), events

    def scenes(self, case: Case) -> dict[ast.stmt, list[dict[str, Any]]]:
        """Run once and return the variables before each statement, once for each time that it ran.

        The watch must have been made with ``scenes``.
        """
        self._scenes = {}
        try:
            attempt(case)
        finally:
            scenes, self._scenes = self._scenes, None
        return scenes

    def nudged(self, case: Case, event: Event, index: tuple[int, ...] | None, amount: Any) -> Outcome:
        """Run with ``amount`` added to one entry of a value (to the whole of it if ``index`` is None).

        The occurrence ``ALL`` stands for each time that the site is passed, with an amount of its own each time: a
        softmax does not notice when all scores move by the same.
        """
        wanted, number = event
        occurrence = -1

        def nudge(site: int, value: Any) -> Any:
            nonlocal occurrence
            if site != wanted:
                return value
            occurrence += 1
            if number not in (occurrence, ALL) or not is_float(value):
                return value
            return _changed(value, index, amount * _unlike(occurrence) if number == ALL else amount)

        with self._passing(nudge):
            return attempt(case)

    def injected(self, case: Case, values: Mapping[Event, ndarray]) -> Outcome:
        """Run with other values in the place of those of some events."""
        with self._passing(self._injecting(values)):
            return attempt(case)

    def with_others(self, values: Mapping[Event, ndarray], work: Callable[[], ndarray]) -> ndarray | None:
        """Call ``work``, which runs the program, with other values in the place of some; None if it raises."""
        with self._passing(self._injecting(values)), np.errstate(all="ignore"):
            try:
                return work()
            except Exception:  # a stranger's program may raise anything
                return None

    def _injecting(self, values: Mapping[Event, ndarray]) -> Pass:
        counts = dict.fromkeys((site for site, _ in values), -1)

        def inject(site: int, value: Any) -> Any:
            if site not in counts:
                return value
            counts[site] += 1
            other = values.get((site, counts[site]))
            if other is None or not is_float(value):
                return value
            return value if self.sites[site].after and np.size(value) != other.size else _replaced(value, other)

        return inject

    @contextmanager
    def _passing(self, through: Pass) -> Iterator[None]:
        """Have values pass through another function; most of the time of a nudged run goes by in it."""
        spaces = self._namespaces()
        for names in spaces:
            names[PASS] = through
        try:
            yield
        finally:
            for names in spaces:
                names[PASS] = _through

    def _namespaces(self) -> list[dict[str, Any]]:
        """Return what the functions of the program see as globals, each once."""
        found = (self._units.live[key].function.__globals__ for key in self._probed.nodes)
        return list({id(names): names for names in found}.values())

    def _note_scene(self, statement: int, variables: dict[str, Any]) -> None:
        if self._scenes is not None:
            at, behind = self._probed.statements[statement]
            seen = (self.behind if behind else self._scenes).setdefault(at, [])
            if len(seen) < MOST_SCENES:
                seen.append(frozen(variables, depth=3))


def _through(site: int, value: Any) -> Any:
    return value


def _unlike(occurrence: int) -> float:
    """Return a factor between 0.5 and 1.5 that is another one for every occurrence."""
    return 0.5 + occurrence * GOLDEN % 1.0


def is_float(value: Any) -> bool:
    """Return whether a value is a number or an array that can be nudged."""
    if isinstance(value, ndarray):
        return value.dtype == np.float64 and value.size > 0
    return isinstance(value, float)  # np.float64 is one


def frozen(value: Any, depth: int, copies: dict[int, Any] | None = None) -> Any:
    """Return a value with copies of the arrays in it, in lists, tuples, dictionaries and attributes to a depth.

    What was the same array twice is the same copy twice: ``copies`` has them by the identity of the original.
    """
    copies = {} if copies is None else copies
    if isinstance(value, ndarray):
        return copies.setdefault(id(value), value.copy())
    if depth == 0:
        return value
    if isinstance(value, dict):
        return {key: frozen(item, depth - 1, copies) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)([frozen(item, depth - 1, copies) for item in value])
    if type(getattr(value, "__dict__", None)) is dict and not callable(value):
        shadow = copy.copy(value)
        vars(shadow).update({name: frozen(item, depth - 1, copies) for name, item in vars(value).items()})
        return shadow
    return value


def _changed(value: Any, index: tuple[int, ...] | None, amount: Any) -> Any:
    """Nudge an array in place, so that whatever shares its memory sees it; a number is returned anew."""
    if not isinstance(value, ndarray):
        return value + np.float64(np.sum(amount))
    if not value.flags.writeable:
        value = value.copy()
    value[... if index is None else index] += amount
    return value


def _replaced(value: Any, other: ndarray) -> Any:
    if np.size(value) != other.size:
        return other.copy()  # where a value of another shape was computed than was meant
    if not isinstance(value, ndarray):
        return np.float64(other.reshape(()))
    if not value.flags.writeable:
        value = value.copy()
    value[...] = other.reshape(value.shape)
    return value
