"""A population of networks in a notebook: what they share, in what they differ, who is left; and their scores."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from chainrule.display.fragment import facts, fragment, table, title
from chainrule.training.rules import RULES

if TYPE_CHECKING:
    from chainrule.tuning.population.member import Member
    from chainrule.tuning.population.population import Population
    from chainrule.tuning.population.scores import Scores


def population_html(population: Population) -> str:
    """Return a population as HTML."""
    members, diverged = population.members, population.diverged
    spelled = [_settings(member) for member in members]
    names = list(dict.fromkeys(name for settings in spelled for name in settings))
    differing = [name for name in names if len({settings.get(name) for settings in spelled}) > 1]
    said = {name.replace("_", " "): spelled[0][name] for name in names if name not in differing}
    said |= {
        "mini-batches": f"{population.batch_size} examples",
        "inputs and classes": f"{population.input_size:,} and {population.output_size:,}",
        "diverged": ", ".join(f"{number} at step {step:,}" for number, step in diverged.items()),
    }
    rows = [
        (str(number), *(settings.get(name, "") for name in differing))
        for number, settings in zip(population.alive, spelled, strict=True)
    ]
    return fragment(
        title(f"{len(members):,} networks", f"after {population.steps_taken:,} steps"),
        facts(said),
        table(("network", *(name.replace("_", " ") for name in differing)), rows) if rows else None,
    )


def scores_html(scores: Scores) -> str:
    """Return the measures of networks as HTML, the best first."""
    measured = zip(scores.numbers, scores.accuracy.tolist(), scores.loss.tolist(), strict=True)
    ranked = sorted(measured, key=lambda row: (-row[1], row[2]))
    rows = [(str(number), f"{100 * accuracy:.2f} %", f"{loss:.4f}") for number, accuracy, loss in ranked]
    return fragment(table(("network", "accuracy", "data loss"), rows))


def _settings(member: Member) -> dict[str, str]:
    """Return every setting of a network that is in use, spelled out; of the rule's numbers those that it has."""
    values: dict[str, Any] = {one.name: getattr(member, one.name) for one in fields(member)}
    rule_settings = values.pop("rule_settings")
    values |= {name: getattr(rule_settings, name) for name in RULES[member.rule].uses}
    values["hidden"] = ", ".join(map(str, member.hidden)) or "none"
    return {
        name: f"{value:g}" if isinstance(value, float) else str(value)
        for name, value in values.items()
        if value is not None
    }
