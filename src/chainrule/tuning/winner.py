"""What is done with the best settings once the search has ended: train again, judge once, keep as one model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy import ndarray

from chainrule.network.evaluate import CHUNK
from chainrule.network.model import Model
from chainrule.network.parameters import Parameters
from chainrule.training.settings import RunSettings
from chainrule.tuning.ensemble import Ensemble
from chainrule.tuning.heat import member
from chainrule.tuning.kept import Kept, model_of
from chainrule.tuning.plan import Plan
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.population import Population
from chainrule.tuning.problem import Problem
from chainrule.tuning.trial import Trial, ranked


def networks_of(problem: Problem, plan: Plan, kept: Kept, trial: Trial) -> list[Model]:
    """Return the networks of a trial: as they were kept, or, where another process trained them, trained again."""
    copies = plan.folds or plan.seeds
    paths = [kept.path(trial.number, copy) for copy in range(copies)]
    if not all(path.is_file() for path in paths):
        settings = problem.settings(trial.params)
        members = [member(settings, copy, folds=plan.folds > 0) for copy in range(copies)]
        steps = trial.last.steps if trial.last else 0
        kept.keep(trial.number, _train(problem, settings, members, problem.material.train, steps))
    return [Model.load(path) for path in paths]


def ensemble_of(problem: Problem, plan: Plan, kept: Kept, trials: Sequence[Trial]) -> Ensemble:
    """Return the best networks as one model: all of the best trial, then all of the next, until there are enough."""
    models: list[Model] = []
    for trial in ranked(trials):
        if len(models) >= plan.ensemble:
            break
        models += networks_of(problem, plan, kept, trial)
    return Ensemble(tuple(models[: plan.ensemble]))


def retrained(problem: Problem, trial: Trial) -> Model:
    """Train the settings of a trial on training and validation rows together, as long as a whole training is."""
    settings, data = problem.settings(trial.params), problem.data
    rows = np.sort(np.concatenate([data.train.index, data.validation.index]))
    batch_size = settings.training.batch_size or 1
    steps = settings.training.total_steps(-(-len(rows) // batch_size))
    parameters = _train(problem, settings, [member(settings, 0, folds=False)], rows, steps)[0]
    return model_of(problem, parameters)


def _train(
    problem: Problem, settings: RunSettings, members: Sequence[Member], rows: ndarray, steps: int
) -> list[Parameters]:
    """Train networks of the same settings for some steps, and return their weights."""
    material, training = problem.material, settings.training
    batch_size = training.batch_size or 1
    population = Population(
        members,
        input_size=material.input_size,
        output_size=material.output_size,
        batch_size=batch_size,
        order_seed=training.seed,
        sampling=training.sampling,
        dtype=settings.network.dtype,
    )
    total = training.total_steps(-(-len(rows) // batch_size))
    population.train(
        material.features, material.y, rows=rows, folds=material.folds, steps=steps, total_steps=max(total, steps)
    )
    return [population.model(number) for number in range(len(members))]


def judge(model: Model | Ensemble, X: ndarray, y: ndarray, index: ndarray) -> float:
    """Return the accuracy of a model on some of the raw rows X (N, D), some thousand at a time."""
    right = 0
    for start in range(0, len(index), CHUNK):
        rows = index[start : start + CHUNK]
        right += int((model.predict(X[rows]) == y[rows]).sum())
    return right / len(index)


def validation_accuracy(problem: Problem, model: Model | Ensemble) -> float:
    """Judge a model on the validation split."""
    rows = problem.data.dataset.train
    return judge(model, rows.X, rows.y, problem.data.validation.index)


def test_accuracy(problem: Problem, model: Model | Ensemble) -> float:
    """Judge a model on the test split: the one place of this room that reads it."""
    dataset = problem.data.dataset
    rows = dataset.test or dataset.train
    return judge(model, rows.X, rows.y, problem.data.test.index)


def save_best(problem: Problem, plan: Plan, kept: Kept, trials: Sequence[Trial], path: Path, *, retrain: bool) -> Model:
    """Write the best network, trained again on more rows if asked (or cross-validated), and return it."""
    best = ranked(trials)[0]
    again = retrain or plan.folds > 0
    model = retrained(problem, best) if again else networks_of(problem, plan, kept, best)[0]
    model.save(path)
    return model
