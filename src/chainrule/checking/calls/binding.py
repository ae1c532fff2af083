"""Which values the arguments of a function are given: what was drawn, or what a function before it returned."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.checking.calls.bench import Failed
from chainrule.checking.calls.repair import ShapeWanted
from chainrule.checking.calls.routine import Routine
from chainrule.checking.calls.running import Known, Running
from chainrule.checking.calls.styles import labels
from chainrule.checking.calls.words import BACKWARD, LOSS, differentiated, role, same_thing


class Binding(Running):
    """Runs one function after the other."""

    def _step(self, number: int, one: Routine) -> None:
        """Run one function with what it is given."""
        last = number == len(self.plan.steps) - 1
        backward = last or (BACKWARD.search(one.name) is not None and number > 0)
        bound = {
            argument.name: text
            for argument in one.arguments
            if (text := self._bound(number, one, argument.name, argument.optional, backward)) is not None
        }
        knows_more = any("_u(" in text or text[3:] in self.labels for text in bound.values())
        if backward and number and not knows_more and not self.loss and self.main and not self.handed:
            self.slopes = True
            self._hand(0)
        self._compare_shapes([*bound.values()])
        result = f"_r{number}"
        self._run(f"{result} = {one.text}({_written(one, bound)})", self.lines)
        if self.slopes and isinstance(self.trial.value(result), (np.ndarray, np.bool_, bool, int)):
            self._run(f"{result} = {result} * 1.0", self.lines)  # a slope may be True and False
        self._register(number, one, result, backward)
        if self.slopes and len(bound) == 1:  # a derivative may be written in terms of what it is the derivative of
            self._run(f"{result}y = {one.text}({self.main[0].text})", self.lines)
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

    def _bound(self, number: int, one: Routine, name: str, optional: bool, backward: bool) -> str | None:
        """Return the expression that an argument is given; None to leave it out."""
        if number == 0:
            return self._new(one, name, optional)
        if len(one.arguments) == 1 and not one.owner and len(name) < 3 and self.main and not self.loss:
            return next(iter(self.used), None)  # the slope of an activation
        found = self._by_name(one, name, optional, backward)
        if found is not None:
            return found
        if role(name, ("reg", "rate", "eps", "momentum", "keep")) and f"_a_{name}" in self.guessed:
            return self._new(one, name, optional)
        alike = next((used for used in self.used if same_thing(used[3:]) == same_thing(name)), None)
        if backward and not self.loss and not optional and self._is_upstream(one, name, alike):
            return self._upstream(name)
        if backward and self.loss and role(name, ("upstream",)) and self.gradients:
            return self.gradients[-1].text
        first = bool(one.arguments) and name == one.arguments[0].name
        if self.main and (
            role(name, ("yhat",)) or (LOSS.search(one.name) and first and alike is None and not optional)
        ):
            return self.main[0].text
        if alike is not None or optional:
            return alike
        spare = [known for known in self.known if known.step == number - 1 and known not in self.main and known.name]
        spare = [known for known in spare if known.text != f"_r{number - 1}"]
        if backward and spare:
            return spare[0].text
        if backward and self.main and role(name, ("data",)):
            return next(iter(self.used), None)
        return self._new(one, name, optional)

    def _by_name(self, one: Routine, name: str, optional: bool, backward: bool) -> str | None:
        """Return what has the name of an argument already, or the role that its name tells."""
        latest = [*reversed(self.known)]
        same = next((known.text for known in latest if known.name == name and known.name), None)
        given = f"_a_{name}" if f"_a_{name}" in self.used else None
        if same is not None or given is not None:
            return (given or same) if one.owner else (same or given)
        targets = labels(one)
        if name in targets and not (backward and not self._labelled() and not self.loss):
            return next((used for used in self.used if used[3:] in self.labels), None) or self._new(one, name, optional)
        if role(name, ("cache",)) and not optional and (cache := self._cache(latest)) is not None:
            return cache
        parameters = [used for used in self.used if role(used[3:], ("params",))]
        if role(name, ("params",)) and parameters:
            return parameters[0]
        if targets and re.fullmatch(r"x|xs|inputs?|x_?\w*|features|data", name, re.IGNORECASE):
            data = [used for used in self.used if role(used[3:], ("data",)) and used[3:] not in self.labels]
            return data[0] if data else None
        return None

    def _is_upstream(self, one: Routine, name: str, alike: str | None) -> bool:
        """Whether an argument is the gradient of an output."""
        if labels(one) or role(name, ("data", "weight", "bias")) not in ("", "data", "weight"):
            return False
        called_so = role(name, ("upstream",)) == "upstream"
        return called_so or (alike is None and name == one.arguments[0].name)

    def _labelled(self) -> bool:
        return any(used[3:] in self.labels for used in self.used)

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
        self._run(f"_y{place} = {self.main[place].text}{self.plan.view} * 1.0", self.lines)
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


def _written(one: Routine, bound: Mapping[str, str]) -> str:
    """Return arguments as they are written in a call: by position as far as none is left out."""
    pieces, left_out = [], False
    for argument in one.arguments:
        left_out = left_out or argument.name not in bound or argument.keyword
        if argument.name in bound:
            text = bound[argument.name]
            pieces.append(f"{argument.name}={text}" if left_out else text)
    return ", ".join(pieces)
