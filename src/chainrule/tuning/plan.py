"""How a search goes about it: how many trials, how long, who proposes them, who is stopped early."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chainrule.errors import InputError

SAMPLERS = ("tpe", "random", "gp", "grid")
STOPPINGS = ("halving", "hyperband", "none")
DEFAULT_TRIALS = 64
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Plan:
    """The search's own settings.

    Attributes
    ----------
    trials : int or None
        How many settings to try in all; None for as many as the budget allows.
    budget : float or None
        Seconds; None for as long as the trials take.
    sampler : str
        Who proposes: one of :data:`SAMPLERS`, all of them Optuna's.
    population : int
        How many trials are proposed, trained and compared together; the first generations of successive halving have
        fewer.
    stopping : str
        One of :data:`STOPPINGS`.
    reduction : int
        Of how many trials one goes on at each rung.
    seeds : int
        Networks of each setting, which differ in their initial weights.
    folds : int
        Folds of cross-validation; 0 for the validation split.
    ensemble : int
        Networks that are kept as one model; 0 for none.
    """

    trials: int | None = None
    budget: float | None = None
    sampler: str = "tpe"
    population: int = 32
    stopping: str = "halving"
    reduction: int = 3
    seeds: int = 1
    folds: int = 0
    ensemble: int = 0

    def __post_init__(self) -> None:
        for name, (expected, right) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not right(value):
                raise InputError(f"--{name}", expected=expected, got=str(value))
        if self.folds and self.seeds > 1:
            raise InputError("--seeds", expected="1 with --folds: the folds give a spread already", got=str(self.seeds))

    def to_toml(self) -> dict[str, Any]:
        """Return the values that are not open."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def _whole(low: int) -> tuple[str, Callable[[Any], bool]]:
    return f"a whole number from {low}", lambda n: isinstance(n, int) and not isinstance(n, bool) and n >= low


def _one_of(*names: str) -> tuple[str, Callable[[Any], bool]]:
    return f"one of {', '.join(names)}", lambda name: name in names


_RANGES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "trials": _whole(1),
    "budget": ("a time above 0", lambda s: isinstance(s, int | float) and 0 < s < math.inf),
    "sampler": _one_of(*SAMPLERS),
    "population": _whole(1),
    "stopping": _one_of(*STOPPINGS),
    "reduction": _whole(2),
    "seeds": _whole(1),
    "folds": ("0, or a whole number from 2", lambda n: isinstance(n, int) and (n == 0 or n >= 2)),
    "ensemble": _whole(0),
}


def make_plan(given: Mapping[str, Any], options: Mapping[str, Any]) -> Plan:
    """Return the plan of a file's ``[search]`` section with options laid over it; 64 trials where neither sets an end.

    Raises
    ------
    InputError
        If a name is unknown or a value out of its range.
    """
    for name in given:
        if name not in Plan.__dataclass_fields__:
            known = ", ".join(Plan.__dataclass_fields__)
            raise InputError(f"setting search.{name}", expected=f"one of {known}", got="an unknown name")
    values = {**given, **{name: value for name, value in options.items() if value is not None}}
    if isinstance(values.get("budget"), str):
        values["budget"] = read_seconds(values["budget"])
    if values.get("trials") is None and values.get("budget") is None and values.get("sampler") != "grid":
        values["trials"] = DEFAULT_TRIALS
    return Plan(**values)


def read_seconds(text: str) -> float:
    """Read ``90``, ``90s``, ``10m`` or ``1h30m`` as seconds.

    Raises
    ------
    InputError
        If it is none of these, or no time at all.
    """
    parts = re.fullmatch(r"(?:\d+(?:\.\d+)?[smhd]?)+", text.strip().lower())
    pieces = re.findall(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip().lower()) if parts else []
    seconds = sum(float(number) * SECONDS[unit or "s"] for number, unit in pieces)
    if not seconds > 0:
        raise InputError("--budget", expected="a time above 0: 90s, 10m, 1h30m", got=repr(text))
    return seconds


def told_seconds(seconds: float) -> str:
    """Say a time as a person would: ``8 s``, ``4 min 10 s``, ``2 h 5 min``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
