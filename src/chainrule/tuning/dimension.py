"""One setting that a search varies: a choice between values, or a range; read from text or TOML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Value = str | int | float
WHOLE = ("hidden", "batch_size")
TEXTS = ("activation", "initial_weights", "rule", "schedule")
SYNTAX = "log:LOW:HIGH, lin:LOW:HIGH, either with :POINTS after it, or values separated by commas"
NEAR_THE_END = 0.05
"""The part of a range beside each of its ends that counts as its edge."""


@dataclass(frozen=True)
class Choice:
    """One of some values. Those of ``hidden`` are texts, ``512-256``, so that every storage can hold them."""

    values: tuple[Value, ...]

    def distribution(self) -> BaseDistribution:
        """Return it as Optuna has it."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.values)

    def at_edge(self, value: Value) -> str:
        """Return ``lowest`` or ``highest`` where one of at least three numbers is that, else nothing."""
        try:
            numbers = [float(each) for each in self.values]
        except ValueError:
            return ""
        if len(numbers) < 3 or min(numbers) < float(value) < max(numbers):
            return ""
        return "lowest" if float(value) == min(numbers) else "highest"

    def __str__(self) -> str:
        return ",".join(map(_spelled, self.values))


@dataclass(frozen=True)
class Range:
    """All numbers between two, evenly or by their logarithm; whole ones only, for widths and batch sizes."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def distribution(self) -> BaseDistribution:
        """Return it as Optuna has it."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.whole:
            return IntDistribution(int(self.low), int(self.high), log=self.log)
        return FloatDistribution(self.low, self.high, log=self.log)

    def at_edge(self, value: Value) -> str:
        """Return ``lowest`` or ``highest`` where ``value`` is within a twentieth of that end, else nothing."""
        low, high, x = (math.log(n) if self.log else n for n in (self.low, self.high, float(value)))
        share = (x - low) / (high - low)
        return "lowest" if share < NEAR_THE_END else "highest" if share > 1 - NEAR_THE_END else ""

    def points(self, n: int) -> tuple[Value, ...]:
        """Return n numbers of it, both ends among them, each as far from the next."""
        low, high = (math.log(x) if self.log else x for x in (self.low, self.high))
        places = [low + (high - low) * k / max(n - 1, 1) for k in range(n)]
        numbers = [float(f"{math.exp(x) if self.log else x:.6g}") for x in places]
        return tuple(dict.fromkeys(round(x) for x in numbers)) if self.whole else tuple(numbers)

    def __str__(self) -> str:
        return f"{'log' if self.log else 'lin'}:{_spelled(self.low)}:{_spelled(self.high)}"


def _spelled(value: Value) -> str:
    """Return a value as text, from which it can be read again to the last bit."""
    if isinstance(value, float) and float(f"{value:g}") == value:
        return f"{value:g}"
    return str(value)


Dimension = Choice | Range


def read_dimension(name: str, given: Any, who: str) -> Dimension | Value:
    """Read what a setting is to be searched in: text of the :data:`SYNTAX`, or a value or list of a TOML file.

    Returns
    -------
    Choice, Range, or, where there is nothing to choose, the one value that the setting shall have.

    Raises
    ------
    InputError
        If it is none of these, or has nothing or the same thing twice in it.
    """
    if isinstance(given, str) and given.partition(":")[0] in ("log", "lin") and name not in TEXTS:
        return _read_range(name, given, who)
    words = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else [given]
    if words in ([], [""]):
        raise InputError(who, expected=SYNTAX, got="an empty space")
    values = tuple(_read_value(name, word, who) for word in words)
    if len(set(values)) < len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise InputError(who, expected="values that are all different", got=f"{twice} twice")
    return Choice(values) if len(values) > 1 else values[0]


def _read_value(name: str, word: Any, who: str) -> Value:
    """Return one value: a text, a number, or the widths of layers as ``512-256``."""
    if name == "hidden":
        return hidden_text(word, who)
    if name in TEXTS:
        return _read_text(word, who)
    try:
        number = float(word)
    except (TypeError, ValueError):
        raise InputError(who, expected=SYNTAX, got=repr(word)) from None
    if not math.isfinite(number):
        raise InputError(who, expected="finite numbers", got=str(word))
    if name in WHOLE:
        if number % 1:
            raise InputError(who, expected="whole numbers", got=str(word))
        return int(number)
    return number


def _read_text(word: Any, who: str) -> str:
    """Return a text that says something."""
    text = str(word).strip()
    if not text:
        raise InputError(who, expected=SYNTAX, got="nothing between two commas")
    return text


def hidden_text(word: Any, who: str) -> str:
    """Return widths as a text: ``512-256`` for two hidden layers, ``none`` for no hidden layer."""
    layers: Sequence[Any] = word if isinstance(word, list | tuple) else str(word).strip().split("-")
    if list(layers) in (["none"], []):
        return "none"
    try:
        widths = [int(width) for width in layers]
    except (TypeError, ValueError):
        raise InputError(
            who, expected="widths: 256, or 512-256 for two hidden layers, or none", got=repr(word)
        ) from None
    return "-".join(map(str, widths))


def hidden_widths(text: Value) -> tuple[int, ...]:
    """Return the widths that :func:`hidden_text` wrote."""
    return () if text == "none" else tuple(int(width) for width in str(text).split("-"))


def _read_range(name: str, text: str, who: str) -> Dimension:
    """Read ``log:1e-5:1e-1`` or, with a number of points, ``log:1e-5:1e-1:9``."""
    scale, *words = text.split(":")
    try:
        low, high, *points = (float(word) for word in words)
    except ValueError:
        raise InputError(who, expected=SYNTAX, got=repr(text)) from None
    if len(points) > 1 or not all(map(math.isfinite, (low, high, *points))):
        raise InputError(who, expected=SYNTAX, got=repr(text))
    if not low < high:
        raise InputError(who, expected="a lower end below the upper end", got=repr(text))
    if scale == "log" and low <= 0:
        raise InputError(who, expected="ends above 0, where the scale is logarithmic", got=repr(text))
    if name in WHOLE and (low % 1 or high % 1 or low < 1):
        raise InputError(who, expected="whole numbers from 1", got=repr(text))
    found = Range(low, high, scale == "log", name in WHOLE)
    if not points:
        return found
    if points[0] % 1 or points[0] < 2:
        raise InputError(who, expected="a whole number of points, from 2", got=repr(text))
    values = found.points(int(points[0]))
    return Choice(tuple(map(str, values)) if name == "hidden" else values)
