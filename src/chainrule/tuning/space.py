"""The space of a search: which settings vary and between what, with all others fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError
from chainrule.training.rules import RULES, RuleSettings
from chainrule.training.settings import SECTION_OF, RunSettings
from chainrule.training.settings_file import build_settings, option_name
from chainrule.tuning.dimension import Choice, Dimension, Range, Value, hidden_widths, read_dimension

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

SEARCHABLE = (
    "hidden",
    "activation",
    "initial_weights",
    "batch_size",
    "rule",
    "learning_rate",
    "schedule",
    "reg",
    "dropout",
    "label_smoothing",
    *RuleSettings.__dataclass_fields__,
)
"""The settings of a run that a search may vary; all its networks share the others."""

OF_HIDDEN_LAYERS = ("activation", "dropout")
"""Those that a network without hidden layers has no use for."""

Params = Mapping[str, Value]
"""A point of the space: a value for every setting that is searched."""


@dataclass(frozen=True)
class Space:
    """What is searched.

    Attributes
    ----------
    dimensions : dict of str to Choice or Range
        By the setting's name; at least one.
    fixed : dict of str to dict
        The other settings that were given, by section.
    pinned : frozenset of str
        Those of them that were given as options, and are not to be searched by default either.
    """

    dimensions: Mapping[str, Dimension]
    fixed: Mapping[str, Mapping[str, Any]]
    pinned: frozenset[str] = frozenset()

    def settings(self, params: Params) -> RunSettings:
        """Return the settings of a run at a point; what its rule or its layers have no use for is left out.

        Raises
        ------
        InputError
            If a value is out of its setting's range.
        """
        values, unused = dict[str, Any](params), set[str]()
        if "hidden" in values:  # where widths are searched, and one of them is none
            values["hidden"] = hidden_widths(values["hidden"])
            unused |= set() if values["hidden"] else set(OF_HIDDEN_LAYERS)
        fixed = {section: dict(given) for section, given in self.fixed.items()}
        if values.get("rule") in RULES:  # where rules are searched, each takes the numbers that it uses
            unused |= set(RuleSettings.__dataclass_fields__) - set(RULES[values["rule"]].uses)
            fixed.setdefault("training", {})["rule"] = values["rule"]
        for name in unused:
            fixed.get(SECTION_OF[name], {}).pop(name, None)
        return build_settings(fixed, {name: value for name, value in values.items() if name not in unused})

    def distributions(self) -> dict[str, BaseDistribution]:
        """Return the dimensions as Optuna has them."""
        return {name: dimension.distribution() for name, dimension in self.dimensions.items()}

    def grid(self) -> dict[str, list[Value]]:
        """Return the values of every dimension, for a search that takes each combination once.

        Raises
        ------
        InputError
            If one is a range without a number of points.
        """
        for name, dimension in self.dimensions.items():
            if isinstance(dimension, Range):
                raise InputError(
                    option_name(name),
                    expected="values, or a range with a number of points, for --sampler grid",
                    got=str(dimension),
                    advice=f"{option_name(name)} {dimension}:9",
                )
        return {name: list(each.values) for name, each in self.dimensions.items() if isinstance(each, Choice)}

    @property
    def size(self) -> float:
        """How many points there are; infinite where one dimension is a range."""
        return prod(len(d.values) if isinstance(d, Choice) else float("inf") for d in self.dimensions.values())

    def variants(self, *names: str) -> list[Params]:
        """Return every combination of the choices of some settings, those that are searched."""
        chosen = {n: d.values for n in names if isinstance(d := self.dimensions.get(n), Choice)}
        return [dict(zip(chosen, values, strict=True)) for values in product(*chosen.values())]

    def some_point(self) -> dict[str, Any]:
        """Return one point of the space: the first value or the lower end of each dimension."""
        point: dict[str, Any] = {}
        for name, dimension in self.dimensions.items():
            first = dimension.values[0] if isinstance(dimension, Choice) else dimension.low
            point[name] = int(first) if isinstance(dimension, Range) and dimension.whole else first
        return point

    def edges(self, params: Params) -> dict[str, str]:
        """Return the settings whose value at a point lies on the edge of the space: name to lowest or highest."""
        found = {name: d.at_edge(params[name]) for name, d in self.dimensions.items() if name in params}
        return {name: edge for name, edge in found.items() if edge}

    def spelled(self) -> dict[str, str]:
        """Return the dimensions as they would be given as options."""
        return {name: str(dimension) for name, dimension in self.dimensions.items()}


def read_space(sections: Mapping[str, Any], options: Mapping[str, Any]) -> Space:
    """Read a space from a TOML file's sections (``[space]`` among them) with options laid over them.

    Parameters
    ----------
    sections : mapping
        ``data``, ``network``, ``training`` as a run has them, and ``space``.
    options : mapping
        By the setting's name; None where one is not given.

    Raises
    ------
    InputError
        If a name is unknown, a value out of range, or a setting is searched that nothing in the space would use.
    """
    fixed = {name: dict(values) for name, values in sections.items() if name != "space" and isinstance(values, Mapping)}
    strays = {name: values for name, values in sections.items() if not isinstance(values, Mapping)}
    if strays:
        name, value = next(iter(strays.items()))
        raise InputError(f"setting {name}", expected="a section: data, network, training or space", got=repr(value))
    given = {f"setting space.{name}": (name, value) for name, value in sections.get("space", {}).items()}
    for who, (name, _) in given.items():
        if name not in SEARCHABLE:
            close = get_close_matches(name, SEARCHABLE, n=1)
            expected = f"a setting that can be searched: {', '.join(SEARCHABLE)}"
            raise InputError(who, expected=expected, got="another name", advice=close[0] if close else "")
    overlaid = {name for name, value in options.items() if value is not None}
    given = {who: pair for who, pair in given.items() if pair[0] not in overlaid}
    given |= {option_name(name): (name, options[name]) for name in SEARCHABLE if options.get(name) is not None}
    dimensions: dict[str, Dimension] = {}
    for who, (name, value) in given.items():
        found = read_dimension(name, value, who)
        fixed.get(SECTION_OF[name], {}).pop(name, None)
        if isinstance(found, Choice | Range):
            dimensions[name] = found
        else:
            fixed.setdefault(SECTION_OF[name], {})[name] = hidden_widths(found) if name == "hidden" else found
    others = {n: v for n, v in options.items() if v is not None and n not in SEARCHABLE}
    for name, value in others.items():
        fixed.setdefault(SECTION_OF[name], {})[name] = value
        if name in ("steps", "epochs"):  # a length that is an option replaces the file's
            fixed["training"].pop("epochs" if name == "steps" else "steps", None)
    space = Space(dimensions, fixed, frozenset(overlaid))
    _check(space)
    return space


def _check(space: Space) -> None:
    """See that every value of the space is one that its setting may have, and that something would use it."""
    fixed = space.fixed.get("training", {})
    wanted = [str(params.get("rule") or fixed.get("rule", "sgd")) for params in space.variants("rule")]
    for name in (*space.dimensions, *fixed):
        users = [rule for rule in RULES if name in RULES[rule].uses]
        if users and not set(users) & set(wanted):
            raise InputError(
                option_name(name), expected=f"--rule {' or '.join(users)}", got=f"--rule {','.join(wanted)}"
            )
    for name, dimension in space.dimensions.items():
        users = [rule for rule in RULES if name in RULES[rule].uses]
        values = dimension.values if isinstance(dimension, Choice) else (dimension.low, dimension.high)
        for value in values:
            point: dict[str, Any] = {name: int(value) if isinstance(dimension, Range) and dimension.whole else value}
            if users:
                point["rule"] = next(rule for rule in users if rule in wanted)
            space.settings(point)
    if not space.dimensions:
        space.settings({})
