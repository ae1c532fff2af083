"""The check from Python: any function that returns a loss and gradients, of any architecture."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Real
from numpy import ndarray

from chainrule.checking.answer import Answer, Target, Verdict
from chainrule.checking.draws import draws
from chainrule.checking.examination import Examination
from chainrule.checking.experiment import Case, Experiment, Result, Sizes
from chainrule.checking.findings import Repair
from chainrule.checking.live import program_of
from chainrule.checking.repairs.greedy import Outcome
from chainrule.checking.repairs.judge import Judge, Judgement
from chainrule.checking.units import Units
from chainrule.errors import InputError

Parameters = Mapping[str, Real[ndarray, "..."]] | Sequence[Real[ndarray, "..."]]


def check(function: Callable[..., Any], parameters: Parameters, *arguments: Any, **keywords: Any) -> Answer:
    """Say whether the gradients that a function returns are those of the loss that it returns, and if not, why.

    Parameters
    ----------
    function : callable
        Called as ``function(parameters, *arguments, **keywords)`` with a dictionary of arrays, or as
        ``function(*parameters, *arguments, **keywords)`` with a sequence of them. Returns ``(loss, gradients)``: a
        number, and a dictionary with the same keys (``dW1`` for ``W1`` will do) or as many arrays in the same order.
        It must give the same twice: seed what is random.
    parameters : dict or sequence of ndarray
        Where to check; kept small, because each number is nudged. Copies in float64 are used.
    arguments, keywords
        Handed on, as copies if they are arrays.

    Returns
    -------
    Answer
        ``verdict`` (``correct`` or ``wrong``), ``gradients`` with their errors, and ``findings``: the lines that are
        wrong, with a proved change where one was found. It shows itself as text with ``print``.

    Raises
    ------
    InputError
        If ``parameters`` holds no arrays of numbers, or what comes back is no loss with gradients.
    CannotCheck
        If the function's source cannot be read.
    """
    start = time.monotonic()
    called = _Call(function, _as_arrays(parameters), isinstance(parameters, Mapping), arguments, keywords)
    called.try_once()
    program, units = program_of(function)
    experiment = Experiment(
        getattr(function, "__qualname__", repr(function)), "function", called.draw, False, (called.sizes(),)
    )
    prove = _Fresh(units, experiment)
    part = Examination(units, experiment, prove, program).run(with_marks=True)
    return Answer(
        part.verdict,
        Target(str(program.path), experiment.name, "function", part.conventions),
        part.gradients,
        part.findings,
        part.notes,
        part.marks,
        (f"{experiment.name}: gradients beside nudged numbers in float64, at and around the given parameters",),
        seconds=time.monotonic() - start,
    )


def assert_gradients(function: Callable[..., Any], parameters: Parameters, *arguments: Any, **keywords: Any) -> None:
    """Raise an ``AssertionError`` that names the wrong line, if a function's gradients are wrong; for tests.

    See Also
    --------
    check : The same with an answer to look at; the parameters are those of ``check``.
    """
    answer = check(function, parameters, *arguments, **keywords)
    if answer.verdict is not Verdict.CORRECT:
        raise AssertionError(f"\n{answer}")


@dataclass
class _Call:
    """How the function under check is called."""

    function: Callable[..., Any]
    parameters: dict[str, ndarray]
    by_name: bool
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]

    def draw(self, seed: int, reg: float, sizes: Sizes) -> Case:
        """Return the parameters as they were given for the first seed, and others around them for the next."""
        random = np.random.default_rng(seed)
        moved = {
            name: array.copy() if seed == 1 else array + 0.3 * (0.3 + np.abs(array)) * random.normal(size=array.shape)
            for name, array in self.parameters.items()
        }
        X = next((one for one in self.arguments if isinstance(one, ndarray) and one.ndim), np.zeros((sizes.N, 1)))
        return Case(sizes, reg, X, np.zeros(len(X), int), moved, lambda: self.result(moved))

    def result(self, parameters: Mapping[str, ndarray]) -> Result:
        """Call the function and read what it returns."""
        copies = {name: array.copy() for name, array in parameters.items()}
        arguments = [_copy(one) for one in self.arguments]
        keywords = {name: _copy(one) for name, one in self.keywords.items()}
        given = [copies] if self.by_name else list(copies.values())
        returned = self.function(*given, *arguments, **keywords)
        if not isinstance(returned, (tuple, list)) or len(returned) < 2:
            raise InputError("check", expected="a function that returns (loss, gradients)", got=_kind(returned))
        loss, gradients = returned[0], returned[1] if len(returned) == 2 else returned[1:]
        if np.size(loss) != 1:
            raise InputError("check", expected="a loss that is one number", got=f"an array of shape {np.shape(loss)}")
        return Result(float(np.asarray(loss, np.float64).reshape(())), self._by_name(gradients))

    def try_once(self) -> None:
        """Refuse what can never be checked before anything else is done.

        Raises
        ------
        InputError
            If the function returns something else than a loss and gradients, or not the same twice.
        """
        try:
            first, second = self.result(self.parameters), self.result(self.parameters)
        except InputError:
            raise
        except Exception:
            return  # a crash is looked for like any other mistake
        if first.loss != second.loss and not (np.isnan(first.loss) and np.isnan(second.loss)):
            raise InputError(
                "check",
                expected="the same loss for the same parameters",
                got=f"{first.loss!r}, then {second.loss!r}",
                advice="seed what is random inside of the function, and keep no state from one call to the next",
            )

    def sizes(self) -> Sizes:
        """Return N from the first array that is handed on; the others are not known."""
        arrays = [one for one in (*self.arguments, *self.keywords.values()) if isinstance(one, ndarray) and one.ndim]
        return Sizes(len(arrays[0]) if arrays else 1, 0, (), 0)

    def _by_name(self, gradients: Any) -> dict[str, Any]:
        names = list(self.parameters)
        if isinstance(gradients, Mapping):
            return {name: _named(gradients, name) for name in names if _named(gradients, name) is not None}
        items = gradients if isinstance(gradients, (tuple, list)) else [gradients]
        return dict(zip(names, items, strict=False))


@dataclass(frozen=True)
class _Fresh:
    """The proof of a repair in a program that lives: the changed functions on fresh draws."""

    units: Units
    experiment: Experiment

    def __call__(self, outcome: Outcome, found: Sequence[Repair], forward: bool) -> Judgement | None:
        fresh = draws(self.experiment, seed=5001)
        judgement = Judge(self.units, self.experiment, fresh.all, forward).judge(outcome.versions)
        return judgement if judgement.complete else None


def _as_arrays(parameters: Parameters) -> dict[str, ndarray]:
    """Return the parameters as arrays of float64 by name.

    Raises
    ------
    InputError
        If they are none.
    """
    named = parameters.items() if isinstance(parameters, Mapping) else ((str(n), p) for n, p in enumerate(parameters))
    result = {}
    for name, value in named:
        try:
            result[str(name)] = np.array(value, np.float64)
        except (TypeError, ValueError):
            raise InputError("parameters", expected="arrays of numbers", got=_kind(value), where=str(name)) from None
    if not result:
        raise InputError("parameters", expected="at least one array", got="none")
    return result


def _named(gradients: Mapping[Any, Any], name: str) -> Any:
    return next(
        (gradients[key] for key in (name, f"d{name}", f"grad_{name}", f"{name}_grad") if key in gradients), None
    )


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, ndarray) else value


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
