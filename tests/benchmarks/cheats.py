"""Contenders that do less than they should, each in another way."""

from __future__ import annotations

import time

import numpy as np
from numpy import ndarray

from benchmarks.contenders.numpy_longhand import Contender as Honest


class SkipsThePenalty(Honest):
    """Neither in the loss nor in the gradient."""

    def _penalty(self) -> float:
        return 0.0

    def _update(self) -> None:
        for (W, _), (dW, _) in zip(self._layers, self._gradients, strict=True):
            dW -= np.float32(2e-3) * W
        super()._update()


class SkipsThePenaltysGradient(Honest):
    """The loss is right at first."""

    def _update(self) -> None:
        for (W, _), (dW, _) in zip(self._layers, self._gradients, strict=True):
            dW -= np.float32(2e-3) * W
        super()._update()


class SkipsEverySecondStep(Honest):
    """Tells the loss of each, and updates after every other."""

    def run(self, order: ndarray) -> ndarray:
        losses = super().run(order[::2])
        return np.repeat(losses, 2)[: len(order)]


class RightLossesOfAnotherOrder(Honest):
    """Tells the losses of the order it was given, and trains on another."""

    def run(self, order: ndarray) -> ndarray:
        losses = super().run(order)
        self.reset()
        super().run(np.roll(order, 1, axis=0))
        return losses


class ReusesTheFirstBatch(Honest):
    """Gathers once."""

    def run(self, order: ndarray) -> ndarray:
        return super().run(np.broadcast_to(order[0], order.shape))


class ForgetsTheLoss(Honest):
    """Trains rightly and computes no loss."""

    def run(self, order: ndarray) -> ndarray:
        super().run(order)
        return np.zeros(len(order))


class IsHonestOnlyWhenChecked(Honest):
    """The fifty steps of the check are right, any other number is not."""

    def run(self, order: ndarray) -> ndarray:
        return super().run(order) if len(order) == 50 else super().run(order[:1]).repeat(len(order))


class LearnsNothing(Honest):
    """Not a number."""

    def run(self, order: ndarray) -> ndarray:
        return super().run(order) * np.nan


class Breaks(Honest):
    """Has a mistake."""

    def run(self, order: ndarray) -> ndarray:
        raise ValueError("shapes (1,2) and (3,4) not aligned")


class NeverAnswers(Honest):
    """Takes longer than anybody waits."""

    def run(self, order: ndarray) -> ndarray:
        time.sleep(600)
        return super().run(order)


class NeedsWhatIsNotThere(Honest):
    """Imports something that nobody has installed."""

    def __init__(self, task: object) -> None:
        import a_library_that_nobody_has  # type: ignore[import-not-found]  # noqa: F401
