"""The two-layer network of the cs231n assignment's notebook, under the notebook's own names.

Only the door is here: parameters, mini-batches and messages. The mathematics is that of ``network/stack.py``.
"""

from __future__ import annotations

import math
import operator
from typing import Any, Literal, overload

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from chainrule.errors import DivergedError, InputError
from chainrule.network import stack
from chainrule.network.evaluate import CHUNK
from chainrule.network.parameters import Architecture, Parameters

PRINT_EVERY = 100  # iterations between two lines when verbose
History = dict[Literal["loss_history", "train_acc_history", "val_acc_history"], list[float]]


class TwoLayerNet:
    """Affine, ReLU, affine, softmax, with an L2 penalty on the weights; in float64.

    It takes the place of the class of the same name in the first assignment of Stanford's cs231n
    (``two_layer_net.ipynb``), whose cells run on it unchanged. For that reason the weights and the mini-batches are
    drawn from NumPy's global generator, which ``np.random.seed`` sets; nothing else in chainrule does so.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        D features, H hidden units, C classes.
    std : float
        Standard deviation of the first weights: W1 is drawn before W2, ``std * np.random.randn(...)``. Biases start
        at zero.

    Attributes
    ----------
    params : dict
        W1 (D, H), b1 (H,), W2 (H, C), b2 (C,), views into one buffer. An ordinary dictionary: arrays may be changed
        in place or replaced by others of their shape, and so may the dictionary. Arrays that replaced others are
        read where they stand and never written to: :meth:`train` first moves their values into a buffer of its own,
        and puts its views into the dictionary.

    Raises
    ------
    InputError
        If a size is no whole number above zero, or ``std`` is negative or not finite.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int, std: float = 1e-4) -> None:
        D, H, C = (_whole(name, size, 1) for name, size in zip(_SIZES, (input_size, hidden_size, output_size)))
        self.architecture = Architecture(D, (H,), C)
        std = _number("std", std)
        self._own = Parameters.zeros(self.architecture, np.float64)
        for W in self._own.weights:
            W[...] = std * np.random.randn(*W.shape)  # noqa: NPY002 (the notebook seeds this generator)
        self.params: dict[str, ndarray] = dict(self._own.views)

    @overload
    def loss(self, X: ArrayLike, y: None = None, reg: float = 0.0) -> ndarray: ...
    @overload
    def loss(self, X: ArrayLike, y: ArrayLike, reg: float = 0.0) -> tuple[float, dict[str, ndarray]]: ...
    def loss(
        self, X: ArrayLike, y: ArrayLike | None = None, reg: float = 0.0
    ) -> ndarray | tuple[float, dict[str, ndarray]]:
        """Return the scores of N examples or, where their labels are given, the loss and its gradients.

        Parameters
        ----------
        X : array_like of shape (N, D), any real type
        y : array_like of shape (N,), integers from 0 to C - 1, optional
        reg : float
            λ of the penalty ``λ (‖W1‖² + ‖W2‖²)``, without ½.

        Returns
        -------
        scores : ndarray of shape (N, C)
            Without ``y``.
        loss, gradients : float, dict
            With ``y``: the mean of -log probs[n, y_n] plus the penalty, and dW1, db1, dW2, db2 under the names (and
            in the shapes) of their parameters.

        Raises
        ------
        InputError
            If X or y have the wrong shape, type or range, ``reg`` is negative, or a replaced parameter does not fit.
        DivergedError
            If the loss is no finite number though X is.
        """
        X, parameters = self._examples("X", X), self._parameters()
        if y is None:
            return self._scores(parameters, X)
        loss, gradients = _step(parameters, X, self._labels("y", y, X), _number("reg", reg))
        return loss, dict(gradients.views)

    def train(
        self,
        X: ArrayLike,
        y: ArrayLike,
        X_val: ArrayLike,
        y_val: ArrayLike,
        learning_rate: float = 1e-3,
        learning_rate_decay: float = 0.95,
        reg: float = 5e-6,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
    ) -> History:
        """Take ``num_iters`` steps of mini-batch gradient descent, each batch drawn with replacement.

        An epoch is ``max(N // batch_size, 1)`` steps. At the first step of every epoch, after its update, both
        accuracies are measured and the learning rate is multiplied by ``learning_rate_decay``.

        Parameters
        ----------
        X, X_val : array_like of shapes (N, D), (M, D), any real type
            Converted to float64 a mini-batch at a time.
        y, y_val : array_like of shapes (N,), (M,), integers from 0 to C - 1
        learning_rate, learning_rate_decay, reg : float
            Finite and not negative; ``reg`` is the λ of :meth:`loss`.
        num_iters, batch_size : int
            At least 0 and at least 1; a batch may be larger than N.
        verbose : bool
            Print the loss of every hundredth step.

        Returns
        -------
        dict
            ``loss_history``, the loss of every step before its update; ``train_acc_history`` (on the step's own
            mini-batch) and ``val_acc_history``, shares between 0 and 1, one an epoch.

        Raises
        ------
        InputError
            If something given cannot be used; nothing was changed.
        DivergedError
            At the first loss or score that is no finite number. ``params`` are those of the step before.
        """
        X, X_val = self._examples("X", X), self._examples("X_val", X_val)
        y, y_val = self._labels("y", y, X), self._labels("y_val", y_val, X_val)
        rate, decay = _number("learning_rate", learning_rate), _number("learning_rate_decay", learning_rate_decay)
        reg, num_iters, batch_size = _number("reg", reg), _whole("num_iters", num_iters), _whole("batch_size", batch_size, 1)
        self._own = self._parameters()
        self.params.update(self._own.views)

        steps_per_epoch = max(len(X) // batch_size, 1)
        history: History = {"loss_history": [], "train_acc_history": [], "val_acc_history": []}
        for iteration in range(num_iters):
            batch = np.random.choice(len(X), batch_size)  # noqa: NPY002 (the notebook seeds this generator)
            where = f"iteration {iteration} of {num_iters}, learning rate {rate:g}"
            loss, gradients = _step(self._own, X[batch], y[batch], reg, where)
            with np.errstate(over="ignore"):  # the next step reports it, in words
                self._own.buffer -= rate * gradients.buffer
            history["loss_history"].append(loss)
            if verbose and iteration % PRINT_EVERY == 0:
                print(f"iteration {iteration} / {num_iters}: loss {loss:f}")
            if iteration % steps_per_epoch == 0:
                history["train_acc_history"].append(self._accuracy(X[batch], y[batch], where))
                history["val_acc_history"].append(self._accuracy(X_val, y_val, where))
                rate *= decay
        return history
