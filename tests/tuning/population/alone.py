"""What each network of a population would do alone: the reference engine, with nothing side by side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chainrule.data.features import Features
from chainrule.network import penalty, stack
from chainrule.network.initial import initial_parameters
from chainrule.network.parameters import Parameters
from chainrule.training.engine import ReferenceEngine, StepSettings, Weights
from chainrule.training.minibatches import Batches, epoch_batches, steps_per_epoch
from chainrule.training.rules import RULES
from chainrule.training.schedules import parse_schedule
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.population import Population

N, D, C = 40, 6, 3


def penalty_alone(
    parameters: Parameters, X: np.ndarray, y: np.ndarray, reg: float, *_: object, **__: object
) -> tuple[stack.LossParts, Parameters]:
    """What is left of the loss and its gradient where a mini-batch has no rows."""
    found = Parameters.zeros(parameters.architecture, parameters.dtype)
    for gradient, W in zip(found.weights, parameters.weights, strict=True):
        gradient[...] = penalty.backward(W, reg)
    return stack.LossParts(0.0, tuple(penalty.forward(W, reg) for W in parameters.weights)), found


class Problem(NamedTuple):
    features: Features
    y: np.ndarray
    rows: np.ndarray
    folds: np.ndarray


def make_problem(seed: int = 0, n: int = N, inputs: int = D, classes: int = C, pixels: bool = False) -> Problem:
    """Random rows, of which some are held out; the same for the same arguments."""
    rng = np.random.default_rng(seed)
    if pixels:
        shift, factor = rng.uniform(100, 150, (2, inputs)).astype(np.float32)
        features = Features(rng.integers(0, 256, (n, inputs)).astype(np.uint8), shift, 1 / factor)
    else:
        features = Features(rng.normal(size=(n, inputs)).astype(np.float32))
    rows = np.sort(rng.permutation(n)[: n - 3])
    return Problem(features, rng.integers(0, classes, n), rows, rng.permutation(np.arange(n) % 3))


def together(
    problem: Problem, members: list[Member], batch_size: int, dtype: str = "float64", threads: int = 1
) -> Population:
    """The population before its first step."""
    D, C = problem.features.X.shape[1], int(problem.y.max()) + 1
    return Population(
        members, input_size=D, output_size=C, batch_size=batch_size, order_seed=5, dtype=dtype, threads=threads
    )


def alone(
    problem: Problem, member: Member, batch_size: int, steps: int, dtype: str = "float64"
) -> tuple[Parameters, np.ndarray]:
    """Train one network by itself; return its weights and the data loss (k,) of every step."""
    D, C = problem.features.X.shape[1], int(problem.y.max()) + 1
    parameters = initial_parameters(member.architecture(D, C), member.initial_weights, member.seed, dtype)
    moments = np.zeros((RULES[member.rule].n_moments, parameters.buffer.size), dtype)
    weights = Weights(parameters, moments)
    in_epoch, schedule = steps_per_epoch(len(problem.rows), batch_size), parse_schedule(member.schedule)
    settings = StepSettings(
        member.reg,
        member.rule,
        member.rule_settings,
        label_smoothing=member.label_smoothing,
        dropout=member.dropout,
        dropout_seed=member.seed,
    )
    losses: list[float] = []
    for step in range(steps):
        epoch, k = divmod(step, in_epoch)
        batch = epoch_batches(problem.rows, batch_size, "permutation", 5, epoch).batch(k)
        if member.fold is not None:
            batch = batch[problem.folds[batch] != member.fold]
        batches = Batches(batch, np.array([0, len(batch)]))
        rate = np.array([member.learning_rate * schedule.factor(step, in_epoch, steps)])
        engine = ReferenceEngine() if len(batch) else ReferenceEngine(penalty_alone)
        found = engine.run(weights, problem.features, problem.y, batches, rate, settings)
        losses.append(found[0, 0])
        if not np.isfinite(found).all():
            break
    return parameters, np.array(losses)
