"""What the networks of a population share, the mini-batches, and what they do not, the learning rates of each step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray

from chainrule.training.minibatches import Batches, epoch_batches, steps_per_epoch
from chainrule.training.schedules import parse_schedule
from chainrule.tuning.population.member import Member


def next_batches(rows: ndarray, batch_size: int, sampling: str, seed: int, taken: int, steps: int) -> Batches:
    """Return the mini-batches of the steps after those taken, over as many epochs as they reach into."""
    in_epoch, parts, step = steps_per_epoch(len(rows), batch_size), [], taken
    while step < taken + steps:
        epoch, begin = divmod(step, in_epoch)
        end = min(in_epoch, begin + taken + steps - step)
        parts.append(epoch_batches(rows, batch_size, sampling, seed, epoch)[begin:end])
        step += end - begin
    sizes = np.concatenate([np.diff(part.starts) for part in parts])
    return Batches(np.concatenate([part.rows for part in parts]), np.concatenate([[0], sizes.cumsum()]))


def next_rates(members: Sequence[Member], in_epoch: int, taken: int, steps: int, total_steps: int) -> ndarray:
    """Return the learning rate (steps, K) of every network at each of the steps after those taken."""
    schedules = {member.schedule: parse_schedule(member.schedule) for member in members}
    factors = {
        text: np.array([schedule.factor(step, in_epoch, total_steps) for step in range(taken, taken + steps)])
        for text, schedule in schedules.items()
    }
    return np.stack([member.learning_rate * factors[member.schedule] for member in members], axis=1)
