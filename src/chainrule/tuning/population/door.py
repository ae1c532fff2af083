"""What is asked of a population, seen to before compiled code runs, which checks nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.engine.door import check_forward
from chainrule.errors import InputError
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.rules import RULES
from chainrule.tuning.population.member import Member

SAMPLINGS = ("permutation", "replacement")
DTYPES = ("float32", "float64")


def check_population(
    members: Sequence[Member], batch_size: int, sampling: str, dtype: str, threads: int | None
) -> None:
    """Refuse a population that cannot be made.

    Raises
    ------
    InputError
        Naming the first argument that is out of range.
    """
    _demand(len(members) > 0, "members", "at least one network", "none")
    _demand(batch_size >= 1, "batch_size", "at least 1 example", str(batch_size))
    _demand(sampling in SAMPLINGS, "sampling", " or ".join(SAMPLINGS), repr(sampling))
    _demand(dtype in DTYPES, "dtype", " or ".join(DTYPES), repr(dtype))
    _demand(threads is None or threads >= 1, "threads", "at least 1, or None", str(threads))


def check_rows(sizes: tuple[int, ...], dtype: np.dtype[np.floating], features: Features, rows: ndarray) -> None:
    """Refuse rows that the networks of these sizes, D and C, cannot be given.

    Raises
    ------
    InputError
        Naming the first argument that does not fit.
    """
    architecture = Architecture(sizes[0], (), sizes[-1])
    check_forward(Parameters.zeros(architecture, dtype), features, rows)
    _demand(len(rows) > 0, "rows", "at least one", "none")


def check_labels(classes: int, features: Features, y: ndarray, rows: ndarray) -> None:
    """Refuse labels that are none, or none of these rows.

    Raises
    ------
    InputError
    """
    ok = y.shape == (len(features.X),) and y.dtype == np.int64 and y.flags.c_contiguous
    _demand(ok, "y", f"shape ({len(features.X)},) of int64, C-contiguous", f"shape {y.shape} of {y.dtype}")
    labels = y[rows]
    _demand(
        bool(labels.min() >= 0 and labels.max() < classes),
        "y",
        f"labels from 0 to {classes - 1}",
        f"{labels.min()} to {labels.max()}",
    )


def check_steps(batch_size: int, n: int, steps: int, taken: int, total_steps: int) -> None:
    """Refuse mini-batches larger than the training rows, and steps beyond the last.

    Raises
    ------
    InputError
    """
    _demand(batch_size <= n, "batch_size", f"at most {n}, the training rows", str(batch_size))
    _demand(steps >= 0, "steps", "0 or more", str(steps))
    ends = taken + steps
    _demand(ends <= total_steps, "steps", f"at most {total_steps} in all, the total", f"{ends} with those taken")


def check_folds(members: Sequence[Member], folds: ndarray | None, rows: ndarray, N: int) -> None:
    """Refuse folds that some member has not, or that leave one nothing to learn from or to be measured on.

    Raises
    ------
    InputError
    """
    wanted = {member.fold for member in members if member.fold is not None}
    if folds is None:
        _demand(
            not wanted, "folds", f"the fold of every row, for the networks of fold {min(wanted, default=0)}", "none"
        )
        return
    ok = folds.shape == (N,) and folds.dtype == np.int64 and folds.flags.c_contiguous
    _demand(ok, "folds", f"shape ({N},) of int64, C-contiguous", f"shape {folds.shape} of {folds.dtype}")
    for fold in sorted(wanted):
        own = int(np.count_nonzero(folds[rows] == fold))
        _demand(0 < own < len(rows), "folds", f"some rows of fold {fold}, not all of them", f"{own} of {len(rows)}")


def check_numbers(numbers: Sequence[int], alive: Sequence[int]) -> None:
    """Refuse numbers of networks that are not, or no longer, there.

    Raises
    ------
    InputError
    """
    there = ", ".join(map(str, alive)) or "none is left"
    _demand(len(numbers) > 0, "numbers", f"at least one of the networks that are there ({there})", "none")
    for number in numbers:
        _demand(number in alive, "numbers", f"those of networks that are there ({there})", str(number))


def check_state(
    state: Mapping[str, ndarray],
    alive: Sequence[int],
    members: Sequence[Member],
    sizes: tuple[int, int],
    dtype: np.dtype[np.floating],
) -> None:
    """Refuse a state that is not of these networks.

    Raises
    ------
    InputError
    """
    for number in alive:
        _demand(number < len(members), "state", f"{len(members)} networks", f"network {number}")
        member = members[number]
        P, M = member.architecture(*sizes).n_parameters, RULES[member.rule].n_moments
        for name, shape in (("parameters", (P,)), ("moments", (M, P))):
            array = state.get(f"{number}.{name}", np.empty(0))
            ok = array.shape == shape and array.dtype == dtype
            _demand(ok, "state", f"{number}.{name} of shape {shape} in {dtype}", f"{array.shape} in {array.dtype}")


def _demand(ok: bool, who: str, expected: str, got: str) -> None:
    if not ok:
        raise InputError(who, expected=expected, got=got)
