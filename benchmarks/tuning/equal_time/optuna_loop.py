"""One network at a time, as Optuna is used: TPE proposes, Hyperband's pruner stops, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import optuna

from benchmarks.tuning.equal_time.contest import Contest, Point, Told

Train = Callable[[Point], Iterator[float]]
"""Trains a network, and gives its validation accuracy after every epoch."""


def search(contest: Contest, train: Train, seed: int, told: Told) -> None:
    """Ask, train, tell, until the time is up; a network is left where it is when that happens."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.HyperbandPruner(max_resource=contest.epochs, reduction_factor=3),
    )
    while not told.is_over():
        trial = study.ask()
        best, pruned = 0.0, False
        for epoch, accuracy in enumerate(train(_ask(trial, contest)), start=1):
            if told.is_over():
                return
            told(accuracy)
            best = accuracy
            trial.report(accuracy, epoch)
            pruned = trial.should_prune()
            if pruned:
                break
        state = optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.COMPLETE
        study.tell(trial, None if pruned else best, state=state)


def _ask(trial: optuna.Trial, contest: Contest) -> Point:
    return Point(
        trial.suggest_float("learning_rate", *contest.learning_rates, log=True),
        trial.suggest_float("reg", *contest.regs, log=True),
        trial.suggest_categorical("hidden", contest.hidden),
        trial.suggest_categorical("batch_size", contest.batch_sizes),
    )
