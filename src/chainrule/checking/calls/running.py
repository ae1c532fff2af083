"""Running functions of a program on the bench, and keeping what they returned."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from chainrule.checking.calls.bench import Trial
from chainrule.checking.calls.guess import Guesses, drawn
from chainrule.checking.calls.leaves import is_number
from chainrule.checking.calls.routine import Routine
from chainrule.checking.calls.styles import labels
from chainrule.checking.calls.words import LOSS, differentiated, role
from chainrule.checking.reading.standins.anything import Anything

if TYPE_CHECKING:
    from chainrule.checking.calls.pipeline import Pipeline


def upstream(value: Any, number: int = 0) -> Any:
    """Return numbers of the shape of an output to hand to a backward pass; the same whenever they are asked for."""
    made = np.random.default_rng(77 + number).normal(size=np.shape(value))
    return made if np.ndim(value) else float(made)


@dataclass
class Known:
    """A value that later functions may be given."""

    name: str
    text: str
    value: Any
    step: int


class Running:
    """What was run so far."""

    def __init__(self, plan: Pipeline, trial: Trial, guessed: Guesses, seed: int) -> None:
        self.plan, self.trial, self.guessed = plan, trial, guessed
        self.given: dict[str, Any] = {"_u": upstream}
        self.seed = seed
        self.random = np.random.default_rng(seed)
        self.known: list[Known] = []
        self.setup: list[str] = []
        self.lines: list[str] = []
        self.main: list[Known] = []
        """The outputs of the last forward function."""
        self.loss = ""
        self.loss_source = ""
        self.handed: list[tuple[str, str]] = []
        self.used: dict[str, int] = {}
        self.slopes = False
        self.gradients: list[Known] = []
        last = plan.steps[-1]
        self.clips = re.search(r"\bclip\(", last.source) is not None and "clip(" not in plan.steps[0].source
        """Whether gradients are cut off where they are large: they shall be small."""
        self.clips = self.clips or (len(plan.steps) == 1 and re.search(r"clip\(\s*(d|g)", last.source) is not None)
        self.without_penalty = len(plan.steps) > 1 and not any(LOSS.search(one.name) for one in plan.steps[:-1])
        """Whether gradients are handed in: then there is no loss that a penalty could be a part of."""
        self.labels = {name for one in plan.steps for name in labels(one)} if len(guessed) > 1 else set()

    def _object(self, owner: str) -> None:
        if owner in self.plan.layers:
            for name in self.plan.parts:
                self._give(name)
            self._run(self.plan.layers[owner], self.setup)
            return
        names = [name for name in self.guessed if name.startswith(f"_c_{owner}_")]
        for name in names:
            self._give(name)
        arguments = ", ".join(f"{name.removeprefix(f'_c_{owner}_')}={name}" for name in names)
        self._run(f"_o_{owner} = {owner}({arguments})", self.setup)

    def _missing_sizes(self) -> None:
        """Put a number where the program has the size of data that are not here."""
        for one in (*self.plan.steps, *self.plan.helpers):
            for node in one.nodes:
                if (
                    isinstance(node, ast.Name)
                    and isinstance(self.trial.names.get(node.id), Anything)
                    and re.fullmatch(r"[mnNMB]|batch_size|num_\w+|n_\w+", node.id)
                ):
                    self.given[node.id] = self.trial.names[node.id] = 5

    def _run(self, text: str, where: list[str]) -> None:
        self.trial.run(text)
        where.append(text)

    def _give(self, name: str) -> None:
        if name not in self.given:
            random = np.random.default_rng([self.seed, [*self.guessed].index(name)])
            made = self.guessed[name]
            value = drawn(made, random)
            if self.without_penalty and isinstance(value, (int, float)) and role(name.rsplit("_", 1)[-1], ("reg",)):
                value = 0.0
            small = self.clips and made.kind == "array" and made.shape
            self.given[name] = self.trial.names[name] = 0.25 * value if small else value

    def _register(self, number: int, one: Routine, result: str, backward: bool) -> None:
        value = self.trial.value(result)
        expr = returned(one)
        self.known.append(Known(result, result, value, number))
        parts: list[Known] = []
        if isinstance(value, (tuple, list)) and isinstance(value, tuple):
            elements = (
                expr.elts if isinstance(expr, ast.Tuple) and len(expr.elts) == len(value) else [None] * len(value)
            )
            for place, (part, element) in enumerate(zip(value, elements, strict=True)):
                label = (
                    element.id
                    if isinstance(element, ast.Name)
                    else element.attr
                    if isinstance(element, ast.Attribute)
                    else ""
                )
                parts.append(Known(label, f"{result}[{place}]", part, number))
        else:
            label = expr.id if isinstance(expr, ast.Name) else ""
            parts.append(Known(label, result, value, number))
        self.known += parts
        scalar = None
        if LOSS.search(one.name) or len(self.plan.steps) == 1 or (backward and not self.main and not self.loss):
            scalar = _loss_of(parts, alone=not backward)
            if scalar is None and isinstance(value, dict):
                scalar = next(
                    (
                        Known(str(k), f"{result}[{k!r}]", v, number)
                        for k, v in value.items()
                        if LOSS.search(str(k)) and np.size(v) == 1
                    ),
                    None,
                )
        if scalar is not None and not self.loss:
            self._run(f"_l{number} = ({scalar.text}) * 1.0", self.lines)
            self.loss = f"_l{number}"
            self.loss_source = scalar.text
        if backward:
            self.gradients.append(Known("", result, value, number))
        elif not (scalar is not None and LOSS.search(one.name) and len(parts) == 1):
            self.main = [part for part in parts if _is_output(part, len(parts))]


def returned(one: Routine) -> ast.expr | None:
    """Return the expression that a function ends with."""
    return one.returned[0] if one.returned else None


def _loss_of(parts: Sequence[Known], *, alone: bool) -> Known | None:
    """Return the number among what was returned that is a loss."""
    numbers = [
        part for part in parts if isinstance(part.value, (float, np.floating, ndarray)) and np.size(part.value) == 1
    ]
    named = [
        part
        for part in numbers
        if re.search(r"loss|cost|^j$|^l$|obj|err|total|nll|value|^e$", part.name, re.I)
        and not part.name.startswith("d")
    ]
    if named:
        return named[0]
    if len(parts) == 1:
        return numbers[0] if alone and numbers else None
    unnamed = [part for part in numbers if not (part.name and differentiated(part.name))]
    unnamed = [part for part in unnamed if not re.match(r"acc|correct|n_|count|score", part.name, re.IGNORECASE)]
    if len(unnamed) > 1:  # the terms of a loss: reconstruction and divergence
        return Known("", " + ".join(part.text for part in unnamed), unnamed[0].value, unnamed[0].step)
    return unnamed[0] if unnamed else None


def _is_output(part: Known, count: int) -> bool:
    return is_number(part.value) and not (count > 1 and part.name and role(part.name, ("cache",)) == "cache")
