"""Which settings to try next: Optuna is asked, with all that is known of the trials so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError
from chainrule.tuning.space import Params, Space

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.study import Study
    from optuna.trial import FrozenTrial

ATTEMPTS = 20  # times that a point which was tried before is proposed until it is accepted that nothing is left


@dataclass(frozen=True)
class Proposal:
    """A point of the space, with the dimensions as Optuna has them."""

    params: Params
    distributions: Mapping[str, BaseDistribution]


def propose(space: Space, sampler: str, known: Sequence[FrozenTrial], n: int, seed: Sequence[int]) -> list[Proposal]:
    """Return up to n points that were not tried before; the same for the same trials and the same seed.

    The sampler is asked on a copy of the study in memory, so that a trial is written to the storage whole, in one
    piece, and so that it learns from the trials that were stopped early too (by the score they had reached) and
    from those that diverged (a score of 0).

    Parameters
    ----------
    known : sequence of FrozenTrial
        Those of the storage.
    seed : sequence of int
        All that the draw shall depend on besides.
    """
    distributions = space.distributions()
    seen = {_key(trial.params) for trial in known}
    if sampler == "grid":
        points = [point for point in shuffled_grid(space, seed[0]) if _key(point) not in seen]
        return [Proposal(point, distributions) for point in points[:n]]
    study = _copy(known, make_sampler(sampler, seed))
    left = min(n, space.size - len(seen))
    proposals: list[Proposal] = []
    for _ in range(ATTEMPTS * n):
        if len(proposals) >= left:
            break
        trial = study.ask(distributions)
        key = _key(trial.params)
        if key in seen:
            study.tell(trial, state=_state("FAIL"))
            continue
        seen.add(key)
        proposals.append(Proposal(trial.params, distributions))
    return proposals


def shuffled_grid(space: Space, seed: int) -> list[Params]:
    """Return every combination of the space's values, in an order that depends on the seed alone.

    Optuna's own grid sampler counts on trials that are asked for one by one; where several processes ask for many at
    once it would leave points out.
    """
    import numpy as np

    values = space.grid()
    points = [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]
    return [points[k] for k in np.random.default_rng(seed).permutation(len(points))]


def make_sampler(name: str, seed: Sequence[int]) -> BaseSampler:
    """Return one of Optuna's samplers, seeded.

    Raises
    ------
    InputError
        If it needs what is not installed.
    """
    import numpy as np
    from optuna import samplers

    number = int(np.random.SeedSequence(list(seed)).generate_state(1)[0])
    if name == "random":
        return samplers.RandomSampler(seed=number)
    if name == "gp":
        refuse_gp_without_torch()
        return samplers.GPSampler(seed=number, warn_independent_sampling=False)
    return _tpe(number)


def _tpe(seed: int) -> BaseSampler:
    """Return a TPE that treats trials under way as if they were bad, so that a generation spreads out."""
    import warnings

    from optuna.exceptions import ExperimentalWarning
    from optuna.samplers import TPESampler

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # constant_liar is one until Optuna 5
        return TPESampler(seed=seed, constant_liar=True)


def refuse_gp_without_torch() -> None:
    """See that the package is there which Optuna's Gaussian process computes with.

    Raises
    ------
    InputError
        If it cannot be imported.
    """
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise InputError(
            "--sampler gp",
            expected="PyTorch, with which Optuna's Gaussian process computes",
            got=f"none that can be imported ({error})",
            advice="pip install torch, or --sampler tpe",
        ) from None


def _copy(known: Sequence[FrozenTrial], sampler: BaseSampler) -> Study:
    """Return a study in memory with the trials that are known."""
    import optuna
    from optuna.trial import create_trial

    study = optuna.create_study(direction="maximize", sampler=sampler)
    for trial in known:
        running = not trial.state.is_finished()
        study.add_trial(
            create_trial(
                state=_state("RUNNING" if running else "COMPLETE"),
                value=None if running else score(trial),
                params=trial.params,
                distributions=trial.distributions,
            )
        )
    return study


def score(trial: FrozenTrial) -> float:
    """Return what a trial that has ended is worth: its score, the last one it had, or 0 if it diverged."""
    return float(trial.value) if trial.state != _state("FAIL") and trial.value is not None else 0.0


def _state(name: str) -> Any:
    from optuna.trial import TrialState

    return TrialState[name]


def _key(params: Params) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(params.items()))
