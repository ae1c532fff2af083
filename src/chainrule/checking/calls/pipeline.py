"""Functions of a program called one after the other, forward to backward, each given what the ones before it returned."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.calls.arguments import Style, guess, guesses, labels, whole
from chainrule.checking.calls.bench import Failed, Trial
from chainrule.checking.calls.claims import matched
from chainrule.checking.calls.guess import Guess, Palette, drawn
from chainrule.checking.calls.leaves import Leaf, is_number, leaves
from chainrule.checking.calls.repair import Guesses, ShapeWanted
from chainrule.checking.calls.routine import Routine
from chainrule.checking.calls.words import BACKWARD, LOSS, differentiated, role, same_thing, size_role
from chainrule.checking.reading.standins.anything import Anything


def upstream(value: Any, number: int = 0) -> Any:
    """Return numbers of the shape of an output, the same whenever they are asked for: what is handed to a backward pass."""
    made = np.random.default_rng(77 + number).normal(size=np.shape(value))
    return made if np.ndim(value) else float(made)


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


@dataclass
class Known:
    """A value that later functions may be given."""

    name: str
    text: str
    value: Any
    step: int


@dataclass
class Pipeline:
    """Functions to be called in this order; the last one or more give gradients."""

    name: str
    kind: str
    steps: tuple[Routine, ...]
    constructors: dict[str, Routine | None] = field(default_factory=dict)
    """By class whose methods are called: how its objects are made."""
    helpers: tuple[Routine, ...] = ()
    """Functions that these call: what is written there counts for arguments of the same names."""
    view: str = ""
    """What of the output a gradient is handed in for, if not for all of it: ``[:, -1]``."""
    layers: dict[str, str] = field(default_factory=dict)
    """By class of other layers: the statements that make an object of it, with names of ``parts``."""
    parts: Guesses = field(default_factory=dict)
    """What the layers inside are made with; numbers are letters of sizes."""

    def guesses(self, style: Style, sizes: Palette, variant: dict[str, Any]) -> Guesses:
        """Return guesses of all that may be handed in."""
        found: Guesses = {
            name: Guess("whole", value=sizes.size(one.value)) if one.kind == "letter" else one
            for name, one in self.parts.items()
        }
        for owner, made in self.constructors.items():
            if owner not in self.layers and made is not None:
                found |= {f"_c_{owner}_{name}": one for name, one in _constructor(made, style, sizes, variant).items()}
        for one in self.steps:
            others = [other for other in (*self.steps, *self.helpers) if other is not one]
            for name, made_guess in guesses(one, others, style, sizes, variant).items():
                found.setdefault(f"_a_{name}", made_guess)
        return found

    def draft(self, trial: Trial, guessed: Guesses, seed: int) -> Draft:
        """Call the functions; raise ``Failed`` where that is not possible."""
        return _Drafting(self, trial, guessed, seed).draft()


def _constructor(made: Routine, style: Style, sizes: Palette, variant: dict[str, Any]) -> Guesses:
    found: Guesses = {}
    spent: list[int] = []
    image = style.data in ("nchw", "nhwc")
    for one in made.arguments:
        what = role(
            one.name,
            (
                "rng",
                "seed",
                "flag",
                "mode",
                "eps",
                "momentum",
                "reg",
                "rate",
                "keep",
                "stride",
                "pad",
                "slope",
                "activation",
                "steps",
            ),
        )
        if len(one.name) < 2 and what in ("stride", "pad"):
            what = ""
        size = size_role(one.name)
        default = one.default
        if what in ("stride", "pad") or (image and role(one.name, ("window",))):
            if not one.optional or isinstance(default, int):
                found[one.name] = Guess("value", value=variant[what or "kernel"])
        elif what == "rng" and not one.optional:
            found[one.name] = Guess("value", value=np.random.default_rng(7))
        elif what == "reg" and (not one.optional or isinstance(default, (int, float))):
            found[one.name] = Guess("number", value=float(variant["reg"]))
        elif what and not one.optional:
            made_guess = guess(one, [made], style, sizes, variant, {})
            if made_guess is not None:
                found[one.name] = made_guess
        elif size and (not one.optional or (isinstance(default, (int, list, tuple)) and not isinstance(default, bool))):
            found[one.name] = _image_size(one.name, sizes, variant) if image else whole(one.name, sizes)
            if not image and found[one.name].value in spent:
                found[one.name] = Guess(
                    "whole",
                    value=next(sizes.size(n) for n in ("C", "G", "E", "T", "q", "r") if sizes.size(n) not in spent),
                )
            spent.append(found[one.name].value)
        elif not one.optional:
            is_array = re.fullmatch(r"[Ww]\d?|[Bb]\d?|[xX]|gamma|beta|weights?|bias", one.name)
            found[one.name] = (
                guess(one, [made], style, sizes, variant, {}) or whole(one.name, sizes)
                if is_array
                else whole(one.name, sizes)
            )
    return found


def _image_size(name: str, sizes: Palette, variant: dict[str, Any]) -> Guess:
    low = name.lower()
    if re.search(r"size|^f$|^k$|kernel", low) and not re.search("in|out", low):
        return Guess("value", value=variant["kernel"])
    letter = (
        "filters" if re.search(r"out|filters|^n_?c$|^n_?f$|num", low) and "in" not in low.split("_") else "channels"
    )
    return Guess("whole", value=sizes.size(letter))


class _Drafting:
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
        self.handed: list[tuple[str, str]] = []
        self.used: dict[str, int] = {}
        self.slopes = False
        self.gradients: list[Known] = []
        self.labels = {name for one in plan.steps for name in labels(one)} if len(guessed) > 1 else set()

    # --- running ------------------------------------------------------------------------------------------------

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
            for leaf in leaves(known.value, known.text, _returned(self.plan.steps[known.step]))
        ]
        if not self.loss:
            given = [leaf for leaf in given if not (leaf.shape == () and LOSS.search(leaf.label))]
        given = [leaf for leaf in given if leaf.text != self._loss_text]
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

    def _kept(self) -> list[Leaf]:
        return [
            leaf for owner in self.plan.constructors for leaf in leaves(self.trial.names[f"_o_{owner}"], f"_o_{owner}")
        ]

    def _missing_sizes(self) -> None:
        """Put a number where the program has the size of data that are not here."""
        for one in (*self.plan.steps, *self.plan.helpers):
            for node in one.nodes:
                if (
                    isinstance(node, ast.Name)
                    and isinstance(self.trial.names.get(node.id), Anything)
                    and re.fullmatch(r"[mnNMB]|batch_size|num_\w+|n_\w+", node.id)
                ):
                    self.given[node.id] = self.trial.names[node.id] = self.trial.bench.namespace[node.id] = 5

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
            name
            for one in self.plan.steps
            for node in one.nodes
            if isinstance(node, ast.Global)
            for name in node.names
        }
        return [
            Leaf(one.text, one.label or name, one.holder, one.value)
            for name in sorted(written)
            if is_number(self.trial.names.get(name)) or isinstance(self.trial.names.get(name), dict)
            for one in leaves(self.trial.names[name], name)
        ]

    def _run(self, text: str, where: list[str]) -> None:
        self.trial.run(text)
        where.append(text)

    def _give(self, name: str) -> None:
        if name not in self.given:
            random = np.random.default_rng([self.seed, [*self.guessed].index(name)])
            self.given[name] = self.trial.names[name] = drawn(self.guessed[name], random)

    def _step(self, number: int, one: Routine) -> None:
        last = number == len(self.plan.steps) - 1
        backward = last or (BACKWARD.search(one.name) is not None and number > 0)
        bound, uses_upstream = [], False
        for argument in one.arguments:
            text = self._bound(number, one, argument.name, argument.optional, backward)
            if text is None:
                continue
            bound.append((argument.name, text))
        uses_upstream = any("_u(" in text for _, text in bound)
        keyword = False
        pieces = []
        for (name, text), argument in zip(bound, [a for a in one.arguments if a.name in dict(bound)], strict=True):
            keyword = keyword or argument.name != one.arguments[len(pieces)].name
            pieces.append(f"{name}={text}" if keyword else text)
        compares = any(text[3:] in self.labels for _, text in bound)
        if (
            backward
            and not uses_upstream
            and not compares
            and number
            and not self.loss
            and self.main
            and not self.handed
        ):
            self.slopes = True
            self._hand(0)
        self._compare_shapes([text for _, text in bound])
        result = f"_r{number}"
        self._run(f"{result} = {one.text}({', '.join(pieces)})", self.lines)
        self._register(number, one, result, backward)
        if self.slopes and len(bound) == 1:  # a derivative may be written in terms of what it is the derivative of
            self._run(f"{result}y = {one.text}({self._main_text(0)})", self.lines)
            self.gradients.append(Known("", f"{result}y", self.trial.value(f"{result}y"), number))

    def _compare_shapes(self, texts: Sequence[str]) -> None:
        """Raise if targets would be compared with outputs of another shape."""
        for key in [text for text in texts if text.startswith("_a_") and text[3:] in self.labels]:
            one = self.guessed[key]
            if one.kind == "labels" and self.main and len(one.shape) == 1:
                shapes = [np.shape(part.value) for part in self.main]
                if not any(one.shape[0] in shape or not shape for shape in shapes):
                    raise Failed(ShapeWanted(key, shapes[-1]))
            if one.kind not in ("one-hot", "binary", "array") or not self.main:
                continue
            shapes = [np.shape(part.value) for part in self.main]
            if one.shape not in shapes and one.shape[::-1] not in shapes:
                handed = [part for part in self.main if part.text in texts]
                raise Failed(ShapeWanted(key, np.shape((handed or self.main)[-1].value)))

    def _register(self, number: int, one: Routine, result: str, backward: bool) -> None:
        value = self.trial.value(result)
        expr = _returned(one)
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
            self._run(f"_l{number} = {scalar.text} * 1.0", self.lines)
            self.loss = f"_l{number}"
            self._loss_source = scalar.text
        if backward:
            self.gradients.append(Known("", result, value, number))
        elif not (scalar is not None and LOSS.search(one.name) and len(parts) == 1):
            self.main = [part for part in parts if _is_output(part, len(parts))]

    @property
    def _loss_text(self) -> str:
        return getattr(self, "_loss_source", "")

    # --- binding ------------------------------------------------------------------------------------------------

    def _bound(self, number: int, one: Routine, name: str, optional: bool, backward: bool) -> str | None:
        if number == 0:
            return self._new(one, name, optional)
        latest = [*reversed(self.known)]
        if len(one.arguments) == 1 and not one.owner and len(name) < 3 and self.main and not self.loss:
            return next(iter(self.used), None)
        same = next((known for known in latest if known.name == name and known.name), None)
        first = bool(one.arguments) and name == one.arguments[0].name and not labels(one)
        plain = (not labels(one) and role(name, ("upstream",)) == "upstream") or (same is None and first)
        if same is not None:
            return same.text
        if f"_a_{name}" in self.used:
            return f"_a_{name}"
        if name in labels(one) and not (backward and not self._labelled() and not self.loss):
            other = next((used for used in self.used if used[3:] in self.labels), None)
            return other or self._new(one, name, optional)
        if role(name, ("cache",)) and not optional:
            found = self._cache(latest)
            if found is not None:
                return found
        if role(name, ("params",)) and any(role(used[3:], ("params",)) for used in self.used):
            return next(used for used in self.used if role(used[3:], ("params",)))
        if labels(one) and re.fullmatch(r"x|xs|inputs?|x_?\w*|features|data", name, re.I):
            data = next((used for used in self.used if role(used[3:], ("data",)) and used[3:] not in self.labels), None)
            if data is not None:
                return data
        alike = next((used for used in self.used if same_thing(used[3:]) == same_thing(name)), None)
        if (
            backward
            and not self.loss
            and plain
            and not optional
            and role(name, ("data", "weight", "bias")) in ("", "data", "weight")
        ):
            if role(name, ("upstream",)) or alike is None:
                return self._upstream(name)
        if backward and self.loss and role(name, ("upstream",)) and self.gradients:
            return self.gradients[-1].text
        if role(name, ("yhat",)) and self.main:
            return self._main_text(0)
        if alike is not None:
            return alike
        if optional:
            return None
        if LOSS.search(one.name) and self.main and name == one.arguments[0].name:
            return self._main_text(0)
        spare = [
            known
            for known in self.known
            if known.step == number - 1 and known not in self.main and known.name != f"_r{number - 1}"
        ]
        if backward and spare and spare[0].text != f"_r{number - 1}":
            return spare[0].text
        if backward and self.main and role(name, ("data",)):
            return next(iter(self.used), None) if one.name else None
        return self._new(one, name, optional)

    def _labelled(self) -> bool:
        return any(used[3:] in self.labels for used in self.used)

    def _main_text(self, place: int) -> str:
        return self.main[place].text

    def _cache(self, latest: Sequence[Known]) -> str | None:
        named = [known for known in latest if role(known.name, ("cache",)) and known.name]
        if named:
            return named[0].text
        containers = [known for known in latest if isinstance(known.value, (dict, tuple, list)) and "[" in known.text]
        if containers:
            return containers[0].text
        parts = [known for known in latest if known not in self.main and "[" in known.text]
        if parts:
            return parts[0].text
        if len(self.main) > 1:
            return self.main[-1].text
        whole_ = [known for known in latest if isinstance(known.value, (dict, list))]
        if whole_:
            return whole_[0].text
        return next(iter(self.used), None)

    def _upstream(self, name: str) -> str:
        about = same_thing(differentiated(name))
        taken = {text for text, _ in self.handed}
        free = [n for n, _ in enumerate(self.main) if f"_y{n}" not in taken]
        named = [n for n in free if about and same_thing(self.main[n].name) == about]
        if not free:
            raise Failed(ValueError(f"the forward pass has no output for {name}"))
        return self._hand((named or free)[0])

    def _hand(self, place: int) -> str:
        made = f"_u(_y{place}, {place})"
        self._run(f"_y{place} = {self._main_text(place)}{self.plan.view} * 1.0", self.lines)
        self.handed.append((f"_y{place}", made))
        return made

    def _new(self, one: Routine, name: str, optional: bool) -> str | None:
        key = f"_a_{name}"
        if key not in self.guessed:
            if optional:
                return None
            raise Failed(ValueError(f"nothing is known of the argument {name} of {one.qualified}"))
        self._give(key)
        self.used.setdefault(key, len(self.lines))
        return key

    # --- what is what -------------------------------------------------------------------------------------------

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
                Leaf(leaf.text, leaf.label or name, leaf.holder, leaf.value)
                for leaf in leaves(self.given[key], key)
                if not (
                    leaf.shape == ()
                    and "[" in leaf.text
                    and role(leaf.label, ("eps", "momentum", "reg", "keep", "rate", "slope"))
                )
            ]
        return found + [leaf for leaf in kept if not _is_gradient(leaf)]

    def _made(self, inputs: Sequence[Leaf], found: dict[str, tuple[Leaf, ...]], given: Sequence[Leaf]) -> Draft:
        names = _names([one for one in inputs if one.text in found])
        setup = list(self.setup)
        for number, one in enumerate(one for one in inputs if one.text in found and not one.text.startswith("_a_")):
            value = self.random.normal(size=one.shape) * 0.7
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
        text = "\n".join(self.lines)
        return Draft(
            "\n".join(setup), text, dict(self.given), {names[one.text]: one.text for one in inputs if one.text in found}, claims,
            self.loss, () if self.loss else tuple(self.handed), supposed, complete, score,
        )  # fmt: skip

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


def _returned(one: Routine) -> ast.expr | None:
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
    return unnamed[0] if unnamed else None


def _is_output(part: Known, count: int) -> bool:
    return is_number(part.value) and not (count > 1 and part.name and role(part.name, ("cache",)) == "cache")


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
