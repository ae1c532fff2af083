"""scikit-learn's MLPClassifier, in its own mini-batch loop, made to compute the same.

- The rows of a pass are gathered first, into an array that is kept, and ``partial_fit`` with ``shuffle`` off goes over
  them in its own loop. A pass is as long as 32 MB allow, so what ``partial_fit`` does once a call (checking its input,
  coding the labels) hardly counts.
- Its penalty is ``alpha / 2 * ||W||^2 / N``: ``alpha = 2 N λ`` makes it ours. Biases are left out, as ours are.
- Its initial weights are overwritten with ours, in place. Its momentum (Nesterov's off) has the learning rate inside
  the velocity, which is the same while the rate is constant.
- Its Adam adds epsilon to the root before, ours after the bias correction of the second moment, so in its first steps
  its epsilon counts for up to 32 times ours. After fifty steps its weights differ by up to 5e-3 of the way they went,
  and by a tenth of that with a hundredth of the epsilon.
- With two classes it would fit one logistic output, a different network. There it is given the labels as two
  indicator columns and told that its output is a softmax, with which its loss and gradients are ours.
- It tells the loss of a pass only; ``_backprop`` is wrapped so that the loss of each step, which it computes anyway,
  is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray
from sklearn.neural_network import MLPClassifier

from benchmarks.problems import BETA1, BETA2, EPSILON, MOMENTUM, REG, Task, views

PASS_BYTES = 32_000_000


class _Recording(MLPClassifier):  # type: ignore[misc]
    """Keeps the loss of each step."""

    def _backprop(self, *arguments: Any) -> Any:
        result = super()._backprop(*arguments)
        self.losses.append(result[0])
        return result


class Contender:
    """``partial_fit`` over gathered rows."""

    def __init__(self, task: Task) -> None:
        problem, N = task.problem, task.problem.batch_size
        self._task = task
        self._steps = max(1, PASS_BYTES // (4 * N * problem.sizes[0]))
        self._rows = np.zeros((self._steps * N, problem.sizes[0]), np.float32)
        self._labels = np.eye(2, dtype=np.int64)[task.y] if problem.sizes[-1] == 2 else task.y
        self._model: Any = _Recording(
            problem.sizes[1:-1],
            solver="adam" if problem.rule == "adam" else "sgd",
            momentum=MOMENTUM if problem.rule == "momentum" else 0.0,
            nesterovs_momentum=False,
            alpha=2 * N * REG,
            batch_size=N,
            learning_rate_init=problem.rate,
            shuffle=False,
            beta_1=BETA1,
            beta_2=BETA2,
            epsilon=EPSILON,
            n_iter_no_change=np.inf,
        )
        self._model.losses = []
        self._model.partial_fit(self._rows[:N], self._labels[:N], classes=np.arange(problem.sizes[-1]))
        self._model.out_activation_ = "softmax"
        self.reset()

    def reset(self) -> None:
        """Put the initial weights back; the optimiser is made anew by the next pass."""
        model = self._model
        for layer, (W, b) in enumerate(views(self._task.start, self._task.problem)):
            model.coefs_[layer][...] = W
            model.intercepts_[layer][...] = b
        vars(model).pop("_optimizer", None)

    def run(self, order: ndarray) -> ndarray:
        """Take the steps, a pass at a time."""
        model = self._model
        model.losses = []
        for first in range(0, len(order), self._steps):
            batch = order[first : first + self._steps].reshape(-1)
            rows = self._rows[: len(batch)]
            np.take(self._task.X, batch, axis=0, out=rows, mode="clip")
            model.partial_fit(rows, self._labels[batch])
        return np.array(model.losses)

    def state(self) -> ndarray:
        """Return the weights in our layout."""
        pairs = zip(self._model.coefs_, self._model.intercepts_, strict=True)
        return np.concatenate([part.ravel() for pair in pairs for part in pair])
