"""A call as it ran on the bench: what in it is an input, a loss, an output, a gradient."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.calls.bench import Failed
from chainrule.checking.calls.binding import Binding
from chainrule.checking.calls.claims import matched
from chainrule.checking.calls.leaves import Leaf, is_number, leaves
from chainrule.checking.calls.running import returned, upstream
from chainrule.checking.calls.words import LOSS, OTHERWISE, role


@dataclass
class Draft:
    """A call that ran on the bench."""

    setup: str
    text: str
    given: dict[str, Any]
    inputs: dict[str, str]
    claims: dict[str, tuple[str, ...]]
    loss: str
    outputs: tuple[tuple[str, str], ...]
    supposed: bool
    complete: bool
    score: tuple[int, ...]


class Drafting(Binding):
    """Makes a draft of a call."""

    def draft(self) -> Draft:
        trial = self.trial
        trial.names["_u"] = upstream
        for owner in self.plan.constructors:
            self._object(owner)
        self._missing_sizes()
        before = [*self._kept(), *self._globals()]
        arrays_before = {leaf.text: (id(leaf.value), np.array(leaf.value)) for leaf in before}
        for number, one in enumerate(self.plan.steps):
            self._step(number, one)
        given = [
            leaf
            for known in self.gradients
            for leaf in leaves(known.value, known.text, returned(self.plan.steps[known.step]))
        ]
        if not self.loss:
            given = [leaf for leaf in given if not (leaf.shape == () and LOSS.search(leaf.label))]
        terms = self.loss_source.split(" + ")
        given = [leaf for leaf in given if leaf.text not in terms]
        after = [leaf for leaf in self._kept() if _changed(leaf, arrays_before)]
        after += [leaf for leaf in self._global_gradients() if _changed(leaf, arrays_before)]
        inputs = self._inputs(before)
        found = matched(inputs, given, after)
        if not found and not before and after:  # parameters that the first forward pass makes
            inputs = self._inputs(
                [leaf for leaf in self._kept() if leaf.text not in {one.text for one in after if _is_gradient(one)}]
            )
            found = matched(inputs, given, [leaf for leaf in after if _is_gradient(leaf)])
            self.setup.append("\n".join(self.lines))
        return self._made(inputs, found, given)

    def _kept(self) -> list[Leaf]:
        return [
            leaf for owner in self.plan.constructors for leaf in leaves(self.trial.names[f"_o_{owner}"], f"_o_{owner}")
        ]

    def _globals(self) -> list[Leaf]:
        """Return the arrays outside of functions that these read, and that are called like parameters."""
        read = {
            node.id
            for one in (*self.plan.steps, *self.plan.helpers)
            for node in one.nodes
            if isinstance(node, ast.Name)
        }
        own = {argument.name for one in self.plan.steps for argument in one.arguments}
        found = []
        for name in sorted(read - own):
            value = self.trial.names.get(name)
            if role(name, ("weight", "bias", "scale")) and isinstance(value, (ndarray, float, list, dict)):
                found += leaves(value, name)
        return [Leaf(one.text, one.label or one.text, one.holder, one.value) for one in found]

    def _global_gradients(self) -> list[Leaf]:
        written = {
            name for one in self.plan.steps for node in one.nodes if isinstance(node, ast.Global) for name in node.names
        }
        return [
            Leaf(one.text, one.label or name, one.holder, one.value)
            for name in sorted(written)
            if is_number(self.trial.names.get(name)) or isinstance(self.trial.names.get(name), dict)
            for one in leaves(self.trial.names[name], name)
        ]

    def _inputs(self, kept: Sequence[Leaf]) -> list[Leaf]:
        found = []
        for key in self.used:
            kind = self.guessed[key].kind
            if kind in ("labels", "one-hot", "binary", "number", "whole", "sizes"):
                continue
            if kind == "value" and not isinstance(self.given[key], (ndarray, dict, list, tuple, float)):
                continue
            name = key[3:]
            if name in self.labels:
                continue
            if kind == "value" and isinstance(self.given[key], float) and not role(name, ("weight", "bias", "scale")):
                continue
            found += [
                Leaf(leaf.text, self._part_name(leaf, name), leaf.holder, leaf.value)
                for leaf in leaves(self.given[key], key)
                if not (
                    leaf.shape == ()
                    and "[" in leaf.text
                    and role(leaf.label, ("eps", "momentum", "reg", "keep", "rate", "slope"))
                )
            ]
        return found + [leaf for leaf in kept if not _is_gradient(leaf) and not _is_aside(leaf)]

    def _part_name(self, leaf: Leaf, name: str) -> str:
        """Return what a function calls a part of an argument: of ``W, b = theta`` the first is ``W``."""
        match = re.fullmatch(r"_a_\w+\[(\d+)\]", leaf.text)
        parts = [one.unpacked[name] for one in self.plan.steps if name in one.unpacked]
        if match and parts and int(match[1]) < len(parts[0]):
            return parts[0][int(match[1])]
        return leaf.label or name

    def _made(self, inputs: Sequence[Leaf], found: dict[str, tuple[Leaf, ...]], given: Sequence[Leaf]) -> Draft:
        names = _names([one for one in inputs if one.text in found])
        setup = list(self.setup)
        for number, one in enumerate(one for one in inputs if one.text in found and not one.text.startswith("_a_")):
            value = self.random.normal(size=one.shape) * (0.7 if not self.clips else 0.15)
            self.given[f"_p{number}"] = value if one.shape else float(value)
            in_place = isinstance(one.value, ndarray) and one.value.dtype == np.float64 and one.value.ndim
            setup.append(f"{one.text}[...] = _p{number}" if in_place else f"{one.text} = _p{number}")
        claims = {
            names[one.text]: tuple(self._claim(leaf) for leaf in found[one.text]) for one in inputs if one.text in found
        }
        if not found:
            raise Failed(ValueError("no gradient was found in what it gives"))
        supposed = not self.loss and not self.handed and self._labelled()
        if not self.loss and not self.handed and not supposed:
            raise Failed(ValueError("no loss was found, and no gradient is handed in"))
        loss = self.trial.value(self.loss) if self.loss else 0.0
        outputs = [self.trial.value(out) for out, _ in self.handed]
        if not all(np.all(np.isfinite(one)) for one in (loss, *outputs)):
            raise Failed(FloatingPointError("it gives no finite number"))
        fitting = sum(any(leaf.shape == one.shape for leaf in found[one.text]) for one in inputs if one.text in found)
        arguments = [one for one in inputs if one.text.startswith("_a_") and one.shape]
        claimed = {leaf.text for leaves_ in found.values() for leaf in leaves_}
        all_claimed = bool(given) and all(leaf.text in claimed for leaf in given)
        expected = all(one.text in found for one in arguments if self._expects(one, found))
        complete = fitting == len(found) and (expected or all_claimed)
        score = (not supposed, fitting - (len(found) - fitting), fitting, -len(self.given))
        shown = {names[one.text]: one.text for one in inputs if one.text in found}
        handed = () if self.loss else tuple(self.handed)
        texts = "\n".join(setup), "\n".join(self.lines)
        return Draft(*texts, dict(self.given), shown, claims, self.loss, handed, supposed, complete, score)

    def _claim(self, leaf: Leaf) -> str:
        """Return the expression of a gradient; of a derivative, times what is handed in."""
        if not self.slopes:
            return leaf.text
        name = f"_s{len(self.lines)}"
        out, handed = self.handed[0]
        jacobian = len(leaf.shape) == 2 and np.ndim(self.trial.value(out)) == 1
        self._run(f"{name} = {leaf.text}.T @ {handed}" if jacobian else f"{name} = {handed} * {leaf.text}", self.lines)
        return name

    def _expects(self, one: Leaf, found: Collection[str]) -> bool:
        """Whether a gradient is to be expected for an argument: not for data of a loss with parameters."""
        of_parameters = any(not text.startswith("_a_") for text in found) or len(self.used) > 2
        return not ((self.loss or self._labelled()) and role(one.label, ("data",)) and of_parameters)


def _names(inputs: Sequence[Leaf]) -> dict[str, str]:
    """Return a name for people for each input."""
    found: dict[str, str] = {}
    for one in inputs:
        name = one.label or one.text
        if name in found.values():
            name = one.text.removeprefix("_a_").removeprefix("_o_")
        found[one.text] = name
    return found


def _is_aside(leaf: Leaf) -> bool:
    """Whether an array is kept for an update: an average of gradients."""
    last = leaf.holder.rsplit(".", 1)[-1].split("[")[0]
    return bool(OTHERWISE.match(last) or OTHERWISE.match(leaf.label)) and not role(leaf.label, ("scale",))


def _is_gradient(leaf: Leaf) -> bool:
    last = re.sub(r".*\.", "", leaf.holder).split("[")[0].lower()
    if re.match(r"d(?!ata|ense|ec)|grad|nabla|delta|g$", last):
        return True
    return bool(
        re.match(r"d_?[A-Za-z]{1,2}\d?$|d_?(weight|bias|gamma|beta|param|w|b)|grad|nabla", leaf.label, re.I)
    ) or bool(re.search(r"_grads?$|_gradients?$|grad$", leaf.label, re.I))


def _changed(leaf: Leaf, before: dict[str, tuple[int, Any]]) -> bool:
    known = before.get(leaf.text)
    return known is None or known[0] != id(leaf.value) or not np.array_equal(known[1], leaf.value, equal_nan=True)
