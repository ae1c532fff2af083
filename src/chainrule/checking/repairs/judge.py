"""Whether a version of a program is right, as far as each of its parts goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from chainrule.checking.compare import Difference, Slopes, differences, slopes
from chainrule.checking.experiment import Case, Experiment, Result, attempt
from chainrule.checking.objective import Convention, Objective
from chainrule.checking.units import Function, Units

Item = tuple[str, int]
"""Something that can be right: a gradient, ``forward`` or ``runs``, in the case of that number."""

MOVED = 0.1
"""How far a parameter is moved to see whether a loss depends on it."""

FORWARD, RUNS = "(forward)", "(runs)"
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judgement:
    """What is right in each case, and how far the gradients are off."""

    right: frozenset[Item]
    wanted: frozenset[Item]
    differences: tuple[Mapping[str, Difference], ...]
    """By case; empty where it did not run."""
    losses: tuple[float | None, ...]
    conventions: tuple[Convention | None, ...]
    errors: tuple[Exception | None, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is wrong."""
        return self.right >= self.wanted

    @property
    def fits(self) -> bool:
        """Whether every gradient can be taken off its parameter."""
        return all(difference.fits for case in self.differences for difference in case.values())

    def wrong(self, number: int) -> frozenset[str]:
        """Return the gradients that are wrong in a case."""
        return frozenset(name for name, case in self.wanted - self.right if case == number and name[0] != "(")


@dataclass
class Judge:
    """Runs versions of a program on some cases."""

    units: Units
    experiment: Experiment
    cases: Sequence[Case]
    forward: bool = True
    """Whether the loss is to agree with a stated objective."""
    _slopes: dict[tuple[int, float], Slopes] = field(default_factory=dict)
    _objectives: dict[int, Objective | None] = field(default_factory=dict)
    _conventions: dict[tuple[int, float], Convention | None] = field(default_factory=dict)
    _expected: dict[tuple[int, float], bool] = field(default_factory=dict)
    _kinds: dict[int, Convention] = field(default_factory=dict)
    _losses: dict[int, float] = field(default_factory=dict)
    """The loss of the program as it came, by case: a version with another loss is another forward pass."""
    unused: frozenset[str] = frozenset()
    """The parameters that the loss of the program as it came does not depend on."""

    def gains(self, versions: Mapping[str, Function], before: Judgement, number: int) -> bool:
        """Return whether a version makes more right in one case.

        Raises
        ------
        SyntaxError, ValueError
            If it cannot be compiled.
        """
        with self.units.exchanged(versions):
            right, *_ = self._case(number)
        return more_right(right, {item for item in before.right if item[1] == number})

    def judge(self, versions: Mapping[str, Function]) -> Judgement:
        """Judge a version of the program in all cases.

        Raises
        ------
        SyntaxError, ValueError
            If it cannot be compiled.
        """
        right: set[Item] = set()
        found: list[Mapping[str, Difference]] = []
        losses: list[float | None] = []
        conventions: list[Convention | None] = []
        errors: list[Exception | None] = []
        with self.units.exchanged(versions):
            for number in range(len(self.cases)):
                here, judged, loss, convention, error = self._case(number)
                right |= here
                found.append(judged)
                losses.append(loss)
                conventions.append(convention)
                errors.append(error)
        return Judgement(
            frozenset(right), self._wanted(), tuple(found), tuple(losses), tuple(conventions), tuple(errors)
        )

    def _case(
        self, number: int
    ) -> tuple[set[Item], Mapping[str, Difference], float | None, Convention | None, Exception | None]:
        """Judge the version that runs now in one case."""
        case = self.cases[number]
        result = attempt(case)
        if isinstance(result, Exception):
            return set(), {}, None, None, result
        convention = self._convention(number, result.loss)
        if not self._is_of_its_kind(number, convention):
            convention = None
        agrees = convention is not None or self._as_expected(number, result.loss)
        judged = self._gradients(number, case, result, agrees)
        right = {(RUNS, number)} | {(name, number) for name, difference in judged.items() if difference.ok}
        return right | ({(FORWARD, number)} if agrees else set()), judged, result.loss, convention, None

    def _is_of_its_kind(self, number: int, convention: Convention | None) -> bool:
        """Return whether a version is a network of the program's kind.

        Where the forward pass is right, another activation or another loss is no repair; but where it leaks, a ReLU
        may have been meant.
        """
        own = self._kinds.get(number)
        if own is None or convention is None:
            return True
        return convention.loss == own.loss and convention.activation in (own.activation, "ReLU")

    def _convention(self, number: int, loss: float) -> Convention | None:
        key = (number, loss)
        if key not in self._conventions:
            objective = self.objective(number)
            self._conventions[key] = None if objective is None else objective.convention(loss)
        return self._conventions[key]

    def slopes(self, number: int, loss: float) -> Slopes:
        """Return the numerical gradients of a case, for the version that runs now, which has this loss."""
        key = _key(number, loss)
        if key not in self._slopes:
            self._slopes[key] = slopes(self.cases[number])
        return self._slopes[key]

    def objective(self, number: int) -> Objective | None:
        """Return what the case may be meant to compute, if it is a network of a known kind."""
        if number not in self._objectives:
            known = self.experiment.expected is None
            self._objectives[number] = Objective.of(self.cases[number]) if known else None
        return self._objectives[number]

    def keep_loss(self, judgement: Judgement) -> None:
        """Note the losses of the program as it came, their kinds, and the parameters that they do not depend on."""
        self._kinds = {number: one for number, one in enumerate(judgement.conventions) if one is not None}
        self._losses = {number: loss for number, loss in enumerate(judgement.losses) if loss is not None}
        self.unused = (
            frozenset.intersection(*(self._without_effect(n) for n in self._losses)) if self._losses else _NONE
        )

    def _without_effect(self, number: int) -> frozenset[str]:
        known = self._slopes.get(_key(number, self._losses[number]))
        return _NONE if known is None else frozenset(name for name, value in known.values.items() if not value.any())

    def _takes_up(self, number: int, loss: float) -> bool:
        """Return whether the version that runs now, which has this loss, depends on what the program's own did not."""
        case = self.cases[number]
        for name in self.unused:
            array = case.parameters[name]
            before = array.copy()
            array += MOVED
            outcome = attempt(case)
            array[...] = before
            if isinstance(outcome, Result) and outcome.loss != loss:
                return True
        return False

    def _as_expected(self, number: int, loss: float) -> bool:
        """Return whether a single layer gives what a layer of its name gives; of one loss there is one output."""
        key = (number, loss)
        if key not in self._expected:
            self._expected[key] = self._gives_expected(self.cases[number])
        return self._expected[key]

    def _gives_expected(self, case: Case) -> bool:
        if self.experiment.expected is None or self.experiment.output is None:
            return False
        try:
            output = np.asarray(self.experiment.output(case), np.float64)
            accepted = self.experiment.expected(case)
        except Exception:
            return False
        return not accepted or any(
            output.shape == one.shape and np.allclose(output, one, rtol=1e-7, atol=1e-9) for one in accepted
        )

    def _gradients(self, number: int, case: Case, result: Result, agrees: bool) -> Mapping[str, Difference]:
        known = self._losses.get(number)
        own = known is None or not np.isfinite(known) or abs(result.loss - known) <= 1e-12 * abs(known)
        if not own and not agrees and not self._takes_up(number, result.loss):
            return {}  # a forward pass that is neither the program's own nor one that is known
        try:
            truth = self.slopes(number, result.loss)
        except Exception:
            return {}
        return differences(result.gradients, case, truth)

    def _wanted(self) -> frozenset[Item]:
        names = [RUNS, *([FORWARD] if self.forward else [])]
        return frozenset(
            (name, number) for number, case in enumerate(self.cases) for name in (*names, *case.parameters)
        )


def _key(number: int, loss: float) -> tuple[int, float]:
    return number, float(f"{loss:.12g}")


def more_right(after: Set[Item], before: Set[Item]) -> bool:
    """Return whether more is right than before, and nothing wrong that was right.

    A gradient that was right for a wrong forward pass may become wrong with it, if more become right.
    """
    if after > before:
        return True
    forward = {item for item in after - before if item[0] == FORWARD}
    return bool(forward) and len(after) > len(before) + len(forward)
